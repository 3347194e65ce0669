package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
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

// editors are tried where the environment names none.
var editors = []string{"editor", "nano", "vim", "vi"}

// editLocally gives screens the user's editor. The text lies in a file of the
// state folder, which only its owner can read, for as long as it is edited.
func editLocally(dir *state.Dir, environ []string) external.Start {
	return func(req external.Request) (*external.Job, error) {
		argv, err := editorCommand(req.Command, environ)
		if err != nil {
			return nil, err
		}
		sub, err := dir.Sub("edit")
		if err != nil {
			return nil, err
		}
		sweep(sub.Path(), time.Now().Add(-leftFor))
		file, err := layOut(sub.Path(), req.Text)
		if err != nil {
			return nil, fmt.Errorf("lay the text out for %s: %w", argv[0], err)
		}
		cmd := exec.Command(argv[0], append(argv[1:], file)...)
		cmd.Env = innerEnv(environ)
		bridge, err := termbridge.New(termbridge.Options{
			Cols: req.Cols, Rows: req.Rows, Command: cmd, OnPanic: req.OnPanic,
			Terminal: innerTerminal(req),
		})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("start %s, which $VISUAL or $EDITOR may name otherwise: %w", argv[0], err), os.Remove(file))
		}
		return &external.Job{
			Name: safetext.Line(filepath.Base(argv[0]), 40), Bridge: bridge,
			Text:    func() (string, error) { return readBack(file) },
			Discard: func() error { return os.Remove(file) },
		}, nil
	}
}

// innerTerminal tells an editor that asks whether the background is dark; its
// very colour is not known.
func innerTerminal(req external.Request) vt.Options {
	o := vt.Options{Width: req.Width, AllowClipboard: true, Foreground: vt.RGBColor(0, 0, 0), Background: vt.RGBColor(255, 255, 255)}
	if req.Dark {
		o.Foreground, o.Background = o.Background, o.Foreground
	}
	return o
}

// editorCommand is the editor that is configured or that the environment names,
// with its arguments,
// or one that is there.
func editorCommand(configured string, environ []string) ([]string, error) {
	if argv := strings.Fields(configured); len(argv) > 0 {
		return argv, nil
	}
	for _, name := range []string{"VISUAL", "EDITOR"} {
		for _, kv := range environ {
			value, ok := strings.CutPrefix(kv, name+"=")
			if argv := strings.Fields(value); ok && len(argv) > 0 {
				return argv, nil
			}
		}
	}
	for _, name := range editors {
		if path, err := exec.LookPath(name); err == nil {
			return []string{path}, nil
		}
	}
	return nil, errors.New("no editor was found: set $EDITOR to the one that you like")
}

// leftFor is how long the file of an editor that was cut off is left, for its
// owner to find: it may hold what was saved last, or the editor's swap file.
const leftFor = 14 * 24 * time.Hour

// sweep removes what was last changed before then. What cannot be removed now
// may be the next time.
func sweep(dir string, before time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// layOut writes text to a new file that only its owner can read.
func layOut(dir, text string) (file string, err error) {
	f, err := os.CreateTemp(dir, "pod-*.yaml") // 0600
	if err != nil {
		return "", err
	}
	_, err = io.WriteString(f, text)
	if err = errors.Join(err, f.Close()); err != nil {
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
