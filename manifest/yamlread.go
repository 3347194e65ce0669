package manifest

import (
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlReader turns the nodes of the YAML parser into ours: it finds the byte
// offsets of their beginnings and ends, gives scalars their YAML 1.1 meaning,
// resolves aliases to shared nodes and carries out merges.
type yamlReader struct {
	text    []byte
	base    int // offset of text in the source
	lines   lineCursor
	done    map[*yaml.Node]*node
	open    map[*yaml.Node]bool
	dups    []duplicate
	aliases bool
	merged  int // entries that came through merge keys so far
}

func newYAMLReader(text []byte, base int) *yamlReader {
	return &yamlReader{
		text: text, base: base, lines: newLineCursor(text),
		done: make(map[*yaml.Node]*node), open: make(map[*yaml.Node]bool),
	}
}

// place is what a value must know of its surroundings to find its end.
type place struct {
	depth  int
	indent int // of the enclosing block collection, -1 at the top
	flow   bool
}

// convert turns one node of the parser into ours.
func (r *yamlReader) convert(y *yaml.Node, at place) (*node, *syntaxError) {
	start := r.lines.offset(y.Line, y.Column)
	if at.depth > maxDepth {
		return nil, r.fail(CodeTooDeep, start, start+1, "Values are nested more than %d levels deep here; no pod needs that.", maxDepth)
	}
	if y.Kind == yaml.AliasNode {
		return r.alias(y, start)
	}
	if y.Anchor != "" {
		r.open[y] = true
		defer delete(r.open, y)
	}
	content, nonSpecific := skipProperties(r.text, start, y)
	n := &node{start: content, end: content}
	var err *syntaxError
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = kindMapping
		err = r.mapping(n, y, at)
	case yaml.SequenceNode:
		n.kind = kindSequence
		err = r.sequence(n, y, at)
	default:
		n.end = scalarEnd(r.text, content, y, at.indent)
		err = r.scalar(n, y, nonSpecific)
	}
	if err != nil {
		return nil, err
	}
	n.start += r.base
	n.end += r.base
	n.weigh()
	if y.Anchor != "" {
		r.done[y] = n
	}
	return n, nil
}

// alias returns the node an alias stands for. Its depth was checked where the
// anchor is; the height of the whole is checked
// when it is finished.
func (r *yamlReader) alias(y *yaml.Node, start int) (*node, *syntaxError) {
	r.aliases = true
	end := start + 1 + len(y.Value)
	if r.open[y.Alias] {
		return nil, r.fail(CodeAlias, start, end, "The alias *%s stands inside its own anchor, so it would never end.", clip(y.Value, 40))
	}
	if n, ok := r.done[y.Alias]; ok {
		return n, nil
	}
	return nil, r.fail(CodeAlias, start, end, "The alias *%s has no anchor before it.", clip(y.Value, 40))
}

func (r *yamlReader) scalar(n *node, y *yaml.Node, nonSpecific bool) *syntaxError {
	const quoted = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	var s scalar
	var err error
	switch {
	case y.Style&yaml.TaggedStyle != 0:
		s, err = resolveTagged(y.Tag, y.Value)
	case y.Style&quoted != 0 || nonSpecific:
		s = scalar{kindString, y.Value}
	default:
		n.plain = true
		s, err = resolvePlain(y.Value)
	}
	if err != nil {
		return r.fail(CodeType, n.start, n.end, "%s.", upperFirst(err.Error()))
	}
	n.kind, n.text = s.kind, s.text
	return nil
}

func (r *yamlReader) sequence(n *node, y *yaml.Node, at place) *syntaxError {
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != "!!seq" {
		return r.fail(CodeType, n.start, n.start+1, "The tag %s has no meaning in a pod: leave it out.", quote(y.Tag))
	}
	inner := place{depth: at.depth + 1, indent: at.indent, flow: at.flow || y.Style&yaml.FlowStyle != 0}
	if !inner.flow {
		inner.indent = y.Column - 1
	}
	last := n.start
	n.items = make([]*node, 0, len(y.Content))
	for _, c := range y.Content {
		item, err := r.convert(c, inner)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
		last = max(last, r.textEnd(c, item))
	}
	n.end = r.closing(n.start, last, '[', ']')
	return nil
}

