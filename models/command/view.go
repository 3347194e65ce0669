package command

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// SetSize gives the rectangle: the prompt or the line that was run, how it
// stands, and its output or its groups.
func (m *Model) SetSize(cols, rows int) {
	m.cols, m.rows = cols, rows
	m.layout()
}

// SetTheme takes a new theme.
func (m *Model) SetTheme(theme themes.Theme) {
	m.theme = theme
	m.out.SetTheme(theme)
}

// layout follows a change of the rectangle or of what stands above the output.
func (m *Model) layout() {
	m.out.SetSize(m.cols, max(m.rows-len(m.head()), 0))
}

// head is what stands above the output.
func (m *Model) head() []string {
	lines := m.promptRows()
	if c := m.card(); c != nil {
		if !m.asks() {
			lines = append([]string{m.commandLine(c)}, lines...)
		}
		lines = append(lines, m.standing(c)...)
	}
	return lines
}

// View draws the screen.
func (m *Model) View() string {
	if m.cols <= 0 || m.rows <= 0 {
		return ""
	}
	lines := m.head()
	c := m.card()
	if c != nil && c.fan != nil && m.page == pageGroups {
		lines = append(lines, m.groupRows(c, max(m.rows-len(lines), 0))...)
		for len(lines) < m.rows {
			lines = append(lines, "")
		}
	}
	for i := range lines {
		lines[i] = safetext.Fit(lines[i], m.cols)
	}
	if len(lines) >= m.rows {
		return strings.Join(lines[:m.rows], "\n")
	}
	if c == nil {
		for len(lines) < m.rows {
			lines = append(lines, safetext.Spaces(m.cols))
		}
		return strings.Join(lines, "\n")
	}
	return strings.Join(append(lines, m.out.View()), "\n")
}

// commandLine is what was run, and which of the cards this is.
func (m *Model) commandLine(c *card) string {
	text := c.spec.sign() + c.spec.typed()
	if c.spec.stdin != "" {
		text += "  < " + c.spec.stdin
	}
	which := ""
	if n := len(m.cards); n > 1 {
		which = fmt.Sprintf(" %d/%d", m.at+1, n)
	}
	text = safetext.Line(text, m.cols-len(which))
	return m.theme.Paint(themes.Strong, safetext.Fit(text, max(m.cols-len(which), 0))) + m.theme.Paint(themes.Muted, which)
}

// Cursor is where text is typed.
func (m *Model) Cursor() *tea.Cursor {
	row, name := 0, ""
	switch m.field {
	case fieldLine:
		name = spec{argv: m.argv}.sign()
	case fieldStdin:
		row, name = 1, "stdin < "
	case fieldFilter:
		row, name = 1, "lines & "
	case fieldWatch:
		row, name = 1, "watch every "
	case fieldNone:
		if x, y, ok := m.out.Cursor(); ok {
			return tea.NewCursor(x, y+len(m.head()))
		}
		return nil
	}
	width := safetext.Width(name)
	_, x := m.typedLine().View(m.cols - width)
	if width+x >= m.cols || row >= m.rows {
		return nil
	}
	return tea.NewCursor(width+x, row)
}

func (c *card) role() themes.Role {
	switch {
	case c.state != done:
		return themes.Pending
	case c.end.OK:
		return themes.OK
	}
	return themes.Error
}

// moreRows bounds what is said about an end, so that output keeps its room.
const moreRows = 4

// standing is how the card stands: its end, time, place and bytes, and below what
// its end means.
func (m *Model) standing(c *card) []string {
	now := m.now
	if now.Before(c.began) {
		now = c.began
	}
	parts := []string{c.standing(now)}
	if c.run != nil && c.run.output != nil {
		t := c.run.totals
		parts = append(parts, fmt.Sprintf("stdout %s, stderr %s", size(t.Stdout), size(t.Stderr)))
		if c.state == done && c.end.OK && t.Lines == 0 {
			parts = append(parts, "no output")
		}
	}
	parts = append(parts, "at "+c.began.Format("15:04:05"))
	if len(c.targets) == 1 {
		parts = append(parts, c.where())
	}
	lines := []string{m.theme.Paint(c.role(), safetext.Line(strings.Join(parts, " · "), m.cols))}
	if o := m.openPod(c); o != nil {
		lines = append(lines, m.theme.Paint(themes.Strong, m.podLine(c, o)))
	}
	if w := c.watch; w != nil {
		text := fmt.Sprintf("watched every %s · run %d · %s changed", w.every, w.runs, models.Count(w.changed, "line"))
		if w.until != "" {
			text += " · until " + w.until
		}
		lines = append(lines, m.theme.Paint(themes.Accent, safetext.Line(text, m.cols)))
	}
	if m.filter != "" {
		lines = append(lines, m.theme.Paint(themes.Accent, safetext.Line("lines & "+m.filter+" · esc shows all", m.cols)))
	}
	if c.fan == nil && c.state == done && c.end.More != "" {
		more := safetext.Wrap(c.end.More, m.cols)
		for _, line := range more[:min(len(more), moreRows)] {
			lines = append(lines, m.theme.Paint(themes.Text, line))
		}
	}
	return lines
}
