package terminal

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge"
)

// startFailure is the end of a session that never began.
func startFailure(err error) models.End {
	if errors.Is(err, context.Canceled) {
		return models.End{Line: "cancelled", More: "The session was given up before it had started."}
	}
	return models.End{Line: "could not be opened", More: err.Error()}
}

// noShellWithin is how soon after its start a shell that is not there ends.
const noShellWithin = 3 * time.Second

// learnEnd asks the server how the session ended.
func (m *Model) learnEnd(reason termbridge.EndReason, cause error) tea.Cmd {
	client, control, gen, ref := m.env.Client, m.control, m.gen, m.ref
	shell := len(m.cmd) == 0 && m.env.Now().Sub(m.opened) < noShellWithin
	gone := m.podGone
	return func() tea.Msg {
		end := models.AskEnd(client, control, ref, models.Stream{Lost: reason == termbridge.EndBroken, Cut: reason == termbridge.EndCut, Cause: cause})
		switch {
		case gone:
			end.More = "The pod was deleted from here."
		case shell && end.Known && (end.ExitCode == 126 || end.ExitCode == 127):
			end.Line = "no shell (" + end.Line + ")"
			end.More = "This container has no bash, ash or sh that can be run. x runs one of its own programs instead: type = before it."
		}
		return endedMsg{to: m, gen: gen, end: end}
	}
}
