package vt

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// TestWorkIsBounded feeds what has hung or killed other terminals. Work is
// counted in cells and rows touched, in screens of 200x50.
func TestWorkIsBounded(t *testing.T) {
	const screen = benchCols * benchRows
	for _, c := range []struct {
		name, in string
		screens  float64
	}{
		{"REP of a billion", "x\x1b[999999999b", 2},
		{"REP of a wide character", "漢\x1b[999999999b", 3},
		{"a thousand REPs with insertion", "\x1b[4h" + strings.Repeat("x\x1b[9b", 1000), 220},
		{"DECALN 1365 times", strings.Repeat("\x1b#8", 1365), 1365.0 * benchRows / screen},
		{"ED 2 1000 times", strings.Repeat("\x1b[2J", 1000), 1000.0 * benchRows / screen},
		{"RIS 2000 times", strings.Repeat("\x1bc", 2000), 2000.0 * 4 * benchRows / screen},
		{"reverse video on and off", strings.Repeat("\x1b[?5h\x1b[?5l", 1000), 2000.0 * 2 * benchRows / screen},
		{"remote resize", strings.Repeat("\x1b[8;30000;30000t", 1000), 0},
		{"CUD by 2^32", "\x1b[4294967296B\x1b[4294967297A\x1b[99999999999999999999C", 0},
		{"SU SD IL DL by a billion", "\x1b[999999999S\x1b[999999999T\x1b[999999999L\x1b[999999999M", 4},
		{"scrolling in columns", "\x1b[?69h\x1b[2;199s" + strings.Repeat("\x1b[999S", 100), 101},
		{"ICH DCH ECH by a billion", strings.Repeat("\x1b[999999999@\x1b[999999999P\x1b[999999999X", 100), 300.0 * benchCols / screen},
		{"tabs by a billion", strings.Repeat("\x1b[999999999I\x1b[999999999Z", 100), 200.0 * benchCols / screen},
		{"DECIC DECDC by a billion", strings.Repeat("\x1b[999999999'}\x1b[999999999'~", 100), 201},
		{"checksums", strings.Repeat("\x1b[1;1;1;1;999;999*y", 5000), float64(maxReplies / len("\x1bP1!~FFFF\x1b\\"))},
		{"rectangles", strings.Repeat("\x1b[88;1;1;999;999$x\x1b[$z\x1b[;;;;1$r\x1b[;;;;1$t\x1b[;;;;1;2;2;1$v", 20), 20 * 6.1},
		{"region and back", strings.Repeat("\x1b[2;49r\x1b[49H\n\x1b[r\x1b[50H\n", 1000), 2000.0 * 2 * benchRows / screen},
		{"alternate screens", strings.Repeat("\x1b[?1049h\x1b[?1049l", 1000), 2000.0 * benchRows / screen},
		{"a parameter per byte", "\x1b[" + strings.Repeat(";", 100000) + "m", 0},
		{"modes without end", "\x1b[?" + strings.Repeat("5;", 100000) + "h", 1},
		{"an endless number", "\x1b[" + strings.Repeat("9", 100000) + "C", 0},
		{"an endless title", "\x1b]0;" + strings.Repeat("x", 1<<20), 0},
		{"ESC alone", strings.Repeat("\x1b", 100000), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := benchTerminal()
			_, _ = v.Write([]byte("\x1b[2;2Hsome text")) // so that there is something to touch
			v.work = 0
			_, _ = v.Write([]byte(c.in))
			if limit := uint64(c.screens*screen) + 2*benchCols; v.work > limit {
				t.Errorf("touched %d cells, more than %d", v.work, limit)
			}
			if cols, rows := v.Size(); cols != benchCols || rows != benchRows {
				t.Errorf("the size is %dx%d", cols, rows)
			}
			_, _ = v.Write([]byte("\x18"))
			checkSound(t, v)
		})
	}
}

