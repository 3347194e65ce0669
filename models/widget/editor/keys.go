package editor

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// wheelRows is how far a notch of the wheel scrolls.
const wheelRows = 3

// KeyMap holds the keys of an editor.
type KeyMap struct {
	Up, Down, Left, Right, WordLeft, WordRight, Home, End key.Binding
	PageUp, PageDown, Top, Bottom                         key.Binding

	SelectUp, SelectDown, SelectLeft, SelectRight                     key.Binding
	SelectWordLeft, SelectWordRight, SelectHome, SelectEnd, SelectAll key.Binding

	Newline, Backspace, Delete, DeleteWordLeft, DeleteWordRight key.Binding
	Indent, Outdent, Comment, Undo, Redo, Cut, Copy, Paste      key.Binding

	Find, FindNext, FindPrev, Replace, Regex, GotoLine, NextProblem, PrevProblem, Cancel key.Binding
}

// DefaultKeyMap returns the keys of an editor. Those that mean something to the
// whole program (ctrl-s, ctrl-o, F1, ctrl-g …) are not among them.
func DefaultKeyMap() KeyMap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return KeyMap{
		Up:        bind("↑", "up", "up", "ctrl+p"),
		Down:      bind("↓", "down", "down", "ctrl+n"),
		Left:      bind("←", "left", "left", "ctrl+b"),
		Right:     bind("→", "right", "right"),
		WordLeft:  bind("ctrl-←", "word left", "ctrl+left", "alt+left", "alt+b"),
		WordRight: bind("ctrl-→", "word right", "ctrl+right", "alt+right", "alt+f"),
		Home:      bind("home", "line start", "home", "ctrl+a"),
		End:       bind("end", "line end", "end", "ctrl+e"),
		PageUp:    bind("PgUp", "page up", "pgup"),
		PageDown:  bind("PgDn", "page down", "pgdown"),
		Top:       bind("ctrl-home", "first line", "ctrl+home"),
		Bottom:    bind("ctrl-end", "last line", "ctrl+end"),

		SelectUp:        bind("shift-↑", "select up", "shift+up"),
		SelectDown:      bind("shift-↓", "select down", "shift+down"),
		SelectLeft:      bind("shift-←", "select left", "shift+left"),
		SelectRight:     bind("shift-→", "select right", "shift+right"),
		SelectWordLeft:  bind("ctrl-shift-←", "select word", "ctrl+shift+left", "alt+shift+left"),
		SelectWordRight: bind("ctrl-shift-→", "select word", "ctrl+shift+right", "alt+shift+right"),
		SelectHome:      bind("shift-home", "select to line start", "shift+home"),
		SelectEnd:       bind("shift-end", "select to line end", "shift+end"),
		SelectAll:       bind("alt-a", "select all", "alt+a"),

		Newline:         bind("enter", "new line", "enter"),
		Backspace:       bind("backspace", "delete left", "backspace", "ctrl+h", "shift+backspace"),
		Delete:          bind("delete", "delete right", "delete"),
		DeleteWordLeft:  bind("ctrl-w", "delete word left", "ctrl+w", "alt+backspace", "ctrl+backspace"),
		DeleteWordRight: bind("alt-d", "delete word right", "alt+d", "ctrl+delete"),
		Indent:          bind("tab", "indent", "tab"),
		Outdent:         bind("shift-tab", "outdent", "shift+tab"),
		Comment:         bind("ctrl-/", "comment", "ctrl+/", "ctrl+_", "alt+3"),
		Undo:            bind("ctrl-z", "undo", "ctrl+z"),
		Redo:            bind("alt-z", "redo", "alt+z", "ctrl+shift+z", "ctrl+y"),
		Cut:             bind("ctrl-x", "cut", "ctrl+x", "ctrl+k"),
		Copy:            bind("alt-c", "copy", "alt+c", "ctrl+insert"),
		Paste:           bind("ctrl-v", "paste", "ctrl+v", "shift+insert"),

		Find:        bind("ctrl-f", "find", "ctrl+f"),
		FindNext:    bind("F3", "find next", "f3"),
		FindPrev:    bind("shift-F3", "find previous", "shift+f3"),
		Replace:     bind("ctrl-r", "replace", "ctrl+r"),
		Regex:       bind("alt-r", "regular expression", "alt+r"),
		GotoLine:    bind("alt-g", "go to line", "alt+g"),
		NextProblem: bind("F8", "next problem", "f8"),
		PrevProblem: bind("shift-F8", "previous problem", "shift+f8"),
		Cancel:      bind("esc", "end selection", "esc"),
	}
}

