package textview

import (
	"fmt"
	"strings"

	"podium/internal/safetext"
	"podium/themes"
)

// View draws exactly the size set. It returns the very same string as long as
// nothing changed.
func (v *View) View() string {
	if !v.fresh {
		v.view, v.fresh = v.draw(), true
	}
	return v.view
}

// Cursor is the cell of the hardware cursor, while the search line is open.
func (v *View) Cursor() (x, y int, ok bool) {
	if !v.search.typing || v.h == 0 || v.w == 0 {
		return 0, 0, false
	}
	return min(1+safetext.Width(v.typed()), v.w-1), v.h - 1, true
}

// typed is the part of the search line that is shown: its end.
func (v *View) typed() string {
	clean := safetext.Clean(v.search.input)
	if over := safetext.Width(clean) + 2 - v.w; over > 0 {
		clean = safetext.Cut(clean, over, v.w)
	}
	return clean
}

// Status is a short description for a footer: place, search, follow, wrap.
func (v *View) Status() string {
	n := v.Lines()
	if n == 0 {
		return "empty"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d/%d %d%%", min(v.top.line+1, n), n, v.Percent())
	if v.dropped > 0 {
		fmt.Fprintf(&b, " (%d older lines dropped)", v.dropped)
	}
	if v.search.expr != "" {
		b.WriteString(" /" + safetext.Line(v.search.expr, 24))
		if v.search.failed {
			b.WriteString(" not found")
		}
	}
	if v.follow {
		b.WriteString(" follow")
	}
	if v.wrap {
		b.WriteString(" wrap")
	}
	return b.String()
}

func (v *View) draw() string {
	if v.h == 0 {
		return ""
	}
	rows := make([]string, 0, v.h)
	if v.Lines() == 0 {
		for text := range strings.SplitSeq(v.empty, "\n") {
			for _, l := range safetext.Wrap(text, max(v.w, 1)) {
				if len(rows) < v.body() {
					rows = append(rows, v.theme.Paint(themes.Muted, safetext.Fit(l, v.w)))
				}
			}
		}
	} else {
		rows = v.drawText(rows)
	}
	for len(rows) < v.body() {
		rows = append(rows, safetext.Spaces(v.w))
	}
	if v.search.typing {
		role := themes.Input
		if v.search.failed {
			role = themes.Error
		}
		rows = append(rows, v.theme.Paint(role, safetext.Fit("/"+v.typed(), v.w)))
	}
	return strings.Join(rows, "\n")
}

func (v *View) drawText(rows []string) []string {
	p := v.top
	for len(rows) < v.body() && p.line < v.Lines() {
		found := v.matches(p.line)
		for n := v.rows(p.line); p.row < n && len(rows) < v.body(); p.row++ {
			rows = append(rows, v.drawRow(p, found))
		}
		p = place{line: p.line + 1}
	}
	return rows
}

// drawRow draws one row: gutter, text, blanks.
func (v *View) drawRow(p place, found []match) string {
	l, s := v.line(p.line), v.shape(p.line)
	var b strings.Builder
	b.Grow(v.w + 64)
	gutter := min(v.gutter, v.w)
	if gutter > 0 {
		text := ""
		if p.row == 0 {
			text = safetext.Line(l.Gutter, gutter)
		}
		b.WriteString(v.theme.Paint(l.GutterRole, text))
		b.WriteString(safetext.Spaces(gutter - safetext.Width(text)))
	}
	ink := ink{theme: v.theme, out: &b, line: l, spans: s.spans, found: found, at: v.search.at}
	from, to := s.row(p.row)
	left, x, room := 0, 0, v.w-gutter
	if !v.wrap {
		left = v.left
	}
	start := from
	if l.SGR {
		start = 0 // colours of the rows before are still in force
	}
	for i := start; i < to; i++ {
		piece := &s.pieces[i]
		if piece.Cells == 0 {
			ink.sequence(piece.Text)
			continue
		}
		if i < from {
			continue
		}
		if x-left >= room {
			break
		}
		switch {
		case x+piece.Cells <= left:
		case x >= left && x+piece.Cells-left <= room:
			ink.piece(piece)
		default:
			ink.blank(piece.Start, min(x+piece.Cells-left, room)-max(x-left, 0))
		}
		x += piece.Cells
	}
	ink.turn("")
	used := max(min(x-left, room), 0)
	if s.cut && x == s.cells && used < room {
		b.WriteString(v.theme.Paint(themes.Muted, "…"))
		used++
	}
	b.WriteString(safetext.Spaces(room - used))
	return b.String()
}

// ink writes the pieces of a line in the look that each of them has.
type ink struct {
	theme themes.Theme
	out   *strings.Builder
	line  *Line
	spans []themes.Span
	found []match
	at    match
	own   string // colours that the line brought with it so far
	look  string // the look in force
}

// sequence notes a colour that the line brings.
func (k *ink) sequence(seq string) {
	if seq == "\x1b[m" || seq == "\x1b[0m" {
		k.own = ""
	} else if len(k.own) < 256 {
		k.own += seq
	}
}

func (k *ink) piece(p *safetext.Piece) {
	k.turn(k.lookAt(p.Start))
	k.out.WriteString(p.Text)
}

// blank writes what shows of a character that is cut by the edge.
func (k *ink) blank(at, cells int) {
	k.turn(k.lookAt(at))
	k.out.WriteString(safetext.Spaces(cells))
}

// lookAt is the look of a byte of the line. Bytes are asked for in order.
func (k *ink) lookAt(at int) string {
	for len(k.found) > 0 && k.found[0].end <= at {
		k.found = k.found[1:]
	}
	if len(k.found) > 0 && at >= k.found[0].start {
		if k.found[0] == k.at {
			return k.theme.Open(themes.MatchCurrent)
		}
		return k.theme.Open(themes.Match)
	}
	if k.own != "" {
		return k.own
	}
	for len(k.spans) > 0 && k.spans[0].End <= at {
		k.spans = k.spans[1:]
	}
	if len(k.spans) > 0 && at >= k.spans[0].Start {
		return k.theme.Open(k.spans[0].Role)
	}
	return k.theme.Open(k.line.Role)
}

// turn puts another look in force, "" for none.
func (k *ink) turn(look string) {
	if look == k.look {
		return
	}
	if k.look != "" {
		k.out.WriteString("\x1b[m")
	}
	k.out.WriteString(look)
	k.look = look
}
