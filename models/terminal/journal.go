package terminal

import (
	"strings"

	"podium/models"
)

// journal has it written down how the session ended.
func (m *Model) journal(end models.End) {
	e := models.Entry{Action: "shell", Target: m.ref.String(), Result: end.Line, Failed: !end.Known && end.More != ""}
	if m.container != "" {
		e.Target += "/" + m.container
	}
	if len(m.cmd) > 0 {
		e.Action = "terminal"
		e.Result = strings.Join(m.cmd, " ") + ": " + e.Result
	}
	m.env.Wish(models.JournalMsg{Entry: e})
}
