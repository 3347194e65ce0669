package models

import (
	"reflect"
	"strings"
	"unicode"

	"charm.land/bubbles/v2/key"
)

// Keyed screens have keys that the user may bind anew. KeyMaps are the screen's
// own map and those of its widgets, each as it stands now. The root, which knows
// what is configured, changes them before Init and whenever that changes; the
// screen does nothing but match its maps and show their help.
type Keyed interface{ KeyMaps() []KeyScope }

// KeyScope is a map of keys with the name that the configuration file knows it
// by. Map is a pointer to a struct or a slice; its exported fields that are a
// key.Binding, or structs and slices of such, are its actions.
type KeyScope struct {
	Name string
	Map  any
}

// KeyAction is a binding of a scope.
type KeyAction struct {
	// Name is what the configuration file calls it: the scope, a dot, and the
	// field's name in lower case with hyphens ("list.no-delete"). The elements of
	// a slice are called by what their help says they do ("list.sort-by-name").
	Name    string
	Binding *key.Binding // its place in the map
}

// Actions are the bindings of the scope, in the order of their declaration.
func (s KeyScope) Actions() []KeyAction {
	var out []KeyAction
	collect(reflect.ValueOf(s.Map).Elem(), "", false, func(name string, b *key.Binding) {
		out = append(out, KeyAction{Name: s.Name + "." + name, Binding: b})
	})
	return out
}

// bindingType is what an action is.
var bindingType = reflect.TypeFor[key.Binding]()

// collect walks v and gives every binding in it with its name: name is what the
// fields on the way to v make of it, element says that v is in a slice, where
// only the help tells one from another.
func collect(v reflect.Value, name string, element bool, each func(string, *key.Binding)) {
	switch {
	case v.Type() == bindingType:
		b := v.Addr().Interface().(*key.Binding)
		if element {
			name = b.Help().Desc
		}
		each(kebab(name), b)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch {
			case !f.IsExported(): // the screen's own affair
			case f.Anonymous && f.Type != bindingType:
				collect(v.Field(i), name, element, each)
			case name == "":
				collect(v.Field(i), f.Name, element, each)
			default:
				collect(v.Field(i), name+"-"+f.Name, element, each)
			}
		}
	case v.Kind() == reflect.Slice || v.Kind() == reflect.Array:
		for i := range v.Len() {
			collect(v.Index(i), "", true, each)
		}
	}
}

// kebab writes a name or a few words in lower case with hyphens: NoDelete and
// "no delete" are no-delete, YAML is yaml.
func kebab(s string) string {
	var b strings.Builder
	rs := []rune(s)
	gap := false
	for i, c := range rs {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			gap = true
			continue
		}
		if unicode.IsUpper(c) && i > 0 &&
			(unicode.IsLower(rs[i-1]) || unicode.IsUpper(rs[i-1]) && i+1 < len(rs) && unicode.IsLower(rs[i+1])) {
			gap = true
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
