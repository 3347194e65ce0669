package pods

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
)

// savedMsg is where the list was saved.
type savedMsg struct {
	models.Answer
	path string
	err  error
}

// save writes the rows in view of the filter to a file, in a command: there may
// be tens of thousands.
func (m *Model) save() tea.Cmd {
	pods := make([]*known, len(m.rows.order))
	for i, e := range m.rows.order {
		pods[i] = e.known
	}
	store, columns, now := m.env.Store, m.columns, m.now
	return func() tea.Msg {
		path, err := store.Save("pods.tsv", tabbed(columns, pods, now))
		return savedMsg{Answer: models.To(m), path: path, err: err}
	}
}

// tabbed are the cells of the pods, and the titles above, with tabs between. They
// are made harmless, as files are printed to terminals.
func tabbed(columns []column, pods []*known, now time.Time) []byte {
	var text []byte
	for i, c := range columns {
		if i > 0 {
			text = append(text, '\t')
		}
		text = append(text, c.Title...)
	}
	for _, k := range pods {
		text = append(text, '\n')
		for i, c := range columns {
			if i > 0 {
				text = append(text, '\t')
			}
			text = append(text, safetext.Clean(c.cell(&k.row, now).Text)...)
		}
	}
	return append(text, '\n')
}

func (m *Model) saved(msg savedMsg) {
	if msg.err != nil {
		m.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: msg.err.Error()})
		return
	}
	m.say("Saved the list to %s", msg.path)
}
