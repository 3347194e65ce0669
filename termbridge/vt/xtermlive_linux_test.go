package vt

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// liveXterm is an xterm of our own, on an X server that draws nowhere. Its
// program only sleeps: the tests write to its terminal and read the answers.
type liveXterm struct {
	t          testing.TB
	cols, rows int
	version    string
	tty        *os.File
	answers    chan []byte
	pending    []byte
}

// xtermResources let a program ask for what is on the screen; otherwise xterm
// is as it comes, but for being a VT420 in UTF-8, as the emulator is.
var xtermResources = []string{
	"allowWindowOps: true", "decTerminalID: 420", "utf8: 2", "mkWidth: true", "precompose: false", "boldColors: false", "scrollBar: false", "internalBorder: 0",
}

func startXterm(t testing.TB, cols, rows int) *liveXterm {
	t.Helper()
	for _, p := range []string{"xterm", "Xvfb"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("%s is not installed", p)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1600x1200x24", "-nolisten", "tcp")
	server.ExtraFiles = []*os.File{w}
	startProgram(t, server)
	_ = w.Close()
	display := make([]byte, 16)
	n, err := r.Read(display)
	if err != nil {
		t.Fatal(err)
	}
	ready := filepath.Join(t.TempDir(), "tty")
	args := []string{"-geometry", fmt.Sprintf("%dx%d", cols, rows)}
	for _, s := range xtermResources {
		args = append(args, "-xrm", "XTerm*"+s)
	}
	args = append(args, "-e", "sh", "-c", fmt.Sprintf("stty raw -echo; tty >%[1]s.new; mv %[1]s.new %[1]s; exec sleep 1000000", ready))
	term := exec.Command("xterm", args...)
	term.Env = append(os.Environ(), "DISPLAY=:"+strings.TrimSpace(string(display[:n])), "LC_ALL=C.UTF-8")
	startProgram(t, term)
	var name []byte
	for end := time.Now().Add(time.Minute); len(name) == 0; time.Sleep(20 * time.Millisecond) {
		if name, _ = os.ReadFile(ready); time.Now().After(end) {
			t.Fatal("xterm does not start")
		}
	}
	tty, err := os.OpenFile(strings.TrimSpace(string(name)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	x := &liveXterm{t: t, cols: cols, rows: rows, tty: tty, answers: make(chan []byte, 64)}
	go func() {
		defer close(x.answers)
		for {
			buf := make([]byte, 32<<10)
			n, err := tty.Read(buf)
			if n > 0 {
				x.answers <- buf[:n]
			}
			if err != nil {
				return
			}
		}
	}()
	x.version = x.ask("\x1b[>0q")
	if m := regexp.MustCompile(`XTerm\((\d+)\)`).FindStringSubmatch(x.version); m != nil {
		x.version = m[1]
	}
	if size := x.ask("\x1b[18t"); size != fmt.Sprintf("\x1b[8;%d;%dt", rows, cols) {
		t.Fatalf("xterm's size is %q", size)
	}
	return x
}

func startProgram(t testing.TB, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

// The checksum of a cell, with a number that nothing else asks with, says that
// everything before was read.
const xtermSentinel = "\x18\x1b[4242;1;1;1;1;1*y"

var sentinelAnswer = regexp.MustCompile(`\x1bP4242!~[0-9A-F]{4}\x1b\\`)

// ask writes a stream and returns what xterm answers to it.
func (x *liveXterm) ask(stream string) string {
	x.t.Helper()
	go func() { _, _ = x.tty.WriteString(stream + xtermSentinel) }()
	got := x.pending
	timeout := time.After(30 * time.Second)
	for {
		if i := sentinelAnswer.FindIndex(got); i != nil {
			x.pending = bytes.Clone(got[i[1]:])
			return string(got[:i[0]])
		}
		select {
		case b, ok := <-x.answers:
			if !ok {
				x.t.Fatalf("xterm ended after %.300q", stream)
			}
			got = append(got, b...)
		case <-timeout:
			x.t.Fatalf("xterm does not answer to %.300q, only %.200q", stream, got)
		}
	}
}

// xtermReset is RIS for both screens and the cursors that they saved.
const xtermReset = "\x18\x1b\\\x1bc\x1b[?1049h\x1b[2J\x1b[H\x1b7\x1b[?1049l\x1b[0#y\x1bc"

// cellAnswer is a checksum with XTCHECKSUM 55, which is the sum of the code
// points and nothing else, and a report of the style (XTREPORTSGR).
var cellAnswer = regexp.MustCompile(`\x1bP1!~([0-9A-F]{4})\x1b\\\x1b\[([0-9;:-]*)m`)

// noColor corrects how xterm spells the default colours of erased cells.
var noColor = strings.NewReplacer("3-1", "39", "4-1", "49")

// shot returns xterm's shot after a stream.
func (x *liveXterm) shot(in string) shot {
	x.t.Helper()
	x.ask(xtermReset)
	var g shot
	g.replies = x.ask(in)
	g.modes = readModes(x.ask(shotQuestions()))
	var q strings.Builder
	q.WriteString(beforeCells + "\x1b[55#y")
	for row := range x.rows {
		for col := range x.cols {
			fmt.Fprintf(&q, "\x1b[1;1;%[1]d;%[2]d;%[1]d;%[2]d*y\x1b[%[1]d;%[2]d;%[1]d;%[2]d#|", row+1, col+1)
		}
	}
	q.WriteString("\x1b[0#y")
	cells := cellAnswer.FindAllStringSubmatch(x.ask(q.String()), -1)
	if len(cells) != x.rows*x.cols {
		x.t.Fatalf("xterm tells of %d cells after %.300q", len(cells), in)
	}
	g.screen, g.style = shotScreen(x.cols, x.rows, func(col, row int) (int, Style) {
		c := cells[row*x.cols+col]
		sum, _ := strconv.ParseUint(c[1], 16, 16)
		return int(sum), styleOf(noColor.Replace(c[2]))
	})
	g.cursor = readCursor(x.ask(afterCells + cursorProbe))
	return g
}

var recordXterm = flag.Bool("record-xterm", false, "record what a real xterm does into testdata again")

// TestRecordXterm writes testdata/xterm.txt when asked to with -record-xterm,
// which takes Xvfb and xterm.
func TestRecordXterm(t *testing.T) {
	if !*recordXterm {
		t.Skip("records a real xterm only with -record-xterm")
	}
	x := startXterm(t, xtermCols, xtermRows)
	var b strings.Builder
	fill := xtermFill()
	fmt.Fprintf(&b, "# What xterm shows and answers, at %dx%d. Recorded by TestRecordXterm.\nxterm: %s\nfill: %s\n", xtermCols, xtermRows, x.version, quoted(fill))
	write := func(g shot) {
		for _, f := range g.fields() {
			if *f.value != "" {
				fmt.Fprintf(&b, "%s: %s\n", f.name, quoted(*f.value))
			}
		}
	}
	for _, c := range xtermStreams() {
		key, in := "in", c.in
		if rest, ok := strings.CutPrefix(c.in, fill); ok {
			key, in = "filled", rest
		}
		fmt.Fprintf(&b, "\ncase: %s\n%s: %s\n", c.name, key, quoted(in))
		write(x.shot(c.in))
	}
	large := startXterm(t, 80, 24)
	for _, r := range recordings {
		c := xtermProgram(t, r.name)
		fmt.Fprintf(&b, "\ncase: %s\n", c.name)
		g := large.shot(c.in)
		g.replies = ""
		write(g)
	}
	if err := os.WriteFile(xtermFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
