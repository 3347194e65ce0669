package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiclient"
	"podium/internal/safetext"
	"podium/internal/spool"
	"podium/internal/state"
)

// The commands that work on pods keep the conventions of kubectl: names, flags,
// columns, what goes to standard output and what to standard error. Their
// output has no colours, and what a server sends is made harmless before it is
// printed, but for logs and the output of commands, which are what they are.

// verb is what such a command works with while it runs.
type verb struct {
	*endpoint
	f   *flags
	now func() time.Time
	dir *state.Dir
	in  io.Reader
	out io.Writer
	err io.Writer
}

// mayChange refuses where the configuration forbids changes. What the dashboard
// remembers of being unlocked guards against keys pressed by mistake; a command that
// somebody has written out is none.
func (v *verb) mayChange() error {
	c, err := v.f.loadConfig()
	if err != nil {
		return err
	}
	if !c.Settings.Seals(v.context) {
		return nil
	}
	const key = "contexts.read-only"
	return fmt.Errorf("%s is read-only by %s (%s): nothing was done; --set %s= allows changes for this command", v.name, key, c.Origin(key), key)
}

// temp makes a temporary file.
func (v *verb) temp() (spool.File, error) {
	t, err := v.dir.Temp()
	if err != nil {
		return nil, err
	}
	return t, nil
}

// newVerbs are the commands on pods.
func newVerbs(f *flags) []*cobra.Command {
	verbs := []*cobra.Command{newGet(f), newDescribe(f), newCreate(f), newDelete(f), newLogs(f), newExec(f)}
	for _, cmd := range verbs {
		f.addEndpoint(cmd)
		cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &statusError{status: exitUsage, err: err} })
	}
	return verbs
}

// verb makes a command's RunE of what it does with an endpoint. Errors are said
// here, on standard error and in one sentence, with the exit status given for
// those that bring none of their own.
func (f *flags) verb(status int, run func(ctx context.Context, v *verb, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		v := &verb{f: f, now: f.now, in: cmd.InOrStdin(), out: cmd.OutOrStdout(), err: cmd.ErrOrStderr()}
		if v.now == nil {
			v.now = time.Now
		}
		ctx := cmd.Context()
		err := func() error {
			dir, err := f.dir()
			if err != nil {
				return err
			}
			log, err := openEngineLog(dir)
			if err != nil {
				return err
			}
			defer log.close()
			// Nothing is drawn over the terminal here.
			f.interactive = v.in == os.Stdin && term.IsTerminal(int(os.Stdin.Fd()))
			if v.endpoint, err = f.connect(dir, log.line); err != nil {
				return err
			}
			defer v.close()
			v.dir = dir
			return run(ctx, v, args)
		}()
		var own *statusError
		var bySignal *signalError
		switch {
		case err == nil:
			return nil
		case errors.As(context.Cause(ctx), &bySignal):
			return &statusError{status: exitSignal + int(bySignal.signal)}
		case errors.As(err, &own):
			status = own.status
			if own.err == nil {
				return err
			}
		}
		fmt.Fprintln(v.err, errorLine(err))
		return &statusError{status: status}
	}
}

// usage is an error of the command line itself.
func usage(format string, args ...any) error {
	return &statusError{status: exitUsage, err: fmt.Errorf(format, args...)}
}

// warn says something on standard error that ends nothing.
func (v *verb) warn(format string, args ...any) {
	fmt.Fprintln(v.err, safetext.Clean(fmt.Sprintf(format, args...)))
}

// errorLine is an error as it is printed: the server's refusals as kubectl has
// them, other errors after the word error.
func errorLine(err error) string {
	var status *apierrors.StatusError
	var call *apiclient.CallError
	switch {
	case errors.As(err, &status):
		reason := string(status.ErrStatus.Reason)
		if reason == "" {
			reason = fmt.Sprint(status.ErrStatus.Code)
		}
		text := status.ErrStatus.Message
		if before, _, ok := strings.Cut(err.Error(), ": "); ok && !errors.As(err, &call) {
			text = before + ": " + text // what was tried
		}
		return safetext.Clean(fmt.Sprintf("Error from server (%s): %s", reason, text))
	case errors.As(err, &call):
		return safetext.Clean("error: " + strings.Replace(err.Error(), call.Error(), call.Err.Error(), 1))
	}
	return safetext.Clean("error: " + err.Error())
}

// podNames takes the resource out of arguments: pods NAME…, pod/NAME. It wants
// the resource, as kubectl does, so that a forgotten word is no pod's name.
func podNames(args []string) ([]string, error) {
	if len(args) == 0 {
		return nil, usage("say what: pods, or pod/NAME")
	}
	var names []string
	rest := args
	if isPods(args[0]) {
		rest = args[1:]
	} else if !strings.Contains(args[0], "/") {
		return nil, usage("there is no resource %q: podium knows pods (pods NAME, or pod/NAME)", args[0])
	}
	for _, arg := range rest {
		name, err := podName(arg)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// podName is the pod of NAME or pod/NAME.
func podName(arg string) (string, error) {
	resource, name, ok := strings.Cut(arg, "/")
	switch {
	case !ok:
		name = arg
	case !isPods(resource):
		return "", usage("there is no resource %q: podium knows pods (pod/NAME)", resource)
	}
	if name == "" {
		return "", usage("%q names no pod", arg)
	}
	return name, nil
}

func isPods(word string) bool {
	switch strings.ToLower(word) {
	case "pod", "pods", "po":
		return true
	}
	return false
}

// rows lists pods, all of them in order. The list is asked for in pages where
// the server has them, so that no answer is endless.
func (v *verb) rows(ctx context.Context, namespace, selector string, each func(row api.PodRow, pod []byte) error) (api.ListMeta, error) {
	opts := api.ListOptions{LabelSelector: selector}
	info, err := v.client.Info(ctx)
	if err != nil {
		return api.ListMeta{}, err
	}
	if info.Has(api.CapLimit) {
		opts.Limit = pageSize
	}
	for {
		meta, err := v.client.ListWhole(ctx, namespace, opts, each)
		if err != nil || meta.Continue == "" {
			return meta, err
		}
		opts.Continue = meta.Continue
	}
}

// pageSize is how many pods a page of a list has.
const pageSize = 1000

// selected are the pods that a selector finds.
func (v *verb) selected(ctx context.Context, namespace, selector string) ([]api.PodRow, error) {
	var out []api.PodRow
	_, err := v.rows(ctx, namespace, selector, func(row api.PodRow, _ []byte) error {
		out = append(out, row)
		return nil
	})
	return out, err
}
