package svg

import (
	"bytes"
	"fmt"
	"strconv"

	"podium/termbridge/vt"
)

// unit is how many parts the picture's unit has in shapes: whole numbers add up
// exactly, so that neighbours can be merged.
const unit = 8

// rect is a rectangle in parts of a unit.
type rect struct{ x, y, w, h int }

// shapes are rectangles by colour, colours in the order of their first use.
type shapes struct {
	order []RGB
	of    map[RGB]*rects
}

// rects are rectangles of one colour. Those of a row are merged as they come,
// rows when all are known.
type rects struct{ all []rect }

func (s *shapes) add(c RGB, x, y, w, h int) {
	if s.of == nil {
		s.of = map[RGB]*rects{}
	}
	r := s.of[c]
	if r == nil {
		r = &rects{}
		s.of[c] = r
		s.order = append(s.order, c)
	}
	if n := len(r.all); n > 0 {
		if last := &r.all[n-1]; last.y == y && last.h == h && last.x+last.w == x {
			last.w += w
			return
		}
	}
	r.all = append(r.all, rect{x, y, w, h})
}

// merge joins rectangles that lie exactly below one another.
func (r *rects) merge() []rect {
	type edge struct{ x, w, bottom int }
	above := map[edge]int{}
	var out []rect
	for _, a := range r.all {
		key := edge{a.x, a.w, a.y}
		i, ok := above[key]
		if ok {
			delete(above, key)
			out[i].h += a.h
		} else {
			i = len(out)
			out = append(out, a)
		}
		above[edge{a.x, a.w, out[i].y + out[i].h}] = i
	}
	return out
}

// write writes one path per colour. Crisp edges keep neighbouring backgrounds
// from showing a seam.
func (s *shapes) write(b *bytes.Buffer, crisp bool) {
	for _, c := range s.order {
		fmt.Fprintf(b, `<path fill="%s"`, c)
		if crisp {
			b.WriteString(` shape-rendering="crispEdges"`)
		}
		b.WriteString(` d="`)
		for _, r := range s.of[c].merge() {
			fmt.Fprintf(b, "M%s %sh%sv%sh-%sz", parts(r.x), parts(r.y), parts(r.w), parts(r.h), parts(r.w))
		}
		b.WriteString("\"/>\n")
	}
}

// parts spells parts of a unit as a number of units.
func parts(n int) string {
	return strconv.FormatFloat(float64(n)/unit, 'f', -1, 64)
}

// strokes are curves by colour.
type strokes struct {
	order []RGB
	of    map[RGB]*bytes.Buffer
}

func (s *strokes) add(c RGB, path string) {
	if s.of == nil {
		s.of = map[RGB]*bytes.Buffer{}
	}
	if s.of[c] == nil {
		s.of[c] = &bytes.Buffer{}
		s.order = append(s.order, c)
	}
	s.of[c].WriteString(path)
}

func (s *strokes) write(b *bytes.Buffer) {
	for _, c := range s.order {
		fmt.Fprintf(b, `<path fill="none" stroke="%s" stroke-width="1.5" d="%s"/>`+"\n", c, s.of[c].Bytes())
	}
}

// decorate draws the lines along the text of a cell.
func (d *drawing) decorate(c *cell, x, y int) {
	left, top := x*cellW*unit, y*cellH*unit
	line := func(color RGB, at int) { d.fore.add(color, left, top+at*unit, cellW*unit, 5*unit/4) }
	if c.attrs&vt.AttrStrike != 0 {
		line(c.fg, 10)
	}
	if c.attrs&vt.AttrOverline != 0 {
		line(c.fg, 0)
	}
	switch c.underline {
	case vt.UnderlineSingle:
		line(c.line, 17)
	case vt.UnderlineDouble:
		line(c.line, 16)
		line(c.line, 18)
	case vt.UnderlineCurly:
		d.curves.add(c.line, fmt.Sprintf("M%d %dq2.5 -3 5 0t5 0", x*cellW, y*cellH+18))
	case vt.UnderlineDotted:
		for i := range 4 {
			d.fore.add(c.line, left+i*cellW*unit/4, top+17*unit, 3*unit/2, 3*unit/2)
		}
	case vt.UnderlineDashed:
		for i := range 2 {
			d.fore.add(c.line, left+i*cellW*unit/2, top+17*unit, 3*unit, 5*unit/4)
		}
	}
}
