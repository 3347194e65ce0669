package pods

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/widget/table"
)

// relayout shows the columns that the layout names for this width.
func (m *Model) relayout() {
	m.columns = m.layout.shown(m.env.Namespace == "", m.wide())
	cols := make([]table.Column, len(m.columns))
	for i, c := range m.columns {
		cols[i] = c.Column
	}
	m.table.SetColumns(cols)
}

// complete is the layout with every column there is, those that it does not name
// hidden at its end.
func (l layout) complete() layout {
	out := slices.Clone(l)
	for _, c := range allColumns {
		if !slices.ContainsFunc(l, func(p placed) bool { return p.id == c.ID }) {
			out = append(out, placed{c.ID, hidden})
		}
	}
	return out
}

// layoutHistory is the history that remembers which columns were chosen.
const layoutHistory = "columns"

// layoutMsg is the layout that was chosen last, as it was kept.
type layoutMsg struct {
	owner *Model
	line  string
}

// recallLayout reads the layout that was chosen last.
func (m *Model) recallLayout() tea.Cmd {
	store := m.env.Store
	if store == nil {
		return nil
	}
	return func() tea.Msg {
		lines, err := store.History(layoutHistory)
		switch {
		case err != nil:
			return warning(err)
		case len(lines) == 0:
			return nil
		}
		return layoutMsg{owner: m, line: lines[len(lines)-1]}
	}
}

// recalledLayout takes it over, unless another was chosen meanwhile. One that
// cannot be read, by an older podium perhaps, counts as none.
func (m *Model) recalledLayout(line string) {
	l, err := parseLayout(strings.Split(line, ","))
	if err != nil || m.kept != "" {
		return
	}
	m.layout, m.kept = l, line
	m.relayout()
}

// keepLayout writes the layout for the next start.
func (m *Model) keepLayout() tea.Cmd {
	line, store := m.layout.String(), m.env.Store
	if line == m.kept || store == nil {
		return nil
	}
	m.kept = line
	return m.write(func() error { return store.AppendHistory(layoutHistory, line) })
}

// setLayout shows and keeps another layout.
func (m *Model) setLayout(l layout) tea.Cmd {
	m.layout = l
	m.relayout()
	m.refresh()
	return m.keepLayout()
}

func warning(err error) models.NoticeMsg {
	return models.NoticeMsg{Level: models.LevelWarning, Text: err.Error()}
}
