package manifest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"

	"podium/internal/spelling"
)

// issue is a problem before it has a place: checks that see only the decoded
// object make these too.
type issue struct {
	severity   Severity
	code       Code
	field      string
	message    string
	suggestion string
	// key asks for the place of the field's name rather than of its value.
	key bool
	// verbatim says that the suggestion is the text itself in quotes, as it is
	// written (yes, not true).
	verbatim bool
	// whole says that the value is a collection, so that its key is marked and
	// not all of its lines.
	whole bool
	// start and end are the place where it is known already; end is 0 where
	// it is not.
	start, end int
}

// walker holds a document against the schema of a pod. While it goes it writes
// the JSON for the typed pod, with null for every value that does not fit and
// nothing for fields that are not known.
type walker struct {
	unknown Severity
	issues  []issue
	broken  map[string]bool
	typed   []byte
	above   []*schema // the objects around the current one
}

func (w *walker) add(severity Severity, code Code, path string, n *node, format string, args ...any) *issue {
	w.issues = append(w.issues, issue{
		severity: severity, code: code, field: path, start: n.start, end: n.end,
		message: fmt.Sprintf(format, args...),
	})
	return &w.issues[len(w.issues)-1]
}

// reject notes a value that does not fit and writes null in its place.
func (w *walker) reject(code Code, path string, n *node, format string, args ...any) *issue {
	w.broken[path] = true
	w.typed = append(w.typed, "null"...)
	is := w.add(Error, code, path, n, format, args...)
	is.whole = n.kind == kindMapping || n.kind == kindSequence
	return is
}

func (w *walker) value(n *node, s *schema, path string) {
	if n.kind == kindNull || s.shape == shapeAny {
		w.typed = appendJSON(w.typed, n)
		return
	}
	switch s.shape {
	case shapeObject:
		w.object(n, s, path)
	case shapeMap:
		w.mapping(n, s, path)
	case shapeList:
		w.list(n, s, path)
	case shapeInt:
		w.integer(n, s, path)
	case shapeBool:
		w.boolean(n, path)
	case shapeQuantity:
		w.quantity(n, path)
	case shapeIntOrString:
		w.intOrString(n, path)
	default:
		w.text(n, s, path)
	}
}

func (w *walker) object(n *node, s *schema, path string) {
	if n.kind != kindMapping {
		w.reject(CodeType, path, n, "%s must be a mapping of fields (%s: …), not %s.", last(path), exampleField(s), n.describe())
		return
	}
	w.above = append(w.above, s)
	w.typed = append(w.typed, '{')
	first := true
	for i := range n.fields {
		m := &n.fields[i]
		f := s.field(m.name)
		if f == nil {
			w.unknownField(m, n, s, fieldPath(path, m.name))
			continue
		}
		if !first {
			w.typed = append(w.typed, ',')
		}
		first = false
		w.typed = append(appendString(w.typed, m.name), ':')
		w.value(m.value, f.schema, fieldPath(path, m.name))
	}
	w.typed = append(w.typed, '}')
	w.above = w.above[:len(w.above)-1]
}

// unknownField says where the field may have been meant to be.
func (w *walker) unknownField(m *member, siblings *node, s *schema, path string) {
	at := &node{start: m.keyStart, end: m.keyEnd}
	owner := s.name
	if guess := spelling.Closest(m.name, s.names()); guess != "" {
		if w.unknown == Error && siblings.get(guess) == nil {
			// The fault is named: that the right field is missing follows.
			w.broken[path[:len(path)-len(m.name)]+guess] = true
		}
		w.add(w.unknown, CodeUnknownField, path, at, "%s is not a field of %s; did you mean %s?", quote(m.name), owner, guess).suggestion = guess
		return
	}
	for i := len(w.above) - 2; i >= 0; i-- {
		if w.above[i].field(m.name) != nil {
			w.add(w.unknown, CodeUnknownField, path, at, "%s is not a field of %s but of %s: move it there.", quote(m.name), owner, w.above[i].name)
			return
		}
	}
	for _, name := range append(slices.Clone(common[s.name]), s.names()...) {
		f := s.field(name)
		if f == nil {
			continue
		}
		below := f.schema
		if below.shape == shapeList {
			below = below.elem
		}
		if below.field(m.name) != nil {
			w.add(w.unknown, CodeUnknownField, path, at, "%s is not a field of %s but of what stands under %s: move it there.", quote(m.name), owner, name)
			return
		}
	}
	if guess := begun(m.name, s.names()); guess != "" {
		w.add(w.unknown, CodeUnknownField, path, at, "%s is not a field of %s; did you mean %s?", quote(m.name), owner, guess).suggestion = guess
		return
	}
	w.add(w.unknown, CodeUnknownField, path, at, "%s is not a field of %s.", quote(m.name), owner)
}

