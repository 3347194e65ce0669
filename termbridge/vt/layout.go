package vt

import "unicode/utf8"

// appendCells appends the cells that text takes, in one style, as printing it
// at once would make them. It stops before dst has more than limit cells.
func (t *Terminal) appendCells(dst []cell, text []byte, attr cell, limit int) []cell {
	base := len(dst)
	for len(text) > 0 {
		if b := text[0]; b < utf8.RuneSelf {
			if len(dst) >= limit {
				return dst
			}
			dst = append(dst, attr|cell(b))
			text = text[1:]
			continue
		}
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		p := propTables[t.width].of(r, t.width)
		if p&(propExtend|propSpecial) != 0 && len(dst) > base {
			var joined bool
			if dst, joined = t.joinLast(dst, base, limit, r, p); joined {
				continue
			}
		}
		w := int(p & propWidth)
		switch {
		case w == 0:
			continue
		case len(dst)+w > limit:
			return dst
		}
		dst = append(dst, (attr | cell(r)).withWidth(w))
		if w == 2 {
			dst = append(dst, attr.withWidth(0))
		}
	}
	return dst
}

// joinLast adds r to the last character of dst if they belong together.
func (t *Terminal) joinLast(dst []cell, base, limit int, r rune, p prop) ([]cell, bool) {
	i := len(dst) - 1
	if dst[i].width() == 0 && i > base {
		i--
	}
	j := t.joining(dst[i].content(), r, p)
	widens := int(j.width) > dst[i].width()
	switch {
	case j.verdict == joinNot:
		return dst, false
	case j.verdict == joinDrop, widens && len(dst) >= limit:
		return dst, true
	}
	dst[i] = dst[i].withContent(j.content)
	if widens {
		dst[i] = dst[i].withWidth(2)
		dst = append(dst, dst[i].withContent(0).withWidth(0))
	}
	return dst, true
}

// cellProps returns the properties of the first code point of a cell and those
// of all of them together.
func (t *Terminal) cellProps(c cell) (first, all prop) {
	s := c.content()
	if s&clusterBit == 0 {
		p := propTables[t.width].of(rune(s), t.width)
		return p, p
	}
	for i, r := range t.clusters.texts[s&^clusterBit] {
		p := propTables[t.width].of(r, t.width)
		if i == 0 {
			first = p
		}
		all |= p
	}
	return first, all
}

// separate says whether two neighbouring cells would be taken for one character
// if nothing stood between them: a is what the left one holds, b how the right
// one begins.
func (t *Terminal) separate(a, b prop) bool {
	if t.width != WidthGrapheme {
		return false
	}
	return b&propExtend != 0 || a&propPrepend != 0 || a&b&propSpecial != 0
}

// SetWidthMethod changes how text is measured and lays out the screen anew. A
// row that grows is cut at the right edge. It costs nothing if the method is
// the one in force.
func (t *Terminal) SetWidthMethod(m WidthMethod) {
	if m == t.width || m > WidthGrapheme {
		return
	}
	defer t.hold()()
	var cells []cell
	for _, s := range [...]*screen{t.main, t.alt} {
		if s == nil {
			continue
		}
		for y := range s.ring {
			cells = t.remeasure(s, y, m, cells)
		}
	}
	t.width = m
	t.joins = joinCache{}
	t.wrapNext, t.joinable = false, false
	t.history.epoch++
	t.setY(t.y)
}

// remeasure lays out row y of a screen by method m. Text is collected by the
// old method and taken apart by the new one, style by style.
func (t *Terminal) remeasure(s *screen, y int, m WidthMethod, dst []cell) []cell {
	r := s.row(y)
	r.id = 0
	plain := true
	for _, c := range r.cells[:r.n] {
		if c.content() >= utf8.RuneSelf {
			plain = false
			break
		}
	}
	if plain {
		return dst
	}
	old := t.width
	dst = dst[:0]
	here := s == t.scr && y == t.y
	x := t.x
	var text []byte
	prev := prop(0)
	attr := cell(0)
	flush := func() {
		if len(text) == 0 {
			return
		}
		t.width, t.joins = m, joinCache{}
		dst = t.appendCells(dst, text, attr, t.cols)
		t.width = old
		text = text[:0]
	}
	for i, c := range r.cells[:r.n] {
		if here && i == x {
			flush()
			t.x = min(len(dst), t.cols-1)
		}
		if c.width() == 0 {
			continue
		}
		first, all := t.cellProps(c)
		a := (c &^ 0xffffffff).withWidth(1)
		if a != attr || t.separate(prev, first) {
			flush()
			attr = a
		}
		prev = all
		if c.content() == 0 {
			flush()
			if len(dst) < t.cols {
				dst = append(dst, a)
			}
			continue
		}
		text = t.appendContent(text, c)
	}
	flush()
	if here && x >= r.n {
		t.x = min(len(dst)+x-r.n, t.cols-1)
	}
	r.n = copy(r.cells, dst)
	r.wide = true
	return dst
}
