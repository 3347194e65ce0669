package vt

// modes are the switches that a program can set.
type modes struct {
	appCursor      bool // 1
	reverseVideo   bool // 5
	origin         bool // 6
	autoWrap       bool // 7
	cursorBlink    bool // 12
	cursorHidden   bool // 25, inverted
	reverseWrap    bool // 45
	appKeypad      bool // 66
	backarrowBS    bool // 67
	leftRight      bool // 69
	focus          bool // 1004
	altScroll      bool // 1007
	metaEscape     bool // 1036
	bracketedPaste bool // 2004
	sync           bool // 2026
	schemeUpdates  bool // 2031

	attrRect bool // DECSACE: DECCARA and DECRARA change rectangles

	insert         bool // ANSI 4
	lineFeed       bool // ANSI 20
	keyboardLocked bool // ANSI 2

	mouse           MouseMode
	mouseEncoding   MouseEncoding
	modifyOtherKeys uint8
}

// defaultModes are those of xterm, but for alternate scroll: without it the
// wheel would do nothing in a pager, since its screen has no scrollback.
func defaultModes() modes {
	return modes{autoWrap: true, metaEscape: true, altScroll: true}
}

// Modes returns the modes in force.
func (t *Terminal) Modes() Modes {
	m := &t.modes
	return Modes{
		AppCursor:       m.appCursor,
		AppKeypad:       m.appKeypad,
		BackarrowBS:     m.backarrowBS,
		LineFeedNewLine: m.lineFeed,
		BracketedPaste:  m.bracketedPaste,
		FocusEvents:     m.focus,
		AltScreen:       t.scr == t.alt,
		AltScroll:       m.altScroll,
		ReverseVideo:    m.reverseVideo,
		SyncOutput:      m.sync,
		AutoWrap:        m.autoWrap,
		Insert:          m.insert,
		Origin:          m.origin,
		KeyboardLocked:  m.keyboardLocked,
		Mouse:           m.mouse,
		MouseEncoding:   m.mouseEncoding,
		ModifyOtherKeys: m.modifyOtherKeys,
		KittyFlags:      t.scr.kitty.flags(),
	}
}

// SyncHeld says whether the program asked to hold drawing until its update is
// complete (mode 2026). The owner limits how long it obeys, since time comes
// from outside, and then calls [Terminal.ReleaseSync].
func (t *Terminal) SyncHeld() bool { return t.modes.sync && !t.drawDue }

// ReleaseSync ends a held update as if the program had. Nothing is held again
// until a picture was taken, so that a program which holds one update after the
// other does not hold the picture for ever.
func (t *Terminal) ReleaseSync() { t.modes.sync, t.drawDue = false, true }

// simpleMode returns the switch of a DEC private mode that is no more than a
// switch.
func (m *modes) simpleMode(n int) *bool {
	switch n {
	case 1:
		return &m.appCursor
	case 7:
		return &m.autoWrap
	case 12:
		return &m.cursorBlink
	case 45:
		return &m.reverseWrap
	case 66:
		return &m.appKeypad
	case 67:
		return &m.backarrowBS
	case 1004:
		return &m.focus
	case 1007:
		return &m.altScroll
	case 1036:
		return &m.metaEscape
	case 2004:
		return &m.bracketedPaste
	case 2026:
		return &m.sync
	case 2031:
		return &m.schemeUpdates
	}
	return nil
}

// mouseModes and mouseEncodings by their DEC private modes.
var (
	mouseModes = map[int]MouseMode{
		9: MouseX10, 1000: MouseNormal, 1002: MouseButton, 1003: MouseAny,
	}
	mouseEncodings = map[int]MouseEncoding{
		1005: MouseEncodingUTF8, 1006: MouseEncodingSGR,
		1015: MouseEncodingURXVT, 1016: MouseEncodingSGRPixels,
	}
)

// setPrivateMode is DECSET or DECRST of one mode.
func (t *Terminal) setPrivateMode(n int, on bool) {
	if flag := t.modes.simpleMode(n); flag != nil {
		*flag = on
		return
	}
	if mode, ok := mouseModes[n]; ok {
		t.modes.mouse = MouseNone
		if on {
			t.modes.mouse = mode
		}
		return
	}
	if enc, ok := mouseEncodings[n]; ok {
		switch {
		case on:
			t.modes.mouseEncoding = enc
		case t.modes.mouseEncoding == enc:
			t.modes.mouseEncoding = MouseEncodingDefault
		}
		return
	}
	t.setScreenMode(n, on)
}

// setScreenMode sets the modes that do something at once.
func (t *Terminal) setScreenMode(n int, on bool) {
	switch n {
	case 3:
		t.refused.Resize++ // DECCOLM would resize the pane
	case 5:
		if t.modes.reverseVideo != on {
			t.modes.reverseVideo = on
			t.redraw()
		}
	case 6:
		t.modes.origin = on
		t.moveToOrigin(0, 0)
	case 25:
		t.modes.cursorHidden = !on
	case 47:
		t.showAlt(on)
	case 69:
		t.modes.leftRight = on
		if !on {
			t.left, t.right = 0, t.cols-1
		}
	case 1047:
		if !on && t.scr == t.alt {
			t.clearScreen(t.alt)
		}
		t.showAlt(on)
	case 1048:
		if on {
			t.saveCursor()
		} else {
			t.restoreCursor()
		}
	case 1049:
		t.altWithCursor(on)
	case 2, 4, 8, 40, 80, 95, 1001, 1034, 1035, 1039, 1070, 2027:
		// Known, and either fixed or without a meaning here.
	default:
		t.refused.Unknown++
	}
}

