package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"

	"podium/termbridge/vt"
)

// patience is how long a test waits for something to appear. It is generous
// because a loaded machine of two cores runs this too; a test that passes
// never waits it out.
const patience = 20 * time.Second

// terminal is a program in a pseudo-terminal whose screen is kept by podium's
// own emulator: what a user would see, and the terminal that answers.
type terminal struct {
	t   *testing.T
	cmd *exec.Cmd
	ptm *os.File // master
	pts *os.File // slave, held so that modes can be read after the end

	mu      sync.Mutex
	screen  *vt.Terminal
	written bytes.Buffer // all output, for failures and byte counts
	heard   time.Time    // when the last of it came
	changed chan struct{}
	done    chan struct{} // closed when the process has ended
	err     error         // of the process, after done
	before  unix.Termios
	started time.Time

	patience time.Duration // how long it waits for the screen
}

// options of a terminal; zero values mean the defaults in brackets.
type options struct {
	cols, rows int      // [100 x 30]
	env        []string // added to a small, fixed environment
}

// start runs the binary with args in a terminal and stops it at the test's end.
func start(t *testing.T, o options, args ...string) *terminal {
	t.Helper()
	return startProgram(t, o, append([]string{binary(t)}, args...))
}

func startProgram(t *testing.T, o options, argv []string) *terminal {
	t.Helper()
	if o.cols == 0 {
		o.cols, o.rows = 100, 30
	}
	ptm, pts, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if err := pty.Setsize(ptm, &pty.Winsize{Rows: uint16(o.rows), Cols: uint16(o.cols)}); err != nil {
		t.Fatal(err)
	}
	tm := &terminal{
		t: t, ptm: ptm, pts: pts,
		screen:  vt.New(vt.Options{Cols: o.cols, Rows: o.rows}),
		changed: make(chan struct{}, 1), done: make(chan struct{}), patience: patience,
	}
	tm.before = tm.termios()
	tm.cmd = exec.Command(argv[0], argv[1:]...)
	tm.cmd.Stdin, tm.cmd.Stdout, tm.cmd.Stderr = pts, pts, pts
	tm.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	tm.cmd.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TERM=xterm-256color",
		"COLORTERM=truecolor", "LANG=C.UTF-8", "SHELL=/bin/sh",
	}, o.env...)
	tm.cmd.Dir = t.TempDir()
	tm.started = time.Now()
	if err := tm.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go tm.read()
	go func() {
		tm.err = tm.cmd.Wait()
		close(tm.done)
		tm.wake()
	}()
	t.Cleanup(tm.stop)
	return tm
}

// read feeds the emulator and sends its answers back, as a terminal does.
func (tm *terminal) read() {
	buf := make([]byte, 32<<10)
	var replies []byte
	for {
		n, err := tm.ptm.Read(buf)
		now := time.Now()
		tm.mu.Lock()
		if n > 0 {
			tm.heard = now
		}
		_, _ = tm.screen.Write(buf[:n])
		if tm.written.Len() < 64<<20 {
			tm.written.Write(buf[:n])
		}
		replies = tm.screen.TakeReplies(replies[:0])
		tm.mu.Unlock()
		if len(replies) > 0 {
			_, _ = tm.ptm.Write(replies)
		}
		tm.wake()
		if err != nil {
			return
		}
	}
}

func (tm *terminal) wake() {
	select {
	case tm.changed <- struct{}{}:
	default:
	}
}

// stop ends whatever still runs and frees the terminal.
func (tm *terminal) stop() {
	select {
	case <-tm.done:
	default:
		_ = tm.cmd.Process.Kill()
		<-tm.done
	}
	tm.pts.Close()
	tm.ptm.Close()
}

// text is the screen as plain text.
func (tm *terminal) text() string {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.screen.Text()
}

// sent is how many bytes the program has written so far.
func (tm *terminal) sent() int {
	tm.mu.Lock()
	defer tm.mu.Unlock()
	return tm.written.Len()
}

