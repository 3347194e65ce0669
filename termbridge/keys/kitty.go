package keys

import (
	"strconv"
	"unicode"
	"unicode/utf8"

	"podium/termbridge/vt"
)

// The progressive enhancements of the kitty keyboard protocol.
const (
	flagDisambiguate = 1 << iota
	flagEvents
	flagAlternates
	flagAll
	flagText
)

// kitty encodes an event by the kitty keyboard protocol.
func kitty(dst []byte, k Key, m vt.Modes) []byte {
	f := m.KittyFlags
	if f&flagEvents == 0 {
		if k.Action == Release {
			return dst
		}
		k.Action = Press
	}
	mods := k.Mod & held
	s, isSpecial := lookup(k.Code)
	if f&flagAll == 0 {
		if isLockOrModifier(k.Code) {
			return dst
		}
		if k.Action != Release && mods&^Shift == 0 {
			if t := text(k, s, isSpecial); t != "" {
				return append(dst, t...)
			}
		}
		if k.Code == Enter || k.Code == Tab || k.Code == Backspace {
			// They stay what they are without modifiers, so that a shell that
			// was left in this state can still be used.
			if k.Action == Release {
				return dst
			}
			if mods == 0 {
				k.Mod = 0
				return legacy(dst, k, vt.Modes{BackarrowBS: m.BackarrowBS})
			}
		}
		if f&flagDisambiguate == 0 {
			if k.Action != Release && (!isSpecial || s.form == formKeypad) {
				return legacy(dst, k, m)
			}
			if s.form == formKeypad || isKeypadMove(k.Code) {
				s.kitty = 0 // not told apart from the key of the same name
			}
		}
	}
	if isSpecial {
		return kittySpecial(dst, k, s, f)
	}
	if !isChar(k.Code) {
		return dst
	}
	code := k.Code
	if k.Code > unicode.MaxASCII || unicode.IsUpper(code) {
		code = unicode.ToLower(code)
	}
	if f&flagAll == 0 && code != Escape && code != Enter && code != Tab && code != Backspace {
		k.Mod = mods // locks are not told of keys that type
	}
	dst = append(dst, esc, '[')
	dst = strconv.AppendInt(dst, int64(code), 10)
	if f&flagAlternates != 0 {
		dst = alternates(dst, k, code)
	}
	return append(parameters(dst, k, f), 'u')
}

// kittySpecial encodes a key that is no code point.
func kittySpecial(dst []byte, k Key, s special, f uint8) []byte {
	number, final := s.number, byte('~')
	switch {
	case s.kitty != 0:
		number, final = s.kitty, 'u'
	case s.form == formKeypad:
		number, final = int(s.text), 'u'
	case k.Code == F3:
		// CSI R is the answer to a question about the cursor.
	case s.form == formCursor || s.form == formPF:
		number, final = 1, s.final
	case s.form == formNone:
		return dst
	}
	dst = append(dst, esc, '[')
	at := len(dst)
	dst = strconv.AppendInt(dst, int64(number), 10)
	mark := len(dst)
	dst = parameters(dst, k, f)
	if number == 1 && final != '~' && len(dst) == mark {
		dst = dst[:at]
	}
	return append(dst, final)
}

// alternates appends the shifted key and that of the standard layout.
func alternates(dst []byte, k Key, code rune) []byte {
	shifted := k.Shifted
	if k.Mod&Shift == 0 || shifted == code {
		shifted = 0
	}
	base := k.Base
	if base == code {
		base = 0
	}
	if shifted == 0 && base == 0 {
		return dst
	}
	dst = append(dst, ':')
	if shifted != 0 {
		dst = strconv.AppendInt(dst, int64(shifted), 10)
	}
	if base != 0 {
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(base), 10)
	}
	return dst
}

// parameters appends modifiers, event type and text, as far as there are any.
func parameters(dst []byte, k Key, f uint8) []byte {
	t := ""
	if f&flagText != 0 && f&flagAll != 0 && k.Action != Release {
		t = printableText(k.Text)
		if t == "" && k.Mod&held&^Shift == 0 {
			s, isSpecial := lookup(k.Code)
			t = printableText(text(k, s, isSpecial))
		}
	}
	if k.Mod != 0 || k.Action != Press || t != "" {
		dst = append(dst, ';')
	}
	if k.Mod != 0 || k.Action != Press {
		dst = strconv.AppendInt(dst, int64(1+k.Mod), 10)
	}
	if k.Action != Press {
		dst = append(dst, ':')
		dst = strconv.AppendInt(dst, int64(1+k.Action), 10)
	}
	for i, r := range t {
		sep := byte(':')
		if i == 0 {
			sep = ';'
		}
		dst = append(dst, sep)
		dst = strconv.AppendInt(dst, int64(r), 10)
	}
	return dst
}

// text is what the key types, with no modifier but shift held.
func text(k Key, s special, isSpecial bool) string {
	if t := printableText(k.Text); t != "" {
		return t
	}
	switch {
	case isSpecial && s.form == formKeypad && k.Mod&NumLock != 0 && s.text != '\r':
		return string(rune(s.text))
	case isSpecial, !isChar(k.Code), unicode.IsControl(k.Code):
		return ""
	}
	return string(typed(k))
}

// printableText is t unless it is or holds a control character.
func printableText(t string) string {
	if !utf8.ValidString(t) {
		return ""
	}
	for _, r := range t {
		if unicode.IsControl(r) {
			return ""
		}
	}
	return t
}

func isKeypadMove(code rune) bool { return code >= KpUp && code <= KpBegin }
