package svg

import (
	"fmt"
	"unicode/utf8"
)

// The arms of a box-drawing character: nothing, light, heavy or double.
const (
	armNone = '0' + iota
	armLight
	armHeavy
	armDouble
)

// The directions in which arms go, as they stand in boxes.
const (
	up = iota
	right
	down
	left
)

// boxes holds the arms of U+2500 to U+257F, four for each: up, right, down,
// left. Arcs and diagonals are drawn otherwise.
const boxes = "0101" + "0202" + "1010" + "2020" + "0101" + "0202" + "1010" + "2020" +
	"0101" + "0202" + "1010" + "2020" + "0110" + "0210" + "0120" + "0220" +
	"0011" + "0012" + "0021" + "0022" + "1100" + "1200" + "2100" + "2200" +
	"1001" + "1002" + "2001" + "2002" + "1110" + "1210" + "2110" + "1120" +
	"2120" + "2210" + "1220" + "2220" + "1011" + "1012" + "2011" + "1021" +
	"2021" + "2012" + "1022" + "2022" + "0111" + "0112" + "0211" + "0212" +
	"0121" + "0122" + "0221" + "0222" + "1101" + "1102" + "1201" + "1202" +
	"2101" + "2102" + "2201" + "2202" + "1111" + "1112" + "1211" + "1212" +
	"2111" + "1121" + "2121" + "2112" + "2211" + "1122" + "1221" + "2212" +
	"1222" + "2122" + "2221" + "2222" + "0101" + "0202" + "1010" + "2020" +
	"0303" + "3030" + "0310" + "0130" + "0330" + "0013" + "0031" + "0033" +
	"1300" + "3100" + "3300" + "1003" + "3001" + "3003" + "1310" + "3130" +
	"3330" + "1013" + "3031" + "3033" + "0313" + "0131" + "0333" + "1303" +
	"3101" + "3303" + "1313" + "3131" + "3333" + "0110" + "0011" + "1001" +
	"1100" + "0000" + "0000" + "0000" + "0001" + "1000" + "0100" + "0010" +
	"0002" + "2000" + "0200" + "0020" + "0201" + "1020" + "0102" + "2010"

// quadrants holds the quarters of U+2596 to U+259F that are filled: upper
// left 1, upper right 2, lower left 4, lower right 8.
var quadrants = [...]int{4, 8, 1, 1 | 4 | 8, 1 | 8, 1 | 2 | 4, 1 | 2 | 8, 2, 2 | 4, 2 | 4 | 8}

// glyph draws a character that must meet its neighbours: lines, blocks, braille
// dots. It says whether c is one.
func (d *drawing) glyph(c *cell, x, y int) bool {
	r, n := utf8.DecodeRuneInString(c.text)
	if n == 0 || n < len(c.text) || c.width != 1 {
		return false
	}
	switch {
	case r >= 0x2571 && r <= 0x2573:
		d.diagonal(c.fg, r, x, y)
	case r >= 0x256d && r <= 0x2570:
		d.arc(c.fg, r, x, y)
	case r >= 0x2500 && r <= 0x257f:
		d.box(c.fg, r, x, y)
	case r >= 0x2580 && r <= 0x259f:
		d.block(c, r, x, y)
	case r >= 0x2800 && r <= 0x28ff:
		d.braille(c.fg, r, x, y)
	default:
		return false
	}
	return true
}

func (d *drawing) diagonal(c RGB, r rune, x, y int) {
	if r != 0x2572 {
		d.curves.add(c, fmt.Sprintf("M%d %dl10 -20", x*cellW, (y+1)*cellH))
	}
	if r != 0x2571 {
		d.curves.add(c, fmt.Sprintf("M%d %dl10 20", x*cellW, y*cellH))
	}
}

// arc draws a rounded corner from its vertical to its horizontal end.
func (d *drawing) arc(c RGB, r rune, x, y int) {
	cx, cy := x*cellW+cellW/2, y*cellH+cellH/2
	dx, dy := cellW/2, cellH/2 // to the right, down
	if r == 0x256e || r == 0x256f {
		dx = -dx
	}
	if r == 0x256f || r == 0x2570 {
		dy = -dy
	}
	d.curves.add(c, fmt.Sprintf("M%d %dV%dQ%d %d %d %d", cx, cy+dy, cy+dy/2, cx, cy, cx+dx, cy))
}

// dashes is into how many dashes a line is broken, 1 for a whole one.
func dashes(r rune) int {
	switch {
	case r >= 0x2504 && r <= 0x2507:
		return 3
	case r >= 0x2508 && r <= 0x250b:
		return 4
	case r >= 0x254c && r <= 0x254f:
		return 2
	}
	return 1
}

