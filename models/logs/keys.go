package logs

import (
	"fmt"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"

	"podium/models"
)

// KeyMap are the keys of the log, beside those of its text.
type KeyMap struct {
	Filter, Times, Previous, Container, Mark, Refresh, Back key.Binding
	Since                                                   []key.Binding
}

// sinces are how far back the keys 0 to 6 reach, 0 for everything.
var sinces = []time.Duration{
	0, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 5 * time.Hour, 24 * time.Hour,
}

func sinceText(d time.Duration) string {
	switch {
	case d == 0:
		return "all"
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d h", d/time.Hour)
}

// DefaultKeyMap is as ux.md §2 has it.
func DefaultKeyMap() KeyMap {
	bind := func(name, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, what))
	}
	k := KeyMap{
		Filter:    bind("&", "filter", "&"),
		Times:     bind("t", "times", "t"),
		Previous:  bind("p", "previous run", "p"),
		Container: bind("C", "next container", "C"),
		Mark:      bind("m", "mark line", "m"),
		Refresh:   bind("ctrl-r", "read again", "ctrl+r"),
		Back:      bind("esc", "back", "esc"),
	}
	for i, d := range sinces {
		n := fmt.Sprint(i)
		what := "the last " + sinceText(d)
		if d == 0 {
			what = "all"
		}
		k.Since = append(k.Since, bind(n, what, n))
	}
	return k
}

// Keys are the bindings that work right now.
func (m *Model) Keys() help.KeyMap {
	container := m.keys.Container
	container.SetEnabled(len(m.refs) > 1 || len(m.containers[m.refs[0]]) > 1)
	t := m.view.Keys
	return models.Help{Short: m.footer(container), Full: [][]key.Binding{
		{t.Follow, m.keys.Times, m.keys.Previous, container, m.keys.Mark, m.keys.Refresh, m.keys.Back},
		m.keys.Since,
		{t.Search, t.Next, t.Prev, m.keys.Filter, t.Wrap, t.Copy, t.Save},
		{t.Down, t.Up, t.PageDown, t.PageUp, t.Top, t.Bottom},
	}}
}

// footer are the most used of them, or those of the line that is typed.
func (m *Model) footer(container key.Binding) []key.Binding {
	t := m.view.Keys
	if m.filter.typing {
		return m.view.LineKeys.Help("filter: a regular expression, or ! and one", "drop")
	}
	if m.view.Typing() {
		return m.view.LineKeys.Help("search", "drop")
	}
	since := key.NewBinding(key.WithKeys("0"), key.WithHelp("0–6", "since"))
	return []key.Binding{m.keys.Back, t.Search, m.keys.Filter, t.Follow, t.Wrap, m.keys.Times, since, m.keys.Previous, container, m.keys.Mark}
}

// Groups name the groups of the full help.
func (m *Model) Groups() []string { return []string{"the log", "since", "text", "move"} }

// KeyMaps are the keys that can be bound anew.
func (m *Model) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "logs", Map: &m.keys}, {Name: "text", Map: &m.view.Keys}, {Name: "line", Map: &m.view.LineKeys}}
}
