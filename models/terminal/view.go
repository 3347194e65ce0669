package terminal

import (
	"fmt"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/termbridge/vt"
	"podium/themes"
)

// View draws the pane: the program's screen, and over its last lines how the
// session ended.
func (m *Model) View() string { return m.view }

// ownCursor is the shape that the user gave the outer terminal's cursor: Bubble
// Tea, which has no name for it, spells it (without Blink) as "reset to default".
const ownCursor tea.CursorShape = -1

// Cursor is the program's cursor, in its own shape; in copy mode the one that
// keys move.
func (m *Model) Cursor() *tea.Cursor {
	l := &m.look
	if l.search.typing {
		room := max(m.cols-len(searchPrompt), 0)
		_, x := l.search.line.View(room)
		return tea.NewCursor(min(len(searchPrompt)+x, max(m.cols-1, 0)), max(m.rows-1, 0))
	}
	if l.copying {
		return tea.NewCursor(min(l.at.x, max(m.cols-1, 0)), int(l.at.line-l.top))
	}
	c := m.frame.Cursor
	if m.state != running || l.back() > 0 || m.signals || m.picking || !c.Visible || c.X >= m.cols || c.Y >= m.rows {
		return nil
	}
	cursor := tea.NewCursor(c.X, c.Y)
	cursor.Blink = c.Blink
	switch c.Shape {
	case vt.CursorDefault:
		cursor.Shape, cursor.Blink = ownCursor, false
	case vt.CursorUnderline:
		cursor.Shape = tea.CursorUnderline
	case vt.CursorBar:
		cursor.Shape = tea.CursorBar
	default:
		cursor.Shape = tea.CursorBlock
	}
	return cursor
}

// render makes the view anew, once for each change.
func (m *Model) render() {
	m.stale = false
	if m.cols <= 0 || m.rows <= 0 {
		m.view = ""
		return
	}
	m.painter.theme, m.painter.width, m.painter.cols = m.env.Theme, m.width, m.cols
	lines := make([]string, m.rows)
	blank := strings.Repeat(" ", m.cols)
	shift := m.shift()
	for i := range lines {
		lines[i] = blank
		// While a resize is on its way the picture may still have the old
		// size: only rows that fit are shown.
		if i+shift < len(m.frame.Lines) && m.frame.Cols == m.cols {
			lines[i] = m.frame.Lines[i+shift]
			if i < len(m.look.spans) && m.look.active() {
				lines[i] = m.painter.over(lines[i], m.look.spans[i])
			}
		}
	}
	switch {
	case m.state == choosing:
		m.overlay(lines, 0, m.choiceLines())
	case m.state == starting:
		m.overlay(lines, 0, []string{m.paint(themes.Muted, m.openingLine())})
	case m.signals:
		m.overlay(lines, 0, m.signalLines())
	case m.picking:
		m.overlay(lines, 0, m.shellLines())
	case m.state == ended && !m.look.pinned:
		said := m.endLines()
		m.overlay(lines, max(m.rows-len(said), 0), said)
	}
	if mark := m.mark(); mark != "" {
		mark = safetext.Line(" "+mark+" ", m.cols)
		lines[0] = m.painter.cut(lines[0], m.cols-safetext.Width(mark)) + m.env.Theme.PaintOn(themes.Accent, themes.Bar, mark)
	}
	if s := &m.look.search; s.typing {
		text, _ := s.line.View(max(m.cols-len(searchPrompt), 0))
		prompt := searchPrompt
		if s.back {
			prompt = searchBackPrompt
		}
		m.overlay(lines, m.rows-1, []string{m.env.Theme.PaintOn(themes.KeyHint, themes.Bar, prompt) + m.env.Theme.Paint(themes.Bar, text)})
	}
	m.view = strings.Join(lines, "\n")
}

// openingLine says what is being opened.
func (m *Model) openingLine() string {
	if n := len(m.tried); n > 0 && len(m.tries) > 0 {
		return "opening " + m.what() + " … there is no sh; trying " + m.tries[0].shell
	}
	return "opening " + m.what() + " …"
}

