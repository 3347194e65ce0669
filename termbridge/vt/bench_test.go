package vt

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

const (
	benchCols  = 200
	benchRows  = 50
	benchWrite = 32 << 10
	benchSize  = 4 << 20
)

// workloads are what terminals are fed with, about 4 MB each.
var workloads = []struct {
	name string
	make func(*rand.Rand, *bytes.Buffer)
}{
	{"ascii lines", func(r *rand.Rand, b *bytes.Buffer) {
		for i := 0; b.Len() < benchSize; i++ {
			fmt.Fprintf(b, "%06d ", i)
			for n := 40 + r.IntN(120); n > 0; n -= 8 {
				b.WriteString("abc defg")
			}
			b.WriteString("\r\n")
		}
	}},
	{"vim redraw", func(r *rand.Rand, b *bytes.Buffer) {
		words := []string{"func", "return", "value", "if err != nil {", "}", "// a comment", "\"text\"", "42"}
		for b.Len() < benchSize {
			b.WriteString("\x1b[?25l\x1b[m\x1b[H")
			for y := range benchRows - 1 {
				fmt.Fprintf(b, "\x1b[%d;1H\x1b[38;5;130m%4d \x1b[m", y+1, y)
				for range 4 + r.IntN(8) {
					fmt.Fprintf(b, "\x1b[38;5;%dm%s\x1b[m ", 1+r.IntN(15), words[r.IntN(len(words))])
				}
				b.WriteString("\x1b[K")
			}
			fmt.Fprintf(b, "\x1b[%d;1H\x1b[1;7mfile.go\x1b[m\x1b[K\x1b[10;20H\x1b[?25h", benchRows)
		}
	}},
	{"unicode", func(r *rand.Rand, b *bytes.Buffer) {
		words := []string{"größe", "Ελληνικά", "текст", "漢字かな", "한국어", "😀", "│├──", "naïve", "e\u0301te\u0301", "plain"}
		for b.Len() < benchSize {
			for range 12 {
				b.WriteString(words[r.IntN(len(words))])
				b.WriteByte(' ')
			}
			b.WriteString("\r\n")
		}
	}},
	{"scroll region", func(r *rand.Rand, b *bytes.Buffer) {
		b.WriteString("\x1b[2;49r\x1b[49;1H")
		for b.Len() < benchSize {
			for n := 40 + r.IntN(120); n > 0; n -= 8 {
				b.WriteString("abc defg")
			}
			b.WriteString("\r\n")
		}
	}},
}

func benchTerminal() *Terminal {
	return New(Options{Cols: benchCols, Rows: benchRows, ScrollbackBytes: 12 << 20, Width: WidthGrapheme})
}

func BenchmarkWrite(b *testing.B) {
	for _, w := range workloads {
		b.Run(strings.ReplaceAll(w.name, " ", "-"), func(b *testing.B) {
			var buf bytes.Buffer
			w.make(rand.New(rand.NewPCG(1, 2)), &buf)
			data := buf.Bytes()
			v := benchTerminal()
			_, _ = v.Write(data) // fill tables and scrollback
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				for rest := data; len(rest) > 0; {
					n := min(len(rest), benchWrite)
					_, _ = v.Write(rest[:n])
					rest = rest[n:]
				}
			}
		})
	}
}

// fullScreen is a terminal with every cell written, in a colour of its own for
// each word.
func fullScreen() *Terminal {
	v := benchTerminal()
	for y := range benchRows {
		fmt.Fprintf(v, "\x1b[%d;1H", y+1)
		for i := range benchCols / 8 {
			fmt.Fprintf(v, "\x1b[38;5;%dmsevenly \x1b[m", (i*7+y)%256)
		}
	}
	return v
}

func BenchmarkSnapshotOneRow(b *testing.B) {
	v := fullScreen()
	var f Frame
	v.Snapshot(&f)
	keys := [][]byte{[]byte("\x1b[10;41Hx"), []byte("\x1b[10;41Hy")}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, _ = v.Write(keys[i&1])
		if !v.Snapshot(&f) {
			b.Fatal("nothing changed")
		}
	}
}

func BenchmarkSnapshotFull(b *testing.B) {
	v := fullScreen()
	var f Frame
	b.ReportAllocs()
	for b.Loop() {
		for y := range v.rows {
			v.scr.row(y).id = 0
		}
		v.Snapshot(&f)
	}
}

func BenchmarkSnapshotUnchanged(b *testing.B) {
	v := fullScreen()
	var f Frame
	v.Snapshot(&f)
	for b.Loop() {
		v.Snapshot(&f)
	}
}

func BenchmarkResize(b *testing.B) {
	v := benchTerminal()
	_, _ = v.Write(historyText(10000))
	for i := 0; b.Loop(); i++ {
		v.Resize(benchCols-i%2*50, benchRows)
	}
}

// historyText is n lines of 199 columns.
func historyText(n int) []byte {
	var buf bytes.Buffer
	for i := range n {
		fmt.Fprintf(&buf, "\x1b[32m%06d\x1b[m %s\r\n", i, strings.Repeat("12345678", 24))
	}
	return buf.Bytes()
}

// TestScrollbackMemory: 10,000 lines of 200 columns fit into 12 MB and are all
// kept.
func TestScrollbackMemory(t *testing.T) {
	text := historyText(10000 + benchRows)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	v := benchTerminal()
	_, _ = v.Write(text)
	runtime.GC()
	runtime.ReadMemStats(&after)
	used := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	if n := v.ScrollbackLen(); n < 10000 {
		t.Errorf("%d lines are kept", n)
	}
	if used > 12<<20 {
		t.Errorf("they take %d bytes", used)
	}
	t.Logf("%.1f MB for %d lines and the screen", float64(used)/(1<<20), v.ScrollbackLen())
	runtime.KeepAlive(v)
	runtime.KeepAlive(text)
}

// TestSteadyStateAllocatesNothing: once tables and scrollback are full, output
// costs no allocation.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	for _, w := range workloads {
		t.Run(w.name, func(t *testing.T) {
			var buf bytes.Buffer
			w.make(rand.New(rand.NewPCG(1, 2)), &buf)
			data := buf.Bytes()[:256<<10]
			v := New(Options{Cols: benchCols, Rows: benchRows, ScrollbackBytes: 128 << 10, Width: WidthGrapheme})
			_, _ = v.Write(data)
			_, _ = v.Write(data)
			if n := testing.AllocsPerRun(3, func() { _, _ = v.Write(data) }); n > 0 {
				t.Errorf("%v allocations for 256 kB", n)
			}
		})
	}
}
