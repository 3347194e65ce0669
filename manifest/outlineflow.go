package manifest

import "strings"

// flowText reads a part of a line in flow style, JSON included. lineStart is
// the offset of the line.
func (o *outline) flowText(lineStart, from, to int) {
	i := from
	if o.quote != 0 { // a string that goes on
		n := quotedLen(string(o.quote) + o.text[i:to])
		if n < 0 {
			o.here = spot{doc: o.doc, path: o.path, from: to, col: to - lineStart, value: true, silent: true}
			return
		}
		o.quote = 0
		i += n - 1
	}
	open := false // a word ends where we are
	for i < to {
		open = false
		switch c := o.text[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '#' && (i == lineStart || o.text[i-1] == ' ' || o.text[i-1] == '\t'):
			o.here = spot{doc: o.doc, silent: true, from: to}
			return
		case c == '{' || c == '[':
			o.flow = append(o.flow, flowFrame{path: o.flowBase(), list: c == '['})
			if c == '[' && o.inner().path == listItems {
				o.doc++
			}
			i++
		case c == '}' || c == ']':
			if len(o.flow) > 0 {
				o.flow = o.flow[:len(o.flow)-1]
			}
			if f := o.inner(); f != nil {
				f.keyed = false
			}
			i++
		case len(o.flow) == 0:
			// Behind the last bracket: a comment, or something that is wrong.
			o.here = spot{doc: o.doc, silent: true, from: to}
			return
		case c == ',':
			f := o.inner()
			f.keyed, f.key = false, ""
			if f.list {
				f.index++
			}
			if f.path == listItems {
				o.doc++
			}
			i++
		case c == ':':
			i++
		default:
			i, open = o.flowToken(lineStart, i, to)
		}
	}
	if !open {
		o.flowEnd(lineStart, to)
	}
}

// flowEnd says where the cursor is behind a part in flow style that ends in no
// word.
func (o *outline) flowEnd(lineStart, to int) {
	f := o.inner()
	if f == nil {
		o.here = spot{doc: o.doc, path: o.path, from: to, col: to - lineStart, value: true, silent: true}
		return
	}
	o.spot(f, lineStart, to, 0)
}

// inner is the innermost open collection in flow style, nil for none.
func (o *outline) inner() *flowFrame {
	if len(o.flow) == 0 {
		return nil
	}
	return &o.flow[len(o.flow)-1]
}

// flowBase is the path of the value that would begin now.
func (o *outline) flowBase() string {
	f := o.inner()
	switch {
	case f == nil:
		return o.path
	case f.list && f.path == listItems:
		return ""
	case f.list:
		return indexPath(f.path, f.index)
	case f.keyed:
		return keyIn(f.path, f.key)
	}
	return f.path
}

// flowToken reads a key or a scalar, and returns the offset behind it. open says
// that it may still be written on there.
func (o *outline) flowToken(lineStart, i, to int) (next int, open bool) {
	f := o.inner()
	text := o.text[i:to]
	n, quoted := 0, text[0] == '"' || text[0] == '\''
	if quoted {
		if n = quotedLen(text); n < 0 {
			o.spot(f, lineStart, i, text[0])
			return to, true // cut short: the cursor is in it, or it is broken
		}
	} else {
		for n < len(text) && strings.IndexByte(",]}{[", text[n]) < 0 && !colonAt(text, n) && (n == 0 || text[n] != '#' || text[n-1] != ' ') {
			n++
		}
		n = max(len(strings.TrimRight(text[:n], " \t")), 1)
	}
	word := text[:n]
	var quote byte
	if quoted {
		quote = text[0]
	}
	o.spot(f, lineStart, i, quote)
	rest := strings.TrimLeft(text[n:], " ")
	if !f.list && !f.keyed && strings.HasPrefix(rest, ":") && (quoted || colonAt(rest, 0)) {
		f.key, f.keyed = strings.Trim(word, `"'`), true
		at := i + len(text) - len(rest) + 1
		o.entries = append(o.entries, entry{
			doc: o.doc, path: keyIn(f.path, f.key), parent: f.path, key: f.key, start: i, keyEnd: i + n,
			valStart: at, valEnd: at, line: len(o.lines) - 1, col: i - lineStart, flow: true,
		})
		return at, false
	}
	value := word
	if quoted {
		value = unquote(word)
	}
	switch {
	case f.list:
		path := indexPath(f.path, f.index)
		o.entries = append(o.entries, entry{
			doc: o.doc, path: path, parent: f.path, start: i, keyEnd: i, value: value, valStart: i, valEnd: i + n,
			line: len(o.lines) - 1, col: i - lineStart, flow: true,
		})
	case f.keyed:
		e := &o.entries[len(o.entries)-1]
		if e.flow && e.key == f.key && e.value == "" {
			e.value, e.valStart, e.valEnd = value, i, i+n
		}
	}
	return i + n, true
}

// spot notes that a word begins at i, for a cursor behind it.
func (o *outline) spot(f *flowFrame, lineStart, i int, quote byte) {
	o.here = spot{doc: o.doc, path: o.flowBase(), from: i, col: i - lineStart, value: f.keyed, flow: true, quote: quote}
	if !f.keyed && !f.list {
		o.here.path = f.path
	}
}

// colonAt says whether the colon at n separates a key from its value.
func colonAt(text string, n int) bool {
	return text[n] == ':' && (n+1 == len(text) || strings.IndexByte(" ,[]{}\t", text[n+1]) >= 0)
}
