package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// click presses and releases the left button on the text, with modifiers as
// terminals report them: 16 for ctrl.
func (tm *terminal) click(text string, modifiers int) {
	tm.t.Helper()
	tm.sees(text)
	for y, line := range strings.Split(tm.text(), "\n") {
		if before, _, ok := strings.Cut(line, text); ok {
			x := len([]rune(before)) + 2 // within the text, from 1
			tm.types(fmt.Sprintf("\x1b[<%d;%d;%dM\x1b[<%d;%d;%dm", modifiers, x, y+1, modifiers, x, y+1))
			return
		}
	}
	tm.t.Fatalf("%q went before it could be clicked", text)
}

func TestTheListByMouse(t *testing.T) {
	url := serveFake(t, 300)
	tm := start(t, options{cols: 100, rows: 24}, "--server", url, "--state-dir", t.TempDir())
	tm.sees("300 pods", "NAME↑")
	tm.click("RESTARTS", 0)
	tm.sees("RESTARTS↑")
	tm.lacks("NAME↑")
	tm.click("RESTARTS", 0)
	tm.sees("RESTARTS↓")
	tm.click("NAME", 0)
	tm.sees("NAME↑", "agent-7d4b9c6f5d-00014")

	tm.click("agent-7d4b9c6f5d-00014", 16)
	tm.sees("1 marked")
	tm.click("agent-7d4b9c6f5d-00039", 4)
	tm.sees("3 marked")
	tm.types("U")
	tm.lacks("marked")

	for range 8 {
		tm.types("\x1b[<65;10;10M") // the wheel
	}
	tm.lacks("agent-7d4b9c6f5d-00007")

	time.Sleep(600 * time.Millisecond) // what was clicked before is no part of a double click
	tm.click("agent-7d4b9c6f5d-00", 0)
	tm.click("agent-7d4b9c6f5d-00", 0)
	tm.sees("overview", "Containers")
	tm.press("esc")
	tm.sees("NAME↑")
	tm.quits()
}
