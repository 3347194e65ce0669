package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"podium/internal/safetext"
	"podium/internal/state"
	"podium/models/external"
	"podium/termbridge"
)

// pagers are tried where the environment names none.
var pagers = []string{"less", "more"}

// pageLocally gives screens the user's pager. The text lies in a file of the
// state folder, which only its owner can read, for as long as it is looked at.
func pageLocally(dir *state.Dir, environ []string) external.Start {
	return func(req external.Request) (*external.Job, error) {
		argv, err := pagerCommand(environ)
		if err != nil {
			return nil, err
		}
		sub, err := dir.Sub("page")
		if err != nil {
			return nil, err
		}
		// What a crash left behind; nobody looks at one text for a day.
		sweep(sub.Path(), time.Now().Add(-24*time.Hour))
		f, err := os.CreateTemp(sub.Path(), "output-*") // 0600
		if err != nil {
			return nil, fmt.Errorf("lay the text out for %s: %w", argv[0], err)
		}
		file := f.Name()
		discard := func() error { return os.Remove(file) }
		if err := errors.Join(req.Write(f), f.Close()); err != nil {
			return nil, errors.Join(fmt.Errorf("lay the text out for %s: %w", argv[0], err), discard())
		}
		cmd := exec.Command(argv[0], append(argv[1:], file)...)
		cmd.Env = pagerEnv(environ)
		bridge, err := termbridge.New(termbridge.Options{
			Cols: req.Cols, Rows: req.Rows, Command: cmd, OnPanic: req.OnPanic,
			Terminal: innerTerminal(req),
		})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("start %s, which $PAGER may name otherwise: %w", argv[0], err), discard())
		}
		return &external.Job{
			Name: safetext.Line(filepath.Base(argv[0]), 40), Bridge: bridge,
			Text:    func() (string, error) { return "", nil },
			Discard: discard,
		}, nil
	}
}

// pagerCommand is the pager that the environment names, with its arguments, or
// one that is there.
func pagerCommand(environ []string) ([]string, error) {
	for _, kv := range environ {
		value, ok := strings.CutPrefix(kv, "PAGER=")
		if argv := strings.Fields(value); ok && len(argv) > 0 {
			return argv, nil
		}
	}
	for _, name := range pagers {
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}, nil
		}
	}
	return nil, errors.New("no pager was found: set $PAGER to the one that you like")
}

// pagerEnv has less show colours and nothing else of what a program wrote, unless
// the user says otherwise.
func pagerEnv(environ []string) []string {
	env := innerEnv(environ)
	for _, kv := range env {
		if strings.HasPrefix(kv, "LESS=") {
			return env
		}
	}
	return append(env, "LESS=-R")
}
