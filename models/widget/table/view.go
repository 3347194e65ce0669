package table

import (
	"strings"

	"podium/internal/safetext"
	"podium/themes"
)

// View draws exactly the size set: the header, then rows. It returns the very
// same string as long as nothing changed, and draws only rows that did.
func (t *Table) View() string {
	if !t.fresh {
		t.view, t.fresh = t.draw(), true
	}
	return t.view
}

func (t *Table) draw() string {
	if t.h == 0 {
		return ""
	}
	var b strings.Builder
	b.Grow((t.w + 64) * t.h)
	if t.header() > 0 {
		b.WriteString(t.drawHeader())
		b.WriteByte('\n')
	}
	n := t.rows.Len()
	var empty []string
	if n == 0 {
		for line := range strings.SplitSeq(t.empty, "\n") {
			empty = append(empty, safetext.Wrap(line, max(t.w-2, 1))...)
		}
	}
	for y := range t.body() {
		if y > 0 {
			b.WriteByte('\n')
		}
		switch i := t.top + y; {
		case i < n:
			b.WriteString(t.row(i))
		case n == 0 && y < len(empty) && t.w > 0:
			b.WriteString(t.theme.Paint(themes.Muted, safetext.Fit(" "+empty[y], t.w)))
		default:
			b.WriteString(safetext.Spaces(t.w))
		}
	}
	return b.String()
}

// row returns row i as drawn, from the cache if it still looks like that.
func (t *Table) row(i int) string {
	selected := i == t.cursor
	marked := len(t.marks) > 0 && t.IsMarked(t.rows.Key(i))
	if d, ok := t.lines[i]; ok && d.selected == selected && d.marked == marked {
		return d.text
	}
	if len(t.lines) > 8*t.h+64 {
		clear(t.lines)
	}
	text := t.drawRow(i, selected, marked)
	t.lines[i] = drawn{text: text, selected: selected, marked: marked}
	return text
}

// window cuts a whole row to what is in view.
func (t *Table) window(line []byte, cells int) string {
	if t.left == 0 && cells <= t.w {
		return string(line)
	}
	head, rest := "", t.w
	if t.left > 0 && t.fixed > 0 {
		head = safetext.Cut(string(line), 0, t.fixed)
		rest -= safetext.Width(head)
	}
	s := head + safetext.Cut(string(line), t.left+t.w-rest, rest)
	return s + safetext.Spaces(t.w-safetext.Width(s))
}

func (t *Table) drawHeader() string {
	line := make([]byte, 0, t.w+128)
	at := 0
	for _, s := range t.slots {
		line = append(line, safetext.Spaces(s.x-at)...)
		col := t.columns[s.column]
		role, sign := themes.Header, ""
		if col.ID == t.sortID && t.sortID != "" {
			role, sign = themes.HeaderSort, "↑"
			if t.descending {
				sign = "↓"
			}
		}
		title := safetext.Line(col.Title, s.w-len([]rune(sign))) + sign
		if col.Align == Right {
			title = safetext.FitRight(title, s.w)
		} else {
			title = safetext.Fit(title, s.w)
		}
		line = t.theme.Append(line, role, title)
		at = s.x + s.w
	}
	if at < t.w {
		line = append(line, safetext.Spaces(t.w-at)...)
		at = t.w
	}
	return t.window(line, at)
}

// pen appends cells to a line over the background of its row. Neighbours that look
// alike share a sequence.
type pen struct {
	theme themes.Theme
	base  themes.Role // Text for an ordinary row
	line  []byte
	look  string // the sequence in force
}

func (p *pen) write(r themes.Role, s string) {
	if s == "" {
		return
	}
	open := p.theme.Open(r)
	if p.base != themes.Text {
		open = p.theme.OpenOn(r, p.base)
	}
	p.turn(open)
	p.line = append(p.line, s...)
}

// turn puts another look in force, "" for none.
func (p *pen) turn(look string) {
	if look == p.look {
		return
	}
	if p.look != "" {
		p.line = append(p.line, p.theme.Reset()...)
	}
	p.line = append(p.line, look...)
	p.look = look
}

