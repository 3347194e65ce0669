package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"podium/api"
	"podium/models"
	"podium/termbridge"
	"podium/termbridge/frame"
)

// exitUnknown is the status of exec when there is none of the command's own.
const exitUnknown = 255

// execFlags are those of podium exec.
type execFlags struct {
	container string
	stdin     bool
	tty       bool
	quiet     bool
	selector  string
	parallel  int
	prefix    bool
	output    string
	diff      bool
}

const execLong = `exec runs a program in a container, without a shell of its own: sh -c '…' gives one.

With a pod its output is that of the program, standard error apart from standard output, and so is its exit status.
When that is not known, because the connection was lost, output is missing, the server does not tell, or the program
could not be started, the status is 255 and standard error says why; it is never a 0 that nobody sent.

With a selector (-l) the program is run in all pods that it finds, a few at a time. Outputs that are alike are printed
once, under the names of their pods, those that failed first; --prefix prints lines as they come, --diff what the
others have other than most. The exit status is 0 when all exited with 0; 1 when some did not; 255 when how some
ended is not known.

The exit status is 3 when the command line is wrong.`

func newExec(f *flags) *cobra.Command {
	var e execFlags
	cmd := &cobra.Command{
		Use:               "exec POD [flags] -- COMMAND [ARGS…]",
		Short:             "Run a command in pods, with its true exit status",
		Long:              execLong,
		Example:           "podium exec web -- cat /etc/hostname\npodium exec -it web -c main -- bash\ntar c . | podium exec -i web -- tar x -C /data\npodium exec -l app=web --parallel 4 --diff -- nginx -v",
		ValidArgsFunction: f.completeOnePod,
	}
	cmd.RunE = f.verb(exitUnknown, func(ctx context.Context, v *verb, args []string) error {
		return e.run(ctx, v, args, cmd.ArgsLenAtDash())
	})
	l := cmd.Flags()
	l.StringVarP(&e.container, "container", "c", "", "container of the pod (default: the only one or the first)")
	l.BoolVarP(&e.stdin, "stdin", "i", false, "the program reads podium's standard input")
	l.BoolVarP(&e.tty, "tty", "t", false, "the program has a terminal, which is this one")
	l.BoolVarP(&e.quiet, "quiet", "q", false, "say nothing but what the program says, and errors")
	l.StringVarP(&e.selector, "selector", "l", "", "run in all pods with these labels: a=b,c!=d,e in (f,g),!h")
	l.IntVar(&e.parallel, "parallel", 8, "with -l: how many run at a time")
	l.BoolVar(&e.prefix, "prefix", false, "with -l: print lines as they come, each with its pod")
	l.BoolVar(&e.diff, "diff", false, "with -l: print only what differs from the output of most")
	l.StringVarP(&e.output, "output", "o", "", "json: an object per pod with its end and output")
	completeWords(cmd, "output", outputJSON)
	completeFlag(cmd, "container", f.completeContainers)
	return cmd
}

func (e *execFlags) run(ctx context.Context, v *verb, args []string, dash int) error {
	if dash < 0 {
		dash = min(1, len(args))
		if e.selector != "" {
			dash = 0
		}
	}
	places, command := args[:dash], args[dash:]
	switch {
	case len(command) == 0:
		return usage("say what to run, after --")
	case e.output != "" && e.output != outputJSON:
		return usage("there is no output %q here: it is json", e.output)
	case e.selector == "" && len(places) != 1:
		return usage("exec runs in one POD, or with -l in all that a selector finds")
	case e.selector != "" && len(places) > 0:
		return usage("a pod and a selector (-l) cannot be given together")
	case e.selector != "" && (e.stdin || e.tty):
		return usage("-i and -t are for one pod, not for a selector (-l)")
	case e.selector == "" && (e.prefix || e.diff):
		return usage("--prefix and --diff are for a selector (-l)")
	case e.prefix && (e.diff || e.output != ""):
		return usage("--prefix, --diff and -o exclude one another")
	case e.output != "" && e.tty:
		return usage("a terminal (-t) has no output as JSON")
	}
	if err := v.mayChange(); err != nil {
		return err
	}
	if e.selector != "" {
		return e.many(ctx, v, command)
	}
	name, err := podName(places[0])
	if err != nil {
		return err
	}
	if e.output != "" {
		return e.oneAsJSON(ctx, v, name, command)
	}
	return e.one(ctx, v, name, command)
}

