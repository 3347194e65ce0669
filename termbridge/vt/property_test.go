package vt

import (
	"bytes"
	"testing"

	uv "github.com/charmbracelet/ultraviolet"
	"pgregory.net/rapid"
)

// pieces are what random streams are made of: whole sequences, so that chance
// gets somewhere, and fragments, so that it gets lost too.
func pieces() *rapid.Generator[[]byte] {
	number := rapid.OneOf(rapid.IntRange(0, 12), rapid.SampledFrom([]int{20, 79, 80, 81, 999, 65535, 99999999}))
	csi := rapid.Custom(func(t *rapid.T) []byte {
		var b bytes.Buffer
		b.WriteString("\x1b[")
		b.WriteString(rapid.SampledFrom([]string{"", "", "", "?", ">", "=", "<"}).Draw(t, "prefix"))
		for i := range rapid.IntRange(0, 4).Draw(t, "params") {
			if i > 0 {
				b.WriteString(rapid.SampledFrom([]string{";", ";", ":"}).Draw(t, "sep"))
			}
			if rapid.Bool().Draw(t, "given") {
				b.WriteString(itoa(number.Draw(t, "n")))
			}
		}
		b.WriteString(rapid.SampledFrom([]string{"", "", "", "", " ", "!", "\"", "$", "'", "*"}).Draw(t, "inter"))
		b.WriteByte(byte(rapid.IntRange(0x40, 0x7e).Draw(t, "final")))
		return b.Bytes()
	})
	mode := rapid.Custom(func(t *rapid.T) []byte {
		n := rapid.SampledFrom([]int{5, 6, 7, 25, 45, 47, 69, 1047, 1048, 1049, 2026}).Draw(t, "mode")
		return []byte("\x1b[?" + itoa(n) + rapid.SampledFrom([]string{"h", "l"}).Draw(t, "set"))
	})
	margins := rapid.Custom(func(t *rapid.T) []byte {
		return []byte("\x1b[" + itoa(number.Draw(t, "a")) + ";" + itoa(number.Draw(t, "b")) + rapid.SampledFrom([]string{"r", "s", "H"}).Draw(t, "final"))
	})
	text := rapid.Map(rapid.SliceOfN(rapid.SampledFrom([]string{
		"a", "b ", "hello", "é", "e\u0301", "漢", "字", "😀", "👩\u200d👩\u200d👧", "🇩", "🇪🇩🇪", "❤\ufe0f", "1\ufe0f\u20e3", "\u0301",
		"\u200d", "\ufe0f", "क्षि", "각", "\u1100\u1161\u11a8", "\u0600", "\u00ad", "\u0903", "\U000110bd", "\u0d4e", "\ufeff", "\u202e", "\u2028",
		"\U0001f3fd", "─", "☃", "𝔘", "\ue0b0", "ﷺ", "⸻", "\u200b", "\u0e33", "ｱﾞ",
	}), 1, 12), func(s []string) []byte {
		var b bytes.Buffer
		for _, x := range s {
			b.WriteString(x)
		}
		return b.Bytes()
	})
	fixed := rapid.Map(rapid.SampledFrom([]string{
		"\r", "\n", "\r\n", "\b", "\t", "\x1bM", "\x1bD", "\x1bE", "\x1b7", "\x1b8", "\x1bc", "\x1b#8", "\x1b(0", "\x1b(B", "\x0e", "\x0f", "\x1bN", "\x1b)0",
		"\x1b[4h", "\x1b[4l", "\x1b[m", "\x1b[1;31;48;5;12m", "\x1b[38:2::1:2:3m", "\x1b]8;;http://x\x1b\\", "\x1b]8;;\x07", "\x1b]0;t\x07", "\x1b]4;1;#123\x07",
		"\x1b]133;A\x07", "\x1bP$qm\x1b\\", "\x1b6", "\x1b9", "\x1b[1\"q", "\x18", "\x1b", "\xff", "\xe6\xbc", "\xc2\x9b", "\x1b]52;c;aGk=\x07",
	}), func(s string) []byte { return []byte(s) })
	return rapid.OneOf(text, text, csi, csi, mode, margins, fixed, fixed, rapid.SliceOfN(rapid.Byte(), 0, 6))
}

func itoa(n int) string {
	var buf [20]byte
	i := len(buf)
	for {
		i--
		buf[i] = byte('0' + n%10)
		if n /= 10; n == 0 {
			return string(buf[i:])
		}
	}
}

