package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"

	"podium/models"
	"podium/ui/layout"
)

// leaderKeyMap are the keys of the leader's menu. The digits that go to a
// session are not among them.
type leaderKeyMap struct {
	Leave, Close, Another        key.Binding
	Next, Previous, List         key.Binding
	SplitBelow, SplitBeside      key.Binding
	Left, Down, Up, Right        key.Binding
	PushLeft, PushDown, PushUp   key.Binding
	PushRight, OtherPane, Zoom   key.Binding
	CopyMode, ScrollBack, Search key.Binding
	Paste, CopyOutput, Save      key.Binding
	NewShell, OtherShell         key.Binding
	SendSize, Signals, Allow     key.Binding
	Undo, Palette, Help          key.Binding
}

// newLeaderKeyMap are the keys as they come.
func newLeaderKeyMap() leaderKeyMap {
	bind := func(what string, keys ...string) key.Binding {
		names := make([]string, len(keys))
		for i, k := range keys {
			names[i] = models.SpellKey(k)
		}
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(strings.Join(names, " "), what))
	}
	return leaderKeyMap{
		Leave: bind("leave running", "d", "esc"), Close: bind("close", "x"), Another: bind("another shell", "c"),
		Next: bind("next session", "n"), Previous: bind("previous session", "p"), List: bind("list sessions", "w"),
		SplitBelow: bind("split below", "-"), SplitBeside: bind("split beside", "|"),
		Left: bind("pane to the left", "h", "left"), Down: bind("pane below", "j", "down"),
		Up: bind("pane above", "k", "up"), Right: bind("pane to the right", "l", "right"),
		PushLeft: bind("border to the left", "H"), PushDown: bind("border down", "J"),
		PushUp: bind("border up", "K"), PushRight: bind("border to the right", "L"),
		OtherPane: bind("next pane", "o"), Zoom: bind("zoom the pane", "z"),
		CopyMode: bind("copy mode", "["), ScrollBack: bind("scroll back", "pgup"), Search: bind("search", "/"),
		Paste: bind("paste what was copied", "]"), CopyOutput: bind("copy last output", "y"), Save: bind("save transcript", "s"),
		NewShell: bind("new shell here", "R"), OtherShell: bind("choose the shell", "S"), SendSize: bind("send the size again", "T"), Signals: bind("signals", "!"),
		Allow:   bind("let it copy (OSC 52)", "C"),
		Undo:    bind("undo the delete", "u"),
		Palette: bind("commands", ":"), Help: bind("help", "?"),
	}
}

// menuItem is a line of the menu: keys, each with what it does.
type menuItem struct {
	what string
	keys []menuKey
}

type menuKey struct {
	key.Binding
	do func(r *root)
}

// name is the keys of the line as people read them: the first of each.
func (it menuItem) name() string {
	if len(it.keys) == 1 {
		return it.keys[0].Help().Key
	}
	var names []string
	for _, k := range it.keys {
		if k.Enabled() {
			names = append(names, models.SpellKey(k.Keys()[0]))
		}
	}
	return strings.Join(names, " ")
}

// menuItems are the commands that work right now.
func (r *root) leaderItems() []menuItem {
	k := &r.leaderKeys
	var items []menuItem
	one := func(b key.Binding, do func(*root)) {
		items = append(items, menuItem{b.Help().Desc, []menuKey{{b, do}}})
	}
	t := r.tab()
	if t != nil {
		leave := k.Leave
		if !t.holds() {
			leave.SetHelp(leave.Help().Key, "leave") // nothing goes on
		}
		one(leave, func(r *root) { r.leave(t) })
		one(k.Close, func(r *root) { r.askClose(r.top()) })
	}
	act := func(b key.Binding, a models.Action) {
		if r.can(a) {
			one(b, func(r *root) { r.act(r.top(), a) })
		}
	}
	act(k.Another, models.ActionSameShell)
	items = append(items, r.sessionItems(t)...)
	act(k.SplitBelow, models.ActionSplitBelow)
	act(k.SplitBeside, models.ActionSplitBeside)
	items = append(items, r.paneItems(t)...)
	act(k.NewShell, models.ActionNewShell)
	act(k.OtherShell, models.ActionShell)
	act(k.CopyMode, models.ActionCopyMode)
	act(k.ScrollBack, models.ActionScroll)
	act(k.Search, models.ActionSearch)
	act(k.Paste, models.ActionPaste)
	act(k.CopyOutput, models.ActionCopy)
	act(k.Save, models.ActionSave)
	act(k.SendSize, models.ActionResize)
	act(k.Signals, models.ActionSignal)
	act(k.Allow, models.ActionAllowCopy)
	if r.undoable() != nil {
		one(k.Undo, func(r *root) { r.undo() })
	}
	one(k.Palette, func(r *root) { r.openPalette() })
	one(k.Help, func(r *root) { r.openHelp() })
	return items
}

