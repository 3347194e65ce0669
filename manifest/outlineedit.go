package manifest

import "strings"

// find is the first key with a path, nil for none.
func (o *outline) find(doc int, path string) *entry {
	for i := range o.entries {
		if e := &o.entries[i]; e.doc == doc && e.path == path && (e.key != "" || strings.HasSuffix(path, "]")) {
			return e
		}
	}
	return nil
}

// extent is the offset behind the last line of an entry in block style: its own
// and all that are indented below it.
func (o *outline) extent(e *entry) int {
	end := o.lines[e.line].end
	for _, l := range o.lines[e.line+1:] {
		if l.blank {
			continue
		}
		if l.indent < e.col || l.indent == e.col && (!l.dash || e.key == "") {
			break
		}
		end = l.end
	}
	return end
}

// children are the keys of a mapping, in order.
func (o *outline) children(doc int, mapping string) []*entry {
	var all []*entry
	for i := range o.entries {
		if e := &o.entries[i]; e.doc == doc && e.parent == mapping && e.key != "" {
			all = append(all, e)
		}
	}
	return all
}

// quoted tells whether the keys of the text are in quotes, as in JSON.
func (o *outline) quoted(e *entry) bool { return o.text[e.start] == '"' }

// styled is a value as each style writes it. block is what stands behind the
// key's colon: a blank and a scalar, or lines without indentation.
type styled struct{ block, flow, json string }

// scalarValue is a scalar, as YAML writes it, in each style.
func scalarValue(v string) styled { return styled{block: " " + v, flow: v, json: jsonScalar(v)} }

// addField adds a field to a mapping, behind its last one in block style and
// before its first one in flow style. ok is false where the mapping is not in
// the text, or is no mapping.
func (o *outline) addField(doc int, mapping, name string, value styled) (edit Edit, ok bool) {
	fields := o.children(doc, mapping)
	if len(fields) == 0 {
		return o.fillEmpty(doc, mapping, name, value)
	}
	first, end := fields[0], fields[len(fields)-1]
	if first.flow {
		text := name + ": " + value.flow
		if o.quoted(first) {
			text = `"` + name + `": ` + value.json
		}
		return Edit{Start: first.start, End: first.start, Text: text + ", "}, true
	}
	at := o.extent(end)
	return Edit{Start: at, End: at, Text: o.newline(at) + hang(name+":"+value.block, first.col)}, true
}

// newline is the line break that the text has.
func (o *outline) newline(at int) string {
	if at < len(o.text) && o.text[at] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// fillEmpty gives an empty mapping its first field.
func (o *outline) fillEmpty(doc int, mapping, name string, value styled) (Edit, bool) {
	e := o.find(doc, mapping)
	if e == nil || e.flow {
		return Edit{}, false
	}
	switch text := strings.TrimSpace(o.text[e.valStart:o.lines[e.line].end]); {
	case text == "{}":
		return Edit{Start: e.valStart, End: e.valStart + 2, Text: "{" + name + ": " + value.flow + "}"}, true
	case text == "" || text[0] == '#':
		at := o.lines[e.line].end
		return Edit{Start: at, End: at, Text: o.newline(at) + hang(name+":"+value.block, e.col+2)}, true
	}
	return Edit{}, false
}

// hang indents lines.
func hang(lines string, col int) string {
	indent := strings.Repeat(" ", col)
	return indent + strings.ReplaceAll(lines, "\n", "\n"+indent)
}

// addElement adds an element with the given fields to the end of a list, which
// is made where it is missing. ok is false where there is no place for it.
func (o *outline) addElement(doc int, list string, fields [][2]string) (edit Edit, ok bool) {
	var flow, json, lines []string
	for _, f := range fields {
		flow = append(flow, f[0]+": "+f[1])
		json = append(json, `"`+f[0]+`": `+jsonScalar(f[1]))
		lines = append(lines, f[0]+": "+f[1])
	}
	element := styled{
		block: "- " + strings.Join(lines, "\n  "),
		flow:  "{" + strings.Join(flow, ", ") + "}", json: "{" + strings.Join(json, ", ") + "}",
	}
	e := o.find(doc, list)
	if e == nil {
		mapping, name := "", list
		if i := strings.LastIndexByte(list, '.'); i >= 0 {
			mapping, name = list[:i], list[i+1:]
		}
		return o.addField(doc, mapping, name, styled{
			block: "\n" + element.block, flow: "[" + element.flow + "]", json: "[" + element.json + "]",
		})
	}
	if rest := strings.TrimLeft(o.text[e.valStart:], " \r\n"); e.flow || strings.HasPrefix(rest, "[") && e.valEnd > e.valStart {
		if !strings.HasPrefix(rest, "[") {
			return Edit{}, false
		}
		text := element.flow
		if o.quoted(e) {
			text = element.json
		}
		if !strings.HasPrefix(strings.TrimLeft(rest[1:], " \r\n"), "]") {
			text += ", "
		}
		at := len(o.text) - len(rest) + 1
		return Edit{Start: at, End: at, Text: text}, true
	}
	col := e.col
	for i := range o.entries {
		if x := &o.entries[i]; x.doc == doc && x.parent == list && x.key == "" {
			col = x.col
			break
		}
	}
	at := o.extent(e)
	return Edit{Start: at, End: at, Text: o.newline(at) + hang(element.block, col)}, true
}

// jsonScalar writes a value of YAML as JSON has it.
func jsonScalar(v string) string {
	if v == "{}" || v == "[]" || literalWord(v) {
		return v
	}
	return `"` + strings.Trim(v, `"`) + `"`
}
