package ui

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// savedMsg is where a text was saved.
type savedMsg struct {
	what, path string
	err        error
}

// saveText writes a file in a command.
func (r *root) saveText(msg models.SaveMsg) {
	store := r.env.Store
	r.do(func() tea.Msg {
		path, err := store.Save(msg.Name, []byte(msg.Text))
		return savedMsg{what: msg.What, path: path, err: err}
	})
}

// saySaved says where it is.
func (r *root) saySaved(msg savedMsg) {
	if msg.err != nil {
		r.notify(models.NoticeMsg{Level: models.LevelError, Text: msg.err.Error()})
		return
	}
	r.notify(models.NoticeMsg{Text: fmt.Sprintf("Saved %s to %s", msg.what, msg.path)})
}
