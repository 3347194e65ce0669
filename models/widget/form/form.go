// Package form is the inside of a small dialog: text, a list of choices, text
// fields and buttons, one of which has the focus. It draws no frame and decides
// nothing: the screen that owns it hears which button was pressed.
package form

import (
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"

	"podium/themes"
)

// ChoicesID names the list of choices where a focus is asked for or told.
const ChoicesID = "choices"

// defaultLimit bounds a field that sets no limit, in characters.
const defaultLimit = 4096

// Text is a paragraph of the dialog's text; "\n" in it ends a line.
type Text struct {
	Text string
	Role themes.Role
}

// Choice is one of a list, of which exactly one is chosen.
type Choice struct {
	ID, Label, Detail string
	Disabled          bool
}

// Field is a line of text to type.
type Field struct {
	ID, Label, Value, Placeholder string
	Secret                        bool // drawn as dots
	Limit                         int  // in characters, 0 for 4096
	// Check returns an error when the value cannot be accepted; nil accepts all.
	// The error is shown as a sentence. It is asked when a button is pressed and
	// must not wait.
	Check func(value string) error
}

// Button ends the dialog.
type Button struct {
	ID, Label string
	Danger    bool
	// Hotkey presses the button from anywhere but a text field; the zero value is
	// no key.
	Hotkey key.Binding
	// Skip presses it although a field is wrong, as Cancel does.
	Skip bool
}

// Config is what a form is made of; parts that are empty are not drawn.
type Config struct {
	Body    []Text
	Choices []Choice
	Chosen  string // ID of the choice at the start, "" for the first possible
	Fields  []Field
	Buttons []Button
	// Focus is the ID of the field or button that has the focus at first, or
	// ChoicesID; "" is the first there is: choices, fields, buttons.
	Focus string
	// Default is the ID of the button that enter presses in the last field and in
	// the choices; with "" enter goes on to the next part instead.
	Default string
}

// Event is what a message led to.
type Event struct {
	Button  string // ID of the button that was pressed, "" if none
	Escaped bool   // the dialog was left by its cancel key
	Changed bool   // a field or the choice has another value
}

// KeyMap holds the keys of a form. Those of text fields are bubbles' textinput's.
type KeyMap struct{ Next, Prev, Up, Down, Left, Right, Press, Cancel, BodyUp, BodyDown key.Binding }

// DefaultKeyMap returns the usual keys.
func DefaultKeyMap() KeyMap {
	bind := func(help, desc string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, desc))
	}
	return KeyMap{
		Next:     bind("tab", "next", "tab"),
		Prev:     bind("shift-tab", "previous", "shift+tab"),
		Up:       bind("↑", "up", "up"),
		Down:     bind("↓", "down", "down"),
		Left:     bind("←", "left", "left"),
		Right:    bind("→", "right", "right"),
		Press:    bind("enter", "press", "enter"),
		Cancel:   bind("esc", "back", "esc"),
		BodyUp:   bind("PgUp", "scroll text up", "pgup"),
		BodyDown: bind("PgDn", "scroll text down", "pgdown"),
	}
}

// Form is the widget. It is used from one goroutine, as Bubble Tea's Update and
// View are. Coordinates are cells of its view, from 0.
type Form struct {
	// Keys may be changed at any time.
	Keys KeyMap

	theme   themes.Theme
	w, h    int
	body    []Text
	scroll  int // lines of the body scrolled away
	choices []Choice
	chosen  int // -1 without choices
	fields  []field
	buttons []Button
	focus   int // index among the parts that take it: choices, fields, buttons
	preset  string
	problem string
}

// field is a field and the text in it.
type field struct {
	Field
	input textinput.Model
	err   string
}

// New makes a form; it keeps copies of nothing that c points to.
func New(theme themes.Theme, c Config) *Form {
	f := &Form{
		Keys: DefaultKeyMap(), theme: theme, body: c.Body, choices: c.Choices,
		buttons: c.Buttons, preset: c.Default, chosen: -1,
	}
	for _, spec := range c.Fields {
		f.fields = append(f.fields, newField(spec))
	}
	for i, choice := range c.Choices {
		if !choice.Disabled && (f.chosen < 0 || choice.ID == c.Chosen && c.Chosen != "") {
			f.chosen = i
		}
	}
	f.SetFocus(c.Focus)
	return f
}

func newField(spec Field) field {
	in := textinput.New()
	in.CharLimit = spec.Limit
	if spec.Limit <= 0 {
		in.CharLimit = defaultLimit
	}
	in.SetVirtualCursor(false)
	// Reading the clipboard would answer with a message that no screen knows;
	// terminals paste by themselves.
	in.KeyMap.Paste.SetEnabled(false)
	in.SetValue(spec.Value)
	in.CursorEnd()
	return field{Field: spec, input: in}
}

// SetTheme changes the look.
func (f *Form) SetTheme(theme themes.Theme) { f.theme = theme }

// SetSize sets the size in cells. Sizes below 0 count as 0.
func (f *Form) SetSize(w, h int) { f.w, f.h = max(w, 0), max(h, 0) }

// SetError shows a sentence above the buttons, "" takes it away.
func (f *Form) SetError(text string) { f.problem = text }

// Value is what a field holds, "" of an unknown ID.
func (f *Form) Value(id string) string {
	for i := range f.fields {
		if f.fields[i].ID == id {
			return f.fields[i].input.Value()
		}
	}
	return ""
}

// Chosen is the ID of the chosen choice, "" if there is none.
func (f *Form) Chosen() string {
	if f.chosen < 0 {
		return ""
	}
	return f.choices[f.chosen].ID
}

// stops are the IDs of all that can have the focus, in order.
func (f *Form) stops() []string {
	var ids []string
	if len(f.choices) > 0 {
		ids = append(ids, ChoicesID)
	}
	for _, fd := range f.fields {
		ids = append(ids, fd.ID)
	}
	for _, b := range f.buttons {
		ids = append(ids, b.ID)
	}
	return ids
}

// Focused is the ID of what has the focus: ChoicesID, or that of a field or
// button; "" in a form of text alone.
func (f *Form) Focused() string {
	if stops := f.stops(); f.focus < len(stops) {
		return stops[f.focus]
	}
	return ""
}

// SetFocus moves the focus to a field, a button or ChoicesID; to the first there
// is if the ID is unknown.
func (f *Form) SetFocus(id string) {
	f.focus = 0
	for i, stop := range f.stops() {
		if stop == id {
			f.focus = i
		}
	}
	f.refocus()
}

// refocus tells the text fields which of them has the focus.
func (f *Form) refocus() {
	current := f.current()
	for i := range f.fields {
		if &f.fields[i] == current {
			// The command would blink a cursor that is not drawn.
			_ = f.fields[i].input.Focus()
		} else {
			f.fields[i].input.Blur()
		}
	}
}

// current is the field that has the focus, nil if none has.
func (f *Form) current() *field {
	i := f.focus
	if len(f.choices) > 0 {
		i--
	}
	if i < 0 || i >= len(f.fields) {
		return nil
	}
	return &f.fields[i]
}

// button is the index of the button that has the focus, -1 if none has.
func (f *Form) button() int {
	i := f.focus - len(f.fields)
	if len(f.choices) > 0 {
		i--
	}
	if i < 0 || i >= len(f.buttons) {
		return -1
	}
	return i
}

// Typing says whether the focus is in a text field, so that keys are text.
func (f *Form) Typing() bool { return f.current() != nil }
