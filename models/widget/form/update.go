package form

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// Update handles keys, pastes and clicks. The command, if any, is to be returned
// from the screen's Update.
func (f *Form) Update(msg tea.Msg) (Event, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		return f.pressKey(msg)
	case tea.MouseClickMsg:
		if msg.Button == tea.MouseLeft {
			return f.click(msg.X, msg.Y), nil
		}
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			f.scrollBody(-3)
		case tea.MouseWheelDown:
			f.scrollBody(3)
		}
	default:
		return f.edit(msg)
	}
	return Event{}, nil
}

// edit hands a message to the field that has the focus.
func (f *Form) edit(msg tea.Msg) (Event, tea.Cmd) {
	fd := f.current()
	if fd == nil {
		return Event{}, nil
	}
	before := fd.input.Value()
	var cmd tea.Cmd
	fd.input, cmd = fd.input.Update(msg)
	changed := fd.input.Value() != before
	if changed {
		fd.err = ""
	}
	return Event{Changed: changed}, cmd
}

func (f *Form) pressKey(msg tea.KeyPressMsg) (Event, tea.Cmd) {
	k := f.Keys
	switch {
	case key.Matches(msg, k.Cancel):
		return Event{Escaped: true}, nil
	case key.Matches(msg, k.Next):
		f.move(1)
		return Event{}, nil
	case key.Matches(msg, k.Prev):
		f.move(-1)
		return Event{}, nil
	case key.Matches(msg, k.BodyUp):
		f.scrollBody(-max(f.layout().bodyRows-1, 1))
		return Event{}, nil
	case key.Matches(msg, k.BodyDown):
		f.scrollBody(max(f.layout().bodyRows-1, 1))
		return Event{}, nil
	case key.Matches(msg, k.Press):
		return f.enter(), nil
	}
	if f.Typing() {
		switch {
		case key.Matches(msg, k.Up):
			f.move(-1)
		case key.Matches(msg, k.Down):
			f.move(1)
		default:
			return f.edit(msg)
		}
		return Event{}, nil
	}
	for i, b := range f.buttons {
		if key.Matches(msg, b.Hotkey) {
			return f.press(i), nil
		}
	}
	return f.arrow(msg), nil
}

// arrow moves among choices up and down, and among parts otherwise.
func (f *Form) arrow(msg tea.KeyPressMsg) Event {
	k := f.Keys
	inChoices := f.Focused() == ChoicesID
	switch {
	case key.Matches(msg, k.Up) && inChoices:
		return Event{Changed: f.choose(-1)}
	case key.Matches(msg, k.Down) && inChoices:
		return Event{Changed: f.choose(1)}
	case key.Matches(msg, k.Up, k.Left):
		f.move(-1)
	case key.Matches(msg, k.Down, k.Right):
		f.move(1)
	}
	return Event{}
}

// move moves the focus, round the ends.
func (f *Form) move(n int) {
	if stops := len(f.stops()); stops > 0 {
		f.focus = (f.focus + n + stops) % stops
		f.refocus()
	}
}

// choose goes to the next possible choice in a direction.
func (f *Form) choose(dir int) bool {
	for i := f.chosen + dir; i >= 0 && i < len(f.choices); i += dir {
		if !f.choices[i].Disabled {
			f.chosen = i
			return true
		}
	}
	return false
}

// enter presses the focused button; elsewhere the default one, or it moves on.
func (f *Form) enter() Event {
	if b := f.button(); b >= 0 {
		return f.press(b)
	}
	last := len(f.fields) == 0 || f.current() == &f.fields[len(f.fields)-1]
	preset := slices.IndexFunc(f.buttons, func(b Button) bool { return b.ID == f.preset })
	if preset >= 0 && f.preset != "" && last {
		return f.press(preset)
	}
	f.move(1)
	return Event{}
}

// press presses a button, unless a field is wrong: then the first wrong one gets
// the focus.
func (f *Form) press(i int) Event {
	if f.buttons[i].Skip {
		return Event{Button: f.buttons[i].ID}
	}
	wrong := ""
	for j := range f.fields {
		fd := &f.fields[j]
		fd.err = ""
		if fd.Check == nil {
			continue
		}
		if err := fd.Check(fd.input.Value()); err != nil {
			fd.err = sentence(err)
			if wrong == "" {
				wrong = fd.ID
			}
		}
	}
	if wrong != "" {
		f.SetFocus(wrong)
		return Event{}
	}
	return Event{Button: f.buttons[i].ID}
}

// sentence is an error's text as people read it.
func sentence(err error) string {
	text := err.Error()
	if text == "" {
		return "This cannot be accepted."
	}
	first, n := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[n:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

func (f *Form) scrollBody(n int) {
	l := f.layout()
	f.scroll = max(min(f.scroll+n, len(l.body)-l.bodyRows), 0)
}

// click presses, chooses or focuses what was drawn at the cell.
func (f *Form) click(x, y int) Event {
	l := f.layout()
	if y < 0 || y >= len(l.rows) || x < 0 || x >= f.w {
		return Event{}
	}
	switch r := l.rows[y]; r.kind {
	case rowChoice:
		if !f.choices[r.index].Disabled {
			changed := f.chosen != r.index
			f.chosen = r.index
			f.SetFocus(ChoicesID)
			return Event{Changed: changed}
		}
	case rowField:
		f.SetFocus(f.fields[r.index].ID)
	case rowButtons:
		for _, b := range r.buttons {
			if x >= b.x && x < b.x+b.w {
				f.SetFocus(f.buttons[b.index].ID)
				return f.press(b.index)
			}
		}
	}
	return Event{}
}
