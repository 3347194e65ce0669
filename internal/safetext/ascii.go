package safetext

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ASCII returns clean text in ASCII, in the very same cells: frames and arrows
// become the signs that look most alike, letters lose their accents, anything else
// is a question mark for each of its cells. Escape sequences are kept. It is meant
// for terminals that cannot show more.
func ASCII(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for s != "" {
		if n := strings.IndexFunc(s, func(c rune) bool { return c >= utf8.RuneSelf || c == 0x1b }); n > 1 {
			b.WriteString(s[:n-1]) // the last one may carry what combines with it
			s = s[n-1:]
		}
		n, cells := Next(s)
		if piece := s[:n]; isASCII(piece) {
			b.WriteString(piece)
		} else if piece[0] != 0x1b {
			writeASCII(&b, piece, cells)
		}
		s = s[n:]
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// writeASCII writes a character as a sign for each of its cells.
func writeASCII(b *strings.Builder, char string, cells int) {
	c, _ := utf8.DecodeRuneInString(char)
	sign := asciiOf(c)
	for range cells {
		b.WriteByte(sign)
	}
}

// asciiOf is the sign that looks most like c.
func asciiOf(c rune) byte {
	if c < utf8.RuneSelf {
		return byte(c) // something that combines with it is left out
	}
	if sign, ok := asciiSigns[c]; ok {
		return sign
	}
	switch {
	case c >= 0x2500 && c <= 0x257f: // box drawing
		return '+'
	case c >= 0x2580 && c <= 0x259f: // blocks
		return '#'
	case c >= 0x2800 && c <= 0x28ff: // braille, of which spinners are made
		return `|/-\`[c%4]
	case c >= 0x2400 && c <= 0x243f: // pictures of controls
		return '.'
	}
	var buf [utf8.UTFMax]byte
	plain := norm.NFKD.AppendString(buf[:0], string(c))
	if plain[0] < utf8.RuneSelf {
		return plain[0]
	}
	return '?'
}

// asciiSigns are the signs that need a thought.
var asciiSigns = asciiTable(
	"-", "─━┄┅┈┉╌╍═╴╶╸╺╼╾‐‑‒–—−▔",
	"#", "┃", "|", "│┆┇┊┋╎╏║╵╷╹╻╽╿▏▕▎▍¦",
	"/", "╱", `\`, "╲", "X", "╳",
	".", "░·․∙", ":", "▒", "_", "▁▂▃",
	"^", "↑⇑▲△▴‸", "v", "↓⇓▼▽▾", "<", "←⇐◀◁◂‹«", ">", "→⇒▶▷▸›»",
	"=", "≡", "*", "•●○◦◆◇★☆■□▪▫∗", "~", "…≈∼", "o", "◌°",
	"x", "×✕✖✗✘", "v", "✓✔", "!", "⚠", "'", "‘’‚", `"`, "“”„", " ", "\u00a0\u2007\u202f",
)

// asciiTable reads pairs of a sign and what it stands for.
func asciiTable(pairs ...string) map[rune]byte {
	out := map[rune]byte{}
	for i := 0; i+1 < len(pairs); i += 2 {
		for _, c := range pairs[i+1] {
			out[c] = pairs[i][0]
		}
	}
	return out
}
