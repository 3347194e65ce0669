package themes

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// WriteFile writes a theme as a file that gives it, to begin one of one's own
// from. dark says which of its variants, where it has both. False when there is no
// theme of that name.
func (s *Set) WriteFile(w io.Writer, name string, dark bool) (found bool, err error) {
	i := s.index(name)
	if i < 0 {
		return false, nil
	}
	d := &s.definitions[i]
	v, background := d.dark, "dark"
	if !dark && d.light != nil || v == nil {
		v, background = d.light, "light"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# The theme %s. As themes/NAME.yaml beside the configuration file it is the theme NAME.\n", name)
	fmt.Fprintf(&b, "# What is left out is as in the theme that is inherited.\ndescription: %q\ninherit: %s\nbackground: %s\n\ncolors:\n",
		d.doc, parentOf(d), background)
	for _, name := range v.named() {
		fmt.Fprintf(&b, "  %s: %q\n", name, spellColor(v.palette[name]))
	}
	b.WriteString("\nroles:\n")
	parent := s.definitions[s.index(parentOf(d))].variant(background == "dark")
	for r, l := range v.looks {
		fmt.Fprintf(&b, "  %s: {%s}\n", Role(r), strings.Join(l.parts(parent.looks[r]), ", "))
	}
	_, err = io.WriteString(w, b.String())
	return true, err
}

// parentOf is the theme that a copy of d inherits from.
func parentOf(d *definition) string {
	if d.file == "" {
		return d.name
	}
	return NameDark
}

// named are the names of colours that the theme has, or would have, that are no
// colours themselves.
func (v *variant) named() []string {
	var out []string
	add := func(name string) {
		if _, ok := parseColor(name); !ok && name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	for name := range v.palette {
		add(name)
	}
	for _, l := range v.looks {
		add(l.fg)
		add(l.bg)
		add(l.line)
	}
	slices.Sort(out)
	return out
}

// parts are the look as a file has it that inherits another one: what is set, and
// what is not but would be inherited.
func (l look) parts(parent look) []string {
	var out []string
	for _, c := range []struct{ key, name, inherited string }{
		{"fg", l.fg, parent.fg}, {"bg", l.bg, parent.bg}, {"line", l.line, parent.line},
	} {
		switch {
		case c.name == "" && c.inherited == "":
		case c.name == "":
			out = append(out, c.key+": default")
		case strings.HasPrefix(c.name, "#"):
			out = append(out, fmt.Sprintf("%s: %q", c.key, c.name))
		default:
			out = append(out, c.key+": "+c.name)
		}
	}
	for _, name := range lookKeys {
		if a := attrNames[name]; (l.attr|parent.attr)&a != 0 {
			out = append(out, fmt.Sprintf("%s: %t", name, l.attr&a != 0))
		}
	}
	return out
}

// spellColor writes a colour as parseColor reads it.
func spellColor(c rgb) string {
	switch {
	case c&known == 0:
		return "default"
	case c&indexed != 0:
		return ansiNames[c&15]
	}
	return fmt.Sprintf("#%06x", uint32(c)&0xffffff)
}
