package svg

import (
	"fmt"

	"podium/termbridge/vt"
)

// RGB is a colour as 0xRRGGBB; higher bits are ignored.
type RGB uint32

// String is the colour as SVG and CSS spell it.
func (c RGB) String() string {
	n := uint32(c & 0xffffff)
	if n>>4&0x0f0f0f == n&0x0f0f0f {
		return fmt.Sprintf("#%x%x%x", n>>16&15, n>>8&15, n&15)
	}
	return fmt.Sprintf("#%06x", n)
}

// Parts returns red, green and blue.
func (c RGB) Parts() (r, g, b uint8) { return uint8(c >> 16), uint8(c >> 8), uint8(c) }

// mix goes percent of the way from c to other.
func (c RGB) mix(other RGB, percent int) RGB {
	var out RGB
	for shift := 0; shift <= 16; shift += 8 {
		from, to := int(c>>shift&255), int(other>>shift&255)
		out |= RGB(from+(to-from)*percent/100) << shift
	}
	return out
}

// Palette holds the colours that a screen leaves to its terminal.
type Palette struct {
	Foreground, Background, Cursor RGB
	// Colors are the first sixteen of the palette; the others are xterm's.
	Colors [16]RGB
}

// Dark is a palette for light text on dark.
func Dark() *Palette {
	return &Palette{
		Foreground: 0xd8dbe6, Background: 0x161922, Cursor: 0xd8dbe6,
		Colors: [16]RGB{
			0x2a2e3b, 0xf07178, 0x8fd08a, 0xe6c36e, 0x7fb2f5, 0xc79bf0, 0x6fcfd6, 0xc3c8d6,
			0x6a7085, 0xff9196, 0xa9e6a3, 0xf7da91, 0xa3cbff, 0xdcb9ff, 0x95e6ec, 0xffffff,
		},
	}
}

// Light is a palette for dark text on light. Its colours lie midway between
// black and the background, since programs write in them and on them.
func Light() *Palette {
	return &Palette{
		Foreground: 0x22252e, Background: 0xfcfcfa, Cursor: 0x22252e,
		Colors: [16]RGB{
			0x14161b, 0xc93a45, 0x2a8c44, 0x9a6b00, 0x2f74d0, 0x9a55c4, 0x0f8593, 0x9a9ea9,
			0x646977, 0xd9515b, 0x359a50, 0xa87600, 0x4184dc, 0xa866d0, 0x1b93a1, 0xdfe1e6,
		},
	}
}

// color resolves c; def is what the default colour means.
func (p *Palette) color(c vt.Color, def RGB) RGB {
	if r, g, b, ok := c.RGB(); ok {
		return RGB(r)<<16 | RGB(g)<<8 | RGB(b)
	}
	i, ok := c.Index()
	switch {
	case !ok:
		return def
	case i < 16:
		return p.Colors[i] & 0xffffff
	}
	r, g, b := vt.PaletteRGB(i)
	return RGB(r)<<16 | RGB(g)<<8 | RGB(b)
}
