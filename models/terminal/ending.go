package terminal

import (
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge"
)

// startFailure is the end of a session that never began.
func startFailure(err error) models.End {
	end := models.NotStarted(err)
	if end.Kind == models.EndNotStarted {
		end.Line = "could not be opened"
	}
	return end
}

// learnEnd asks the server how the session ended.
func (m *Model) learnEnd(reason termbridge.EndReason, cause error) tea.Cmd {
	client, control, gen, ref := m.env.Client, m.control, m.gen, m.ref
	gone := m.podGone
	return func() tea.Msg {
		end := models.AskEnd(client, control, ref, models.Stream{Lost: reason == termbridge.EndBroken, Cut: reason == termbridge.EndCut, Cause: cause})
		if gone {
			end.More = "The pod was deleted from here."
		}
		return endedMsg{Answer: models.To(m), gen: gen, end: end}
	}
}

// gotEnd takes the session's end. A shell that is not there is no end yet, as
// long as another one can be tried.
func (m *Model) gotEnd(msg endedMsg) tea.Cmd {
	lasted := m.env.Now().Sub(m.opened)
	soon := lasted < noShellWithin && !m.typedInto || lasted < typedWithin
	if len(m.cmd) > 0 || !soon || m.podGone || !notThere(msg.end, nil) {
		m.ended(msg.end)
		return nil
	}
	if msg.end.ExitCode != noneThere && m.nextShell() {
		m.Close()
		m.ahead = m.handed // nobody got it
		return m.start()
	}
	m.ended(m.noShell(msg.end))
	return nil
}