// until waits for ok to hold of the screen's text and fails with the screen
// when it does not in time.
func (tm *terminal) until(what string, ok func(text string) bool) {
	tm.t.Helper()
	deadline := time.After(tm.patience)
	for !ok(tm.text()) {
		select {
		case <-tm.changed:
		case <-deadline:
			tm.t.Fatalf("waited %s in vain for %s; the screen:\n%s", tm.patience, what, tm.text())
		}
	}
}

// sees waits until every one of the texts is on the screen at once.
func (tm *terminal) sees(texts ...string) {
	tm.t.Helper()
	tm.until(fmt.Sprintf("%q", texts), func(screen string) bool {
		for _, s := range texts {
			if !strings.Contains(screen, s) {
				return false
			}
		}
		return true
	})
}

// lacks waits until the text is not on the screen.
func (tm *terminal) lacks(text string) {
	tm.t.Helper()
	tm.until(fmt.Sprintf("%q to be gone", text), func(screen string) bool { return !strings.Contains(screen, text) })
}

// types sends bytes as they are, as a keyboard would.
func (tm *terminal) types(s string) {
	tm.t.Helper()
	if _, err := io.WriteString(tm.ptm, s); err != nil {
		tm.t.Fatalf("typing %q: %v", s, err)
	}
}

// keys that tests press by name.
var keys = map[string]string{
	"enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "backspace": "\x7f",
	"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
	"home": "\x1b[H", "end": "\x1b[F", "delete": "\x1b[3~", "pgup": "\x1b[5~", "pgdown": "\x1b[6~",
}

// press sends keys by name: "enter", "ctrl+d", or a letter as it is.
func (tm *terminal) press(names ...string) {
	tm.t.Helper()
	for _, name := range names {
		switch seq, ok := keys[name]; {
		case ok:
			tm.types(seq)
		case strings.HasPrefix(name, "ctrl+") && len(name) == 6:
			tm.types(string(rune(name[5] & 0x1f)))
		default:
			tm.types(name)
		}
	}
}

// resize changes the terminal's size, as a window manager would.
func (tm *terminal) resize(cols, rows int) {
	tm.t.Helper()
	tm.mu.Lock()
	tm.screen.Resize(cols, rows)
	tm.mu.Unlock()
	if err := pty.Setsize(tm.ptm, &pty.Winsize{Rows: uint16(rows), Cols: uint16(cols)}); err != nil {
		tm.t.Fatal(err)
	}
}

// exits waits for the program's end and returns its exit status, 128+N for
// death by signal N.
func (tm *terminal) exits() int {
	tm.t.Helper()
	select {
	case <-tm.done:
	case <-time.After(patience):
		tm.t.Fatalf("the program did not end; the screen:\n%s", tm.text())
	}
	var ee *exec.ExitError
	switch {
	case tm.err == nil:
		return 0
	case errors.As(tm.err, &ee):
		if ws, ok := ee.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
			return 128 + int(ws.Signal())
		}
		return ee.ExitCode()
	}
	tm.t.Fatal(tm.err)
	return -1
}

func (tm *terminal) termios() unix.Termios {
	tm.t.Helper()
	got, err := unix.IoctlGetTermios(int(tm.pts.Fd()), unix.TCGETS)
	if err != nil {
		tm.t.Fatal(err)
	}
	return *got
}

// isRestored checks that the program, which has ended, left the terminal as it
// found it: line discipline, screen, cursor, mouse, paste and keyboard modes.
func (tm *terminal) isRestored() {
	tm.t.Helper()
	if now := tm.termios(); now != tm.before {
		tm.t.Errorf("the terminal's line discipline was left changed:\nbefore %+v\nafter  %+v", tm.before, now)
	}
	// The end of the process may overtake its last bytes.
	fresh := vt.New(vt.Options{Cols: 10, Rows: 5}).Modes()
	tm.until("the terminal's modes to be as before", func(string) bool {
		tm.mu.Lock()
		defer tm.mu.Unlock()
		return tm.screen.Modes() == fresh && tm.screen.Cursor().Visible
	})
}
