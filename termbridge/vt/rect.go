package vt

// rect is a rectangle of cells: rows [top, bottom), columns [left, right).
type rect struct{ top, left, bottom, right int }

// rectParam reads a rectangle from four parameters beginning at i. Missing ones
// mean the whole screen, or what is within the margins in origin mode.
func (t *Terminal) rectParam(i int) rect {
	ps := &t.parser
	r := rect{ps.count(i) - 1, ps.count(i+1) - 1, ps.param(i+2, 0), ps.param(i+3, 0)}
	if r.bottom == 0 {
		r.bottom = t.rows
	}
	if r.right == 0 {
		r.right = t.cols
	}
	maxRow, maxCol := t.rows, t.cols
	if t.modes.origin {
		left, right := t.horizontalMargins()
		r = rect{r.top + t.top, r.left + left, r.bottom + t.top, r.right + left}
		maxRow, maxCol = t.bottom+1, right+1
	}
	r.bottom, r.right = min(r.bottom, maxRow), min(r.right, maxCol)
	return r
}

// eachSpan calls f with each row of r and the columns there, written out and
// free of characters that reach across the edges.
func (t *Terminal) eachSpan(r rect, f func(line *row, a, b int)) {
	if r.left >= r.right {
		return
	}
	for y := r.top; y < r.bottom; y++ {
		line := t.scr.row(y)
		t.work += uint64(line.extend(r.right) + r.right - r.left)
		line.cut(r.left)
		line.cut(r.right)
		line.id = 0
		f(line, r.left, r.right)
	}
}

// fillRect is DECFRA.
func (t *Terminal) fillRect() {
	ch := t.parser.param(0, ' ')
	if ch < 0x20 || ch > 0x7e && ch < 0xa0 || ch > 0xff {
		return
	}
	if propTables[t.width].of(rune(ch), t.width)&propWidth != 1 {
		return
	}
	c := t.penAttr().withContent(uint32(ch))
	t.eachSpan(t.rectParam(1), func(line *row, a, b int) { fillCells(line.cells[a:b], c) })
}

// eraseRect is DECERA and, selective, DECSERA, which leaves the style.
func (t *Terminal) eraseRect(selective bool) {
	blank := t.blankCell()
	t.eachSpan(t.rectParam(0), func(line *row, a, b int) {
		for i, c := range line.cells[a:b] {
			switch {
			case !selective:
				line.cells[a+i] = blank
			case !c.protected():
				line.cells[a+i] = c.withContent(0).withWidth(1)
			}
		}
	})
}

// copyRect is DECCRA. There is one page, so the numbers of pages do not matter.
func (t *Terminal) copyRect() {
	ps := &t.parser
	src := t.rectParam(0)
	dst := rect{top: ps.count(5) - 1, left: ps.count(6) - 1}
	maxRow, maxCol := t.rows, t.cols
	if t.modes.origin {
		left, right := t.horizontalMargins()
		dst.top, dst.left = dst.top+t.top, dst.left+left
		maxRow, maxCol = t.bottom+1, right+1
	}
	h := min(src.bottom-src.top, maxRow-dst.top)
	w := min(src.right-src.left, maxCol-dst.left)
	if h <= 0 || w <= 0 {
		return
	}
	t.work += uint64(2 * h * t.cols)
	for i := range h {
		if dst.top > src.top {
			i = h - 1 - i // do not overwrite what is still to be copied
		}
		copyCells(t.scr.row(dst.top+i), dst.left, t.scr.row(src.top+i), src.left, w)
	}
}

// copyCells copies w cells within or between rows. Characters cut at either end
// are erased at their new place.
func copyCells(to *row, x int, from *row, a, w int) {
	from.extend(a + w)
	to.extend(x + w)
	to.cut(x)
	to.cut(x + w)
	part := to.cells[x : x+w]
	copy(part, from.cells[a:a+w])
	if part[0].width() == 0 {
		part[0] = part[0].withContent(0).withWidth(1)
	}
	if last := &part[w-1]; last.width() == 2 {
		*last = last.withContent(0).withWidth(1)
	}
	to.wide = to.wide || from.wide
	to.id = 0
}

// changeRect is DECCARA, which sets attributes, and with reverse DECRARA, which
// toggles them. Unless DECSACE chose rectangles, they go from the first cell to
// the last as text does, across the ends of lines.
func (t *Terminal) changeRect(reverse bool) {
	r := t.rectParam(0)
	change := t.attrChange(reverse)
	if t.modes.attrRect || r.bottom-r.top == 1 {
		t.eachSpan(r, func(line *row, a, b int) { t.changeCells(line, a, b, change) })
		return
	}
	left, right := 0, t.cols
	if t.modes.origin {
		l, r := t.horizontalMargins()
		left, right = l, r+1
	}
	for y := r.top; y < r.bottom; y++ {
		span := rect{y, left, y + 1, right}
		if y == r.top {
			span.left = r.left
		}
		if y == r.bottom-1 {
			span.right = r.right
		}
		t.eachSpan(span, func(line *row, a, b int) { t.changeCells(line, a, b, change) })
	}
}

// changeCells changes the styles of cells [a, b).
func (t *Terminal) changeCells(line *row, a, b int, change func(*Style)) {
	for x := a; x < b; x++ {
		s := t.styles.entries[line.cells[x].style()].style
		change(&s.Style)
		id := t.internStyle(&s) // a sweep renumbers the cell where it is
		line.cells[x] = line.cells[x]&^(styleMask<<32) | cell(id)<<32
	}
}

// attrChange reads what DECCARA and DECRARA do from the fifth parameter on.
func (t *Terminal) attrChange(reverse bool) func(*Style) {
	ps := &t.parser
	var set, unset Attr
	underline, plain := 0, false
	for i := 4; i == 4 || i < ps.n; i++ {
		switch p := ps.param(i, 0); p {
		case 0:
			set, unset, underline, plain = 0, 0, -1, true
			if reverse {
				set, underline = AttrBold|AttrBlink|AttrReverse, 1
			}
		case 1, 5, 7, 8:
			set, unset = set|sgrSet[p], unset&^sgrSet[p]
		case 22, 25, 27, 28:
			set, unset = set&^sgrClear[p-22], unset|sgrClear[p-22]
		case 4:
			underline = 1
		case 24:
			underline = -1
		}
	}
	if reverse {
		return func(s *Style) {
			s.Attrs ^= set
			if underline == 1 {
				s.Underline = toggled(s.Underline)
			}
		}
	}
	return func(s *Style) {
		if plain {
			s.Attrs = 0
		}
		s.Attrs = s.Attrs&^unset | set
		switch underline {
		case 1:
			s.Underline = UnderlineSingle
		case -1:
			s.Underline = UnderlineNone
		}
	}
}

func toggled(u Underline) Underline {
	if u == UnderlineNone {
		return UnderlineSingle
	}
	return UnderlineNone
}
