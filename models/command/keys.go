package command

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"

	"podium/models"
)

// KeyMap are the screen's keys beside those of the output's view.
type KeyMap struct {
	// While a line is asked for.
	Run, Earlier, Later, Snippet, Mode, Container, Stdin, Back key.Binding

	// On a card.
	Cancel, Again, AgainFailed, Edit, New, Watch, Filter, Pager, Binary, NextCard, PreviousCard key.Binding

	// When it is asked which stream to save.
	SaveStdout, SaveStderr, SaveBoth key.Binding

	// Among the groups of a card of many pods.
	NextGroup, PreviousGroup, Open, Diff key.Binding

	// In an opened group.
	NextPod, PreviousPod, Inspect key.Binding
}

// DefaultKeyMap is the keys as they come.
func DefaultKeyMap() KeyMap {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return KeyMap{
		Run:           bind("enter", "run", "enter"),
		Earlier:       bind("↑", "earlier line", "up", "ctrl+p"),
		Later:         bind("↓", "later line", "down", "ctrl+n"),
		Snippet:       bind("tab", "next snippet", "tab"),
		Mode:          bind("ctrl-t", "sh or argv", "ctrl+t"),
		Container:     bind("ctrl-o", "next container", "ctrl+o"),
		Stdin:         bind("ctrl-x", "stdin from a file", "ctrl+x"),
		Back:          bind("esc", "back", "esc", "q"),
		Cancel:        bind("ctrl-c", "cancel", "ctrl+c"),
		Again:         bind("r", "run again", "r"),
		AgainFailed:   bind("R", "run again where it failed", "R"),
		Edit:          bind("e", "edit and run", "e"),
		New:           bind("x", "another command", "x"),
		Watch:         bind("W", "watch", "W"),
		Filter:        bind("&", "filter lines", "&"),
		Pager:         bind("p", "pager", "p"),
		Binary:        bind("b", "hex or text", "b"),
		NextCard:      bind("]", "next card", "]"),
		PreviousCard:  bind("[", "previous card", "["),
		SaveStdout:    bind("o", "standard output", "o"),
		SaveStderr:    bind("e", "standard error", "e"),
		SaveBoth:      bind("b", "both", "b", "enter"),
		NextGroup:     bind("↓/j", "next group", "down", "j"),
		PreviousGroup: bind("↑/k", "previous group", "up", "k"),
		Open:          bind("enter", "open the group", "enter"),
		Diff:          bind("d", "what differs from most", "d"),
		NextPod:       bind("tab", "next pod", "tab"),
		PreviousPod:   bind("shift-tab", "previous pod", "shift+tab"),
		Inspect:       bind("enter", "inspect the pod", "enter"),
	}
}

// Keys are the bindings that work now.
func (m *Model) Keys() help.KeyMap {
	k := m.keys
	switch {
	case m.field != fieldNone && m.field != fieldLine:
		accept := m.out.LineKeys.Accept
		if m.field == fieldStdin {
			accept = k.Run
		}
		return models.Help{Short: []key.Binding{accept, m.out.LineKeys.Cancel}}
	case m.asks():
		first := []key.Binding{k.Run, k.Earlier, k.Mode, k.Stdin}
		if len(m.containers) > 1 {
			first = append(first, k.Container)
		}
		if len(m.env.Settings.Snippets) > 0 {
			first = append(first, k.Snippet)
		}
		return models.Help{Short: append(first, k.Back)}
	case m.saving:
		return models.Help{Short: []key.Binding{k.SaveStdout, k.SaveStderr, k.SaveBoth, k.Back}}
	case m.card() == nil:
		return models.Help{Short: []key.Binding{k.New, k.Back}}
	}
	v := m.out.Keys
	c := m.card()
	for _, b := range []*key.Binding{&k.Again, &k.AgainFailed, &k.Edit, &k.New, &k.Watch} {
		b.SetEnabled(b.Enabled() && !m.env.ReadOnly)
	}
	first := []key.Binding{k.Again, k.Edit}
	if c.busy() {
		first = append([]key.Binding{k.Cancel}, first...)
	}
	more := []key.Binding{v.Copy, v.Top, v.Bottom, k.New}
	if c.fan != nil {
		if m.page == pageGroups {
			first = append(first, k.Open)
		} else {
			first = append(first, k.NextPod, k.Inspect)
			more = append(more, k.PreviousPod)
		}
		if c.failed() > 0 && c.state == done {
			first = append(first, k.AgainFailed)
		}
		first = append(first, k.Diff)
	} else {
		first = append(first, k.Watch)
	}
	if m.page != pageGroups {
		first = append(first, v.Search, k.Filter)
		more = append([]key.Binding{v.Next, v.Prev, v.Wrap, v.Follow}, more...)
	}
	first = append(first, k.Pager, v.Save, k.Back)
	if c.run != nil && binary(c.run.kept) {
		more = append(more, k.Binary)
	}
	if len(m.cards) > 1 {
		more = append(more, k.PreviousCard, k.NextCard)
	}
	return models.Help{Short: first, Full: [][]key.Binding{first, more}}
}

// KeyMaps are the keys that may be bound anew.
func (m *Model) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "command", Map: &m.keys}, {Name: "text", Map: &m.out.Keys}, {Name: "line", Map: &m.out.LineKeys}}
}
