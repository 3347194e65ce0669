// Package cli is podium's command line: it reads flags and environment, wires
// engines, servers, clients and the dashboard together, and turns errors into
// exit statuses. It holds no logic of its own that another package could need.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"

	"podium/apiserver/engine/kube"
	"podium/internal/safetext"
	"podium/internal/strictyaml"
	"podium/ui"
)

// version is set by the linker; see the Makefile.
var version = "dev"

// The exit statuses.
const (
	exitOK     = 0
	exitError  = 1 // what was asked could not be done
	exitCrash  = 2 // a mistake of ours: the report says where it is kept
	exitUsage  = 3 // the command line makes no sense
	exitSignal = 128
)

// statusError carries an exit status through cobra.
type statusError struct {
	status int
	err    error // nil when everything has been said
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

// Main runs podium with args, without the program's name, and returns its exit
// status. SIGTERM, SIGHUP and SIGINT end what runs in order.
func Main(args []string) int {
	ctx, stop := withSignals(context.Background())
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	// Nothing but the plain question is asked so often that its time matters.
	if len(args) == 1 && args[0] == "--version" {
		fmt.Println("podium", version)
		return exitOK
	}
	var said *statusError
	keepQuiet(root, &said)
	err := fang.Execute(ctx, root, fang.WithVersion(version), fang.WithoutManpage(), fang.WithErrorHandler(sayError))
	if said != nil {
		return said.status
	}
	return exitStatus(ctx, err)
}

// sayError prints an error as a line: programs read standard error, too. What is
// wrong with a configuration is a line for each mistake, which editors can jump to.
func sayError(w io.Writer, _ fang.Styles, err error) {
	var problems strictyaml.FileErrors
	first, rest, more := strings.Cut(err.Error(), "\n")
	switch {
	case errors.As(err, &problems):
	case more: // with the screen that was waited for in vain
		fmt.Fprintln(w, safetext.Clean("error: "+first))
		for line := range strings.SplitSeq(rest, "\n") {
			fmt.Fprintln(w, safetext.Clean(line))
		}
	default:
		fmt.Fprintln(w, errorLine(err))
	}
	for _, p := range problems {
		fmt.Fprintln(w, safetext.Clean(p.String()))
	}
}

// keepQuiet takes errors for which everything has been said out of cobra's
// hands and into said. To print an error its colours are chosen first, and for
// that the terminal is asked for its background: one that is going away, or
// never answers, costs seconds.
func keepQuiet(cmd *cobra.Command, said **statusError) {
	if run := cmd.RunE; run != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			err := run(cmd, args)
			var status *statusError
			if errors.As(err, &status) && status.err == nil {
				*said = status
				return nil
			}
			return err
		}
	}
	for _, sub := range cmd.Commands() {
		keepQuiet(sub, said)
	}
}

func exitStatus(ctx context.Context, err error) int {
	var status *statusError
	var crash *ui.CrashError
	var bySignal *signalError
	switch {
	case errors.As(err, &status):
		return status.status
	case errors.As(err, &crash):
		return exitCrash
	case errors.As(context.Cause(ctx), &bySignal):
		return exitSignal + int(bySignal.signal)
	case err != nil:
		return exitError
	}
	return exitOK
}

// signalError is the cause of a context that a signal ended.
type signalError struct{ signal syscall.Signal }

func (e *signalError) Error() string { return "received " + e.signal.String() }

// withSignals returns a context that ends on the signals that ask a program to
// go. A second one ends the process at once.
func withSignals(parent context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	got := make(chan os.Signal, 1)
	signal.Notify(got, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	done := make(chan struct{})
	go func() {
		select {
		case s := <-got:
			signal.Stop(got)
			if sig, ok := s.(syscall.Signal); ok {
				cancel(&signalError{signal: sig})
			}
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(got)
		close(done)
		cancel(nil)
	}
}

func newRoot() *cobra.Command { return rootOf(&flags{quiet: kube.Quiet}) }

func rootOf(f *flags) *cobra.Command {
	root := &cobra.Command{
		Use:   "podium",
		Short: "A terminal dashboard for pods",
		Long: "podium lists and inspects pods, creates and deletes them, and opens shells in their containers.\n" +
			"Without flags it works on this machine's processes; nothing needs to be set up.",
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return runDashboard(cmd.Context(), f) },
	}
	f.add(root)
	root.AddCommand(newVerbs(f)...)
	root.AddCommand(newServe(f), newContexts(f), newHost(f), newScreenshot(f), newLint(), newConfig(f), newMan())
	return root
}
