package editor

import (
	"fmt"
	"strings"

	"podium/internal/safetext"
	buffer "podium/models/widget/editor"
	"podium/themes"
)

// statusRows are the lines below the text: the problem of the cursor's line, or
// what happened last; then where the cursor is and how the text stands.
const statusRows = 2

// View draws the text and what is known about it.
func (m *Model) View() string {
	switch {
	case m.cols <= 0 || m.rows <= 0:
		return ""
	case m.start != nil:
		return m.start.View()
	}
	var lines []string
	if m.rows > statusRows {
		lines = append(lines, m.buf.View())
	}
	said, standing := m.sayLine(), m.standing()
	if m.rows > 1 {
		lines = append(lines, safetext.Fit(said, m.cols))
	}
	return strings.Join(append(lines, safetext.Fit(standing, m.cols)), "\n")
}

func (m *Model) sayLine() string {
	if notice := m.buf.Notice(); notice != "" {
		return m.theme.Paint(themes.Warning, safetext.Line(notice, m.cols))
	}
	if m.note != "" {
		return m.theme.Paint(m.noteRole, safetext.Line(m.note, m.cols))
	}
	mark, ok := m.buf.Problem()
	if !ok {
		return ""
	}
	role := themes.Error
	if mark.Severity == buffer.SeverityWarning {
		role = themes.Warning
	}
	return m.theme.Paint(role, safetext.Line(mark.Message, m.cols))
}

func (m *Model) standing() string {
	line, col := m.buf.Position()
	parts := []string{fmt.Sprintf("line %d, column %d", line, col)}
	if errs := countErrors(m.found); len(m.found) > 0 {
		parts = append(parts, plural(errs, "error")+", "+plural(len(m.found)-errs, "warning"))
	} else if m.checked == m.buf.Revision() {
		parts = append(parts, "no problems")
	}
	switch {
	case !m.buf.Dirty():
		parts = append(parts, "unchanged")
	case m.saved == m.buf.Revision():
		parts = append(parts, "draft kept")
	}
	return m.theme.Paint(themes.Muted, safetext.Line(strings.Join(parts, " · "), m.cols))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
