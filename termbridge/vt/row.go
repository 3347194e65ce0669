package vt

// cell is a cell of the screen in 8 bytes. The lower half is its content: a
// code point, 0 for an erased cell, or clusterBit and the number of a cluster.
// The upper half is the id of its style, its width and its protection.
//
// The second half of a wide character is a cell of width 0.
type cell uint64

const (
	clusterBit uint32 = 1 << 31

	styleMask    = 1<<20 - 1
	width1       = 1 << 20
	width2       = 2 << 20
	widthMask    = 3 << 20
	protectedBit = 1 << 22
)

func (c cell) content() uint32 { return uint32(c) }
func (c cell) style() uint32   { return uint32(c>>32) & styleMask }
func (c cell) width() int      { return int(c>>52) & 3 }
func (c cell) protected() bool { return c&(protectedBit<<32) != 0 }

// withContent returns c with another content.
func (c cell) withContent(s uint32) cell { return c&^0xffffffff | cell(s) }

// withWidth returns c with another width.
func (c cell) withWidth(w int) cell { return c&^(widthMask<<32) | cell(w)<<52 }

// row is a line of a screen. Cells from n on are all alike and not written out:
// they are fill. So erasing a line, and with it scrolling and filling a screen,
// costs the same whatever the width.
type row struct {
	cells []cell // as many as the screen has columns
	n     int
	fill  cell

	id      uint64 // what str was drawn from; 0 after a change
	str     string
	wide    bool // there may be wide characters
	wrapped bool // the text goes on in the next row
	mark    lineMark
}

func newRow(cols int, fill cell) *row {
	return &row{cells: make([]cell, cols), fill: fill}
}

// clear erases the whole row.
func (r *row) clear(fill cell) {
	r.n, r.fill = 0, fill
	r.id, r.wide, r.wrapped, r.mark = 0, false, false, lineMark{}
}

// at returns the cell in column x.
func (r *row) at(x int) cell {
	if x < r.n {
		return r.cells[x]
	}
	return r.fill
}

// extend writes out the fill up to column x and returns how many cells it wrote.
func (r *row) extend(x int) int {
	d := x - r.n
	if d <= 0 {
		return 0
	}
	fillCells(r.cells[r.n:x], r.fill)
	r.n = x
	return d
}

// cut makes sure that no wide character reaches across the edge left of
// column x: one that does is erased, since half of it cannot be kept.
func (r *row) cut(x int) {
	if !r.wide || x <= 0 || x >= r.n || r.cells[x].width() != 0 {
		return
	}
	r.cells[x-1] = r.cells[x-1].withContent(0).withWidth(1)
	r.cells[x] = r.cells[x].withContent(0).withWidth(1)
}

func fillCells(s []cell, c cell) {
	for i := range s {
		s[i] = c
	}
}

// length returns how many cells bear text: trailing erased cells do not count.
func (r *row) length() int {
	n := r.n
	for n > 0 && r.cells[n-1].content() == 0 && r.cells[n-1].width() == 1 {
		n--
	}
	return n
}

// screen is a grid of rows in a ring, so that scrolling all of it moves nothing.
type screen struct {
	ring []*row
	head int // where row 0 is
	cols int

	saved savedCursor // DECSC
	kitty kittyStack
}

func newScreen(cols, rows int, fill cell) *screen {
	s := &screen{ring: make([]*row, rows), cols: cols}
	for i := range s.ring {
		s.ring[i] = newRow(cols, fill)
	}
	s.saved.reset()
	return s
}

// row returns row y, which must be on the screen.
func (s *screen) row(y int) *row {
	i := s.head + y
	if i >= len(s.ring) {
		i -= len(s.ring)
	}
	return s.ring[i]
}

// straighten turns the ring so that row 0 is its first element, which makes
// ranges of rows contiguous.
func (s *screen) straighten() {
	if s.head == 0 {
		return
	}
	reverseRows(s.ring[:s.head])
	reverseRows(s.ring[s.head:])
	reverseRows(s.ring)
	s.head = 0
}

func reverseRows(r []*row) {
	for i, j := 0, len(r)-1; i < j; i, j = i+1, j-1 {
		r[i], r[j] = r[j], r[i]
	}
}

// rotate moves rows [top, bottom) up by n, those at the top to the bottom;
// a negative n moves down. |n| is at most the number of rows.
func (s *screen) rotate(top, bottom, n int) {
	s.straighten()
	part := s.ring[top:bottom]
	switch n {
	case 1:
		first := part[0]
		copy(part, part[1:])
		part[len(part)-1] = first
	case -1:
		last := part[len(part)-1]
		copy(part[1:], part)
		part[0] = last
	default:
		if n < 0 {
			n += len(part)
		}
		reverseRows(part[:n])
		reverseRows(part[n:])
		reverseRows(part)
	}
}
