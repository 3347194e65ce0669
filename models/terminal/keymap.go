package terminal

import (
	"strconv"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// KeyMap are the screen's own keys. While a program runs all others are the
// program's, but for the leader, which is the root's.
type KeyMap struct {
	Up, Down, Choose     key.Binding // which container
	NewShell, OtherShell key.Binding // after the end
	Back                 key.Binding
	ScrollUp, ScrollDown key.Binding
}

// CopyKeyMap are the keys of copy mode. Digits before a key are how often.
type CopyKeyMap struct {
	Copy, Select, SelectLines, SelectBlock key.Binding
	Search, SearchBack, Next, Previous     key.Binding
	Leave, Escape                          key.Binding
	PromptBefore, PromptNext               key.Binding
	OtherEnd, CopyLine                     key.Binding
	Left, Down, Up, Right                  key.Binding
	WordNext, WordBefore, WordEnd          key.Binding
	LineBegin, FirstLetter, LineEnd        key.Binding
	Oldest, Newest, Top, Middle, Bottom    key.Binding
	HalfDown, HalfUp, PageDown, PageUp     key.Binding
}

// DefaultCopyKeyMap is vi's keys where vi has them.
func DefaultCopyKeyMap() CopyKeyMap {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return CopyKeyMap{
		Copy: bind("y", "copy and leave", "y", "enter"), Select: bind("v", "select", "v", "space"),
		SelectLines: bind("V", "select lines", "V", "shift+v"), SelectBlock: bind("ctrl-v", "select a block", "ctrl+v"),
		Search: bind("/", "search on", "/"), SearchBack: bind("?", "search back", "?"),
		Next: bind("n", "next match", "n"), Previous: bind("N", "match before", "N", "shift+n"),
		Leave: bind("q", "leave", "q", "ctrl+c"), Escape: bind("esc", "select nothing, leave", "esc"),
		PromptBefore: bind("[", "prompt before", "[", "{"), PromptNext: bind("]", "next prompt", "]", "}"),
		OtherEnd: bind("o", "other end of the selection", "o"), CopyLine: bind("Y", "copy the line", "Y", "shift+y"),
		Left: bind("h", "left", "h", "left", "backspace"), Down: bind("j", "down", "j", "down", "ctrl+n"),
		Up: bind("k", "up", "k", "up", "ctrl+p"), Right: bind("l", "right", "l", "right"),
		WordNext: bind("w", "next word", "w"), WordBefore: bind("b", "word before", "b"), WordEnd: bind("e", "end of the word", "e"),
		LineBegin: bind("0", "begin of the line", "0", "home"), FirstLetter: bind("^", "first letter", "^", "shift+6"),
		LineEnd: bind("$", "end of the line", "$", "end", "shift+4"),
		Oldest:  bind("g", "oldest line", "g", "ctrl+home"), Newest: bind("G", "last line", "G", "shift+g", "ctrl+end"),
		Top: bind("H", "top of the view", "H", "shift+h"), Middle: bind("M", "middle", "M", "shift+m"), Bottom: bind("L", "bottom", "L", "shift+l"),
		HalfDown: bind("ctrl-d", "half a page on", "ctrl+d"), HalfUp: bind("ctrl-u", "half a page back", "ctrl+u"),
		PageDown: bind("ctrl-f", "a page on", "ctrl+f", "pgdown", "shift+pgdown"),
		PageUp:   bind("ctrl-b", "a page back", "ctrl+b", "pgup", "shift+pgup"),
	}
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
		OtherShell: bind("s", "another shell", "s"),
		Back:       bind("esc", "back", "esc", "q"),
		ScrollUp:   bind("shift-pgup", "scroll back", "shift+pgup"),
		ScrollDown: bind("shift-pgdown", "scroll on", "shift+pgdown"),
	}
}

func (k KeyMap) choosing() []key.Binding { return []key.Binding{k.Up, k.Down, k.Choose, k.Back} }

// ended are the keys once the program has ended.
func (k KeyMap) ended(readOnly bool) []key.Binding {
	if readOnly {
		return []key.Binding{k.Back, k.ScrollUp}
	}
	return []key.Binding{k.NewShell, k.OtherShell, k.Back, k.ScrollUp}
}

// running are the keys that the screen keeps from a program: none from one that
// has a screen of its own.
func (k KeyMap) running(alt bool) []key.Binding {
	if alt {
		return nil
	}
	return []key.Binding{k.ScrollUp, k.ScrollDown}
}

// copyHelp are the keys of copy mode, the most used in the footer, or those of
// the line that is searched for.
func (m *Model) copyHelp() models.Help {
	var all []key.Binding
	for _, cmd := range m.copyKeys {
		all = append(all, *cmd.key)
	}
	k := &m.copyMap
	most := []key.Binding{k.Copy, k.Select, k.Search, k.Next, k.Leave, k.PromptBefore}
	if m.look.search.typing {
		most = m.lineKeys.Help("search", "cancel")
	}
	return models.Help{Short: most, Full: [][]key.Binding{all}}
}

// ownKey handles a key while no program has the keyboard.
func (m *Model) ownKey(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, m.keys.Back):
		m.env.Wish(models.BackMsg{})
	case m.state == choosing:
		m.chooseKey(msg)
		switch {
		case m.container == "":
		case m.mayStart():
			return m.open()
		default:
			m.container = "" // it is still to be chosen
		}
	case key.Matches(msg, m.keys.OtherShell):
		if m.env.Now().Sub(m.endedAt) >= endGrace {
			m.picking, m.stale = true, true
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
	if !m.mayStart() {
		return nil
	}
	m.Close()
	m.cmd, m.podGone = nil, false
	m.look = look{}
	return m.open()
}

// KeyMaps are the keys that can be bound anew.
func (m *Model) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "terminal", Map: &m.keys}, {Name: "copy", Map: &m.copyMap}, {Name: "signals", Map: &m.signalMap}, {Name: "line", Map: &m.lineKeys}}
}
