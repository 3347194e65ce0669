package safetext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	noLimit  = 1 << 30
	tabStop  = 8
	ellipsis = "…"
	reset    = "\x1b[m"
	// maxMarks bounds the marks on one character: more are a prank.
	maxMarks = 15
	// maxSGR bounds the colour changes kept in one line, since they take no cell
	// and would make a short line of a megabyte.
	maxSGR = 2048
	// window bounds the search for the end of one character, so that a megabyte
	// of marks costs a megabyte and not its square.
	window = 256
)

// line is the one loop behind Line, Clean and their SGR relatives.
func line(s string, limit int, sgr bool) string {
	if limit < 1 || s == "" {
		return ""
	}
	if sgr {
		s = strings.TrimRight(s, "\r")
	}
	plain := printable(s, limit)
	if plain == len(s) {
		return s
	}
	c := cleaner{max: limit, sgr: sgr}
	c.out.Grow(min(len(s), 4*min(limit, 1<<16)) + 16)
	return c.run(s)
}

// printable is the length of the printable ASCII that s begins with, looking at
// no more than limit bytes; so it is len(s) only if all of s is plain and fits.
func printable(s string, limit int) int {
	n := min(len(s), limit)
	for i := range n {
		if b := s[i]; b < 0x20 || b > 0x7e {
			return i
		}
	}
	return n
}

// cleaner collects a clean line.
type cleaner struct {
	out    strings.Builder
	max    int
	cells  int
	cut    int // length of out when it had at most max-1 cells: there the ellipsis fits
	kept   int // SGR sequences kept
	sgr    bool
	styled bool
	full   bool
}

func (c *cleaner) run(s string) string {
	for len(s) > 0 && !c.full {
		if c.cells < c.max {
			if n := c.plain(s); n > 0 {
				s = s[n:]
				continue
			}
		}
		s = s[c.step(s):]
	}
	out := c.out.String()
	if c.full {
		out = out[:c.cut] + ellipsis
	}
	if c.styled {
		out += reset
	}
	return out
}

// plain puts the run of printable ASCII that s begins with, without its last
// character, which a mark may follow.
func (c *cleaner) plain(s string) int {
	room := c.max - c.cells
	n := printable(s, room)
	if n < len(s) && n < room && s[n] >= utf8.RuneSelf {
		n--
	}
	// The last cell is left to step, which knows whether anything follows it.
	if n == room {
		n--
	}
	if n <= 0 {
		return 0
	}
	c.put(s[:n], n)
	return n
}

// step consumes at least one byte of s, which is not empty.
func (c *cleaner) step(s string) int {
	b := s[0]
	switch {
	case b >= 0x20 && b < 0x7f && (len(s) == 1 || s[1] < utf8.RuneSelf):
		c.put(s[:1], 1)
		return 1
	case b == '\t':
		n := tabStop - c.cells%tabStop
		c.put("        "[:n], n)
		return 1
	case b == 0x1b && c.sgr:
		return c.escape(s)
	case b < 0x20:
		c.put(string(rune(0x2400+int(b))), 1)
		return 1
	case b == 0x7f:
		c.put("␡", 1)
		return 1
	}
	return c.character(s)
}

// put adds text of known width, or notes that the line is full. Text wider than
// what is left is dropped as a whole.
func (c *cleaner) put(text string, cells int) {
	if c.cells+cells > c.max {
		c.full = true
		return
	}
	c.out.WriteString(text)
	c.cells += cells
	if c.cells < c.max {
		c.cut = c.out.Len()
	}
}

// visible puts a character that must not be drawn as "<U+XXXX>".
func (c *cleaner) visible(r rune) {
	const digits = "0123456789ABCDEF"
	buf := append(make([]byte, 0, 10), "<U+"...)
	started := false
	for shift := 20; shift >= 0; shift -= 4 {
		d := r >> shift & 0xf
		started = started || d != 0 || shift <= 12
		if started {
			buf = append(buf, digits[d])
		}
	}
	buf = append(buf, '>')
	c.put(string(buf), len(buf))
}

