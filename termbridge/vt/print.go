package vt

import "unicode/utf8"

// edge is the column after the last that printing may use on this line.
func (t *Terminal) edge() int {
	if t.modes.leftRight && t.x <= t.right {
		return t.right + 1
	}
	return t.cols
}

// putASCII prints a run of printable ASCII. This is where a terminal spends its
// time, so the common case is a loop of one store per byte.
func (t *Terminal) putASCII(p []byte) {
	if t.special {
		for _, b := range p {
			t.putSpecial(b)
		}
		return
	}
	attr := t.penAttr()
	t.lastRune = rune(p[len(p)-1])
	edge := t.edge()
	for len(p) > 0 {
		if t.wrapNext && t.modes.autoWrap {
			t.wrap()
			edge = t.edge()
		}
		r, x := t.line, t.x
		n := min(len(p), edge-x)
		r.id = 0
		if x > r.n {
			t.work += uint64(r.extend(x))
		}
		if r.wide {
			r.cut(x)
			r.cut(x + n)
		}
		dst := r.cells[x : x+n]
		for i, b := range p[:n] {
			dst[i] = attr | cell(b)
		}
		t.work += uint64(n)
		x += n
		if x > r.n {
			r.n = x
		}
		p = p[n:]
		if x < edge {
			t.x = x
			continue
		}
		t.x, t.wrapNext = edge-1, true
		if !t.modes.autoWrap && len(p) > 1 {
			p = p[len(p)-1:] // the others would be printed over at once
		}
	}
}

// putSpecial prints an ASCII character through character sets and insert mode.
func (t *Terminal) putSpecial(b byte) {
	r := t.charsets.translate(b)
	if r >= utf8.RuneSelf {
		t.putRune(r)
		return
	}
	t.putCell(uint32(r), 1)
	t.lastRune = r
}

// wrap goes to the next line because the last column is full.
func (t *Terminal) wrap() {
	t.wrapNext = false
	if t.edge() == t.cols {
		t.line.wrapped = true
	}
	t.index() // before CR: beyond the right margin nothing scrolls
	t.carriageReturn()
}

// putRune prints a character from outside ASCII.
func (t *Terminal) putRune(r rune) {
	if r == 0xad {
		r = '-' // a soft hyphen in a terminal is where a line was broken
	}
	p := propTables[t.width].of(r, t.width)
	if p&(propExtend|propSpecial|propDrop|propReplace) != 0 {
		switch {
		case p&propDrop != 0:
			return
		case p&propReplace != 0:
			r, p = utf8.RuneError, 1
		case t.join(r, p):
			return
		case p&propWidth == 0:
			return // a mark with nothing to stand on
		}
	}
	t.putCell(uint32(r), int(p&propWidth))
	t.joinable = true
	t.lastRune = r
}

// putCell prints one character of the given width at the cursor.
func (t *Terminal) putCell(content uint32, w int) {
	if w > t.cols {
		content, w = uint32(utf8.RuneError), 1
	}
	if t.wrapNext && t.modes.autoWrap {
		t.wrap()
	}
	edge := t.edge()
	if t.x+w > edge {
		if t.modes.autoWrap {
			t.erase(t.line, t.x, edge)
			t.wrap()
			edge = t.edge()
		}
		t.x = max(0, min(t.x, edge-w))
		if t.x+w > edge { // margins too narrow for it
			content, w = uint32(utf8.RuneError), 1
		}
	}
	if t.modes.insert {
		t.insertBlanks(w)
	}
	attr := t.penAttr()
	r, x := t.line, t.x
	r.id = 0
	if x > r.n {
		t.work += uint64(r.extend(x))
	}
	r.cut(x)
	r.cut(x + w)
	r.cells[x] = attr | cell(content)
	if w == 2 {
		r.wide = true
		r.cells[x] = r.cells[x].withWidth(2)
		r.cells[x+1] = attr.withWidth(0)
	}
	r.n = max(r.n, x+w)
	t.work += uint64(w)
	t.advance(x+w, edge)
}

// advance puts the cursor behind what was printed.
func (t *Terminal) advance(x, edge int) {
	if x < edge {
		t.x = x
		return
	}
	t.x, t.wrapNext = edge-1, true
}

// join adds r to the character before the cursor if it belongs there, and says
// whether that settles it.
func (t *Terminal) join(r rune, p prop) bool {
	x, row := t.x-1, t.line
	if t.wrapNext {
		x = t.x
	}
	if x >= 0 && x < row.n && row.cells[x].width() == 0 {
		x--
	}
	if x < 0 || x >= row.n {
		return p&propExtend != 0 && p&propWidth == 0
	}
	c := row.cells[x]
	if c.content() == 0 {
		return p&propWidth == 0
	}
	if p&propWidth != 0 && !t.joinable {
		// What takes a cell of its own joins only what was printed right
		// before it; marks go wherever the cursor stands.
		return false
	}
	j := t.joining(c.content(), r, p)
	switch {
	case j.verdict == joinNot:
		return false
	case j.verdict == joinDrop, int(j.width) > c.width() && !t.widen(row, x):
		return true
	}
	row.cells[x] = row.cells[x].withContent(j.content)
	row.id = 0
	return true
}

// widen makes the character in column x, just before the cursor, two cells
// wide. It cannot at the end of the line.
func (t *Terminal) widen(r *row, x int) bool {
	edge := t.edge()
	if x+2 > edge || t.wrapNext {
		return false
	}
	if t.modes.insert {
		t.insertBlanks(1)
	}
	t.work += uint64(r.extend(x + 1))
	r.cut(x + 2)
	c := r.cells[x]
	r.cells[x] = c.withWidth(2)
	r.cells[x+1] = c.withContent(0).withWidth(0)
	r.n = max(r.n, x+2)
	r.wide = true
	t.advance(x+2, edge)
	return true
}

// repeat prints the last character again (REP).
func (t *Terminal) repeat(n int) {
	r := t.lastRune
	if r == 0 {
		return
	}
	n = min(n, t.cols*t.rows)
	if r < utf8.RuneSelf && !t.special {
		var buf [128]byte
		for i := range buf {
			buf[i] = byte(r)
		}
		for ; n > 0; n -= len(buf) {
			t.putASCII(buf[:min(n, len(buf))])
		}
	} else {
		w := int(propTables[t.width].of(r, t.width) & propWidth)
		if r < utf8.RuneSelf {
			w = 1
		}
		for range n {
			if w > 0 {
				t.putCell(uint32(r), w)
			}
		}
	}
	t.lastRune = r
}
