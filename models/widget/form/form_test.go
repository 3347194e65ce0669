package form

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"podium/models/modelstest"
	"podium/themes"
)

func dialog() Config {
	return Config{
		Body: []Text{{"Delete pod web-\x1b[31m0\u202e, and the two shells in it? What it wrote is gone with it.", themes.Text}, {"", themes.Text}, {"It cannot be undone.", themes.Warning}},
		Choices: []Choice{
			{ID: "wait", Label: "Give it time to end", Detail: "30 s"},
			{ID: "never", Label: "Never", Disabled: true},
			{ID: "now", Label: "End it now"},
		},
		Fields: []Field{
			{ID: "grace", Label: "Grace", Value: "30", Check: func(v string) error {
				if strings.Trim(v, "0123456789") != "" || v == "" {
					return errors.New("the grace is a number of seconds")
				}
				return nil
			}},
			{ID: "why", Label: "Reason", Placeholder: "for the journal"},
		},
		Buttons: []Button{
			{ID: "cancel", Label: "Cancel", Skip: true},
			{ID: "delete", Label: "Delete", Danger: true, Hotkey: key.NewBinding(key.WithKeys("y"))},
		},
		Focus: "cancel",
	}
}

func press(f *Form, keys ...string) (last Event) {
	for _, k := range keys {
		last, _ = f.Update(modelstest.Key(k))
	}
	return last
}

// The golden views hold what the widget looks like, in the theme without colours.
// "go test -update" writes them anew; look at the difference before committing.
func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}, {1, 1}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			f := New(themes.Dark(), dialog())
			f.SetSize(size[0], size[1])
			f.SetTheme(themes.Plain()) // so that a change of colours leaves the pictures alone
			view := f.View()
			modelstest.CheckView(t, view, size[0], size[1])
			if f.View() != view {
				t.Error("drawing twice differs")
			}
			golden.RequireEqual(t, view)
		})
	}
}

func TestEverySizeIsExactAndTheFocusShows(t *testing.T) {
	for w := range 60 {
		if w > 12 && w%5 != 0 {
			continue // the small ones are where it pinches
		}
		for h := range 20 {
			f := New(themes.Theme{}, dialog())
			f.SetSize(w, h)
			for range 6 {
				press(f, "tab")
				modelstest.CheckView(t, f.View(), w, h)
				if f.button() >= 0 && w >= 12 && h > 0 && !strings.Contains(f.View(), "[ ") {
					t.Fatalf("%dx%d: the focused button is out of view:\n%s", w, h, f.View())
				}
				if x, y, ok := f.Cursor(); ok && (x < 0 || x >= w || y < 0 || y >= h) {
					t.Fatalf("%dx%d: cursor at %d,%d", w, h, x, y)
				}
			}
		}
	}
	f := New(themes.Theme{}, Config{})
	f.SetSize(-1, -1)
	press(f, "tab", "enter", "x")
}

func TestFocusIsWhereItWasAsked(t *testing.T) {
	f := New(themes.Theme{}, dialog())
	if f.Focused() != "cancel" {
		t.Fatalf("the focus is on %q", f.Focused())
	}
	if e := press(f, "enter"); e.Button != "cancel" {
		t.Errorf("enter: %+v", e)
	}
	if e := press(f, "y"); e.Button != "delete" {
		t.Errorf("the hotkey: %+v", e)
	}
	if e := press(f, "esc"); !e.Escaped {
		t.Errorf("esc: %+v", e)
	}
	press(f, "shift+tab")
	if f.Focused() != "why" || !f.Typing() {
		t.Fatalf("the focus is on %q", f.Focused())
	}
	if e := press(f, "y"); e.Button != "" || !e.Changed || f.Value("why") != "y" {
		t.Errorf("a hotkey in a field is text: %+v, %q", e, f.Value("why"))
	}
}

