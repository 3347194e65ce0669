package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// clipboard is a program and when it is of use.
type clipboard struct {
	name string
	args []string
	when func() bool
}

var (
	inTmux  = func() bool { return os.Getenv("TMUX") != "" }
	always  = func() bool { return true }
	wayland = func() bool { return os.Getenv("WAYLAND_DISPLAY") != "" }
	x11     = func() bool { return os.Getenv("DISPLAY") != "" }
)

// clipboards are the programs that take text for this machine's clipboard, and
// pasters those that give what is on it.
var (
	clipboards = []clipboard{
		{"tmux", []string{"load-buffer", "-w", "-"}, inTmux},
		{"pbcopy", nil, always},
		{"wl-copy", nil, wayland},
		{"xclip", []string{"-selection", "clipboard"}, x11},
	}
	pasters = []clipboard{
		{"pbpaste", nil, always},
		{"wl-paste", []string{"--no-newline"}, wayland},
		{"xclip", []string{"-selection", "clipboard", "-o"}, x11},
		{"tmux", []string{"save-buffer", "-"}, inTmux},
	}
)

// readClipboard gives what is on the clipboard of this machine. An error means
// that there is none here, or that it is empty.
func readClipboard(ctx context.Context) (text string, err error) {
	_, err = useFirst(pasters, "gave", func(path string, args []string) error {
		text, err = paste(exec.CommandContext(ctx, path, args...))
		return err
	})
	return text, err
}

// clipboardLimit bounds what is read from a clipboard, in bytes.
const clipboardLimit = 16 << 20

// paste reads what the program gives.
func paste(cmd *exec.Cmd) (string, error) {
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", err
	}
	// The rest of a larger one is left to the program, which is ended.
	text, err := io.ReadAll(io.LimitReader(out, clipboardLimit))
	if len(text) == clipboardLimit {
		err = errors.Join(errors.New("it holds more than is read"), cmd.Process.Kill())
	}
	err = errors.Join(err, cmd.Wait())
	switch {
	case err != nil:
		return "", err
	case len(text) == 0:
		return "", errors.New("nothing was copied")
	}
	return string(text), nil
}

// copyToClipboard puts text on a clipboard and names the program that took it.
// An error means that there is none here, or that the last one failed.
func copyToClipboard(ctx context.Context, text string) (string, error) {
	return useFirst(clipboards, "took", func(path string, args []string) error {
		cmd := exec.CommandContext(ctx, path, args...)
		cmd.Stdin = strings.NewReader(text)
		return cmd.Run()
	})
}

// useFirst names the first of the programs that is here and did what it was
// asked for.
func useFirst(programs []clipboard, did string, do func(path string, args []string) error) (string, error) {
	err := errors.New("no clipboard program is installed here")
	for _, c := range programs {
		if !c.when() {
			continue
		}
		path, lookErr := exec.LookPath(c.name)
		if lookErr != nil {
			continue
		}
		failed := do(path, c.args)
		if failed == nil {
			return c.name, nil
		}
		err = fmt.Errorf("%s %s no text: %w", c.name, did, failed)
	}
	return "", err
}
