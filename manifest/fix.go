package manifest

import (
	"strings"
)

// Fix is a change that would solve a problem.
type Fix struct {
	// Title says what it does: "change imag to image".
	Title string
	// Edits are in the order of their places, none touching another.
	Edits []Edit
	// Cursor is the offset at which the cursor is to stand afterwards, where
	// something is left to write; -1 where nothing is.
	Cursor int
}

// Fixes returns what would solve a problem that Parse, Check or Inspect found in
// this text, the likeliest first; none where nothing is obvious. doc is the
// document of the problem, nil for a problem of no document. The text must be
// the one that was looked at; it is treated as data, whatever it holds. Time is
// in proportion to the text.
func Fixes(text string, doc *Document, p Problem) []Fix {
	if len(text) > MaxBytes || p.Start.Offset > len(text) || p.End.Offset > len(text) || p.End.Offset < p.Start.Offset {
		return nil
	}
	f := fixer{text: text, problem: p, outline: readOutline(text)}
	f.doc = f.outline.docAt(p.Start.Offset)
	if doc != nil && !p.Start.Valid() {
		f.doc = f.outline.docAt(doc.Start.Offset)
	}
	f.collect()
	return f.fixes
}

type fixer struct {
	text    string
	problem Problem
	outline *outline
	doc     int // as the outline counts them
	fixes   []Fix
}

// docAt is the outline's number of the document at an offset: of the last key
// that begins before it, or of the first one.
func (o *outline) docAt(offset int) int {
	doc := 0
	for i := range o.entries {
		if i > 0 && o.entries[i].start > offset {
			break
		}
		doc = o.entries[i].doc
	}
	return doc
}

func (f *fixer) add(title string, edits ...Edit) {
	f.fixes = append(f.fixes, Fix{Title: clean(title), Edits: edits, Cursor: -1})
}

// collect adds what solves the problem.
func (f *fixer) collect() {
	p := &f.problem
	marked := f.text[p.Start.Offset:p.End.Offset]
	if p.Suggestion != "" {
		f.add("change "+clip(marked, 40)+" to "+clip(p.Suggestion, 40), Edit{p.Start.Offset, p.End.Offset, p.Suggestion})
	}
	switch p.Code {
	case CodeRequired:
		f.require()
	case CodeNotFound:
		f.addVolume(strings.Trim(marked, `"'`))
	case CodePort:
		f.addPort(strings.Trim(marked, `"'`))
	case CodeUnsupported, CodeUnlisted, CodeRefused, CodeServerSet, CodeUnknownField, CodeDuplicateKey:
		f.remove()
	case CodeConflict:
		if strings.HasSuffix(p.Field, ".stdinOnce") {
			f.field(parentOf(p.Field), "stdin", scalarValue("true"))
		}
		f.remove()
	case CodeNull:
		f.add(`write "" for the empty text`, Edit{p.Start.Offset, p.End.Offset, blankBefore(f.text, p.Start.Offset) + `""`})
	case CodeDuplicate:
		f.rename(strings.Trim(marked, `"'`))
	case CodeSyntax:
		f.tabs()
	}
}

// blankBefore is the blank that a value needs behind a colon or dash.
func blankBefore(text string, at int) string {
	if at > 0 && (text[at-1] == ':' || text[at-1] == '-') {
		return " "
	}
	return ""
}

// parentOf is the path of what a field is in.
func parentOf(path string) string {
	if i := strings.LastIndexByte(path, '.'); i >= 0 && !strings.HasSuffix(path, "]") {
		return path[:i]
	}
	if i := strings.LastIndexByte(path, '['); i >= 0 {
		return path[:i]
	}
	return ""
}

// missingValues are what a missing field is given; "‸" is what is left to
// write. Fields that are not here are left empty.
var missingValues = map[string]styled{
	"apiVersion": scalarValue("v1"),
	"kind":       scalarValue("Pod"),
	"metadata":   {block: "\n  name: ‸", flow: "{name: ‸}", json: `{"name": "‸"}`},
	"spec":       {block: "\n  containers:\n  - name: main\n    image: ‸", flow: "{containers: [{name: main, image: ‸}]}", json: `{"containers": [{"name": "main", "image": "‸"}]}`},
	"containers": {block: "\n- name: main\n  image: ‸", flow: "[{name: main, image: ‸}]", json: `[{"name": "main", "image": "‸"}]`},
	"mountPath":  scalarValue("/‸"),
	"command":    {block: "\n- ‸", flow: "[‸]", json: `["‸"]`},
	"options":    {block: "\n  volumeID: ‸", flow: "{volumeID: ‸}", json: `{"volumeID": "‸"}`},
}

