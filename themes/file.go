package themes

import (
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"podium/internal/spelling"
	"podium/internal/strictyaml"
)

// fileLimit is how many theme files are read of a folder.
const fileLimit = 200

// extensions are those of theme files.
var extensions = []string{".yaml", ".yml"}

// Load are the built-in themes and those of a folder: each file NAME.yaml in it is
// the theme NAME. A file may have the name of a built-in theme, which it then
// takes the place of. shown is the folder as complaints name it. A file with a
// mistake is no theme; what is wrong with it is in the problems. A folder that is
// not there has no themes. It does I/O.
func Load(folder fs.FS, shown string) (*Set, strictyaml.FileErrors) {
	l := loader{set: Builtin(), folder: folder, shown: shown, files: map[string]string{}, under: map[string]bool{}}
	entries, _ := fs.ReadDir(folder, ".") // not there, or no folder: no themes
	var names []string
	for _, e := range entries {
		ext := path.Ext(e.Name())
		name := strings.TrimSuffix(e.Name(), ext)
		if e.IsDir() || !slices.Contains(extensions, ext) || name == "" || len(names) == fileLimit || l.files[name] != "" {
			continue
		}
		l.files[name] = e.Name()
		names = append(names, name)
	}
	for _, name := range names {
		l.load(name)
	}
	return l.set, l.problems
}

// loader reads theme files, parents first.
type loader struct {
	set      *Set
	folder   fs.FS
	shown    string
	files    map[string]string // by name
	under    map[string]bool   // begun: true while under way, false when done
	problems strictyaml.FileErrors
}

// load reads the file of that name, unless that has been done.
func (l *loader) load(name string) {
	if _, begun := l.under[name]; begun {
		return
	}
	l.under[name] = true
	defer func() { l.under[name] = false }()
	file := l.files[name]
	r := &strictyaml.Reader{File: path.Join(l.shown, file)}
	text, err := readFile(l.folder, file)
	if err != nil {
		r.Complain(nil, "it cannot be read: %v", err)
	}
	d := l.definition(r, name, r.Parse(text))
	if len(r.Problems) > 0 {
		l.problems = append(l.problems, r.Problems...)
		return
	}
	d.file = r.File
	if i := l.set.index(name); i >= 0 {
		l.set.definitions[i] = d
	} else {
		l.set.definitions = append(l.set.definitions, d)
	}
}

// readFile reads a file up to a byte more than is allowed.
func readFile(folder fs.FS, file string) ([]byte, error) {
	f, err := folder.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text := make([]byte, 0, 4096)
	for len(text) <= strictyaml.Limit {
		text = slices.Grow(text, 4096)
		n, err := f.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		if err != nil {
			break // the end, or what the parser will find missing
		}
	}
	return text, nil
}

// fileKeys are what a theme file may have.
var fileKeys = []string{"description", "inherit", "background", "colors", "roles"}

// definition makes a theme of a file.
func (l *loader) definition(r *strictyaml.Reader, name string, root *yaml.Node) definition {
	parts := map[string]*yaml.Node{}
	for _, e := range r.Mapping(root, "a theme") {
		if !slices.Contains(fileKeys, e.Name) {
			r.Unknown(e, "a theme", fileKeys)
			continue
		}
		parts[e.Name] = e.Value
	}
	parent, ok := l.parent(r, name, parts["inherit"])
	if !ok {
		return definition{}
	}
	d := definition{name: name}
	if n := parts["description"]; n != nil {
		d.doc = oneLine(r, n)
	}
	d.dark, d.light = backgrounds(r, parent, parts["background"])
	for _, v := range []*variant{d.dark, d.light} {
		if v == nil {
			continue
		}
		before := len(r.Problems)
		readColors(r, v.palette, parts["colors"])
		readRoles(r, v, parts["roles"])
		if len(r.Problems) > before {
			break // the other variant would say the same again
		}
	}
	return d
}

// parent is the theme that a file begins with: the one that it names, or dark.
func (l *loader) parent(r *strictyaml.Reader, name string, n *yaml.Node) (definition, bool) {
	parent := NameDark
	if n != nil {
		var ok bool
		if parent, ok = r.Text(n, "inherit"); !ok {
			return definition{}, false
		}
	}
	// A file may take the place of the built-in theme that it begins with.
	if _, isFile := l.files[parent]; isFile && parent != name {
		if l.under[parent] {
			r.Complain(n, "%s inherits from itself, by way of %s", name, parent)
			return definition{}, false
		}
		l.load(parent)
	}
	i := l.set.index(parent)
	switch {
	case i >= 0:
		return l.set.definitions[i], true
	case l.files[parent] != "" && parent != name:
		r.Complain(n, "the theme %s, which it inherits from, has mistakes of its own", parent)
	default:
		hint := "; there are " + strictyaml.Among(l.set.Names())
		if guess := spelling.Closest(parent, l.set.Names()); guess != "" {
			hint = "; did you mean " + guess + "?"
		}
		r.Complain(n, "there is no theme %s to inherit from%s", strictyaml.Quote(parent), hint)
	}
	return definition{}, false
}

