package models

import (
	"slices"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

func TestParseKey(t *testing.T) {
	for in, want := range map[string]string{
		"x": "x", "N": "N", "?": "?", "é": "é", "-": "-", "+": "+", "ctrl-d": "ctrl+d", "Ctrl+D": "ctrl+d", "C-d": "ctrl+d",
		"ctrl--": "ctrl+-", "shift-tab": "shift+tab", "shift-n": "N", "S-n": "N", "alt-shift-x": "alt+shift+x", "shift-alt-x": "alt+shift+x",
		"M-x": "alt+x", "F5": "f5", "f20": "f20", "shift-f8": "shift+f8", "Return": "enter", "escape": "esc", "Page-Down": "pgdown",
		" space ": "space", "del": "delete", "ctrl-shift-left": "ctrl+shift+left", "control-space": "ctrl+space", "plus": "+",
	} {
		got, err := ParseKey(in)
		if err != nil || got != want {
			t.Errorf("%q is %q (%v), want %q", in, got, err, want)
		}
		if again, err := ParseKey(SpellKey(got)); err != nil || again != got {
			t.Errorf("%q is spelt %q, which is %q (%v)", got, SpellKey(got), again, err)
		}
	}
	for in, want := range map[string]string{
		"": "names no key", "ctrl-": "no key", "hyper-x": "no key", "f21": "no key", "ab": "no key", "\x1b": "can be typed",
		"ctrl-ctrl-x": "twice", "ctrl-i": "told from tab", "ctrl-m": "told from enter", "ctrl-[": "told from esc", "shift-1": "layout",
	} {
		if got, err := ParseKey(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %q, with %v, want an error with %q", in, got, err, want)
		}
	}
}

// TestAKeyIsWrittenAsItIsPressed holds ParseKey to what a press calls itself.
func TestAKeyIsWrittenAsItIsPressed(t *testing.T) {
	for name, press := range map[string]tea.KeyPressMsg{
		"ctrl-d":          {Code: 'd', Mod: tea.ModCtrl},
		"shift-n":         {Code: 'n', ShiftedCode: 'N', Text: "N", Mod: tea.ModShift},
		"ctrl-alt-x":      {Code: 'x', Mod: tea.ModCtrl | tea.ModAlt},
		"alt-shift-left":  {Code: tea.KeyLeft, Mod: tea.ModAlt | tea.ModShift},
		"space":           {Code: tea.KeySpace, Text: " "},
		"ctrl-space":      {Code: tea.KeySpace, Mod: tea.ModCtrl},
		"page-up":         {Code: tea.KeyPgUp},
		"F12":             {Code: tea.KeyF12},
		"?":               {Code: '/', ShiftedCode: '?', Text: "?", Mod: tea.ModShift},
		"ctrl-shift-home": {Code: tea.KeyHome, Mod: tea.ModCtrl | tea.ModShift},
	} {
		stroke, err := ParseKey(name)
		if err != nil || !key.Matches(press, key.NewBinding(key.WithKeys(stroke))) {
			t.Errorf("%s is %q (%v), but the press is %q", name, stroke, err, press.String())
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add("ctrl-shift-x")
	f.Add("S-F1")
	f.Fuzz(func(t *testing.T, s string) {
		stroke, err := ParseKey(s)
		if err != nil {
			return
		}
		if again, err := ParseKey(SpellKey(stroke)); err != nil || again != stroke {
			t.Errorf("%q is %q, spelt %q, which is %q (%v)", s, stroke, SpellKey(stroke), again, err)
		}
	})
}

func TestKebab(t *testing.T) {
	for in, want := range map[string]string{
		"Delete": "delete", "NoDelete": "no-delete", "YAML": "yaml", "RawJSONView": "raw-json-view", "raw JSON": "raw-json",
		"let it copy (OSC 52)": "let-it-copy-osc-52", "Since1h": "since1h", "": "", "…": "",
	} {
		if got := kebab(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// sorter is an element of a slice of a key map.
type sorter struct {
	Binding key.Binding
	By      int
}

type moves struct{ Up, Down key.Binding }

// sample is a key map with everything that may be in one.
type sample struct {
	Moves
	Open, PageDown key.Binding
	Tabs           []key.Binding
	Sorts          []sorter
	Inner          moves
	hidden         key.Binding
}

// Moves is embedded in sample.
type Moves struct{ Left key.Binding }

func newSample() *sample {
	bind := func(what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(SpellKey(keys[0]), what))
	}
	return &sample{
		Moves: Moves{bind("left", "h")}, Open: bind("open", "enter"), PageDown: bind("on", "pgdown", "ctrl+f"),
		Tabs: []key.Binding{bind("raw JSON", "J")}, Sorts: []sorter{{bind("sort by age", "A"), 3}},
		Inner: moves{bind("up", "k"), bind("down", "j")}, hidden: bind("hidden", "x"),
	}
}

func TestActions(t *testing.T) {
	var names []string
	for _, a := range (KeyScope{Name: "s", Map: newSample()}).Actions() {
		names = append(names, a.Name)
	}
	want := []string{"s.left", "s.open", "s.page-down", "s.raw-json", "s.sort-by-age", "s.inner-up", "s.inner-down"}
	if !slices.Equal(names, want) {
		t.Errorf("the actions are %v, want %v", names, want)
	}
}

func TestApply(t *testing.T) {
	table := KeyTable{{KeyScope: KeyScope{Name: "s", Map: newSample()}}}
	m := newSample()
	m.Open.SetHelp("enter", "open this one")
	scope := KeyScope{Name: "s", Map: m}
	table.Apply(Bindings{"s.open": {"f2", "o"}, "s.sort-by-age": {}, "s.raw-json": {"ctrl+j"}}, scope)
	if h := m.Open.Help(); h.Key != "f2" || h.Desc != "open this one" || !slices.Equal(m.Open.Keys(), []string{"f2", "o"}) {
		t.Errorf("open has %v and says %+v", m.Open.Keys(), h)
	}
	if m.Sorts[0].Binding.Enabled() || m.Sorts[0].By != 3 || m.Tabs[0].Help().Key != "ctrl-j" || m.PageDown.Help().Key != "pgdown" {
		t.Errorf("%+v", m)
	}
	table.Apply(nil, scope)
	if !slices.Equal(m.Open.Keys(), []string{"enter"}) || m.Open.Help().Key != "enter" || !m.Sorts[0].Binding.Enabled() {
		t.Errorf("without bindings open has %v", m.Open.Keys())
	}
	var empty sample
	table.Apply(nil, KeyScope{Name: "s", Map: &empty})
	if h := empty.PageDown.Help(); h.Key != "pgdown" || h.Desc != "on" {
		t.Errorf("an empty map says %+v", h)
	}
	table.Apply(Bindings{"s.open": {"x"}}, KeyScope{Name: "other", Map: m}) // no such scope: left alone
	if m.hidden.Keys()[0] != "x" || m.Open.Keys()[0] != "enter" {
		t.Error("what is not in the table was bound")
	}
}

func TestWhatAddsUpIsNoClash(t *testing.T) {
	a, z := newSample(), newSample()
	z.Open.SetKeys("enter", "tab") // shares enter with a's by default: never both at once
	table := KeyTable{
		{KeyScope: KeyScope{Name: "a", Map: a}, With: []string{"z"}},
		{KeyScope: KeyScope{Name: "z", Map: z}},
		{KeyScope: KeyScope{Name: "far", Map: newSample()}},
	}
	for name, c := range map[string]struct {
		b    Bindings
		want string
	}{
		"nothing":             {nil, ""},
		"free":                {Bindings{"a.open": {"f2"}}, ""},
		"shared by default":   {Bindings{"a.open": {"tab"}}, ""},
		"far away":            {Bindings{"a.open": {"f2"}, "far.open": {"f2"}}, ""},
		"given on":            {Bindings{"a.page-down": {"f3"}, "a.left": {"pgdown"}, "z.page-down": {"f3"}}, ""},
		"within":              {Bindings{"a.open": {"J"}}, "J is bound to a.open and to a.raw-json"},
		"across":              {Bindings{"z.left": {"A"}, "z.sort-by-age": {}}, "A is bound to z.left and to a.sort-by-age"},
		"unbound makes room":  {Bindings{"a.open": {"J"}, "a.raw-json": {}, "z.raw-json": {}}, ""},
		"ctrl-c is not given": {Bindings{"a.open": {"ctrl+c"}}, "a.open cannot have ctrl-c"},
	} {
		problems := table.Check(c.b)
		text := ""
		for _, p := range problems {
			text += p.Message + "\n"
		}
		if c.want == "" && text != "" || !strings.Contains(text, c.want) {
			t.Errorf("%s: %q, want %q", name, text, c.want)
		}
	}
}
