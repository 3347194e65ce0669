package themes

import (
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
)

// rgb is a colour with the bit known set, so that the zero value is "the
// terminal's own".
type rgb uint32

const known rgb = 1 << 24

// hex makes a colour of 0xRRGGBB.
func hex(v uint32) rgb { return rgb(v&0xffffff) | known }

func (c rgb) parts() (r, g, b uint8) { return uint8(c >> 16), uint8(c >> 8), uint8(c) }

func (c rgb) color() color.Color {
	if c&known == 0 {
		return nil
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
	p = appendColor(p, "38;2;", s.fg)
	p = appendColor(p, "48;2;", s.bg)
	if s.line&known != 0 {
		r, g, b := s.line.parts()
		p = append(p, fmt.Sprintf("58:2::%d:%d:%d", r, g, b))
	}
	if len(p) == 0 {
		return ""
	}
	return "\x1b[" + strings.Join(p, ";") + "m"
}

func appendColor(p []string, prefix string, c rgb) []string {
	if c&known == 0 {
		return p
	}
	r, g, b := c.parts()
	return append(p, prefix+strconv.Itoa(int(r))+";"+strconv.Itoa(int(g))+";"+strconv.Itoa(int(b)))
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
