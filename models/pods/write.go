package pods

import (
	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// writes are what is to be kept in the store, in order: commands run side by
// side, so one is under way at most.
type writes struct {
	waiting []func() error
	busy    bool
}

// wroteMsg says that one was written.
type wroteMsg struct {
	models.Answer
	err error
}

// write keeps something in the store, after what was given before.
func (m *Model) write(do func() error) tea.Cmd {
	m.writes.waiting = append(m.writes.waiting, do)
	return m.writeNext()
}

func (m *Model) writeNext() tea.Cmd {
	w := &m.writes
	if w.busy || len(w.waiting) == 0 {
		return nil
	}
	do := w.waiting[0]
	w.busy, w.waiting = true, w.waiting[1:]
	return func() tea.Msg { return wroteMsg{Answer: models.To(m), err: do()} }
}

func (m *Model) wrote(msg wroteMsg) tea.Cmd {
	m.writes.busy = false
	if msg.err != nil {
		m.env.Wish(warning(msg.err))
	}
	return m.writeNext()
}
