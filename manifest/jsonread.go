package manifest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// maxDepth is how deep values may be nested; a pod needs about a dozen levels.
const maxDepth = 100

// syntaxError is a fault in the text at an offset of the source.
type syntaxError struct {
	code       Code
	start, end int
	message    string
}

// Error returns the message alone.
func (e *syntaxError) Error() string { return e.message }

// jsonReader reads JSON into nodes with places. It is exactly as strict as the
// grammar of RFC 8259, so that what it takes any server takes.
type jsonReader struct {
	text []byte
	pos  int
	base int // offset of text in the source
	// exact keeps numbers byte for byte; otherwise they are spelled as
	// sigs.k8s.io/yaml would.
	exact      bool
	duplicates []duplicate
}

// duplicate is a key that came twice in one mapping.
type duplicate struct {
	name       string
	start, end int  // of the second
	first      int  // offset of the first
	byMerge    bool // the second came through a merge key, which stands at start
}

// value reads one value and leaves the reader behind it.
func (r *jsonReader) value(depth int) (*node, *syntaxError) {
	r.space()
	if depth > maxDepth {
		return nil, r.fail(CodeTooDeep, r.pos, 1, "Values are nested more than %d levels deep here; no pod needs that.", maxDepth)
	}
	if r.pos >= len(r.text) {
		return nil, r.fail(CodeSyntax, r.pos, 0, "The JSON ends where a value was expected.")
	}
	start := r.pos
	n := &node{start: r.base + start}
	var err *syntaxError
	switch c := r.text[r.pos]; {
	case c == '{':
		n.kind = kindMapping
		err = r.object(n, depth)
	case c == '[':
		n.kind = kindSequence
		err = r.array(n, depth)
	case c == '"':
		n.kind = kindString
		n.text, err = r.str()
	case c == '-' || c >= '0' && c <= '9':
		n.kind = kindNumber
		n.text, err = r.number()
	default:
		n.kind, n.text, err = r.word()
	}
	if err != nil {
		return nil, err
	}
	n.end = r.base + r.pos
	n.weigh()
	return n, nil
}

func (r *jsonReader) object(n *node, depth int) *syntaxError {
	open := r.pos
	r.pos++
	var index map[string]int
	for first := true; ; first = false {
		r.space()
		if r.pos >= len(r.text) {
			return r.fail(CodeSyntax, open, 1, "This { is never closed.")
		}
		if r.text[r.pos] == '}' && first {
			r.pos++
			return nil
		}
		if r.text[r.pos] != '"' {
			return r.fail(CodeSyntax, r.pos, 1, "Expected a key in double quotes, found %s.", r.found())
		}
		keyStart := r.pos
		name, err := r.str()
		if err != nil {
			return err
		}
		m := member{name: name, keyStart: r.base + keyStart, keyEnd: r.base + r.pos}
		r.space()
		if r.pos >= len(r.text) || r.text[r.pos] != ':' {
			return r.fail(CodeSyntax, r.pos, 1, "Expected a colon after the key %s, found %s.", quote(name), r.found())
		}
		r.pos++
		if m.value, err = r.value(depth + 1); err != nil {
			return err
		}
		index = r.add(n, m, index)
		r.space()
		switch {
		case r.pos >= len(r.text):
			return r.fail(CodeSyntax, open, 1, "This { is never closed.")
		case r.text[r.pos] == ',':
			r.pos++
		case r.text[r.pos] == '}':
			r.pos++
			return nil
		default:
			return r.fail(CodeSyntax, r.pos, 1, "Expected a comma or } after the value of %s, found %s.", quote(name), r.found())
		}
	}
}

// add appends an entry; of two with one name the later wins, as everywhere in
// Go, and the fault is noted.
func (r *jsonReader) add(n *node, m member, index map[string]int) map[string]int {
	if index == nil {
		index = make(map[string]int)
	}
	if at, ok := index[m.name]; ok {
		r.duplicates = append(r.duplicates, duplicate{name: m.name, start: m.keyStart, end: m.keyEnd, first: n.fields[at].keyStart})
		n.fields[at] = m
		return index
	}
	index[m.name] = len(n.fields)
	n.fields = append(n.fields, m)
	return index
}

