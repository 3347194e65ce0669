package vt

import "unicode/utf8"

// The states of the parser, after Paul Williams' diagram of a DEC terminal
// (vt100.net/emu/dec_ansi_parser) with UTF-8 in the ground state.
type parserState uint8

const (
	stateGround    parserState = iota
	stateEscape                // after ESC
	stateEscInter              // after ESC and intermediate bytes
	stateCSI                   // after CSI: prefix, parameters
	stateCSIInter              // after CSI, parameters and intermediate bytes
	stateCSIIgnore             // a CSI sequence that is malformed
	stateString                // inside OSC, DCS, APC, PM or SOS
	stateStringEsc             // ESC inside a string: ST, or the string is aborted
)

const (
	maxParams = 32
	maxParam  = 65535

	maxString    = 8 << 10 // cap of a string's bytes
	maxClipboard = 1 << 20 // the same for OSC 52
)

// parser holds what is known of a sequence that is not complete.
type parser struct {
	state  parserState
	prefix byte // one of < = > ?
	inter  byte // the intermediate byte; 0xff when there were several
	kind   byte // of a string: ']' 'P' '_' '^' 'X'

	n      int               // parameters so far; the last may be incomplete
	params [maxParams]int32  // -1 where omitted
	sub    uint32            // bit i: parameter i follows a colon
	text   []byte            // of a string, without its introducer
	over   bool              // the string is longer than its cap
	c2     bool              // the string's last byte so far was 0xc2
	part   [utf8.UTFMax]byte // an incomplete UTF-8 sequence
	partN  int
}

func (ps *parser) reset() {
	text := ps.text[:0]
	if cap(text) > 2*maxString {
		text = nil
	}
	*ps = parser{text: text}
}

// clear starts a new sequence.
func (ps *parser) clear() {
	ps.prefix, ps.inter, ps.n, ps.sub = 0, 0, 0, 0
}

// param returns parameter i, or def when it is missing.
func (ps *parser) param(i, def int) int {
	if i >= ps.n || ps.params[i] < 0 {
		return def
	}
	return int(ps.params[i])
}

// count returns parameter i for use as a count: missing or 0 means 1.
func (ps *parser) count(i int) int { return max(1, ps.param(i, 1)) }

// isSub says whether parameter i belongs to the one before it.
func (ps *parser) isSub(i int) bool { return i < ps.n && ps.sub&(1<<i) != 0 }

// feed runs the machine over p.
func (t *Terminal) feed(p []byte) {
	ps := &t.parser
	for i := 0; i < len(p); {
		switch ps.state {
		case stateGround:
			i = t.ground(p, i)
		case stateCSI:
			i = t.csiParams(p, i)
		case stateString:
			i = t.stringBytes(p, i)
		case stateStringEsc:
			i = t.stringEscape(p, i)
		default:
			t.sequenceByte(p[i])
			i++
		}
	}
}

// ground interprets text and controls up to the next sequence.
func (t *Terminal) ground(p []byte, i int) int {
	ps := &t.parser
	for i < len(p) {
		b := p[i]
		switch {
		case ps.partN > 0:
			if i += t.continueRune(b); ps.state != stateGround {
				return i
			}
		case b-0x20 < 0x5f:
			j := i + 1
			for j < len(p) && p[j]-0x20 < 0x5f {
				j++
			}
			t.putASCII(p[i:j])
			i = j
		case b == 0x1b:
			t.enterEscape()
			return i + 1
		case b < 0x20:
			t.control(b)
			i++
		case b == 0x7f:
			i++
		default:
			if !utf8.FullRune(p[i:]) {
				ps.partN = copy(ps.part[:], p[i:])
				return len(p)
			}
			r, n := utf8.DecodeRune(p[i:])
			i += n
			if t.printRune(r); ps.state != stateGround {
				return i
			}
		}
	}
	return i
}

