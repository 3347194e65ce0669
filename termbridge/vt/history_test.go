package vt

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// lines returns all lines of scrollback and screen, trailing blank ones left out.
func lines(v *Terminal) []string {
	var out []string
	for i := range v.LineCount() {
		l := v.Line(i)
		s := l.Text
		if l.Wrapped {
			s += "\\"
		}
		out = append(out, s)
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

func expectLines(t *testing.T, v *Terminal, want ...string) {
	t.Helper()
	if got := lines(v); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("lines\n%q, want\n%q", got, want)
	}
	checkSound(t, v)
}

func TestScrollback(t *testing.T) {
	v := term(10, 3, "1\r\n\x1b[31m2\x1b[m漢 \r\n3\r\n4\r\n5")
	if n := v.ScrollbackLen(); n != 2 {
		t.Fatalf("%d lines", n)
	}
	expectLines(t, v, "1", "2漢", "3", "4", "5")
	if got, want := v.StyledLine(1), "\x1b[0;31m2\x1b[m漢"; got != want {
		t.Errorf("styled %q, want %q", got, want)
	}
	if got := v.Line(-1); got != (Line{}) {
		t.Errorf("line -1 is %+v", got)
	}
	if got := v.Line(5); got != (Line{}) || v.StyledLine(5) != "" {
		t.Errorf("line 5 is %+v", got)
	}
	var f Frame
	v.SnapshotAt(&f, 1)
	if want := []string{"\x1b[0;31m2\x1b[m漢       ", "3         ", "4         "}; strings.Join(f.Lines, "|") != strings.Join(want, "|") {
		t.Errorf("scrolled back: %q", f.Lines)
	}
	if f.Cursor.Visible || f.Offset != 1 {
		t.Errorf("cursor %+v, offset %d", f.Cursor, f.Offset)
	}
	v.SnapshotAt(&f, 99)
	if f.Offset != 2 || f.Lines[0] != "1         " {
		t.Errorf("offset %d: %q", f.Offset, f.Lines)
	}
	_, _ = v.Write([]byte("\x1b[3J"))
	if n := v.ScrollbackLen(); n != 0 {
		t.Errorf("%d lines after ED 3", n)
	}
}

func TestWhatGoesToTheScrollback(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     int
	}{
		{"line feeds", "\n\n\n\n\n", 3},
		{"SU", "\x1b[2S", 2},
		{"a region at the top", "\x1b[1;2r\x1b[2;1H\n\n", 2},
		{"not a region below", "\x1b[2;3r\x1b[3;1H\n\n", 0},
		{"not the alternate screen", "\x1b[?1049h\n\n\n\n\n", 0},
		{"not deleted lines", "\x1b[H\x1b[2M", 0},
		{"not columns", "\x1b[?69h\x1b[2;5s\x1b[2S", 0},
		{"not what is cleared", "x\x1b[2J", 0},
		{"RIS keeps it", "\n\n\n\x1bc", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := term(10, 3, c.in).ScrollbackLen(); got != c.want {
				t.Errorf("%q: %d lines, want %d", c.in, got, c.want)
			}
		})
	}
}

// TestScrollbackBudget: memory stays within the budget and the newest lines are
// those that are kept.
func TestScrollbackBudget(t *testing.T) {
	for _, budget := range []int{10_000, 100_000, 500_000} {
		v := New(Options{Cols: 80, Rows: 24, ScrollbackBytes: budget})
		for i := range 40_000 {
			fmt.Fprintf(v, "\x1b[38;5;%dmline %d\r\n", i%256, i)
		}
		h := &v.history
		size := h.bytes + h.chunks[len(h.chunks)-1].size()
		if size > budget+histChunkMax {
			t.Errorf("%d bytes with a budget of %d", size, budget)
		}
		n := v.ScrollbackLen()
		if got := v.FirstLine() + uint64(n); got != 40_000-23 {
			t.Errorf("%d lines are numbered with a budget of %d", got, budget)
		}
		if n < budget/150 {
			t.Errorf("only %d lines with a budget of %d", n, budget)
		}
		for i := range n {
			if got, want := v.Line(i).Text, fmt.Sprintf("line %d", 40_000-23-n+i); got != want {
				t.Fatalf("line %d of %d is %q, want %q", i, n, got, want)
			}
		}
	}
}