func (r *jsonReader) array(n *node, depth int) *syntaxError {
	open := r.pos
	r.pos++
	for first := true; ; first = false {
		r.space()
		if r.pos < len(r.text) && r.text[r.pos] == ']' && first {
			r.pos++
			return nil
		}
		if r.pos >= len(r.text) {
			return r.fail(CodeSyntax, open, 1, "This [ is never closed.")
		}
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
		r.space()
		switch {
		case r.pos >= len(r.text):
			return r.fail(CodeSyntax, open, 1, "This [ is never closed.")
		case r.text[r.pos] == ',':
			r.pos++
		case r.text[r.pos] == ']':
			r.pos++
			return nil
		default:
			return r.fail(CodeSyntax, r.pos, 1, "Expected a comma or ] in the list, found %s.", r.found())
		}
	}
}

func (r *jsonReader) str() (string, *syntaxError) {
	start := r.pos
	escaped := false
	for i := start + 1; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == '\\':
			escaped = true
			i++
		case c == '"':
			r.pos = i + 1
			return r.unquote(start, escaped)
		case c < 0x20:
			return "", r.fail(CodeSyntax, start, i-start, "This string is not closed on its line, or holds a control character: write \\n or \\t.")
		}
	}
	return "", r.fail(CodeSyntax, start, 1, "This string is never closed.")
}

func (r *jsonReader) unquote(start int, escaped bool) (string, *syntaxError) {
	raw := r.text[start:r.pos]
	if !escaped && utf8.Valid(raw) {
		return string(raw[1 : len(raw)-1]), nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", r.fail(CodeSyntax, start, len(raw), "This string has an escape that JSON does not know.")
	}
	return s, nil
}

func (r *jsonReader) number() (string, *syntaxError) {
	start := r.pos
	for r.pos < len(r.text) && bytes.IndexByte([]byte("+-.0123456789eE"), r.text[r.pos]) >= 0 {
		r.pos++
	}
	literal := string(r.text[start:r.pos])
	if !jsonNumber.MatchString(literal) {
		return "", r.fail(CodeSyntax, start, len(literal), "%s is not a number as JSON spells them.", quote(literal))
	}
	if r.exact {
		return literal, nil
	}
	if s, ok := number(literal); ok {
		return s, nil
	}
	return literal, nil // out of a float's range: the digits are kept
}

func (r *jsonReader) word() (kind, string, *syntaxError) {
	for _, w := range []struct {
		word string
		kind kind
	}{{"true", kindBool}, {"false", kindBool}, {"null", kindNull}} {
		if bytes.HasPrefix(r.text[r.pos:], []byte(w.word)) {
			r.pos += len(w.word)
			if w.kind == kindNull {
				return kindNull, "", nil
			}
			return w.kind, w.word, nil
		}
	}
	return kindNull, "", r.fail(CodeSyntax, r.pos, 1, "Expected a value, found %s.", r.found())
}

func (r *jsonReader) space() {
	for r.pos < len(r.text) {
		switch r.text[r.pos] {
		case ' ', '\t', '\r', '\n':
			r.pos++
		default:
			return
		}
	}
}

// found names what is at the reader's place.
func (r *jsonReader) found() string {
	if r.pos >= len(r.text) {
		return "the end"
	}
	c, _ := utf8.DecodeRune(r.text[r.pos:])
	return quote(string(c))
}

func (r *jsonReader) fail(code Code, at, length int, format string, args ...any) *syntaxError {
	end := min(at+max(length, 0), len(r.text))
	return &syntaxError{code: code, start: r.base + at, end: r.base + end, message: fmt.Sprintf(format, args...)}
}