// continueRune adds b to an incomplete UTF-8 sequence and returns how many
// bytes it took: none if b cannot belong to it.
func (t *Terminal) continueRune(b byte) int {
	ps := &t.parser
	ps.part[ps.partN] = b
	if ps.partN++; !utf8.FullRune(ps.part[:ps.partN]) {
		return 1
	}
	r, n := utf8.DecodeRune(ps.part[:ps.partN])
	if n == ps.partN {
		ps.partN = 0
		t.printRune(r)
		return 1
	}
	// b broke the sequence off. As in a whole buffer, each byte before it is an
	// error of its own; b itself is looked at again.
	bad := ps.partN - 1
	ps.partN = 0
	for range bad {
		t.printRune(utf8.RuneError)
	}
	return 0
}

// printRune prints a code point from outside ASCII. U+0080 to U+009F are the
// controls C1, as ECMA-48 has it; xterm skips them in UTF-8.
func (t *Terminal) printRune(r rune) {
	if r >= 0xa0 {
		t.putRune(r)
		return
	}
	t.parser.clear()
	t.escape(byte(r) - 0x40)
}

func (t *Terminal) enterEscape() {
	t.parser.clear()
	t.parser.state = stateEscape
}

// sequenceByte handles a byte in the states where every byte counts by itself.
func (t *Terminal) sequenceByte(b byte) {
	ps := &t.parser
	switch {
	case b == 0x1b:
		t.enterEscape()
	case b == 0x18, b == 0x1a:
		ps.state = stateGround
	case b < 0x20:
		t.control(b)
	case b == 0x7f:
	case b >= 0x80:
		ps.state = stateGround
		t.ground([]byte{b}, 0)
	case b < 0x30 && ps.state != stateCSIIgnore:
		t.intermediate(b)
	default:
		t.finish(b)
	}
}

// intermediate collects a byte of 0x20 to 0x2f.
func (t *Terminal) intermediate(b byte) {
	ps := &t.parser
	if ps.inter != 0 {
		b = 0xff
	}
	ps.inter = b
	switch ps.state {
	case stateEscape:
		ps.state = stateEscInter
	case stateCSI:
		ps.state = stateCSIInter
	}
}

// finish handles a byte from 0x30 on outside a CSI sequence's parameters.
func (t *Terminal) finish(b byte) {
	ps := &t.parser
	switch ps.state {
	case stateEscape:
		ps.state = stateGround
		t.escape(b)
	case stateEscInter:
		ps.state = stateGround
		t.escapeInter(b)
	case stateCSIInter:
		if b < 0x40 {
			ps.state = stateCSIIgnore
			return
		}
		ps.state = stateGround
		t.csi(b)
	case stateCSIIgnore:
		if b >= 0x40 {
			ps.state = stateGround
			t.refused.Unknown++
		}
	}
}

// csiParams reads prefix and parameters of a CSI sequence.
func (t *Terminal) csiParams(p []byte, i int) int {
	ps := &t.parser
	for ; i < len(p); i++ {
		b := p[i]
		switch {
		case b-'0' < 10:
			ps.digit(b)
		case b == ';' || b == ':':
			ps.separator(b == ':')
		case b >= 0x40 && b < 0x7f:
			ps.state = stateGround
			t.csi(b)
			return i + 1
		case b-0x3c < 4:
			if ps.n > 0 || ps.prefix != 0 {
				ps.state = stateCSIIgnore
				return i + 1
			}
			ps.prefix = b
		default:
			t.sequenceByte(b)
			if ps.state != stateCSI {
				return i + 1
			}
		}
	}
	return i
}

func (ps *parser) digit(b byte) {
	if ps.n == 0 {
		ps.n, ps.params[0] = 1, -1
	}
	if ps.n > maxParams {
		return
	}
	v := &ps.params[ps.n-1]
	*v = min(max(*v, 0)*10+int32(b-'0'), maxParam)
}

// separator begins the next parameter. Parameters beyond the last that can be
// kept are read and forgotten.
func (ps *parser) separator(sub bool) {
	if ps.n == 0 {
		ps.n, ps.params[0] = 1, -1
	}
	if ps.n > maxParams {
		return
	}
	if ps.n++; ps.n > maxParams {
		return
	}
	ps.params[ps.n-1] = -1
	if sub {
		ps.sub |= 1 << (ps.n - 1)
	}
}
