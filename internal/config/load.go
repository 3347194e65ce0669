package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"podium/internal/spelling"
	"podium/internal/strictyaml"
	"podium/models"
)

// keysName is the mapping of the file that binds keys.
const keysName = "keys"

// loader fills a Config.
type loader struct {
	*Config
	table    []models.Setting
	actions  models.KeyTable
	problems strictyaml.FileErrors
	places   map[string]*yaml.Node // of the bindings in the file, by action
	name     string                // of the file, as it is shown
}

// file takes the text of the file.
func (l *loader) file(name string, text []byte) {
	l.name, l.places = name, map[string]*yaml.Node{}
	r := &strictyaml.Reader{File: name}
	l.mapping(r, r.Parse(text), "")
	l.problems = append(l.problems, r.Problems...)
}

// mapping takes a mapping of settings; prefix is the path to it with a dot, "" at
// the top.
func (l *loader) mapping(r *strictyaml.Reader, n *yaml.Node, prefix string) {
	what := strings.TrimSuffix(prefix, ".")
	if what == "" {
		what = "the configuration"
	}
	for _, e := range r.Mapping(n, what) {
		key := prefix + e.Name
		switch {
		case key == keysName:
			l.keys(r, e.Value)
		case l.group(key):
			l.mapping(r, e.Value, key+".")
		default:
			row, ok := l.row(key)
			if !ok {
				r.Unknown(e, what, l.names(prefix))
				continue
			}
			if decode(r, e.Value, row, &l.Settings) {
				l.origins[key] = Origin{Source: FromFile, Name: r.File, Line: e.Key.Line}
			}
		}
	}
}

// keys takes the bindings of the file; bindings checks them later as a whole.
func (l *loader) keys(r *strictyaml.Reader, n *yaml.Node) {
	for _, e := range r.Mapping(n, keysName) {
		if !l.actions.Has(e.Name) {
			r.Unknown(e, keysName, l.near(e.Name))
			continue
		}
		strokes, ok := keyList(r, e.Value, e.Name)
		if !ok {
			continue
		}
		l.Bindings[e.Name] = strokes
		l.places[e.Name] = e.Key
		l.origins[keysName+"."+e.Name] = Origin{Source: FromFile, Name: r.File, Line: e.Key.Line}
	}
}

// near are the actions that a complaint about an unknown one may name: those of
// its scope, or else the scopes.
func (l *loader) near(name string) []string {
	scope, _, _ := strings.Cut(name, ".")
	var same, all, scopes []string
	for _, row := range l.actions {
		scopes = append(scopes, row.Name+".…")
		for _, a := range row.Actions() {
			all = append(all, a.Name)
			if row.Name == scope {
				same = append(same, a.Name)
			}
		}
	}
	switch {
	case spelling.Closest(name, all) != "":
		return all
	case len(same) > 0:
		return same
	}
	return scopes
}

// keyList is a keystroke or a list of some, an empty one to unbind.
func keyList(r *strictyaml.Reader, n *yaml.Node, what string) ([]string, bool) {
	items := []*yaml.Node{n}
	switch {
	case n.Kind == yaml.SequenceNode:
		items = n.Content
	case strictyaml.IsNull(n):
		items = nil
	}
	strokes := make([]string, 0, len(items))
	for _, item := range items {
		text, ok := r.Text(item, "a key of "+what)
		if !ok {
			return nil, false
		}
		stroke, err := models.ParseKey(text)
		if err != nil {
			r.Complain(item, "%v", err)
			return nil, false
		}
		strokes = append(strokes, stroke)
	}
	return strokes, true
}

// bindings looks at the bindings as a whole.
func (l *loader) bindings() {
	r := &strictyaml.Reader{File: l.name}
	for _, p := range l.actions.Check(l.Bindings) {
		r.Complain(l.places[p.Action], "%s", p.Message)
	}
	l.problems = append(l.problems, r.Problems...)
}

