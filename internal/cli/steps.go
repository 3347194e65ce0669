package cli

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"podium/termbridge/keys"
)

// stepKind is what a step of a screenshot does, and the name of its flag.
type stepKind string

const (
	stepWait stepKind = "wait"
	stepGone stepKind = "gone"
	stepType stepKind = "type"
	stepKeys stepKind = "keys"
)

var stepHelp = map[stepKind]string{
	stepWait: "wait until `TEXT` is on the screen",
	stepGone: "wait until `TEXT` is not on the screen",
	stepType: "type `TEXT`",
	stepKeys: "press `KEYS`, such as \"ctrl-g d\"",
}

// step is something that is done before a picture is taken.
type step struct {
	kind stepKind
	text string     // as it was given
	keys []keys.Key // of stepType and stepKeys
}

// stepFlag appends to the steps, so that flags of all kinds keep their order.
type stepFlag struct {
	steps *[]step
	kind  stepKind
}

func (f *stepFlag) String() string { return "" }
func (f *stepFlag) Type() string   { return "text" }

// Set adds a step.
func (f *stepFlag) Set(text string) error {
	if text == "" {
		return fmt.Errorf("--%s needs a text", f.kind)
	}
	s := step{kind: f.kind, text: text}
	var err error
	switch f.kind {
	case stepType:
		s.keys = typed(text)
	case stepKeys:
		s.keys, err = parseKeys(text)
	}
	if err != nil {
		return err
	}
	*f.steps = append(*f.steps, s)
	return nil
}

// keyNames are the keys that have a name.
var keyNames = map[string]rune{
	"enter": keys.Enter, "esc": keys.Escape, "tab": keys.Tab, "space": keys.Space, "backspace": keys.Backspace,
	"up": keys.Up, "down": keys.Down, "left": keys.Left, "right": keys.Right,
	"home": keys.Home, "end": keys.End, "pgup": keys.PgUp, "pgdown": keys.PgDown,
	"insert": keys.Insert, "delete": keys.Delete,
	"f1": keys.F1, "f2": keys.F2, "f3": keys.F3, "f4": keys.F4, "f5": keys.F5, "f6": keys.F6,
	"f7": keys.F7, "f8": keys.F8, "f9": keys.F9, "f10": keys.F10, "f11": keys.F11, "f12": keys.F12,
}

var modNames = []struct {
	name string
	mod  keys.Mod
}{{"ctrl", keys.Ctrl}, {"alt", keys.Alt}, {"shift", keys.Shift}}

// parseKeys reads keys separated by blanks, such as "j ctrl-d enter".
func parseKeys(text string) ([]keys.Key, error) {
	var out []keys.Key
	for _, word := range strings.Fields(text) {
		k, err := parseKey(word)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// parseKey reads a key; a plus sign joins modifiers as well as a hyphen does.
func parseKey(word string) (keys.Key, error) {
	var mod keys.Mod
	name := word
next:
	for {
		for _, m := range modNames {
			rest, ok := strings.CutPrefix(name, m.name)
			if ok && len(rest) > 1 && (rest[0] == '-' || rest[0] == '+') {
				mod, name = mod|m.mod, rest[1:]
				continue next
			}
		}
		break
	}
	if code, ok := keyNames[name]; ok {
		k := keys.Key{Code: code, Mod: mod}
		if code == keys.Space && mod == 0 {
			k.Text = " "
		}
		return k, nil
	}
	if r, n := utf8.DecodeRuneInString(name); n == len(name) && n > 0 && unicode.IsPrint(r) {
		k := character(r)
		if k.Mod |= mod; mod&^keys.Shift != 0 {
			k.Text = ""
		} else if mod&keys.Shift != 0 {
			k.Text = strings.ToUpper(name)
		}
		return k, nil
	}
	return keys.Key{}, fmt.Errorf("there is no key %q: a key is one character or a name such as enter, esc or f1, with ctrl-, alt- or shift- in front", word)
}

// character is the key that types r.
func character(r rune) keys.Key {
	k := keys.Key{Code: unicode.ToLower(r), Text: string(r)}
	if k.Code != r {
		k.Mod, k.Shifted = keys.Shift, r
	}
	return k
}

// typed is the keys that type text. A line feed, also written \n, is Return.
func typed(text string) []keys.Key {
	var out []keys.Key
	for _, r := range strings.ReplaceAll(text, `\n`, "\n") {
		switch {
		case r == '\n':
			out = append(out, keys.Key{Code: keys.Enter})
		case r == '\t':
			out = append(out, keys.Key{Code: keys.Tab})
		case unicode.IsPrint(r):
			out = append(out, character(r))
		}
	}
	return out
}
