package keys

import (
	"unicode/utf8"

	"podium/termbridge/vt"
)

// The brackets of a bracketed paste (mode 2004).
const (
	pasteBegin = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// Paste appends text as a paste to dst: in brackets if the program asked for
// them, else with line feeds sent as Return would be. Control characters other
// than tab and line ends are removed, with the whole of an end bracket in the
// text, so that a paste can neither end its brackets nor press keys; what is no
// UTF-8 becomes U+FFFD. An empty text sends nothing.
func Paste(dst []byte, text string, bracketed bool) []byte {
	start := len(dst)
	if bracketed {
		dst = append(dst, pasteBegin...)
	}
	body := len(dst)
	dst = appendClean(dst, text, bracketed)
	if len(dst) == body {
		return dst[:start]
	}
	if bracketed {
		dst = append(dst, pasteEnd...)
	}
	return dst
}

// appendClean appends text without what must not be in a paste.
func appendClean(dst []byte, text string, bracketed bool) []byte {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == esc:
			i++
			if rest := pasteEnd[1:]; len(text)-i >= len(rest) && text[i:i+len(rest)] == rest {
				i += len(rest)
			}
		case c == '\n' && !bracketed:
			if i == 0 || text[i-1] != '\r' {
				dst = append(dst, '\r')
			}
			i++
		case c == '\t', c == '\r', c == '\n':
			dst = append(dst, c)
			i++
		case c < ' ', c == del:
			i++
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, n := utf8.DecodeRuneInString(text[i:])
			if r < 0x80 || r > 0x9f { // not a control character of eight bits
				dst = utf8.AppendRune(dst, r)
			}
			i += n
		}
	}
	return dst
}

// Focus appends the report that the terminal got or lost the focus to dst, if
// the program asked for it (mode 1004).
func Focus(dst []byte, in bool, m vt.Modes) []byte {
	switch {
	case !m.FocusEvents:
		return dst
	case in:
		return append(dst, esc, '[', 'I')
	}
	return append(dst, esc, '[', 'O')
}
