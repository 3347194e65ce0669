package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// benchRuns is how often each figure is taken; the median is reported.
const benchRuns = 7

// TestBenchStart measures how soon a user sees something: the first frame and
// the first pod, for growing lists, beside the hello program in the same run.
// The server is a process of its own. Figures, never a verdict.
func TestBenchStart(t *testing.T) {
	if os.Getenv("PODIUM_BENCH") == "" {
		t.Skip("figures of the built binary are taken by make bench-e2e")
	}
	hello := filepath.Join(t.TempDir(), "hello")
	build := exec.Command("go", "build", "-o", hello, "podium/internal/bench/hello")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building hello: %v\n%s", err, out)
	}
	size := options{cols: 200, rows: 50}
	t.Logf("| program | first frame, ms | first pod, ms |")
	t.Logf("| hello | %.0f | – |", median(func() float64 {
		return firstSeen(startProgram(t, size, []string{hello}), "hello")
	}))
	for _, pods := range []int{100, 1000, 10000, 50000} {
		url := serveFake(t, pods)
		var frames, rows []float64
		for range benchRuns {
			tm := start(t, size, "--server", url, "--state-dir", t.TempDir())
			frames = append(frames, firstSeen(tm, "podium"))
			rows = append(rows, firstSeen(tm, "Running"))
			tm.stop()
		}
		t.Logf("| podium, %d pods | %.0f | %.0f |", pods, middle(frames), middle(rows))
	}
}

// serveFake runs a server of made-up pods as a process of its own and returns
// its URL once it is ready.
func serveFake(t *testing.T, pods int, args ...string) string {
	t.Helper()
	url := "unix://" + filepath.Join(t.TempDir(), "api.sock")
	cmd := exec.Command(binary(t), append([]string{"serve", "--engine", "fake", "--pods", fmt.Sprint(pods), "--listen", url}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	ready := make([]byte, 4096)
	n, err := out.Read(ready)
	if err != nil || !strings.Contains(string(ready[:n]), url) {
		t.Fatalf("the server's ready line is %q, %v: it must name %s", ready[:n], err, url)
	}
	return url
}

// firstSeen is how many milliseconds after its start the program showed text.
func firstSeen(tm *terminal, text string) float64 {
	tm.t.Helper()
	tm.sees(text)
	return float64(time.Since(tm.started).Microseconds()) / 1000
}

func median(measure func() float64) float64 {
	var got []float64
	for range benchRuns {
		got = append(got, measure())
	}
	return middle(got)
}

func middle(got []float64) float64 {
	slices.Sort(got)
	return got[len(got)/2]
}
