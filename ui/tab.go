package ui

import (
	"fmt"
	"slices"
	"strings"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
	"podium/ui/layout"
)

// tab is a page of terminals: one that has it for itself, or several in panes
// with titles. It lays them out and draws what is between them; what they do is
// their own.
type tab struct {
	env  *models.Env
	menu func() string // the leader key, for the border

	panes []*pane // in the order they were opened
	at    *pane   // with the keys
	tree  *layout.Tree
	zoom  bool // the pane with the keys has all the room

	cols, rows int
	grid       [][]segment // what each row is made of, while there are titles
	held       *pane       // where a mouse button is held down
	drag       border      // that is being moved

	view  string
	valid bool // view is of the panes as they were drawn last
}

// pane is a place on a tab.
type pane struct {
	id     layout.ID
	screen models.Screen
	area   rect // with the title, in the tab's coordinates
	inner  rect // of the screen
	in     bool // it has a place in the layout as it is shown

	drawn string   // the screen's view
	lines []string // its lines
	title string   // the title, painted
	said  string   // what it was painted from
}

// segment is a part of a row: a line of a pane (-1 for its title), or without
// one the line between two.
type segment struct {
	of    *pane
	line  int
	sides [2]*pane // of a line between: whose border it is in this row
	joint int      // and how it looks there, an index of joints
}

// joints are a line between two panes where neither, the left, the right or both
// have their title; then the same in the first row.
var joints = [...]string{"│", "┤", "├", "┼", "│", "┐", "┌", "┬"}

// newTab is a tab with one screen. menu gives the leader key as people read it,
// which may be bound anew.
func newTab(env *models.Env, menu func() string, s models.Screen) *tab {
	p := &pane{screen: s}
	return &tab{env: env, menu: menu, panes: []*pane{p}, at: p, tree: layout.New(p.id)}
}

// find is the pane of the screen, nil when it is not here.
func (t *tab) find(s models.Screen) *pane {
	for _, p := range t.panes {
		if p.screen == s {
			return p
		}
	}
	return nil
}

func (t *tab) pane(id layout.ID) *pane {
	return t.panes[slices.IndexFunc(t.panes, func(p *pane) bool { return p.id == id })]
}

// holds tells whether something on the tab goes on when it is left.
func (t *tab) holds() bool {
	return slices.ContainsFunc(t.panes, func(p *pane) bool { return holds(p.screen) })
}

// shows tells whether the pane has a place on the tab: beside one that is
// zoomed it has none.
func (t *tab) shows(p *pane) bool { return p.in || len(t.panes) == 1 }

// SetSize gives the tab its rectangle and the panes their parts of it.
func (t *tab) SetSize(cols, rows int) {
	t.cols, t.rows = cols, rows
	t.arrange()
}

func (t *tab) room() layout.Rect { return layout.Rect{Cols: t.cols, Rows: t.rows} }

// arrange gives every pane its place and its screen the size. A pane that has
// none, beside a zoomed one or for want of room, keeps the size that it had.
func (t *tab) arrange() {
	t.valid = false
	for _, p := range t.panes {
		p.in = false
	}
	switch all := t.room(); {
	case len(t.panes) == 1:
		t.place(t.at, all, false)
	case t.alone():
		t.place(t.at, all, t.rows > 1)
	default:
		for _, pl := range t.tree.Places(all) {
			t.place(t.pane(pl.ID), pl.Rect, true)
		}
	}
	t.drawGrid()
}

// alone tells whether the pane with the keys has all the room, by wish or
// because there is not enough for all.
func (t *tab) alone() bool { return t.zoom || !t.tree.Fits(t.room()) }

func (t *tab) place(p *pane, r layout.Rect, titled bool) {
	p.in = true
	p.area = rect{r.X, r.Y, r.Cols, r.Rows}
	p.inner = p.area
	if titled {
		p.inner.y++
		p.inner.rows--
	}
	p.screen.SetSize(p.inner.cols, p.inner.rows)
}

