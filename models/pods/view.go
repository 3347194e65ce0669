package pods

import (
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
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
	return safetext.Wrap(m.introText()+" ("+m.keys.Back.Help().Key+": hide)", max(m.cols-2, 1))
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

// paintOn paints text over the background of its line.
func (m *Model) paintOn(role, base themes.Role, text string) string {
	if base == themes.Text {
		return m.theme.Paint(role, text)
	}
	return m.theme.PaintOn(role, base, text)
}

// foot are the lines below the table: what is lost, what is marked, the choice
// of completions and the filter. The last ones win where there is little room.
func (m *Model) foot() []string {
	var out []string
	if text := m.lostText(); text != "" {
		out = append(out, m.theme.Paint(themes.Error, safetext.Fit(" "+text, m.cols)))
	}
	if line := m.sortingLine(); line != "" {
		out = append(out, line)
	}
	out = append(out, m.menuLines()...)
	if line := m.filterLine(); line != "" {
		out = append(out, line)
	} else if n := m.table.Marks(); n > 0 {
		out = append(out, m.theme.Paint(themes.Accent, safetext.Fit(" "+m.marksText(n), m.cols)))
	}
	return out[max(len(out)-max(m.rowsHigh-1, 0), 0):]
}

// footRows is how many lines there are below the table.
func (m *Model) footRows() int { return len(m.foot()) }

// menuRows is how many completions are shown at most.
const menuRows = 8

// menuLines are the completions that fit what is typed.
func (m *Model) menuLines() []string {
	menu := &m.edit.menu
	if !m.typing || !menu.open {
		return nil
	}
	room := min(len(menu.items), menuRows, m.rowsHigh/3)
	top := max(min(menu.at-room/2, len(menu.items)-room), 0)
	var out []string
	for i := top; i < top+room; i++ {
		base := themes.Text
		if i == menu.at {
			base = themes.Selected
		}
		text := "   " + menu.items[i]
		if i == top+room-1 && i < len(menu.items)-1 {
			text += fmt.Sprintf("   … %d more", len(menu.items)-1-i)
		}
		out = append(out, m.paintOn(themes.KeyDesc, base, safetext.Fit(safetext.Line(text, m.cols), m.cols)))
	}
	return out
}

func (m *Model) marksText(n int) string {
	text := models.Thousands(n) + " marked"
	if hidden := m.table.HiddenMarks(); hidden > 0 {
		text += ", " + models.Thousands(hidden) + " of them hidden by the filter"
	}
	return text + " · " + m.table.Keys.ClearMarks.Help().Key + " clears"
}

// filterLine shows the filter that is typed or in force, "" when there is none.
func (m *Model) filterLine() string {
	th := m.theme
	if !m.typing {
		f := m.wanted()
		if f == nil {
			return ""
		}
		count, _ := m.note()
		text := safetext.Line(" /"+f.text, m.cols)
		rest := safetext.Line("  "+count+" · "+m.keys.Back.Help().Key+" clears", max(m.cols-safetext.Width(text), 0))
		return th.Paint(themes.Accent, text) + th.Paint(themes.Muted, safetext.Fit(rest, m.cols-safetext.Width(text)))
	}
	note, role := m.note()
	room := m.noteRoom(note)
	out := th.Paint(themes.KeyHint, safetext.Fit(filterPrompt, min(len(filterPrompt), m.cols))) +
		m.typedText(max(m.cols-len(filterPrompt)-room, 0))
	if room > 0 {
		out += th.Paint(role, safetext.FitRight(safetext.Line(note, room-2)+" ", room))
	}
	return out
}

// typedText is what is typed, in exactly cols cells, what is wrong with it
// marked.
func (m *Model) typedText(cols int) string {
	e := &m.edit
	text, cursor := e.line.View(cols)
	if e.bad == nil {
		return m.theme.Paint(themes.Input, text)
	}
	// Cells of the view, from those of the whole line.
	left := safetext.Width(safetext.Clean(e.line.Before())) - cursor
	whole := e.line.Value()
	cell := func(at int) int {
		return min(max(safetext.Width(safetext.Clean(whole[:min(at, len(whole))]))-left, 0), cols)
	}
	from, to := cell(e.bad.from), cell(e.bad.to)
	part := func(role themes.Role, from, to int) string {
		if to <= from {
			return ""
		}
		return m.theme.Paint(role, safetext.Fit(safetext.Cut(text, from, to-from), to-from))
	}
	return part(themes.Input, 0, from) + part(themes.ProblemError, from, to) + part(themes.Input, to, cols)
}

// note is what stands beside the filter: what is wrong with it, else how many
// rows it leaves.
func (m *Model) note() (string, themes.Role) {
	if m.edit.bad != nil {
		return m.edit.bad.Error(), themes.Error
	}
	shown := models.Thousands(len(m.rows.order))
	if m.sieve != nil && m.sieve.filter != m.rows.filter {
		shown = "…"
	}
	text := shown + " of " + models.Thousands(len(m.rows.byKey))
	if n := m.table.Marks(); n > 0 {
		text += " · " + m.marksText(n)
	}
	return text, themes.Muted
}

const filterPrompt = " /"

// noteRoom is how many cells the note beside what is typed may take: what is
// typed matters more.
func (m *Model) noteRoom(note string) int {
	return min(safetext.Width(safetext.Line(note, m.cols))+3, max(m.cols/2, m.cols-safetext.Width(m.edit.line.Value())-8, 0))
}

// Cursor is in the filter while it is typed.
func (m *Model) Cursor() *tea.Cursor {
	if !m.typing || m.rowsHigh == 0 {
		return nil
	}
	note, _ := m.note()
	_, x := m.edit.line.View(max(m.cols-len(filterPrompt)-m.noteRoom(note), 0))
	return tea.NewCursor(len(filterPrompt)+x, m.rowsHigh-1)
}
