package vt

// csi executes a control sequence that ends in final.
func (t *Terminal) csi(final byte) {
	ps := &t.parser
	ps.n = min(ps.n, maxParams)
	t.joinable = t.joinable && final == 'm'
	if final != 'b' {
		t.lastRune = 0
	}
	switch {
	case ps.inter != 0:
		t.csiIntermediate(final)
	case ps.prefix == 0:
		t.csiPlain(final)
	case ps.prefix == '?':
		t.csiPrivate(final)
	default:
		t.csiExtended(final)
	}
}

// csiPlain executes what has neither prefix nor intermediate bytes.
func (t *Terminal) csiPlain(final byte) {
	ps := &t.parser
	switch final {
	case 'm':
		t.sgr()
	case 'H', 'f':
		t.moveToOrigin(ps.count(1)-1, ps.count(0)-1)
	case 'K':
		t.eraseInLine(ps.param(0, 0), false)
	case 'J':
		t.eraseInDisplay(ps.param(0, 0), false)
	case '@':
		t.wrapNext = false
		t.insertBlanks(ps.count(0))
	case 'P':
		t.deleteChars(ps.count(0))
	case 'X':
		t.eraseChars(ps.count(0))
	case 'L':
		t.insertLines(ps.count(0))
	case 'M':
		t.deleteLines(ps.count(0))
	case 'S':
		t.scrollUp(t.top, ps.count(0))
	case 'T', '^':
		if ps.n > 1 {
			return // highlight mouse tracking, which only xterm has
		}
		t.scrollDown(t.top, ps.count(0))
	case 'b':
		t.repeat(ps.count(0))
	default:
		if !t.csiMove(final) {
			t.csiState(final)
		}
	}
}

// csiMove executes the movements of the cursor, and says whether final is one.
func (t *Terminal) csiMove(final byte) bool {
	ps := &t.parser
	switch final {
	case 'A', 'k':
		t.cursorUp(ps.count(0))
	case 'B':
		t.cursorDown(ps.count(0))
	case 'C':
		t.cursorRight(ps.count(0))
	case 'a':
		t.moveBy(ps.count(0), 0)
	case 'e':
		t.moveBy(0, ps.count(0))
	case 'D', 'j':
		t.cursorLeft(ps.count(0))
	case 'E':
		t.cursorDown(ps.count(0))
		t.carriageReturn()
	case 'F':
		t.cursorUp(ps.count(0))
		t.carriageReturn()
	case 'G', '`':
		t.moveToColumn(ps.count(0) - 1)
	case 'd':
		t.moveToRow(ps.count(0) - 1)
	case 'I':
		t.tabForward(ps.count(0))
	case 'Z':
		t.tabBackward(ps.count(0))
	case 's':
		if t.modes.leftRight {
			t.setLeftRight(ps.count(0)-1, ps.param(1, 0))
		} else {
			t.saveCursor()
		}
	case 'u':
		t.restoreCursor()
	default:
		return false
	}
	return true
}

// moveToColumn is CHA, moveToRow VPA.
func (t *Terminal) moveToColumn(x int) {
	if t.modes.origin {
		left, right := t.horizontalMargins()
		x = min(left+x, right)
	}
	t.moveTo(x, t.y)
}

func (t *Terminal) moveToRow(y int) {
	if t.modes.origin {
		y = min(t.top+y, t.bottom)
	}
	t.moveTo(t.x, y)
}

// moveBy is HPR and VPR, which unlike CUF and CUD heed the margins in origin
// mode only.
func (t *Terminal) moveBy(dx, dy int) {
	x, y := t.x+dx, t.y+dy
	if t.modes.origin {
		_, right := t.horizontalMargins()
		x, y = min(x, right), min(y, t.bottom)
	}
	t.moveTo(x, y)
}

