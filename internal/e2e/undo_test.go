package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// confirmed asks for the deletion of the pod under the cursor and says yes.
func (tm *terminal) confirmed(pod string) {
	tm.t.Helper()
	tm.press("ctrl+d")
	tm.sees("Delete " + pod + "?")
	time.Sleep(450 * time.Millisecond) // the dialog swallows what was typed ahead
	tm.types("y")
	tm.lacks("Delete " + pod + "?")
}

// TestDeletingCanBeUndone: before anything is sent, by an end from outside, and
// afterwards from what was kept.
func TestDeletingCanBeUndone(t *testing.T) {
	tm, dir := dashboard(t, options{cols: 120, rows: 30})
	tm.sees("counter", "web", "crasher", "live")
	tm.confirmed("counter")
	tm.sees("counter goes in", "z undoes", "deleting in")
	tm.press("z")
	tm.sees("Undone: nothing was sent, counter stays")
	time.Sleep(450 * time.Millisecond) // no delete dialog opens right after another
	tm.confirmed("counter")
	tm.sees("counter goes in")
	if err := tm.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := tm.exits(); code != 128+int(syscall.SIGTERM) {
		t.Errorf("podium ended with status %d", code)
	}
	tm.isRestored()

	tm = start(t, options{cols: 120, rows: 30}, "--engine", "host", "--state-dir", dir)
	tm.sees("before the deletion of counter was sent: nothing was deleted")
	tm.until("counter to be there", func(s string) bool { return listed(s, "counter") })
	tm.press("g")
	tm.confirmed("counter")
	tm.until("counter to be gone", func(s string) bool { return !listed(s, "counter") })
	tm.press("z")
	tm.sees("recreate counter", "name: counter", "ctrl-s makes it anew")
	tm.press("ctrl+s")
	tm.until("counter to be back", func(s string) bool { return listed(s, "counter") })
	tm.press("@")
	tm.sees("delete default/counter → accepted", "sha256:")
	tm.press("@") // closes it too
	tm.lacks("sha256:")
	tm.press("q")
	tm.until("the question or the end", func(s string) bool { return strings.Contains(s, "Quit podium?") || tm.ended() })
	if !tm.ended() {
		t.Error("it asks although nothing ends")
	}
}

// TestKillNineWithinTheTimeToUndo: the next start says that nothing was deleted,
// and the one after that does not.
func TestKillNineWithinTheTimeToUndo(t *testing.T) {
	tm, dir := dashboard(t, options{cols: 120, rows: 30})
	tm.sees("counter", "web", "crasher", "live")
	tm.confirmed("counter")
	tm.sees("counter goes in")
	if err := syscall.Kill(tm.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	tm.exits()
	const word = "before the deletion of counter was sent: nothing was deleted"
	tm = start(t, options{cols: 120, rows: 30}, "--engine", "host", "--state-dir", dir)
	tm.sees(word)
	tm.until("counter to be there", func(s string) bool { return listed(s, "counter") })
	tm.press("q")
	tm.exits()
	if words, err := os.ReadDir(filepath.Join(dir, "words")); err != nil || len(words) > 0 {
		t.Errorf("still there: %v, %v", words, err)
	}
}