func TestReflow(t *testing.T) {
	for _, c := range []struct {
		name       string
		cols, rows int // before
		in         string
		newCols    int
		newRows    int
		want       string // lines, wrapped ones end in a backslash
		cursor     string
	}{
		{"narrower", 10, 4, "0123456789ab\r\nx", 5, 4, "01234\\/56789\\/ab/x", "1,3"},
		{"wider", 5, 4, "0123456789ab\r\nx", 10, 4, "0123456789\\/ab/x", "1,2"},
		{"narrower, the top leaves", 10, 2, "0123456789ab", 4, 2, "0123\\/4567\\/89ab", "3,1+"},
		{"wider, the top comes back", 4, 2, "0123456789ab", 10, 2, "0123456789\\/ab", "2,1"},
		{"blank lines stay", 10, 5, "a\r\n\r\nb", 5, 5, "a//b", "1,2"},
		{"a line that fits exactly", 10, 3, "0123456789", 5, 3, "01234\\/56789", "4,1+"},
		{"and grows", 5, 3, "01234\r\nx", 10, 3, "01234/x", "1,1"},
		{"wide characters are not cut", 6, 3, "漢字漢字", 3, 5, "漢\\/字\\/漢\\/字", "2,3"},
		{"and come together again", 3, 5, "漢字漢字", 6, 5, "漢字漢\\/字", "2,1"},
		{"a single column", 4, 2, "漢a", 1, 3, "\ufffd\\/a", "0,1+"},
		{"lower", 10, 4, "1\r\n2\r\n3\r\n4", 10, 2, "1/2/3/4", "1,1"},
		{"lower, blank lines go first", 10, 4, "1\r\n2", 10, 2, "1/2", "1,1"},
		{"higher, lines come back", 10, 2, "1\r\n2\r\n3", 10, 4, "1/2/3", "1,2"},
		{"higher with room left", 10, 3, "1\r\n2\r\n3\r\n4\x1b[H\x1b[J", 10, 5, "1", "0,0"},
		{"the cursor in the middle", 10, 4, "0123456789ab\x1b[1;8H", 5, 4, "01234\\/56789\\/ab", "2,1"},
		{"the cursor behind the text", 10, 4, "abc\x1b[1;8H", 5, 4, "abc", "4,0"},
		{"the cursor on top stays", 10, 4, "1\r\n2\r\n3\r\n4\x1b[H", 10, 2, "1/2", "0,0"},
		{"the alternate screen is cut", 10, 3, "main\x1b[?1049h\x1b[H0123456789ab", 5, 3, "01234/ab", "2,1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := term(c.cols, c.rows, c.in)
			v.Resize(c.newCols, c.newRows)
			if got := strings.Join(lines(v), "/"); got != c.want {
				t.Errorf("lines %q, want %q", got, c.want)
			}
			cursor := fmt.Sprintf("%d,%d", v.x, v.y)
			if v.wrapNext {
				cursor += "+"
			}
			if cursor != c.cursor {
				t.Errorf("cursor %s, want %s", cursor, c.cursor)
			}
			checkSound(t, v)
		})
	}
}

func TestReflowOfTheMainScreenBehindTheAlternate(t *testing.T) {
	v := term(10, 3, "0123456789ab\x1b[?1049hx")
	v.Resize(5, 3)
	_, _ = v.Write([]byte("\x1b[?1049l!"))
	expectLines(t, v, "01234\\", "56789\\", "ab!")
}

