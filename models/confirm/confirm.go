// Package confirm is the dialogs that ask before something is done: a question
// with yes and Cancel, and the deletion of pods with its progress and its
// failures. The focus is always on Cancel first, and keys typed before anybody
// can have read the dialog are swallowed.
//
// It draws the inside of a dialog; the frame and its place are the root's.
package confirm

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// Quiet is how long a dialog swallows keys after it opened.
const Quiet = 400 * time.Millisecond

// AnswerMsg is the wish of a question that was answered: From is to be closed,
// and on Yes Do given to who asked.
type AnswerMsg struct {
	From models.Screen
	Yes  bool
	Do   any
}

// KeyMap are the keys of the dialogs.
type KeyMap struct {
	Yes, Cancel, Next, Prev, Press key.Binding
	Up, Down                       key.Binding
	Grace, Force, Retry            key.Binding
}

// DefaultKeyMap is as ux.md §2 has it.
func DefaultKeyMap() KeyMap {
	bind := func(name, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, what))
	}
	return KeyMap{
		Yes:    bind("y", "yes", "y", "Y"),
		Cancel: bind("esc", "cancel", "esc", "n", "N", "q"),
		Next:   bind("tab", "next button", "tab", "right", "l"),
		Prev:   bind("shift-tab", "previous button", "shift+tab", "left", "h"),
		Press:  bind("enter", "press the button", "enter", "space"),
		Up:     bind("↑", "scroll up", "up", "k", "pgup"),
		Down:   bind("↓", "scroll down", "down", "j", "pgdown"),
		Grace:  bind("g", "grace seconds", "g"),
		Force:  bind("f", "force", "f"),
		Retry:  bind("r", "retry", "r"),
	}
}

// button is one of a row of buttons.
type button struct {
	label  string
	danger bool
}

// buttonsView draws the row of buttons in the middle of cols cells, the one at
// focus as the one that enter presses. spans are where they are, for clicks.
func buttonsView(th themes.Theme, buttons []button, focus, cols int) (line string, spans [][2]int) {
	total := 0
	for i, b := range buttons {
		total += safetext.Width(b.label) + 4
		if i > 0 {
			total += 2
		}
	}
	at := max((cols-total)/2, 0)
	var out strings.Builder
	out.WriteString(strings.Repeat(" ", at))
	for i, b := range buttons {
		if i > 0 {
			out.WriteString("  ")
			at += 2
		}
		role := themes.Button
		switch {
		case i == focus && b.danger:
			role = themes.ButtonDanger
		case i == focus:
			role = themes.ButtonFocus
		}
		text := "  " + b.label + "  "
		if i == focus {
			text = "▸ " + b.label + " ◂"
		}
		out.WriteString(th.Paint(role, text))
		w := safetext.Width(text)
		spans = append(spans, [2]int{at, at + w})
		at += w
	}
	return safetext.Fit(out.String(), cols), spans
}

// joinLines joins lines to exactly cols × rows.
func joinLines(lines []string, cols, rows int) string {
	if rows <= 0 {
		return ""
	}
	out := make([]string, 0, rows)
	for i := range rows {
		text := ""
		if i < len(lines) {
			text = lines[i]
		}
		out = append(out, safetext.Fit(text, cols))
	}
	return strings.Join(out, "\n")
}

// KeyMaps are the keys that can be bound anew.
func (d *Delete) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "dialog", Map: &d.keys}, {Name: "line", Map: &d.lineKeys}}
}

// KeyMaps are the keys that can be bound anew.
func (q *Question) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "dialog", Map: &q.keys}}
}
