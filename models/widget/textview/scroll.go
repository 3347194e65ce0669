package textview

// body is the number of rows for text: the search line takes one.
func (v *View) body() int {
	if v.search.typing {
		return max(v.h-1, 0)
	}
	return v.h
}

// settle brings the top back into the text after a change.
func (v *View) settle() {
	v.fresh = false
	last := v.lastTop()
	if v.follow || after(v.top, last) {
		v.top = last
	}
	if v.top.line < 0 {
		v.top = place{}
	}
	if v.top.line < v.Lines() {
		v.top.row = min(v.top.row, v.rows(v.top.line)-1)
	}
}

func after(a, b place) bool {
	return a.line > b.line || a.line == b.line && a.row > b.row
}

// lastTop is the top at which the last row of text is the last row of the view.
func (v *View) lastTop() place {
	n := v.Lines()
	if n == 0 {
		return place{}
	}
	return v.walk(place{n - 1, v.rows(n-1) - 1}, -(v.body() - 1))
}

// walk is the place n rows after p, before it for negative n, within the text.
func (v *View) walk(p place, n int) place {
	if !v.wrap {
		return place{line: max(min(p.line+n, v.Lines()-1), 0)}
	}
	for ; n < 0; n++ {
		switch {
		case p.row > 0:
			p.row--
		case p.line > 0:
			p.line--
			p.row = v.rows(p.line) - 1
		default:
			return p
		}
	}
	for ; n > 0; n-- {
		switch {
		case p.row < v.rows(p.line)-1:
			p.row++
		case p.line < v.Lines()-1:
			p.line++
			p.row = 0
		default:
			return p
		}
	}
	return p
}

// LineAt is the line that is drawn in row y of the view; false below the text.
func (v *View) LineAt(y int) (line int, ok bool) {
	if y < 0 || y >= v.body() || v.Lines() == 0 {
		return 0, false
	}
	p := v.top
	for ; y > 0; y-- {
		switch {
		case p.row < v.rows(p.line)-1:
			p.row++
		case p.line < v.Lines()-1:
			p = place{line: p.line + 1}
		default:
			return 0, false
		}
	}
	return p.line, true
}

// ScrollBy scrolls n rows down, up for negative n.
func (v *View) ScrollBy(n int) {
	if v.Lines() == 0 || n == 0 {
		return
	}
	v.top = v.walk(v.top, n)
	if last := v.lastTop(); n > 0 && !after(last, v.top) {
		v.top = last
	} else if n < 0 {
		v.follow = false
	}
	v.fresh = false
}

// ScrollSide scrolls n cells to the right, to the left for negative n; lines that
// are wrapped do not move.
func (v *View) ScrollSide(n int) {
	if v.wrap {
		return
	}
	v.left = max(min(v.left+n, v.widest()-1), 0)
	v.fresh = false
}

// widest is the width of the widest visible line.
func (v *View) widest() int {
	w := 0
	for i := v.top.line; i < min(v.top.line+v.body(), v.Lines()); i++ {
		w = max(w, v.shape(i).cells)
	}
	return w
}

// GotoTop goes to the first line.
func (v *View) GotoTop() {
	v.top, v.left, v.follow, v.fresh = place{}, 0, false, false
}

// GotoEnd goes to the last line, and follows from there if the view did before.
func (v *View) GotoEnd() {
	v.top, v.follow, v.fresh = v.lastTop(), v.mayTop, false
}

// GotoLine brings line n, counted from 0, into view, in its upper third if it was
// out of view.
func (v *View) GotoLine(n int) {
	if v.Lines() == 0 {
		return
	}
	n = max(min(n, v.Lines()-1), 0)
	p := place{line: n}
	if !after(v.top, p) && !after(p, v.walk(v.top, v.body()-1)) {
		return
	}
	v.follow = false
	v.top = v.walk(p, -v.body()/3)
	if last := v.lastTop(); after(v.top, last) {
		v.top = last
	}
	v.fresh = false
}

// Top is the index of the first line in view.
func (v *View) Top() int { return v.top.line }

// Percent is how far down the view is, 0 to 100; 100 if all is in view.
func (v *View) Percent() int {
	last := v.lastTop()
	if !after(last, v.top) {
		return 100
	}
	if last.line == 0 {
		return 100 * v.top.row / max(last.row, 1)
	}
	return 100 * v.top.line / last.line
}
