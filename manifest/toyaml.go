package manifest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ToYAML converts JSON as a server sent it into YAML, faithfully: the order of
// fields, the digits of numbers and unknown fields are kept, and strings which
// YAML would read as something else are quoted. What sigs.k8s.io/yaml reads
// from the result is what the JSON says. Lists stand at the indentation of
// their field, as kubectl writes them; text of several lines becomes a block.
// It fails when the input is not one JSON value, or larger than MaxBytes.
func ToYAML(json []byte) ([]byte, error) {
	root, err := readExact(json)
	if err != nil {
		return nil, err
	}
	w := yamlWriter{out: make([]byte, 0, len(json)+len(json)/4)}
	w.top(root)
	return w.out, nil
}

// readExact reads one JSON value with its numbers as they are.
func readExact(json []byte) (*node, error) {
	if len(json) > MaxBytes {
		return nil, fmt.Errorf("the JSON has %d bytes; more than %d MB are not read", len(json), MaxBytes>>20)
	}
	r := jsonReader{text: json, exact: true}
	root, fault := r.value(1)
	if fault == nil {
		if r.space(); r.pos < len(json) {
			fault = r.fail(CodeSyntax, r.pos, 1, "There is something behind the end of the JSON value.")
		}
	}
	if fault != nil {
		at := newSource(json).position(fault.start)
		return nil, fmt.Errorf("reading JSON, line %d, column %d: %w", at.Line, at.Column, fault)
	}
	return root, nil
}

// yamlWriter writes block style YAML.
type yamlWriter struct {
	out []byte
}

func (w *yamlWriter) top(n *node) {
	switch {
	case n.kind == kindMapping && len(n.fields) > 0:
		w.mapping(n, 0, false)
	case n.kind == kindSequence && len(n.items) > 0:
		w.sequence(n, 0, false)
	default:
		w.scalar(n, 2)
		w.out = append(w.out, '\n')
	}
}

// mapping writes the entries at an indentation; inline says that the first one
// goes on the line that is begun already.
func (w *yamlWriter) mapping(n *node, indent int, inline bool) {
	for i := range n.fields {
		m := &n.fields[i]
		if i > 0 || !inline {
			w.indent(indent)
		}
		key := w.key(m.name)
		if len(key) > maxSimpleKey {
			w.out = append(append(append(w.out, "? "...), key...), '\n')
			w.indent(indent)
			w.out = append(w.out, ':')
		} else {
			w.out = append(append(w.out, key...), ':')
		}
		w.child(m.value, indent)
	}
}

// maxSimpleKey is less than the 1024 characters that YAML allows a key without
// a question mark.
const maxSimpleKey = 200

// child writes a value behind the colon of its key.
func (w *yamlWriter) child(n *node, indent int) {
	switch {
	case n.kind == kindMapping && len(n.fields) > 0:
		w.out = append(w.out, '\n')
		w.mapping(n, indent+2, false)
	case n.kind == kindSequence && len(n.items) > 0:
		w.out = append(w.out, '\n')
		w.sequence(n, indent, false)
	default:
		w.out = append(w.out, ' ')
		w.scalar(n, indent+2)
		w.out = append(w.out, '\n')
	}
}

func (w *yamlWriter) sequence(n *node, indent int, inline bool) {
	for i, item := range n.items {
		if i > 0 || !inline {
			w.indent(indent)
		}
		w.out = append(w.out, "- "...)
		switch {
		case item.kind == kindMapping && len(item.fields) > 0:
			w.mapping(item, indent+2, true)
		case item.kind == kindSequence && len(item.items) > 0:
			w.sequence(item, indent+2, true)
		default:
			w.scalar(item, indent+2)
			w.out = append(w.out, '\n')
		}
	}
}

// scalar writes a value without entries; blocks stand at indent.
func (w *yamlWriter) scalar(n *node, indent int) {
	switch n.kind {
	case kindNull:
		w.out = append(w.out, "null"...)
	case kindMapping:
		w.out = append(w.out, "{}"...)
	case kindSequence:
		w.out = append(w.out, "[]"...)
	case kindString:
		w.text(n.text, indent)
	default:
		w.out = append(w.out, n.text...)
	}
}

func (w *yamlWriter) key(name string) []byte {
	if isPlain(name) {
		return []byte(name)
	}
	return appendQuoted(nil, name)
}

