// Package textview shows long text: YAML, logs, descriptions. It scrolls, wraps,
// follows its end and searches, and draws only what is visible, so that a hundred
// thousand lines cost no more than a hundred.
package textview

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/themes"
)

// Line is one line of text. Text may come from outside: it is made harmless
// before it is drawn; SGR colours in it are kept if SGR is set.
type Line struct {
	Text       string
	Role       themes.Role // of the text, where no span says otherwise
	Gutter     string      // drawn before the text, never scrolled or wrapped; "" none
	GutterRole themes.Role
	SGR        bool
	Spans      []themes.Span // in bytes of Text; ignored with SGR
}

// Highlighter colours a line of text. state is what the line before returned, 0
// for the first line.
type Highlighter func(line string, state uint64) (spans []themes.Span, next uint64)

// View is the widget. It is used from Update and View only.
type View struct {
	Keys KeyMap
	// OnCopy and OnSave are called with the text of the view (no control
	// sequences) when the user asks; nil hides the key.
	OnCopy, OnSave func(text string) tea.Cmd
}

// KeyMap holds the keys of a text view.
type KeyMap struct {
	Up, Down, PageUp, PageDown, HalfUp, HalfDown, Top, Bottom, Left, Right, Home key.Binding
	Search, Next, Prev, Wrap, Follow, Copy, Save                                 key.Binding
}

// DefaultKeyMap returns the keys of ux.md §2, text views.
func DefaultKeyMap() KeyMap { return KeyMap{} }

// New returns an empty view that keeps at most maxLines lines, the oldest going
// first; 0 keeps all.
func New(theme themes.Theme, maxLines int) *View { return &View{} }

// SetTheme changes the look.
func (v *View) SetTheme(theme themes.Theme) {}

// SetSize sets the size in cells.
func (v *View) SetSize(w, h int) {}

// SetText replaces the content by text, split at line ends.
func (v *View) SetText(text string) {}

// SetLines replaces the content.
func (v *View) SetLines(lines []Line) {}

// Append adds lines at the end.
func (v *View) Append(lines ...Line) {}

// Lines is the number of lines kept; Dropped how many went to keep the bound.
func (v *View) Lines() int { return 0 }

// Dropped is the number of lines that went to keep the bound.
func (v *View) Dropped() int { return 0 }

// Text is the whole text kept, without control sequences.
func (v *View) Text() string { return "" }

// SetHighlighter colours lines that have no spans; nil takes it away.
func (v *View) SetHighlighter(h Highlighter) {}

// SetWrap says whether long lines are wrapped.
func (v *View) SetWrap(on bool) {}

// Wrap says whether long lines are wrapped.
func (v *View) Wrap() bool { return false }

// SetFollow says whether the end stays in view as lines come.
func (v *View) SetFollow(on bool) {}

// Following says whether the end stays in view.
func (v *View) Following() bool { return false }

// SetEmpty sets what an empty view says.
func (v *View) SetEmpty(text string) {}

// Search looks for a regular expression (smart case; one that is invalid is
// taken literally) and goes to the first match at or after the top line. "" ends it.
func (v *View) Search(expr string) (found bool) { return false }

// Typing says whether the search line is open, and keys are text.
func (v *View) Typing() bool { return false }

// GotoLine brings line n, counted from 0, into view.
func (v *View) GotoLine(n int) {}

// Percent is how far down the view is, 0 to 100.
func (v *View) Percent() int { return 0 }

// Status is a short description for a footer: place, matches, follow, wrap.
func (v *View) Status() string { return "" }

// Update handles keys, paste into the search line, and the wheel.
func (v *View) Update(msg tea.Msg) tea.Cmd { return nil }

// Handle is Update that says whether the message meant something to the view.
func (v *View) Handle(msg tea.Msg) (cmd tea.Cmd, handled bool) { return nil, false }

// Cursor is the place of the hardware cursor, while the search line is open.
func (v *View) Cursor() (x, y int, ok bool) { return 0, 0, false }

// View draws exactly the size set.
func (v *View) View() string { return "" }
