package vt

// index moves the cursor down, scrolling at the bottom margin (IND, LF).
func (t *Terminal) index() {
	t.wrapNext = false
	switch {
	case t.y == t.bottom:
		if t.inMargins() {
			t.scrollUp(t.top, 1)
		}
	case t.y < t.rows-1:
		t.setY(t.y + 1)
	}
}

// reverseIndex moves the cursor up, scrolling at the top margin (RI).
func (t *Terminal) reverseIndex() {
	t.wrapNext = false
	switch {
	case t.y == t.top:
		if t.inMargins() {
			t.scrollDown(t.top, 1)
		}
	case t.y > 0:
		t.setY(t.y - 1)
	}
}

// fullWidth says whether scrolling moves whole rows.
func (t *Terminal) fullWidth() bool {
	return !t.modes.leftRight || t.left == 0 && t.right == t.cols-1
}

// scrollUp moves rows [top, bottom margin] up by n and clears those at the
// bottom. What leaves the main screen's top goes to the scrollback.
func (t *Terminal) scrollUp(top, n int) {
	height := t.bottom + 1 - top
	n = min(n, height)
	if n <= 0 {
		return
	}
	blank := t.blankCell()
	if !t.fullWidth() {
		t.shiftColumns(top, n, blank)
		return
	}
	s := t.scr
	if top == 0 && s == t.main {
		for y := range n {
			t.pushHistory(s.row(y))
		}
	}
	if top == 0 && height == t.rows {
		if s.head += n; s.head >= t.rows {
			s.head -= t.rows
		}
		t.work += uint64(n)
	} else {
		s.rotate(top, t.bottom+1, n)
		t.work += uint64(t.rows)
	}
	for y := t.bottom + 1 - n; y <= t.bottom; y++ {
		s.row(y).clear(blank)
	}
	t.line = s.row(t.y)
}

// scrollDown moves rows [top, bottom margin] down by n and clears those at
// the top.
func (t *Terminal) scrollDown(top, n int) {
	height := t.bottom + 1 - top
	n = min(n, height)
	if n <= 0 {
		return
	}
	blank := t.blankCell()
	if !t.fullWidth() {
		t.shiftColumns(top, -n, blank)
		return
	}
	s := t.scr
	s.rotate(top, t.bottom+1, -n)
	t.work += uint64(t.rows)
	for y := top; y < top+n; y++ {
		s.row(y).clear(blank)
	}
	t.line = s.row(t.y)
}

// shiftColumns scrolls the cells between the left and right margins of rows
// [top, bottom margin] up by n, or down if n is negative.
func (t *Terminal) shiftColumns(top, n int, blank cell) {
	a, b := t.left, t.right+1
	for y := top; y <= t.bottom; y++ {
		r := t.scr.row(y)
		t.work += uint64(r.extend(b)) + uint64(b-a)
		r.cut(a)
		r.cut(b)
		r.id, r.wrapped = 0, false
	}
	move := func(y, from int) {
		r := t.scr.row(y)
		if from < top || from > t.bottom {
			fillCells(r.cells[a:b], blank)
			return
		}
		src := t.scr.row(from)
		copy(r.cells[a:b], src.cells[a:b])
		r.wide = r.wide || src.wide
	}
	if n > 0 {
		for y := top; y <= t.bottom; y++ {
			move(y, y+n)
		}
		return
	}
	for y := t.bottom; y >= top; y-- {
		move(y, y+n)
	}
}

// insertLines is IL, deleteLines DL: they scroll from the cursor's row to the
// bottom margin, and put the cursor on the left margin.
func (t *Terminal) insertLines(n int) {
	if t.y < t.top || t.y > t.bottom || !t.inMargins() {
		return
	}
	t.scrollDown(t.y, n)
	t.carriageReturn()
}

func (t *Terminal) deleteLines(n int) {
	if t.y < t.top || t.y > t.bottom || !t.inMargins() {
		return
	}
	top := t.y
	if top == 0 && t.scr == t.main {
		t.deleteTop(n)
	} else {
		t.scrollUp(top, n)
	}
	t.carriageReturn()
}

// deleteTop deletes lines at the top of the screen, which are gone and do not
// go to the scrollback.
func (t *Terminal) deleteTop(n int) {
	hold := t.history.paused
	t.history.paused = true
	t.scrollUp(0, n)
	t.history.paused = hold
}

// backIndex is DECBI: column by column to the left, scrolling right at the left
// margin; forwardIndex is DECFI.
func (t *Terminal) backIndex() {
	left, _ := t.horizontalMargins()
	if t.x != left || t.y < t.top || t.y > t.bottom {
		t.moveTo(t.x-1, t.y)
		return
	}
	t.scrollColumns(1)
}

func (t *Terminal) forwardIndex() {
	_, right := t.horizontalMargins()
	if t.x != right || t.y < t.top || t.y > t.bottom {
		t.moveTo(t.x+1, t.y)
		return
	}
	t.scrollColumns(-1)
}

// scrollColumns moves everything within the margins right by n, or left (SR, SL).
func (t *Terminal) scrollColumns(n int) {
	left, right := t.horizontalMargins()
	t.changeColumns(left, right, n)
}

// changeColumns inserts n columns at x within the margins' rows (DECIC), or
// deletes them if n is negative (DECDC). The cursor must be within them.
func (t *Terminal) changeColumns(x, right, n int) {
	if t.y < t.top || t.y > t.bottom || !t.inMargins() {
		return
	}
	blank := t.blankCell()
	for y := t.top; y <= t.bottom; y++ {
		t.shiftCells(t.scr.row(y), x, right+1, n, blank)
	}
}
