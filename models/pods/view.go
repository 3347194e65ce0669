package pods

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/themes"
)

// introRows is the number of lines of the explanation at the first start.
func (m *Model) introRows() int {
	if !m.intro || m.rowsHigh < 8 {
		return 0
	}
	return len(m.introLines())
}

func (m *Model) introLines() []string {
	return safetext.Wrap(introText+" (esc: hide)", max(m.cols-2, 1))
}

// refresh draws what is around the table and gives it the room that is left.
func (m *Model) refresh() {
	m.table.SetFaded(m.feed.lost != nil)
	foot := m.foot()
	head := m.introRows()
	m.table.SetSize(m.cols, max(m.rowsHigh-head-len(foot), 0))
	table := m.table.View()
	if m.cols == 0 || m.rowsHigh == 0 {
		m.view = ""
		return
	}
	if head == 0 && len(foot) == 0 {
		m.view = table
		return
	}
	parts := make([]string, 0, head+len(foot)+1)
	if head > 0 {
		for _, line := range m.introLines() {
			parts = append(parts, m.theme.Paint(themes.Notice, safetext.Fit(" "+line, m.cols)))
		}
	}
	if m.rowsHigh > head+len(foot) {
		parts = append(parts, table)
	}
	parts = append(parts, foot...)
	if view := strings.Join(parts, "\n"); view != m.view {
		m.view = view
	}
}

// View is the list as it was drawn last.
func (m *Model) View() string { return m.view }

// foot are the lines below the table: what is lost, what is marked and the
// filter. The last ones win where there is little room.
func (m *Model) foot() []string {
	var out []string
	if text := m.lostText(); text != "" {
		out = append(out, m.theme.Paint(themes.Error, safetext.Fit(" "+text, m.cols)))
	}
	if line := m.filterLine(); line != "" {
		out = append(out, line)
	} else if n := m.table.Marks(); n > 0 {
		out = append(out, m.theme.Paint(themes.Accent, safetext.Fit(" "+m.marksText(n), m.cols)))
	}
	return out[max(len(out)-max(m.rowsHigh-1, 0), 0):]
}

func (m *Model) marksText(n int) string {
	text := fmt.Sprintf("%d marked", n)
	if _, hidden := m.table.Marked(); len(hidden) > 0 {
		text += fmt.Sprintf(", %d of them hidden by the filter", len(hidden))
	}
	return text + " · U clears"
}

// filterLine shows the filter that is typed or in force, "" when there is none.
func (m *Model) filterLine() string {
	th := m.theme
	if !m.typing {
		if m.rows.filter == nil {
			return ""
		}
		count, _ := m.note()
		text := safetext.Line(" /"+m.rows.filter.text, m.cols)
		rest := safetext.Line("  "+count+" · esc clears", max(m.cols-safetext.Width(text), 0))
		return th.Paint(themes.Accent, text) + th.Paint(themes.Muted, safetext.Fit(rest, m.cols-safetext.Width(text)))
	}
	note, role := m.note()
	room := m.noteRoom(note)
	text, _ := m.line.View(max(m.cols-len(filterPrompt)-room, 0))
	out := th.Paint(themes.KeyHint, safetext.Fit(filterPrompt, min(len(filterPrompt), m.cols))) + th.Paint(themes.Input, text)
	if room > 0 {
		out += th.Paint(role, safetext.FitRight(safetext.Line(note, room-2)+" ", room))
	}
	return out
}

// note is what stands beside the filter: what is wrong with it, else how many
// rows it leaves.
func (m *Model) note() (string, themes.Role) {
	if m.bad != "" {
		return m.bad, themes.Error
	}
	text := fmt.Sprintf("%d of %d", len(m.rows.order), len(m.rows.byKey))
	if n := m.table.Marks(); n > 0 {
		text += " · " + m.marksText(n)
	}
	return text, themes.Muted
}

const filterPrompt = " /"

// noteRoom is how many cells the note beside what is typed may take: what is
// typed matters more.
func (m *Model) noteRoom(note string) int {
	return min(safetext.Width(safetext.Line(note, m.cols))+3, max(m.cols/2, m.cols-safetext.Width(m.line.Value())-8, 0))
}

// Cursor is in the filter while it is typed.
func (m *Model) Cursor() *tea.Cursor {
	if !m.typing || m.rowsHigh == 0 {
		return nil
	}
	note, _ := m.note()
	_, x := m.line.View(max(m.cols-len(filterPrompt)-m.noteRoom(note), 0))
	return tea.NewCursor(len(filterPrompt)+x, m.rowsHigh-1)
}
