package vt

// savedCursor is what DECSC saves.
type savedCursor struct {
	x, y     int
	wrapNext bool
	origin   bool
	pen      style
	protect  bool
	charsets charsets
}

func (s *savedCursor) reset() { *s = savedCursor{} }

// cursorLook is DECSCUSR: 0 is the terminal's own look, 1 a blinking block.
type cursorLook struct{ param uint8 }

// Cursor returns the place and look of the cursor.
func (t *Terminal) Cursor() Cursor {
	c := Cursor{X: t.x, Y: t.y, Visible: !t.modes.cursorHidden}
	look := t.cursorLook.param
	switch look {
	case 0:
		c.Shape = CursorDefault
	case 3, 4:
		c.Shape = CursorUnderline
	case 5, 6:
		c.Shape = CursorBar
	}
	c.Blink = look == 0 && t.modes.cursorBlink || look%2 == 1
	return c
}

// setY puts the cursor on row y.
func (t *Terminal) setY(y int) {
	t.y = y
	t.line = t.scr.row(y)
}

// moveTo puts the cursor into a cell, clamped to the screen.
func (t *Terminal) moveTo(x, y int) {
	t.wrapNext = false
	t.x = min(max(x, 0), t.cols-1)
	t.setY(min(max(y, 0), t.rows-1))
}

// moveToOrigin is moveTo with coordinates of the program: relative to the
// margins in origin mode.
func (t *Terminal) moveToOrigin(x, y int) {
	if !t.modes.origin {
		t.moveTo(x, y)
		return
	}
	left, right := t.horizontalMargins()
	t.moveTo(min(left+x, right), min(t.top+y, t.bottom))
}

// horizontalMargins returns the first and last column of the scrolling area.
func (t *Terminal) horizontalMargins() (left, right int) {
	if t.modes.leftRight {
		return t.left, t.right
	}
	return 0, t.cols - 1
}

// inMargins says whether the cursor is between the left and right margins.
func (t *Terminal) inMargins() bool {
	return !t.modes.leftRight || t.x >= t.left && t.x <= t.right
}

// Movement stops at the margin that the cursor is within.

func (t *Terminal) cursorUp(n int) {
	limit := 0
	if t.y >= t.top {
		limit = t.top
	}
	t.moveTo(t.x, max(t.y-n, limit))
}

func (t *Terminal) cursorDown(n int) {
	limit := t.rows - 1
	if t.y <= t.bottom {
		limit = t.bottom
	}
	t.moveTo(t.x, min(t.y+n, limit))
}

func (t *Terminal) cursorRight(n int) {
	limit := t.cols - 1
	if _, right := t.horizontalMargins(); t.x <= right {
		limit = right
	}
	t.moveTo(min(t.x+n, limit), t.y)
}

func (t *Terminal) cursorLeft(n int) {
	left, right := t.horizontalMargins()
	if t.modes.reverseWrap && t.modes.autoWrap {
		t.cursorLeftWrapping(n, left, right)
		return
	}
	limit := 0
	if t.x >= left {
		limit = left
	}
	t.moveTo(max(t.x-n, limit), t.y)
}

// cursorLeftWrapping is CUB and BS in reverse wrap mode (45): before the left
// margin comes the right margin of the line above, as long as that line was
// wrapped into this one. A pending wrap counts as a column.
func (t *Terminal) cursorLeftWrapping(n, left, right int) {
	n = min(n, t.cols*t.rows)
	if t.wrapNext {
		t.wrapNext = false
		n--
	}
	for n > 0 {
		limit := 0
		if t.x >= left {
			limit = left
		}
		step := min(n, t.x-limit)
		t.x -= step
		if n -= step; n == 0 {
			break
		}
		if t.y <= t.top || !t.scr.row(t.y-1).wrapped {
			break
		}
		t.setY(t.y - 1)
		t.x = right
		n--
	}
}

func (t *Terminal) carriageReturn() {
	t.wrapNext = false
	left, _ := t.horizontalMargins()
	if t.x >= left || t.modes.origin {
		t.x = left
	} else {
		t.x = 0
	}
}

func (t *Terminal) saveCursor() {
	t.scr.saved = savedCursor{
		x: t.x, y: t.y, wrapNext: t.wrapNext, origin: t.modes.origin,
		pen: t.pen, protect: t.protect, charsets: t.charsets,
	}
}

func (t *Terminal) restoreCursor() {
	s := &t.scr.saved
	t.modes.origin = s.origin
	t.pen, t.protect, t.penStale = s.pen, s.protect, true
	t.charsets = s.charsets
	t.updateSpecial()
	t.moveTo(s.x, s.y)
	t.wrapNext = s.wrapNext && t.x == s.x
}

// Tabs.

// resetTabs sets a stop every eight columns.
func (t *Terminal) resetTabs() {
	for i := range t.tabs {
		t.tabs[i] = 0x0101010101010101
	}
}

func (t *Terminal) tabForward(n int) {
	limit := t.cols - 1
	if _, right := t.horizontalMargins(); t.x <= right {
		limit = right
	}
	x := t.x
	for ; n > 0 && x < limit; n-- {
		for x++; x < limit && t.tabs[x/64]&(1<<(x%64)) == 0; x++ {
			t.work++
		}
	}
	if x != t.x {
		t.moveTo(x, t.y)
	}
}

func (t *Terminal) tabBackward(n int) {
	limit := 0
	if left, _ := t.horizontalMargins(); t.modes.origin {
		limit = left
	}
	x := t.x
	for ; n > 0 && x > limit; n-- {
		for x--; x > limit && t.tabs[x/64]&(1<<(x%64)) == 0; x-- {
			t.work++
		}
	}
	t.moveTo(x, t.y)
}

func (t *Terminal) clearTabs(mode int) {
	switch mode {
	case 0:
		t.tabs[t.x/64] &^= 1 << (t.x % 64)
	case 3:
		t.tabs = [len(t.tabs)]uint64{}
	}
}
