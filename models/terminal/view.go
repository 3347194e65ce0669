package terminal

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/termbridge/vt"
	"podium/themes"
)

// View draws the pane: the program's screen, and over its last lines how the
// session ended.
func (m *Model) View() string { return m.view }

// Cursor is the program's cursor, in its own shape.
func (m *Model) Cursor() *tea.Cursor {
	c := m.frame.Cursor
	if m.state != running || m.offset > 0 || !c.Visible || c.X >= m.cols || c.Y >= m.rows {
		return nil
	}
	cursor := tea.NewCursor(c.X, c.Y)
	cursor.Blink = c.Blink
	switch c.Shape {
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
	lines := make([]string, m.rows)
	blank := strings.Repeat(" ", m.cols)
	for i := range lines {
		lines[i] = blank
		// While a resize is on its way the picture may still have the old
		// size: only rows that fit are shown.
		if i < len(m.frame.Lines) && m.frame.Cols == m.cols {
			lines[i] = m.frame.Lines[i]
		}
	}
	switch m.state {
	case choosing:
		m.overlay(lines, 0, m.choiceLines())
	case starting:
		m.overlay(lines, 0, []string{m.paint(themes.Muted, "opening "+m.Title()+" …")})
	case ended:
		said := m.endLines()
		m.overlay(lines, max(m.rows-len(said), 0), said)
	}
	if m.offset > 0 {
		mark := fmt.Sprintf(" %s back ", plural(m.offset, "line"))
		m.overlay(lines, 0, []string{m.paint(themes.Notice, mark)})
	}
	m.view = strings.Join(lines, "\n")
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
	lines := []string{
		m.paint(themes.Border, strings.Repeat("─", m.cols)),
		m.paint(role, m.Title()+": "+m.end.Line),
	}
	for _, more := range safetext.Wrap(strings.TrimSpace(m.end.More), m.cols) {
		if len(lines) < max(m.rows-1, 1) {
			lines = append(lines, m.paint(themes.Text, more))
		}
	}
	return append(lines, m.paint(themes.KeyDesc, "enter: new shell here   esc: back"))
}

// save writes the session's text, scrollback and screen, to a file.
func (m *Model) save() tea.Cmd {
	if m.bridge == nil {
		return nil
	}
	var text strings.Builder
	m.bridge.View(func(t *vt.Terminal) {
		for i := range t.LineCount() {
			text.WriteString(t.Line(i).Text)
			if !t.Line(i).Wrapped {
				text.WriteByte('\n')
			}
		}
	})
	name := fmt.Sprintf("%s-%s.txt", m.ref.Name, m.env.Now().Format(time.DateOnly+"-150405"))
	store := m.env.Store
	return func() tea.Msg {
		path, err := store.Save(name, []byte(text.String()))
		if err != nil {
			return models.NoticeMsg{Level: models.LevelError, Text: "The transcript could not be saved: " + err.Error()}
		}
		return models.NoticeMsg{Text: "Transcript saved to " + path}
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