// The prompts of the line that is searched for are of one length.
const (
	searchPrompt     = "search on: "
	searchBackPrompt = "search up: "
)

// mark says in the pane's corner where one looks, when that is not the end, and
// what is wrong.
func (m *Model) mark() string {
	l := &m.look
	var parts []string
	if l.copying {
		parts = append(parts, "copy mode")
		switch s := &l.search; {
		case s.hunt != nil:
			parts = append(parts, "searching… "+m.copyMap.Escape.Help().Key+" stops")
		case s.failed:
			parts = append(parts, "no match")
		case s.round && !s.typing:
			parts = append(parts, "went round")
		}
		if l.sel.shape != noShape {
			a, b := l.sel.ordered()
			parts = append(parts, models.Count(int(b.line-a.line)+1, "line")+" selected")
		}
		if l.count > 0 {
			parts = append(parts, strconv.Itoa(l.count))
		}
	}
	if n := l.back(); n > 0 {
		parts = append(parts, fmt.Sprintf("%s of %s back", models.Thousands(n), models.Count(int(l.base-l.low), "line")))
	}
	if m.trouble != "" {
		parts = append(parts, m.trouble)
	}
	return strings.Join(parts, " · ")
}

// shift is how many rows of the last screen are moved out of the view at the
// top, so that the words about the end hide none at the bottom.
func (m *Model) shift() int {
	if m.state != ended || m.look.pinned || m.used == 0 {
		return 0
	}
	return max(min(m.used-(m.rows-len(m.endLines())), m.rows-1), 0)
}

// countUsed counts the rows that hold something once the session has ended.
func (m *Model) countUsed() {
	if m.state == ended {
		m.read(func(tx text) {
			m.used = 0
			if last := tx.last(); last > tx.base || tx.line(last).Text != "" {
				m.used = int(last-tx.base) + 1
			}
		})
	}
}

// ended takes the session's end: its screen stays, the last lines say why.
func (m *Model) ended(end models.End) {
	m.end, m.state, m.endedAt, m.stale = end, ended, m.env.Now(), true
	m.signals, m.picking, m.trouble = false, false, ""
	m.countUsed()
	m.draw()
	m.journal(end)
}

// overlay replaces lines from the given row on.
func (m *Model) overlay(lines []string, from int, with []string) {
	for i, text := range with {
		if from+i < len(lines) {
			lines[from+i] = safetext.Fit(text, m.cols)
		}
	}
}

func (m *Model) paint(role themes.Role, text string) string {
	return m.env.Theme.Paint(role, safetext.Line(text, m.cols))
}

func (m *Model) choiceLines() []string {
	lines := []string{m.paint(themes.Title, "Which container of "+m.ref.Name+"?")}
	for i, name := range m.choice {
		role, mark := themes.Text, "  "
		if i == m.at {
			role, mark = themes.Selected, "> "
		}
		lines = append(lines, m.paint(role, fmt.Sprintf("%s%d %s", mark, i+1, name)))
	}
	return lines
}

// endLines say how the session ended and what can be done now.
func (m *Model) endLines() []string {
	role := themes.Error
	if m.end.OK {
		role = themes.OK
	}
	var lines []string
	if m.rows > 2 {
		lines = append(lines, m.paint(themes.Border, strings.Repeat("─", m.cols)))
	}
	say := func(role themes.Role, text string, spare int) {
		if text == "" {
			return
		}
		for _, line := range safetext.Wrap(text, m.cols) {
			if len(lines) < max(m.rows-spare, min(m.rows, 2)) {
				lines = append(lines, m.paint(role, line))
			}
		}
	}
	say(role, m.what()+": "+m.end.Line, 2)
	say(themes.Text, strings.TrimSpace(m.end.More), 1)
	var can []string
	for _, b := range []key.Binding{m.keys.NewShell, m.keys.OtherShell, m.keys.Back} {
		if b.Enabled() {
			can = append(can, b.Help().Key+": "+b.Help().Desc)
		}
	}
	if hints := strings.Join(can, "   "); safetext.Width(hints) <= m.cols {
		can = []string{hints}
	}
	for _, c := range can {
		say(themes.KeyDesc, c, 0)
	}
	return lines
}