// backgrounds are copies of the parent's variants for the backgrounds that a file
// says it is for, those of the parent when it does not say.
func backgrounds(r *strictyaml.Reader, parent definition, n *yaml.Node) (dark, light *variant) {
	either := parent.dark
	if either == nil {
		either = parent.light
	}
	what := ""
	if n != nil {
		what, _ = r.Text(n, "background")
	}
	copyOf := func(v *variant) *variant {
		if v == nil {
			v = either
		}
		return v.clone()
	}
	switch {
	case what == "" && n == nil:
		if parent.dark != nil {
			dark = parent.dark.clone()
		}
		if parent.light != nil {
			light = parent.light.clone()
		}
	case what == "dark":
		dark = copyOf(parent.dark)
	case what == "light":
		if parent.light == nil {
			either = parent.dark
		}
		light = copyOf(parent.light)
	case what == "any":
		dark, light = copyOf(parent.dark), copyOf(parent.light)
	case what != "":
		r.Complain(n, "background must be dark, light or any, not %s", strictyaml.Quote(what))
	}
	return dark, light
}

// readColors puts the file's colours over the palette.
func readColors(r *strictyaml.Reader, p palette, n *yaml.Node) {
	for _, e := range r.Mapping(n, "colors") {
		text, ok := r.Text(e.Value, e.Name)
		if !ok {
			continue
		}
		c, ok := parseColor(text)
		if !ok {
			r.Complain(e.Value, "%s must be a colour (#rrggbb, #rgb, default, or one of the 16: red, bright-red …), not %s", e.Name, strictyaml.Quote(text))
			continue
		}
		p[e.Name] = c
	}
}

// lookKeys are what a role may have, beside the attributes.
var lookKeys = []string{"fg", "bg", "line", "bold", "faint", "italic", "underline", "curly", "reverse"}

// attrNames are the attributes by name.
var attrNames = map[string]attr{
	"bold": bold, "faint": faint, "italic": italic, "underline": underline, "curly": curly, "reverse": reverse,
}

// readRoles changes the looks of the roles that a file names.
func readRoles(r *strictyaml.Reader, v *variant, n *yaml.Node) {
	for _, e := range r.Mapping(n, "roles") {
		i := slices.Index(roleNames[:], e.Name)
		if i < 0 {
			r.Unknown(e, "roles", roleNames[:])
			continue
		}
		for _, part := range r.Mapping(e.Value, e.Name) {
			readLook(r, v, &v.looks[i], part)
		}
	}
}

// readLook changes one part of a look.
func readLook(r *strictyaml.Reader, v *variant, l *look, e strictyaml.Entry) {
	if a, ok := attrNames[e.Name]; ok {
		if on, ok := r.Bool(e.Value, e.Name); ok && on {
			l.attr |= a
		} else if ok {
			l.attr &^= a
		}
		return
	}
	place, ok := map[string]*string{"fg": &l.fg, "bg": &l.bg, "line": &l.line}[e.Name]
	if !ok {
		r.Unknown(e, "a role", lookKeys)
		return
	}
	text, ok := r.Text(e.Value, e.Name)
	if !ok {
		return
	}
	if _, named := v.palette[text]; !named {
		c, ok := parseColor(text)
		if !ok {
			hint := ""
			if guess := spelling.Closest(text, v.names()); guess != "" {
				hint = "; did you mean " + guess + "?"
			}
			r.Complain(e.Value, "there is no colour %s%s", strictyaml.Quote(text), hint)
			return
		}
		v.palette[text] = c // a colour is a name for itself
	}
	*place = text
}

// names are the colours of the palette that have names.
func (v *variant) names() []string {
	var out []string
	for name := range v.palette {
		out = append(out, name)
	}
	slices.Sort(out)
	return append(out, ansiNames[:]...)
}

// ansiNames are the terminal's 16 colours by name.
var ansiNames = [16]string{
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
	"bright-black", "bright-red", "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan", "bright-white",
}

// parseColor reads a colour: #rrggbb, #rgb, one of the 16 by name, or default, the
// terminal's own.
func parseColor(s string) (rgb, bool) {
	if s == "default" {
		return 0, true
	}
	if i := slices.Index(ansiNames[:], s); i >= 0 {
		return ansi(uint32(i)), true
	}
	digits, ok := strings.CutPrefix(s, "#")
	if len(digits) == 3 {
		digits = strings.Join([]string{digits[:1], digits[:1], digits[1:2], digits[1:2], digits[2:], digits[2:]}, "")
	}
	v, err := strconv.ParseUint(digits, 16, 32)
	if !ok || err != nil || len(digits) != 6 {
		return 0, false
	}
	return hex(uint32(v)), true
}

// docLimit bounds a description, in runes.
const docLimit = 120

// oneLine is a description: one line, without controls.
func oneLine(r *strictyaml.Reader, n *yaml.Node) string {
	text, ok := r.Text(n, "description")
	if ok && (len([]rune(text)) > docLimit || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 })) {
		r.Complain(n, "description must be one line of at most %d signs, without control characters", docLimit)
	}
	return text
}