func (w *yamlWriter) text(s string, indent int) {
	switch {
	case isPlain(s):
		w.out = append(w.out, s...)
	case isBlockText(s):
		w.block(s, indent)
	default:
		w.out = appendQuoted(w.out, s)
	}
}

// block writes a literal block.
func (w *yamlWriter) block(s string, indent int) {
	w.out = append(w.out, '|')
	body := strings.TrimRight(s, "\n")
	switch len(s) - len(body) {
	case 0:
		w.out = append(w.out, '-')
	case 1:
	default:
		w.out = append(w.out, '+')
	}
	lines := strings.Split(body, "\n")
	for range max(0, len(s)-len(body)-1) {
		lines = append(lines, "")
	}
	for _, line := range lines {
		w.out = append(w.out, '\n')
		if line != "" {
			w.indent(indent)
			w.out = append(w.out, line...)
		}
	}
}

const blanks = "                                                                "

func (w *yamlWriter) indent(n int) {
	for ; n > len(blanks); n -= len(blanks) {
		w.out = append(w.out, blanks...)
	}
	w.out = append(w.out, blanks[:n]...)
}

// isBlockText tells whether a literal block shows a string as it is: several
// lines, of which the first does not begin with a blank or is empty, none ends
// in one, and all are printable.
func isBlockText(s string) bool {
	if !strings.Contains(strings.TrimRight(s, "\n"), "\n") || s[0] == '\n' || s[0] == ' ' || s[0] == '\t' || !utf8.ValidString(s) {
		return false
	}
	for _, line := range strings.Split(s, "\n") {
		if strings.HasSuffix(line, " ") || strings.HasSuffix(line, "\t") || strings.HasPrefix(line, "\t") {
			return false
		}
		for _, r := range line {
			if r != '\t' && !unicode.IsPrint(r) {
				return false
			}
		}
	}
	return true
}

// isPlain tells whether a string can be written without quotes: readers of
// YAML 1.1 and 1.2 alike must take it for a string, and for this one.
func isPlain(s string) bool {
	if s == "" || len(s) > 1000 || s[0] == ' ' || s[len(s)-1] == ' ' || s[len(s)-1] == ':' {
		return false
	}
	if s[0] == '-' && !isOption(s) || strings.IndexByte("?:,[]{}#&*!|>'\"%@`=<", s[0]) >= 0 {
		return false
	}
	if r, err := resolvePlain(s); err != nil || r.kind != kindString || looksTyped(s) {
		return false
	}
	for i, r := range s {
		switch {
		case r == utf8.RuneError || r != ' ' && !unicode.IsPrint(r):
			return false
		case r == ':' && (i+1 >= len(s) || s[i+1] == ' '), r == '#' && s[i-1] == ' ':
			return false
		}
	}
	return !strings.HasPrefix(s, "---") && !strings.HasPrefix(s, "...")
}

// isOption tells whether s begins as the options of commands do, -c or
// --verbose; there the dash is no mark of a list.
func isOption(s string) bool {
	rest := strings.TrimPrefix(s[1:], "-")
	return rest != "" && (rest[0] >= 'a' && rest[0] <= 'z' || rest[0] >= 'A' && rest[0] <= 'Z')
}

// looksTyped finds strings that other readers than ours would take for a
// number or a date: 1:30, 0o17, 2026-01-31.
func looksTyped(s string) bool {
	c := s[0]
	if c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return false
	}
	return strings.Trim(s, "+-.:_0123456789abcdefxoETZ ") == "" && strings.ContainsAny(s, "0123456789")
}

// appendQuoted appends a string in double quotes. Everything that is not
// printable is escaped, so that nothing in it reaches a terminal.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == ' ' || unicode.IsPrint(r):
			b = utf8.AppendRune(b, r)
		case r <= 0xFF:
			b = append(b, '\\', 'x', hexDigits[r>>4], hexDigits[r&15])
		case r <= 0xFFFF:
			b = appendHex(append(b, `\u`...), r, 4)
		default:
			b = appendHex(append(b, `\U`...), r, 8)
		}
	}
	return append(b, '"')
}

func appendHex(b []byte, r rune, digits int) []byte {
	h := strconv.FormatInt(int64(r), 16)
	return append(append(b, bytes.Repeat([]byte{'0'}, digits-len(h))...), h...)
}
