//go:build unix

package termbridge

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"podium/termbridge/keys"
	"podium/termbridge/vt"
)

// The kernel's pseudo-terminal is the one truth about the size.
func TestSizeOfTheKernelsTerminal(t *testing.T) {
	p := newPeer()
	pair, err := OpenPTY(80, 24)
	if err != nil {
		t.Skipf("this machine gives no pseudo-terminal: %v", err)
	}
	b := start(t, p, pair)
	if err := b.Resize(101, 37); err != nil {
		t.Fatal(err)
	}
	slave := pair.(*ttyPair).slave
	rc, err := slave.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	err = rc.Control(func(fd uintptr) {
		ws, err := unix.IoctlGetWinsize(int(fd), unix.TIOCGWINSZ)
		if err != nil || ws.Col != 101 || ws.Row != 37 {
			t.Errorf("the size is %+v, %v", ws, err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := pair.Resize(0, 1); !errors.Is(err, ErrZeroSize) {
		t.Errorf("0x1: %v", err)
	}
}

// local runs a command on a terminal of its own.
func local(t testing.TB, cmd *exec.Cmd) *Bridge {
	t.Helper()
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "PS1=ready> ", "HISTFILE=", "LC_ALL=C.UTF-8")
	b, err := New(Options{
		Cols: 80, Rows: 24, Command: cmd,
		OnPanic: func(v any, stack []byte) { t.Errorf("panic: %v\n%s", v, stack) },
	})
	if errors.Is(err, ErrNoPTY) {
		t.Skipf("this machine gives no pseudo-terminal: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

// program finds a program or skips the test.
func program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("PODIUM_NO_SKIP") != "" { // as in the gate
			t.Fatalf("this machine has no %s: %v", name, err)
		}
		t.Skipf("this machine has no %s: %v", name, err)
	}
	return path
}

// types types a line.
func types(t testing.TB, b *Bridge, line string) {
	t.Helper()
	for _, r := range line {
		if err := b.Key(char(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Key(keys.Key{Code: keys.Enter}); err != nil {
		t.Fatal(err)
	}
}

func shows(t testing.TB, b *Bridge, want string) {
	t.Helper()
	sees(t, b, strconv.Quote(want), func(s string) bool { return strings.Contains(s, want) })
}

// talkToBash is a conversation with a shell that uses its terminal.
func talkToBash(t *testing.T, b *Bridge) {
	shows(t, b, "ready>")
	types(t, b, "stty size; tty")
	shows(t, b, "24 80")
	if err := b.Resize(120, 40); err != nil {
		t.Fatal(err)
	}
	types(t, b, "until stty size | grep -q '^40 120'; do :; done; echo si''zed")
	shows(t, b, "sized")
	types(t, b, "stty -a | tr ';' '\\n' | grep -o 'icanon'") // readline restores cooked mode for commands
	shows(t, b, "\nicanon")
	types(t, b, `bash -c 'trap "echo inter""rupted; exit" INT; echo wait""ing; while :; do sleep 0.1; done'`)
	shows(t, b, "waiting")
	if err := b.Key(keys.Key{Code: 'c', Mod: keys.Ctrl}); err != nil {
		t.Fatal(err)
	}
	shows(t, b, "interrupted")
	for _, k := range []keys.Key{char('x'), {Code: keys.Backspace}, {Code: 'u', Mod: keys.Ctrl}} {
		if err := b.Key(k); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Paste("printf '%s-' pasted line"); err != nil {
		t.Fatal(err)
	}
	types(t, b, "")
	shows(t, b, "pasted-line-")
	types(t, b, "exit 3")
	ends(t, b.Done())
}

func TestBashHere(t *testing.T) {
	t.Parallel()
	b := local(t, exec.Command(program(t, "bash"), "--norc", "--noprofile", "-i"))
	if _, known := b.ExitCode(); known {
		t.Error("an exit code before the end")
	}
	talkToBash(t, b)
	if code, known := b.ExitCode(); code != 3 || !known {
		t.Errorf("exit code %d, %v", code, known)
	}
	if r, err := b.End(); r != EndClean || err != nil {
		t.Errorf("ended as %v, %v", r, err)
	}
}

// remote is a Stream to a process on a pseudo-terminal of its own, as a server
// has it.
type remote struct {
	pair PTY
	cmd  *exec.Cmd
}

func newRemote(t testing.TB, cmd *exec.Cmd) *remote {
	t.Helper()
	pair, err := OpenPTY(10, 10)
	if err != nil {
		t.Skipf("this machine gives no pseudo-terminal: %v", err)
	}
	if err := pair.(Starter).Start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = pair.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &remote{pair: pair, cmd: cmd}
}

func (r *remote) Read(p []byte) (int, error)  { return r.pair.Master().Read(p) }
func (r *remote) Write(p []byte) (int, error) { return r.pair.Master().Write(p) }
func (r *remote) CloseWrite() error           { return nil }
func (r *remote) Close() error                { return r.pair.Close() }

func (r *remote) Resize(_ context.Context, rows, cols uint16) error {
	return r.pair.Resize(cols, rows)
}

func TestBashThere(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(program(t, "bash"), "--norc", "--noprofile", "-i")
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "PS1=ready> ", "HISTFILE=", "LC_ALL=C.UTF-8")
	b := start(t, newRemote(t, cmd), nil)
	talkToBash(t, b)
	if r, err := b.End(); r != EndClean || err != nil {
		t.Errorf("ended as %v, %v", r, err)
	}
	if _, known := b.ExitCode(); known {
		t.Error("an exit code of a stream")
	}
}

func TestVim(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "text")
	b := local(t, exec.Command(program(t, "vim"), "-u", "NONE", "-N", "-n", file))
	shows(t, b, "~")
	until(t, "the alternate screen", func() bool { return b.Modes().AltScreen })
	types(t, b, "ihello from vim")
	if err := b.Key(keys.Key{Code: keys.Escape}); err != nil {
		t.Fatal(err)
	}
	until(t, "insert mode is left", func() bool { return !strings.Contains(screenText(b), "INSERT") })
	types(t, b, ":wq")
	ends(t, b.Done())
	if b.Modes().AltScreen {
		t.Error("still on the alternate screen")
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != "hello from vim\n\n" {
		t.Errorf("wrote %q, %v", got, err)
	}
}

// A child in the background that keeps the terminal open does not keep the
// session, not even by writing for ever.
func TestChildInTheBackground(t *testing.T) {
	t.Parallel()
	for name, child := range map[string]string{
		"quiet": "sleep 1000",
		"loud":  "while :; do echo noise; done",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pidFile := filepath.Join(t.TempDir(), "pid")
			// A session of its own: no hang-up of this terminal reaches it.
			script := "trap '' HUP; set -m; setsid sh -c 'echo $$ >" + pidFile + "; " + child + "' & until [ -s " + pidFile + " ]; do :; done; exit 5"
			program(t, "setsid")
			b := local(t, exec.Command(program(t, "bash"), "-c", script))
			t.Cleanup(func() {
				pid, err := os.ReadFile(pidFile)
				if err != nil {
					t.Fatal(err)
				}
				n, err := strconv.Atoi(strings.TrimSpace(string(pid)))
				if err != nil {
					t.Fatal(err)
				}
				_ = unix.Kill(-n, unix.SIGKILL)
			})
			ends(t, b.Done())
			if code, known := b.ExitCode(); code != 5 || !known {
				t.Errorf("exit code %d, %v", code, known)
			}
			if r, err := b.End(); r != EndClean || err != nil {
				t.Errorf("ended as %v, %v", r, err)
			}
		})
	}
}

// Closing ends a process that ignores the hang-up, too.
func TestCloseEndsTheProcess(t *testing.T) {
	t.Parallel()
	// What is caught here is at its default in children, even where the tests
	// were started with SIGHUP ignored (nohup).
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, unix.SIGHUP)
	t.Cleanup(func() { signal.Stop(hup) })
	for name, trap := range map[string]string{"polite": "", "stubborn": "trap '' HUP TERM; "} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(program(t, "bash"), "-c", trap+"echo started; while :; do sleep 1; done")
			b := local(t, cmd)
			shows(t, b, "started")
			begin := time.Now()
			_ = b.Close()
			if d := time.Since(begin); d > killAfter+5*time.Second {
				t.Errorf("closing took %v", d)
			}
			ends(t, b.Done())
			if r, _ := b.End(); r != EndClosed && r != EndClean {
				t.Errorf("ended as %v", r)
			}
			code, known := b.ExitCode()
			if want := map[string]int{"polite": 128 + 1, "stubborn": 128 + 9}[name]; code != want || !known {
				t.Errorf("exit code %d, %v; want %d", code, known, want)
			}
		})
	}
}

func TestCommandThatDoesNotExist(t *testing.T) {
	b, err := New(Options{Cols: 80, Rows: 24, Command: exec.Command("/nonexistent/program")})
	if err == nil {
		_ = b.Close()
		t.Fatal("no error")
	}
	if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "/nonexistent/program") {
		t.Errorf("got %v", err)
	}
	memory, err := NewMemoryPTY(80, 24)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(Options{Cols: 80, Rows: 24, Command: exec.Command("true"), PTY: memory}); !errors.Is(err, ErrNoPTY) {
		t.Errorf("a process without a terminal: %v", err)
	}
}

// A child's standard input is not left non-blocking: cat would fail at once.
func TestChildReadsInPeace(t *testing.T) {
	t.Parallel()
	b := local(t, exec.Command(program(t, "cat")))
	types(t, b, "hello cat")
	sees(t, b, "echo and answer", func(s string) bool { return strings.Count(s, "hello cat") == 2 })
	if err := b.Key(keys.Key{Code: 'd', Mod: keys.Ctrl}); err != nil {
		t.Fatal(err)
	}
	ends(t, b.Done())
	if code, _ := b.ExitCode(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	var f vt.Frame
	if !b.Snapshot(&f) || len(f.Lines) != 24 {
		t.Errorf("%d lines", len(f.Lines))
	}
}
