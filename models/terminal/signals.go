package terminal

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	"podium/themes"
)

// signals are those that can be sent to the process of the session, by the key
// that sends each.
var signals = []struct{ key, name, what string }{
	{"i", "INT", "interrupt, as ctrl-c does"},
	{"t", "TERM", "end in order"},
	{"h", "HUP", "the terminal has gone"},
	{"q", "QUIT", "end with a core dump"},
	{"1", "USR1", "what the program makes of it"},
	{"2", "USR2", "what the program makes of it"},
	{"K", "KILL", "end at once, whatever is lost"},
}

// signalTimeout bounds the request that sends a signal.
const signalTimeout = 10 * time.Second

// canSignal tells whether the endpoint can signal the process.
func (m *Model) canSignal() bool {
	return m.control != nil && m.env.Info.Has(api.CapExecKill)
}

// signalKey sends the signal of a key to the process that the exec started;
// any other key sends none.
func (m *Model) signalKey(k tea.KeyPressMsg) tea.Cmd {
	m.signals, m.stale = false, true
	for _, s := range signals {
		if k.String() == s.key && m.state == running {
			return m.kill(s.name)
		}
	}
	m.env.Wish(models.NoticeMsg{Text: "No signal was sent"})
	return nil
}

func (m *Model) kill(name string) tea.Cmd {
	control, what := m.control, m.what()
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), signalTimeout)
		defer cancel()
		if err := control.Kill(ctx, name); err != nil {
			return models.NoticeMsg{Level: models.LevelError, Text: fmt.Sprintf("%s could not be sent to %s: %v", name, what, err)}
		}
		return models.NoticeMsg{Text: name + " was sent to " + what}
	}
}

func (m *Model) signalLines() []string {
	lines := []string{m.paint(themes.Title, "Which signal to "+m.what()+"?")}
	for _, s := range signals {
		lines = append(lines, m.paint(themes.KeyHint, "  "+s.key)+m.paint(themes.Text, fmt.Sprintf("  %-5s %s", s.name, s.what)))
	}
	return append(lines, m.paint(themes.KeyDesc, "any other key: none"))
}
