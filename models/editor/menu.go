package editor

import (
	"strings"

	"podium/internal/safetext"
	"podium/themes"
)

// menuItem is a line of a menu. Its texts are made harmless when drawn.
type menuItem struct {
	label  string
	detail string // in the second column
	doc    string // beside the list
	role   themes.Role
}

// menu is a small list over the text, with the documentation of the chosen item
// beside it where there is room.
type menu struct {
	title  string
	items  []menuItem
	chosen int
	top    int
	rows   int // of the list as drawn last
	wide   bool
}

// The sizes of a menu, in cells.
const (
	menuRows      = 10
	menuWidth     = 44
	menuWide      = 110
	menuDocWidth  = 52
	menuDocLeast  = 26
	menuDocLimit  = 2000 // characters of documentation that are looked at
	menuDetailMax = 30
)

// move chooses another item, round the ends for single steps.
func (m *menu) move(n int) {
	count := len(m.items)
	if count == 0 {
		return
	}
	switch next := m.chosen + n; {
	case n == 1 || n == -1:
		m.chosen = (next + count) % count
	default:
		m.chosen = min(max(next, 0), count-1)
	}
}

// box is a drawn rectangle of equally wide lines.
type box struct {
	lines []string
	width int
}

// draw draws the menu in at most cols by rows cells.
func (m *menu) draw(theme themes.Theme, cols, rows int) box {
	most := menuWidth
	if m.wide {
		most = menuWide
	}
	label, detail := safetext.Width(m.title), 0
	for _, it := range m.items {
		label = max(label, safetext.Width(safetext.Clean(it.label)))
		detail = max(detail, min(safetext.Width(safetext.Clean(it.detail)), menuDetailMax))
	}
	inner := min(label+detail+1, most, cols-4)
	if detail > 0 {
		inner = min(inner+1, most, cols-4)
	}
	inner = max(inner, 8)
	shown := min(len(m.items), menuRows, max(rows-2, 1))
	m.rows = shown
	m.top = min(max(m.top, m.chosen-shown+1), m.chosen)
	list := make([]string, 0, shown)
	for i := m.top; i < min(m.top+shown, len(m.items)); i++ {
		list = append(list, m.drawItem(theme, i, inner, min(detail, max(inner-label-1, inner/3))))
	}
	b := frame(theme, m.title, list, inner)
	if m.chosen < len(m.items) {
		b = beside(b, m.drawDoc(theme, m.items[m.chosen], cols-b.width, rows), cols)
	}
	return b
}

func (m *menu) drawItem(theme themes.Theme, i, width, detail int) string {
	it := m.items[i]
	text := safetext.Fit(safetext.Clean(it.label), width)
	if d := safetext.Line(it.detail, min(detail, width)); d != "" {
		w := safetext.Width(d)
		text = safetext.Fit(safetext.Clean(it.label), width-w-1) + " " + d
	}
	if i == m.chosen {
		return theme.Paint(themes.Selected, text)
	}
	return theme.Paint(it.role, text)
}

// drawDoc draws what is known of an item, nothing where there is no room.
func (m *menu) drawDoc(theme themes.Theme, it menuItem, cols, rows int) box {
	width, limit := min(menuDocWidth, cols-4), min(menuRows, rows-2)
	if it.doc == "" || width < menuDocLeast || limit < 1 {
		return box{}
	}
	return frame(theme, "", docLines(theme, it.doc, width, limit), width)
}

// docLines wraps documentation into at most limit lines, of which there is at
// least one.
func docLines(theme themes.Theme, doc string, width, limit int) []string {
	var lines []string
	for para := range strings.SplitSeq(clip(doc, menuDocLimit), "\n") {
		for _, l := range safetext.Wrap(para, width) {
			if len(lines) == limit {
				lines[limit-1] = theme.Paint(themes.Text, safetext.Fit("…", width))
				return lines
			}
			lines = append(lines, theme.Paint(themes.Text, safetext.Fit(l, width)))
		}
	}
	return lines
}

// clip shortens text to n bytes, at a character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + " …"
}

// frame puts lines of a width into a border.
func frame(theme themes.Theme, title string, lines []string, width int) box {
	b := box{width: width + 4}
	edge := theme.Paint(themes.BorderFocus, "│")
	head := safetext.Line(title, width)
	if head != "" {
		head = " " + head + " "
	}
	bar := width + 2 - safetext.Width(head)
	b.lines = append(b.lines, theme.Paint(themes.BorderFocus, "╭")+theme.Paint(themes.Title, head)+theme.Paint(themes.BorderFocus, strings.Repeat("─", bar)+"╮"))
	for _, l := range lines {
		b.lines = append(b.lines, edge+" "+l+" "+edge)
	}
	b.lines = append(b.lines, theme.Paint(themes.BorderFocus, "╰"+strings.Repeat("─", width+2)+"╯"))
	return b
}

// beside puts a second box at the right of the first.
func beside(a, b box, cols int) box {
	if len(b.lines) == 0 || a.width+b.width > cols {
		return a
	}
	out := box{width: a.width + b.width}
	for i := range max(len(a.lines), len(b.lines)) {
		line := safetext.Spaces(a.width)
		if i < len(a.lines) {
			line = a.lines[i]
		}
		if i < len(b.lines) {
			line += b.lines[i]
		} else {
			line += safetext.Spaces(b.width)
		}
		out.lines = append(out.lines, line)
	}
	return out
}

// over lays a box over rows of text that are cols wide, its upper left corner at
// a cell.
func over(rows []string, b box, x, y, cols int) {
	for i, line := range b.lines {
		if y+i < 0 || y+i >= len(rows) {
			continue
		}
		row := rows[y+i]
		left := safetext.Cut(row, 0, x)
		rows[y+i] = left + line + safetext.Cut(row, x+b.width, max(cols-x-b.width, 0))
	}
}
