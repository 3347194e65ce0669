// Package ui is podium's root program: the one tea.Model, which owns everything
// outside the rectangles of the screens — which of them are open and where, the
// header and the footer, dialogs over them, the way of a key, the leader menu,
// the sessions that go on in the background, notices, the clipboard's way out,
// and the order in which everything ends.
//
// It makes no request itself but for the endpoint's Info, knows no field of a
// pod, and touches neither the file system nor the operating system: what it
// needs of them is in Options.
package ui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/editor"
	"podium/models/external"
)

// Options are what Run needs. Env with its Client and Store is required;
// everything else may be left out.
type Options struct {
	// Env is filled in by Run where it is nil or zero: Theme, Now, Go, Wish, and
	// Settings, which Configured brings.
	Env *models.Env

	Input   io.Reader // nil for the program's standard input
	Output  io.Writer // nil for the program's standard output
	Environ []string  // "KEY=value", as os.Environ gives it
	Version string    // of podium, for the help

	// First is the context to begin with; its Client, names and namespace go
	// into Env. Without it Env's own Client is used, and where there is none
	// either, the program begins with the choice of Env's Contexts. Run closes
	// it when another is opened in its place, and not in the end.
	First *models.Opened

	// Sealed says that no change may be offered whatever is opened.
	Sealed bool

	// Configured is what the user configured, nil for the defaults.
	Configured *Configured

	// Changed waits until the configuration has changed and returns the new
	// one, or the error that it has; the old one stays in force then. It is
	// called again after it returned, and it returns when ctx is done, whatever.
	// Nil where nothing changes.
	Changed func(ctx context.Context) (*Configured, error)

	// FPS is how often a frame is drawn at most, 0 for Bubble Tea's 60.
	FPS int

	// Notices are shown at the start, such as warnings about the endpoint.
	Notices []models.NoticeMsg

	// Copy puts text on a clipboard of this machine and says which way it
	// went ("tmux", "wl-copy"). Where there is none, or it is nil, the
	// terminal is asked to (OSC 52). It may block until ctx is done.
	Copy func(ctx context.Context, text string) (way string, err error)

	// Paste gives what was copied last on this machine. Where there is no
	// clipboard, or it is nil, the terminal is asked. It may block until ctx is
	// done.
	Paste func(ctx context.Context) (text string, err error)

	// Edit starts the user's own editor in a pane; nil where there is none.
	Edit external.Start

	// Page starts the user's own pager in a pane; nil where there is none.
	Page external.Start

	// Rules gives the editor the rules of the endpoint's engine; nil for those
	// of the API page everywhere.
	Rules editor.Rules

	// Report keeps the report of a crash and returns where. It may be called
	// from any goroutine.
	Report func(report []byte) (path string, err error)
}

// ErrEnded is wrapped by Run's error when its context ended the program, as on
// SIGTERM or SIGHUP.
var ErrEnded = errors.New("podium was ended from outside")

// Run shows the program until the user quits, ctx is done or something panics,
// and returns once the terminal is as it was before and every screen is closed.
//
// Quitting gives nil. A done ctx gives an error that wraps ErrEnded and the
// cause. A panic in any goroutine started through Env.Go, in any command and in
// the program's own loop gives a *CrashError; the caller prints it and exits with
// status 2. Run installs no signal handlers: who calls it ends ctx on SIGTERM,
// SIGHUP and SIGINT.
func Run(ctx context.Context, opts Options) error {
	crashes := newCrashes(opts.Report)
	r := newRoot(opts, crashes)
	program := tea.NewProgram(r, programOptions(opts)...)

	ended := make(chan error, 1)
	go func() {
		_, err := program.Run()
		ended <- err
	}()

	defer restoreColours(opts.Output)
	var err error
	select {
	case err = <-ended:
	case <-ctx.Done():
		err = within(grace, program, ended)
	case <-crashes.happened:
		// The loop itself is sound: panics were caught on their way to it.
		err = within(grace, program, ended)
	}
	if !errors.Is(err, errHangs) {
		if r.quitting {
			r.forgetWords()
		}
		r.closeAll() // the loop is over, so the screens are ours
		crashes.rest(lastWork)
	}
	if crash := crashes.first(); crash != nil {
		return crash
	}
	switch {
	case errors.Is(err, tea.ErrProgramPanic):
		return &CrashError{Value: "a panic inside the terminal library"}
	case err != nil:
		return fmt.Errorf("run the dashboard: %w", err)
	case ctx.Err() != nil && !r.quitting:
		return fmt.Errorf("%w: %w", ErrEnded, context.Cause(ctx))
	}
	r.sayGoodbye(opts.Output)
	return nil
}

// grace is how long an ending program may take to give the terminal back.
const grace = 2 * time.Second

// within ends the program in order, and takes the terminal back by force when
// its loop hangs: after a panic somebody may wait for the dead goroutine.
func within(limit time.Duration, program *tea.Program, ended <-chan error) error {
	for _, end := range []func(){program.Quit, program.Kill} {
		go end()
		select {
		case err := <-ended:
			return err
		case <-time.After(limit):
		}
	}
	return errHangs
}

// errHangs ends a program whose loop never came back. The terminal was restored
// as far as it could be.
var errHangs = errors.New("the program hangs and was given up")

// lastWork is how long what screens do on their way out may take: the last draft
// is written, an editor is ended and what it saved is kept.
const lastWork = 3 * time.Second

func programOptions(opts Options) []tea.ProgramOption {
	// Signals end the context that Run is given: one way for all of them.
	out := []tea.ProgramOption{tea.WithoutSignalHandler()}
	if opts.Input != nil {
		out = append(out, tea.WithInput(opts.Input))
	}
	if opts.Output != nil {
		out = append(out, tea.WithOutput(opts.Output))
	}
	if opts.Environ != nil {
		out = append(out, tea.WithEnvironment(opts.Environ))
	}
	if opts.FPS > 0 {
		out = append(out, tea.WithFPS(opts.FPS))
	}
	return out
}

// getenv looks a variable up in an environment.
func getenv(environ []string, name string) string {
	for i := len(environ) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(environ[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// getenv looks a variable up in the environment of the options.
func (o Options) getenv(name string) string { return getenv(o.Environ, name) }