func (r *yamlReader) mapping(n *node, y *yaml.Node, at place) *syntaxError {
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != "!!map" {
		return r.fail(CodeType, n.start, n.start+1, "The tag %s has no meaning in a pod: leave it out.", quote(y.Tag))
	}
	inner := place{depth: at.depth + 1, indent: at.indent, flow: at.flow || y.Style&yaml.FlowStyle != 0}
	if !inner.flow {
		inner.indent = r.column(n.start)
	}
	last := n.start
	index := fieldIndex{n: n}
	n.fields = make([]member, 0, len(y.Content)/2)
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, val := y.Content[i], y.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.Tag == "!!merge" {
			end, err := r.merge(&index, key, val, inner)
			if err != nil {
				return err
			}
			last = max(last, end)
			continue
		}
		m, err := r.key(key, inner)
		if err != nil {
			return err
		}
		if m.value, err = r.convert(val, inner); err != nil {
			return err
		}
		r.set(&index, m)
		last = max(last, m.keyEnd-r.base, r.textEnd(val, m.value))
	}
	n.end = r.closing(n.start, last, '{', '}')
	return nil
}

// key converts the key of a mapping's entry.
func (r *yamlReader) key(y *yaml.Node, at place) (member, *syntaxError) {
	start := r.lines.offset(y.Line, y.Column)
	target := y
	if y.Kind == yaml.AliasNode {
		r.aliases = true
		target = y.Alias
	}
	if target.Kind != yaml.ScalarNode {
		return member{}, r.fail(CodeType, start, start+1, "A key must be a word, not a list or a mapping.")
	}
	content, nonSpecific := skipProperties(r.text, start, y)
	end := scalarEnd(r.text, content, y, at.indent)
	if y.Kind == yaml.AliasNode {
		content, end = start, start+1+len(y.Value)
	}
	probe := &node{start: content, end: end}
	if err := r.scalar(probe, target, nonSpecific); err != nil {
		return member{}, err
	}
	name := probe.text
	if probe.kind != kindString {
		var err error
		if name, err = keyText(scalar{probe.kind, probe.text}, target.Value); err != nil {
			return member{}, r.fail(CodeType, content, end, "%s.", upperFirst(err.Error()))
		}
	}
	if y.Anchor != "" {
		probe.start, probe.end = content+r.base, end+r.base
		probe.weigh()
		r.done[y] = probe
	}
	return member{name: name, keyStart: content + r.base, keyEnd: end + r.base}, nil
}

// textEnd is where the text of a child ends: for an alias that is the alias,
// not the anchored value it stands for.
func (r *yamlReader) textEnd(y *yaml.Node, n *node) int {
	if y.Kind == yaml.AliasNode {
		return r.lines.offset(y.Line, y.Column) + 1 + len(y.Value)
	}
	return n.end - r.base
}

// closing finds the bracket that closes the flow collection at start, whose
// last child ends at last; block collections end with their last child.
func (r *yamlReader) closing(start, last int, open, closed byte) int {
	if start >= len(r.text) || r.text[start] != open {
		return last
	}
	for i := max(last, start+1); i < len(r.text); i++ {
		switch c := r.text[i]; c {
		case closed:
			return i + 1
		case '#':
			for i < len(r.text) && r.text[i] != '\n' && r.text[i] != '\r' {
				i++
			}
		case ' ', '\t', '\r', '\n', ',', ':', '?':
		default:
			if c < utf8.RuneSelf {
				return last
			}
		}
	}
	return last
}

// column returns the column of an offset in runes, from 0.
func (r *yamlReader) column(offset int) int {
	i := offset
	for i > 0 && r.text[i-1] != '\n' && r.text[i-1] != '\r' {
		i--
	}
	return utf8.RuneCount(r.text[i:offset])
}

func (r *yamlReader) fail(code Code, start, end int, format string, args ...any) *syntaxError {
	return &syntaxError{code: code, start: r.base + start, end: r.base + end, message: fmt.Sprintf(format, args...)}
}
