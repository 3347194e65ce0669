package keys

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"podium/termbridge/vt"
)

const (
	esc = 0x1b
	del = 0x7f
	bs  = 0x08
)

// Encode appends what key k sends under modes m to dst.
//
// Without flags of the kitty protocol that is what xterm sends with its default
// resources and Alt as a prefix of ESC: cursor keys by DECCKM, the keypad by
// DECKPAM (unless NumLock is known to be on), modifiers of special keys as a
// parameter, other keys with modifiers by modifyOtherKeys. With flags it is
// what the kitty keyboard protocol says. Keys that the encoding in force cannot
// express send nothing, and so does KAM not: a locked keyboard would only lock
// the user out.
func Encode(dst []byte, k Key, m vt.Modes) []byte {
	if m.KittyFlags != 0 {
		return kitty(dst, k, m)
	}
	if k.Action == Release {
		return dst
	}
	return legacy(dst, k, m)
}

// legacy encodes a press as xterm does.
func legacy(dst []byte, k Key, m vt.Modes) []byte {
	if s, ok := lookup(k.Code); ok {
		return legacySpecial(dst, k, s, m)
	}
	if m.ModifyOtherKeys > 0 {
		if mods, char, ok := otherKey(k, m); ok {
			dst = append(dst, esc, '[', '2', '7', ';')
			dst = strconv.AppendInt(dst, int64(parameter(mods)), 10)
			dst = append(dst, ';')
			dst = strconv.AppendInt(dst, int64(char), 10)
			return append(dst, '~')
		}
	}
	switch k.Code {
	case Tab:
		if k.Mod&Shift != 0 {
			return append(dst, esc, '[', 'Z')
		}
	case Backspace:
		return append(prefix(dst, k.Mod), backspace(k, m))
	case Enter:
		return carriageReturn(prefix(dst, k.Mod), m)
	}
	dst = prefix(dst, k.Mod)
	if k.Mod&Ctrl != 0 {
		r := typed(k)
		if c, ok := control(r); ok {
			if c == '\r' {
				return carriageReturn(dst, m)
			}
			return append(dst, c)
		}
		return utf8.AppendRune(dst, r)
	}
	if k.Text != "" {
		return append(dst, k.Text...)
	}
	if !isChar(k.Code) {
		return dst[:len(dst)-prefixLen(k.Mod)]
	}
	return utf8.AppendRune(dst, typed(k))
}

// legacySpecial encodes a key that is no code point.
func legacySpecial(dst []byte, k Key, s special, m vt.Modes) []byte {
	p := parameter(k.Mod)
	switch s.form {
	case formCursor, formPF:
		switch {
		case p > 1:
			dst = append(dst, esc, '[', '1', ';')
			dst = strconv.AppendInt(dst, int64(p), 10)
		case s.form == formPF || m.AppCursor:
			dst = append(dst, esc, 'O')
		default:
			dst = append(dst, esc, '[')
		}
		return append(dst, s.final)
	case formTilde:
		dst = append(dst, esc, '[')
		dst = strconv.AppendInt(dst, int64(s.number), 10)
		if p > 1 {
			dst = append(dst, ';')
			dst = strconv.AppendInt(dst, int64(p), 10)
		}
		return append(dst, '~')
	case formKeypad:
		if m.AppKeypad && k.Mod&NumLock == 0 {
			dst = append(dst, esc, 'O')
			if p > 1 {
				dst = strconv.AppendInt(dst, int64(p), 10)
			}
			return append(dst, s.final)
		}
		if k.Code == KpEnter {
			return carriageReturn(dst, m)
		}
		return append(dst, s.text) // whatever is held: not even Alt makes an ESC
	}
	return dst
}

// carriageReturn appends a CR, and with LNM the LF that belongs to it.
func carriageReturn(dst []byte, m vt.Modes) []byte {
	dst = append(dst, '\r')
	if m.LineFeedNewLine {
		dst = append(dst, '\n')
	}
	return dst
}

// parameter is xterm's number for modifiers: 1 and a bit each for shift, alt,
// control and meta.
func parameter(m Mod) int {
	p := 1 + int(m&(Shift|Alt|Ctrl))
	if m&Meta != 0 {
		p += 8
	}
	return p
}

// prefix appends the ESC that Alt and Meta stand for.
func prefix(dst []byte, m Mod) []byte {
	if prefixLen(m) > 0 {
		return append(dst, esc)
	}
	return dst
}

func prefixLen(m Mod) int {
	if m&(Alt|Meta) != 0 {
		return 1
	}
	return 0
}

// backspace is DEL or BS: DECBKM chooses, and control takes the other.
func backspace(k Key, m vt.Modes) byte {
	if m.BackarrowBS != (k.Mod&Ctrl != 0) {
		return bs
	}
	return del
}

// isChar says whether code is a code point that can be sent.
func isChar(code rune) bool {
	return code > 0 && code <= unicode.MaxRune && utf8.ValidRune(code)
}

// typed is the one code point that the key stands for with its shift state: on
// a layout without Latin letters, the key of the standard layout where a
// control needs one.
func typed(k Key) rune {
	code := k.Code
	if k.Mod&Ctrl != 0 && code > unicode.MaxASCII && k.Base > 0 && k.Base <= unicode.MaxASCII {
		code = k.Base
		if k.Mod&Shift != 0 {
			code = unicode.ToUpper(code)
		}
		return code
	}
	if k.Mod&Shift == 0 {
		return code
	}
	if k.Shifted != 0 {
		return k.Shifted
	}
	if r, n := utf8.DecodeRuneInString(k.Text); n > 0 && n == len(k.Text) && r != utf8.RuneError {
		return r
	}
	return unicode.ToUpper(code)
}

// control is what r becomes with the control key on X11.
func control(r rune) (byte, bool) {
	switch {
	case r >= '@' && r < del, r == ' ':
		return byte(r) & 0x1f, true
	case r == '2':
		return 0, true
	case r >= '3' && r <= '7':
		return byte(r-'3') + esc, true
	case r == '8', r == '?':
		return del, true
	case r == '/':
		return '_' & 0x1f, true
	}
	return 0, false
}

// otherKey decides whether modifyOtherKeys (levels 1 and 2) makes a sequence of
// a key that is no special key, and says of which modifiers and character.
// Level 1 leaves alone what already has a meaning: control characters and Alt,
// which it does not even tell of beside others. Level 2 takes everything but
// shift on printable keys; xterm counts the letters and their neighbours from @
// on as control keys, hence shift-a.
func otherKey(k Key, m vt.Modes) (mods Mod, char rune, ok bool) {
	mods = k.Mod & (Shift | Alt | Ctrl | Meta)
	if mods == 0 || !isChar(k.Code) {
		return 0, 0, false
	}
	char = typed(k)
	alt := mods&(Alt|Meta) != 0
	all := m.ModifyOtherKeys > 1
	if !all {
		mods &^= Alt | Meta
	}
	switch k.Code {
	case Backspace:
		return mods, rune(backspace(k, m)), all && mods != Ctrl
	case Tab:
		return mods, Tab, all && mods != Shift || mods == Ctrl && !alt
	case Enter:
		if alt && !all {
			mods &= Shift
		}
		return mods, Enter, mods != 0
	case Escape:
		return mods, Escape, all
	}
	if all {
		return mods, char, mods != Shift || char >= '@' && char <= del || char == ' '
	}
	_, known := control(char)
	return mods, char, mods&Ctrl != 0 && (!known || char == '?')
}
