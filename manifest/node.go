package manifest

import (
	"strconv"
	"strings"
)

// kind is the kind of a value once YAML's spellings are out of the way: the
// six kinds of JSON.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindMapping
	kindSequence
)

// describe names a value in a message.
func (n *node) describe() string {
	switch n.kind {
	case kindNull:
		return "null"
	case kindBool:
		return n.text
	case kindNumber:
		return "the number " + clip(n.text, 40)
	case kindString:
		return "the text " + quote(n.text)
	case kindMapping:
		return "a mapping"
	default:
		return "a list"
	}
}

// node is one value of a document with its place. Nodes are shared where YAML
// has aliases, so they form a graph without cycles, not always a tree.
type node struct {
	kind kind
	// text is the content of a string, the JSON literal of a number, or true
	// or false.
	text string
	// start and end are offsets into the source; what lies between is the
	// text of the value without anchor and tag.
	start, end int
	fields     []member // of a mapping, in order
	items      []*node  // of a sequence
	// weight estimates the bytes of the value as JSON with all aliases
	// expanded; it saturates.
	weight int
	// height is the number of levels of values, itself included.
	height int
	// plain is set for unquoted YAML scalars.
	plain bool
}

// member is one entry of a mapping.
type member struct {
	name             string
	keyStart, keyEnd int
	value            *node
	merged           bool // came through a merge key
}

// get returns the entry with a name, or nil.
func (n *node) get(name string) *member {
	if n == nil || n.kind != kindMapping {
		return nil
	}
	for i := range n.fields {
		if n.fields[i].name == name {
			return &n.fields[i]
		}
	}
	return nil
}

// isEmpty tells whether a value is the zero value of its kind.
func (n *node) isEmpty() bool {
	switch n.kind {
	case kindString, kindNull:
		return n.text == ""
	case kindNumber:
		return n.text == "0"
	case kindBool:
		return n.text == "false"
	}
	return len(n.fields) == 0 && len(n.items) == 0
}

// isHollow tells whether a value is a mapping or a list without anything in it.
func (n *node) isHollow() bool {
	return (n.kind == kindMapping || n.kind == kindSequence) && len(n.fields) == 0 && len(n.items) == 0
}

// str returns the text of the string entry with a name, or "".
func (n *node) str(name string) string {
	if m := n.get(name); m != nil && m.value.kind == kindString {
		return m.value.text
	}
	return ""
}

const maxWeight = 1 << 40

// weigh sums up the weights and heights of the children.
func (n *node) weigh() {
	w, h := len(n.text)+4, 0
	for i := range n.fields {
		w += len(n.fields[i].name) + 4 + n.fields[i].value.weight
		w = min(w, maxWeight)
		h = max(h, n.fields[i].value.height)
	}
	for _, item := range n.items {
		w = min(w+item.weight, maxWeight)
		h = max(h, item.height)
	}
	n.weight, n.height = w, h+1
}

// step is one element of a field path.
type step struct {
	name  string
	index int // -1: a name; -2: the wildcard [] or {}
}

const (
	stepName = -1
	stepWild = -2
)

// splitPath takes a field path apart. It reads what this package writes, what
// Kubernetes' servers write, and the wildcards of FieldRule; it accepts
// anything, since a server's path is outside input.
func splitPath(path string) []step {
	var steps []step
	for i := 0; i < len(path); {
		switch path[i] {
		case '.':
			i++
		case '[', '{':
			inner, next := bracket(path, i)
			i = next
			steps = append(steps, bracketStep(inner))
		default:
			j := i
			for j < len(path) && path[j] != '.' && path[j] != '[' && path[j] != '{' {
				j++
			}
			steps = append(steps, step{name: path[i:j], index: stepName})
			i = j
		}
	}
	return steps
}

// bracket returns what is between the bracket at i and its partner, and the
// index behind that. Keys may hold dots and, quoted, brackets.
func bracket(path string, i int) (inner string, next int) {
	closing := byte(']')
	if path[i] == '{' {
		closing = '}'
	}
	if i+1 < len(path) && (path[i+1] == '"' || path[i+1] == '\'') {
		if end := strings.Index(path[i+2:], string([]byte{path[i+1], closing})); end >= 0 {
			return path[i+2 : i+2+end], i + end + 4
		}
	}
	if end := strings.IndexByte(path[i:], closing); end >= 0 {
		return path[i+1 : i+end], i + end + 1
	}
	return path[i+1:], len(path)
}

func bracketStep(inner string) step {
	if inner == "" || inner == "*" {
		return step{index: stepWild}
	}
	if n, err := strconv.Atoi(inner); err == nil && n >= 0 {
		return step{name: inner, index: n}
	}
	return step{name: inner, index: stepName}
}

// child returns the value one step below n. key is the entry it hangs on when
// n is a mapping.
func (n *node) child(s step) (value *node, key *member) {
	switch n.kind {
	case kindMapping:
		if m := n.get(s.name); m != nil && s.index != stepWild {
			return m.value, m
		}
	case kindSequence:
		if s.index >= 0 && s.index < len(n.items) {
			return n.items[s.index], nil
		}
	}
	return nil, nil
}

// fieldPath appends the name of a struct's field to a path.
func fieldPath(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "." + name
}

// keyPath appends the key of a map with free keys to a path.
func keyPath(parent, key string) string { return parent + "[" + key + "]" }

// indexPath appends the index of a list's element to a path.
func indexPath(parent string, i int) string { return parent + "[" + strconv.Itoa(i) + "]" }
