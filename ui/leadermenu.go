package ui

import (
	"strings"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// menu is the leader's menu as it is laid out: columns as wide as they need, as
// few as the height of the window asks for.
type menu struct {
	items             []menuItem
	keyCols, whatCols int
	columns, height   int
	width             int
}

// columnGap is what is between the columns of the menu, in cells.
const columnGap = 3

func (r *root) layMenu() menu {
	var m menu
	add := func(it menuItem) {
		m.items = append(m.items, it)
		m.keyCols, m.whatCols = max(m.keyCols, safetext.Width(it.name())), max(m.whatCols, safetext.Width(it.what))
	}
	for _, it := range r.leaderItems() {
		if it.what != "" && it.name() != "" {
			add(it)
		}
	}
	twice := func(what string) {
		add(menuItem{what, []menuKey{{r.keys.Leader, func(r *root) {
			if k, ok := pressOf(r.keys.Leader.Keys()[0]); ok {
				r.leaderTwice(k)
			}
		}}}})
	}
	switch {
	case r.can(models.ActionLiteral):
		twice("send " + r.keys.Leader.Help().Key)
	case r.lastSession() != r.tab():
		twice("the last session")
	}
	room := r.cols - 2*frameCols
	m.columns = min(max((room+columnGap)/(m.cell()+columnGap), 1), 3)
	for m.columns > 1 && (len(m.items)+m.columns-2)/(m.columns-1) <= (r.rows-2*frameRows)/2 {
		m.columns-- // one less is not too high either
	}
	m.height = (len(m.items) + m.columns - 1) / m.columns
	m.width = min(m.columns*m.cell()+(m.columns-1)*columnGap, max(room, 1))
	return m
}

// cell is how wide a column is.
func (m menu) cell() int { return m.keyCols + 2 + m.whatCols }

// leaderMenu draws the menu.
func (r *root) leaderMenu() string {
	m, th := r.layMenu(), r.env.Theme
	lines := make([]string, 0, m.height)
	for y := range m.height {
		var line strings.Builder
		for c := range m.columns {
			i := c*m.height + y
			if c > 0 {
				line.WriteString(strings.Repeat(" ", columnGap))
			}
			if i >= len(m.items) {
				line.WriteString(strings.Repeat(" ", m.cell()))
				continue
			}
			line.WriteString(th.Paint(themes.KeyHint, safetext.Fit(m.items[i].name(), m.keyCols)) + "  " +
				th.Paint(themes.Text, safetext.Fit(m.items[i].what, m.whatCols)))
		}
		lines = append(lines, safetext.Fit(line.String(), m.width))
	}
	return box(th, themes.BorderFocus, r.keys.Leader.Help().Key, strings.Join(lines, "\n"), m.width)
}

// clickMenu runs the line of the menu at a cell of the window. A click beside the
// menu closes it, as does one on a line with several keys, of which it names none.
func (r *root) clickMenu(x, y int) {
	m, area := r.layMenu(), r.leaderArea(r.leaderMenu())
	r.leader.end()
	x, y = x-area.x-frameCols, y-area.y-frameRows
	column := x / (m.cell() + columnGap)
	if x < 0 || y < 0 || y >= m.height || column >= m.columns {
		return
	}
	i := column*m.height + y
	if i < len(m.items) && len(m.items[i].keys) == 1 {
		m.items[i].keys[0].do(r)
	}
}

// leaderArea is the place of the menu: the lower right corner.
func (r *root) leaderArea(view string) rect {
	lines := strings.Split(view, "\n")
	area := rect{cols: safetext.Width(lines[0]), rows: len(lines)}
	body := r.body()
	area.cols = min(area.cols, body.cols)
	area.rows = min(area.rows, body.rows)
	area.x = body.x + body.cols - area.cols
	area.y = body.y + body.rows - area.rows
	return area
}