// box draws lines from the middle of the cell to its edges.
func (d *drawing) box(c RGB, r rune, x, y int) {
	arms := boxes[4*(r-0x2500) : 4*(r-0x2500)+4]
	cx, cy := (x*cellW+cellW/2)*unit, (y*cellH+cellH/2)*unit
	if n := dashes(r); n > 1 {
		d.dashed(c, arms, n, x, y)
		return
	}
	// Left before right and up before down, so that what meets is merged.
	for _, dir := range [...]int{left, right, up, down} {
		for _, l := range armLines(arms, dir) {
			from, to := l.start, cellW*unit/2
			if dir == up || dir == down {
				to = cellH * unit / 2
			}
			if dir == up || dir == left {
				from, to = -to, -from
			}
			if dir == up || dir == down {
				d.fore.add(c, cx+l.side-l.thick/2, cy+from, l.thick, to-from)
			} else {
				d.fore.add(c, cx+from, cy+l.side-l.thick/2, to-from, l.thick)
			}
		}
	}
}

// armLine is a line of an arm in parts of a unit: where it begins before or
// after the middle, how far beside it lies, and how thick it is.
type armLine struct{ start, side, thick int }

// The thickness of lines, and how far beside the middle the two of a double
// one lie, in parts of a unit.
const (
	lightLine  = 12
	heavyLine  = 24
	doubleLine = 8
	doubleGap  = 16
)

// armLines returns the lines of the arm that goes in direction dir. Where they
// begin depends on what they meet: they close corners, and leave the inside of
// double lines open.
func armLines(arms string, dir int) []armLine {
	before, after := arms[up], arms[down] // the arms to either side
	if dir == up || dir == down {
		before, after = arms[left], arms[right]
	}
	opposite := arms[(dir+2)%4]
	switch arms[dir] {
	case armNone:
		return nil
	case armDouble:
		return []armLine{
			{doubleStart(before, after), -doubleGap, doubleLine},
			{doubleStart(after, before), doubleGap, doubleLine},
		}
	}
	thick := lightLine
	if arms[dir] == armHeavy {
		thick = heavyLine
	}
	start := 0
	switch {
	case before == armDouble && after == armDouble && opposite == armNone:
		start = doubleGap
	case (before == armDouble || after == armDouble) && opposite == armNone:
		start = -doubleGap - doubleLine/2
	case opposite == armNone && (before == armHeavy || after == armHeavy):
		start = -heavyLine / 2
	case opposite == armNone && (before != armNone || after != armNone):
		start = -lightLine / 2
	}
	return []armLine{{start, 0, thick}}
}

// doubleStart is where one of the lines of a double arm begins: near is the arm
// on its own side, far that on the other.
func doubleStart(near, far byte) int {
	switch {
	case near == armDouble:
		return doubleGap - doubleLine/2
	case near == armNone && far == armDouble:
		return -doubleGap - doubleLine/2
	case near == armNone && far != armNone:
		return -lightLine / 2
	}
	return 0
}

func (d *drawing) dashed(c RGB, arms string, n, x, y int) {
	thick := lightLine
	if arms[left] == armHeavy || arms[up] == armHeavy {
		thick = heavyLine
	}
	for i := range n {
		if arms[left] != armNone {
			step := cellW * unit / n
			d.fore.add(c, x*cellW*unit+i*step+step/6, (y*cellH+cellH/2)*unit-thick/2, step*2/3, thick)
		} else {
			step := cellH * unit / n
			d.fore.add(c, (x*cellW+cellW/2)*unit-thick/2, y*cellH*unit+i*step+step/6, thick, step*2/3)
		}
	}
}

// block draws U+2580 to U+259F.
func (d *drawing) block(c *cell, r rune, x, y int) {
	const w, h = cellW * unit, cellH * unit
	l, t := x*w, y*h
	switch {
	case r == 0x2580:
		d.fore.add(c.fg, l, t, w, h/2)
	case r <= 0x2588:
		n := int(r-0x2580) * h / 8
		d.fore.add(c.fg, l, t+h-n, w, n)
	case r <= 0x258f:
		d.fore.add(c.fg, l, t, int(0x2590-r)*w/8, h)
	case r == 0x2590:
		d.fore.add(c.fg, l+w/2, t, w/2, h)
	case r <= 0x2593:
		d.fore.add(c.bg.mix(c.fg, 25*int(r-0x2590)), l, t, w, h)
	case r == 0x2594:
		d.fore.add(c.fg, l, t, w, h/8)
	case r == 0x2595:
		d.fore.add(c.fg, l+w-w/8, t, w/8, h)
	default:
		for i := range 4 {
			if quadrants[r-0x2596]&(1<<i) != 0 {
				d.fore.add(c.fg, l+i%2*w/2, t+i/2*h/2, w/2, h/2)
			}
		}
	}
}

// braille draws the dots of U+2800 to U+28FF.
func (d *drawing) braille(c RGB, r rune, x, y int) {
	for i := range 8 {
		if r&(1<<i) == 0 {
			continue
		}
		col, row := i/3, i%3
		if i >= 6 {
			col, row = i-6, 3
		}
		d.fore.add(c, (x*cellW+1+5*col)*unit+unit/2, (y*cellH+1+5*row)*unit+unit/2, 2*unit, 2*unit)
	}
}
