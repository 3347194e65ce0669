package editor

import (
	"fmt"
	"strings"

	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
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
	case m.picker != nil:
		return m.drawPicker()
	case m.menu != nil:
		return m.drawMenu()
	case m.file != nil:
		return m.file.View()
	case m.diff != nil:
		return m.drawDiff()
	}
	var lines []string
	if m.rows > statusRows {
		lines = append(lines, m.drawText())
	}
	said, standing := m.sayLine(), m.standing()
	if m.rows > 1 {
		lines = append(lines, safetext.Fit(said, m.cols))
	}
	return strings.Join(append(lines, safetext.Fit(standing, m.cols)), "\n")
}

// drawText draws the text with what is open over it.
func (m *Model) drawText() string {
	if m.popup == nil && m.docs == nil {
		return m.buf.View()
	}
	rows := strings.Split(m.buf.View(), "\n")
	if m.popup != nil {
		b, x, y := m.placePopup(len(rows))
		over(rows, b, x, y, m.cols)
	}
	if m.docs != nil {
		b := m.docs.draw(m.theme, m.cols, len(rows))
		y := len(rows) - len(b.lines)
		if _, cy, ok := m.buf.Cursor(); ok && cy >= y {
			y = 0 // the line that it is about stays in view
		}
		over(rows, b, max((m.cols-b.width)/2, 0), y, m.cols)
	}
	return strings.Join(rows, "\n")
}

// markLook is how a severity is shown.
func markLook(s buffer.Severity) (themes.Role, string) {
	switch s {
	case buffer.SeverityError:
		return themes.Error, "x"
	case buffer.SeverityWarning:
		return themes.Warning, "!"
	default:
		return themes.Muted, "·"
	}
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
	role, _ := markLook(mark.Severity)
	return m.theme.Paint(role, safetext.Line(mark.Message, m.cols))
}

func (m *Model) standing() string {
	line, col := m.buf.Position()
	parts := []string{fmt.Sprintf("line %d, column %d", line, col)}
	if t := m.tally(); t != "" {
		parts = append(parts, t)
	}
	switch {
	case !m.buf.Dirty():
		parts = append(parts, "unchanged")
	case m.saved == m.buf.Revision():
		parts = append(parts, "draft kept")
	}
	text := safetext.Line(strings.Join(parts, " · "), m.cols)
	if room := m.cols - safetext.Width(text) - 3; room > 10 && m.path != "" {
		return m.theme.Paint(themes.Muted, text+" · ") + m.theme.Paint(themes.Text, pathLine(m.path, room))
	}
	return m.theme.Paint(themes.Muted, text)
}

// pathLine shortens a path from the left: its end says most.
func pathLine(path string, room int) string {
	path = safetext.Clean(path)
	if over := safetext.Width(path) - room; over > 0 {
		path = "…" + safetext.Cut(path, over+1, room-1)
	}
	return path
}

// tally counts the problems by how bad they are.
func (m *Model) tally() string {
	if len(m.found) == 0 {
		if m.checked == m.buf.Revision() {
			return "no problems"
		}
		return ""
	}
	counts := map[manifest.Severity]int{}
	for _, p := range m.found {
		counts[p.Severity]++
	}
	var parts []string
	if counts[manifest.Error]+counts[manifest.Warning] == 0 {
		parts = append(parts, "no problems")
	}
	for _, s := range []manifest.Severity{manifest.Error, manifest.Warning, manifest.Hint} {
		if counts[s] > 0 {
			parts = append(parts, models.Count(counts[s], s.String()))
		}
	}
	return strings.Join(parts, ", ")
}
