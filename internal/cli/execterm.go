package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
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
// had changed: the main screen, the whole of it scrolling, a visible cursor of the
// usual shape, lines that wrap, no mouse, no reports of the focus, no marked
// pastes, the plain keypad and keyboard, no frame that is held back, no colours.
// The cursor is saved first: leaving a screen that is not there moves it to where
// it was saved last.
const resets = "\x1b7\x1b[?1049l" +
	"\x1b7\x1b[r\x1b8" +
	"\x1b[?25h\x1b[0 q\x1b[?7h\x1b[?1000;1002;1003;1004;1006l\x1b[?2004;2026l\x1b[?1l\x1b>\x1b[=0u\x1b[>4m\x1b[0m"

// leftBehind tells whether a program may have gone without putting the terminal
// back: it was killed, or nobody knows how it ended.
func leftBehind(end models.End) bool { return !end.Known || end.Partial || end.ExitCode > 128 }

// throughTerminal gives the command this terminal until its output ends. The
// terminal is put back whatever happens. Without input it is not handed over:
// its ctrl-c is podium's then.
func throughTerminal(ctx context.Context, v *verb, session api.ExecSession, stdin *os.File, input bool) (stream models.Stream, err error) {
	fd := int(stdin.Fd())
	if input {
		before, err := term.MakeRaw(fd)
		if err != nil {
			return models.Stream{}, fmt.Errorf("hand the terminal over: %w", err)
		}
		defer func() { err = errors.Join(err, term.Restore(fd, before)) }()
	}
	sizes, stop := sizeChanges()
	defer stop()
	resizing, endResizing := context.WithCancel(ctx)
	defer endResizing()
	go keepSize(resizing, session, fd, sizes)
	var unread atomic.Pointer[error]
	if input {
		go feed(session, stdin, &unread)
	} else {
		_ = session.CloseWrite() // where it fails the output ends, and says why
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
		case unread.Load() != nil:
			return models.Stream{}, *unread.Load()
		case errors.Is(err, io.EOF):
			return models.Stream{}, nil
		default:
			return models.Stream{Lost: true, Cause: err}, nil
		}
	}
}

// terminalSize is the size of a terminal, 0 where it is not known.
func terminalSize(fd int) (rows, cols uint16) {
	c, r, err := term.GetSize(fd)
	if err != nil {
		return 0, 0
	}
	return uint16(min(max(r, 0), 1<<16-1)), uint16(min(max(c, 0), 1<<16-1))
}

// keepSize tells the other side the terminal's size, at first and whenever it
// changes. A server may refuse until the process is there: it is asked again.
func keepSize(ctx context.Context, session api.ExecSession, fd int, changes <-chan struct{}) {
	for {
		pause := 50 * time.Millisecond
		for range 8 {
			var err error
			if rows, cols := terminalSize(fd); rows > 0 && cols > 0 {
				err = session.Resize(ctx, rows, cols)
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
