package e2e

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestKillNineWhileTyping: what was typed is offered again, but for the last
// second of it. The loss is logged; only one that no slow machine explains is
// an error.
func TestKillNineWhileTyping(t *testing.T) {
	dir := t.TempDir()
	tm := start(t, options{rows: 60, cols: 100}, "--engine", "fake", "--state-dir", dir)
	tm.sees("NAME")
	tm.press("n")
	tm.sees("Start the new pod from", "minimal")
	tm.press("enter")
	tm.sees("kind: Pod")
	var shown []time.Time
	for began := time.Now(); time.Since(began) < 3*time.Second; {
		mark := fmt.Sprintf("# line %03d", len(shown))
		tm.types(mark + "\r")
		tm.sees(mark)
		shown = append(shown, time.Now())
	}
	killed := time.Now()
	if err := syscall.Kill(tm.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	tm.exits()

	drafts := filepath.Join(dir, "drafts")
	err := filepath.WalkDir(drafts, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others may read %s: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}

	again := start(t, options{rows: 60, cols: 100}, "--engine", "fake", "--state-dir", dir)
	again.sees("NAME")
	again.press("n")
	again.sees("kept draft")
	again.press("enter")
	again.sees("This is the draft that was kept", "# line 000")
	lost := 0
	for lost < len(shown) && !strings.Contains(draft(t, drafts), fmt.Sprintf("# line %03d\n", len(shown)-1-lost)) {
		lost++
	}
	if lost == len(shown) {
		t.Fatal("all of it is lost")
	}
	for i := range len(shown) - lost {
		if !strings.Contains(draft(t, drafts), fmt.Sprintf("# line %03d\n", i)) {
			t.Errorf("line %d is lost, a later one is not", i)
		}
	}
	gap := time.Duration(0)
	if lost > 0 {
		gap = killed.Sub(shown[len(shown)-lost])
	}
	t.Logf("%d of %d lines are lost, the last %s", lost, len(shown), gap)
	if gap > 5*time.Second {
		t.Errorf("the last %s is lost", gap)
	}
}

// draft is the text of the only draft.
func draft(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "pod-*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the drafts are %v, %v", files, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestEditingAPodRecreatesIt: e, a change, the difference, the question, and the
// pod is there anew.
func TestEditingAPodRecreatesIt(t *testing.T) {
	tm, dir := dashboard(t, options{cols: 120, rows: 30})
	tm.sees("counter", "Running")
	tm.press("n")
	tm.sees("Start the new pod from")
	tm.press("enter")
	tm.sees("name: clock")
	tm.press("ctrl+s")
	tm.until("the new pod", func(s string) bool { return listed(s, "clock") })
	tm.press("e")
	tm.sees("edit clock", "app: clock")
	// sleep 1 becomes sleep 2, by replacing.
	tm.press("ctrl+r")
	tm.types("sleep 1\r")
	tm.sees("with:")
	tm.types("sleep 2")
	tm.press("ctrl+r")
	tm.sees("Replaced in one place")
	tm.press("ctrl+s")
	tm.sees("What is to change", "sleep 2", "sleep 1")
	tm.press("ctrl+s")
	tm.sees("Recreate clock?", "Cancel")
	time.Sleep(450 * time.Millisecond) // the dialog swallows what was typed ahead
	tm.types("y")
	tm.sees("Recreated clock")
	out, err := podium(t, "get", "pod", "clock", "-o", "yaml", "--state-dir", dir)
	if err != nil || !strings.Contains(out, "sleep 2") {
		t.Errorf("the pod is now (%v)\n%s", err, out)
	}
}

// TestLintOfTheBuiltBinary: the exit statuses as a shell sees them.
func TestLintOfTheBuiltBinary(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pod.yaml")
	if err := os.WriteFile(file, []byte("kind: Pod\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := podium(t, "lint", file)
	if err == nil || err.Error() != "exit status 1" || !strings.Contains(out, file+":1:1: error: apiVersion is missing") {
		t.Errorf("%v\n%s", err, out)
	}
	if _, err = podium(t, "lint", "--backend", "nomad", file); err == nil || err.Error() != "exit status 3" {
		t.Errorf("a backend that there is not: %v", err)
	}
}
