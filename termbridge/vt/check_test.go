package vt

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

// term returns a terminal that has been fed with in.
func term(cols, rows int, in string) *Terminal {
	v := New(Options{Cols: cols, Rows: rows, ScrollbackBytes: 64 << 10})
	_, _ = v.Write([]byte(in))
	return v
}

// grid returns the screen with blanks shown as dots and rows between bars.
func grid(v *Terminal) string {
	var b strings.Builder
	for y := range v.rows {
		row := v.rowText(v.scr.row(y))
		pad := v.cols
		for x := range v.cols {
			if c := v.scr.row(y).at(x); x < v.scr.row(y).n || c.content() != 0 {
				pad--
			}
		}
		b.WriteString("|" + strings.ReplaceAll(row, " ", ".") + strings.Repeat(".", pad) + "|\n")
	}
	return b.String()
}

// ansiMethod is the method of the renderer's library that goes with m.
func ansiMethod(m WidthMethod) ansi.Method {
	if m == WidthGrapheme {
		return ansi.GraphemeWidth
	}
	return ansi.WcWidth
}

// checkSound fails the test unless everything that the emulator relies on holds.
func checkSound(t interface {
	Helper()
	Fatalf(string, ...any)
}, v *Terminal,
) {
	t.Helper()
	if v.refused.Faults != 0 {
		t.Fatalf("%d faults: %+v", v.refused.Faults, v.events)
	}
	if v.x < 0 || v.x >= v.cols || v.y < 0 || v.y >= v.rows {
		t.Fatalf("cursor %d,%d is outside of %dx%d", v.x, v.y, v.cols, v.rows)
	}
	if v.line != v.scr.row(v.y) {
		t.Fatalf("the cursor's row is not row %d", v.y)
	}
	if v.top < 0 || v.top > v.bottom || v.bottom >= v.rows || v.left < 0 || v.left > v.right || v.right >= v.cols {
		t.Fatalf("margins %d-%d, %d-%d of %dx%d", v.top, v.bottom, v.left, v.right, v.cols, v.rows)
	}
	if len(v.replies) > maxReplies || len(v.events) > maxEvents {
		t.Fatalf("%d bytes of replies, %d events", len(v.replies), len(v.events))
	}
	for _, s := range []*screen{v.main, v.alt} {
		if s == nil {
			continue
		}
		if len(s.ring) != v.rows {
			t.Fatalf("%d rows on a screen of %d", len(s.ring), v.rows)
		}
		seen := map[*row]bool{}
		for y := range s.ring {
			r := s.row(y)
			if seen[r] {
				t.Fatalf("row %d is there twice", y)
			}
			seen[r] = true
			checkRow(t, v, r)
		}
	}
	var f Frame
	for _, offset := range []int{0, 1, v.rows, 1 << 30} {
		v.SnapshotAt(&f, offset)
		checkFrame(t, v, &f)
	}
}

func checkRow(t interface {
	Helper()
	Fatalf(string, ...any)
}, v *Terminal, r *row,
) {
	t.Helper()
	if r.n < 0 || r.n > v.cols || len(r.cells) != v.cols || r.fill.width() != 1 {
		t.Fatalf("row of %d of %d cells, %d columns, fill %x", r.n, len(r.cells), v.cols, r.fill)
	}
	for x := 0; x < r.n; x++ {
		c := r.cells[x]
		if int(c.style()) >= len(v.styles.entries) {
			t.Fatalf("style %d of %d", c.style(), len(v.styles.entries))
		}
		if s := c.content(); s&clusterBit != 0 && int(s&^clusterBit) >= len(v.clusters.texts) {
			t.Fatalf("cluster %d of %d", s&^clusterBit, len(v.clusters.texts))
		}
		switch c.width() {
		case 0:
			t.Fatalf("column %d is half a character", x)
		case 2:
			if x+1 >= r.n || r.cells[x+1].width() != 0 {
				t.Fatalf("the character in column %d lost its second half", x)
			}
			if !r.wide {
				t.Fatalf("the row does not know of its wide character in column %d", x)
			}
			x++
		}
	}
}

func checkFrame(t interface {
	Helper()
	Fatalf(string, ...any)
}, v *Terminal, f *Frame,
) {
	t.Helper()
	m := ansiMethod(v.width)
	if len(f.Lines) != v.rows {
		t.Fatalf("%d lines for %d rows", len(f.Lines), v.rows)
	}
	for y, l := range f.Lines {
		if w := m.StringWidth(l); w != v.cols {
			t.Fatalf("line %d is %d wide, not %d: %q", y, w, v.cols, l)
		}
		if i := strings.IndexFunc(l, func(r rune) bool { return r != 0x1b && r < 0x20 || r >= 0x7f && r < 0xa0 }); i >= 0 {
			t.Fatalf("line %d has a control: %q", y, l)
		}
	}
}

func TestGridHelper(t *testing.T) {
	if got, want := grid(term(5, 2, "a b\r\n漢")), "|a.b..|\n|漢...|\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
