package models

import (
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// PlainKeyboard is what terminals with the kitty keyboard protocol are asked for
// always: without a key's place on the standard layout, ctrl-c on a Russian
// keyboard would be ctrl-с, which is nothing.
var PlainKeyboard = tea.KeyboardEnhancements{ReportAlternateKeys: true}

// DecodedKey is k without a slip of the decoder, which takes the key of the
// standard layout for what the key is with shift as soon as it is told both.
func DecodedKey(k tea.Key) tea.Key {
	if k.BaseCode == 0 || k.ShiftedCode != k.BaseCode {
		return k
	}
	k.ShiftedCode = 0
	if upper := unicode.ToUpper(k.Code); upper != k.Code {
		k.ShiftedCode = upper
	}
	return k
}

// BoundKey is k as bindings of keys mean it. On a layout without Latin letters a
// key goes by its place on the standard one, as ctrl-с does by ctrl-c; a layout
// that has them names its keys itself.
func BoundKey(k tea.KeyPressMsg) tea.KeyPressMsg {
	if k.Code <= unicode.MaxASCII {
		k.BaseCode = 0
	}
	return k
}