// require adds a missing field.
func (f *fixer) require() {
	path := f.problem.Field
	switch {
	case strings.HasSuffix(path, "Probe"):
		f.field(path, "httpGet", styled{block: "\n  path: /‸\n  port: 8080", flow: "{path: /‸, port: 8080}", json: `{"path": "/‸", "port": 8080}`})
		f.field(path, "tcpSocket", styled{block: "\n  port: 8080‸", flow: "{port: 8080‸}", json: `{"port": 8080‸}`})
		return
	case strings.HasPrefix(path, "spec.volumes[") && strings.HasSuffix(path, "]"):
		f.field(path, "emptyDir", scalarValue("{}"))
		return
	case path == "" || strings.HasSuffix(path, "]"):
		return
	}
	parent, name := parentOf(path), last(path)
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		name = path[i+1:]
	}
	value, ok := missingValues[name]
	if !ok {
		value = styled{block: " ‸", flow: `"‸"`, json: `"‸"`}
	}
	if f.outline.find(f.doc, path) != nil {
		f.fill(path, value)
		return
	}
	if parent != "" && f.outline.find(f.doc, parent) == nil && len(f.outline.children(f.doc, parent)) == 0 {
		// What it is to be in is missing as well.
		if above, ok := missingValues[last(parent)]; ok {
			f.field(parentOf(parent), last(parent), above)
		}
		return
	}
	if first := f.outline.children(f.doc, ""); (path == "apiVersion" || path == "kind") && len(first) > 0 && !first[0].flow {
		// People look for these two at the top.
		f.add("add "+name, Edit{first[0].start, first[0].start, name + ":" + value.block + f.outline.newline(f.outline.lines[first[0].line].end) + strings.Repeat(" ", first[0].col)})
		return
	}
	f.field(parent, name, value)
}

// fill writes a value where there is the key but nothing behind it.
func (f *fixer) fill(path string, value styled) {
	e := f.outline.find(f.doc, path)
	if e == nil || e.valEnd > e.valStart || e.flow || e.key == "" {
		return
	}
	f.addAt("write "+e.key, Edit{e.keyEnd, f.outline.lines[e.line].end, ":" + strings.ReplaceAll(value.block, "\n", "\n"+strings.Repeat(" ", e.col))})
}

// field adds a field to a mapping.
func (f *fixer) field(mapping, name string, value styled) {
	if edit, ok := f.outline.addField(f.doc, mapping, name, value); ok {
		f.addAt("add "+name, edit)
	}
}

// addAt adds a fix of one edit that says by "‸" where the cursor is to be.
func (f *fixer) addAt(title string, e Edit) {
	cursor := strings.Index(e.Text, "‸")
	e.Text = strings.Replace(e.Text, "‸", "", 1)
	f.add(title, e)
	if cursor >= 0 {
		f.fixes[len(f.fixes)-1].Cursor = e.Start + cursor
	}
}

func (f *fixer) addVolume(name string) {
	if name == "" || !strings.HasSuffix(f.problem.Field, ".name") {
		return
	}
	if edit, ok := f.outline.addElement(f.doc, "spec.volumes", [][2]string{{"name", name}, {"emptyDir", "{}"}}); ok {
		f.add("add a volume "+clip(name, 40)+" (emptyDir) to spec.volumes", edit)
	}
}

// addPort declares the port that a probe names.
func (f *fixer) addPort(name string) {
	container, rest, ok := strings.Cut(f.problem.Field, "].")
	if !ok || !strings.HasSuffix(rest, ".port") || strings.Trim(name, "0123456789") == "" {
		return
	}
	if edit, ok := f.outline.addElement(f.doc, container+"].ports", [][2]string{{"name", name}, {"containerPort", "8080"}}); ok {
		f.add("declare a port "+clip(name, 40)+" (8080) in this container", edit)
	}
}

// rename gives the second of two things with one name another one.
func (f *fixer) rename(name string) {
	p := &f.problem
	if !strings.HasSuffix(p.Field, ".name") || name == "" || strings.Contains(p.Field, ".env[") {
		return
	}
	taken := map[string]bool{}
	list := parentOf(parentOf(p.Field))
	for i := range f.outline.entries {
		if e := &f.outline.entries[i]; e.key == "name" && strings.HasPrefix(e.parent, list+"[") {
			taken[e.value] = true
		}
	}
	for n := 2; n < 100; n++ {
		if other := name + "-" + itoa(n); !taken[other] {
			f.add("rename it "+clip(other, 40), Edit{p.Start.Offset, p.End.Offset, other})
			return
		}
	}
}

// tabs replaces the tabs that indent lines.
func (f *fixer) tabs() {
	var edits []Edit
	for _, l := range f.outline.lines {
		end := l.start
		tab := false
		for end < l.end && (f.text[end] == ' ' || f.text[end] == '\t') {
			tab = tab || f.text[end] == '\t'
			end++
		}
		if tab {
			edits = append(edits, Edit{l.start, end, strings.ReplaceAll(f.text[l.start:end], "\t", "  ")})
		}
	}
	if len(edits) > 0 {
		f.add("indent with blanks instead of tabs", edits...)
	}
}
