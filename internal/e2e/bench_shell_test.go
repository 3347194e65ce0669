package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestBenchShell measures a shell on the host engine through the whole program:
// how soon it opens, how soon a key's echo is there and what it costs, alone
// and beside a shell that floods. The first figures are hello's.
func TestBenchShell(t *testing.T) {
	benching(t)
	letter := func(i int) string { return string(rune('a' + i%8)) }
	echoed := func(i int, out []byte) bool { return bytes.Contains(out, []byte(letter(i))) }

	small := startHello(t, hello(t))
	quiet, _ := dashboard(t, window)
	quiet.sees("counter", "Running", "live")
	opened := quiet.opensShells()
	quiet.echoes()
	typists := []typist{{terminal: small, key: letter}, {terminal: quiet, key: letter, ok: echoed}}
	for i, ty := range typists {
		typists[i].idle = busy(t, ty.cmd.Process.Pid, time.Second)
	}
	heading("A shell, host engine", "what", "key → echo p50 / p99, ms", "CPU per key, ms", "CPU without keys, %", "bytes per key, median", "shell open, ms")
	got := inTurns(typists...)
	row("hello", got[0].times(), got[0].cpu, 100*typists[0].idle, got[0].bytes, "")
	row("podium, `cat` in raw mode", got[1].times(), got[1].cpu, 100*typists[1].idle, got[1].bytes, opened)
	quiet.stop()

	flooded, _ := dashboard(t, window)
	flooded.sees("counter", "Running", "live")
	flooded.press("s")
	flooded.until("a prompt", prompting)
	flooded.types("while :; do echo the quick brown fox jumps over the lazy dog; done\r")
	flooded.sees("the lazy dog")
	flooded.leave()
	flooded.press("G") // another pod: the one between crashes now and then
	flooded.echoes()
	beside := typist{terminal: flooded, key: letter, ok: echoed, idle: busy(t, flooded.cmd.Process.Pid, time.Second)}
	k := inTurns(beside)[0]
	// What a key takes of the processor cannot be told from the flood's share.
	row("podium, beside a shell that floods", k.times(), "", 100*beside.idle, k.bytes, "")
	flooded.stop()

	// And in a pane beside it, where every frame shows other numbers.
	split, _ := dashboard(t, window)
	split.sees("counter", "Running", "live")
	split.press("s")
	split.until("a prompt", prompting)
	split.types("clear; while :; do n=$((n+1)); echo 1000$n; done\r")
	split.sees("10009")
	split.press("ctrl+g", "|")
	split.sees("ctrl-g menu")
	split.until("a prompt", prompting)
	split.types("stty raw -echo; echo rea''dy; exec cat\r")
	split.sees("ready")
	beside = typist{terminal: split, key: letter, ok: echoed, idle: busy(t, split.cmd.Process.Pid, time.Second)}
	row("podium, in a pane beside one that floods", inTurns(beside)[0].times(), "", 100*beside.idle, "", "")
}

// opensShells opens and ends shells from the list and returns how many
// milliseconds after the key the prompt is there.
func (tm *terminal) opensShells() float64 {
	tm.t.Helper()
	return repeat(func() float64 {
		pause()
		m := tm.mark()
		tm.press("s")
		tm.until("a prompt", prompting)
		took := ms(tm.lastOutput().Sub(m.at))
		tm.types("exit\r")
		tm.sees("exit 0", "enter: new shell here")
		tm.press("esc")
		tm.sees("NAME", "STATUS", "live")
		return took
	})
}

// echoes opens a shell and makes it a program that gives every byte back.
func (tm *terminal) echoes() {
	tm.t.Helper()
	tm.press("s")
	tm.until("a prompt", prompting)
	tm.types("stty raw -echo; echo rea''dy; exec cat\r")
	tm.sees("ready")
}

// floodBytes is the size of the file that panes are fed with.
const floodBytes = 100 << 20