// Update handles keys, pastes, clicks and the wheel, in coordinates of the view.
func (e *Editor) Update(msg tea.Msg) tea.Cmd {
	cmd, _ := e.Handle(msg)
	return cmd
}

// Handle is Update that says whether the message meant something to the editor.
// Esc does while the bottom line is open, something is selected or found.
func (e *Editor) Handle(msg tea.Msg) (cmd tea.Cmd, handled bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		e.notice = ""
		if e.prompt.open() {
			e.promptKey(msg)
			return nil, true
		}
		return e.press(msg)
	case tea.PasteMsg:
		e.notice = ""
		e.paste(msg.Content)
		return nil, true
	case tea.MouseClickMsg:
		if msg.Button == tea.MouseLeft {
			return nil, e.click(msg.X, msg.Y, msg.Mod.Contains(tea.ModShift))
		}
	case tea.MouseMotionMsg:
		if msg.Button == tea.MouseLeft {
			return nil, e.drag(msg.X, msg.Y)
		}
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			e.scroll(-wheelRows)
		case tea.MouseWheelDown:
			e.scroll(wheelRows)
		default:
			return nil, false
		}
		return nil, true
	}
	return nil, false
}

// paste inserts text, into the bottom line its first line.
func (e *Editor) paste(text string) {
	if e.prompt.open() {
		line, _, _ := strings.Cut(normalize(text), "\n")
		e.promptInput(e.prompt.input + line)
		return
	}
	e.try(e.Insert(text))
}

// press handles a key of the text.
func (e *Editor) press(msg tea.KeyPressMsg) (cmd tea.Cmd, handled bool) {
	if e.moveKey(msg, e.Keys) || e.selectKey(msg, e.Keys) || e.editKey(msg, e.Keys) || e.findKey(msg, e.Keys) {
		return nil, true
	}
	switch {
	case key.Matches(msg, e.Keys.Cut):
		return e.copied(e.Cut()), true
	case key.Matches(msg, e.Keys.Copy):
		return e.copied(e.Copy()), true
	case key.Matches(msg, e.Keys.Paste):
		if e.clipboard == "" && e.OnPaste != nil {
			return e.OnPaste(), true
		}
		if e.clipboard == "" {
			e.notice = "Nothing was copied here yet; the terminal's own paste key brings what was copied elsewhere."
		}
		e.paste(e.clipboard)
		return nil, true
	}
	if msg.Text == "" { // a key that writes nothing, such as one with ctrl or alt
		return nil, false
	}
	e.typed(msg.Text)
	return nil, true
}

func (e *Editor) copied(text string) tea.Cmd {
	if e.OnCopy == nil {
		return nil
	}
	return e.OnCopy(text)
}

