package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/internal/safetext"
)

// logsFlags are those of podium logs.
type logsFlags struct {
	container     string
	all           bool
	selector      string
	follow        bool
	previous      bool
	tail          int64
	since         time.Duration
	sinceTime     string
	limitBytes    int64
	timestamps    bool
	prefix        bool
	maxConcurrent int
}

func newLogs(f *flags) *cobra.Command {
	var l logsFlags
	cmd := &cobra.Command{
		Use:     "logs POD [CONTAINER]",
		Aliases: []string{"log"},
		Short:   "Print what containers wrote",
		Long: "logs prints the log of a container as it is, byte by byte: of the only one or the first of a pod, of the one\n" +
			"that is named, of all (--all-containers), or of all pods that a selector finds.\n\n" +
			"The exit status is 0 when the log was printed to its end; 1 when it was not; 3 when the command line is wrong.",
		Example:           "podium logs web -f\npodium logs web -c main --tail 20 --timestamps\npodium logs -l app=web --prefix --since 10m",
		Args:              cobra.MaximumNArgs(2),
		ValidArgsFunction: f.completePodAndContainer,
		RunE: f.verb(exitError, func(ctx context.Context, v *verb, args []string) error {
			return l.run(ctx, v, args)
		}),
	}
	p := cmd.Flags()
	p.StringVarP(&l.container, "container", "c", "", "container of the pod")
	p.BoolVar(&l.all, "all-containers", false, "all containers of the pod, init containers first")
	p.StringVarP(&l.selector, "selector", "l", "", "labels that the pods must have: a=b,c!=d,e in (f,g),!h")
	p.BoolVarP(&l.follow, "follow", "f", false, "go on as long as the container runs")
	p.BoolVarP(&l.previous, "previous", "p", false, "of the run before the latest restart")
	p.Int64Var(&l.tail, "tail", -1, "the last lines only; below 0 all (with a selector: 10)")
	p.DurationVar(&l.since, "since", 0, "no older than this, such as 5s, 2m or 3h")
	p.StringVar(&l.sinceTime, "since-time", "", "no older than this time (RFC 3339)")
	p.Int64Var(&l.limitBytes, "limit-bytes", 0, "no more bytes than this (0: all)")
	p.BoolVar(&l.timestamps, "timestamps", false, "each line with its time")
	p.BoolVar(&l.prefix, "prefix", false, "each line with its pod and container")
	p.IntVar(&l.maxConcurrent, "max-log-requests", 5, "how many logs are followed at once")
	completeFlag(cmd, "container", f.completeContainers)
	return cmd
}

// source is one log.
type source struct{ namespace, pod, container string }

func (l *logsFlags) run(ctx context.Context, v *verb, args []string) error {
	opts, err := l.options()
	if err != nil {
		return err
	}
	sources, err := l.sources(ctx, v, args)
	if err != nil || len(sources) == 0 {
		return err
	}
	if l.selector != "" && l.tail < 0 {
		opts.TailLines = ptr(int64(10))
	}
	if !l.follow || len(sources) == 1 {
		for _, s := range sources {
			if err := l.copy(ctx, v, s, opts, v.out); err != nil {
				return err
			}
		}
		return nil
	}
	if len(sources) > l.maxConcurrent {
		return usage("%d logs are more than --max-log-requests=%d: give a narrower selector, or a larger number", len(sources), l.maxConcurrent)
	}
	return l.together(ctx, v, sources, opts)
}

func ptr[T any](v T) *T { return &v }

func (l *logsFlags) options() (*corev1.PodLogOptions, error) {
	o := &corev1.PodLogOptions{Follow: l.follow, Previous: l.previous, Timestamps: l.timestamps}
	if l.tail >= 0 {
		o.TailLines = &l.tail
	}
	switch {
	case l.limitBytes < 0:
		return nil, usage("--limit-bytes must be above 0")
	case l.limitBytes > 0:
		o.LimitBytes = &l.limitBytes
	}
	switch {
	case l.since < 0 || l.since > 0 && l.sinceTime != "":
		return nil, usage("--since is a time back from now, given alone or not at all")
	case l.since > 0:
		o.SinceSeconds = ptr(int64((l.since + time.Second - 1) / time.Second))
	case l.sinceTime != "":
		at, err := time.Parse(time.RFC3339, l.sinceTime)
		if err != nil {
			return nil, usage("--since-time is a time such as 2026-05-01T12:00:00Z, not %q", l.sinceTime)
		}
		o.SinceTime = ptr(metav1.NewTime(at))
	}
	return o, nil
}

