package themes

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
)

// rgb is a colour with the bit known set, so that the zero value is "the
// terminal's own". With the bit indexed it is one of the terminal's 16 colours.
type rgb uint32

const (
	known   rgb = 1 << 24
	indexed rgb = 1 << 25
)

// hex makes a colour of 0xRRGGBB.
func hex(v uint32) rgb { return rgb(v&0xffffff) | known }

// The terminal's 16 colours, as ECMA-48 and aixterm number them.
const (
	black = iota
	red
	green
	yellow
	blue
	magenta
	cyan
	white
	brightBlack
	brightRed
	brightGreen
	brightYellow
	brightBlue
	brightMagenta
	brightCyan
	brightWhite
)

// ansi makes a colour of the number of one of the 16.
func ansi(n uint32) rgb { return rgb(n&15) | known | indexed }

// xterm are the 16 colours as xterm has them by default (its XTerm-col.ad).
var xterm = [16]uint32{
	0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
	0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
}

// parts are the components; of one of the 16 colours, as xterm has it.
func (c rgb) parts() (r, g, b uint8) {
	if c&indexed != 0 {
		c = rgb(xterm[c&15])
	}
	return uint8(c >> 16), uint8(c >> 8), uint8(c)
}

func (c rgb) color() color.Color {
	switch {
	case c&known == 0:
		return nil
	case c&indexed != 0:
		return lipgloss.ANSIColor(c & 15)
	}
	r, g, b := c.parts()
	return color.RGBA{R: r, G: g, B: b, A: 0xff}
}

// attr is a set of SGR attributes.
type attr uint8

const (
	bold attr = 1 << iota
	faint
	italic
	underline
	curly
	reverse
)

// style is the look of one role.
type style struct {
	fg, bg, line rgb // line is the colour of the underline
	attr         attr
}

// sgr returns the sequence that begins the style, "" where nothing is set. Colon
// forms are used for underlines only, where no other spelling exists.
func (s style) sgr() string {
	var p []string
	for i, code := range [...]string{"1", "2", "3", "4", "4:3", "7"} {
		if s.attr&(1<<i) != 0 {
			p = append(p, code)
		}
	}
	p = appendColor(p, 30, s.fg)
	p = appendColor(p, 40, s.bg)
	if s.line&known != 0 {
		r, g, b := s.line.parts()
		p = append(p, fmt.Sprintf("58:2::%d:%d:%d", r, g, b))
	}
	if len(p) == 0 {
		return ""
	}
	return "\x1b[" + strings.Join(p, ";") + "m"
}

// appendColor appends the parameters of a colour; base is 30 for the foreground and
// 40 for the background.
func appendColor(p []string, base int, c rgb) []string {
	switch n := int(c & 15); {
	case c&known == 0:
		return p
	case c&indexed != 0 && n < 8:
		return append(p, strconv.Itoa(base+n))
	case c&indexed != 0:
		return append(p, strconv.Itoa(base+60+n-8))
	}
	r, g, b := c.parts()
	return append(p, strconv.Itoa(base+8)+";2;"+strconv.Itoa(int(r))+";"+strconv.Itoa(int(g))+";"+strconv.Itoa(int(b)))
}

// over returns s as it looks drawn on top of base: what s leaves open is filled
// from base, attributes add up.
func (s style) over(base style) style {
	if s.bg&known == 0 {
		s.bg = base.bg
	}
	if s.fg&known == 0 {
		s.fg = base.fg
	}
	if s.line&known == 0 {
		s.line = base.line
	}
	s.attr |= base.attr
	return s
}

func (s style) lipgloss() lipgloss.Style {
	st := lipgloss.NewStyle()
	if c := s.fg.color(); c != nil {
		st = st.Foreground(c)
	}
	if c := s.bg.color(); c != nil {
		st = st.Background(c)
	}
	if s.attr&bold != 0 {
		st = st.Bold(true)
	}
	if s.attr&faint != 0 {
		st = st.Faint(true)
	}
	if s.attr&italic != 0 {
		st = st.Italic(true)
	}
	if s.attr&(underline|curly) != 0 {
		st = st.Underline(true)
	}
	if s.attr&reverse != 0 {
		st = st.Reverse(true)
	}
	return st
}