// drawGrid says of each row what it is made of.
func (t *tab) drawGrid() {
	t.grid = nil
	if len(t.panes) == 1 {
		return
	}
	type part struct {
		x int
		segment
	}
	rows := make([][]part, max(t.rows, 0))
	add := func(y, x int, s segment) {
		if y < len(rows) {
			rows[y] = append(rows[y], part{x, s})
		}
	}
	for _, p := range t.panes {
		if !p.in {
			continue
		}
		for y := range p.area.rows {
			add(p.area.y+y, p.area.x, segment{of: p, line: y - (p.inner.y - p.area.y)})
		}
	}
	if !t.alone() {
		for _, l := range t.tree.Lines(t.room()) {
			for y := l.Y; y < l.Y+l.Rows; y++ {
				s := segment{sides: [2]*pane{t.under(l.X-1, y), t.under(l.X+1, y)}}
				for side, p := range s.sides {
					if p != nil && p.area.y == y {
						s.joint |= 1 << side
					}
				}
				if y == 0 {
					s.joint |= 4
				}
				add(y, l.X, s)
			}
		}
	}
	t.grid = make([][]segment, len(rows))
	for y, parts := range rows {
		slices.SortFunc(parts, func(a, b part) int { return a.x - b.x })
		for _, p := range parts {
			t.grid[y] = append(t.grid[y], p.segment)
		}
	}
}

// under is the pane at a cell, nil on a line between two.
func (t *tab) under(x, y int) *pane {
	for _, p := range t.panes {
		if p.in && p.area.has(x, y) {
			return p
		}
	}
	return nil
}

// forget lets everything be drawn anew, as after a change of the theme.
func (t *tab) forget() {
	t.valid = false
	for _, p := range t.panes {
		p.said = ""
	}
}

// View draws the tab: the very same string while nothing has changed, and the
// screen's own where it has the tab for itself.
func (t *tab) View() string {
	if len(t.panes) == 1 {
		return t.at.screen.View()
	}
	same := t.valid
	for _, p := range t.panes {
		if !p.in {
			continue
		}
		if v := p.screen.View(); v != p.drawn {
			p.drawn, p.lines, same = v, strings.Split(v, "\n"), false
		}
		if p.inner.y > p.area.y && t.drawTitle(p) {
			same = false
		}
	}
	if same {
		return t.view
	}
	th := t.env.Theme
	var b strings.Builder
	b.Grow(len(t.view) + 256)
	for y, row := range t.grid {
		if y > 0 {
			b.WriteByte('\n')
		}
		for _, s := range row {
			switch {
			case s.of == nil && slices.Contains(s.sides[:], t.at):
				b.WriteString(th.Paint(themes.BorderFocus, joints[s.joint]))
			case s.of == nil:
				b.WriteString(th.Paint(themes.Border, joints[s.joint]))
			case s.line < 0:
				b.WriteString(s.of.title)
			case s.line < len(s.of.lines):
				b.WriteString(s.of.lines[s.line])
			}
		}
	}
	t.view, t.valid = b.String(), true
	return t.view
}

// titleCols is how much of a pane's name stays when what it does is long.
const titleCols = 8

// drawTitle paints the border above a pane, if it says something new: what runs
// there, how it does and, where the keys go, the leader.
func (t *tab) drawTitle(p *pane) bool {
	text, state := titleOf(p.screen), ""
	if s, ok := p.screen.(models.Session); ok {
		switch said := s.Session(); {
		case said.Trouble != "":
			state = " · " + said.Trouble
		case said.Bell && p != t.at:
			state = " · rang"
		}
	}
	if t.alone() {
		state += fmt.Sprintf(" · pane %d of %d, zoomed", 1+slices.Index(t.tree.Panes(), p.id), len(t.panes))
	}
	hint := ""
	if p == t.at {
		hint = t.hint(p)
	}
	said := fmt.Sprintf("%s\x00%s\x00%s\x00%d", text, state, hint, p.area.cols)
	if said == p.said {
		return false
	}
	p.said = said
	th := t.env.Theme
	border, words := themes.Border, themes.Muted
	if p == t.at {
		border, words = themes.BorderFocus, themes.Title
	}
	room := max(p.area.cols-4-safetext.Width(hint), 0)
	// How it does matters more than the end of its name.
	text = safetext.Line(text, max(room-safetext.Width(state), min(room, titleCols)))
	text = safetext.Line(text+state, room)
	fill := max(p.area.cols-4-safetext.Width(text)-safetext.Width(hint), 0)
	p.title = th.Paint(border, "─ ") + th.Paint(words, text) + th.Paint(border, " "+strings.Repeat("─", fill))
	if hint != "" {
		p.title += th.Paint(themes.KeyHint, hint)
	}
	p.title += th.Paint(border, "─")
	if p.area.cols < 4 {
		p.title = th.Paint(border, strings.Repeat("─", p.area.cols))
	}
	return true
}