// altWithCursor is mode 1049: save the cursor and show a clear alternate
// screen, or show the main screen and restore the cursor.
func (t *Terminal) altWithCursor(on bool) {
	if !on {
		t.showAlt(false)
		t.restoreCursor()
		return
	}
	t.saveCursor()
	t.showAlt(true)
	t.clearScreen(t.alt)
}

// showAlt shows the alternate or the main screen.
func (t *Terminal) showAlt(on bool) {
	if on == (t.scr == t.alt) {
		return
	}
	if on {
		if t.alt == nil {
			t.alt = newScreen(t.cols, t.rows, blankPlain)
		}
		t.scr = t.alt
	} else {
		t.scr = t.main
	}
	t.setY(t.y)
}

func (t *Terminal) clearScreen(s *screen) {
	blank := t.blankCell()
	for _, r := range s.ring {
		r.clear(blank)
	}
	t.work += uint64(len(s.ring))
}

// privateMode returns the state of a mode as DECRQM reports it: 0 unknown,
// 1 set, 2 reset, 3 always set, 4 always reset.
func (t *Terminal) privateMode(n int) int {
	m := &t.modes
	if flag := m.simpleMode(n); flag != nil {
		return modeState(*flag)
	}
	if mode, ok := mouseModes[n]; ok {
		return modeState(m.mouse == mode)
	}
	if enc, ok := mouseEncodings[n]; ok {
		return modeState(m.mouseEncoding == enc)
	}
	switch n {
	case 5:
		return modeState(m.reverseVideo)
	case 6:
		return modeState(m.origin)
	case 25:
		return modeState(!m.cursorHidden)
	case 47, 1047, 1049:
		return modeState(t.scr == t.alt)
	case 69:
		return modeState(m.leftRight)
	case 1048:
		return 1
	case 8:
		return 3
	case 2027:
		if t.width == WidthGrapheme {
			return 3
		}
		return 4
	case 2, 3, 4, 40, 80, 95, 1001, 1034, 1035, 1039, 1070:
		return 4
	}
	return 0
}

func modeState(on bool) int {
	if on {
		return 1
	}
	return 2
}

// setANSIMode is SM or RM of one mode.
func (t *Terminal) setANSIMode(n int, on bool) {
	switch n {
	case 2:
		t.modes.keyboardLocked = on
	case 4:
		t.modes.insert = on
		t.updateSpecial()
	case 20:
		t.modes.lineFeed = on
	case 12: // local echo is for terminals without a remote side
	default:
		t.refused.Unknown++
	}
}

func (t *Terminal) ansiMode(n int) int {
	switch n {
	case 2:
		return modeState(t.modes.keyboardLocked)
	case 4:
		return modeState(t.modes.insert)
	case 20:
		return modeState(t.modes.lineFeed)
	case 12:
		return 3
	}
	return 0
}

// maxSavedModes bounds what XTSAVE remembers; there are not that many modes.
const maxSavedModes = 64

// saveModes is XTSAVE, restoreModes XTRESTORE.
func (t *Terminal) saveModes() {
	if t.savedModes == nil {
		t.savedModes = make(map[int]bool)
	}
	for i := range t.parser.n {
		n := t.parser.param(i, 0)
		if state := t.privateMode(n); state != 0 && len(t.savedModes) < maxSavedModes {
			t.savedModes[n] = state == 1
		}
	}
}

func (t *Terminal) restoreModes() {
	for i := range t.parser.n {
		n := t.parser.param(i, 0)
		if on, ok := t.savedModes[n]; ok {
			t.setPrivateMode(n, on)
		}
	}
}

// kittyStack is the stack of flags of the kitty keyboard protocol, one for each
// screen. When it is full the oldest entry goes.
type kittyStack struct {
	values [8]uint8
	n      int // how many are pushed; values[n] is in force
}

const kittyFlags = 31

func (k *kittyStack) flags() uint8 { return k.values[k.n] }

func (k *kittyStack) push(flags int) {
	if k.n == len(k.values)-1 {
		copy(k.values[:], k.values[1:])
	} else {
		k.n++
	}
	k.values[k.n] = uint8(flags & kittyFlags)
}

func (k *kittyStack) pop(n int) {
	if n > k.n {
		*k = kittyStack{}
		return
	}
	k.n -= n
}

// set changes the flags in force: mode 1 replaces, 2 adds, 3 removes.
func (k *kittyStack) set(flags, mode int) {
	f := uint8(flags & kittyFlags)
	switch mode {
	case 1:
		k.values[k.n] = f
	case 2:
		k.values[k.n] |= f
	case 3:
		k.values[k.n] &^= f
	}
}
