package themes

import (
	"fmt"
	"math"
)

// Readable is the contrast ratio that text must have at least (WCAG 2.2, success
// criterion 1.4.3).
const Readable = 4.5

// surfaces are the backgrounds that terminals usually have, from the extremes to
// the popular colour schemes in between.
var surfaces = map[bool][]rgb{
	true:  {hex(0x000000), hex(0x0c0c0c), hex(0x1e1e1e), hex(0x282c34), hex(0x2e3440), hex(0x303446), hex(0x002b36)},
	false: {hex(0xffffff), hex(0xfafafa), hex(0xfdf6e3), hex(0xeff1f5), hex(0xf2f0ec), hex(0xeee8d5)},
}

// inks are the text colours that go with them.
var inks = map[bool]rgb{true: hex(0xe4e4e4), false: hex(0x1a1a1a)}

// Weakness is a text that is hard to read.
type Weakness struct {
	What  string  // the role, and the one that it stands on: "ok on selected"
	On    string  // the background, as #rrggbb
	Ratio float64 // the contrast ratio, from 1 to 21
}

// String is a sentence about it.
func (w Weakness) String() string {
	return fmt.Sprintf("%s has a contrast of %.1f:1 on %s, less than %.1f:1", w.What, w.Ratio, w.On, Readable)
}

// Weaknesses are the roles whose contrast is less than least on one of the
// backgrounds that they can stand on, each once with the worst of them: the usual
// backgrounds of terminals of the theme's kind, its own bars, selected and marked
// rows. The terminal's 16 colours are taken as xterm has them by default, on its
// black or white.
func (t Theme) Weaknesses(least float64) []Weakness {
	if t.data == nil {
		return nil
	}
	var out []Weakness
	check := func(s style, what string) {
		worst := Weakness{Ratio: math.Inf(1)}
		for _, surface := range t.surfaces() {
			fg, bg := s.shown(t.ink(), surface)
			if c := contrast(fg, bg); c < worst.Ratio {
				r, g, b := bg.parts()
				worst = Weakness{What: what, On: fmt.Sprintf("#%02x%02x%02x", r, g, b), Ratio: c}
			}
		}
		if worst.Ratio < least {
			out = append(out, worst)
		}
	}
	for r := range roleCount {
		check(t.data.styles[r], r.String())
	}
	for _, base := range bases {
		for r := range roleCount {
			check(t.data.styles[r].over(t.data.styles[base]), r.String()+" on "+base.String())
		}
	}
	return out
}

// surfaces are the backgrounds that the theme must be readable on.
func (t Theme) surfaces() []rgb {
	if t.indexed() {
		return surfaces[t.Dark()][:1]
	}
	return surfaces[t.Dark()]
}

// ink is the terminal's own text colour.
func (t Theme) ink() rgb { return inks[t.Dark()] }

// indexed tells whether the theme has colours of the 16, whose terminal is then
// taken to be xterm.
func (t Theme) indexed() bool {
	for _, s := range t.data.styles {
		if (s.fg|s.bg)&indexed != 0 {
			return true
		}
	}
	return false
}

// shown are the colours that one sees of s on a terminal.
func (s style) shown(ink, surface rgb) (fg, bg rgb) {
	fg, bg = s.fg, s.bg
	if fg&known == 0 {
		fg = ink
	}
	if bg&known == 0 {
		bg = surface
	}
	if s.attr&reverse != 0 {
		return bg, fg
	}
	return fg, bg
}

// luminance is WCAG 2.2's relative luminance, from 0 to 1.
func luminance(c rgb) float64 {
	r, g, b := c.parts()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

// linear is a component of sRGB without its gamma, from 0 to 1.
func linear(v uint8) float64 {
	s := float64(v) / 255
	if s <= 0.04045 {
		return s / 12.92
	}
	return math.Pow((s+0.055)/1.055, 2.4)
}

// contrast is WCAG 2.2's contrast ratio, from 1 to 21.
func contrast(a, b rgb) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}