// character puts the first user-perceived character of s and returns how many
// bytes it took.
func (c *cleaner) character(s string) int {
	base, n := utf8.DecodeRuneInString(s)
	switch {
	case base == utf8.RuneError && n <= 1:
		c.put("�", 1)
		return 1
	case hidden(base) || variation(base):
		c.visible(base)
		return n
	case unicode.In(base, unicode.Mn, unicode.Me):
		// A mark without a base would change what is drawn before it.
		c.cluster("◌" + s[:n])
		return n
	}
	text, n := reduce(s)
	c.cluster(text)
	return n
}

// cluster puts text that is one character, in a spelling that terminals measure
// alike where there is one.
func (c *cleaner) cluster(text string) {
	g, wc := widths(text)
	if g != wc {
		text = agree(text)
		g, wc = widths(text)
	}
	cells := max(g, wc)
	if r, n := utf8.DecodeRuneInString(text); n == len(text) && (g != wc || cells == 0) {
		c.visible(r)
		return
	}
	c.put(text, max(cells, 1))
}

// agree respells a character of which terminals disagree how wide it is: jamo
// are composed (Unicode §3.12), Thai and Lao AM is taken apart into the mark and
// the letter that it stands for.
func agree(text string) string {
	text = norm.NFC.String(text)
	text = strings.ReplaceAll(text, "\u0e33", "\u0e4d\u0e32")
	return strings.ReplaceAll(text, "\u0eb3", "\u0ecd\u0eb2")
}

// reduce returns the first character of s as far as it may be drawn, and how many
// bytes it stands for. Emoji lose their variations (presentation, skin, families):
// with them they take 1, 2 or 8 cells depending on the terminal.
func reduce(s string) (text string, n int) {
	end := characterEnd(s)
	first, size := utf8.DecodeRuneInString(s)
	if end == size {
		return s[:size], size
	}
	keep := make([]byte, 0, 32)
	keep = append(keep, s[:size]...)
	markCount := 0
	for i := size; i < end; {
		r, w := utf8.DecodeRuneInString(s[i:])
		switch {
		case variation(r) || skin(r) || (r == 0x20e3 && first < utf8.RuneSelf):
		case r == 0x200d && pictographic(first):
			return string(keep), end
		case hidden(r) || (r == utf8.RuneError && w == 1):
			return string(keep), i
		case unicode.In(r, unicode.Mn, unicode.Me):
			if markCount++; markCount <= maxMarks {
				keep = append(keep, s[i:i+w]...)
			}
		default:
			keep = append(keep, s[i:i+w]...)
		}
		i += w
	}
	if markCount > maxMarks {
		end += marksLength(s[end:])
	}
	return string(keep), end
}

// marksLength is the length of the marks that s begins with.
func marksLength(s string) int {
	for i, r := range s {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			return i
		}
	}
	return len(s)
}

// hidden says whether r draws nothing of its own: controls, format characters
// such as direction overrides and joiners, line separators, fillers, and what
// Unicode has not assigned.
func hidden(r rune) bool {
	switch r {
	case 0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x3164, 0xffa0:
		return true
	}
	return !unicode.IsGraphic(r) && !unicode.Is(unicode.Co, r)
}

// variation says whether r is a variation selector.
func variation(r rune) bool {
	return r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0100 && r <= 0xe01ef || r >= 0x180b && r <= 0x180f
}

// skin says whether r is an emoji's skin tone when it follows one.
func skin(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// pictographic says whether a joiner after r makes a family of emoji.
func pictographic(r rune) bool {
	return r >= 0x1f000 || r >= 0x2190 && r <= 0x2bff || r == 0xa9 || r == 0xae || r >= 0x3030 && r <= 0x3299
}
