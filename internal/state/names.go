package state

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// encode makes a file name of any text, such that different texts have different
// names and no name leads out of the folder or is hidden. Long ones end in a hash,
// and cannot be decoded.
func encode(text string) (name string, short bool) {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '_', c == '.' && i > 0:
			b.WriteByte(c)
		default: // capitals too: some file systems do not tell them apart
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&0xf])
		}
	}
	name = b.String()
	if text != "" && len(name) <= nameLimit-len(idSuffix) {
		return name, true
	}
	sum := sha256.Sum256([]byte(text))
	return name[:min(len(name), 100)] + "~" + hex.EncodeToString(sum[:]), false
}

// decode gives back what encode made a short name of; false for any other name.
func decode(name string) (string, bool) {
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' {
			b.WriteByte(name[i])
			continue
		}
		if i+2 >= len(name) {
			return "", false
		}
		raw, err := hex.DecodeString(name[i+1 : i+3])
		if err != nil {
			return "", false
		}
		b.WriteByte(raw[0])
		i += 2
	}
	text := b.String()
	back, short := encode(text)
	return text, short && back == name
}
