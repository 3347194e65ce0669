package models

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// keyNames are the keys that are no single sign, by what people call them; the
// values are what key.Binding calls them.
var keyNames = map[string]string{
	"enter": "enter", "return": "enter", "tab": "tab", "esc": "esc", "escape": "esc", "space": "space",
	"backspace": "backspace", "delete": "delete", "del": "delete", "insert": "insert", "ins": "insert",
	"up": "up", "down": "down", "left": "left", "right": "right", "home": "home", "end": "end",
	"pgup": "pgup", "pageup": "pgup", "page-up": "pgup", "pgdown": "pgdown", "pgdn": "pgdown",
	"pagedown": "pgdown", "page-down": "pgdown", "plus": "+", "minus": "-", "hyphen": "-",
}

// keyMods are the modifiers in the order in which a binding names them.
var keyMods = []string{"ctrl", "alt", "shift"}

// modNames are what people call them.
var modNames = map[string]string{
	"ctrl": "ctrl", "control": "ctrl", "c": "ctrl", "alt": "alt", "meta": "alt", "option": "alt", "m": "alt", "a": "alt",
	"shift": "shift", "s": "shift",
}

// sameByte are keys that most terminals send as the byte of another one.
var sameByte = map[string]string{"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "esc"}

// ParseKey reads a keystroke as people write it (ctrl-d, Ctrl+D, shift-tab, N, F5,
// space) and returns it as a key.Binding has it ("ctrl+d"). The error is a
// sentence for whoever wrote it.
func ParseKey(s string) (string, error) {
	rest, mods := strings.TrimSpace(s), map[string]bool{}
	for {
		name, after, ok := cutMod(rest)
		if !ok {
			break
		}
		if mods[name] {
			return "", fmt.Errorf("%q has %s twice", s, name)
		}
		mods[name], rest = true, after
	}
	key, err := baseKey(s, rest)
	if err != nil {
		return "", err
	}
	if c, size := utf8.DecodeRuneInString(key); size == len(key) && key != "" { // a sign
		switch {
		case mods["shift"] && unicode.IsLower(c) && !mods["ctrl"] && !mods["alt"]:
			key, mods = string(unicode.ToUpper(c)), nil
		case mods["shift"] && !unicode.IsLetter(c):
			return "", fmt.Errorf("%q depends on the layout of the keyboard: write the sign that it types", s)
		case mods["ctrl"]:
			key = string(unicode.ToLower(c))
		}
	}
	stroke := ""
	for _, m := range keyMods {
		if mods[m] {
			stroke += m + "+"
		}
	}
	stroke += key
	if other := sameByte[stroke]; other != "" {
		return "", fmt.Errorf("%q cannot be told from %s in most terminals: bind %s", s, other, other)
	}
	return stroke, nil
}

// cutMod takes a modifier off the front: "ctrl-" or "ctrl+".
func cutMod(s string) (name, rest string, ok bool) {
	i := strings.IndexAny(s, "-+")
	if i < 1 || i == len(s)-1 {
		return "", s, false
	}
	name, ok = modNames[strings.ToLower(s[:i])]
	return name, s[i+1:], ok
}

// baseKey is the key itself; whole is what was written, for the error.
func baseKey(whole, s string) (string, error) {
	lower := strings.ToLower(s)
	if name, ok := keyNames[lower]; ok {
		return name, nil
	}
	if n, ok := strings.CutPrefix(lower, "f"); ok && slices.Contains(functionKeys, n) {
		return lower, nil
	}
	c, size := utf8.DecodeRuneInString(s)
	switch {
	case s == "":
		return "", fmt.Errorf("%q names no key", whole)
	case size != len(s):
		return "", fmt.Errorf("there is no key %q: a single sign, a name such as enter, f5 or pgup, and ctrl-, alt- or shift- before it", whole)
	case c == ' ':
		return "space", nil
	case c == utf8.RuneError || !unicode.IsPrint(c):
		return "", fmt.Errorf("%q is no key that can be typed", whole)
	}
	return s, nil
}

// functionKeys are the numbers of function keys.
var functionKeys = []string{
	"1", "2", "3", "4", "5", "6", "7", "8", "9", "10",
	"11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
}

// SpellKey writes a keystroke of a key.Binding as people do: ctrl-d, shift-tab.
func SpellKey(stroke string) string {
	out := ""
	for _, m := range keyMods {
		if rest, ok := strings.CutPrefix(stroke, m+"+"); ok && rest != "" {
			out, stroke = out+m+"-", rest
		}
	}
	return out + stroke
}
