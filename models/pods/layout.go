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
	shown := m.layout.shown(m.env.Namespace == "", m.wide(), m.rows.by)
	if slices.EqualFunc(shown, m.columns, func(a, b column) bool { return a.ID == b.ID }) {
		return
	}
	m.columns = shown
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

// configured is the layout that the configuration names. One that is wrong is
// told of, and the usual one stands in for it.
func (m *Model) configured() layout {
	words := m.env.Settings.ListColumns
	if len(words) == 0 {
		return defaultLayout()
	}
	l, err := parseLayout(words)
	if err != nil {
		m.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: "list.columns in the configuration: " + err.Error()})
		return defaultLayout()
	}
	return l
}

// CheckColumns says what is wrong with the columns that are configured, nil when
// nothing is.
func CheckColumns(s models.Settings) error {
	if len(s.ListColumns) == 0 {
		return nil
	}
	_, err := parseLayout(s.ListColumns)
	return err
}

// begin takes over what is configured of the list.
func (m *Model) begin() tea.Cmd {
	s := &m.env.Settings
	m.base = m.configured()
	m.layout = m.base
	if s.ListWide {
		wide := true
		m.wideSet = &wide
	}
	m.relayout()
	if _, ok := columnOf(s.ListSort); ok {
		return m.order(s.ListSort, false)
	}
	return nil
}

// settled takes over what was changed of it.
func (m *Model) settled(before models.Settings) tea.Cmd {
	s := &m.env.Settings
	if !slices.Equal(s.ListColumns, before.ListColumns) {
		m.base = m.configured()
		m.layout, m.kept = m.base, ""
	}
	if s.ListWide != before.ListWide {
		wide := s.ListWide
		m.wideSet = &wide
	}
	m.relayout()
	if _, ok := columnOf(s.ListSort); ok && s.ListSort != before.ListSort {
		return m.order(s.ListSort, false)
	}
	return nil
}

// placeOf is the place of a column.
func (l layout) placeOf(id string) place {
	for _, p := range l {
		if p.id == id {
			return p.place
		}
	}
	return hidden
}

// layoutHistory is the history that remembers which columns were chosen: a
// layout, a blank, and the configured one that it was chosen in place of. Once
// another is configured, that one holds.
const layoutHistory = "columns"

// layoutMsg is the line that was kept last.
type layoutMsg struct {
	models.Answer
	line string
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
		return layoutMsg{Answer: models.To(m), line: lines[len(lines)-1]}
	}
}

// recalledLayout takes it over, unless another was chosen meanwhile. One that
// cannot be read, by an older podium perhaps, counts as none.
func (m *Model) recalledLayout(line string) {
	chosen, base, _ := strings.Cut(line, " ")
	l, err := parseLayout(strings.Split(chosen, ","))
	if err != nil || base != m.base.String() || m.kept != "" {
		return
	}
	m.layout, m.kept = l, line
	m.relayout()
}

// setLayout shows another layout and keeps it for the next start.
func (m *Model) setLayout(l layout) tea.Cmd {
	var cmd tea.Cmd
	if by := m.wantedOrder().by; m.layout.placeOf(by) != hidden && l.placeOf(by) == hidden {
		cmd = m.order(colName, false) // the one that it was sorted by is not wanted
	}
	m.layout = l
	m.relayout()
	m.refresh()
	line, store := l.String()+" "+m.base.String(), m.env.Store
	if line == m.kept || store == nil {
		return cmd
	}
	m.kept = line
	return tea.Batch(cmd, m.write(func() error { return store.AppendHistory(layoutHistory, line) }))
}

func warning(err error) models.NoticeMsg {
	return models.NoticeMsg{Level: models.LevelWarning, Text: err.Error()}
}
