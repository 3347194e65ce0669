package terminal

import (
	"strings"

	"podium/termbridge/vt"
	"podium/themes"
)

// painter draws over lines that the emulator has drawn: text with SGR sequences,
// each of which says everything about the style, and hyperlinks.
type painter struct {
	theme themes.Theme
	width vt.WidthMethod
	cols  int
	roles []themes.Role // of each cell, plain when it is Text
}

// over gives the cells of the spans the look of their roles. What they hold
// stays; later spans win.
func (p *painter) over(line string, spans []span) string {
	if len(spans) == 0 {
		return line
	}
	if cap(p.roles) < p.cols {
		p.roles = make([]themes.Role, p.cols)
	}
	p.roles = p.roles[:p.cols]
	clear(p.roles)
	for _, s := range spans {
		for x := max(s.from, 0); x <= min(s.to, p.cols-1); x++ {
			p.roles[x] = s.role
		}
	}
	var out strings.Builder
	out.Grow(len(line) + 64)
	style, now := "", themes.Text
	p.walk(line, func(piece string, x, cells int) bool {
		switch {
		case cells < 0 && isSGR(piece):
			style = piece
			if now == themes.Text {
				out.WriteString(piece)
			}
			return true
		case cells < 0:
			out.WriteString(piece) // a hyperlink stays one
			return true
		}
		role := themes.Text
		if x < len(p.roles) {
			role = p.roles[x]
		}
		if role != now {
			out.WriteString(plainSGR)
			if role == themes.Text {
				out.WriteString(style)
			} else {
				out.WriteString(p.theme.Open(role))
			}
			now = role
		}
		out.WriteString(piece)
		return true
	})
	if now != themes.Text {
		out.WriteString(plainSGR)
	}
	return out.String()
}

const plainSGR = "\x1b[m"

func isSGR(seq string) bool { return strings.HasPrefix(seq, "\x1b[") }

// cut is the first n cells of a line, filled up with blanks, nothing switched on
// at the end.
func (p *painter) cut(line string, n int) string {
	end, at, link := len(line), 0, false
	offset := 0
	p.walk(line, func(piece string, x, cells int) bool {
		if cells < 0 {
			offset += len(piece)
			link = link || !isSGR(piece)
			return true
		}
		if x+cells > n {
			end = offset
			return false
		}
		at = x + cells
		offset += len(piece)
		return true
	})
	out := line[:end] + plainSGR
	if link {
		out += "\x1b]8;;\x1b\\"
	}
	return out + strings.Repeat(" ", max(n-at, 0))
}

// walk takes a drawn line apart: f gets each character with its cell and width,
// and each control sequence with a width of -1, until it returns false.
func (p *painter) walk(line string, f func(piece string, x, cells int) bool) {
	x := 0
	for len(line) > 0 {
		if line[0] == 0x1b {
			n := sequenceLen(line)
			if !f(line[:n], x, -1) {
				return
			}
			line = line[n:]
			continue
		}
		n, w := p.width.Next(line)
		if !f(line[:n], x, w) {
			return
		}
		x += w
		line = line[n:]
	}
}

// sequenceLen is the length of the sequence that the line begins with: SGR, or
// a hyperlink that ends with ST. The emulator draws no other.
func sequenceLen(line string) int {
	end := len(line)
	if strings.HasPrefix(line, "\x1b[") {
		if i := strings.IndexByte(line, 'm'); i >= 0 {
			end = i + 1
		}
	} else if i := strings.Index(line, "\x1b\\"); i >= 0 {
		end = i + 2
	}
	return end
}
