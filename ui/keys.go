package ui

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// keyMap are the keys of the root. What only screens do is bound by them.
type keyMap struct {
	Leader    key.Binding
	Interrupt key.Binding
	Quit      key.Binding
	Palette   key.Binding
	Help      key.Binding
	Log       key.Binding
	Journal   key.Binding
	Undo      key.Binding
	Draft     key.Binding
	Lock      key.Binding
	Redraw    key.Binding
}

// newKeyMap are the default keys; the leader depends on the environment.
func newKeyMap(environ []string) keyMap {
	lead := leaderKey(environ)
	bind := func(name, help string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(name, help))
	}
	return keyMap{
		Leader:    bind(models.SpellKey(lead), "sessions", lead),
		Interrupt: bind("ctrl-c", "cancel what runs", "ctrl+c"),
		Quit:      bind("q", "back, quit", "q"),
		Palette:   bind(":", "commands", ":"),
		Help:      bind("?", "help", "?"),
		Log:       bind("!", "error log", "!"),
		Lock:      bind("L", "allow changes", "L"),
		Journal:   bind("@", "journal of what was done", "@"),
		Undo:      bind("z", "undo the last delete", "z"),
		Draft:     bind("Z", "reopen the last draft", "Z"),
		Redraw:    bind("ctrl-l", "redraw", "ctrl+l"),
	}
}

// leaderKey is ctrl+g, or ctrl+y where the program around us keeps ctrl+g for
// itself.
func leaderKey(environ []string) string {
	if leaderTaken(environ) != "" {
		return "ctrl+y"
	}
	return "ctrl+g"
}

// leaderTaken names the surrounding program that takes ctrl+g, "" when none.
func leaderTaken(environ []string) string {
	switch {
	case getenv(environ, "ZELLIJ") != "":
		return "zellij"
	case getenv(environ, "TERM_PROGRAM") == "vscode":
		return "the terminal of VS Code"
	}
	return ""
}

// namedKeys are the keys of bindings that are no single character.
var namedKeys = map[string]rune{
	"enter": tea.KeyEnter, "tab": tea.KeyTab, "esc": tea.KeyEscape, "space": tea.KeySpace,
	"backspace": tea.KeyBackspace, "delete": tea.KeyDelete, "insert": tea.KeyInsert,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"home": tea.KeyHome, "end": tea.KeyEnd, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"f1": tea.KeyF1, "f2": tea.KeyF2, "f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5,
	"f6": tea.KeyF6, "f7": tea.KeyF7, "f8": tea.KeyF8, "f9": tea.KeyF9, "f10": tea.KeyF10,
}

// pressOf makes the press of a keystroke as bindings spell it, for help and
// palette, from which keys are run.
func pressOf(stroke string) (tea.KeyPressMsg, bool) {
	var k tea.KeyPressMsg
	rest := stroke
	for _, m := range []struct {
		name string
		mod  tea.KeyMod
	}{{"ctrl+", tea.ModCtrl}, {"alt+", tea.ModAlt}, {"shift+", tea.ModShift}} {
		if after, ok := strings.CutPrefix(rest, m.name); ok && after != "" {
			k.Mod |= m.mod
			rest = after
		}
	}
	if code, ok := namedKeys[rest]; ok {
		k.Code = code
		if rest == "space" && k.Mod == 0 {
			k.Text = " "
		}
		return k, true
	}
	c, size := utf8.DecodeRuneInString(rest)
	if size == 0 || size != len(rest) {
		return k, false
	}
	k.Code = c
	if k.Mod == 0 {
		k.Text = rest
		if unicode.IsUpper(c) {
			k.Code, k.ShiftedCode, k.Mod = unicode.ToLower(c), c, tea.ModShift
		}
	}
	return k, true
}
