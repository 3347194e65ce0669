// Package form is the inside of a small dialog: text, a list of choices, text
// fields and buttons, one of which has the focus. It draws no frame, ui does.
package form

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/themes"
)

// Field is a line of text to type.
type Field struct {
	ID, Label, Value, Placeholder string
	Secret                        bool // shown as dots
	Limit                         int  // in characters, 0 for 4096
	// Check returns a sentence when the value cannot be accepted; nil accepts all.
	Check func(value string) error
}

// Choice is one of a list, of which exactly one is chosen.
type Choice struct {
	ID, Label, Detail string
	Disabled          bool
}

// Button ends the dialog.
type Button struct {
	ID, Label string
	Danger    bool
	// Hotkey presses the button from anywhere but a text field; zero for none.
	Hotkey key.Binding
	// Skip accepts the form although a field is wrong: for Cancel.
	Skip bool
}

// Text is a line of the dialog's text.
type Text struct {
	Text string
	Role themes.Role
}

// Config is what a form is made of; parts that are empty are not drawn.
type Config struct {
	Body    []Text
	Choices []Choice
	Chosen  string // ID of the choice at the start, "" for the first
	Fields  []Field
	Buttons []Button
	// Focus is the ID of the field or button that has the focus at first, or
	// "choices"; "" is the first there is.
	Focus string
}

// Event says what a message led to: Button is the ID of the button that was
// pressed, "" if none; Escaped that the dialog was left by esc.
type Event struct {
	Button  string
	Escaped bool
}

// Form is the widget. It is used from Update and View only.
type Form struct{ Keys KeyMap }

// KeyMap holds the keys of a form.
type KeyMap struct{ Next, Prev, Up, Down, Left, Right, Press, Cancel key.Binding }

// DefaultKeyMap returns the usual keys.
func DefaultKeyMap() KeyMap { return KeyMap{} }

// New makes a form.
func New(theme themes.Theme, c Config) *Form { return &Form{} }

// SetTheme changes the look.
func (f *Form) SetTheme(theme themes.Theme) {}

// SetSize sets the size in cells.
func (f *Form) SetSize(w, h int) {}

// WantSize is the size at which everything shows, at most maxW × maxH.
func (f *Form) WantSize(maxW, maxH int) (w, h int) { return 0, 0 }

// SetBody replaces the text.
func (f *Form) SetBody(body []Text) {}

// SetError shows a sentence below the fields, "" takes it away.
func (f *Form) SetError(text string) {}

// Value is what a field holds, "" of an unknown ID.
func (f *Form) Value(id string) string { return "" }

// SetValue changes what a field holds.
func (f *Form) SetValue(id, value string) {}

// Chosen is the ID of the chosen choice, "" if there are none.
func (f *Form) Chosen() string { return "" }

// Focused is the ID of what has the focus.
func (f *Form) Focused() string { return "" }

// SetFocus moves the focus to a field, a button or "choices".
func (f *Form) SetFocus(id string) {}

// Typing says whether the focus is in a text field, so that keys are text.
func (f *Form) Typing() bool { return false }

// Update handles keys, pastes and clicks in coordinates of the view.
func (f *Form) Update(msg tea.Msg) (Event, tea.Cmd) { return Event{}, nil }

// Cursor is the cell of the hardware cursor, in a text field.
func (f *Form) Cursor() (x, y int, ok bool) { return 0, 0, false }

// View draws exactly the size set.
func (f *Form) View() string { return "" }
