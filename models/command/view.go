package command

import (
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/themes"
)

// SetSize gives the rectangle: the command line, a line per pod where there are
// several, how the shown run stands, and its output.
func (m *Model) SetSize(cols, rows int) {
	m.cols, m.rows = cols, rows
	m.layout()
}

// SetTheme takes a new theme.
func (m *Model) SetTheme(theme themes.Theme) {
	m.theme = theme
	m.out.SetTheme(theme)
}

// listRows is how many rows the pods take: none for one pod, a third of the
// screen at most for many.
func (m *Model) listRows() int {
	if len(m.runs) < 2 {
		return 0
	}
	return min(len(m.runs), max(m.rows/3, 1))
}

// layout follows a change of the rectangle or of the runs' ends.
func (m *Model) layout() {
	m.input.SetWidth(max(m.cols-4, 1))
	m.out.SetSize(m.cols, max(m.rows-1-m.listRows()-len(m.standing()), 0))
}

// View draws the screen.
func (m *Model) View() string {
	if m.cols <= 0 || m.rows <= 0 {
		return ""
	}
	lines := []string{m.commandLine()}
	lines = append(lines, m.list()...)
	lines = append(lines, m.standing()...)
	for i := range lines {
		lines[i] = safetext.Fit(lines[i], m.cols)
	}
	if len(lines) >= m.rows {
		return strings.Join(lines[:m.rows], "\n")
	}
	return strings.Join(append(lines, m.out.View()), "\n")
}

func (m *Model) commandLine() string {
	if m.asking {
		return m.input.View()
	}
	return m.theme.Paint(themes.Strong, safetext.Line("$ "+m.line, m.cols))
}

// Cursor is in the command line while it is asked for, or in the search.
func (m *Model) Cursor() *tea.Cursor {
	if m.asking {
		return m.input.Cursor()
	}
	if x, y, ok := m.out.Cursor(); ok {
		return tea.NewCursor(x, y+m.rows-max(m.rows-1-m.listRows()-len(m.standing()), 0))
	}
	return nil
}

// list is a line per pod, those around the shown one when there is no room for
// all.
func (m *Model) list() []string {
	n := m.listRows()
	if n == 0 {
		return nil
	}
	first := min(max(m.at-n/2, 0), len(m.runs)-n)
	var lines []string
	for i, r := range m.runs[first : first+n] {
		role, mark := m.roleOf(r), "  "
		if first+i == m.at {
			mark = "> "
		}
		text := safetext.Line(mark+r.ref.Name, max(m.cols-24, 8))
		lines = append(lines, safetext.Fit(text, max(m.cols-24, 8))+" "+m.theme.Paint(role, safetext.Line(m.stateOf(r), 22)))
	}
	return lines
}

func (m *Model) roleOf(r *run) themes.Role {
	switch {
	case r.state != done:
		return themes.Pending
	case r.end.OK:
		return themes.OK
	}
	return themes.Error
}

func (m *Model) stateOf(r *run) string {
	switch r.state {
	case queued:
		return "waiting"
	case starting:
		return "starting"
	case running:
		return "running"
	}
	return r.end.Line
}

// moreRows bounds what is said about an end, so that output keeps its room.
const moreRows = 4

// standing is how the shown run stands: its end, time and bytes, and below what
// its end means.
func (m *Model) standing() []string {
	r := m.shown()
	if r == nil {
		return nil
	}
	took := r.took
	if r.state != done && m.now.After(r.began) {
		took = m.now.Sub(r.began)
	}
	unit := time.Millisecond
	if r.state != done || took >= 10*time.Second {
		unit = time.Second
	}
	parts := []string{m.stateOf(r), took.Round(unit).String()}
	if r.output != nil {
		t := r.output.Totals()
		parts = append(parts, fmt.Sprintf("stdout %s, stderr %s", size(t.Stdout), size(t.Stderr)))
		if t.DroppedBytes > 0 {
			parts = append(parts, "oldest "+size(t.DroppedBytes)+" no longer kept")
		}
	}
	if r.state == done && r.end.OK && r.output != nil && r.output.Totals().Lines == 0 {
		parts = append(parts, "no output")
	}
	lines := []string{m.theme.Paint(m.roleOf(r), safetext.Line(strings.Join(parts, " · "), m.cols))}
	if r.state == done && r.end.More != "" {
		more := safetext.Wrap(r.end.More, m.cols)
		for _, line := range more[:min(len(more), moreRows)] {
			lines = append(lines, m.theme.Paint(themes.Text, line))
		}
	}
	return lines
}

// size is a number of bytes for people.
func size(n int64) string {
	const k = 1 << 10
	switch {
	case n < k:
		return fmt.Sprintf("%d B", n)
	case n < k*k:
		return fmt.Sprintf("%.1f KiB", float64(n)/k)
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(k*k))
}
