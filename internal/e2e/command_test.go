package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAGigabyteOfOutput: a command that floods is answered as any other: keys
// work meanwhile, memory stays flat, the output is on disk and goes with the
// card.
func TestAGigabyteOfOutput(t *testing.T) {
	if os.Getenv("PODIUM_BIG") == "" {
		t.Skip("a gigabyte is for make test-e2e")
	}
	dir := t.TempDir()
	socket := "unix://" + filepath.Join(t.TempDir(), "fake.sock")
	server := start(t, options{}, "serve", "--engine", "fake", "--pods", "0", "--listen", socket, "--state-dir", dir)
	server.sees("fake.sock")
	manifest := filepath.Join(dir, "pod.yaml")
	if err := os.WriteFile(manifest, []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: big}\nspec: {containers: [{name: a, image: x, command: [sleep, infinity]}]}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := podium(t, "create", "-f", manifest, "--server", socket, "--state-dir", dir); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	tm := start(t, options{cols: 120, rows: 30}, "--server", socket, "--state-dir", dir)
	tm.until("the pod", func(s string) bool { return listed(s, "big") && strings.Contains(s, "Running") })
	tm.unlock()
	tm.press("x")
	tm.sees("$ ")
	tm.types("yes 'a line of output that is neither short nor long' | head -c 1000000000\r")
	tm.sees("running", "a line of output")
	for range 5 { // keys are answered while it floods
		tm.types("?")
		tm.sees("keys that work here")
		tm.press("esc")
		tm.lacks("keys that work here")
	}
	for end := time.Now().Add(5 * time.Minute); !strings.Contains(tm.text(), "exit 0"); time.Sleep(50 * time.Millisecond) {
		if tm.ended() || time.Now().After(end) {
			t.Fatalf("it does not come to its end; the screen:\n%s", tm.text())
		}
	}
	tm.sees("stdout 953.7 MiB")
	now, peak := memory(t, tm.cmd.Process.Pid)
	t.Logf("memory is %.0f MB, and was %.0f MB at most", now, peak)
	if peak > 250 {
		t.Errorf("memory grew to %.0f MB", peak)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "tmp")); err != nil || len(left) != 0 {
		t.Errorf("the temporary file has a name: %v, %v", left, err)
	}
	tm.types("g")
	tm.sees("are no longer in memory")
	tm.quits()
}
