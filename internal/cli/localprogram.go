package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"podium/internal/safetext"
	"podium/internal/state"
	"podium/models/external"
	"podium/termbridge"
	"podium/termbridge/vt"
)

// editLimit is how much of an edited file is read back, in bytes.
const editLimit = 16 << 20

// localProgram is a program of the user's that works on a text in a pane. The
// text lies in a file of the state folder, which only its owner can read, for as
// long as that takes.
type localProgram struct {
	what      string   // in a word
	variables []string // of the environment that name it, the first before the others
	usual     []string // tried where none does
	folder    string   // of the state folder, for its files
	file      string   // pattern of their names
	// keep is how long the file is left when the program was cut off.
	keep time.Duration
	env  []string // where the environment says nothing else
}

var (
	// An editor's file may hold what was saved last, or its swap file: the user
	// is to find it.
	localEditor = localProgram{
		what: "editor", variables: []string{"VISUAL", "EDITOR"}, usual: []string{"editor", "nano", "vim", "vi"},
		folder: "edit", file: "pod-*.yaml", keep: 14 * 24 * time.Hour,
	}
	// less is to show colours and nothing else of what a program wrote. Nobody
	// looks at one text for a day.
	localPager = localProgram{
		what: "pager", variables: []string{"PAGER"}, usual: []string{"less", "more"},
		folder: "page", file: "output-*", keep: 24 * time.Hour, env: []string{"LESS=-R"},
	}
)

// starter gives screens the program.
func (p localProgram) starter(dir *state.Dir, environ []string) external.Start {
	return func(req external.Request) (*external.Job, error) {
		argv, err := p.command(req.Command, environ)
		if err != nil {
			return nil, err
		}
		sub, err := dir.Sub(p.folder)
		if err != nil {
			return nil, err
		}
		sub.Sweep(time.Now().Add(-p.keep), "")
		file, err := layOut(filepath.Join(sub.Path(), p.file), req.Write)
		if err != nil {
			return nil, fmt.Errorf("lay the text out for %s: %w", argv[0], err)
		}
		cmd := exec.Command(argv[0], append(argv[1:], file)...)
		cmd.Env = p.environment(environ)
		bridge, err := termbridge.New(termbridge.Options{
			Cols: req.Cols, Rows: req.Rows, Command: cmd, OnPanic: req.OnPanic,
			Terminal: innerTerminal(req),
		})
		if err != nil {
			named := "$" + strings.Join(p.variables, " or $")
			return nil, errors.Join(fmt.Errorf("start %s, which %s may name otherwise: %w", argv[0], named, err), os.Remove(file))
		}
		return &external.Job{
			Name: safetext.Line(filepath.Base(argv[0]), 40), Bridge: bridge,
			Text:    func() (string, error) { return readBack(file) },
			Discard: func() error { return os.Remove(file) },
		}, nil
	}
}

// command is the program that is configured or that the environment names, with
// its arguments, or one that is there.
func (p localProgram) command(configured string, environ []string) ([]string, error) {
	if argv := strings.Fields(configured); len(argv) > 0 {
		return argv, nil
	}
	for _, name := range p.variables {
		for _, kv := range environ {
			value, ok := strings.CutPrefix(kv, name+"=")
			if argv := strings.Fields(value); ok && len(argv) > 0 {
				return argv, nil
			}
		}
	}
	for _, name := range p.usual {
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}, nil
		}
	}
	return nil, fmt.Errorf("no %s was found: set $%s to the one that you like", p.what, p.variables[len(p.variables)-1])
}

// environment is what the program finds in its environment.
func (p localProgram) environment(environ []string) []string {
	env := innerEnv(environ)
	for _, kv := range p.env {
		name, _, _ := strings.Cut(kv, "=")
		if !slices.ContainsFunc(env, func(have string) bool { return strings.HasPrefix(have, name+"=") }) {
			env = append(env, kv)
		}
	}
	return env
}

// innerTerminal tells a program that asks whether the background is dark; its
// very colour is not known.
func innerTerminal(req external.Request) vt.Options {
	o := vt.Options{Width: req.Width, AllowClipboard: true, Foreground: vt.RGBColor(0, 0, 0), Background: vt.RGBColor(255, 255, 255)}
	if req.Dark {
		o.Foreground, o.Background = o.Background, o.Foreground
	}
	return o
}

// layOut writes a text to a new file that only its owner can read.
func layOut(pattern string, write func(io.Writer) error) (file string, err error) {
	f, err := os.CreateTemp(filepath.Split(pattern)) // 0600
	if err != nil {
		return "", err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// readBack reads what an editor has left.
func readBack(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", fmt.Errorf("read what the editor left: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, editLimit+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read what the editor left: %w", err)
	case len(data) > editLimit:
		return "", fmt.Errorf("what the editor left in %s is larger than %d MB", file, editLimit>>20)
	}
	return string(data), nil
}
