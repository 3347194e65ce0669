package vt

// erase clears columns [a, b) of a row.
func (t *Terminal) erase(r *row, a, b int) {
	blank := t.blankCell()
	if a <= 0 && b >= t.cols {
		mark := r.mark
		r.clear(blank)
		r.mark = mark
		t.work++
		return
	}
	r.cut(a)
	r.cut(b)
	r.id = 0
	if b >= t.cols {
		r.wrapped = false
		if a > r.n && r.fill != blank {
			t.work += uint64(r.extend(a))
		}
		r.n = min(r.n, a)
		r.fill = blank
		return
	}
	if b >= r.n && r.fill == blank {
		r.n = min(r.n, a)
		return
	}
	t.work += uint64(r.extend(b)) + uint64(b-a)
	fillCells(r.cells[a:b], blank)
}

// eraseUnprotected is erase for cells that DECSCA did not protect.
func (t *Terminal) eraseUnprotected(r *row, a, b int) {
	blank := t.blankCell()
	t.work += uint64(r.extend(b)) + uint64(b-a)
	r.cut(a)
	r.cut(b)
	r.id = 0
	for i, c := range r.cells[a:b] {
		if !c.protected() {
			r.cells[a+i] = blank
		}
	}
}

// eraseInLine is EL and, selective, DECSEL.
func (t *Terminal) eraseInLine(mode int, selective bool) {
	a, b := t.x, t.cols
	switch mode {
	case 0:
	case 1:
		a, b = 0, t.x+1
	case 2:
		a = 0
	default:
		return
	}
	t.wrapNext = false
	t.eraseIn(t.y, a, b, selective)
}

func (t *Terminal) eraseIn(y, a, b int, selective bool) {
	if selective {
		t.eraseUnprotected(t.scr.row(y), a, b)
	} else {
		t.erase(t.scr.row(y), a, b)
	}
}

// eraseInDisplay is ED and, selective, DECSED.
func (t *Terminal) eraseInDisplay(mode int, selective bool) {
	first, last := 0, t.rows
	switch mode {
	case 0:
		t.eraseInLine(0, selective)
		first = t.y + 1
	case 1:
		t.eraseInLine(1, selective)
		last = t.y
	case 2:
		t.wrapNext = false
	case 3:
		if !selective {
			t.history.clear()
		}
		return
	default:
		return
	}
	for y := first; y < last; y++ {
		t.eraseIn(y, 0, t.cols, selective)
		if !selective {
			t.scr.row(y).mark = lineMark{}
		}
	}
}

// eraseChars is ECH.
func (t *Terminal) eraseChars(n int) {
	t.wrapNext = false
	t.erase(t.line, t.x, min(t.x+n, t.cols))
}

// insertBlanks is ICH: it makes room for n cells at the cursor.
func (t *Terminal) insertBlanks(n int) {
	if !t.inMargins() {
		return
	}
	_, right := t.horizontalMargins()
	t.shiftCells(t.line, t.x, right+1, n, t.blankCell())
}

// deleteChars is DCH.
func (t *Terminal) deleteChars(n int) {
	if !t.inMargins() {
		return
	}
	t.wrapNext = false
	_, right := t.horizontalMargins()
	t.shiftCells(t.line, t.x, right+1, -n, t.blankCell())
}

// shiftCells moves the cells of [a, b) right by n, or left if n is negative;
// what leaves is lost, what becomes free is blank.
func (t *Terminal) shiftCells(r *row, a, b, n int, blank cell) {
	n = max(min(n, b-a), a-b)
	r.id = 0
	if b == t.cols {
		r.wrapped = false
	}
	r.cut(a)
	r.cut(b)
	if n > 0 {
		r.cut(b - n) // what is behind leaves
	}
	end := b
	if b == t.cols && r.fill == blank {
		// The fill moves into itself: only what is written out counts.
		if r.n <= a {
			return
		}
		end = r.n
		if n > 0 {
			end = min(b, r.n+n)
			r.n = end
		}
	} else {
		t.work += uint64(r.extend(b))
	}
	t.work += uint64(end - a)
	part := r.cells[a:end]
	if n >= 0 {
		copy(part[n:], part)
		fillCells(part[:n], blank)
		return
	}
	n = min(-n, len(part))
	r.cut(a + n)
	copy(part, part[n:])
	if end < b {
		r.n = end - n
	} else {
		fillCells(part[len(part)-n:], blank)
	}
}
