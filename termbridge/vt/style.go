package vt

import "strconv"

// Color is a colour of a cell: the default, one of the palette's 256, or RGB.
// The zero value is the default colour. It is comparable.
type Color uint32

const (
	colorIndexed Color = 1 << 24
	colorRGB     Color = 2 << 24
)

// IndexColor is colour i of the palette.
func IndexColor(i uint8) Color { return colorIndexed | Color(i) }

// RGBColor is a colour by its parts.
func RGBColor(r, g, b uint8) Color {
	return colorRGB | Color(r)<<16 | Color(g)<<8 | Color(b)
}

// IsDefault says whether c is the default colour.
func (c Color) IsDefault() bool { return c>>24 == 0 }

// Index returns the palette index of c, if it is a palette colour.
func (c Color) Index() (uint8, bool) { return uint8(c), c>>24 == colorIndexed>>24 }

// RGB returns the parts of c, if it is an RGB colour. For a palette colour see
// [PaletteRGB].
func (c Color) RGB() (r, g, b uint8, ok bool) {
	return uint8(c >> 16), uint8(c >> 8), uint8(c), c>>24 == colorRGB>>24
}

// Attr is a set of attributes of a cell (SGR).
type Attr uint16

// The attributes, by the SGR parameter that sets them.
const (
	AttrBold       Attr = 1 << iota // 1
	AttrFaint                       // 2
	AttrItalic                      // 3
	AttrBlink                       // 5
	AttrRapidBlink                  // 6
	AttrReverse                     // 7
	AttrConceal                     // 8
	AttrStrike                      // 9
	AttrOverline                    // 53
)

// Underline is the way a cell is underlined (SGR 4:n).
type Underline uint8

// The underlines.
const (
	UnderlineNone Underline = iota
	UnderlineSingle
	UnderlineDouble
	UnderlineCurly
	UnderlineDotted
	UnderlineDashed
)

// Style is how a cell is drawn. It is comparable; the zero value is plain text.
type Style struct {
	Foreground, Background, UnderlineColor Color
	Attrs                                  Attr
	Underline                              Underline
}

// style is a Style with the hyperlink, as an id in the terminal's link table.
type style struct {
	Style
	link uint32
}

// styleEntry is an interned style and, once it was needed, the sequence that
// selects it.
type styleEntry struct {
	style
	epoch uint32 // of Terminal.drawEpoch, when sgr was made
	sgr   string
}

// styleTable gives each style in use a small number. Numbers live until the
// next sweep of the terminal; 0 is always the plain style.
type styleTable struct {
	entries []styleEntry
	index   map[style]uint32
	cache   [256]uint32 // a direct-mapped front of index
	limit   int         // sweep before growing beyond
}

const (
	styleLimitMin = 1024
	styleLimitMax = styleMask
)

func newStyleTable() styleTable {
	return styleTable{
		entries: make([]styleEntry, 1, 64),
		index:   map[style]uint32{{}: 0},
		limit:   styleLimitMin,
	}
}

func (s *style) hash() uint32 {
	h := uint32(s.Foreground)*0x9E3779B1 ^ uint32(s.Background)*0x85EBCA6B ^
		uint32(s.UnderlineColor)*0xC2B2AE35 ^ s.link*0x165667B1 ^
		(uint32(s.Attrs)|uint32(s.Underline)<<16)*0x27D4EB2F
	return (h ^ h>>15) * 0x2C1B3C6D >> 24
}

// lookup returns the id of s if it has one.
func (st *styleTable) lookup(s *style) (uint32, bool) {
	slot := &st.cache[s.hash()]
	if id := *slot; int(id) < len(st.entries) && st.entries[id].style == *s {
		return id, true
	}
	id, ok := st.index[*s]
	if ok {
		*slot = id
	}
	return id, ok
}

func (st *styleTable) add(s *style) uint32 {
	id := uint32(len(st.entries))
	st.entries = append(st.entries, styleEntry{style: *s})
	st.index[*s] = id
	st.cache[s.hash()] = id
	return id
}

