package input

import "charm.land/bubbles/v2/key"

// KeyMap are the keys while a line is typed. The first group is its owner's to act
// on, the others edit the line.
type KeyMap struct {
	Accept, Cancel         key.Binding // take what is typed, leave it
	Complete, CompleteBack key.Binding // complete it, go back among the completions
	Earlier, Later         key.Binding // the line before, the next one; or of what is listed

	Left, Right, Start, End         key.Binding
	WordLeft, WordRight             key.Binding
	DeleteLeft, DeleteRight         key.Binding
	DeleteWordLeft, DeleteWordRight key.Binding
	DeleteToStart, DeleteToEnd      key.Binding
}

// DefaultKeyMap is the keys as they come: those of readline.
func DefaultKeyMap() KeyMap {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return KeyMap{
		Accept:          bind("enter", "take it", "enter"),
		Cancel:          bind("esc", "leave it", "esc"),
		Complete:        bind("tab", "complete", "tab", "ctrl+space", "ctrl+@"),
		CompleteBack:    bind("shift-tab", "the completion before", "shift+tab"),
		Earlier:         bind("↑", "the one before", "up", "ctrl+p"),
		Later:           bind("↓", "the next one", "down", "ctrl+n"),
		Left:            bind("←", "left", "left", "ctrl+b"),
		Right:           bind("→", "right", "right", "ctrl+f"),
		Start:           bind("home", "start", "home", "ctrl+a"),
		End:             bind("end", "end", "end", "ctrl+e"),
		WordLeft:        bind("ctrl-←", "word left", "ctrl+left", "alt+b", "alt+left"),
		WordRight:       bind("ctrl-→", "word right", "ctrl+right", "alt+f", "alt+right"),
		DeleteLeft:      bind("backspace", "delete left", "backspace", "ctrl+h", "shift+backspace"),
		DeleteRight:     bind("delete", "delete right", "delete"),
		DeleteWordLeft:  bind("ctrl-w", "delete word left", "ctrl+w", "alt+backspace", "ctrl+backspace"),
		DeleteWordRight: bind("alt-d", "delete word right", "alt+d"),
		DeleteToStart:   bind("ctrl-u", "delete to the start", "ctrl+u"),
		DeleteToEnd:     bind("ctrl-k", "delete to the end", "ctrl+k"),
	}
}

// named returns the binding with another word for what it does here.
func named(b key.Binding, what string) key.Binding {
	b.SetHelp(b.Help().Key, what)
	return b
}

// Help are the bindings for the footer: what taking and leaving the line mean here.
func (k KeyMap) Help(accept, cancel string) []key.Binding {
	return []key.Binding{named(k.Accept, accept), named(k.Cancel, cancel)}
}
