package input

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models/modelstest"
)

// typed is a line after a text and some keys; the cursor is drawn as "|".
func typed(text, keys string) string {
	var l Line
	l.Set(text)
	for _, k := range strings.Fields(keys) {
		l.Handle(modelstest.Key(k))
	}
	return strings.Join(l.clusters[:l.at], "") + "|" + strings.Join(l.clusters[l.at:], "")
}

func TestEditing(t *testing.T) {
	for _, tt := range []struct{ text, keys, want string }{
		{"", "a b", "ab|"},
		{"web", "left left x", "wx|eb"},
		{"web", "home x end y", "xweby|"},
		{"one two", "ctrl+w", "one |"},
		{"one two", "ctrl+left backspace", "one|two"},
		{"one two", "home alt+d", "| two"},
		{"one two", "home ctrl+right delete", "one|two"},
		{"one two", "left ctrl+k", "one tw|"},
		{"one two", "left ctrl+u", "|o"},
		{"", "backspace delete ctrl+w left right", "|"},
		{"e\u0301x", "left left", "|e\u0301x"}, // an accent is no character of its own
		{"👩‍👩‍👧", "backspace", "|"},
		{"a\nb\tc\x1b[31m", "", "a b c[31m|"},
		{"a", "space b", "a b|"},
	} {
		if got := typed(tt.text, tt.keys); got != tt.want {
			t.Errorf("%q and %s: %q, want %q", tt.text, tt.keys, got, tt.want)
		}
	}
}

func TestAnAccentTypedLaterJoins(t *testing.T) {
	var l Line
	l.Insert("e")
	l.Insert("\u0301")
	if len(l.clusters) != 1 || l.at != 1 {
		t.Errorf("%q, cursor at %d", l.clusters, l.at)
	}
}

func TestOtherKeysAreLeftToTheOwner(t *testing.T) {
	var l Line
	for _, k := range []string{"enter", "esc", "tab", "up", "down", "ctrl+g", "alt+x", "f1"} {
		if l.Handle(modelstest.Key(k)) {
			t.Errorf("%s is taken", k)
		}
	}
}

func TestTheLimit(t *testing.T) {
	var l Line
	for range 3 {
		l.Handle(tea.PasteMsg{Content: strings.Repeat("é", Limit/3)})
	}
	if n := len(l.Value()); n > Limit {
		t.Errorf("%d bytes were taken", n)
	}
	if !strings.HasSuffix(l.Value(), "é") {
		t.Errorf("a character was cut: %q", l.Value()[len(l.Value())-4:])
	}
}

func TestTheCursorIsInView(t *testing.T) {
	var l Line
	l.Set("0123456789世界")
	for range 13 {
		for _, cols := range []int{1, 2, 5, 12, 40} {
			text, x := l.View(cols)
			if w := safetext.Width(text); w != cols || x < 0 || x >= cols {
				t.Errorf("at %d in %d cells: %q of %d cells, cursor at %d", l.at, cols, text, w, x)
			}
		}
		l.Handle(modelstest.Key("left"))
	}
	if text, x := l.View(0); text != "" || x != 0 {
		t.Errorf("in no cells: %q, %d", text, x)
	}
}