// internStyle returns the id of s, sweeping when the table is full. Should every
// style be in use even then, which takes a million of them, s is drawn plain.
func (t *Terminal) internStyle(s *style) uint32 {
	if id, ok := t.styles.lookup(s); ok {
		return id
	}
	if len(t.styles.entries) >= t.styles.limit {
		l, sweeps := t.links.links[s.link], t.sweeps
		if t.sweepFor(); t.sweeps != sweeps {
			s.link = t.internLink(l) // it has another number now
		}
		if len(t.styles.entries) >= styleLimitMax {
			t.sweepPaused = sweepPause
			return 0
		}
	}
	return t.styles.add(s)
}

// penAttr returns the upper half of a cell printed now, of width 1.
func (t *Terminal) penAttr() cell {
	if t.penStale {
		t.internPen()
	}
	return t.penCell
}

// blankCell returns the cell that erasing leaves: the pen's background and
// nothing else ("background colour erase").
func (t *Terminal) blankCell() cell {
	if t.penStale {
		t.internPen()
	}
	return t.blank
}

func (t *Terminal) internPen() {
	id := t.internStyle(&t.pen)
	gen := t.sweeps
	blankID := uint32(0)
	if !t.pen.Background.IsDefault() {
		blankID = t.internStyle(&style{Style: Style{Background: t.pen.Background}})
		if gen != t.sweeps { // the sweep may have taken the id just made
			id = t.internStyle(&t.pen)
		}
	}
	t.penCell = cell(id|width1) << 32
	if t.protect {
		t.penCell |= protectedBit << 32
	}
	t.blank = cell(blankID|width1) << 32
	t.penStale = false
}

// appendColor appends the SGR parameters of c; base is 38, 48 or 58.
func appendColor(b []byte, c Color, base int) []byte {
	if i, ok := c.Index(); ok {
		switch {
		case base == 58:
		case i < 8:
			return strconv.AppendInt(append(b, ';'), int64(base-8)+int64(i), 10)
		case i < 16:
			return strconv.AppendInt(append(b, ';'), int64(base+52)+int64(i-8), 10)
		}
		b = strconv.AppendInt(append(b, ';'), int64(base), 10)
		b = append(b, sep(base), '5', sep(base))
		return strconv.AppendInt(b, int64(i), 10)
	}
	r, g, bl, ok := c.RGB()
	if !ok {
		return b
	}
	b = strconv.AppendInt(append(b, ';'), int64(base), 10)
	b = append(b, sep(base), '2', sep(base))
	if base == 58 {
		b = append(b, ':')
	}
	b = strconv.AppendInt(b, int64(r), 10)
	b = strconv.AppendInt(append(b, sep(base)), int64(g), 10)
	return strconv.AppendInt(append(b, sep(base)), int64(bl), 10)
}

// sep is the separator within a colour: semicolons are understood everywhere,
// but underline colours came with colons and a terminal that does not know
// them must be able to skip them whole.
func sep(base int) byte {
	if base == 58 {
		return ':'
	}
	return ';'
}

// attrParams are the SGR parameters of the attributes in the order of their bits.
var attrParams = [...]string{";1", ";2", ";3", ";5", ";6", ";7", ";8", ";9", ";53"}

// appendSGR appends the sequence that selects s from any state.
func appendSGR(b []byte, s Style) []byte {
	if s == (Style{}) {
		return append(b, "\x1b[m"...)
	}
	b = append(b, "\x1b[0"...)
	for i, p := range attrParams {
		if s.Attrs&(1<<i) != 0 {
			b = append(b, p...)
		}
	}
	switch s.Underline {
	case UnderlineNone:
	case UnderlineSingle:
		b = append(b, ";4"...)
	default:
		b = append(b, ";4:"...)
		b = append(b, '0'+byte(s.Underline))
	}
	b = appendColor(b, s.Foreground, 38)
	b = appendColor(b, s.Background, 48)
	b = appendColor(b, s.UnderlineColor, 58)
	return append(b, 'm')
}
