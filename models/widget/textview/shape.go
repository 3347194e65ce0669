package textview

import (
	"sort"

	"podium/internal/safetext"
	"podium/themes"
)

// shape is a line taken apart and laid out.
type shape struct {
	pieces []safetext.Piece
	spans  []themes.Span
	breaks []int // piece at which each row but the first begins
	cells  int
	cut    bool // the line goes on beyond what can be shown
}

// shape returns line i laid out. What is out of view is forgotten.
func (v *View) shape(i int) *shape {
	key := v.dropped + i
	if s, ok := v.shapes[key]; ok {
		return s
	}
	if len(v.shapes) > 4*v.h+64 || v.shaped > shapeLimit {
		clear(v.shapes)
		v.shaped = 0
	}
	l := v.line(i)
	s := &shape{pieces: safetext.Pieces(l.Text, lineLimit, l.SGR)}
	if n := len(s.pieces); n > 0 {
		last := s.pieces[n-1]
		s.cut = last.Start+last.Len < len(l.Text) && !l.SGR
	}
	for _, p := range s.pieces {
		s.cells += p.Cells
	}
	if !l.SGR {
		s.spans = v.spans(i, l)
	}
	if v.wrap {
		s.breaks = wrapped(s.pieces, v.room())
	}
	v.shapes[key] = s
	v.shaped += len(s.pieces)
	return s
}

// spans are the colours of line i: its own, else the highlighter's.
func (v *View) spans(i int, l *Line) []themes.Span {
	if l.Spans != nil || v.highlight == nil {
		return l.Spans
	}
	if len(v.states) == 0 {
		v.states = append(v.states, 0)
	}
	for n := len(v.states); n <= i; n++ {
		_, next := v.highlight(v.line(n-1).Text, v.states[n-1])
		v.states = append(v.states, next)
	}
	spans, _ := v.highlight(l.Text, v.states[i])
	return spans
}

// room is the number of cells for text.
func (v *View) room() int { return max(v.w-v.gutter, 1) }

// rows is the number of rows that line i takes. Short plain text is not taken
// apart for it.
func (v *View) rows(i int) int {
	if !v.wrap || len(v.line(i).Text) == 0 {
		return 1
	}
	return len(v.shape(i).breaks) + 1
}

// wrapped finds the pieces at which rows of w cells begin.
func wrapped(pieces []safetext.Piece, w int) []int {
	var breaks []int
	x := 0
	for i, p := range pieces {
		if x+p.Cells > w && x > 0 {
			breaks = append(breaks, i)
			x = 0
		}
		x += p.Cells
	}
	return breaks
}

// row returns the pieces of a row.
func (s *shape) row(n int) (from, to int) {
	from, to = 0, len(s.pieces)
	if n > 0 && n <= len(s.breaks) {
		from = s.breaks[n-1]
	}
	if n < len(s.breaks) {
		to = s.breaks[n]
	}
	return from, to
}

// rowOf is the row in which byte at of the line is drawn, and the cell at which.
func (s *shape) rowOf(at int) (row, cell int) {
	i := sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].Start+s.pieces[i].Len > at })
	row = sort.Search(len(s.breaks), func(n int) bool { return s.breaks[n] > i })
	from, _ := s.row(row)
	for _, p := range s.pieces[from:min(i, len(s.pieces))] {
		cell += p.Cells
	}
	return row, cell
}