// TestAnythingCanBeDrawn: whatever the bytes and sizes, the screen stays sound
// and every line is as wide as the pane, as the renderer measures it.
func TestAnythingCanBeDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := New(Options{
			Cols: rapid.IntRange(1, 20).Draw(t, "cols"), Rows: rapid.IntRange(1, 6).Draw(t, "rows"),
			Width:           WidthMethod(rapid.IntRange(0, 1).Draw(t, "width")),
			ScrollbackBytes: rapid.SampledFrom([]int{0, 2000, 1 << 20}).Draw(t, "scrollback"),
		})
		piece := pieces()
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			switch rapid.IntRange(0, 14).Draw(t, "step") {
			case 0:
				v.Resize(rapid.IntRange(1, 20).Draw(t, "cols"), rapid.IntRange(1, 6).Draw(t, "rows"))
			case 1:
				v.SetWidthMethod(WidthMethod(rapid.IntRange(0, 1).Draw(t, "width")))
			case 2:
				v.sweep()
			default:
				_, _ = v.Write(piece.Draw(t, "piece"))
			}
			checkSound(t, v)
		}
	})
}

// TestRendererAgrees draws random screens with the renderer's own code and
// compares cell by cell.
func TestRendererAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const cols, rows = 16, 4
		v := New(Options{Cols: cols, Rows: rows, Width: WidthMethod(rapid.IntRange(0, 1).Draw(t, "width"))})
		piece := pieces()
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			_, _ = v.Write(piece.Draw(t, "piece"))
		}
		var f Frame
		v.Snapshot(&f)
		for y, l := range f.Lines {
			buf := uv.NewScreenBuffer(cols, 1)
			buf.Method = ansiMethod(v.width)
			uv.NewStyledString(l).Draw(buf, buf.Bounds())
			for x := 0; x < cols; x++ {
				c := v.Cell(x, y)
				got := buf.CellAt(x, 0)
				if v.width == WidthWC && (got == nil || got.Width > 2 || got.Width == 0) {
					continue // the renderer may take several code points for one cell
				}
				if got == nil {
					t.Fatalf("row %d column %d: nothing drawn of %q (%q)", y, x, c.Content, l)
				}
				if v.width == WidthGrapheme && (got.Content != c.Content || got.Width != c.Width) {
					t.Fatalf("row %d column %d: drawn %q width %d, have %q width %d (%q)", y, x, got.Content, got.Width, c.Content, c.Width, l)
				}
			}
		}
	})
}

// TestSplitAnywhere: how a stream is cut into writes makes no difference.
func TestSplitAnywhere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := WidthMethod(rapid.IntRange(0, 1).Draw(t, "width"))
		o := Options{Cols: 20, Rows: 5, Width: m, ScrollbackBytes: 1 << 16, AllowClipboard: true}
		in := bytes.Join(rapid.SliceOfN(pieces(), 1, 20).Draw(t, "in"), nil)
		whole := New(o)
		_, _ = whole.Write(in)
		parts := New(o)
		for rest := in; len(rest) > 0; {
			n := rapid.IntRange(1, min(len(rest), 4)).Draw(t, "cut")
			_, _ = parts.Write(rest[:n])
			rest = rest[n:]
		}
		same(t, whole, parts)
	})
}

// same fails unless two terminals show and report the same.
func same(t interface {
	Helper()
	Fatalf(string, ...any)
}, a, b *Terminal,
) {
	t.Helper()
	var fa, fb Frame
	a.SnapshotAt(&fa, 1<<30)
	b.SnapshotAt(&fb, 1<<30)
	for y := range fa.Lines {
		if fa.Lines[y] != fb.Lines[y] {
			t.Fatalf("line %d of the scrollback: %q, %q", y, fa.Lines[y], fb.Lines[y])
		}
	}
	a.Snapshot(&fa)
	b.Snapshot(&fb)
	for y := range fa.Lines {
		if fa.Lines[y] != fb.Lines[y] {
			t.Fatalf("line %d: %q, %q", y, fa.Lines[y], fb.Lines[y])
		}
	}
	if ra, rb := a.TakeReplies(nil), b.TakeReplies(nil); !bytes.Equal(ra, rb) {
		t.Fatalf("replies %q, %q", ra, rb)
	}
	if a.Modes() != b.Modes() || a.Cursor() != b.Cursor() || a.Title() != b.Title() || a.Refused() != b.Refused() {
		t.Fatalf("%+v %+v %q %+v\n%+v %+v %q %+v", a.Modes(), a.Cursor(), a.Title(), a.Refused(), b.Modes(), b.Cursor(), b.Title(), b.Refused())
	}
	if len(a.TakeEvents()) != len(b.TakeEvents()) {
		t.Fatalf("different events")
	}
}