// environment takes the variables that set keys.
func (l *loader) environment(environ []string) {
	for _, row := range l.table {
		name := EnvName(row.Key)
		if value := getenv(environ, name); value != "" && l.text("$"+name, row, value) {
			l.origins[row.Key] = Origin{Source: FromEnvironment, Name: name}
		}
	}
	l.strays(environ)
}

// strays complains about variables that look like those of settings and are none:
// a misspelt one would have no effect, and nobody would be told.
func (l *loader) strays(environ []string) {
	var known []string
	groups := map[string]bool{}
	for _, row := range l.table {
		group, _, _ := strings.Cut(row.Key, ".")
		known = append(known, EnvName(row.Key))
		groups[EnvName(group)+"_"] = true
	}
	for _, kv := range environ {
		name, _, _ := strings.Cut(kv, "=")
		for group := range groups {
			if !strings.HasPrefix(name, group) || slices.Contains(known, name) {
				continue
			}
			p := strictyaml.Problem{File: "$" + name, Message: "there is no such setting"}
			if guess := spelling.Closest(name, known); guess != "" {
				p.Message += "; did you mean $" + guess + "?"
			}
			l.problems = append(l.problems, p)
		}
	}
}

// flag takes a flag.
func (l *loader) flag(f Flag) {
	row, ok := l.row(f.Key)
	if !ok {
		r := &strictyaml.Reader{File: f.Name}
		known := l.names("")
		if strings.Contains(f.Key, ".") {
			known = l.keysOfTable()
		}
		r.Unknown(strictyaml.Entry{Name: f.Key}, "the configuration", known)
		l.problems = append(l.problems, r.Problems...)
		return
	}
	if l.text(f.Name, row, f.Value) {
		l.origins[f.Key] = Origin{Source: FromFlag, Name: f.Name}
	}
}

// text takes a value from outside a file; from is named in complaints.
func (l *loader) text(from string, row models.Setting, value string) bool {
	r := &strictyaml.Reader{File: from}
	ok := decodeText(r, value, row, &l.Settings)
	for _, p := range r.Problems {
		p.Line, p.Column = 0, 0 // of a line that nobody sees
		l.problems = append(l.problems, p)
	}
	return ok
}

// check holds the settings to checks of their own.
func (l *loader) check(checks map[string]func(models.Settings) error) {
	for _, row := range l.table {
		check := checks[row.Key]
		if check == nil {
			continue
		}
		if err := check(l.Settings); err != nil {
			l.problems = append(l.problems, l.at(row.Key, err.Error()))
		}
	}
}

// at is a problem with the value of a setting, wherever that came from.
func (l *loader) at(key, message string) strictyaml.Problem {
	o := l.Origin(key)
	p := strictyaml.Problem{File: o.Name, Line: o.Line, Message: key + ": " + message}
	if o.Source == FromEnvironment {
		p.File = "$" + p.File
	}
	return p
}

// row is the setting with that key.
func (l *loader) row(key string) (models.Setting, bool) {
	for _, row := range l.table {
		if row.Key == key {
			return row, true
		}
	}
	return models.Setting{}, false
}

// group tells whether key is a mapping of settings.
func (l *loader) group(key string) bool {
	for _, row := range l.table {
		if strings.HasPrefix(row.Key, key+".") {
			return true
		}
	}
	return false
}

// keysOfTable are the keys of all settings.
func (l *loader) keysOfTable() []string {
	out := make([]string, len(l.table))
	for i, row := range l.table {
		out[i] = row.Key
	}
	return out
}

// names are what can stand in the mapping with that prefix, each once; "" for the
// top, where a whole key is guessed at too.
func (l *loader) names(prefix string) []string {
	var out []string
	for _, row := range l.table {
		rest, ok := strings.CutPrefix(row.Key, prefix)
		name, _, _ := strings.Cut(rest, ".")
		if ok && (len(out) == 0 || out[len(out)-1] != name) {
			out = append(out, name)
		}
	}
	if prefix == "" {
		out = append(out, keysName)
	}
	return out
}
