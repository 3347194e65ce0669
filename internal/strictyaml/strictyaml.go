// Package strictyaml reads small YAML files that people write by hand: one
// document, no duplicate key, no key that nobody knows, and every complaint with
// the file, line and column that it is about. It does not write YAML, and it is
// not meant for manifests of pods, whose reader is package manifest.
package strictyaml

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"podium/internal/spelling"
)

// Limit is the size in bytes beyond which a file is refused.
const Limit = 1 << 20

// problemLimit is how many complaints are collected; who has more mends those
// first.
const problemLimit = 20

// Problem is one complaint.
type Problem struct {
	File    string // as it is shown to people; for a value from elsewhere, what it came from
	Line    int    // from 1, 0 where there is none
	Column  int    // from 1, in runes; 0 where only the line is known
	Message string
}

// String is "file:line:column: message".
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	for _, n := range [...]int{p.Line, p.Column} {
		if n > 0 {
			fmt.Fprintf(&b, ":%d", n)
		}
	}
	return b.String() + ": " + p.Message
}

// FileErrors are complaints in the order of the file.
type FileErrors []Problem

// Error joins them, one a line.
func (ps FileErrors) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Reader collects what is wrong with a file while it is read. It is not safe for
// concurrent use.
type Reader struct {
	File     string // for the complaints
	Problems FileErrors
}

// Err is nil when nothing is wrong, else FileErrors.
func (r *Reader) Err() error {
	if len(r.Problems) == 0 {
		return nil
	}
	return r.Problems
}

// Complain adds a problem at a node; nil stands for the file as a whole.
func (r *Reader) Complain(at *yaml.Node, format string, args ...any) {
	p := Problem{File: r.File, Message: fmt.Sprintf(format, args...)}
	if at != nil {
		p.Line, p.Column = at.Line, at.Column
	}
	if len(r.Problems) < problemLimit {
		r.Problems = append(r.Problems, p)
	}
}

// Parse reads the text of a file and returns its one document's content, nil when
// the file is empty or cannot be read, which is complained about then.
func (r *Reader) Parse(text []byte) *yaml.Node {
	switch {
	case len(text) > Limit:
		r.Complain(nil, "the file has %d bytes, more than the %d kB that are read", len(text), Limit>>10)
		return nil
	case !utf8.Valid(text):
		r.Complain(nil, "the file is not UTF-8 text")
		return nil
	}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var doc, next yaml.Node
	switch err := decode(dec, &doc); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	switch err := decode(dec, &next); {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.syntax(err)
		return nil
	default:
		r.Complain(&next, "a second document begins here, but only one is read")
		return nil
	}
	if len(doc.Content) != 1 || !r.plain(doc.Content[0]) {
		return nil
	}
	if root := doc.Content[0]; root.Kind != yaml.ScalarNode || root.Tag != "!!null" {
		return root
	}
	return nil // comments only
}

// decode reads a document. The parser panics on a few inputs that it calls
// impossible; for us they are text that cannot be read.
func decode(dec *yaml.Decoder, doc *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the parser gives up: %v", p)
		}
	}()
	return dec.Decode(doc)
}

// place is how the parser says where.
var place = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(?s:(.*))$`)

func (r *Reader) syntax(err error) {
	p := Problem{File: r.File, Message: err.Error()}
	if m := place.FindStringSubmatch(err.Error()); m != nil {
		p.Line, _ = strconv.Atoi(m[1]) // 0 when there is none
		p.Message = m[2]
	}
	r.Problems = append(r.Problems, p)
}

// plain refuses anchors and aliases, which a small file does not need and with
// which a few lines can stand for millions.
func (r *Reader) plain(n *yaml.Node) bool {
	if n.Kind == yaml.AliasNode || n.Anchor != "" {
		r.Complain(n, "anchors and aliases are not read here: write the value out")
		return false
	}
	ok := true
	for _, c := range n.Content {
		ok = r.plain(c) && ok
	}
	return ok
}

// Entry is a key of a mapping with its value.
type Entry struct {
	Name       string
	Key, Value *yaml.Node
}

// Mapping returns the entries of a mapping, with complaints about what is none, a
// key that is no text and one that was there before. what names it: "the file",
// "keys". A null value is an empty mapping.
func (r *Reader) Mapping(n *yaml.Node, what string) []Entry {
	if n == nil || IsNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		r.Complain(n, "%s must be a mapping (name: value), not %s", what, Kind(n))
		return nil
	}
	var out []Entry
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			r.Complain(k, "a name is expected here, not %s", Kind(k))
			continue
		}
		if line, ok := seen[k.Value]; ok {
			r.Complain(k, "%s is there twice, first in line %d", Quote(k.Value), line)
			continue
		}
		seen[k.Value] = k.Line
		out = append(out, Entry{Name: k.Value, Key: k, Value: n.Content[i+1]})
	}
	return out
}

// Unknown complains about an entry that nobody knows, with the known name that it
// was probably meant to be. of names where it stands: "the configuration", "look".
func (r *Reader) Unknown(e Entry, of string, known []string) {
	if guess := spelling.Closest(e.Name, known); guess != "" {
		r.Complain(e.Key, "there is no %s in %s; did you mean %s?", Quote(e.Name), of, guess)
		return
	}
	if len(known) > listed {
		known = append(slices.Clone(known[:listed]), "others")
	}
	r.Complain(e.Key, "there is no %s in %s; it has %s", Quote(e.Name), of, Among(known))
}

// listed is how many known names a complaint lists.
const listed = 20

// IsNull tells whether a node is null or left empty.
func IsNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

// Text returns a scalar's text as it is written: 1.10 stays 1.10. False with a
// complaint for what is no scalar.
func (r *Reader) Text(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || IsNull(n) {
		r.Complain(n, "%s must be a text, not %s", what, Kind(n))
		return "", false
	}
	return n.Value, true
}

// Bool returns true or false; YAML 1.1's yes and on are complained about.
func (r *Reader) Bool(n *yaml.Node, what string) (value, ok bool) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!bool" {
		return strings.EqualFold(n.Value, "true"), true
	}
	r.Complain(n, "%s must be true or false, not %s", what, Kind(n))
	return false, false
}

// Kind names what a node is, with its value where that is short.
func Kind(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case IsNull(n):
		return "empty"
	}
	return Quote(n.Value)
}

// quoted is how much of a value from a file a complaint repeats, in runes.
const quoted = 40

// Quote is a value from a file as a complaint repeats it: quoted, with controls
// escaped, cut when long.
func Quote(s string) string {
	if rs := []rune(s); len(rs) > quoted {
		s = string(rs[:quoted-1]) + "…"
	}
	return strconv.Quote(s)
}

// Among lists the words that are possible: "a, b or c".
func Among(words []string) string {
	switch n := len(words); n {
	case 0:
		return "none"
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
}
