package pods

import (
	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"

	"podium/api"
	"podium/models"
	"podium/models/widget/input"
	"podium/models/widget/table"
)

// KeyMap are the keys of the list, beside those of its table.
type KeyMap struct {
	Inspect, YAML, Events, Logs, Previous       key.Binding
	New, Edit, Shell, Command, Delete, NoDelete key.Binding
	Copy, CopyAs                                key.Binding
	Wide, Columns, Refresh, Save                key.Binding
	Filter, Back                                key.Binding
	AllNamespaces, RecentNamespace              key.Binding

	SortByName, SortByAge, SortByStatus, SortByReady key.Binding
	SortByRestarts, SortByIP, SortByNode             key.Binding
	SortLeft, SortRight                              key.Binding
	Faults                                           key.Binding
}

// DefaultKeyMap is as people who use k9s expect it.
func DefaultKeyMap() KeyMap {
	bind := func(name, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, what))
	}
	return KeyMap{
		Inspect:  bind("enter", "inspect", "enter", "d"),
		YAML:     bind("y", "YAML", "y"),
		Events:   bind("E", "events", "E"),
		Logs:     bind("l", "logs", "l"),
		Previous: bind("p", "previous logs", "p"),
		New:      bind("n", "new pod", "n"),
		Edit:     bind("e", "edit", "e"),
		Shell:    bind("s", "shell", "s"),
		Command:  bind("x", "command", "x"),
		Delete:   bind("ctrl-d", "delete", "ctrl+d", "delete"),
		NoDelete: bind("ctrl-k", "say how to delete", "ctrl+k"),
		Copy:     bind("c", "copy name", "c"),
		CopyAs:   bind("Y", "copy as …", "Y"),
		Wide:     bind("w", "wide", "w", "ctrl+w"),
		Columns:  bind("C", "columns", "C"),
		Refresh:  bind("ctrl-r", "refresh", "ctrl+r"),
		Save:     bind("ctrl-s", "save the list", "ctrl+s"),
		Filter:   bind("/", "filter", "/"),
		Back:     bind("esc", "clear the filter", "esc"),

		AllNamespaces:   bind("0", "all namespaces", "0"),
		RecentNamespace: bind("1–9", "recent namespace", "1", "2", "3", "4", "5", "6", "7", "8", "9"),

		SortByName:     bind("N", "sort by name", "N"),
		SortByAge:      bind("A", "sort by age", "A"),
		SortByStatus:   bind("S", "sort by status", "S"),
		SortByReady:    bind("R", "sort by ready", "R"),
		SortByRestarts: bind("T", "sort by restarts", "T"),
		SortByIP:       bind("I", "sort by IP", "I"),
		SortByNode:     bind("O", "sort by node", "O"),
		Faults:         bind("F", "only what is not healthy", "F"),
		SortLeft:       bind("<", "sort by the column on the left", "<"),
		SortRight:      bind(">", "sort by the column on the right", ">"),
	}
}

// sortKey is a key that sorts by a column.
type sortKey struct {
	binding key.Binding
	by      string
}

// sorts are the keys that sort.
func (k *KeyMap) sorts() [7]sortKey {
	return [...]sortKey{
		{k.SortByName, colName},
		{k.SortByAge, colAge},
		{k.SortByStatus, colStatus},
		{k.SortByReady, colReady},
		{k.SortByRestarts, colRestarts},
		{k.SortByIP, colIP},
		{k.SortByNode, colNode},
	}
}

// filterHelp are the keys while the filter is typed, and what can be typed.
func filterHelp(line input.KeyMap) models.Help {
	word := func(name, what string) key.Binding {
		return key.NewBinding(key.WithKeys(name), key.WithHelp(name, what))
	}
	return models.Help{Short: append(line.Help("keep", "drop"), line.Complete,
		word("!word", "exclude"), word("-f", "fuzzy"), word("-l", "labels"), word("status=crash*", "a field"))}
}

// Groups name the groups of the full help.
func (m *Model) Groups() []string { return []string{"the pod", "the list", "move and mark", "sort"} }

// Keys are the bindings that work right now.
func (m *Model) Keys() help.KeyMap {
	if m.typing {
		return filterHelp(m.lineKeys)
	}
	k, t := m.keys, m.table.Keys
	some := len(m.rows.order) > 0 || m.table.Marks() > 0
	info := m.env.Info
	enable := func(b key.Binding, on bool) key.Binding {
		b.SetEnabled(on)
		return b
	}
	inspect, yaml := enable(k.Inspect, some), enable(k.YAML, some)
	events := enable(k.Events, some && info.Has(api.CapEvents))
	logs, previous := enable(k.Logs, some && info.Has(api.CapLog)), enable(k.Previous, some && info.Has(api.CapLog))
	shell, command := enable(k.Shell, some && !m.env.ReadOnly), enable(k.Command, some && !m.env.ReadOnly)
	del, fresh := enable(k.Delete, some && !m.env.ReadOnly), enable(k.New, !m.env.ReadOnly)
	edit := enable(k.Edit, some && !m.env.ReadOnly)
	back := enable(k.Back, m.canClear())
	scoped := info.Has(api.CapNamespaces)
	all, recent := enable(k.AllNamespaces, scoped), enable(k.RecentNamespace, scoped && len(m.env.Recent) > 0)
	switch {
	case m.wanted() != nil:
	case m.intro:
		back.SetHelp(back.Help().Key, "hide the note")
	default:
		back.SetHelp(back.Help().Key, "clear marks")
	}
	if m.table.Marks() > 0 {
		command.SetHelp(command.Help().Key, "command in marked")
		del.SetHelp(del.Help().Key, "delete marked")
	}
	var sorts []key.Binding
	for _, s := range k.sorts() {
		sorts = append(sorts, s.binding)
	}
	sorts = append(sorts, k.SortLeft, k.SortRight)
	return models.Help{
		Short: []key.Binding{inspect, shell, command, logs, fresh, del, k.Filter, yaml, back},
		Full: [][]key.Binding{
			{inspect, yaml, events, logs, previous, shell, command, edit, del, enable(k.Copy, some), enable(k.CopyAs, some)},
			{fresh, k.Filter, k.Faults, back, k.Wide, k.Columns, k.Refresh, k.Save, all, recent},
			moveKeys(t),
			sorts,
		},
	}
}

func moveKeys(t table.KeyMap) []key.Binding {
	return []key.Binding{t.Down, t.Up, t.Top, t.Bottom, t.PageDown, t.PageUp, t.Left, t.Right, t.Mark, t.MarkRange, t.MarkAll, t.InvertMarks, t.ClearMarks}
}

// KeyMaps are the keys that can be bound anew.
func (m *Model) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "list", Map: &m.keys}, {Name: "table", Map: &m.table.Keys}, {Name: "line", Map: &m.lineKeys}}
}