// TestReflowKeepsWhereACommandWasDone: behind output that did not end its line.
func TestReflowKeepsWhereACommandWasDone(t *testing.T) {
	v := term(10, 3, "\x1b]133;C\x07abcdefgh\x1b]133;D\x07\x1b]133;A\x07$")
	for _, c := range []struct{ cols, line, done int }{{10, 0, 8}, {3, 2, 2}, {4, 1, 4}, {20, 0, 8}} {
		v.Resize(c.cols, 4)
		for i := range v.LineCount() {
			var want Mark
			if i == 0 {
				want |= MarkOutput
			}
			l := v.Line(i)
			if i == c.line {
				want |= MarkDone | MarkPrompt
				if l.Done != c.done {
					t.Errorf("at %d columns it was done at cell %d of line %d, want %d", c.cols, l.Done, i, c.done)
				}
			}
			if l.Mark != want {
				t.Errorf("at %d columns line %d is marked %b, want %b", c.cols, i, l.Mark, want)
			}
		}
	}
}

func TestReflowKeepsStylesAndMarks(t *testing.T) {
	v := term(10, 2, "\x1b]133;A\x07\x1b[31mabc\x1b[1mdef\x1b[mgh\r\n1\r\n2\r\n3")
	v.Resize(4, 2)
	expectLines(t, v, "abcd\\", "efgh", "1", "2", "3")
	if v.Line(0).Mark != MarkPrompt || v.Line(1).Mark != 0 {
		t.Errorf("marks %b %b", v.Line(0).Mark, v.Line(1).Mark)
	}
	if got, want := v.StyledLine(1), "\x1b[0;1;31mef\x1b[mgh"; got != want {
		t.Errorf("styled %q, want %q", got, want)
	}
	v.Resize(10, 6)
	expectLines(t, v, "abcdefgh", "1", "2", "3")
	if got, want := v.Cell(3, 0).Style, (Style{Foreground: IndexColor(1), Attrs: AttrBold}); got != want {
		t.Errorf("style %+v, want %+v", got, want)
	}
}

// TestReflowLosesNothing: text survives any sequence of sizes as long as the
// scrollback has room.
func TestReflowLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := New(Options{Cols: 10, Rows: 4, ScrollbackBytes: 1 << 20, Width: WidthMethod(rapid.IntRange(0, 1).Draw(t, "width"))})
		text := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("abc 漢é😀")), 0, 30, -1), 1, 12).Draw(t, "lines")
		for i, s := range text {
			text[i] = "<" + s + ">"
		}
		_, _ = v.Write([]byte(strings.Join(text, "\r\n")))
		for range rapid.IntRange(1, 6).Draw(t, "resizes") {
			v.Resize(rapid.IntRange(2, 20).Draw(t, "cols"), rapid.IntRange(1, 8).Draw(t, "rows"))
			checkSound(t, v)
		}
		var got []string
		joined := ""
		for i := range v.LineCount() {
			l := v.Line(i)
			joined += l.Text
			if !l.Wrapped {
				got = append(got, joined)
				joined = ""
			}
		}
		for len(got) > 0 && got[len(got)-1] == "" {
			got = got[:len(got)-1]
		}
		if a, b := strings.Join(got, "\n"), strings.Join(text, "\n"); a != b {
			t.Fatalf("got\n%q, want\n%q", a, b)
		}
		if c := v.Cursor(); v.Cell(max(0, c.X-1), c.Y).Content != ">" && v.Cell(c.X, c.Y).Content != ">" {
			t.Fatalf("the cursor lost its place: %+v\n%s", c, grid(v))
		}
	})
}

