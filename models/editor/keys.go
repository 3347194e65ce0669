package editor

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"

	"podium/models"
)

// KeyMap are the screen's keys beside those of the buffer.
type KeyMap struct {
	Create, Save, Local, Back, Next, Prev key.Binding
	Complete, Doc, Fix, Problems, Over    key.Binding

	// In the difference.
	CloseDiff key.Binding

	// In menus over the text.
	Pick, MenuUp, MenuDown, MenuPageUp, MenuPageDown key.Binding

	// In the choice of what to start from, beside those.
	StartUp, StartDown key.Binding
}

// DefaultKeyMap is the keys as they come.
func DefaultKeyMap() KeyMap {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return KeyMap{
		Create:   bind("ctrl-s", "create", "ctrl+s"),
		Save:     bind("ctrl-o", "save to a file", "ctrl+o"),
		Local:    bind("alt-e", "in $EDITOR", "alt+e"),
		Back:     bind("esc", "back, draft kept", "esc"),
		Next:     bind("F8", "next problem", "f8"),
		Prev:     bind("shift-F8", "previous problem", "shift+f8", "f20"),
		Complete: bind("tab", "complete", "tab", "ctrl+space", "ctrl+@"),
		Doc:      bind("F1", "what is this field", "f1"),
		Fix:      bind("alt-enter", "mend", "alt+enter", "alt+."),
		Problems: bind("alt-p", "list problems", "alt+p"),
		Over:     bind("alt-s", "replace the pod of this name", "alt+s"),

		CloseDiff: bind("q", "back to the text", "q"),

		Pick:         bind("enter", "take it", "enter"),
		MenuUp:       bind("↑", "up", "up"),
		MenuDown:     bind("↓", "down", "down"),
		MenuPageUp:   bind("PgUp", "page up", "pgup"),
		MenuPageDown: bind("PgDn", "page down", "pgdown"),

		StartUp:   bind("k", "up", "k"),
		StartDown: bind("j", "down", "j"),
	}
}

// Keys are the bindings that work now.
func (m *Model) Keys() help.KeyMap {
	if m.choosing() {
		return models.Help{Short: []key.Binding{
			key.NewBinding(key.WithKeys("enter"), key.WithHelp("enter", "start from this")),
			key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "back")),
		}}
	}
	b, k := m.buf.Keys, m.keys
	if m.diff != nil {
		v := m.diff.view.Keys
		return models.Help{Short: []key.Binding{
			key.NewBinding(key.WithKeys(k.Create.Keys()...), key.WithHelp(k.Create.Help().Key, m.diffVerb())),
			v.Search, v.PageDown, v.PageUp, v.Wrap, v.Copy,
			key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "back to the text")),
		}}
	}
	if m.popup != nil && m.popup.asked {
		return models.Help{Short: []key.Binding{k.MenuDown, k.Pick, key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "close"))}}
	}
	most := []key.Binding{k.Create, k.Complete, k.Doc, k.Next, k.Fix, b.Find, b.Undo, k.Back}
	return models.Help{Short: most, Full: [][]key.Binding{
		most,
		{k.Problems, k.Prev, k.Over, k.Save, k.Local, b.Redo, b.Replace, b.GotoLine, b.Comment, b.Indent, b.Outdent, b.Cut, b.Copy, b.Paste, b.SelectAll},
	}}
}

// KeyMaps are the keys that can be bound anew.
func (m *Model) KeyMaps() []models.KeyScope {
	out := []models.KeyScope{
		{Name: "editor", Map: &m.keys},
		{Name: "buffer", Map: &m.buf.Keys},
		{Name: "line", Map: &m.buf.LineKeys},
		{Name: "text", Map: &m.diffText.Keys},
	}
	if m.file != nil {
		out = append(out, models.KeyScope{Name: "form", Map: &m.file.Keys})
	}
	return out
}
