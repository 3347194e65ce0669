package manifest

import "strings"

// remove takes the field of the problem out of the text, and the mapping around
// it when nothing is left in that.
func (f *fixer) remove() {
	e := f.keyAt(f.problem.Start.Offset)
	if e == nil {
		if e = f.outline.find(f.doc, f.problem.Field); e == nil || e.key == "" {
			return
		}
	}
	for len(f.outline.children(e.doc, e.parent)) == 1 && e.parent != "" && f.problem.Code != CodeDuplicateKey {
		above := f.outline.find(e.doc, e.parent)
		if doc, ok := Doc(e.parent); above == nil || above.key == "" || !ok || doc.Required {
			break
		}
		e = above
	}
	f.add("remove "+clip(e.key, 60), f.outline.removal(e))
}

// keyAt is the key that begins at an offset.
func (f *fixer) keyAt(offset int) *entry {
	for i := range f.outline.entries {
		if e := &f.outline.entries[i]; e.start == offset && e.key != "" {
			return e
		}
	}
	return nil
}

// removal is the edit that takes a key and its value out.
func (o *outline) removal(e *entry) Edit {
	if e.flow {
		return o.flowRemoval(e)
	}
	line := o.lines[e.line]
	if e.col == line.indent {
		end := min(o.extent(e)+len(o.newline(o.extent(e))), len(o.text))
		return Edit{Start: line.start, End: end}
	}
	// The first key behind a dash: the dash stays for the next one.
	var next *entry
	for i := range o.entries {
		if x := &o.entries[i]; x.doc == e.doc && x.parent == e.parent && x.key != "" && x.start > e.start {
			next = x
			break
		}
	}
	if next == nil {
		return Edit{Start: e.start, End: o.extent(e), Text: "{}"}
	}
	return Edit{Start: e.start, End: next.start}
}

// flowRemoval takes the key out with one of the commas beside it.
func (o *outline) flowRemoval(e *entry) Edit {
	end := flowEnd(o.text, e.valStart)
	if rest := o.text[end:]; strings.HasPrefix(rest, ",") {
		end++
		for end < len(o.text) && (o.text[end] == ' ' || o.text[end] == '\n' || o.text[end] == '\r') {
			end++
		}
		return Edit{Start: e.start, End: end}
	}
	start := e.start
	if before := strings.TrimRight(o.text[:start], " \r\n"); strings.HasSuffix(before, ",") {
		start = len(before) - 1
	}
	return Edit{Start: start, End: end}
}

// flowEnd is the offset of the comma or bracket that ends a value in flow style
// which begins at from or behind it.
func flowEnd(text string, from int) int {
	depth := 0
	for i := from; i < len(text); i++ {
		switch c := text[i]; c {
		case '"', '\'':
			n := quotedLen(text[i:])
			if n < 0 {
				return len(text)
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return len(strings.TrimRight(text[from:i], " \r\n")) + from
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}
