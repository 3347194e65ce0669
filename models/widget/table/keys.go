package table

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

const (
	wheelRows   = 3
	scrollCells = 8
)

// KeyMap holds the keys of a table.
type KeyMap struct {
	Up, Down, PageUp, PageDown, Top, Bottom key.Binding
	Left, Right                             key.Binding
	Mark, MarkRange, ClearMarks             key.Binding
	MarkAll, InvertMarks                    key.Binding
}

// DefaultKeyMap returns the keys that lists have everywhere in podium.
func DefaultKeyMap() KeyMap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return KeyMap{
		Up:         bind("↑/k", "up", "up", "k"),
		Down:       bind("↓/j", "down", "down", "j"),
		PageUp:     bind("ctrl-b", "page up", "pgup", "ctrl+b"),
		PageDown:   bind("ctrl-f", "page down", "pgdown", "ctrl+f"),
		Top:        bind("g", "first", "g", "home"),
		Bottom:     bind("G", "last", "G", "end"),
		Left:       bind("←", "scroll left", "left"),
		Right:      bind("→", "scroll right", "right"),
		Mark:       bind("space", "mark", "space"),
		MarkRange:  bind("V", "mark range", "V", "ctrl+space", "ctrl+@"),
		ClearMarks: bind("U", "clear marks", "U", `ctrl+\`),

		MarkAll:     bind("*", "mark all shown", "*"),
		InvertMarks: bind("%", "invert marks", "%"),
	}
}

// Update handles keys, the wheel and clicks on rows; with ctrl or alt a click
// marks, with shift it marks a range. Its command is always nil.
func (t *Table) Update(msg tea.Msg) tea.Cmd {
	t.Handle(msg)
	return nil
}

// Handle is Update that says whether the message meant something to the table.
// Clicks on the header do not: what they mean is the screen's, see HeaderAt.
func (t *Table) Handle(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return t.press(msg)
	case tea.MouseWheelMsg:
		return t.wheel(msg)
	case tea.MouseClickMsg:
		if i, ok := t.RowAt(msg.X, msg.Y); ok && msg.Button == tea.MouseLeft {
			t.click(i, msg.Mod)
			return true
		}
	}
	return false
}

// click selects row i; with ctrl or alt it marks the row or takes its mark away,
// with shift it marks from the last mark to the row.
func (t *Table) click(i int, mod tea.KeyMod) {
	t.SetCursor(i)
	switch {
	case mod&(tea.ModCtrl|tea.ModAlt) != 0:
		t.SetMark(t.key, !t.IsMarked(t.key))
		t.anchor = t.key
	case mod&tea.ModShift != 0:
		t.MarkTo()
	}
}

func (t *Table) wheel(msg tea.MouseWheelMsg) bool {
	switch msg.Button {
	case tea.MouseWheelUp:
		t.MoveBy(-wheelRows)
	case tea.MouseWheelDown:
		t.MoveBy(wheelRows)
	case tea.MouseWheelLeft:
		t.ScrollBy(-scrollCells)
	case tea.MouseWheelRight:
		t.ScrollBy(scrollCells)
	default:
		return false
	}
	return true
}

func (t *Table) press(msg tea.KeyPressMsg) bool {
	page := max(t.body()-1, 1)
	k := t.Keys
	switch {
	case key.Matches(msg, k.Down):
		t.MoveBy(1)
	case key.Matches(msg, k.Up):
		t.MoveBy(-1)
	case key.Matches(msg, k.PageDown):
		t.MoveBy(page)
	case key.Matches(msg, k.PageUp):
		t.MoveBy(-page)
	case key.Matches(msg, k.Top):
		t.SetCursor(0)
	case key.Matches(msg, k.Bottom):
		t.SetCursor(t.rows.Len() - 1)
	case key.Matches(msg, k.Left):
		t.ScrollBy(-scrollCells)
	case key.Matches(msg, k.Right):
		t.ScrollBy(scrollCells)
	case key.Matches(msg, k.Mark):
		t.ToggleMark()
	case key.Matches(msg, k.MarkRange):
		t.MarkTo()
	case key.Matches(msg, k.ClearMarks):
		t.ClearMarks()
	case key.Matches(msg, k.MarkAll):
		t.MarkAll()
	case key.Matches(msg, k.InvertMarks):
		t.InvertMarks()
	default:
		return false
	}
	return true
}
