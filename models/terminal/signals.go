package terminal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// SignalKeyMap are the keys of the menu of signals.
type SignalKeyMap struct {
	Interrupt, Terminate, HangUp, Quit, User1, User2, Kill key.Binding
}

// DefaultSignalKeyMap is the first letter of each, a capital for the one that loses
// most.
func DefaultSignalKeyMap() SignalKeyMap {
	bind := func(help, what string, more ...string) key.Binding {
		return key.NewBinding(key.WithKeys(append([]string{help}, more...)...), key.WithHelp(help, what))
	}
	return SignalKeyMap{
		Interrupt: bind("i", "INT: interrupt, as ctrl-c does"), Terminate: bind("t", "TERM: end in order"),
		HangUp: bind("h", "HUP: the terminal has gone"), Quit: bind("q", "QUIT: end with a core dump"),
		User1: bind("1", "USR1: what the program makes of it"), User2: bind("2", "USR2: what the program makes of it"),
		Kill: bind("K", "KILL: end at once, whatever is lost", "shift+k"),
	}
}

// signal is one that can be sent, with its key.
type signal struct {
	name string
	key  key.Binding
}

func (k *SignalKeyMap) all() []signal {
	return []signal{
		{"INT", k.Interrupt}, {"TERM", k.Terminate}, {"HUP", k.HangUp}, {"QUIT", k.Quit}, {"USR1", k.User1}, {"USR2", k.User2}, {"KILL", k.Kill},
	}
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
	for _, s := range m.signalMap.all() {
		if key.Matches(k, s.key) && m.state == running {
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
	cells := 0
	for _, s := range m.signalMap.all() {
		cells = max(cells, safetext.Width(s.key.Help().Key))
	}
	for _, s := range m.signalMap.all() {
		if !s.key.Enabled() {
			continue
		}
		_, what, _ := strings.Cut(s.key.Help().Desc, ": ")
		lines = append(lines, m.paint(themes.KeyHint, "  "+safetext.Fit(s.key.Help().Key, cells))+m.paint(themes.Text, fmt.Sprintf("  %-5s %s", s.name, what)))
	}
	return append(lines, m.paint(themes.KeyDesc, "any other key: none"))
}
