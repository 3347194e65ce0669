package vt

import (
	"fmt"
	"strconv"
	"strings"
)

// dynamicColors are the colours that the program changed.
type dynamicColors struct {
	palette map[uint8]Color
	set     [10]Color // of OSC 10 to 19; default where unchanged
}

// The places in dynamicColors.set that matter here.
const (
	dynForeground = 0
	dynBackground = 1
	dynCursor     = 2
)

// PaletteRGB returns the parts of colour i of xterm's palette.
func PaletteRGB(i uint8) (r, g, b uint8) {
	switch {
	case i < 16:
		c := ansiColors[i]
		return uint8(c >> 16), uint8(c >> 8), uint8(c)
	case i < 232:
		i -= 16
		return cubeLevel(i / 36), cubeLevel(i / 6 % 6), cubeLevel(i % 6)
	default:
		v := 8 + 10*(i-232)
		return v, v, v
	}
}

// ansiColors are the first 16 colours of xterm's palette.
var ansiColors = [16]uint32{
	0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5,
	0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
}

func cubeLevel(i uint8) uint8 {
	if i == 0 {
		return 0
	}
	return 55 + 40*i
}

// oscPalette is OSC 4: pairs of an index and a colour, or "?" to ask.
func (t *Terminal) oscPalette(s string) {
	changed := false
	for s != "" {
		var index, spec string
		index, s, _ = strings.Cut(s, ";")
		spec, s, _ = strings.Cut(s, ";")
		i, err := strconv.ParseUint(index, 10, 8)
		if err != nil {
			continue
		}
		if spec == "?" {
			t.replyf("\x1b]4;%d;%s\x1b\\", i, t.paletteSpec(uint8(i)))
			continue
		}
		if c, ok := parseColor(spec); ok {
			if t.colors.palette == nil {
				t.colors.palette = make(map[uint8]Color)
			}
			t.colors.palette[uint8(i)] = c
			changed = true
		}
	}
	if changed {
		t.redraw()
	}
}

func (t *Terminal) paletteSpec(i uint8) string {
	if c, ok := t.colors.palette[i]; ok {
		return colorSpec(c)
	}
	return colorSpec(RGBColor(PaletteRGB(i)))
}

// resetPalette is OSC 104: all colours, or those named.
func (t *Terminal) resetPalette(s string) {
	if len(t.colors.palette) == 0 {
		return
	}
	if s == "" {
		t.colors.palette = nil
	}
	for _, index := range strings.Split(s, ";") {
		if i, err := strconv.ParseUint(index, 10, 8); err == nil {
			delete(t.colors.palette, uint8(i))
		}
	}
	t.redraw()
}

// oscDynamic is OSC 10 to 19: each further value is for the next number.
func (t *Terminal) oscDynamic(n int, s string) {
	for _, spec := range strings.Split(s, ";") {
		if n > 19 {
			return
		}
		if spec == "?" {
			t.reportDynamic(n)
		} else if c, ok := parseColor(spec); ok {
			t.setDynamic(n, c)
		}
		n++
	}
}

// setDynamic changes a colour; the default colour takes the change back.
func (t *Terminal) setDynamic(n int, c Color) {
	if t.colors.set[n-10] == c {
		return
	}
	t.colors.set[n-10] = c
	if n-10 == dynForeground || n-10 == dynBackground {
		t.redraw()
	}
}

// SetDefaultColors changes what programs are told that the default colours are
// (OSC 10 and 11), as [Options] gave them at first. What is drawn is the same. A
// program that asked for it (mode 2031) is told whether the background is dark,
// by a reply for [Terminal.TakeReplies].
func (t *Terminal) SetDefaultColors(foreground, background Color) {
	changed := background != t.opts.Background
	t.opts.Foreground, t.opts.Background = foreground, background
	if changed && t.modes.schemeUpdates {
		t.colorScheme()
	}
}

func (t *Terminal) reportDynamic(n int) {
	c := t.colors.set[n-10]
	if c.IsDefault() {
		switch n - 10 {
		case dynForeground:
			c = t.opts.Foreground
		case dynBackground:
			c = t.opts.Background
		case dynCursor:
			c = t.opts.Cursor
		}
	}
	if i, ok := c.Index(); ok {
		c = RGBColor(PaletteRGB(i))
	}
	if !c.IsDefault() {
		t.replyf("\x1b]%d;%s\x1b\\", n, colorSpec(c))
	}
}

// colorSpec spells an RGB colour as XParseColor reads it.
func colorSpec(c Color) string {
	r, g, b, _ := c.RGB()
	return fmt.Sprintf("rgb:%02x%02x/%02x%02x/%02x%02x", r, r, g, g, b, b)
}

// parseColor reads the numeric spellings of XParseColor: rgb:r/g/b with one to
// four digits each, and # with three, six, nine or twelve digits. Names of
// colours are not known.
func parseColor(s string) (Color, bool) {
	if rest, ok := strings.CutPrefix(s, "rgb:"); ok {
		parts := strings.Split(rest, "/")
		if len(parts) != 3 {
			return 0, false
		}
		return colorOf(parts[0], parts[1], parts[2], true)
	}
	if rest, ok := strings.CutPrefix(s, "#"); ok && len(rest)%3 == 0 {
		n := len(rest) / 3
		return colorOf(rest[:n], rest[n:2*n], rest[2*n:], false)
	}
	return 0, false
}

// colorOf puts three parts together. Scaled parts stretch from 0 to all ones;
// the others are the leading digits.
func colorOf(r, g, b string, scaled bool) (Color, bool) {
	var parts [3]uint8
	for i, s := range [...]string{r, g, b} {
		v, err := strconv.ParseUint(s, 16, 16)
		if err != nil || len(s) > 4 {
			return 0, false
		}
		bits := 4 * len(s)
		switch {
		case scaled:
			parts[i] = uint8((v*255 + (1<<bits-1)/2) / (1<<bits - 1))
		case bits < 8:
			parts[i] = uint8(v << (8 - bits))
		default:
			parts[i] = uint8(v >> (bits - 8))
		}
	}
	return RGBColor(parts[0], parts[1], parts[2]), true
}