// hint is the leader in the border of a pane, "" where it has no room.
func (t *tab) hint(p *pane) string {
	h := " " + t.menu() + " menu "
	if safetext.Width(h) > p.area.cols/2 {
		return ""
	}
	return h
}

// split gives half of a screen's room to a new one, which gets the keys. It is
// false when there is too little.
func (t *tab) split(from, s models.Screen, beside bool) bool {
	p := t.find(from)
	if p == nil {
		return false
	}
	fresh := &pane{screen: s}
	for _, o := range t.panes {
		fresh.id = max(fresh.id, o.id+1)
	}
	if !t.tree.Split(t.room(), p.id, fresh.id, beside) {
		return false
	}
	t.panes = append(t.panes, fresh)
	t.at, t.zoom = fresh, false
	t.arrange()
	return true
}

// noRoom says why a pane cannot be split.
func noRoom(beside bool) string {
	if beside {
		return fmt.Sprintf("There is no room to split this pane: side by side each needs %d columns", layout.MinCols)
	}
	return fmt.Sprintf("There is no room to split this pane: one below the other each needs %d rows", layout.MinRows)
}

// remove takes a screen off the tab and gives its room back; false when it is
// the last one, which stays.
func (t *tab) remove(s models.Screen) bool {
	p := t.find(s)
	if p == nil || len(t.panes) == 1 {
		return false
	}
	heir, _ := t.tree.Remove(p.id)
	t.panes = slices.DeleteFunc(t.panes, func(o *pane) bool { return o == p })
	if t.at == p {
		t.at, t.zoom = t.pane(heir), false
	}
	if t.held == p {
		t.held = nil
	}
	t.drag = border{}
	t.arrange()
	return true
}

// focus gives the keys to a pane.
func (t *tab) focus(p *pane) {
	if p == nil || p == t.at {
		return
	}
	t.at = p
	t.arrange()
}

// toward gives the keys to the pane in a direction, if there is one.
func (t *tab) toward(d layout.Direction) {
	if id, ok := t.tree.Neighbor(t.room(), t.at.id, d); ok {
		t.zoom = false
		t.focus(t.pane(id))
	}
}

// next gives the keys to the next pane.
func (t *tab) next() {
	order := t.tree.Panes()
	t.focus(t.pane(order[(slices.Index(order, t.at.id)+1)%len(order)]))
}

// push moves a border of the pane with the keys.
func (t *tab) push(d layout.Direction) {
	cells := 2
	if d == layout.Left || d == layout.Right {
		cells = 5
	}
	t.tree.Push(t.room(), t.at.id, d, cells)
	t.arrange()
}

// toggleZoom gives the pane with the keys all the room, or its part again.
func (t *tab) toggleZoom() {
	t.zoom = !t.zoom
	t.arrange()
}

// state is how the tab does: what is to be known of any of its panes.
func (t *tab) state() models.SessionState {
	var out models.SessionState
	for _, p := range t.panes {
		s, ok := p.screen.(models.Session)
		if !ok {
			continue
		}
		state := s.Session()
		out.Running = out.Running || state.Running
		out.Bell = out.Bell || state.Bell
		out.Unread = out.Unread || state.Unread
		if state.Printed.After(out.Printed) {
			out.Printed = state.Printed
		}
		if out.Trouble == "" {
			out.Trouble = state.Trouble
		}
	}
	return out
}
