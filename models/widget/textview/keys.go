package textview

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

const (
	wheelRows   = 3
	scrollCells = 8
)

// KeyMap holds the keys of a text view.
type KeyMap struct {
	Up, Down, PageUp, PageDown, HalfUp, HalfDown, Top, Bottom key.Binding
	Left, Right, LineStart                                    key.Binding
	Search, Next, Prev, ClearSearch                           key.Binding
	Wrap, Follow, Copy, Save                                  key.Binding
}

// DefaultKeyMap returns the keys that text has everywhere in podium.
func DefaultKeyMap() KeyMap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return KeyMap{
		Up:          bind("↑/k", "up", "up", "k"),
		Down:        bind("↓/j", "down", "down", "j"),
		PageUp:      bind("ctrl-b", "page up", "pgup", "ctrl+b"),
		PageDown:    bind("ctrl-f", "page down", "pgdown", "ctrl+f"),
		HalfUp:      bind("ctrl-u", "half a page up", "ctrl+u"),
		HalfDown:    bind("ctrl-d", "half a page down", "ctrl+d"),
		Top:         bind("g", "top", "g", "home"),
		Bottom:      bind("G", "end", "G", "end"),
		Left:        bind("←/h", "left", "left", "h"),
		Right:       bind("→/l", "right", "right", "l"),
		LineStart:   bind("^", "line start", "^", "shift+left"),
		Search:      bind("/", "search", "/"),
		Next:        bind("n", "next match", "n"),
		Prev:        bind("N", "previous match", "N"),
		ClearSearch: bind("esc", "end search", "esc"),
		Wrap:        bind("w", "wrap", "w"),
		Follow:      bind("f", "follow", "f"),
		Copy:        bind("c", "copy", "c"),
		Save:        bind("ctrl-s", "save to a file", "ctrl+s"),
	}
}

// Update handles keys, pastes into the search line, and the wheel.
func (v *View) Update(msg tea.Msg) tea.Cmd {
	cmd, _ := v.Handle(msg)
	return cmd
}

// Handle is Update that says whether the message meant something to the view. Esc
// does while the search line is open or matches are shown.
func (v *View) Handle(msg tea.Msg) (cmd tea.Cmd, handled bool) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if v.search.typing {
			v.typeKey(msg)
			return nil, true
		}
		return v.press(msg)
	case tea.PasteMsg:
		if v.search.typing {
			v.typeText(strings.Map(oneLine, msg.Content[:min(len(msg.Content), inputLimit)]))
			return nil, true
		}
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			v.ScrollBy(-wheelRows)
		case tea.MouseWheelDown:
			v.ScrollBy(wheelRows)
		case tea.MouseWheelLeft:
			v.ScrollSide(-scrollCells)
		case tea.MouseWheelRight:
			v.ScrollSide(scrollCells)
		default:
			return nil, false
		}
		return nil, true
	}
	return nil, false
}

// press handles a key of the text.
func (v *View) press(msg tea.KeyPressMsg) (cmd tea.Cmd, handled bool) {
	if v.scrollKey(msg) {
		return nil, true
	}
	k := v.Keys
	switch {
	case key.Matches(msg, k.Search):
		v.search.typing, v.search.input = true, ""
		v.search.old, v.search.origin = v.search.expr, v.top
		v.settle()
	case key.Matches(msg, k.Next) && v.search.expr != "":
		v.SearchNext()
	case key.Matches(msg, k.Prev) && v.search.expr != "":
		v.SearchPrev()
	case key.Matches(msg, k.ClearSearch) && v.search.expr != "":
		v.Search("")
	case key.Matches(msg, k.Wrap):
		v.SetWrap(!v.wrap)
	case key.Matches(msg, k.Follow):
		v.SetFollow(!v.follow)
	case key.Matches(msg, k.Copy) && v.OnCopy != nil:
		return v.OnCopy(v.Text()), true
	case key.Matches(msg, k.Save) && v.OnSave != nil:
		return v.OnSave(v.Text()), true
	default:
		return nil, false
	}
	return nil, true
}

func (v *View) scrollKey(msg tea.KeyPressMsg) bool {
	page := max(v.body()-1, 1)
	k := v.Keys
	switch {
	case key.Matches(msg, k.Down):
		v.ScrollBy(1)
	case key.Matches(msg, k.Up):
		v.ScrollBy(-1)
	case key.Matches(msg, k.PageDown):
		v.ScrollBy(page)
	case key.Matches(msg, k.PageUp):
		v.ScrollBy(-page)
	case key.Matches(msg, k.HalfDown):
		v.ScrollBy(max(page/2, 1))
	case key.Matches(msg, k.HalfUp):
		v.ScrollBy(-max(page/2, 1))
	case key.Matches(msg, k.Top):
		v.GotoTop()
	case key.Matches(msg, k.Bottom):
		v.GotoEnd()
	case key.Matches(msg, k.Left):
		v.ScrollSide(-scrollCells)
	case key.Matches(msg, k.Right):
		v.ScrollSide(scrollCells)
	case key.Matches(msg, k.LineStart):
		v.ScrollSide(-v.left)
	default:
		return false
	}
	return true
}

// Typing says whether the search line is open, so that keys are text.
func (v *View) Typing() bool { return v.search.typing }

// typeKey handles a key of the search line. The search runs as one types.
func (v *View) typeKey(msg tea.KeyPressMsg) {
	s, on := &v.search, &v.LineKeys
	switch {
	case key.Matches(msg, on.Accept):
		s.typing = false
		if s.input == "" {
			v.Search(s.old)
		}
		v.settle()
	case key.Matches(msg, on.Cancel), msg.String() == "ctrl+c":
		s.typing = false
		v.Search(s.old)
		v.top = s.origin
		v.settle()
	case key.Matches(msg, on.DeleteLeft):
		_, n := utf8.DecodeLastRuneInString(s.input)
		v.retype(s.input[:len(s.input)-n])
	case key.Matches(msg, on.DeleteWordLeft):
		rest := strings.TrimRight(s.input, " ")
		v.retype(rest[:strings.LastIndexByte(rest, ' ')+1])
	case key.Matches(msg, on.DeleteToStart):
		v.retype("")
	default:
		v.typeText(msg.Text)
	}
}

func (v *View) typeText(text string) {
	if text != "" && len(v.search.input)+len(text) <= inputLimit {
		v.retype(v.search.input + text)
	}
}

// retype changes what is typed and searches for it from where typing began.
func (v *View) retype(input string) {
	v.search.input = input
	v.top = v.search.origin
	v.Search(input)
	v.settle()
}

// oneLine drops line ends from pasted text.
func oneLine(r rune) rune {
	if r == '\n' || r == '\r' {
		return -1
	}
	return r
}
