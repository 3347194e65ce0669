package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// rect is a rectangle of the window in cells.
type rect struct{ x, y, cols, rows int }

func (a rect) has(x, y int) bool {
	return x >= a.x && x < a.x+a.cols && y >= a.y && y < a.y+a.rows
}

// moved is the rectangle so many cells further on.
func (a rect) moved(x, y int) rect { return rect{a.x + x, a.y + y, a.cols, a.rows} }

// frame is what was drawn last and what it was drawn from. Bubble Tea asks for
// the view after every message and parses it when it is another string, so the
// same string is given as long as no part changed.
type frame struct {
	header, tabs, body, footer string
	over                       []string
	content                    string
	cursor                     *tea.Cursor
	mouse                      tea.MouseMode
	keyboard                   tea.KeyboardEnhancements
	valid                      bool
}

// forget makes the next refresh draw everything.
func (f *frame) forget() { f.valid = false }

// body is the rectangle of the visible page.
func (r *root) body() rect { return r.areaOf(r.page()) }

// areaOf is the rectangle of a page. The bars give way first where there is
// little room.
func (r *root) areaOf(p page) rect {
	area := rect{cols: r.cols, rows: r.rows}
	if r.rows >= 3 {
		area.y = 1
		area.rows--
	}
	if r.rows >= 2 {
		area.rows--
	}
	if _, ok := p.(*tab); ok && r.hasTabs() {
		area.y++
		area.rows--
	}
	return area
}

func (r *root) resize(cols, rows int) {
	if cols == r.cols && rows == r.rows {
		return
	}
	r.cols, r.rows = max(cols, 0), max(rows, 0)
	r.sizePages()
	for _, l := range r.layers {
		r.place(l)
	}
	r.draw.forget()
}

// refresh draws what changed since the last time.
func (r *root) refresh() {
	f := &r.draw
	header, footer := "", ""
	if r.rows >= 3 {
		header = r.header(r.cols)
	}
	if r.rows >= 2 {
		footer = r.footer(r.cols)
	}
	tabs := ""
	if r.tab() != nil && r.hasTabs() {
		tabs = r.tabsRow(r.cols)
	}
	body := r.page().View()
	over := r.overlays()
	same := f.valid && header == f.header && tabs == f.tabs && body == f.body && footer == f.footer && equal(over, f.over)
	f.cursor, f.mouse, f.keyboard = r.pointer(), r.mouseMode(), r.keyboard()
	if same {
		return
	}
	f.header, f.tabs, f.body, f.footer, f.over, f.valid = header, tabs, body, footer, over, true
	f.content = r.spelt(r.compose())
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// overlays are the views over the body: dialogs, and the leader's menu or a notice
// of several lines.
func (r *root) overlays() []string {
	notice := r.noticeAbove()
	if len(r.layers) == 0 && !r.leader.visible && notice == "" {
		return nil
	}
	out := make([]string, 0, len(r.layers)+1)
	for _, l := range r.layers {
		out = append(out, l.view(r.env.Theme))
	}
	if r.leader.visible {
		out = append(out, r.leaderMenu())
	}
	if notice != "" {
		out = append(out, notice)
	}
	return out
}

// compose joins the parts to the content of the window.
func (r *root) compose() string {
	if r.cols == 0 || r.rows == 0 {
		return ""
	}
	f := &r.draw
	var b strings.Builder
	b.Grow(len(f.header) + len(f.tabs) + len(f.body) + len(f.footer) + 3)
	for _, line := range [...]string{f.header, f.tabs} {
		if line != "" {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	b.WriteString(f.body)
	if f.footer != "" {
		b.WriteByte('\n')
		b.WriteString(f.footer)
	}
	if len(f.over) == 0 {
		return b.String()
	}
	lines := strings.Split(b.String(), "\n")
	for i, view := range f.over {
		var area rect
		switch {
		case i < len(r.layers):
			area = r.layers[i].area
		case r.leader.visible:
			area = r.leaderArea(view)
		default: // a notice
			n := strings.Count(view, "\n") + 1
			area = rect{y: r.rows - 1 - n, cols: r.cols, rows: n}
		}
		lay(lines, view, area)
	}
	return strings.Join(lines, "\n")
}

// lay puts a view over the lines.
func lay(lines []string, view string, area rect) {
	for i, line := range strings.Split(view, "\n") {
		y := area.y + i
		if i >= area.rows || y < 0 || y >= len(lines) {
			continue
		}
		if safetext.Width(line) > area.cols {
			line = safetext.Cut(line, 0, area.cols)
		}
		under := lines[y]
		left := ansi.Truncate(under, area.x, "")
		if w := safetext.Width(left); w < area.x {
			left += strings.Repeat(" ", area.x-w)
		}
		right := ansi.TruncateLeft(under, area.x+area.cols, "")
		lines[y] = left + "\x1b[m" + line + "\x1b[m" + right
	}
}

// pointer is the text cursor of who gets the keys, in the window.
func (r *root) pointer() *tea.Cursor {
	p, ok := r.active().(models.Pointing)
	if !ok || r.leader.visible {
		return nil
	}
	c := p.Cursor()
	if c == nil {
		return nil
	}
	area := r.body()
	if t := r.tab(); t != nil {
		area = t.at.inner.moved(area.x, area.y)
	}
	if n := len(r.layers); n > 0 {
		area = r.layers[n-1].inner
	}
	if c.X < 0 || c.Y < 0 || c.X >= area.cols || c.Y >= area.rows {
		return nil
	}
	moved := *c
	moved.X += area.x
	moved.Y += area.y
	return &moved
}

func (r *root) mouseMode() tea.MouseMode {
	if !r.env.Settings.Mouse {
		return tea.MouseModeNone
	}
	if m, ok := r.active().(models.Mousing); ok {
		return m.MouseMode()
	}
	return tea.MouseModeCellMotion
}

// keyboard is what the outer terminal is to tell of keys. While the leader waits
// it is what the screen wants, too: changing it takes longer than the next key.
func (r *root) keyboard() tea.KeyboardEnhancements {
	if k, ok := r.active().(models.Keyboarding); ok {
		return k.Keyboard()
	}
	return models.PlainKeyboard
}

// View gives the frame that Update has drawn.
func (r *root) View() tea.View {
	return tea.View{
		Content:     r.draw.content,
		Cursor:      r.draw.cursor,
		AltScreen:   true,
		ReportFocus: true,
		MouseMode:   r.draw.mouse,

		KeyboardEnhancements: r.draw.keyboard,
	}
}

// paintLine is text in a role, cut or padded to the width.
func paintLine(th themes.Theme, role themes.Role, text string, cols int) string {
	return th.Paint(role, safetext.Fit(text, cols))
}
