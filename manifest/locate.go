package manifest

import (
	"bytes"
	"strings"
)

// Locate returns the place of the value at a field path. exact is false when
// the field is not in the text and the place is that of its nearest ancestor,
// in the end the whole document.
func (d *Document) Locate(path string) (start, end Position, exact bool) {
	if d.root == nil {
		return Position{}, Position{}, false
	}
	n, _, rest := descend(d.root, splitPath(path))
	return d.src.position(n.start), d.src.position(n.end), rest == 0
}

// fieldAt follows the values that enclose an offset. Values behind aliases lie
// elsewhere in the text, so only the first field that encloses it counts.
func fieldAt(root *node, offset int) string {
	path, n, s := "", root, podSchema()
	for {
		next, nextPath, below := enclosing(n, s, path, offset)
		if next == nil {
			return path
		}
		path, n, s = nextPath, next, below
	}
}

func enclosing(n *node, s *schema, path string, offset int) (*node, string, *schema) {
	var below *schema
	for i := range n.fields {
		m := &n.fields[i]
		if m.merged || offset < m.keyStart || offset >= max(m.keyEnd, m.value.end) {
			continue
		}
		if m.value.start < m.keyStart && offset >= m.keyEnd {
			continue // an alias to something further up
		}
		if s != nil {
			below = s.child(step{name: m.name, index: stepName})
		}
		if s != nil && s.shape == shapeMap {
			return m.value, keyPath(path, m.name), below
		}
		return m.value, fieldPath(path, m.name), below
	}
	for i, item := range n.items {
		if offset >= item.start && offset < item.end {
			if s != nil {
				below = s.child(step{index: i})
			}
			return item, indexPath(path, i), below
		}
	}
	return nil, "", nil
}

// descend goes down a path as far as it exists. It returns the value reached,
// the entry it hangs on if that is a mapping's, and how many steps are left.
func descend(root *node, steps []step) (n *node, key *member, rest int) {
	n = root
	for i := 0; i < len(steps); i++ {
		value, m := n.child(steps[i])
		if value == nil {
			// Keys with dots come without brackets from some servers.
			value, m, i = dotted(n, steps, i)
			if value == nil {
				return n, key, len(steps) - i
			}
		}
		n, key = value, m
	}
	return n, key, 0
}

// dotted joins steps into one key: metadata.annotations.podium.dev/x.
func dotted(n *node, steps []step, i int) (*node, *member, int) {
	if n.kind != kindMapping {
		return nil, nil, i
	}
	name := steps[i].name
	for j := i + 1; j < len(steps) && steps[j].index == stepName; j++ {
		name += "." + steps[j].name
		if m := n.get(name); m != nil {
			return m.value, m, j
		}
	}
	return nil, nil, i
}

// pin gives issues their places in the text. Issues about fields whose values
// were left out of the pod, because they have the wrong type, are dropped when
// they only say what follows from that.
func (d *Document) pin(issues []issue) []Problem {
	problems := make([]Problem, 0, len(issues))
	for _, is := range issues {
		if is.end == 0 && d.isBroken(is.field) {
			continue
		}
		p := Problem{
			Severity: is.severity, Code: is.code, Field: is.field, Message: is.message,
			Suggestion: is.suggestion, Document: d.Index,
		}
		start, end, exact := is.start, is.end, true
		if end == 0 || is.whole {
			start, end, exact = d.anchor(is.field, is.key)
		}
		if !exact {
			p.Suggestion = ""
		}
		p.Start, p.End = Position{Offset: start}, Position{Offset: end}
		if p.Suggestion != "" && d.src != nil {
			p.Suggestion = inPlace(is, d.src.data[start:end])
		}
		problems = append(problems, p)
	}
	return problems
}

// isBroken tells whether the value at a path, or one above it, was left out of
// the typed pod.
func (d *Document) isBroken(path string) bool {
	if len(d.broken) == 0 {
		return false
	}
	for p := path; p != ""; {
		if d.broken[p] {
			return true
		}
		i := strings.LastIndexAny(p, ".[")
		if i < 0 {
			break
		}
		p = p[:i]
	}
	return d.broken[""]
}

// anchor returns the text that a problem with a field should mark: the value,
// or the key where the value is a collection or the key itself is meant; for a
// field that is absent its nearest ancestor.
func (d *Document) anchor(path string, wantKey bool) (start, end int, exact bool) {
	if d.root == nil {
		return 0, 0, false
	}
	n, key, rest := descend(d.root, splitPath(path))
	collection := n.kind == kindMapping || n.kind == kindSequence
	if key != nil && !key.merged && (wantKey && rest == 0 || collection) {
		return key.keyStart, key.keyEnd, rest == 0 && !collection
	}
	if collection {
		if len(n.fields) > 0 && !n.fields[0].merged {
			return n.fields[0].keyStart, n.fields[0].keyEnd, false
		}
		return n.start, min(n.end, max(n.start+1, d.src.lineEnd(n.start))), false
	}
	return n.start, n.end, rest == 0
}

// inPlace writes a suggestion in the quotes of the text it is to replace, so
// that the repaired text means the suggestion.
func inPlace(is issue, text []byte) string {
	switch {
	case is.verbatim && !bytes.ContainsAny(text, "\"\\\n"):
		return `"` + string(text) + `"`
	case len(text) == 0 || text[0] != '"' || literalWord(is.suggestion), is.suggestion[0] == '"', is.suggestion[0] == '[':
		return is.suggestion
	}
	return string(appendString(nil, is.suggestion))
}

// literalWord tells whether a suggestion is a number or a boolean, which must
// lose the quotes that made it wrong.
func literalWord(s string) bool {
	r, err := resolvePlain(s)
	return err == nil && r.kind != kindString
}
