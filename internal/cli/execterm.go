package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"podium/api"
	"podium/models"
)

// isTerminal tells whether what is written goes to a terminal.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// resets are sent to a terminal whose program went without putting back what it
// had changed: the main screen, a visible cursor, no mouse, no marked pastes, the
// plain keypad, no colours.
const resets = "\x1b[?1049l\x1b[?25h\x1b[?1000;1002;1003;1006l\x1b[?2004l\x1b[?1l\x1b>\x1b[0m"

// throughTerminal gives the command this terminal until its output ends. The
// terminal is put back whatever happens.
func throughTerminal(ctx context.Context, v *verb, session api.ExecSession, stdin *os.File, input bool) (stream models.Stream, err error) {
	fd := int(stdin.Fd())
	before, err := term.MakeRaw(fd)
	if err != nil {
		return models.Stream{}, fmt.Errorf("hand the terminal over: %w", err)
	}
	defer func() {
		if stream.Lost || ctx.Err() != nil {
			_, _ = io.WriteString(v.out, resets)
		}
		err = errors.Join(err, term.Restore(fd, before))
	}()
	sizes, stop := sizeChanges()
	defer stop()
	resizing, endResizing := context.WithCancel(ctx)
	defer endResizing()
	go keepSize(resizing, session, fd, sizes)
	if input {
		go func() {
			if _, err := io.Copy(session, stdin); err == nil {
				_ = session.CloseWrite() // where it fails the output ends, and says why
			}
		}()
	} else if err := session.CloseWrite(); err != nil {
		return models.Stream{}, err
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := session.Read(buf)
		if n > 0 {
			if _, werr := v.out.Write(buf[:n]); werr != nil {
				return models.Stream{}, fmt.Errorf("pass the command's output on: %w", werr)
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return models.Stream{}, nil
		default:
			return models.Stream{Lost: true, Cause: err}, nil
		}
	}
}

// keepSize tells the other side the terminal's size, at first and whenever it
// changes. A server may refuse until the process is there: it is asked again.
func keepSize(ctx context.Context, session api.ExecSession, fd int, changes <-chan struct{}) {
	for {
		pause := 50 * time.Millisecond
		for range 8 {
			cols, rows, err := term.GetSize(fd)
			if err == nil && cols > 0 && rows > 0 {
				err = session.Resize(ctx, uint16(min(rows, 1<<16-1)), uint16(min(cols, 1<<16-1)))
			}
			if err == nil || ctx.Err() != nil {
				break
			}
			select {
			case <-time.After(pause):
				pause *= 2
			case <-ctx.Done():
			}
		}
		select {
		case <-changes:
		case <-ctx.Done():
			return
		}
	}
}
