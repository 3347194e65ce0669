package contexts

import (
	"fmt"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// removeMsg is what the question does on yes.
type removeMsg struct{ id string }

// removedMsg is how removing went.
type removedMsg struct {
	models.Answer
	err error
}

// change adds an endpoint, or edits or removes the one under the cursor.
func (m *Model) change(k tea.KeyPressMsg) {
	if _, can := m.env.Contexts.(models.Endpoints); !can {
		return
	}
	c, ok := m.current()
	switch {
	case key.Matches(k, m.keys.Add):
		m.env.Wish(models.EndpointMsg{})
	case !ok:
	case !c.Added:
		m.env.Wish(models.NoticeMsg{Text: fmt.Sprintf("%s was not added here, so it is not changed here either: it comes from %s", label(c), c.Source)})
	case key.Matches(k, m.keys.Edit):
		m.env.Wish(models.EndpointMsg{ID: c.ID})
	default:
		m.env.Wish(models.ConfirmMsg{
			Title: "Remove the endpoint?", Yes: "Remove", Do: removeMsg{c.ID},
			Question: fmt.Sprintf("podium forgets %s (%s) and its token. Its pods stay as they are.", label(c), c.Address),
		})
	}
}

func (m *Model) remove(id string) tea.Cmd {
	kept, can := m.env.Contexts.(models.Endpoints)
	if !can {
		return nil
	}
	return func() tea.Msg { return removedMsg{Answer: models.To(m), err: kept.Remove(id)} }
}

func (m *Model) removed(msg removedMsg) tea.Cmd {
	if msg.err != nil {
		m.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: msg.err.Error()})
	}
	return m.look()
}
