package terminal

import (
	"errors"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge"
	"podium/termbridge/keys"
	"podium/termbridge/vt"
)

// typedAhead bounds what is kept of keys typed before the session is there.
const typedAhead = 4096

// endGrace is how long after an end enter does nothing: it was meant for the
// program that has just gone.
const endGrace = 400 * time.Millisecond

// fromUser handles keys, pastes and the mouse.
func (m *Model) fromUser(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		told := msg
		msg = models.BoundKey(msg)
		switch {
		case m.look.search.typing:
			return m.typeSearch(msg)
		case m.look.copying:
			return m.copyKey(msg)
		case m.signals:
			return m.signalKey(msg)
		case m.picking:
			return m.shellKey(msg)
		case m.state == choosing || m.state == ended:
			return m.ownKey(msg)
		case m.scrollKey(msg):
			return nil
		}
		return m.programKey(translate(tea.Key(told), keys.Press))
	case tea.KeyReleaseMsg:
		if m.state == running && !m.look.copying && m.bridge.Modes().KittyFlags&2 != 0 {
			return m.programKey(translate(tea.Key(msg), keys.Release))
		}
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.MouseWheelMsg:
		return m.wheel(msg)
	case tea.MouseClickMsg:
		return m.mouse(tea.Mouse(msg), keys.MousePress)
	case tea.MouseReleaseMsg:
		return m.mouse(tea.Mouse(msg), keys.MouseRelease)
	case tea.MouseMotionMsg:
		return m.mouse(tea.Mouse(msg), keys.MouseMotion)
	}
	return nil
}

// programKey sends a key to the program and shows the end of the screen again.
func (m *Model) programKey(k keys.Key) tea.Cmd {
	if m.look.active() && k.Action != keys.Release {
		m.look.reset()
		m.draw()
		m.stale = true
	}
	return m.typed(func(b *termbridge.Bridge) error { return b.Key(k) })
}

// typed is input to which a program that lives answers, if only with an echo.
func (m *Model) typed(send func(*termbridge.Bridge) error) tea.Cmd {
	cmd := m.input(send)
	if m.state == running {
		m.typedInto = true
		if m.local == nil { // what runs here may have nothing to say to a key
			m.asked.note(m.bridge, m.env.Now)
		}
	}
	return cmd
}

// input hands something to the bridge at once, or keeps it until there is one.
func (m *Model) input(send func(*termbridge.Bridge) error) tea.Cmd {
	switch m.state {
	case starting:
		if len(m.ahead) < typedAhead {
			m.ahead = append(m.ahead, func(b *termbridge.Bridge) { _ = send(b) })
		}
		return nil
	case running:
		err := send(m.bridge)
		if errors.Is(err, termbridge.ErrQueueFull) {
			return notice(models.LevelWarning, "input stalled: "+err.Error())
		}
	}
	return nil
}

func notice(level models.Level, text string) tea.Cmd {
	return func() tea.Msg { return models.NoticeMsg{Level: level, Text: text} }
}

// paste sends text as a paste. Several lines to a program that did not ask for
// bracketed paste would each run as they arrive, so the user is asked.
func (m *Model) paste(text string) tea.Cmd {
	switch {
	case m.look.search.typing:
		return m.typeSearch(tea.PasteMsg{Content: text})
	case m.look.copying:
		m.env.Wish(models.NoticeMsg{Text: "Nothing was pasted: q leaves copy mode first"})
		return nil
	}
	if m.state != starting && m.state != running {
		return nil
	}
	brackets := m.state == running && m.bridge.Modes().BracketedPaste
	if lines := linesOf(text); lines > 1 && !brackets && m.env.Settings.ConfirmPaste {
		why := "The program did not ask for bracketed paste"
		if m.state == starting {
			why = "The session is not there yet, so nothing asked for bracketed paste"
		}
		m.env.Wish(models.ConfirmMsg{
			Title:    "Paste several lines?",
			Question: why + ": each of the " + models.Count(lines, "line") + " runs as if typed.",
			Yes:      "Paste",
			Do:       pasteMsg{Answer: models.To(m), gen: m.gen, text: text},
		})
		return nil
	}
	return m.typed(func(b *termbridge.Bridge) error { return b.Paste(text) })
}

