package terminal

import (
	"strconv"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge"
	"podium/termbridge/keys"
)

// KeyMap are the screen's own keys. While a program runs all others are the
// program's, but for the leader, which is the root's.
type KeyMap struct {
	Up, Down, Choose     key.Binding // which container
	NewShell, Back       key.Binding // after the end
	ScrollUp, ScrollDown key.Binding
}

// DefaultKeyMap is the keys as they come.
func DefaultKeyMap() KeyMap {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return KeyMap{
		Up:         bind("k", "up", "k", "up"),
		Down:       bind("j", "down", "j", "down"),
		Choose:     bind("enter", "open", "enter"),
		NewShell:   bind("enter", "new shell here", "enter"),
		Back:       bind("esc", "back", "esc", "q"),
		ScrollUp:   bind("shift+pgup", "scroll back", "shift+pgup"),
		ScrollDown: bind("shift+pgdown", "scroll on", "shift+pgdown"),
	}
}

// bindings is a help.KeyMap of one row.
type bindings []key.Binding

func (b bindings) ShortHelp() []key.Binding  { return b }
func (b bindings) FullHelp() [][]key.Binding { return [][]key.Binding{b} }

func (k KeyMap) choosing() help.KeyMap { return bindings{k.Up, k.Down, k.Choose, k.Back} }
func (k KeyMap) ended() help.KeyMap    { return bindings{k.NewShell, k.Back, k.ScrollUp} }
func (k KeyMap) running() help.KeyMap  { return bindings{k.ScrollUp, k.ScrollDown} }

// ownKey handles a key while no program has the keyboard.
func (m *Model) ownKey(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, m.keys.Back):
		m.env.Wish(models.BackMsg{})
	case m.state == choosing:
		m.chooseKey(msg)
		if m.container != "" {
			return m.start()
		}
	case key.Matches(msg, m.keys.NewShell):
		if m.env.Now().Sub(m.endedAt) >= endGrace {
			return m.again()
		}
	default:
		m.scrollKey(msg)
	}
	return nil
}

func (m *Model) chooseKey(msg tea.KeyPressMsg) {
	m.stale = true
	switch {
	case key.Matches(msg, m.keys.Up):
		m.at = max(m.at-1, 0)
	case key.Matches(msg, m.keys.Down):
		m.at = min(m.at+1, len(m.choice)-1)
	case key.Matches(msg, m.keys.Choose):
		m.container = m.choice[m.at]
	default:
		if n, err := strconv.Atoi(msg.String()); err == nil && n >= 1 && n <= len(m.choice) {
			m.container = m.choice[n-1]
		}
	}
}

// again opens a shell in the same container. It never repeats a command that
// the user gave: who knows what it did.
func (m *Model) again() tea.Cmd {
	m.Close()
	m.cmd, m.podGone, m.offset = nil, false, 0
	return m.start()
}

// Actions are what the leader menu can ask of the screen now.
func (m *Model) Actions() []models.Action {
	switch m.state {
	case running:
		return []models.Action{models.ActionLiteral, models.ActionScroll, models.ActionNewShell, models.ActionSameShell, models.ActionResize, models.ActionSave}
	case ended:
		return []models.Action{models.ActionScroll, models.ActionNewShell, models.ActionSameShell, models.ActionSave}
	}
	return nil
}

func (m *Model) act(msg models.ActionMsg) tea.Cmd {
	switch msg.Action {
	case models.ActionLiteral:
		return m.programKey(keys.Key{Code: 'g', Mod: keys.Ctrl})
	case models.ActionScroll:
		m.scroll(max(m.rows-1, 1))
	case models.ActionNewShell:
		if m.state == ended {
			return m.again()
		}
		m.env.Wish(models.ExecMsg{Ref: m.ref, Container: m.container})
	case models.ActionSameShell:
		m.env.Wish(models.ExecMsg{Ref: m.ref, Container: m.container})
	case models.ActionResize:
		return m.input(func(b *termbridge.Bridge) error { b.ResendSize(); return nil })
	case models.ActionSave:
		return m.save()
	}
	return nil
}
