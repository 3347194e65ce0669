package external

import (
	tea "charm.land/bubbletea/v2"

	"podium/termbridge/keys"
	"podium/termbridge/vt"
)

// input hands what the user does to the editor, at once and in order.
func (m *Model) input(msg tea.Msg) {
	if m.job == nil || m.over || m.failure != "" {
		return
	}
	b := m.job.Bridge
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		action := keys.Press
		if msg.IsRepeat {
			action = keys.Repeat
		}
		m.ignore(b.Key(translate(tea.Key(msg), action)))
	case tea.KeyReleaseMsg:
		m.ignore(b.Key(translate(tea.Key(msg), keys.Release)))
	case tea.PasteMsg:
		m.ignore(b.Paste(msg.Content))
	case tea.MouseClickMsg:
		m.mouse(tea.Mouse(msg), keys.MousePress)
	case tea.MouseWheelMsg:
		m.mouse(tea.Mouse(msg), keys.MousePress)
	case tea.MouseReleaseMsg:
		m.mouse(tea.Mouse(msg), keys.MouseRelease)
	case tea.MouseMotionMsg:
		m.mouse(tea.Mouse(msg), keys.MouseMotion)
	}
}

func (m *Model) mouse(e tea.Mouse, action keys.MouseAction) {
	m.ignore(m.job.Bridge.Mouse(keys.Mouse{X: e.X, Y: e.Y, Button: buttons[e.Button], Mod: mods(e.Mod), Action: action}))
}

// buttons translates the buttons of the mouse.
var buttons = map[tea.MouseButton]keys.Button{
	tea.MouseLeft: keys.LeftButton, tea.MouseMiddle: keys.MiddleButton, tea.MouseRight: keys.RightButton,
	tea.MouseWheelUp: keys.WheelUp, tea.MouseWheelDown: keys.WheelDown, tea.MouseWheelLeft: keys.WheelLeft,
	tea.MouseWheelRight: keys.WheelRight, tea.MouseBackward: keys.Back, tea.MouseForward: keys.Forward,
}

func translate(k tea.Key, action keys.Action) keys.Key {
	return keys.Key{Code: k.Code, Text: k.Text, Mod: mods(k.Mod), Shifted: k.ShiftedCode, Base: k.BaseCode, Action: action}
}

// mods translates modifiers, of which the libraries order some otherwise.
func mods(in tea.KeyMod) keys.Mod {
	var out keys.Mod
	for _, pair := range [...]struct {
		tea  tea.KeyMod
		keys keys.Mod
	}{
		{tea.ModShift, keys.Shift},
		{tea.ModAlt, keys.Alt},
		{tea.ModCtrl, keys.Ctrl},
		{tea.ModMeta, keys.Meta},
		{tea.ModSuper, keys.Super},
		{tea.ModHyper, keys.Hyper},
		{tea.ModCapsLock, keys.CapsLock},
		{tea.ModNumLock, keys.NumLock},
	} {
		if in&pair.tea != 0 {
			out |= pair.keys
		}
	}
	return out
}

// SetFocus tells the editor, if it asked.
func (m *Model) SetFocus(focused bool) {
	m.focused = focused
	if m.job != nil {
		m.ignore(m.job.Bridge.Focus(focused))
	}
}

// MouseMode asks for motion only while the editor wants it.
func (m *Model) MouseMode() tea.MouseMode {
	if m.job != nil && m.job.Bridge.Modes().Mouse == vt.MouseAny {
		return tea.MouseModeAllMotion
	}
	return tea.MouseModeCellMotion
}

// Cursor is the editor's cursor, in its own shape.
func (m *Model) Cursor() *tea.Cursor {
	c := m.frame.Cursor
	if m.job == nil || m.failure != "" || !c.Visible || c.X >= m.cols || c.Y >= m.rows {
		return nil
	}
	cursor := tea.NewCursor(c.X, c.Y)
	cursor.Blink = c.Blink
	cursor.Shape = map[vt.CursorShape]tea.CursorShape{
		vt.CursorBlock: tea.CursorBlock, vt.CursorUnderline: tea.CursorUnderline, vt.CursorBar: tea.CursorBar,
	}[c.Shape]
	return cursor
}