func (w *walker) mapping(n *node, s *schema, path string) {
	if n.kind != kindMapping {
		w.reject(CodeType, path, n, "%s must be a mapping of names to values, not %s.", last(path), n.describe())
		return
	}
	w.typed = append(w.typed, '{')
	for i := range n.fields {
		m := &n.fields[i]
		if i > 0 {
			w.typed = append(w.typed, ',')
		}
		w.typed = append(appendString(w.typed, m.name), ':')
		w.element(m.value, s.elem, keyPath(path, m.name))
	}
	w.typed = append(w.typed, '}')
}

func (w *walker) list(n *node, s *schema, path string) {
	if n.kind != kindSequence {
		hint := "write each element on its own line behind a -"
		is := w.reject(CodeType, path, n, "%s must be a list, not %s: %s.", last(path), n.describe(), hint)
		if s.elem.shape == shapeString && n.kind == kindString && !strings.Contains(n.text, "\n") {
			is.suggestion = "[" + string(appendString(nil, n.text)) + "]"
		}
		return
	}
	w.typed = append(w.typed, '[')
	for i, item := range n.items {
		if i > 0 {
			w.typed = append(w.typed, ',')
		}
		w.element(item, s.elem, indexPath(path, i))
	}
	w.typed = append(w.typed, ']')
}

// element is a value in a list or map, where null is not the same as nothing.
func (w *walker) element(n *node, s *schema, path string) {
	if n.kind == kindNull && s.shape == shapeString {
		w.add(Warning, CodeNull, path, n, "%s is null and counts as an empty text: write \"\" if that is meant.", last(path))
	}
	w.value(n, s, path)
}

func (w *walker) text(n *node, s *schema, path string) {
	if n.kind != kindString {
		is := w.reject(CodeType, path, n, "%s must be a text, but %s is not: put it in quotes.", last(path), n.describe())
		if n.kind == kindNumber || n.kind == kindBool {
			is.suggestion, is.verbatim = "\""+n.text+"\"", true
		} else {
			is.message = fmt.Sprintf("%s must be a text, not %s.", last(path), n.describe())
		}
		return
	}
	switch {
	case s.shape == shapeTime:
		if _, err := time.Parse(time.RFC3339, n.text); err != nil {
			w.reject(CodeType, path, n, "%s must be a time such as 2026-01-31T12:00:00Z, not %s.", last(path), quote(n.text))
			return
		}
	case s.shape == shapeBytes:
		if _, err := base64.StdEncoding.DecodeString(n.text); err != nil {
			w.reject(CodeType, path, n, "%s must be base64, which %s is not.", last(path), quote(n.text))
			return
		}
	case s.enum != nil && !slices.Contains(s.enum, n.text):
		w.badEnum(n, s, path)
	}
	w.typed = appendString(w.typed, n.text)
}

func (w *walker) badEnum(n *node, s *schema, path string) {
	is := w.add(Error, CodeEnum, path, n, "%s cannot be %s; it must be %s.", last(path), quote(n.text), listWords(s.enum))
	for _, v := range s.enum {
		if strings.EqualFold(v, n.text) {
			is.suggestion = v
		}
	}
	if is.suggestion == "" {
		is.suggestion = spelling.Closest(n.text, s.enum)
	}
}

