package models

import "charm.land/bubbles/v2/key"

// Help is the help.KeyMap of a screen: the keys that work right now.
type Help struct {
	Short []key.Binding   // for the footer
	Full  [][]key.Binding // in groups, for the help; nil for the same as Short
}

// ShortHelp are the keys for the footer.
func (h Help) ShortHelp() []key.Binding { return h.Short }

// FullHelp are the keys for the help.
func (h Help) FullHelp() [][]key.Binding {
	if h.Full == nil {
		return [][]key.Binding{h.Short}
	}
	return h.Full
}