// sources are the logs that the command line means.
func (l *logsFlags) sources(ctx context.Context, v *verb, args []string) ([]source, error) {
	namespace := v.namespace
	if l.selector != "" {
		if len(args) > 0 {
			return nil, usage("a pod and a selector (-l) cannot be given together")
		}
		rows, err := v.selected(ctx, namespace, l.selector)
		if err == nil && len(rows) == 0 {
			v.warn("No resources found in %s namespace.", namespace)
		}
		var out []source
		for _, row := range rows {
			out = append(out, l.of(row)...)
		}
		return out, err
	}
	if len(args) == 0 {
		return nil, usage("say whose log: a pod, or a selector (-l)")
	}
	name, err := podName(args[0])
	if err != nil {
		return nil, err
	}
	container := l.container
	if len(args) == 2 {
		if container != "" {
			return nil, usage("the container is named twice: %s and %s", container, args[1])
		}
		container = args[1]
	}
	if container != "" && !l.all {
		return []source{{namespace, name, container}}, nil
	}
	o, err := v.client.Get(ctx, namespace, name)
	if err != nil {
		return nil, err
	}
	row := o.Row()
	if !l.all && len(row.Containers) > 1 {
		v.defaulted(row)
	}
	return l.of(row), nil
}

// defaulted says which container was taken of several.
func (v *verb) defaulted(row api.PodRow) {
	others := ""
	for _, name := range row.Containers {
		if others != "" {
			others += ", "
		}
		others += name
	}
	v.warn("Defaulted container %q out of: %s", row.Containers[0], others)
}

// of are the logs of a pod.
func (l *logsFlags) of(row api.PodRow) []source {
	containers := row.Containers
	switch {
	case l.all:
		containers = append(append([]string(nil), row.InitNames...), row.Containers...)
	case l.container != "":
		containers = []string{l.container}
	case len(containers) > 1:
		containers = containers[:1]
	}
	out := make([]source, 0, len(containers))
	for _, c := range containers {
		out = append(out, source{row.Namespace, row.Name, c})
	}
	return out
}

// copy prints one log to its end.
func (l *logsFlags) copy(ctx context.Context, v *verb, s source, opts *corev1.PodLogOptions, w io.Writer) error {
	o := *opts
	o.Container = s.container
	log, err := v.client.Log(ctx, s.namespace, s.pod, &o)
	if err != nil {
		return l.explain(err)
	}
	defer log.Close()
	if l.prefix {
		err = copyLines(w, log, s.prefix())
	} else {
		_, err = io.Copy(w, log)
	}
	return err
}

// explain adds what kubectl's users would not know.
func (l *logsFlags) explain(err error) error {
	if errors.Is(err, api.ErrNotServed) {
		return fmt.Errorf("this endpoint serves no logs: %w", err)
	}
	return err
}

func (s source) prefix() string {
	return "[pod/" + safetext.Clean(s.pod) + "/" + safetext.Clean(s.container) + "] "
}

// together follows several logs at once, line by line.
func (l *logsFlags) together(ctx context.Context, v *verb, sources []source, opts *corev1.PodLogOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w := &lineWriter{w: v.out}
	errs := make(chan error, len(sources))
	for _, s := range sources {
		go func() {
			o := *opts
			o.Container = s.container
			log, err := v.client.Log(ctx, s.namespace, s.pod, &o)
			if err == nil {
				prefix := ""
				if l.prefix {
					prefix = s.prefix()
				}
				err = copyLines(w, log, prefix)
				log.Close()
			}
			errs <- err
		}()
	}
	var first error
	for range sources {
		if err := <-errs; err != nil && first == nil {
			first = l.explain(err)
			cancel()
		}
	}
	return first
}

// lineWriter lets several write whole lines.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// copyLines copies lines, each with the prefix in one write. A line longer than
// the buffer goes out in parts.
func copyLines(w io.Writer, r io.Reader, prefix string) error {
	br := bufio.NewReaderSize(r, 64<<10)
	line := make([]byte, 0, 64<<10)
	begun := false
	for {
		part, err := br.ReadSlice('\n')
		if len(part) > 0 {
			line = line[:0]
			if !begun {
				line = append(line, prefix...)
			}
			line = append(line, part...)
			begun = part[len(part)-1] != '\n'
			if err != nil && !errors.Is(err, bufio.ErrBufferFull) && begun {
				line = append(line, '\n')
			}
			if _, werr := w.Write(line); werr != nil {
				return werr
			}
		}
		switch {
		case err == nil, errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		default:
			return err
		}
	}
}
