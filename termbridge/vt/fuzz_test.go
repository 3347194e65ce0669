package vt

import "testing"

// fuzzWork is how many cells a byte may cost: a sequence of two bytes at most a
// few screens of the fuzzed terminal.
const fuzzWork = 4 * 24 * 8

// FuzzWrite writes any bytes, changes the size in between and looks at what can
// be drawn and at the work it took.
func FuzzWrite(f *testing.F) {
	for _, cases := range screenCases {
		for _, c := range cases {
			f.Add([]byte(c.in), uint8(20), uint8(6), false)
		}
	}
	for _, c := range tmuxStreams {
		f.Add([]byte(c.in), uint8(9), uint8(3), true)
	}
	for _, r := range recordings {
		stream := readRecording(f, r.name)
		f.Add(stream[:min(len(stream), 4096)], uint8(40), uint8(12), true)
	}
	f.Fuzz(func(t *testing.T, in []byte, cols, rows uint8, graphemes bool) {
		m := WidthWC
		if graphemes {
			m = WidthGrapheme
		}
		o := Options{Cols: 24, Rows: 8, ScrollbackBytes: 20000, Width: m, AllowClipboard: true}
		v := New(o)
		v.work = 0
		_, _ = v.Write(in)
		if limit := uint64(len(in)+2) * fuzzWork; v.work > limit {
			t.Fatalf("%d bytes touched %d cells", len(in), v.work)
		}
		checkSound(t, v)
		split := New(o)
		_, _ = split.Write(in[:len(in)/2])
		_, _ = split.Write(in[len(in)/2:])
		same(t, v, split)
		v.Resize(int(cols%64), int(rows%32))
		checkSound(t, v)
		v.SetWidthMethod(1 - m)
		checkSound(t, v)
		_, _ = v.Write(in)
		checkSound(t, v)
		for i := range min(v.LineCount(), 50) {
			_, _ = v.Line(i), v.StyledLine(i)
		}
	})
}

// FuzzColor reads any text as a colour.
func FuzzColor(f *testing.F) {
	for _, s := range []string{"#fff", "rgb:ff/80/00", "rgb:1/2/3", "#ffff80000000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := parseColor(s)
		if !ok {
			return
		}
		if again, ok := parseColor(colorSpec(c)); !ok || again != c {
			t.Errorf("%q is %x, spelled %q and read as %x", s, c, colorSpec(c), again)
		}
	})
}
