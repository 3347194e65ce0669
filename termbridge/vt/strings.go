package vt

import "bytes"

// beginString enters OSC, DCS, APC, PM or SOS; kind is the final byte of its
// introducer.
func (t *Terminal) beginString(kind byte) {
	ps := &t.parser
	ps.kind, ps.over, ps.c2 = kind, false, false
	ps.text = ps.text[:0]
	ps.state = stateString
}

// stringBytes collects the bytes of a string up to its end.
func (t *Terminal) stringBytes(p []byte, i int) int {
	ps := &t.parser
	for j := i; j < len(p); j++ {
		b := p[j]
		switch {
		case b >= 0x20 && b != 0x9c:
			continue
		case b == 0x1b:
			ps.collect(p[i:j])
			ps.state = stateStringEsc
			return j + 1
		case b == 0x18 || b == 0x1a:
			ps.state = stateGround
			return j + 1
		case b == 0x07 && ps.kind == ']':
			ps.collect(p[i:j])
			t.endString()
			return j + 1
		case b == 0x9c && (j > i && p[j-1] == 0xc2 || j == i && ps.c2):
			// ST as a code point of its own (U+009C). A lone byte 0x9c is
			// part of some other character.
			ps.collect(p[i:j])
			if !ps.over {
				ps.text = ps.text[:len(ps.text)-1]
			}
			t.endString()
			return j + 1
		}
	}
	ps.collect(p[i:])
	ps.c2 = p[len(p)-1] == 0xc2
	return len(p)
}

// collect keeps p as part of the string unless that grows beyond its cap.
func (ps *parser) collect(p []byte) {
	if ps.over {
		return
	}
	limit := maxString
	if ps.kind == ']' && (bytes.HasPrefix(ps.text, osc52) || len(ps.text) < len(osc52) && startsOSC52(ps.text, p)) {
		limit = maxClipboard
	}
	if len(ps.text)+len(p) > limit {
		ps.over = true
		return
	}
	ps.text = append(ps.text, p...)
}

var osc52 = []byte("52;")

func startsOSC52(a, b []byte) bool {
	for i, c := range osc52 {
		switch {
		case i < len(a):
			if a[i] != c {
				return false
			}
		case i-len(a) < len(b):
			if b[i-len(a)] != c {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// stringEscape looks at what follows ESC in a string: a backslash ends it, and
// anything else aborts it and begins another sequence.
func (t *Terminal) stringEscape(p []byte, i int) int {
	if p[i] == '\\' {
		t.endString()
		return i + 1
	}
	t.enterEscape()
	return i
}

func (t *Terminal) endString() {
	ps := &t.parser
	ps.state = stateGround
	t.joinable, t.lastRune = false, 0
	if ps.over {
		t.refused.Overlong++
		if ps.kind == 'P' || ps.kind == '_' {
			t.refused.Image++ // nothing else is that long
		}
	} else {
		switch ps.kind {
		case ']':
			t.osc(ps.text)
		case 'P':
			t.dcs(ps.text)
		case '_':
			if bytes.HasPrefix(ps.text, []byte("G")) {
				t.refused.Image++
			}
		}
	}
	if cap(ps.text) > 2*maxString {
		ps.text = nil
	}
}