func TestAWrongFieldIsNotAccepted(t *testing.T) {
	f := New(themes.Theme{}, dialog())
	f.SetSize(70, 20)
	f.SetFocus("grace")
	press(f, "x")
	f.SetFocus("delete")
	if e := press(f, "enter"); e.Button != "" {
		t.Fatalf("accepted: %+v", e)
	}
	if f.Focused() != "grace" || !strings.Contains(f.View(), "The grace is a number of seconds.") {
		t.Errorf("focus on %q:\n%s", f.Focused(), f.View())
	}
	press(f, "backspace")
	f.SetFocus("delete")
	if e := press(f, "enter"); e.Button != "delete" || f.Value("grace") != "30" {
		t.Errorf("%+v, grace %q", e, f.Value("grace"))
	}
	f.SetFocus("grace")
	press(f, "?")
	f.SetFocus("cancel")
	if e := press(f, "enter"); e.Button != "cancel" {
		t.Error("cancel needs no right fields")
	}
}

func TestChoices(t *testing.T) {
	f := New(themes.Theme{}, dialog())
	f.SetFocus(ChoicesID)
	if e := press(f, "down"); !e.Changed || f.Chosen() != "now" {
		t.Errorf("%+v, chosen %q: what cannot be chosen is passed over", e, f.Chosen())
	}
	if e := press(f, "down"); e.Changed || f.Chosen() != "now" {
		t.Errorf("beyond the last: %+v, %q", e, f.Chosen())
	}
}

func TestDefaultButton(t *testing.T) {
	f := New(themes.Theme{}, Config{Fields: []Field{{ID: "a"}, {ID: "b"}}, Buttons: []Button{{ID: "no"}, {ID: "ok"}}, Default: "ok"})
	if e := press(f, "h", "i", "enter"); e.Button != "" || f.Focused() != "b" {
		t.Fatalf("enter in the first field: %+v, focus %q", e, f.Focused())
	}
	if e := press(f, "enter"); e.Button != "ok" {
		t.Errorf("enter in the last field: %+v", e)
	}
}

func TestClick(t *testing.T) {
	f := New(themes.Theme{}, dialog())
	f.SetSize(70, 20)
	find := func(s string) tea.MouseClickMsg {
		for y, l := range strings.Split(f.View(), "\n") {
			if i := strings.Index(l, s); i >= 0 {
				return tea.MouseClickMsg{X: ansi.StringWidth(l[:i]), Y: y, Button: tea.MouseLeft}
			}
		}
		t.Fatalf("%q is not drawn", s)
		return tea.MouseClickMsg{}
	}
	if e, _ := f.Update(find("Delete  ")); e.Button != "delete" {
		t.Errorf("button: %+v", e)
	}
	if e, _ := f.Update(find("End it")); !e.Changed || f.Chosen() != "now" {
		t.Errorf("choice: %+v", e)
	}
	if f.Update(find("Reason")); f.Focused() != "why" {
		t.Errorf("field: focus %q", f.Focused())
	}
}

func TestLongBodyScrollsAndPasteStaysOneLine(t *testing.T) {
	c := dialog()
	for i := range 50 {
		c.Body = append(c.Body, Text{fmt.Sprintf("pod-%d", i), themes.Text})
	}
	c.Focus = "why"
	f := New(themes.Theme{}, c)
	f.SetSize(50, 15)
	if strings.Contains(f.View(), "pod-49") || !strings.Contains(f.View(), "… more") {
		t.Errorf("at first:\n%s", f.View())
	}
	for range 20 {
		press(f, "pgdown")
	}
	if !strings.Contains(f.View(), "pod-49") {
		t.Errorf("scrolled:\n%s", f.View())
	}
	f.Update(tea.PasteMsg{Content: "two\nlines\x1b[31m\u202e"})
	modelstest.CheckView(t, f.View(), 50, 15)
	if strings.ContainsAny(f.View(), "\x1b\u202e") {
		t.Errorf("not harmless: %q", f.View())
	}
}

func TestWantSize(t *testing.T) {
	f := New(themes.Theme{}, dialog())
	w, h := f.WantSize(70, 30)
	f.SetSize(w, h)
	modelstest.CheckView(t, f.View(), w, h)
	for _, s := range []string{"undone", "Delete  ", "Reason", "End it now"} {
		if !strings.Contains(f.View(), s) {
			t.Errorf("%dx%d does not show %q:\n%s", w, h, s, f.View())
		}
	}
}
