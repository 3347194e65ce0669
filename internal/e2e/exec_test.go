package e2e

import (
	"strings"
	"syscall"
	"testing"

	"podium/internal/faultserver"
)

// madeUp is the name of the first pod of a small fake engine.
func madeUp(t *testing.T) string {
	t.Helper()
	out, err := podium(t, "get", "pods", "--engine", "fake", "--pods", "3", "-o", "wide", "--no-headers", "--state-dir", t.TempDir())
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 2 && f[2] == "Running" {
			return f[0]
		}
	}
	t.Fatalf("no pod runs:\n%s", out)
	return ""
}

// execShell opens a shell by podium exec -it.
func execShell(t *testing.T, o options) *terminal {
	t.Helper()
	tm := start(t, o, "exec", "-it", "--engine", "fake", "--pods", "3", "--state-dir", t.TempDir(), "-q", madeUp(t), "--", "sh")
	tm.until("a prompt", prompting)
	return tm
}

// TestExecWithATerminal: size at first and on change, the command's own exit
// status, the terminal put back.
func TestExecWithATerminal(t *testing.T) {
	tm := execShell(t, options{cols: 90, rows: 25})
	tm.types("stty size\r")
	tm.sees("25 90")
	tm.resize(70, 20)
	tm.until("the new size", func(s string) bool {
		tm.types("stty size\r")
		return strings.Contains(s, "20 70")
	})
	tm.types("exit 7\r")
	if code := tm.exits(); code != 7 {
		t.Errorf("podium ended with %d, the shell with 7", code)
	}
	tm.isRestored()
}

// TestExecWithATerminalIsEndedInOrder by a signal, the terminal put back.
func TestExecWithATerminalIsEndedInOrder(t *testing.T) {
	tm := execShell(t, options{})
	if err := tm.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := tm.exits(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("podium ended with %d", code)
	}
	tm.isRestored()
}

// editorModes are what editors switch on: a screen of its own, a part of it that
// scrolls, no cursor, mouse, focus, marked pastes, keyboard.
const editorModes = "\x1b[>1u\x1b[?1049h\x1b[2;5r\x1b[?25l\x1b[4 q\x1b[?1002;1006h\x1b[?1004h\x1b[?2004h\x1b[?1h\x1b=\x1b[>1u"

// TestExecWithATerminalThatIsKilled: nobody switched off what the program had
// switched on, and the text before it is where it was.
func TestExecWithATerminalThatIsKilled(t *testing.T) {
	s := faultserver.New(t, faultserver.Script{Stream: []byte("first\r\nsecond" + editorModes + "hello"), Inspect: faultserver.Exited(137)})
	tm := start(t, options{}, "exec", "-it", "--server", s.URL, "--state-dir", t.TempDir(), faultserver.Pod, "--", "vim")
	if code := tm.exits(); code != 137 {
		t.Errorf("podium ended with %d", code)
	}
	tm.isRestored()
	tm.sees("second")
	tm.lacks("hello")
}

// TestCtrlCWithoutInput ends podium where the command reads no keys: it could not
// be left otherwise.
func TestCtrlCWithoutInput(t *testing.T) {
	tm := start(t, options{}, "exec", "-t", "--engine", "fake", "--pods", "3", "--state-dir", t.TempDir(), "-q", madeUp(t), "--",
		"sh", "-c", "echo ready; sleep 1000")
	tm.sees("ready")
	tm.types("\x03")
	if code := tm.exits(); code != 130 {
		t.Errorf("podium ended with %d", code)
	}
	tm.isRestored()
}

// TestExecWithATerminalThatIsLost: what the program had switched on is switched
// off, the status is 255, and a line says why.
func TestExecWithATerminalThatIsLost(t *testing.T) {
	s := faultserver.New(t, faultserver.Script{
		Stream: []byte(editorModes + "hello"), Reset: true, Inspect: faultserver.NotServed(),
	})
	tm := start(t, options{}, "exec", "-it", "--server", s.URL, "--state-dir", t.TempDir(), faultserver.Pod, "--", "vim")
	if code := tm.exits(); code != 255 {
		t.Errorf("podium ended with %d", code)
	}
	tm.sees("error: the command's end: unknown: connection lost")
	tm.lacks("hello")
	tm.isRestored()
}

// TestCtrlCReachesTheCommand: in a raw terminal it is a key, no signal for podium.
func TestCtrlCReachesTheCommand(t *testing.T) {
	tm := start(t, options{}, "exec", "-it", "--engine", "fake", "--pods", "3", "--state-dir", t.TempDir(), "-q", madeUp(t), "--",
		"sh", "-c", "echo ready; sleep 1000; echo over; exit 5")
	tm.sees("ready")
	tm.types("\x03")
	if code := tm.exits(); code != 130 && code != 5 {
		t.Errorf("podium ended with %d", code)
	}
	tm.isRestored()
}
