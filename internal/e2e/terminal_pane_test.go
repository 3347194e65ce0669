package e2e

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"podium/termbridge/vt"
)

// shellIn opens a shell in the first sample pod and gives it a prompt.
func shellIn(t *testing.T, o options) *terminal {
	t.Helper()
	tm, _ := dashboard(t, o)
	tm.until("the pod to be ready", func(s string) bool {
		for line := range strings.SplitSeq(s, "\n") {
			if strings.Contains(line, "counter") && strings.Contains(line, "1/1") {
				return true
			}
		}
		return false
	})
	tm.press("s")
	tm.sees("shell in counter")
	tm.prompt()
	return tm
}

// wrote waits until the program has sent bytes to its terminal.
func (tm *terminal) wrote(what, bytes string) {
	tm.t.Helper()
	tm.until(what, func(string) bool {
		tm.mu.Lock()
		defer tm.mu.Unlock()
		return strings.Contains(tm.written.String(), bytes)
	})
}

// copied waits until the text was handed to the terminal's clipboard: nothing
// else is there in the tests.
func (tm *terminal) copied(text string) {
	tm.t.Helper()
	tm.wrote(fmt.Sprintf("%q on the clipboard", text), "\x1b]52;c;"+base64.StdEncoding.EncodeToString([]byte(text)))
}

// runs types a command and waits for the prompt after its output.
func (tm *terminal) runs(command, output string) {
	tm.t.Helper()
	tm.types(command + "\r")
	tm.until(output+" and a prompt", func(s string) bool {
		i := strings.LastIndex(s, output)
		return i >= 0 && strings.Contains(s[i:], "ready>")
	})
}

// mouse sends an event of the left button at a cell, as SGR mouse reports do.
func (tm *terminal) mouse(event string, col, row int) {
	tm.t.Helper()
	button, final := 0, "M"
	switch event {
	case "drag":
		button = 32
	case "release":
		final = "m"
	}
	tm.types(fmt.Sprintf("\x1b[<%d;%d;%d%s", button, col+1, row+1, final))
}

func TestLookingBackCopyingAndSearching(t *testing.T) {
	tm := shellIn(t, options{})
	tm.runs("seq 1 200 | sed s/^/row./", "row.200")

	// The output of the last command, by the marks that a bash is given.
	tm.press("ctrl+g", "y")
	var rows strings.Builder
	for i := range 200 {
		fmt.Fprintf(&rows, "row.%d\n", i+1)
	}
	tm.copied(rows.String())
	tm.sees("last output, 200 lines")

	// Scrolled back, the view stays although output arrives.
	tm.types("(sleep 0.3; echo la''ter) &\r")
	tm.types("\x1b[5;2~") // shift-PgUp
	tm.sees("row.170", "lines back")
	tm.types("\x1b[5;2~")
	tm.sees("row.145", "lines back")
	tm.lacks("row.199")
	tm.types("\x15") // typing is at the end again
	tm.sees("row.200", "later")
	tm.lacks("lines back")

	// Copy mode, search, and a selection of lines.
	tm.press("ctrl+g", "/")
	tm.sees("search up:")
	tm.types("row.1.7\r")
	tm.sees("copy mode", "row.197")
	tm.press("n", "n")
	tm.sees("row.177")
	tm.press("V", "j", "y")
	tm.copied("row.177\nrow.178\n")
	tm.lacks("copy mode")
	tm.press("ctrl+g", "[")
	tm.sees("copy mode")
	tm.press("3", "[")
	tm.sees("seq 1 200")
	tm.press("q")
	tm.lacks("copy mode")

	// The list of sessions knows how long and what last.
	tm.runs("echo the last 'line'", "the last line")
	tm.leave()
	tm.press("ctrl+g", "w")
	tm.sees("sessions", "running", "ready>")
	tm.press("esc")
	tm.lacks("running ")
}

func TestMouseSelectsInThePaneUnlessTheProgramAsks(t *testing.T) {
	tm := shellIn(t, options{})
	tm.runs("clear; echo 'take this/path.txt now'", "take this/path.txt now")
	row := 0
	for i, line := range strings.Split(tm.text(), "\n") {
		if strings.HasPrefix(line, "take this") {
			row = i
		}
	}
	tm.mouse("press", 5, row)
	tm.mouse("drag", 60, row)
	tm.mouse("release", 60, row)
	tm.copied("this/path.txt now")
	for range 2 {
		tm.mouse("press", 7, row)
		tm.mouse("release", 7, row)
	}
	tm.copied("this/path.txt")

	// Held beyond the pane, the mouse scrolls.
	tm.runs("seq 1 99", "99")
	tm.mouse("press", 1, 5)
	tm.mouse("drag", 1, 0) // the header
	tm.sees("lines back")
	tm.mouse("release", 1, 0)
	tm.types("\x15")
	tm.lacks("lines back")
	tm.runs("clear; echo 'and now'", "and now")
	row = 1

	tm.types("printf '\\033[?1000;1006h'; cat -v\r")
	tm.until("the program to ask for the mouse", func(s string) bool {
		tm.mouse("press", 3, row)
		return strings.Contains(s, fmt.Sprintf("^[[<0;4;%dM", row)) // in the pane's coordinates: below the header
	})
}

