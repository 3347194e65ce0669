package vt

// control executes a C0 control.
func (t *Terminal) control(b byte) {
	t.joinable, t.lastRune = false, 0
	switch b {
	case 0x05: // ENQ: the answerback is empty
	case 0x07:
		t.bell()
	case 0x08:
		t.cursorLeft(1)
	case 0x09:
		t.tabForward(1)
	case 0x0a, 0x0b, 0x0c:
		t.index()
		if t.modes.lineFeed {
			t.carriageReturn()
		}
	case 0x0d:
		t.carriageReturn()
	case 0x0e:
		t.charsets.gl = 1
		t.updateSpecial()
	case 0x0f:
		t.charsets.gl = 0
		t.updateSpecial()
	}
}

// escape executes ESC b, or the C1 control that stands for it.
func (t *Terminal) escape(b byte) {
	ps := &t.parser
	if b == '[' {
		ps.state = stateCSI
		return
	}
	t.joinable, t.lastRune = false, 0
	switch b {
	case ']', 'P', '_', '^', 'X':
		t.beginString(b)
	case '\\': // ST with nothing to end
	case '7':
		t.saveCursor()
	case '8':
		t.restoreCursor()
	case 'D':
		t.index()
	case 'E':
		t.index()
		t.carriageReturn()
	case 'H':
		t.tabs[t.x/64] |= 1 << (t.x % 64)
	case 'M':
		t.reverseIndex()
	case 'N':
		t.charsets.single = 2
		t.updateSpecial()
	case 'O':
		t.charsets.single = 3
		t.updateSpecial()
	case 'Z':
		t.reply(deviceAttributes)
	case '6':
		t.backIndex()
	case '9':
		t.forwardIndex()
	case '=':
		t.modes.appKeypad = true
	case '>':
		t.modes.appKeypad = false
	case 'c':
		t.Reset()
	case 'n':
		t.charsets.gl = 2
		t.updateSpecial()
	case 'o':
		t.charsets.gl = 3
		t.updateSpecial()
	case '|', '}', '~': // locking shifts of GR, which UTF-8 has no use for
	case 'V': // SPA
		t.protect, t.penStale = true, true
	case 'W': // EPA
		t.protect, t.penStale = false, true
	default:
		t.refused.Unknown++
	}
}

// escapeInter executes ESC, an intermediate byte and b.
func (t *Terminal) escapeInter(b byte) {
	t.joinable, t.lastRune = false, 0
	switch t.parser.inter {
	case '#':
		switch b {
		case '8':
			t.alignmentTest()
		case '3', '4', '5', '6': // double size lines are drawn single
		default:
			t.refused.Unknown++
		}
	case '(', ')', '*', '+':
		t.charsets.designate(int(t.parser.inter-'('), b)
		t.updateSpecial()
	case '-', '.', '/':
		if b == 'A' {
			b = latin1
		}
		t.charsets.designate(int(t.parser.inter-'-')+1, b)
		t.updateSpecial()
	case ' ', '%': // size of control replies, choice of coding system: always UTF-8
	default:
		t.refused.Unknown++
	}
}

// alignmentTest fills the screen with E and resets the margins and origin mode
// (DECALN).
func (t *Terminal) alignmentTest() {
	t.modes.origin = false
	t.top, t.bottom = 0, t.rows-1
	t.left, t.right = 0, t.cols-1
	for y := range t.rows {
		t.scr.row(y).clear(blankPlain.withContent('E'))
	}
	t.work += uint64(t.rows)
	t.moveTo(0, 0)
}

func (t *Terminal) updateSpecial() {
	t.special = t.modes.insert || t.charsets.active()
}

// latin1 is the set of 96 characters that A designates; among the sets of 94
// that is the British one. No final byte is as low.
const latin1 = 1

// charsets holds the character sets G0 to G3 and which of them is in use.
type charsets struct {
	sets   [4]byte // the final byte of the designation; 0 and 'B' are ASCII
	gl     uint8
	single uint8 // the set for the next character only; 0 is none
}

func (c *charsets) designate(g int, final byte) {
	switch final {
	case '0', 'A', '2', latin1: // '2' is line drawing of an old VT100
		c.sets[g] = final
	default:
		c.sets[g] = 0
	}
}

func (c *charsets) active() bool { return c.single != 0 || c.sets[c.gl] != 0 }

// translate maps b through the set in use and ends a single shift.
func (c *charsets) translate(b byte) rune {
	set := c.sets[c.gl]
	if c.single != 0 {
		set = c.sets[c.single]
		c.single = 0
	}
	switch {
	case (set == '0' || set == '2') && b >= 0x5f && b <= 0x7e:
		return lineDrawing[b-0x5f]
	case set == 'A' && b == '#':
		return '£'
	case set == latin1:
		return rune(b) | 0x80
	}
	return rune(b)
}

// lineDrawing is DEC Special Graphics from 0x5f on.
var lineDrawing = [...]rune{
	' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼',
	'⎺', '⎻', '─', '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
}