// leaderChoices are the commands of the menu, to be found by name.
func (r *root) leaderChoices() []choice {
	var out []choice
	lead := r.keys.Leader.Help().Key
	for _, it := range r.leaderItems() {
		for _, k := range it.keys {
			what := k.Help().Desc
			if len(it.keys) == 1 {
				what = it.what // which may say more
			}
			if what != "" && k.Enabled() {
				out = append(out, choice{name: lead + " " + k.Help().Key, detail: what, do: k.do})
			}
		}
	}
	return out
}

// sessionItems lead from tab to tab.
func (r *root) sessionItems(t *tab) []menuItem {
	n := len(r.sessions)
	if n == 0 {
		return nil
	}
	k := &r.leaderKeys
	var items []menuItem
	if n > 1 || t == nil {
		items = append(items, menuItem{"next, previous", []menuKey{
			{k.Next, func(r *root) { r.step(1) }}, {k.Previous, func(r *root) { r.step(-1) }},
		}})
	}
	items = append(items, menuItem{k.List.Help().Desc, []menuKey{{k.List, func(r *root) { r.openSessions() }}}})
	for i, s := range r.sessions[:min(n, 9)] {
		digit := strconv.Itoa(i + 1)
		it := menuItem{keys: []menuKey{{
			key.NewBinding(key.WithKeys(digit), key.WithHelp(digit, "")), func(r *root) { r.switchTo(s) },
		}}}
		switch {
		case i > 0:
		case n > 1:
			it.what = "go to that session"
			it.keys[0].SetHelp(fmt.Sprintf("1–%d", min(n, 9)), "")
		case t == nil: // one is shown already
			it.what = "go to the session"
		}
		items = append(items, it)
	}
	return items
}

// paneItems are about the panes of a tab that has several.
func (r *root) paneItems(t *tab) []menuItem {
	if t == nil || len(t.panes) < 2 {
		return nil
	}
	k := &r.leaderKeys
	toward := func(b key.Binding, d layout.Direction) menuKey {
		return menuKey{b, func(*root) { t.toward(d) }}
	}
	push := func(b key.Binding, d layout.Direction) menuKey {
		return menuKey{b, func(*root) { t.push(d) }}
	}
	items := []menuItem{{"to the pane there", []menuKey{
		toward(k.Left, layout.Left), toward(k.Down, layout.Down), toward(k.Up, layout.Up), toward(k.Right, layout.Right),
	}}}
	if !t.alone() {
		items = append(items, menuItem{"move a border", []menuKey{
			push(k.PushLeft, layout.Left), push(k.PushDown, layout.Down), push(k.PushUp, layout.Up), push(k.PushRight, layout.Right),
		}})
	}
	zoom := k.Zoom.Help().Desc
	if t.zoom {
		zoom = "zoom no longer"
	}
	return append(items,
		menuItem{k.OtherPane.Help().Desc, []menuKey{{k.OtherPane, func(*root) { t.next() }}}},
		menuItem{zoom, []menuKey{{k.Zoom, func(*root) { t.toggleZoom() }}}})
}

// can tells whether the visible screen takes the action right now.
func (r *root) can(a models.Action) bool {
	acting, ok := r.top().(models.Acting)
	return ok && slices.Contains(acting.Actions(), a)
}
