package contexts

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"

	"podium/models"
)

// KeyMap are the keys of the screen, beside those of its table.
type KeyMap struct {
	Open, Filter, Refresh, Back key.Binding
	Add, Edit, Remove           key.Binding // of endpoints
}

// DefaultKeyMap is the usual keys.
func DefaultKeyMap() KeyMap {
	bind := func(name, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, what))
	}
	return KeyMap{
		Open:    bind("enter", "open", "enter"),
		Filter:  bind("/", "filter", "/"),
		Refresh: bind("ctrl-r", "look again", "ctrl+r"),
		Back:    bind("esc", "back", "esc"),
		Add:     bind("a", "add an endpoint", "a"),
		Edit:    bind("e", "edit", "e"),
		Remove:  bind("ctrl-d", "remove", "ctrl+d", "delete"),
	}
}

// KeyMaps are the keys that can be bound anew.
func (m *Model) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "contexts", Map: &m.keys}, {Name: "table", Map: &m.table.Keys}, {Name: "line", Map: &m.lineKeys}}
}

// Keys are the bindings that work right now.
func (m *Model) Keys() help.KeyMap {
	if m.typing {
		return models.Help{Short: m.lineKeys.Help("keep", "drop")}
	}
	open, back := m.keys.Open, m.keys.Back
	c, ok := m.current()
	open.SetEnabled(open.Enabled() && ok && c.Problem == "")
	add, edit, remove := m.keys.Add, m.keys.Edit, m.keys.Remove
	_, can := m.env.Contexts.(models.Endpoints)
	add.SetEnabled(add.Enabled() && can)
	edit.SetEnabled(edit.Enabled() && can && ok && c.Added)
	remove.SetEnabled(remove.Enabled() && can && ok && c.Added)
	if m.filter != "" {
		back.SetHelp(back.Help().Key, "clear the filter")
	} else if m.chooser {
		back.SetHelp(back.Help().Key, "quit")
	}
	t := m.table.Keys
	own := []key.Binding{open, m.keys.Filter, add, edit, remove, m.keys.Refresh, back}
	return models.Help{Short: own, Full: [][]key.Binding{own, {t.Down, t.Up, t.Top, t.Bottom, t.PageDown, t.PageUp}}}
}

// Groups name the groups of the full help.
func (m *Model) Groups() []string { return []string{"contexts", "move"} }
