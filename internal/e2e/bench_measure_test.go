package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"podium/models"
)

// The figures of the built binary are medians of this many runs.
const benchRuns = 5

// window is the terminal that figures are taken in.
var window = options{cols: 200, rows: 50}

// benching skips a test that only takes figures, unless they were asked for.
func benching(t *testing.T) {
	t.Helper()
	if os.Getenv("PODIUM_BENCH") == "" {
		t.Skip("figures of the built binary are taken by make bench-e2e")
	}
}

// row prints a row of a table of docs/benchmarks.md.
func row(cells ...any) {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString("| ")
		if f, ok := c.(float64); ok {
			b.WriteString(figure(f))
		} else {
			fmt.Fprint(&b, c)
		}
		b.WriteString(" ")
	}
	fmt.Println(b.String() + "|")
}

// figure has about three digits.
func figure(f float64) string {
	switch {
	case f >= 100 || f <= -100:
		return strconv.FormatFloat(f, 'f', 0, 64)
	case f >= 10 || f <= -10:
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return strconv.FormatFloat(f, 'f', 2, 64)
}

// heading prints the head of a table.
func heading(title string, cells ...any) {
	fmt.Printf("\n### %s\n\n", title)
	row(cells...)
	fmt.Println(strings.Repeat("|---", len(cells)) + "|")
}

// hello builds the program that figures are compared with.
func hello(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "hello")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "podium/internal/bench/hello")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building hello: %v\n%s", err, out)
	}
	return path
}

// startHello shows hello, ready for keys.
func startHello(t *testing.T, path string) *terminal {
	t.Helper()
	tm := startProgram(t, window, []string{path})
	tm.sees("hello 0")
	return tm
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

// wholeList waits until the list on the screen is whole and followed.
func (tm *terminal) wholeList(pods int) {
	tm.t.Helper()
	tm.sees(models.Count(pods, "pod"), "live")
}

// since is the time from the program's start until now in milliseconds.
func (tm *terminal) since() float64 { return ms(time.Since(tm.started)) }

func ms(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// mark is a place in the program's output to measure from.
type mark struct {
	at   time.Time
	sent int
}

func (tm *terminal) mark() mark { return mark{time.Now(), tm.sent()} }

// answers waits for output after the mark that ok accepts and returns how many
// milliseconds after the mark it came, and its bytes.
func (tm *terminal) answers(m mark, what string, ok func(out []byte) bool) (float64, int) {
	tm.t.Helper()
	deadline := time.After(patience)
	for {
		tm.mu.Lock()
		out, heard := tm.written.Bytes()[m.sent:], tm.heard
		good, n := len(out) > 0 && ok(out), len(out)
		tm.mu.Unlock()
		if good {
			return ms(heard.Sub(m.at)), n
		}
		select {
		case <-tm.changed:
		case <-deadline:
			tm.t.Fatalf("waited %s in vain for %s; the screen:\n%s", patience, what, tm.text())
		}
	}
}

// A typist presses keys in a program.
type typist struct {
	*terminal
	idle float64                      // processor time per second that the program takes at rest
	key  func(i int) string           // the i-th key
	ok   func(i int, out []byte) bool // whether the output is its answer, nil for any
}

// keystrokes are what pressing keys one by one costs: medians of rounds.
type keystrokes struct {
	p50, p99 float64 // milliseconds from a key to the output it made
	cpu      float64 // milliseconds of processor time per key, the idle share taken off
	bytes    float64 // of output per key
}

func (k keystrokes) times() string { return figure(k.p50) + " / " + figure(k.p99) }

// roundKeys is how many keys a round has.
const roundKeys = 100

// inTurns lets the typists press keys, a round each in turns, so that whatever
// else the machine does meets all of them.
func inTurns(typists ...typist) []keystrokes {
	rounds := make([][4][]float64, len(typists))
	for range benchRuns {
		for i, ty := range typists {
			got := ty.round()
			for j, f := range []float64{got.p50, got.p99, got.cpu, got.bytes} {
				rounds[i][j] = append(rounds[i][j], f)
			}
		}
	}
	out := make([]keystrokes, len(typists))
	for i, r := range rounds {
		out[i] = keystrokes{p50: median(r[0]), p99: median(r[1]), cpu: median(r[2]), bytes: median(r[3])}
	}
	return out
}

// round presses the keys of a round, each once the one before has been answered
// and some time has passed, so that they fall anywhere between the renderer's
// ticks.
func (ty typist) round() keystrokes {
	ty.t.Helper()
	var took, sent []float64
	pid := ty.cmd.Process.Pid
	began, before := time.Now(), processCPU(ty.t, pid)
	for i := range roundKeys {
		pause()
		m := ty.mark()
		ty.types(ty.key(i))
		ms, n := ty.answers(m, "the answer to a key", func(out []byte) bool { return ty.ok == nil || ty.ok(i, out) })
		took, sent = append(took, ms), append(sent, float64(n))
	}
	used := ms(processCPU(ty.t, pid)-before) - 1000*ty.idle*time.Since(began).Seconds()
	return keystrokes{p50: median(took), p99: percentile(took, 99), cpu: used / roundKeys, bytes: median(sent)}
}

// pause is a typist's: from 20 to 36 ms, so that what follows falls anywhere
// between two ticks of a renderer.
func pause() { time.Sleep(time.Duration(20_000+rand.IntN(16_667)) * time.Microsecond) }

// percentile of the figures, 0 to 100.
func percentile(got []float64, p int) float64 {
	sorted := slices.Sorted(slices.Values(got))
	return sorted[(len(sorted)-1)*p/100]
}

func median(got []float64) float64 { return percentile(got, 50) }

// repeat is the median of benchRuns figures.
func repeat(measure func() float64) float64 {
	var got []float64
	for range benchRuns {
		got = append(got, measure())
	}
	return median(got)
}

// processCPU is the processor time of a process so far, of all its threads.
func processCPU(t *testing.T, pid int) time.Duration {
	t.Helper()
	// clock_getcpuclockid(3): the clock of a process is made of its number.
	var ts unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|2, &ts); err != nil {
		t.Fatalf("the processor time of process %d: %v", pid, err)
	}
	return time.Duration(ts.Nano())
}

// busy is the share of a core that a process takes, 0 to 1: the median of
// several spans.
func busy(t *testing.T, pid int, span time.Duration) float64 {
	t.Helper()
	return repeat(func() float64 {
		began, before := time.Now(), processCPU(t, pid)
		time.Sleep(span) // what is measured is the time that passes
		return (processCPU(t, pid) - before).Seconds() / time.Since(began).Seconds()
	})
}

// memory is a process's resident memory in MB: now, and at most so far.
func memory(t *testing.T, pid int) (now, peak float64) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	field := func(name string) float64 {
		_, after, ok := bytes.Cut(status, []byte(name+":"))
		f := strings.Fields(string(after))
		if !ok || len(f) == 0 {
			t.Fatalf("no %s in the status of process %d", name, pid)
		}
		kb, err := strconv.ParseFloat(f[0], 64)
		if err != nil {
			t.Fatal(err)
		}
		return kb / 1024
	}
	return field("VmRSS"), field("VmHWM")
}