// TestManyResizes: dragging a window does not wrap the scrollback each time.
func TestManyResizes(t *testing.T) {
	v := benchTerminal()
	_, _ = v.Write(historyText(10000))
	v.work = 0
	for i := range 500 {
		v.Resize(100+i%100, 20+i%30)
	}
	if limit := uint64(500 * 4 * benchCols * benchRows); v.work > limit {
		t.Errorf("500 resizes touched %d cells, more than %d", v.work, limit)
	}
	v.Resize(benchCols, benchRows)
	if n := v.ScrollbackLen(); n < 10000-benchRows {
		t.Errorf("%d lines are left", n)
	}
	for i := range 100 {
		if got, want := v.Line(i).Text[:6], fmt.Sprintf("%06d", i); got != want {
			t.Fatalf("line %d begins with %s", i, got)
		}
	}
}

// TestLinesComeBackOverChunks: a much higher screen takes lines from several
// chunks of the scrollback, in their order and colours.
func TestLinesComeBackOverChunks(t *testing.T) {
	v := New(Options{Cols: 40, Rows: 5, ScrollbackBytes: 64 << 10})
	for i := range 1000 {
		fmt.Fprintf(v, "\x1b[38;5;%dmline %d %s\r\n", i%250, i, strings.Repeat("x", 20))
	}
	if n := len(v.history.chunks); n < 5 {
		t.Fatalf("only %d chunks", n)
	}
	last := v.LineCount() - 1 // the empty line of the cursor
	for _, rows := range []int{900, 3, 600, 10} {
		v.Resize(40, rows)
		checkSound(t, v)
		var first int
		if _, err := fmt.Sscanf(v.Line(0).Text, "line %d", &first); err != nil {
			t.Fatal(err)
		}
		if kept := 1000 - first; kept < last*8/10 { // a chunk, an eighth of all, may go
			t.Fatalf("%d of %d lines are left at %d rows", kept, last, rows)
		}
		for n := first; n < 1000; n++ {
			i := n - first
			text := fmt.Sprintf("line %d %s", n, strings.Repeat("x", 20))
			want := fmt.Sprintf("\x1b[0;%sm%s\x1b[m", selectorOf(n%250), text)
			if v.Line(i).Text != text || v.StyledLine(i) != want {
				t.Fatalf("line %d is %q, %q; want %q", i, v.Line(i).Text, v.StyledLine(i), want)
			}
		}
	}
}

func selectorOf(i int) string {
	switch {
	case i < 8:
		return fmt.Sprint(30 + i)
	case i < 16:
		return fmt.Sprint(82 + i)
	}
	return fmt.Sprintf("38;5;%d", i)
}

func TestSetWidthMethod(t *testing.T) {
	const family = "👩\u200d👧"
	v := New(Options{Cols: 12, Rows: 2, ScrollbackBytes: 1 << 16})
	_, _ = v.Write([]byte("a" + family + "b❤\ufe0fc\x1b[1m漢\r\n\n"))
	v.SetWidthMethod(WidthGrapheme)
	checkSound(t, v)
	v.Resize(12, 3)
	if c := v.Cell(1, 0); c.Content != "👩\u200d" && c.Content != family {
		t.Errorf("cell %+v", c)
	}
	w := New(Options{Cols: 12, Rows: 2})
	_, _ = w.Write([]byte("a" + family + "b❤\ufe0fc"))
	if x := w.Cursor().X; x != 1+4+1+1+1 {
		t.Errorf("by code points the cursor is at %d", x)
	}
	w.SetWidthMethod(WidthGrapheme)
	checkSound(t, w)
	if x := w.Cursor().X; x != 1+2+1+2+1 {
		t.Errorf("by clusters the cursor is at %d: %s", x, grid(w))
	}
	if c := w.Cell(1, 0); c.Content != family || c.Width != 2 {
		t.Errorf("the family is %+v", c)
	}
	w.SetWidthMethod(WidthWC)
	checkSound(t, w)
	if x := w.Cursor().X; x != 8 {
		t.Errorf("back again the cursor is at %d", x)
	}
}

