package vt

import "strings"

// ScrollbackLen returns how many lines have left the main screen and are kept.
func (t *Terminal) ScrollbackLen() int {
	t.settle()
	return t.history.len()
}

// FirstLine is the number of the oldest line kept: how many lines went before
// it. FirstLine()+i names line i for as long as the width does not change; after
// that, and after the scrollback was cleared, numbers begin anew.
func (t *Terminal) FirstLine() uint64 {
	t.settle()
	if len(t.history.chunks) == 0 {
		return 0
	}
	return t.history.chunks[0].first
}

// LineCount is the number of lines of the scrollback and the screen together.
func (t *Terminal) LineCount() int { return t.ScrollbackLen() + t.rows }

// Line returns line i as text, counted from the oldest of the scrollback (0) to
// the last row of the screen (LineCount-1); the zero Line outside.
func (t *Terminal) Line(i int) Line {
	n := t.ScrollbackLen()
	switch {
	case i < 0 || i >= n+t.rows:
		return Line{}
	case i < n:
		c, k := t.history.find(i)
		l := c.lines[k]
		return Line{Text: trimLine(string(c.text(k)), l.wrapped), Wrapped: l.wrapped, Mark: l.mark.Mark, Done: int(l.mark.done)}
	}
	r := t.scr.row(i - n)
	return Line{Text: trimLine(t.rowText(r), r.wrapped), Wrapped: r.wrapped, Mark: r.mark.Mark, Done: int(r.mark.done)}
}

// FindMark returns the nearest line after line i (with step 1) or before it (-1)
// that has any of the marks, -1 when there is none. It reads no text, so that a
// long scrollback is searched in little time.
func (t *Terminal) FindMark(i, step int, marks Mark) int {
	n := t.ScrollbackLen()
	for i += step; i >= 0 && i < n+t.rows && step != 0; i += step {
		var mark Mark
		if i < n {
			c, k := t.history.find(i)
			mark = c.lines[k].mark.Mark
		} else {
			mark = t.scr.row(i - n).mark.Mark
		}
		if mark&marks != 0 {
			return i
		}
	}
	return -1
}

// StyledLine returns line i with SGR and OSC 8 sequences, not padded, and
// ending with both switched off; "" outside.
func (t *Terminal) StyledLine(i int) string {
	n := t.ScrollbackLen()
	switch {
	case i < 0 || i >= n+t.rows:
		return ""
	case i < n:
		return t.drawHistory(i, false)
	}
	return t.draw(t.scr.row(i-n), false)
}

// Text returns the screen as text, rows separated by newlines, without their
// trailing blanks. It is what "tmux capture-pane -p" prints, but for the
// newline at the end.
func (t *Terminal) Text() string {
	var b strings.Builder
	for y := range t.rows {
		if y > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(trimLine(t.rowText(t.scr.row(y)), false))
	}
	return b.String()
}

// trimLine removes trailing blanks, unless the text goes on in the next line.
func trimLine(s string, wrapped bool) string {
	if wrapped {
		return s
	}
	return strings.TrimRight(s, " ")
}

func (t *Terminal) rowText(r *row) string {
	buf := t.drawn[:0]
	for _, c := range r.cells[:r.n] {
		buf = t.appendContent(buf, c)
	}
	if r.fill.content() != 0 {
		for range t.cols - r.n {
			buf = t.appendContent(buf, r.fill)
		}
	}
	t.drawn = buf
	return string(buf)
}

// Cell returns the cell at column x and row y of the screen; the zero Cell
// outside.
func (t *Terminal) Cell(x, y int) Cell {
	if x < 0 || x >= t.cols || y < 0 || y >= t.rows {
		return Cell{}
	}
	c := t.scr.row(y).at(x)
	e := &t.styles.entries[c.style()]
	return Cell{
		Content: string(t.appendContent(nil, c)),
		Width:   c.width(),
		Style:   e.Style,
		Link:    t.links.links[e.link].uri,
	}
}

// Refused returns the counters of requests that were refused and of what was
// dropped to stay bounded.
func (t *Terminal) Refused() Refusals { return t.refused }
