package vt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// tmuxRuns is how often each figure is taken; the median counts.
const tmuxRuns = 5

// tmuxBytes is how much of each workload is shown.
const tmuxBytes = 32 << 20

// TestBenchTmux shows the four workloads to tmux, as cat in a detached pane,
// and to the emulator, in turns, and prints megabytes per second of processor
// time: of tmux's server, and of Write in pieces of 32 kB. tmux's figure holds
// the reading of its pseudo-terminal; BenchmarkPTYAlone in termbridge says what
// that costs. Figures, never a verdict.
func TestBenchTmux(t *testing.T) {
	if os.Getenv("PODIUM_BENCH") == "" {
		t.Skip("figures beside tmux are taken by make bench-tmux")
	}
	s := startTmux(t)
	pid, err := strconv.Atoi(strings.TrimSpace(s.run("display-message", "-p", "#{pid}")))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\n| MB per CPU-second at %dx%d | tmux | vt | times |\n|---|---|---|---|\n", benchCols, benchRows)
	for i, w := range workloads {
		var buf bytes.Buffer
		w.make(rand.New(rand.NewPCG(1, 2)), &buf)
		data := bytes.Repeat(buf.Bytes(), tmuxBytes/benchSize)
		size := float64(len(data)) / 1e6
		var theirs, ours []float64
		for run := range tmuxRuns {
			// Whatever tmux does between new-session and wait-for counts: that is next to nothing without the file.
			before := cpuClock(t, ^pid<<3|2)
			s.feed(fmt.Sprintf("work%d-%d", i, run), data)
			theirs = append(theirs, size/(cpuClock(t, ^pid<<3|2)-before))

			v := benchTerminal()
			before = cpuClock(t, unix.CLOCK_PROCESS_CPUTIME_ID)
			for piece := range slices.Chunk(data, benchWrite) {
				_, _ = v.Write(piece)
			}
			ours = append(ours, size/(cpuClock(t, unix.CLOCK_PROCESS_CPUTIME_ID)-before))
		}
		a, b := middle(theirs), middle(ours)
		fmt.Printf("| %s | %.1f | %.0f | %.1f |\n", w.name, a, b, b/a)
	}
}

// feed shows the stream in a pane of the benchmark's size until it is drawn.
func (s *tmuxServer) feed(name string, stream []byte) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	if err := os.WriteFile(file, stream, 0o600); err != nil {
		s.t.Fatal(err)
	}
	defer os.Remove(file)
	script := fmt.Sprintf(`stty raw -echo; cat '%s'; printf '\033[5n'; dd bs=1 count=4 >/dev/null 2>&1; tmux -S '%s' wait-for -S '%s'; sleep 60`, file, s.socket, name)
	s.run("new-session", "-d", "-s", name, "-x", fmt.Sprint(benchCols), "-y", fmt.Sprint(benchRows), script)
	s.run("wait-for", name)
	s.run("kill-session", "-t", name)
}

// cpuClock reads a clock of processor time in seconds; that of another process
// is made of its number, see clock_getcpuclockid(3).
func cpuClock(t *testing.T, clock int) float64 {
	t.Helper()
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(clock), &ts); err != nil {
		t.Fatal(err)
	}
	return float64(ts.Nano()) / 1e9
}

func middle(got []float64) float64 {
	slices.Sort(got)
	return got[len(got)/2]
}