func TestWhatProgramsSayReachesTheTerminal(t *testing.T) {
	// Where zellij takes ctrl-g the leader is ctrl-y, and twice it is sent.
	tm := shellIn(t, options{env: []string{"ZELLIJ=0"}})
	tm.types("echo list''ening; cat -v; echo gone\r")
	tm.sees("listening")
	tm.press("ctrl+y", "ctrl+y", "enter")
	tm.sees("^Y")
	tm.press("ctrl+d")
	tm.until("a prompt", func(s string) bool {
		above, _, _ := strings.Cut(s, "shift-pgup") // the footer
		return strings.HasSuffix(strings.TrimSpace(above), "ready>")
	})

	shape := func(want vt.CursorShape) func(string) bool {
		return func(string) bool {
			tm.mu.Lock()
			defer tm.mu.Unlock()
			return tm.screen.Cursor().Shape == want
		}
	}
	tm.until("the terminal's own cursor", shape(vt.CursorDefault))
	tm.types(`printf '\033]8;;http://example.com/\033\\li''nk\033]8;;\033\\ \033[5 q\033]2;a ti''tle\007\n'` + "\r")
	tm.sees("link", "shell in counter/counter · a title")
	tm.wrote("a hyperlink", ";http://example.com/")
	tm.until("the program's cursor", shape(vt.CursorBar))
	tm.types("printf '\\033[0 q'\r")
	tm.until("the terminal's own cursor again", shape(vt.CursorDefault))
	tm.types("exit 3\r")
	tm.sees("shell in counter/counter: exit 3", "enter: new shell here", "link")
}

// sizeIs waits for what stty says of the pane's size.
func (tm *terminal) sizeIs(rows, cols int) {
	tm.t.Helper()
	want := fmt.Sprintf("%d %d", rows, cols)
	for try := 1; try <= 200; try++ {
		// Another text each time: a screen that does not change is not looked at.
		tm.types(fmt.Sprintf("\x15clear; echo size $(stty size) try=%d.\r", try))
		answer := regexp.MustCompile(fmt.Sprintf(`size (\d+ \d+) try=%d\.`, try))
		got := ""
		tm.until("an answer", func(s string) bool {
			if m := answer.FindStringSubmatch(s); m != nil {
				got = m[1]
			}
			return got != ""
		})
		if got == want {
			return
		}
	}
	tm.t.Fatalf("the size is never %s, but\n%s", want, tm.text())
}

func TestPanesAndTabs(t *testing.T) {
	tm := shellIn(t, options{})
	tm.sizeIs(28, 100)
	tm.press("ctrl+g", "|")
	tm.sees("ctrl-g menu")
	tm.prompt()
	tm.sizeIs(27, 49)
	tm.types("echo right\r")
	tm.press("ctrl+g", "-")
	tm.sees("3 sessions")
	tm.prompt()
	tm.sizeIs(13, 49)
	tm.press("ctrl+g", "h")
	tm.sizeIs(27, 50)
	tm.press("ctrl+g", "L")
	tm.sizeIs(27, 55)
	tm.press("ctrl+g", "z")
	tm.sees("pane 1 of 3, zoomed")
	tm.sizeIs(27, 100)
	tm.press("ctrl+g", "z")
	tm.lacks("zoomed")

	// A click gives the keys; closing gives the room back.
	tm.mouse("press", 80, 5)
	tm.mouse("release", 80, 5)
	tm.sizeIs(13, 44)
	tm.types("exit\r")
	tm.sees("exit 0")
	tm.press("esc")
	tm.sees("2 sessions")
	tm.sizeIs(27, 44)

	// A tab of its own, and back.
	tm.press("ctrl+g", "c")
	tm.sees("3 sessions", "1 counter/counter (2)", "2 counter/counter")
	tm.prompt()
	tm.sizeIs(27, 100)
	tm.types("until [ -e go ]; do sleep 0.1; done; printf '\\a'\r")
	tm.press("ctrl+g", "1")
	tm.sees("ctrl-g menu ─")
	tm.types("touch go\r")
	tm.sees("2 counter/counter !")
	tm.sizeIs(26, 44)
	tm.leave()
	tm.press("q")
	tm.sees("These 3 end with it")
}

// A program that floods holds nobody up, in view or not, and takes no more
// memory the longer it does.
func TestAFloodLeavesTheRestAnswering(t *testing.T) {
	tm := shellIn(t, options{})
	tm.types("yes 0123456789\r")
	tm.sees("0123456789")
	tm.press("ctrl+g", "|") // beside it, in view
	tm.sees("2 sessions")
	tm.prompt()
	answers := func(from, to int) {
		for i := from; i < to; i++ {
			tm.types(fmt.Sprintf("\x15clear; echo answer.$((%d))\r", i))
			tm.sees(fmt.Sprintf("answer.%d", i))
		}
	}
	answers(0, 20)
	tm.leave() // out of view
	tm.press("ctrl+g", "ctrl+g")
	tm.sees("0123456789")
	before, _ := memory(t, tm.cmd.Process.Pid)
	answers(20, 60)
	after, _ := memory(t, tm.cmd.Process.Pid)
	t.Logf("podium takes %.0f, then %.0f MB", before, after)
	if after > before+32 {
		t.Errorf("from %.0f MB the flood took podium to %.0f MB", before, after)
	}
	tm.press("ctrl+g", "h", "ctrl+c") // to the flood, and its end
	tm.sees("^C")
	tm.leave()
}

func TestAShellInAMadeUpPod(t *testing.T) {
	tm := start(t, options{}, "--engine", "fake", "--pods", "3")
	tm.sees("live")
	tm.press("G", "s") // the first one has ended
	tm.until("a prompt, or the choice of a container", func(s string) bool {
		if strings.Contains(s, "Which container") {
			tm.press("enter")
		}
		return strings.Contains(s, "\n$")
	})
	tm.types("echo \"it is $TERM\"\r")
	tm.sees("it is xterm-256color")
}
