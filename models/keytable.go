package models

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
)

// Bindings are the keys that the user chose, by action; an action that is not
// there has its default, one with no key is unbound. Keystrokes are as
// key.Binding has them.
type Bindings map[string][]string

// KeyRow is a scope of keys with their defaults.
type KeyRow struct {
	KeyScope          // Map is a copy of its own, with the defaults
	Doc      string   // where its keys work, a sentence
	With     []string // the other scopes whose keys work at the same time
}

// KeyTable is every scope that there is, as the dashboard lists them.
type KeyTable []KeyRow

// The actions that are more than a convenience.
const (
	LeaderAction    = "global.leader"    // the only way out of a terminal
	InterruptAction = "global.interrupt" // keeps ctrl+c whatever is configured
	interruptKey    = "ctrl+c"
)

// Has tells whether there is an action of that name.
func (t KeyTable) Has(action string) bool {
	for _, row := range t {
		for _, a := range row.Actions() {
			if a.Name == action {
				return true
			}
		}
	}
	return false
}

// Apply binds the actions of a scope as b says, or as the table's defaults do
// where b is silent, and writes the first key into their help. A scope that the
// table does not have is left alone.
func (t KeyTable) Apply(b Bindings, scope KeyScope) {
	i := slices.IndexFunc(t, func(row KeyRow) bool { return row.Name == scope.Name })
	if i < 0 {
		return
	}
	defaults := map[string]key.Binding{}
	for _, a := range t[i].Actions() {
		defaults[a.Name] = *a.Binding
	}
	for _, a := range scope.Actions() {
		def, ok := defaults[a.Name]
		if !ok {
			continue
		}
		keys, help := def.Keys(), def.Help().Key
		if own, ok := b[a.Name]; ok {
			keys, help = ownKeys(a.Name, own), ""
			if len(keys) > 0 {
				help = SpellKey(keys[0])
			} else {
				keys = nil // which disables it, whatever the screen enables
			}
		}
		desc := a.Binding.Help().Desc
		if desc == "" {
			desc = def.Help().Desc // of a map that nobody filled in before
		}
		a.Binding.SetKeys(keys...)
		a.Binding.SetHelp(help, desc)
	}
}

// ownKeys are the keys of an action that the user gave some.
func ownKeys(action string, keys []string) []string {
	if action == InterruptAction && !slices.Contains(keys, interruptKey) {
		return append(slices.Clone(keys), interruptKey)
	}
	return keys
}

// KeyProblem is what is wrong with the keys of an action.
type KeyProblem struct{ Action, Message string }

// Check finds what is wrong with bindings: an action that there is not, a key that
// two actions have which can work at the same time, and what would leave nobody a
// way out. Two actions that share a key by default are known never to work at the
// same time.
func (t KeyTable) Check(b Bindings) []KeyProblem {
	if len(b) == 0 {
		return nil
	}
	var out []KeyProblem
	for _, row := range t {
		for _, a := range row.Actions() {
			if own, ok := b[a.Name]; ok {
				if message := unsafe(a.Name, own, a.Binding.Keys()); message != "" {
					out = append(out, KeyProblem{a.Name, message})
				}
			}
		}
	}
	said := map[string]bool{} // by action and key: the first clash is enough to mend
	for _, p := range out {
		said[p.Action] = true
	}
	for _, row := range t {
		near := row.Actions()
		for _, other := range t {
			if other.Name == row.Name || slices.Contains(row.With, other.Name) {
				if other.Name != row.Name {
					near = append(near, other.Actions()...)
				}
			}
		}
		for i, a := range row.Actions() {
			for _, z := range near[i+1:] {
				if p, k, ok := clash(b, a, z); ok && !said[p.Action] && !said[p.Action+" "+k] {
					said[p.Action+" "+k] = true
					out = append(out, p)
				}
			}
		}
	}
	return out
}

// clash tells whether two actions have come to share a key, and which.
func clash(b Bindings, a, z KeyAction) (p KeyProblem, key string, ok bool) {
	ownA, changedA := b[a.Name]
	ownZ, changedZ := b[z.Name]
	if !changedA && !changedZ || a.Name == z.Name || share(a.Binding.Keys(), z.Binding.Keys()) != "" {
		return KeyProblem{}, "", false
	}
	keysA, keysZ := a.Binding.Keys(), z.Binding.Keys()
	if changedA {
		keysA = ownA
	}
	if changedZ {
		keysZ = ownZ
	}
	k := share(keysA, keysZ)
	if k == "" {
		return KeyProblem{}, "", false
	}
	if !changedA {
		a, z = z, a
	}
	return KeyProblem{a.Name, fmt.Sprintf("%s is bound to %s and to %s, which work at the same time", SpellKey(k), a.Name, z.Name)}, k, true
}

// share is a key that is in both, "" when none is.
func share(a, b []string) string {
	for _, k := range a {
		if slices.Contains(b, k) {
			return k
		}
	}
	return ""
}

// unsafe says what is wrong with keys of an action for whoever must get out again.
func unsafe(action string, keys, defaults []string) string {
	if action == LeaderAction {
		if len(keys) == 0 {
			return action + " must have a key: it is the way out of a terminal"
		}
		for _, k := range keys {
			if typed(k) {
				return fmt.Sprintf("%s cannot be %s, which is typed into terminals: take one with ctrl- or alt-, or a function key", action, SpellKey(k))
			}
		}
	}
	if action != InterruptAction && slices.Contains(keys, interruptKey) && !slices.Contains(defaults, interruptKey) {
		return fmt.Sprintf("%s cannot have ctrl-c, which stays %s", action, InterruptAction)
	}
	return ""
}

// typed tells whether a key is part of ordinary typing.
func typed(stroke string) bool {
	stroke = strings.TrimPrefix(stroke, "shift+")
	switch stroke {
	case "enter", "tab", "esc", "space", "backspace", "delete", "up", "down", "left", "right", "home", "end", "pgup", "pgdown":
		return true
	}
	return utf8.RuneCountInString(stroke) == 1
}