// linesOf counts the lines of a paste. Terminals end them by CR, others by LF or
// both.
func linesOf(text string) int {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimRight(text, "\r\n"))
	return 1 + strings.Count(text, "\n")
}

// scrollKey handles the keys that scroll back unless the program has its own
// screen, where there is nothing to scroll.
func (m *Model) scrollKey(msg tea.KeyPressMsg) bool {
	if m.bridge == nil || m.local != nil || m.bridge.Modes().AltScreen {
		return false
	}
	switch {
	case key.Matches(msg, m.keys.ScrollUp):
		m.scroll(max(m.rows-1, 1))
	case key.Matches(msg, m.keys.ScrollDown):
		m.scroll(-max(m.rows-1, 1))
	default:
		return false
	}
	return true
}

var buttons = map[tea.MouseButton]keys.Button{
	tea.MouseLeft: keys.LeftButton, tea.MouseMiddle: keys.MiddleButton, tea.MouseRight: keys.RightButton,
	tea.MouseWheelUp: keys.WheelUp, tea.MouseWheelDown: keys.WheelDown,
	tea.MouseWheelLeft: keys.WheelLeft, tea.MouseWheelRight: keys.WheelRight,
	tea.MouseBackward: keys.Back, tea.MouseForward: keys.Forward,
	tea.MouseButton10: keys.Button10, tea.MouseButton11: keys.Button11,
}

// MouseMode asks the outer terminal for what the program asked for.
func (m *Model) MouseMode() tea.MouseMode {
	if m.state == running && m.focused && !m.look.pinned && m.bridge.Modes().Mouse == vt.MouseAny {
		return tea.MouseModeAllMotion
	}
	return tea.MouseModeCellMotion
}

// Keyboard asks the outer terminal for what the program asked for (the flags of
// the kitty keyboard protocol), while it has the keys. Text comes with every key
// that is told as a code: the menu behind the leader reads it.
func (m *Model) Keyboard() tea.KeyboardEnhancements {
	if m.state != running || !m.focused || m.look.copying || m.signals || m.picking {
		return models.PlainKeyboard
	}
	flags := m.bridge.Modes().KittyFlags
	all := flags&8 != 0
	return tea.KeyboardEnhancements{
		ReportEventTypes: flags&2 != 0, ReportAlternateKeys: true,
		ReportAllKeysAsEscapeCodes: all, ReportAssociatedText: all,
	}
}

// translate makes the encoder's key of Bubble Tea's. Both number the keys that
// are no code points alike; a test holds them together.
func translate(k tea.Key, action keys.Action) keys.Key {
	if k.IsRepeat && action == keys.Press {
		action = keys.Repeat
	}
	return keys.Key{Code: k.Code, Text: k.Text, Mod: mods(k.Mod), Shifted: k.ShiftedCode, Base: k.BaseCode, Action: action}
}

func mods(in tea.KeyMod) keys.Mod {
	var out keys.Mod
	for _, pair := range modPairs {
		if in&pair.tea != 0 {
			out |= pair.keys
		}
	}
	return out
}

var modPairs = []struct {
	tea  tea.KeyMod
	keys keys.Mod
}{
	{tea.ModShift, keys.Shift},
	{tea.ModAlt, keys.Alt},
	{tea.ModCtrl, keys.Ctrl},
	{tea.ModSuper, keys.Super},
	{tea.ModHyper, keys.Hyper},
	{tea.ModMeta, keys.Meta},
	{tea.ModCapsLock, keys.CapsLock},
	{tea.ModNumLock, keys.NumLock},
}