// csiState executes what sets or reports state.
func (t *Terminal) csiState(final byte) {
	ps := &t.parser
	switch final {
	case 'c':
		if ps.param(0, 0) == 0 {
			t.reply(deviceAttributes)
		}
	case 'g':
		t.clearTabs(ps.param(0, 0))
	case 'h', 'l':
		for i := range ps.n {
			t.setANSIMode(ps.param(i, 0), final == 'h')
		}
	case 'n':
		t.deviceStatus(ps.param(0, 0))
	case 'r':
		t.setTopBottom(ps.count(0)-1, ps.param(1, 0))
	case 't':
		t.windowOperation()
	case 'i', 'q', 'x', 'y': // media copy, LEDs, terminal parameters, self test
	default:
		t.refused.Unknown++
	}
}

// setTopBottom is DECSTBM; bottom counts from 1, 0 is the last row.
func (t *Terminal) setTopBottom(top, bottom int) {
	if bottom == 0 || bottom > t.rows {
		bottom = t.rows
	}
	if top >= bottom-1 && t.rows > 1 {
		return
	}
	t.top, t.bottom = min(top, bottom-1), bottom-1
	t.moveToOrigin(0, 0)
}

// setLeftRight is DECSLRM.
func (t *Terminal) setLeftRight(left, right int) {
	if right == 0 || right > t.cols {
		right = t.cols
	}
	if left >= right-1 {
		return
	}
	t.left, t.right = left, right-1
	t.moveToOrigin(0, 0)
}

// csiPrivate executes what has the prefix "?".
func (t *Terminal) csiPrivate(final byte) {
	ps := &t.parser
	switch final {
	case 'h', 'l':
		for i := range ps.n {
			t.setPrivateMode(ps.param(i, 0), final == 'h')
		}
	case 'J':
		t.eraseInDisplay(ps.param(0, 0), true)
	case 'K':
		t.eraseInLine(ps.param(0, 0), true)
	case 'm':
		if ps.param(0, 0) == 4 {
			t.replyf("\x1b[>4;%dm", t.modes.modifyOtherKeys)
		}
	case 'n':
		t.privateStatus(ps.param(0, 0))
	case 'r':
		t.restoreModes()
	case 's':
		t.saveModes()
	case 'u':
		t.replyf("\x1b[?%du", t.scr.kitty.flags())
	case 'S':
		t.refused.Image++ // XTSMGRAPHICS
	case 'W':
		if ps.param(0, 0) == 5 {
			t.resetTabs()
		}
	case 'c', 'i', 'g', 'f':
	default:
		t.refused.Unknown++
	}
}

// csiExtended executes what has the prefix ">", "=" or "<".
func (t *Terminal) csiExtended(final byte) {
	ps := &t.parser
	switch [2]byte{ps.prefix, final} {
	case [2]byte{'>', 'c'}:
		if ps.param(0, 0) == 0 {
			t.reply(secondaryAttributes)
		}
	case [2]byte{'=', 'c'}:
		if ps.param(0, 0) == 0 {
			t.reply(tertiaryAttributes)
		}
	case [2]byte{'>', 'q'}:
		if ps.param(0, 0) == 0 {
			t.replyf("\x1bP>|%s\x1b\\", sanitise(t.opts.Name, maxTitle))
		}
	case [2]byte{'>', 'm'}:
		t.modifyKeys()
	case [2]byte{'>', 'n'}:
		if ps.param(0, 2) == 4 {
			t.modes.modifyOtherKeys = 0
		}
	case [2]byte{'>', 'u'}:
		t.scr.kitty.push(ps.param(0, 0))
	case [2]byte{'<', 'u'}:
		t.scr.kitty.pop(ps.count(0))
	case [2]byte{'=', 'u'}:
		t.scr.kitty.set(ps.param(0, 0), ps.param(1, 1))
	case [2]byte{'>', 't'}, [2]byte{'>', 'T'}, [2]byte{'>', 'p'}, [2]byte{'>', 's'}, [2]byte{'>', 'f'}:
		// Modes of titles, of the pointer, of shift with the mouse, of other keys.
	default:
		t.refused.Unknown++
	}
}