func TestGraphemes(t *testing.T) {
	for _, c := range []struct {
		in    string
		cells []string
	}{
		{"👩\u200d👩\u200d👧x", []string{"👩\u200d👩\u200d👧", "", "x"}},
		{"🇩🇪🇫🇷x", []string{"🇩🇪", "", "🇫🇷", "", "x"}},
		{"❤\ufe0fx", []string{"❤\ufe0f", "", "x"}},
		{"1\ufe0f\u20e3x", []string{"1\ufe0f\u20e3", "", "x"}},
		{"👍\U0001f3fdx", []string{"👍\U0001f3fd", "", "x"}},
		{"\u1112\u1161\u11abx", []string{"\u1112\u1161\u11ab", "", "x"}},
		{"क्षx", []string{"क्ष", "x"}},
		{"e\u0301\u0302x", []string{"e\u0301\u0302", "x"}},
		{"👩\x1b[5G\x1b[3G\u200d👧x", []string{"👩\u200d", "", "👧", "", "x"}},
		{"🇩\x1b[3G🇪x", []string{"🇩", "", "🇪", "", "x"}},
	} {
		for _, split := range []bool{false, true} {
			v := New(Options{Cols: 10, Rows: 1, Width: WidthGrapheme})
			if split {
				for i := range len(c.in) {
					_, _ = v.Write([]byte{c.in[i]})
				}
			} else {
				_, _ = v.Write([]byte(c.in))
			}
			for x, want := range c.cells {
				if got := v.Cell(x, 0).Content; got != want {
					t.Errorf("%+q: cell %d is %+q, want %+q", c.in, x, got, want)
				}
			}
			checkSound(t, v)
		}
	}
}

func TestFindMark(t *testing.T) {
	term := New(Options{Cols: 10, Rows: 3, ScrollbackBytes: 1 << 16})
	for i := range 9 {
		if i%4 == 1 {
			_, _ = term.Write([]byte("\x1b]133;A\a"))
		}
		_, _ = term.Write([]byte("text\r\n"))
	}
	for _, c := range []struct{ from, step, want int }{
		{0, 1, 1}, {1, 1, 5}, {5, 1, -1}, {9, -1, 5}, {5, -1, 1}, {1, -1, -1}, {-1, 1, 1}, {0, 0, -1},
	} {
		if got := term.FindMark(c.from, c.step, MarkPrompt); got != c.want {
			t.Errorf("from %d by %d: line %d, want %d", c.from, c.step, got, c.want)
		}
	}
	if got := term.FindMark(0, 1, MarkOutput); got != -1 {
		t.Errorf("line %d has no such mark", got)
	}
}

// A chunk whose lines were all taken back, but whose styles fill it, is passed
// over when more lines are taken back.
func TestLinesComeBackOverAnEmptiedChunk(t *testing.T) {
	v := New(Options{Cols: 10, Rows: 2, ScrollbackBytes: 1 << 20})
	h := &v.history
	for len(h.chunks) == 0 || h.chunks[len(h.chunks)-1].used() < h.chunkSize() {
		fmt.Fprint(v, "plain\r\n")
	}
	fmt.Fprint(v, "\x1b[H\x1b[2J")
	text := ""
	for i := range 40 {
		fmt.Fprintf(v, "\x1b]8;;http://%s/%d\x07%c", strings.Repeat("x", 2000), i, 'a'+i%26)
		text += string(rune('a' + i%26))
	}
	fmt.Fprint(v, "\x1b]8;;\x07\r\n\r\n")
	if last := h.chunks[len(h.chunks)-1]; len(last.lines) != 4 || last.used() < h.chunkSize() {
		t.Fatalf("the last chunk has %d lines, %d bytes: the test tests nothing", len(last.lines), last.used())
	}
	for _, cols := range []int{20, 10, 20, 40} { // as one drags: nobody looks at the scrollback in between
		v.Resize(cols, 2)
	}
	if n := v.Refused().Faults; n != 0 {
		t.Errorf("%d faults", n)
	}
	checkSound(t, v)
	if got := lines(v); !slices.Contains(got, text) {
		t.Errorf("the text is gone: %q", got[max(len(got)-5, 0):])
	}
}
