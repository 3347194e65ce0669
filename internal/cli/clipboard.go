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
func readClipboard(ctx context.Context) (string, error) {
	err := errors.New("no clipboard program is installed here")
	for _, c := range pasters {
		if !c.when() {
			continue
		}
		path, lookErr := exec.LookPath(c.name)
		if lookErr != nil {
			continue
		}
		cmd := exec.CommandContext(ctx, path, c.args...)
		out, pipeErr := cmd.StdoutPipe()
		if pipeErr == nil {
			pipeErr = cmd.Start()
		}
		if pipeErr != nil {
			err = fmt.Errorf("%s gave no text: %w", c.name, pipeErr)
			continue
		}
		// The rest of a larger one is left to the program, which is ended.
		text, readErr := io.ReadAll(io.LimitReader(out, clipboardLimit))
		if len(text) == clipboardLimit {
			readErr = errors.Join(errors.New("it holds more than is read"), cmd.Process.Kill())
		}
		waitErr := errors.Join(readErr, cmd.Wait())
		if waitErr == nil && len(text) == 0 {
			waitErr = errors.New("nothing was copied")
		}
		if waitErr != nil {
			err = fmt.Errorf("%s gave no text: %w", c.name, waitErr)
			continue
		}
		return string(text), nil
	}
	return "", err
}

// clipboardLimit bounds what is read from a clipboard, in bytes.
const clipboardLimit = 16 << 20

// copyToClipboard puts text on a clipboard and names the program that took it.
// An error means that there is none here, or that the last one failed.
func copyToClipboard(ctx context.Context, text string) (string, error) {
	err := errors.New("no clipboard program is installed here")
	for _, c := range clipboards {
		if !c.when() {
			continue
		}
		path, lookErr := exec.LookPath(c.name)
		if lookErr != nil {
			continue
		}
		cmd := exec.CommandContext(ctx, path, c.args...)
		cmd.Stdin = strings.NewReader(text)
		if runErr := cmd.Run(); runErr != nil {
			err = fmt.Errorf("%s took no text: %w", c.name, runErr)
			continue
		}
		return c.name, nil
	}
	return "", err
}