func (e *Editor) moveKey(msg tea.KeyPressMsg, k KeyMap) bool {
	page := max(e.body()-1, 1)
	switch {
	case key.Matches(msg, k.Up):
		e.vertical(-1, false)
	case key.Matches(msg, k.Down):
		e.vertical(1, false)
	case key.Matches(msg, k.PageUp):
		e.vertical(-page, false)
	case key.Matches(msg, k.PageDown):
		e.vertical(page, false)
	case key.Matches(msg, k.Left):
		if from, _, ok := e.selection(); ok {
			e.moveTo(from, false)
		} else {
			e.moveTo(e.prev(e.cur), false)
		}
	case key.Matches(msg, k.Right):
		if _, to, ok := e.selection(); ok {
			e.moveTo(to, false)
		} else {
			e.moveTo(e.next(e.cur), false)
		}
	case key.Matches(msg, k.WordLeft):
		e.moveTo(e.wordLeft(e.cur), false)
	case key.Matches(msg, k.WordRight):
		e.moveTo(e.wordRight(e.cur), false)
	case key.Matches(msg, k.Home):
		e.moveTo(e.home(e.cur), false)
	case key.Matches(msg, k.End):
		e.moveTo(pos{e.cur.line, len(e.lines[e.cur.line])}, false)
	case key.Matches(msg, k.Top):
		e.moveTo(pos{}, false)
	case key.Matches(msg, k.Bottom):
		e.moveTo(pos{len(e.lines) - 1, len(e.lines[len(e.lines)-1])}, false)
	default:
		return false
	}
	return true
}

func (e *Editor) selectKey(msg tea.KeyPressMsg, k KeyMap) bool {
	switch {
	case key.Matches(msg, k.SelectUp):
		e.vertical(-1, true)
	case key.Matches(msg, k.SelectDown):
		e.vertical(1, true)
	case key.Matches(msg, k.SelectLeft):
		e.moveTo(e.prev(e.cur), true)
	case key.Matches(msg, k.SelectRight):
		e.moveTo(e.next(e.cur), true)
	case key.Matches(msg, k.SelectWordLeft):
		e.moveTo(e.wordLeft(e.cur), true)
	case key.Matches(msg, k.SelectWordRight):
		e.moveTo(e.wordRight(e.cur), true)
	case key.Matches(msg, k.SelectHome):
		e.moveTo(e.home(e.cur), true)
	case key.Matches(msg, k.SelectEnd):
		e.moveTo(pos{e.cur.line, len(e.lines[e.cur.line])}, true)
	case key.Matches(msg, k.SelectAll):
		e.selectAll()
	case key.Matches(msg, k.Cancel) && (e.selecting || !e.prompt.found.empty()):
		e.prompt.found = pattern{}
		e.jump(e.cur)
	default:
		return false
	}
	return true
}

func (e *Editor) editKey(msg tea.KeyPressMsg, k KeyMap) bool {
	switch {
	case key.Matches(msg, k.Newline):
		e.newline()
	case key.Matches(msg, k.Backspace):
		e.erase(e.softPrev)
	case key.Matches(msg, k.Delete):
		e.erase(e.next)
	case key.Matches(msg, k.DeleteWordLeft):
		e.erase(e.wordLeft)
	case key.Matches(msg, k.DeleteWordRight):
		e.erase(e.wordRight)
	case key.Matches(msg, k.Indent):
		e.indent()
	case key.Matches(msg, k.Outdent):
		e.outdent()
	case key.Matches(msg, k.Comment):
		e.comment()
	case key.Matches(msg, k.Undo):
		if !e.Undo() {
			e.notice = "There is nothing to undo."
		}
	case key.Matches(msg, k.Redo):
		if !e.Redo() {
			e.notice = "There is nothing to redo."
		}
	default:
		return false
	}
	return true
}

func (e *Editor) findKey(msg tea.KeyPressMsg, k KeyMap) bool {
	switch {
	case key.Matches(msg, k.Find):
		e.ask(promptFind)
	case key.Matches(msg, k.Replace):
		e.ask(promptReplace)
	case key.Matches(msg, k.GotoLine):
		e.ask(promptLine)
	case key.Matches(msg, k.FindNext):
		e.findAgain(1)
	case key.Matches(msg, k.FindPrev):
		e.findAgain(-1)
	case key.Matches(msg, k.NextProblem):
		e.problem(1)
	case key.Matches(msg, k.PrevProblem):
		e.problem(-1)
	default:
		return false
	}
	return true
}