// modifyKeys is XTMODKEYS; of its resources only modifyOtherKeys is known.
func (t *Terminal) modifyKeys() {
	ps := &t.parser
	switch {
	case ps.n == 0:
		t.modes.modifyOtherKeys = 0
	case ps.param(0, 0) == 4:
		t.modes.modifyOtherKeys = uint8(min(ps.param(1, 0), 2))
	}
}

// csiIntermediate executes what has an intermediate byte.
func (t *Terminal) csiIntermediate(final byte) {
	ps := &t.parser
	switch [3]byte{ps.prefix, ps.inter, final} {
	case [3]byte{0, ' ', 'q'}:
		if p := ps.param(0, 0); p <= 6 {
			t.cursorLook.param = uint8(p)
		}
	case [3]byte{0, ' ', '@'}:
		t.scrollColumns(-ps.count(0))
	case [3]byte{0, ' ', 'A'}:
		t.scrollColumns(ps.count(0))
	case [3]byte{0, '!', 'p'}:
		t.softReset()
	case [3]byte{0, '"', 'p'}: // DECSCL: the level is what it is
	case [3]byte{0, '"', 'q'}:
		t.protect = ps.param(0, 0) == 1
		t.penStale = true
	case [3]byte{0, '$', 'p'}:
		n := ps.param(0, 0)
		t.replyf("\x1b[%d;%d$y", n, t.ansiMode(n))
	case [3]byte{'?', '$', 'p'}:
		n := ps.param(0, 0)
		t.replyf("\x1b[?%d;%d$y", n, t.privateMode(n))
	case [3]byte{0, '\'', '}'}:
		t.columnsAtCursor(ps.count(0))
	case [3]byte{0, '\'', '~'}:
		t.columnsAtCursor(-ps.count(0))
	case [3]byte{0, '*', 'y'}:
		t.checksum()
	case [3]byte{0, '*', 'x'}:
		t.modes.attrRect = ps.param(0, 0) == 2
	case [3]byte{0, '$', '|'}, [3]byte{0, '*', '|'}:
		t.refused.Resize++ // DECSCPP, DECSNLS
	default:
		if ps.prefix != 0 || ps.inter != '$' || !t.csiRect(final) {
			t.refused.Unknown++
		}
	}
}

// csiRect executes operations on rectangles, and says whether final is one.
func (t *Terminal) csiRect(final byte) bool {
	switch final {
	case 'x':
		t.fillRect()
	case 'z':
		t.eraseRect(false)
	case '{':
		t.eraseRect(true)
	case 'v':
		t.copyRect()
	case 'r':
		t.changeRect(false)
	case 't':
		t.changeRect(true)
	default:
		return false
	}
	return true
}

// columnsAtCursor is DECIC and, with a negative n, DECDC.
func (t *Terminal) columnsAtCursor(n int) {
	_, right := t.horizontalMargins()
	t.changeColumns(t.x, right, n)
}

// softReset is DECSTR: modes, margins and pen go back, the screen, the title
// and the tabs stay.
func (t *Terminal) softReset() {
	keep, tabs, colors, wrapNext := t.modes, t.tabs, t.colors, t.wrapNext
	t.soften()
	t.tabs, t.colors, t.wrapNext = tabs, colors, wrapNext
	t.modes.bracketedPaste, t.modes.focus = keep.bracketedPaste, keep.focus
	t.modes.mouse, t.modes.mouseEncoding = keep.mouse, keep.mouseEncoding
	t.modes.altScroll, t.modes.lineFeed = keep.altScroll, keep.lineFeed
	t.modes.reverseVideo, t.modes.backarrowBS = keep.reverseVideo, keep.backarrowBS
	t.scr.saved.reset()
	t.scr.kitty = kittyStack{}
	t.redraw()
}
