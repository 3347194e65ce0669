package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestScreenshot: podium takes pictures of itself, in both themes, after doing
// what it is told; what cannot be is said with the screen.
func TestScreenshot(t *testing.T) {
	dir := t.TempDir()
	for theme, background := range map[string]string{"dark": "#161922", "light": "#fcfcfa"} {
		file := filepath.Join(dir, theme+".svg")
		out, err := podium(t, "screenshot", "--theme", theme, "--out", file, "--cols", "90", "--rows", "20",
			"--wait", "live", "--keys", "down enter", "--wait", "Containers", "--keys", "esc", "--gone", "Containers",
			"--keys", ":", "--type", "delete", "--wait", "delete", "--", "--engine", "fake", "--pods", "5")
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		picture, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`viewBox="0 0 924 424"`, `fill="` + background + `"`, ">fake</text>", "delete"} {
			if !strings.Contains(string(picture), want) {
				t.Errorf("the %s picture lacks %s", theme, want)
			}
		}
	}

	out, err := podium(t, "screenshot", "--timeout", "1s", "--wait", "live", "--wait", "no such text", "--", "--engine", "fake", "--pods", "5")
	if err == nil || !strings.Contains(out, "in vain") || !strings.Contains(out, "5 pods") {
		t.Errorf("waiting for what never comes: %v\n%s", err, out)
	}
	out, err = podium(t, "screenshot", "--wait", "anything", "--", "--engine", "nonsense")
	if err == nil || !strings.Contains(out, "ended (status 1)") || !strings.Contains(out, "nonsense") {
		t.Errorf("a podium that ends at once: %v\n%s", err, out)
	}
	for _, args := range [][]string{{"--theme", "pink"}, {"--cols", "0"}, {"--keys", "nokey"}} {
		if out, err := podium(t, append([]string{"screenshot"}, args...)...); err == nil {
			t.Errorf("%q is taken:\n%s", args, out)
		}
	}
}

// TestEndsAtOnceOnASignal: a terminal that never answers a question, as one
// that is going away, does not hold up the end.
func TestEndsAtOnceOnASignal(t *testing.T) {
	cmd := exec.Command(binary(t), "--engine", "fake", "--state-dir", t.TempDir())
	cmd.Env = append(os.Environ(), "TERM=xterm-256color")
	ptm, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer ptm.Close()
	defer cmd.Process.Kill()
	shown := make(chan struct{})
	go func() {
		var seen []byte
		buf := make([]byte, 32<<10)
		for told := false; ; {
			n, err := ptm.Read(buf)
			if seen = append(seen, buf[:n]...); !told && bytes.Contains(seen, []byte("STATUS")) {
				told = true
				close(shown)
			}
			if err != nil {
				return
			}
		}
	}()
	select {
	case <-shown:
	case <-time.After(patience):
		t.Fatal("no list came")
	}
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	if took := time.Since(began); took > 1500*time.Millisecond || cmd.ProcessState.ExitCode() != 128+int(syscall.SIGHUP) {
		t.Errorf("it ended after %s: %v", took, err)
	}
}

// TestOwnEditor: the manifest goes through $EDITOR in a pane and comes back
// checked.
func TestOwnEditor(t *testing.T) {
	tm, _ := dashboard(t, options{env: []string{"EDITOR=sed -i s/clock/tower/"}})
	tm.sees("counter")
	tm.press("n")
	tm.sees("Start the new pod from", "minimal")
	tm.press("enter")
	tm.sees("name: clock", "no problems")
	tm.types("\x1be")
	tm.sees("name: tower", "no problems")
	tm.press("ctrl+s")
	tm.until("the new pod", func(s string) bool { return listed(s, "tower") })
}