// TestMemoryIsBounded: megabytes of things to remember leave little behind.
func TestMemoryIsBounded(t *testing.T) {
	distinct := func(format string, n int) func(*Terminal) {
		return func(v *Terminal) {
			for i := range n {
				fmt.Fprintf(v, format, i)
			}
		}
	}
	repeat := func(s string, n int) func(*Terminal) {
		return func(v *Terminal) {
			for range n {
				_, _ = v.Write([]byte(s))
			}
		}
	}
	kilo := strings.Repeat("A", 1000)
	for _, c := range []struct {
		name string
		feed func(*Terminal)
	}{
		{"OSC without an end", func(v *Terminal) { repeat("\x1b]0;", 1)(v); repeat(kilo, 8000)(v) }},
		{"clipboard without an end", func(v *Terminal) { repeat("\x1b]52;c;", 1)(v); repeat(kilo, 8000)(v) }},
		{"DCS without an end", func(v *Terminal) { repeat("\x1bP", 1)(v); repeat(kilo, 8000)(v) }},
		{"clipboards", repeat("\x1b]52;c;"+strings.Repeat("QUFB", 240001)+"\x07", 8)},
		{"titles", distinct("\x1b]0;title %d"+kilo+"\x07\x1b[22t", 5000)},
		{"questions", repeat("\x1b[c\x1b[6n\x1b[?7$p\x1bP+q544e\x1b\\", 20000)},
		{"bells and marks", repeat("\a\x1b]133;A\x07\x1b]133;D;1\x07", 20000)},
		{"styles", distinct("\x1b[38;2;1;2;%dmx\r\n", 20000)},
		{"links", distinct("\x1b]8;;http://%d"+kilo+"\x07x", 20000)},
		{"clusters", distinct("e\u0301\u0302\u0303\u0304 %d\r\n", 20000)},
		{"marks without end", repeat("e"+strings.Repeat("\u0301", 500), 2000)},
		{"saved modes", distinct("\x1b[?%ds", 20000)},
		{"kitty stack", repeat("\x1b[>1u", 20000)},
		{"palette", distinct("\x1b]4;%d;#123456\x07", 20000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			v := New(Options{Cols: 80, Rows: 24, ScrollbackBytes: 1 << 20, AllowClipboard: true, Width: WidthGrapheme})
			runtime.GC()
			runtime.ReadMemStats(&before)
			c.feed(v)
			runtime.GC()
			runtime.ReadMemStats(&after)
			if used := int64(after.HeapAlloc) - int64(before.HeapAlloc); used > 6<<20 {
				t.Errorf("%d bytes are kept", used)
			}
			runtime.KeepAlive(v)
		})
	}
}

// TestRepliesAreBounded: a program that asks and never reads does not grow the
// queue, and what was dropped is counted.
func TestRepliesAreBounded(t *testing.T) {
	v := New(Options{})
	_, _ = v.Write([]byte(strings.Repeat("\x1b[c", 10000)))
	got := v.TakeReplies([]byte("x"))
	if len(got) > maxReplies+1 || !strings.HasPrefix(string(got), "x"+deviceAttributes) {
		t.Errorf("%d bytes: %.30q", len(got), got)
	}
	if n := v.Refused().Replies; n != 10000-uint64(maxReplies/len(deviceAttributes)) {
		t.Errorf("%d dropped", n)
	}
	_, _ = v.Write([]byte("\x1b[5n"))
	if got := string(v.TakeReplies(nil)); got != "\x1b[0n" {
		t.Errorf("afterwards: %q", got)
	}
}

func TestEventsAreBounded(t *testing.T) {
	v := New(Options{})
	_, _ = v.Write([]byte(strings.Repeat("\x1b]133;A\x07\a", 1000)))
	if n := len(v.TakeEvents()); n != maxEvents {
		t.Errorf("%d events", n)
	}
	if v.Refused().Events == 0 {
		t.Error("what was dropped is not counted")
	}
}

// TestFaultsAreContained breaks the terminal on purpose: whatever meets the
// fault recovers by a reset that keeps working.
func TestFaultsAreContained(t *testing.T) {
	for name, act := range map[string]func(*Terminal){
		"Write": func(v *Terminal) {
			if n, err := v.Write([]byte("x")); n != 1 || err != nil {
				t.Errorf("Write returns %d, %v", n, err)
			}
		},
		"Resize": func(v *Terminal) {
			v.Resize(30, 10)
			if cols, rows := v.Size(); cols != 30 || rows != 10 {
				t.Errorf("the size is %dx%d", cols, rows)
			}
		},
		"Snapshot": func(v *Terminal) {
			var f Frame
			if !v.Snapshot(&f) || len(f.Lines) != 24 || f.Lines[23] != strings.Repeat(" ", 80) {
				t.Errorf("the picture is %q", f.Lines)
			}
		},
		"looking back": func(v *Terminal) {
			v.history.chunks[0].lines[5].off = 1 << 30
			v.history.stale, v.history.wrapped = true, true
			if n := v.ScrollbackLen(); n != 0 {
				t.Errorf("%d lines are kept", n)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := New(Options{ScrollbackBytes: 1 << 20})
			_, _ = v.Write([]byte(strings.Repeat("line\r\n", 100)))
			v.line.cells = nil
			v.scr.ring[3] = nil
			act(v)
			events := v.TakeEvents()
			if v.Refused().Faults != 1 || len(events) != 1 || events[0].Kind != EventReset || events[0].Text == "" {
				t.Fatalf("%+v, %+v", v.Refused(), events)
			}
			v.refused.Faults = 0
			_, _ = v.Write([]byte("on"))
			if got := strings.TrimSpace(v.Text()); got != "on" {
				t.Errorf("afterwards the screen is %q", got)
			}
			checkSound(t, v)
		})
	}
}

func TestSizesAreClamped(t *testing.T) {
	v := New(Options{Cols: -5, Rows: 1 << 30})
	if cols, rows := v.Size(); cols != 1 || rows != MaxRows {
		t.Errorf("%dx%d", cols, rows)
	}
	v.Resize(1<<30, 0)
	if cols, rows := v.Size(); cols != MaxCols || rows != 1 {
		t.Errorf("%dx%d", cols, rows)
	}
	checkSound(t, v)
}