func (t *Table) drawRow(i int, selected, marked bool) string {
	t.scratch = t.rows.Cells(i, t.scratch[:0])
	if m, ok := t.rows.(Matcher); ok {
		m.Matches(i, t.scratch)
	}
	p := pen{theme: t.theme, line: make([]byte, 0, t.w+256)}
	switch {
	case selected && t.focused:
		p.base = themes.Selected
	case selected:
		p.base = themes.SelectedBlur
	case marked:
		p.base = themes.Marked
	}
	sign := " "
	if marked {
		sign = "*"
	}
	at := markWidth
	pending := sign // blanks are written with the text that follows, to save sequences
	for _, s := range t.slots {
		pending += safetext.Spaces(s.x - at)
		var cell Cell
		if s.column < len(t.scratch) {
			cell = t.scratch[s.column]
		}
		if t.faded {
			cell.Role = themes.Unknown
		}
		if t.columns[s.column].Middle {
			cell = withoutMiddle(cell, s.w)
		}
		pending = t.drawCell(&p, cell, s.w, t.columns[s.column].Align, pending)
		at = s.x + s.w
	}
	if at < t.w {
		pending += safetext.Spaces(t.w - at)
		at = t.w
	}
	p.write(themes.Text, pending)
	p.turn("")
	return t.window(p.line, at)
}

// drawCell writes blanks and one cell of width w, and returns the blanks behind.
func (t *Table) drawCell(p *pen, cell Cell, w int, align Align, before string) (after string) {
	// A tab has no meaning in a cell, and its width would depend on its place.
	cell.Text = strings.ReplaceAll(cell.Text, "\t", " ")
	text := safetext.Line(cell.Text, w)
	var found pen
	left := w
	if text != "" && len(cell.Matches) > 0 {
		found = pen{theme: p.theme, base: p.base}
		left = drawMatches(&found, cell, text, w)
		found.turn("")
	} else {
		left -= safetext.Width(text)
	}
	if align == Right {
		before += safetext.Spaces(left)
	} else {
		after = safetext.Spaces(left)
	}
	switch {
	case len(found.line) > 0:
		p.write(themes.Text, before)
		p.turn("")
		p.line = append(p.line, found.line...)
	case cell.Role == themes.Text || text == "":
		return before + text + after
	default:
		p.write(themes.Text, before)
		p.write(cell.Role, text)
	}
	return after
}

// leastMiddle is the width below which losing the middle leaves nothing to read.
const leastMiddle = 9

// withoutMiddle is the cell with its text shortened to w cells in the middle, if
// it is ASCII and too long.
func withoutMiddle(cell Cell, w int) Cell {
	text := cell.Text
	if w < leastMiddle || len(text) <= w || !ascii(text) {
		return cell
	}
	const sign = "…"
	tail := (w - 1) / 2
	head := w - 1 - tail
	from := len(text) - tail // where the rest begins,
	by := head + len(sign) - from
	cell.Text = text[:head] + sign + text[from:]
	var matches []themes.Span
	for _, m := range cell.Matches {
		if m.Start < head {
			matches = append(matches, themes.Span{Start: m.Start, End: min(m.End, head)})
		}
		if m.End > from {
			matches = append(matches, themes.Span{Start: max(m.Start, from) + by, End: m.End + by})
		}
	}
	cell.Matches = matches
	return cell
}

// drawMatches writes the text of a cell with what was found in it, and returns the
// cells of w that are left. Where cleaning changed the text, its parts are cleaned
// one by one.
func drawMatches(p *pen, cell Cell, clean string, w int) (left int) {
	raw, same := cell.Text, clean == cell.Text
	at := 0
	left = w
	part := func(end int, role themes.Role) {
		end = max(min(end, len(raw)), at)
		s := raw[at:end]
		if !same {
			if end < len(raw) && safetext.Width(safetext.Line(s, left+1)) >= left {
				s += "  " // more follows, so the part ends in the sign of it
			}
			s = safetext.Line(s, left)
		}
		p.write(role, s)
		left -= safetext.Width(s)
		at = end
	}
	for _, m := range cell.Matches {
		if m.Start < at || m.End <= m.Start || m.End > len(raw) {
			continue
		}
		if left > 0 {
			part(m.Start, cell.Role)
		}
		if left > 0 {
			part(m.End, themes.Match)
		}
	}
	if left > 0 {
		part(len(raw), cell.Role)
	}
	return left
}
