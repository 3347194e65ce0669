package themes

import "slices"

// definition is a theme by name: for dark backgrounds, for light ones, or both.
type definition struct {
	name, doc   string
	dark, light *variant
	file        string // where it is from, "" for a built-in one
}

// Info is what there is to know of a theme before it is chosen.
type Info struct {
	Name, Doc   string
	Dark, Light bool   // the backgrounds that it is made for
	File        string // where it is from, "" for a built-in one
}

// Set is the themes that can be chosen. It does not change after it was made and
// is safe for concurrent use.
type Set struct{ definitions []definition }

// Builtin are the themes that come with podium.
func Builtin() *Set { return &Set{definitions: builtin()} }

// List are the themes, the built-in ones first, in the order in which they are
// offered.
func (s *Set) List() []Info {
	out := make([]Info, len(s.definitions))
	for i, d := range s.definitions {
		out[i] = Info{Name: d.name, Doc: d.doc, Dark: d.dark != nil, Light: d.light != nil, File: d.file}
	}
	return out
}

// Names are the names of the themes.
func (s *Set) Names() []string {
	out := make([]string, len(s.definitions))
	for i, d := range s.definitions {
		out[i] = d.name
	}
	return out
}

// Find returns the theme of that name for a dark or a light background. One that
// is made for the other kind only is returned all the same, since somebody chose
// it; its Dark tells. False when there is no theme of that name.
func (s *Set) Find(name string, dark bool) (Theme, bool) {
	i := s.index(name)
	if i < 0 {
		return Theme{}, false
	}
	return s.definitions[i].theme(dark), true
}

// find is Find for names that are known.
func (s *Set) find(name string, dark bool) Theme {
	th, _ := s.Find(name, dark)
	return th
}

func (s *Set) index(name string) int {
	return slices.IndexFunc(s.definitions, func(d definition) bool { return d.name == name })
}

// theme builds the variant for the background.
func (d *definition) theme(dark bool) Theme {
	v := d.variant(dark)
	return build(d.name, v == d.dark, v.styles())
}

// variant is the one for the background, the other where that is all there is.
func (d *definition) variant(dark bool) *variant {
	if dark && d.dark != nil || d.light == nil {
		return d.dark
	}
	return d.light
}
