package terminal

import (
	"sort"
	"strings"
	"unicode/utf8"

	"podium/termbridge/vt"
)

// pos is a place in the session's text: a line by the number that it keeps for
// as long as the width stays, and a cell in it.
type pos struct {
	line uint64
	x    int
}

func (p pos) before(q pos) bool {
	return p.line < q.line || p.line == q.line && p.x < q.x
}

// text is the session's lines, oldest of the scrollback to last of the screen,
// while the emulator is locked.
type text struct {
	t     *vt.Terminal
	width vt.WidthMethod
	first uint64 // the oldest line
	base  uint64 // the first line of the screen
	low   uint64 // the oldest line that may be looked at
	high  uint64 // the last line of the screen
	alt   bool

	recent *recent
}

// recent is what was read last: walking over characters reads a row again and
// again, and joining wrapped lines looks at their neighbours.
type recent struct {
	row   row
	rowAt uint64
	rowOK bool
	lines [4]struct {
		vt.Line
		at uint64
		ok bool
	}
}

// textOf numbers the lines of a terminal. A program with a screen of its own
// has no scrollback: what lies above is another program's.
func textOf(t *vt.Terminal, width vt.WidthMethod) text {
	_, rows := t.Size()
	tx := text{t: t, width: width, first: t.FirstLine(), alt: t.Modes().AltScreen, recent: &recent{}}
	tx.base = tx.first + uint64(t.ScrollbackLen())
	tx.low, tx.high = tx.first, tx.base+uint64(rows)-1
	if tx.alt {
		tx.low = tx.base
	}
	return tx
}

// line is a line as the emulator gives it, the zero Line where there is none.
func (tx text) line(n uint64) vt.Line {
	if n < tx.first || n > tx.high {
		return vt.Line{}
	}
	c := &tx.recent.lines[n%uint64(len(tx.recent.lines))]
	if !c.ok || c.at != n {
		c.Line, c.at, c.ok = tx.t.Line(int(n-tx.first)), n, true
	}
	return c.Line
}

func (tx text) row(n uint64) row {
	if c := tx.recent; !c.rowOK || c.rowAt != n {
		c.row, c.rowAt, c.rowOK = newRow(tx.line(n), tx.width), n, true
	}
	return tx.recent.row
}

// clamp brings a place within the lines.
func (tx text) clamp(p pos) pos {
	p.line = min(max(p.line, tx.low), tx.high)
	p.x = max(p.x, 0)
	return p
}

// last is the last line with text, the first line of the screen if it has none.
func (tx text) last() uint64 {
	n := tx.high
	for n > tx.base && tx.line(n).Text == "" {
		n--
	}
	return n
}

// logical is where the wrapped line that n belongs to begins and ends. One of
// hundreds of rows is taken for several, parted where the numbers of lines say,
// so that all who ask agree.
func (tx text) logical(n uint64) (from, to uint64) {
	from, to = n, n
	for from > tx.low && from%logicalRows != 0 && tx.line(from-1).Wrapped {
		from--
	}
	for to < tx.high && (to+1)%logicalRows != 0 && tx.line(to).Wrapped {
		to++
	}
	return from, to
}

const logicalRows = 256

// row is a line with the cells of its characters.
type row struct {
	vt.Line
	glyphs []glyph // none for plain ASCII, where bytes are cells
}

// glyph is a character: where it begins in bytes and cells, and how wide it is.
type glyph struct{ at, x, width int }

func newRow(l vt.Line, width vt.WidthMethod) row {
	r := row{Line: l}
	if isASCII(l.Text) {
		return r
	}
	x := 0
	for i := 0; i < len(l.Text); {
		n, w := width.Next(l.Text[i:])
		r.glyphs = append(r.glyphs, glyph{i, x, w})
		i += n
		x += w
	}
	return r
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// cells is how many cells the text takes.
func (r row) cells() int {
	if n := len(r.glyphs); n > 0 {
		return r.glyphs[n-1].x + r.glyphs[n-1].width
	}
	return len(r.Text)
}

// lastCell is the cell of the last character, 0 in an empty row.
func (r row) lastCell() int { return r.snap(max(r.cells()-1, 0)) }

// snap is the cell in which the character at cell x begins.
func (r row) snap(x int) int {
	if i := r.index(x); i >= 0 {
		return r.glyphs[i].x
	}
	return x
}

// index is the glyph at cell x, -1 beyond the text and in ASCII.
func (r row) index(x int) int {
	if len(r.glyphs) == 0 || x >= r.cells() {
		return -1
	}
	return sort.Search(len(r.glyphs), func(i int) bool { return r.glyphs[i].x > x }) - 1
}

// widthAt is how many cells the character at cell x takes.
func (r row) widthAt(x int) int {
	if i := r.index(x); i >= 0 {
		return max(r.glyphs[i].width, 1)
	}
	return 1
}

// byteAt is the offset of the character at cell x, the length of the text
// beyond it.
func (r row) byteAt(x int) int {
	if len(r.glyphs) == 0 {
		return min(max(x, 0), len(r.Text))
	}
	if i := r.index(max(x, 0)); i >= 0 {
		return r.glyphs[i].at
	}
	return len(r.Text)
}

// cellAt is the cell of the character that holds byte at.
func (r row) cellAt(at int) int {
	if len(r.glyphs) == 0 {
		return min(at, len(r.Text))
	}
	if at >= len(r.Text) {
		return r.cells()
	}
	i := sort.Search(len(r.glyphs), func(i int) bool { return r.glyphs[i].at > at }) - 1
	return r.glyphs[max(i, 0)].x
}

// charAt is the first code point of the character at cell x, a blank beyond
// the text.
func (r row) charAt(x int) rune {
	if at := r.byteAt(x); at < len(r.Text) {
		c, _ := utf8.DecodeRuneInString(r.Text[at:])
		return c
	}
	return ' '
}

// cut is the text of the cells from x to y, the last one included.
func (r row) cut(x, y int) string {
	return r.Text[r.byteAt(x):r.byteAt(y+r.widthAt(y))]
}

// indent is the cell of the first character that is no blank.
func (r row) indent() int {
	return r.cellAt(len(r.Text) - len(strings.TrimLeft(r.Text, " ")))
}
