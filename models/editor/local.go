package editor

import (
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/themes"
)

// edited takes what the user's own editor has left, as one step of undo, and
// checks it like anything typed here. Where the text was changed here meanwhile
// it stays, and the other one stays a draft.
func (m *Model) edited(text string) tea.Cmd {
	if m.buf.Revision() != m.lent {
		m.say(themes.Warning, "The text was changed here too and stays; what the editor left is kept as a draft of its own.")
		return nil
	}
	if text == m.buf.Text() {
		return nil
	}
	if err := m.buf.ReplaceAll(text); err != nil {
		m.say(themes.Error, "What the editor left is kept as a draft of its own: %v", err)
		return nil
	}
	m.note = ""
	store, id, revision := m.env.Store, m.draft, m.buf.Revision()
	return tea.Batch(m.check(), func() tea.Msg {
		msg := savedMsg{Answer: models.To(m), revision: revision, err: store.SaveDraft(id, []byte(text))}
		if msg.err == nil {
			// One too many is offered again, and harms nobody.
			_ = store.DeleteDraft(id + lentSuffix)
		}
		return msg
	})
}

// lentSuffix tells the draft of the text that was lent to the user's own editor
// from that of the text here.
const lentSuffix = "-editor"
