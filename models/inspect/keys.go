package inspect

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"

	"podium/api"
	"podium/models"
)

// KeyMap are the keys of the screen, beside those of its text.
type KeyMap struct {
	Tabs                                    []key.Binding // in the order of the tabs
	NextTab, PrevTab, Reveal, Refresh, Back key.Binding
	Shell, Command, Logs, Previous, Delete  key.Binding
	Fold, Unfold                            key.Binding
	Edit                                    key.Binding
	CopyAs                                  key.Binding
}

// DefaultKeyMap is as ux.md §2 has it.
func DefaultKeyMap() KeyMap {
	bind := func(name, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, what))
	}
	return KeyMap{
		Tabs: []key.Binding{
			bind("d", "overview", "d"), bind("y", "YAML", "y"), bind("J", "raw JSON", "J"), bind("E", "events", "E"),
		},
		NextTab:  bind("tab", "next view", "tab"),
		PrevTab:  bind("shift-tab", "previous view", "shift+tab"),
		Reveal:   bind("v", "show secret values", "v"),
		Fold:     bind("-", "fold more", "-"),
		Unfold:   bind("+", "fold less", "+", "="),
		Refresh:  bind("ctrl-r", "refresh", "ctrl+r"),
		Back:     bind("esc", "back", "esc"),
		Shell:    bind("s", "shell", "s"),
		Command:  bind("x", "command", "x"),
		Logs:     bind("l", "logs", "l"),
		Previous: bind("p", "previous logs", "p"),
		CopyAs:   bind("Y", "copy as …", "Y"),
		Edit:     bind("e", "edit", "e"),
		Delete:   bind("ctrl-d", "delete", "ctrl+d", "delete"),
	}
}

// Keys are the bindings that work right now.
func (m *Model) Keys() help.KeyMap {
	actions := m.actions()
	return models.Help{Short: m.footer(actions), Full: m.allKeys(actions)}
}

// actions are the keys that do something with the pod.
func (m *Model) actions() []key.Binding {
	on := func(b key.Binding, enabled bool) key.Binding {
		b.SetEnabled(enabled)
		return b
	}
	changes := !m.env.ReadOnly && !m.gone
	return []key.Binding{
		on(m.keys.Shell, changes), on(m.keys.Command, changes),
		on(m.keys.Logs, m.env.Info.Has(api.CapLog)), on(m.keys.Previous, m.env.Info.Has(api.CapLog)),
		on(m.keys.Edit, changes), on(m.keys.Delete, changes), m.keys.CopyAs,
	}
}

// footer are the most used keys, or those of the line that is typed.
func (m *Model) footer(actions []key.Binding) []key.Binding {
	if m.Typing() {
		return m.texts[m.tab].LineKeys.Help("search", "drop")
	}
	out := []key.Binding{m.keys.Back, m.keys.NextTab}
	out = append(out, actions...)
	if m.tab != events {
		t := m.texts[m.tab].Keys
		out = append(out, t.Search, t.Copy)
		if m.folding() {
			out = append(out, m.keys.Fold)
		}
	}
	return out
}

// allKeys are the keys in the groups of the full help.
func (m *Model) allKeys(actions []key.Binding) [][]key.Binding {
	views := append(append([]key.Binding(nil), m.keys.Tabs...), m.keys.NextTab, m.keys.PrevTab, m.keys.Refresh, m.keys.Back)
	if m.tab == overview {
		views = append(views, m.keys.Reveal)
	}
	if m.folding() {
		views = append(views, m.keys.Fold, m.keys.Unfold)
	}
	if m.tab == events {
		t := m.list.Keys
		return [][]key.Binding{actions, views, {m.texts[overview].Keys.Copy, m.texts[overview].Keys.Save, t.Down, t.Up, t.Top, t.Bottom}}
	}
	t := m.texts[m.tab].Keys
	return [][]key.Binding{actions, views, {t.Search, t.Next, t.Prev, t.Wrap, t.Copy, t.Save, t.Down, t.Up, t.PageDown, t.PageUp, t.Top, t.Bottom}}
}

// Groups name the groups of the full help.
func (m *Model) Groups() []string { return []string{"the pod", "views", "text"} }

// KeyMaps are the keys that can be bound anew.
func (m *Model) KeyMaps() []models.KeyScope {
	out := []models.KeyScope{{Name: "inspect", Map: &m.keys}, {Name: "table", Map: &m.list.Keys}}
	for _, t := range m.texts {
		if t != nil {
			out = append(out, models.KeyScope{Name: "text", Map: &t.Keys}, models.KeyScope{Name: "line", Map: &t.LineKeys})
		}
	}
	return out
}