// one runs the command in one pod and passes its streams through.
func (e *execFlags) one(ctx context.Context, v *verb, name string, command []string) error {
	ref := api.PodRef{Namespace: v.namespace, Name: name}
	container, err := e.place(ctx, v, ref)
	if err != nil {
		return err
	}
	stdin, _ := v.in.(*os.File)
	tty := e.tty
	if tty && (stdin == nil || !term.IsTerminal(int(stdin.Fd()))) {
		v.warn("Unable to use a TTY: standard input is not a terminal")
		tty = false
	}
	cfg := api.ExecConfig{
		TTY: tty, AttachStdin: e.stdin, AttachStdout: true, AttachStderr: !tty, Cmd: command,
	}
	if tty {
		cfg.AttachStderr = true // as the API's original client has it; the terminal has both
		cfg.Rows, cfg.Cols = terminalSize(int(stdin.Fd()))
	}
	began := time.Now()
	session, err := v.client.Exec(ctx, ref.Namespace, ref.Name, container, cfg)
	if err != nil {
		return err
	}
	defer session.Close()
	stop := context.AfterFunc(ctx, func() { session.Close() })
	defer stop()
	var stream models.Stream
	if tty {
		stream, err = throughTerminal(ctx, v, session, stdin, e.stdin)
		if err != nil || ctx.Err() != nil {
			_, _ = io.WriteString(v.out, resets)
		}
	} else {
		stream, err = throughPipes(v, session, e.stdin)
	}
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	stream.After = time.Since(began)
	end := models.AskEnd(v.client, session.Control(), ref, stream)
	if tty && leftBehind(end) {
		_, _ = io.WriteString(v.out, resets)
	}
	return endStatus(end)
}

// endStatus is an end as an exit status: the command's own where it is known
// and all of its output came.
func endStatus(end models.End) error {
	switch {
	case end.OK:
		return nil
	case end.Known && !end.Partial:
		return &statusError{status: status(end.ExitCode)}
	case end.Known && end.ExitCode != 0:
		return &statusError{status: status(end.ExitCode), err: errors.New(endSentence(end))}
	}
	return errors.New(endSentence(end))
}

// status is an exit code as far as a process can have it: never 0 for another.
func status(code int) int {
	if code != 0 && code&0xff == 0 {
		return exitUnknown
	}
	return code & 0xff
}

func endSentence(end models.End) string {
	text := "the command's end: " + end.Line
	if end.More != "" {
		text += ". " + end.More
	}
	return text
}

// place is the container to run in. A server may want it named, so the pod is
// looked at where it was not.
func (e *execFlags) place(ctx context.Context, v *verb, ref api.PodRef) (string, error) {
	if e.container != "" {
		return e.container, nil
	}
	o, err := v.client.Get(ctx, ref.Namespace, ref.Name)
	if err != nil {
		return "", err
	}
	row := o.Row()
	if row.Finished() {
		return "", fmt.Errorf("no command can be run in %s: the pod has ended (%s)", ref.Name, row.Phase)
	}
	if len(row.Containers) == 0 {
		return "", nil
	}
	if len(row.Containers) > 1 && !e.quiet {
		v.defaulted(row)
	}
	return row.Containers[0], nil
}

// feed gives a command its input, and the end of it. Where the input cannot be
// read it notes why, and ends the session.
func feed(session api.ExecSession, from io.Reader, unread *atomic.Pointer[error]) {
	// What the command does not take is told by the end of its output.
	if why, _ := termbridge.Feed(session, from); why != nil {
		why = fmt.Errorf("read the standard input for the command: %w", why)
		unread.Store(&why)
		session.Close()
	}
}

// throughPipes passes the output of a command without a terminal on, and gives
// it its input.
func throughPipes(v *verb, session api.ExecSession, stdin bool) (models.Stream, error) {
	var unread atomic.Pointer[error]
	if stdin {
		go feed(session, v.in, &unread) // it ends with the process where standard input never does
	} else {
		_ = session.CloseWrite() // it may fail: a command that is quick may have gone already
	}
	d := frame.NewDecoder(session)
	for {
		stream, p, err := d.Next()
		switch {
		case err != nil && unread.Load() != nil:
			return models.Stream{}, *unread.Load()
		case err == nil:
			w := v.out
			if stream == frame.Stderr {
				w = v.err
			}
			if _, err := w.Write(p); err != nil {
				return models.Stream{}, fmt.Errorf("pass the command's output on: %w", err)
			}
		case errors.Is(err, frame.ErrCut):
			return models.Stream{Cut: true, Cause: err}, nil
		case errors.Is(err, io.EOF):
			return models.Stream{}, nil
		default:
			return models.Stream{Lost: true, Cause: err}, nil
		}
	}
}

// execResult is the outcome of a command in a pod as -o json writes it. ExitCode
// is null where it is not known.
type execResult struct {
	Namespace string  `json:"namespace"`
	Pod       string  `json:"pod"`
	Container string  `json:"container,omitempty"`
	OK        bool    `json:"ok"`
	ExitCode  *int    `json:"exitCode"`
	End       string  `json:"end"`
	Reason    string  `json:"reason,omitempty"`
	Seconds   float64 `json:"seconds"`
	Stdout    string  `json:"stdout"`
	Stderr    string  `json:"stderr"`
	Truncated bool    `json:"truncated"` // the beginning of a long output is left out
}

func writeJSON(w io.Writer, value any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
