package vt

import (
	"slices"
	"unicode/utf8"
)

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
	defer t.recoverFault()
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

// remeasure lays out row y of a screen by method m, with dst as scratch.
func (t *Terminal) remeasure(s *screen, y int, m WidthMethod, dst []cell) []cell {
	r := s.row(y)
	r.id = 0
	if !slices.ContainsFunc(r.cells[:r.n], func(c cell) bool { return c.content() >= utf8.RuneSelf }) {
		return dst
	}
	l := relayout{t: t, method: m, dst: dst[:0]}
	x := -1
	if s == t.scr && y == t.y {
		x = t.x
	}
	for i, c := range r.cells[:r.n] {
		if i == x {
			l.flush()
			t.x = min(len(l.dst), t.cols-1)
		}
		l.add(c)
	}
	l.flush()
	if x >= r.n {
		t.x = min(len(l.dst)+x-r.n, t.cols-1)
	}
	r.n = copy(r.cells, l.dst)
	r.wide = true
	return l.dst
}

// relayout collects text by the method in force and takes it apart by another,
// style by style.
type relayout struct {
	t      *Terminal
	method WidthMethod
	dst    []cell
	text   []byte
	attr   cell
	prev   prop
}

func (l *relayout) add(c cell) {
	if c.width() == 0 {
		return
	}
	first, all := l.t.cellProps(c)
	attr := (c &^ 0xffffffff).withWidth(1)
	if attr != l.attr || l.t.separate(l.prev, first) {
		l.flush()
		l.attr = attr
	}
	l.prev = all
	if c.content() != 0 {
		l.text = l.t.appendContent(l.text, c)
		return
	}
	l.flush()
	if len(l.dst) < l.t.cols {
		l.dst = append(l.dst, attr)
	}
}

func (l *relayout) flush() {
	if len(l.text) == 0 {
		return
	}
	t := l.t
	old := t.width
	t.width, t.joins = l.method, joinCache{}
	l.dst = t.appendCells(l.dst, l.text, l.attr, t.cols)
	t.width = old
	l.text = l.text[:0]
}