// lines writes a file of text lines of 40 to 160 letters.
func lines(t *testing.T, size int) string {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "%06d ", i%1_000_000)
		for n := 40 + r.IntN(120); n > 0; n -= 8 {
			b.WriteString("abc defg")
		}
		b.WriteByte('\n')
	}
	path := filepath.Join(t.TempDir(), "flood")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBenchFlood measures cat of 100 MB: in a shell's pane, in a detached tmux
// pane of the same size, and on a pseudo-terminal that somebody just reads.
func TestBenchFlood(t *testing.T) {
	benching(t)
	file := lines(t, floodBytes)
	size := float64(floodBytes) / 1e6
	heading("`cat` of 100 MB at 200x50", "where", "s", "MB/s", "CPU of the terminal, s", "CPU of the server, s")

	bare := repeat(func() float64 { return bareCat(t, file) })
	row("a bare pseudo-terminal, read and thrown away", bare, size/bare, "", "")

	pane := startTmux(t)
	var wall, cpu []float64
	for range benchRuns {
		s, c := pane.cat(file)
		wall, cpu = append(wall, s), append(cpu, c)
	}
	row("tmux, detached", median(wall), size/median(wall), median(cpu), "")

	tm, dir := dashboard(t, window)
	tm.sees("counter", "Running", "live")
	server := serverPID(t, dir)
	tm.press("s")
	tm.until("a prompt", prompting)
	wall, cpu = nil, nil
	var serving []float64
	for i := range benchRuns {
		end := fmt.Sprintf("end-of-%d", i)
		began, own, its := time.Now(), processCPU(t, tm.cmd.Process.Pid), processCPU(t, server)
		tm.types(fmt.Sprintf("cat %s; echo end-''of-%d\r", file, i))
		tm.sees(end)
		wall = append(wall, tm.lastOutput().Sub(began).Seconds())
		cpu = append(cpu, (processCPU(t, tm.cmd.Process.Pid) - own).Seconds())
		serving = append(serving, (processCPU(t, server) - its).Seconds())
	}
	row("podium's pane, through server, stream and screen", median(wall), size/median(wall), median(cpu), median(serving))
}

// bareCat is how many seconds cat takes on a terminal that costs nothing.
func bareCat(t *testing.T, file string) float64 {
	t.Helper()
	cmd := exec.Command("cat", file)
	began := time.Now()
	ptm, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer ptm.Close()
	_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, ptm, make([]byte, 64<<10)) // the end is EIO
	_ = cmd.Wait()
	return time.Since(began).Seconds()
}

// tmux is a tmux server of our own with one detached pane that runs sh.
type tmux struct {
	t      *testing.T
	socket string
	pid    int
	count  int
}

func startTmux(t *testing.T) *tmux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("tmux is not installed: nothing to compare with")
	}
	dir, err := os.MkdirTemp("", "tmux") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	s := &tmux{t: t, socket: filepath.Join(dir, "s")}
	s.run("-f", os.DevNull, "new-session", "-d", "-x", "200", "-y", "50", "sh")
	t.Cleanup(func() {
		_ = exec.Command("tmux", "-S", s.socket, "kill-server").Run()
		_ = os.RemoveAll(dir)
	})
	s.pid, err = strconv.Atoi(strings.TrimSpace(s.run("display-message", "-p", "#{pid}")))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *tmux) run(args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-S", s.socket}, args...)...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// cat shows the file in the pane and returns the seconds that took and the
// processor time of the tmux server meanwhile. The shell asks the terminal for
// its status at the end, so that all of it has been drawn.
func (s *tmux) cat(file string) (wall, cpu float64) {
	s.t.Helper()
	s.count++
	done := fmt.Sprint("done", s.count)
	script := fmt.Sprintf(`stty raw -echo; stty opost onlcr; cat '%s'; printf '\033[5n'; dd bs=1 count=4 >/dev/null 2>&1; stty sane; tmux -S '%s' wait-for -S %s`, file, s.socket, done)
	began, before := time.Now(), processCPU(s.t, s.pid)
	s.run("send-keys", script, "Enter")
	s.run("wait-for", done)
	return time.Since(began).Seconds(), (processCPU(s.t, s.pid) - before).Seconds()
}