func (w *walker) integer(n *node, s *schema, path string) {
	if n.kind != kindNumber {
		is := w.reject(CodeType, path, n, "%s must be a whole number, not %s.", last(path), n.describe())
		if n.kind == kindString {
			if _, err := strconv.ParseInt(n.text, 10, s.bits); err == nil {
				is.suggestion = n.text
				is.message = fmt.Sprintf("%s must be a whole number, but %s in quotes is a text.", last(path), n.text)
			}
		}
		return
	}
	v, err := strconv.ParseInt(n.text, 10, s.bits)
	if err != nil {
		if strings.ContainsAny(n.text, ".eE") {
			w.reject(CodeType, path, n, "%s must be a whole number, not %s.", last(path), clip(n.text, 40))
		} else {
			w.reject(CodeType, path, n, "%s must fit into %d bits, and %s does not.", last(path), s.bits, clip(n.text, 40))
		}
		return
	}
	w.typed = strconv.AppendInt(w.typed, v, 10)
}

func (w *walker) boolean(n *node, path string) {
	if n.kind == kindBool {
		w.typed = append(w.typed, n.text...)
		return
	}
	is := w.reject(CodeType, path, n, "%s must be true or false, not %s.", last(path), n.describe())
	if n.kind == kindString {
		if s, err := resolvePlain(strings.ToLower(n.text)); err == nil && s.kind == kindBool {
			is.suggestion = s.text
		}
	}
}

func (w *walker) intOrString(n *node, path string) {
	switch n.kind {
	case kindString:
		w.typed = appendString(w.typed, n.text)
	case kindNumber:
		if _, err := strconv.ParseInt(n.text, 10, 32); err != nil {
			w.reject(CodeType, path, n, "%s must be a whole number of 32 bits or a name, not %s.", last(path), clip(n.text, 40))
			return
		}
		w.typed = append(w.typed, n.text...)
	default:
		w.reject(CodeType, path, n, "%s must be a number or a name, not %s.", last(path), n.describe())
	}
}

func (w *walker) quantity(n *node, path string) {
	if n.kind != kindString && n.kind != kindNumber {
		w.reject(CodeType, path, n, "%s must be an amount such as 500m, 2 or 512Mi, not %s.", last(path), n.describe())
		return
	}
	if _, err := resource.ParseQuantity(n.text); err != nil || len(n.text) > 64 {
		is := w.reject(CodeQuantity, path, n, "%s is not an amount: write a number with m, k, M, G, Ki, Mi or Gi behind it, such as 500m or 512Mi.", quote(n.text))
		is.suggestion = betterQuantity(n.text)
		return
	}
	w.typed = appendString(w.typed, n.text)
}

// betterQuantity repairs the usual misspellings of units: 512mb, 1 GiB, 2gi.
func betterQuantity(text string) string {
	t := strings.ReplaceAll(text, " ", "")
	digits := strings.TrimRight(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit := strings.ToLower(t[len(digits):])
	fixed, ok := map[string]string{
		"b": "", "kb": "k", "mb": "M", "gb": "G", "tb": "T", "kib": "Ki", "mib": "Mi", "gib": "Gi", "tib": "Ti",
		"ki": "Ki", "mi": "Mi", "gi": "Gi", "ti": "Ti", "k": "k", "g": "G", "t": "T", "m": "m", "": "",
	}[unit]
	if !ok || digits == "" {
		return ""
	}
	if _, err := resource.ParseQuantity(digits + fixed); err != nil {
		return ""
	}
	return digits + fixed
}

// last returns the end of a path, which is how people call a field.
func last(path string) string {
	if path == "" {
		return "the document"
	}
	if i := strings.LastIndexByte(path, '.'); i >= 0 && !strings.HasSuffix(path, "]") {
		return path[i+1:]
	}
	if strings.HasSuffix(path, "]") {
		if i := strings.IndexByte(path, '['); i >= 0 {
			if j := strings.LastIndexByte(path[:strings.LastIndexByte(path, '[')], '.'); j >= 0 {
				return path[j+1:]
			}
		}
	}
	return path
}

func exampleField(s *schema) string {
	for i := range s.fields {
		if s.fields[i].required {
			return s.fields[i].name
		}
	}
	if len(s.fields) > 0 {
		return s.fields[0].name
	}
	return "name"
}
