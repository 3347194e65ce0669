package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const (
	// maxValues bounds the values of one document by what separates them, so
	// that the YAML parser's tree stays within some hundred megabytes.
	maxValues = 500_000
	// maxExpanded bounds the bytes that aliases may expand a document to,
	// for documents which are not that large themselves.
	maxExpanded = 1 << 20
	// maxDocuments bounds the documents of one input, items of lists included.
	maxDocuments = 20_000
	// maxDuplicates bounds the repeated keys that are kept for reporting.
	maxDuplicates = 5 * MaxProblems
)

var byteOrderMark = []byte{0xEF, 0xBB, 0xBF}

// Parse reads all the objects of data, YAML (several documents) or JSON, with
// the items of List and PodList as documents of their own. It never fails as a
// whole: what could be read is in docs, everything wrong in problems, sorted
// by position. It covers syntax, types, names and values (see [Problem]); what
// a backend makes of the fields is [Check]'s part.
//
// Scalars mean what sigs.k8s.io/yaml makes of them, which is what kubectl
// does: yes is true, 017 is fifteen. docs keep parts of data; do not change it
// afterwards.
//
// Input is not trusted. It may have MaxBytes bytes, 20,000 documents, 500,000
// values in a document (a million in JSON) nested 100 levels deep; aliases and
// merges may not expand a document beyond a few times its size. Whatever
// passes a limit is a problem with a sentence, and time and memory stay
// proportional to the input.
func Parse(data []byte, opts Options) (docs []Document, problems []Problem) {
	p := &parser{src: newSource(data), opts: opts}
	for _, root := range p.roots() {
		p.object(root, false)
	}
	p.reportDuplicates()
	if len(p.docs) == 0 && len(p.problems) == 0 {
		p.report(&syntaxError{code: CodeEmpty, message: "There is no pod here: the text is empty or holds only comments."})
	}
	return p.docs, p.src.finish(p.problems)
}

// parser collects what one call of Parse finds. Problems carry offsets only
// until finish gives them lines and columns.
type parser struct {
	src      *source
	opts     Options
	docs     []Document
	problems []Problem
	dups     []duplicate
}

func (p *parser) report(e *syntaxError) {
	p.problems = append(p.problems, Problem{
		Code: e.code, Message: e.message, Document: -1,
		Start: Position{Offset: e.start}, End: Position{Offset: e.end},
	})
}

// roots reads the documents of the text.
func (p *parser) roots() []*node {
	data, base := p.src.data, 0
	if e := refuse(data); e != nil {
		p.report(e)
		return nil
	}
	if bytes.HasPrefix(data, byteOrderMark) {
		base = len(byteOrderMark)
	}
	text := data[base:]
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if e := refuseMarkup(trimmed, base+len(text)-len(trimmed)); e != nil {
		p.report(e)
		return nil
	}
	if len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[') {
		if roots, ok := p.json(text, base); ok {
			return roots
		}
	}
	return p.yaml(text, base)
}

// Readable says why bytes cannot be the text of a manifest, a sentence: too
// large, binary, not UTF-8. nil when they can.
func Readable(data []byte) error {
	if e := refuse(data); e != nil {
		return errors.New(strings.ToLower(e.message[:1]) + e.message[1:])
	}
	return nil
}

// refuse looks for what is no text at all.
func refuse(data []byte) *syntaxError {
	switch {
	case len(data) > MaxBytes:
		return &syntaxError{code: CodeTooLarge, message: fmt.Sprintf(
			"The manifest has more than %d MB, which are not read. No pod needs so much: is this the right file?", MaxBytes>>20)}
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return &syntaxError{code: CodeEncoding, end: 2, message: "The text is encoded as UTF-16: save it as UTF-8."}
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return &syntaxError{code: CodeEncoding, start: i, end: i + 1, message: "There is a zero byte here: this is a binary file, not a manifest."}
	}
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return &syntaxError{code: CodeEncoding, start: i, end: i + 1, message: fmt.Sprintf(
				"The byte 0x%02x is not valid UTF-8: save the text as UTF-8.", data[i])}
		}
		i += size
	}
	return nil
}

// refuseMarkup recognises the web page that a proxy answers with.
func refuseMarkup(text []byte, at int) *syntaxError {
	head := bytes.ToLower(text[:min(len(text), 9)])
	for _, mark := range []string{"<!doctype", "<html", "<?xml"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			return &syntaxError{code: CodeSyntax, start: at, end: at + len(mark), message: "This is HTML or XML, not a manifest in YAML or JSON."}
		}
	}
	return nil
}

// json reads the text as JSON values one behind the other. ok is false when it
// is YAML that merely begins like JSON.
func (p *parser) json(text []byte, base int) (roots []*node, ok bool) {
	if separators(text) > 2*maxValues { // nodes of JSON take half the room
		p.tooMany(base)
		return nil, true
	}
	r := &jsonReader{text: text, base: base}
	for {
		r.space()
		if r.pos >= len(text) {
			break
		}
		root, e := r.value(1)
		if e == nil {
			roots = append(roots, root)
			continue
		}
		if e.code == CodeTooDeep {
			p.report(e)
			return nil, true
		}
		if other := (&parser{src: p.src}); readsAsYAML(other, text, base) {
			return nil, false
		}
		p.report(e)
		p.duplicates(r.duplicates)
		return roots, true
	}
	p.duplicates(r.duplicates)
	return roots, true
}

// readsAsYAML tells whether text that is no JSON is YAML.
func readsAsYAML(p *parser, text []byte, base int) bool {
	p.yaml(text, base)
	for _, problem := range p.problems {
		switch problem.Code {
		case CodeSyntax, CodeTooLarge, CodeTooDeep, CodeEncoding:
			return false
		}
	}
	return true
}

// yaml reads the documents of YAML text, each by itself, so that a fault in
// one does not hide the others.
func (p *parser) yaml(text []byte, base int) []*node {
	if e := badCharacter(text, base); e != nil {
		p.report(e)
		return nil
	}
	var roots []*node
	for start, n := 0, 0; start < len(text); n++ {
		end := nextDocument(text, start)
		if n == maxDocuments {
			p.report(tooManyDocuments(base + start))
			break
		}
		if len(p.problems) > 5*MaxProblems {
			break // nothing in this text is as it should be
		}
		roots = append(roots, p.chunk(text[start:end], base+start)...)
		start = end
	}
	return roots
}

// badCharacter looks for characters that YAML does not allow anywhere.
func badCharacter(text []byte, base int) *syntaxError {
	for i := 0; i < len(text); {
		c := text[i]
		size := 1
		bad := c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7F
		if c >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRune(text[i:])
			bad = r < 0xA0 && r != 0x85 || r == 0xFFFE || r == 0xFFFF
		}
		if bad {
			return &syntaxError{code: CodeEncoding, start: base + i, end: base + i + size, message: fmt.Sprintf(
				"There is a control character (%q) here: take it out, or write it as an escape in double quotes.", string(text[i:i+size]))}
		}
		i += size
	}
	return nil
}

// nextDocument returns the offset of the next line that begins a document,
// which YAML marks with --- at its very beginning even inside other constructs.
func nextDocument(text []byte, start int) int {
	for i := start; ; {
		j := bytes.Index(text[i:], []byte("\n---"))
		if j < 0 {
			return len(text)
		}
		i += j + 4
		if (i >= len(text) || isBlank(text[i])) && !onlyDirectives(text[start:i-3]) {
			return i - 3
		}
	}
}

// onlyDirectives tells whether text is the %YAML or %TAG lines that belong to
// the document behind them.
func onlyDirectives(text []byte) bool {
	found := false
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0 || line[0] == '#':
		case line[0] == '%':
			found = true
		default:
			return false
		}
	}
	return found
}

// chunk reads one part of the text between document markers.
func (p *parser) chunk(text []byte, base int) []*node {
	if separators(text) > maxValues {
		p.tooMany(base)
		return nil
	}
	docs, err := parseNodes(text)
	if err != nil {
		p.report(syntaxFault(text, base))
	}
	var roots []*node
	for _, doc := range docs {
		if root := p.document(doc, text, base); root != nil {
			roots = append(roots, root)
		}
	}
	return roots
}

func tooManyDocuments(at int) *syntaxError {
	return &syntaxError{code: CodeTooLarge, start: at, end: at, message: fmt.Sprintf(
		"There are more than %d documents; what comes behind them is not read.", maxDocuments)}
}

func (p *parser) tooMany(at int) {
	p.report(&syntaxError{code: CodeTooLarge, start: at, end: at, message: fmt.Sprintf(
		"This document has more than %d values; no pod needs so many. Is this the right file?", maxValues)})
}

// document converts one document of the YAML parser; nil when it is empty or
// cannot be used.
func (p *parser) document(doc *yaml.Node, text []byte, base int) *node {
	if len(doc.Content) == 0 {
		return nil
	}
	r := newYAMLReader(text, base)
	root, e := r.convert(doc.Content[0], place{depth: 1, indent: -1})
	p.duplicates(r.dups)
	switch {
	case e != nil:
		p.report(e)
		return nil
	case root.height > maxDepth:
		p.report(&syntaxError{code: CodeTooDeep, start: root.start, end: root.start, message: fmt.Sprintf(
			"The aliases of this document nest values more than %d levels deep; no pod needs that.", maxDepth)})
		return nil
	case r.aliases && root.weight > max(maxExpanded, 4*len(text)):
		p.report(&syntaxError{code: CodeAlias, start: root.start, end: root.start, message: fmt.Sprintf(
			"The aliases of this document expand it to more than %d bytes; write the values out.", maxExpanded)})
		return nil
	case root.kind == kindNull && root.plain && root.start == root.end:
		return nil
	}
	return root
}

// separators counts the bytes that can begin a value, an upper bound of how
// many values there are.
func separators(text []byte) int {
	n := 0
	for i, c := range text {
		switch c {
		case ',', '[', '{', '\n':
			n++
		case ':', '-', '?':
			if i+1 < len(text) && isBlank(text[i+1]) {
				n++
			}
		}
	}
	return n
}

// duplicates keeps the keys that came twice until the objects are known whose
// fields they are.
func (p *parser) duplicates(dups []duplicate) {
	p.dups = append(p.dups, dups[:min(len(dups), max(0, maxDuplicates-len(p.dups)))]...)
}

// reportDuplicates reports keys that came twice.
func (p *parser) reportDuplicates() {
	for _, d := range p.dups {
		problem := Problem{
			Code: CodeDuplicateKey, Field: d.name, Document: -1,
			Start: Position{Offset: d.start}, End: Position{Offset: d.end},
			Message: fmt.Sprintf("The key %s was already written on line %d; only this later one counts.", quote(d.name), p.src.position(d.first).Line),
		}
		for i := range p.docs {
			root := p.docs[i].root
			if root.start <= d.start && d.start < root.end {
				problem.Document, problem.Field = i, fieldAt(root, d.start)
				if last(problem.Field) != d.name {
					problem.Field = fieldPath(problem.Field, d.name)
				}
			}
		}
		if d.byMerge {
			problem.Code, problem.Severity = CodeMerge, Warning
			problem.Message = fmt.Sprintf("This merge replaces %s of line %d, since it comes behind it: put << first.", quote(d.name), p.src.position(d.first).Line)
		}
		p.problems = append(p.problems, problem)
	}
}

// finish sorts problems, cuts them to MaxProblems and gives them lines.
func (s *source) finish(problems []Problem) []Problem {
	sortProblems(problems)
	problems = cut(problems, MaxProblems)
	for i := range problems {
		p := &problems[i]
		p.Message = clean(p.Message)
		if s != nil {
			p.Start, p.End = s.position(p.Start.Offset), s.position(max(p.End.Offset, p.Start.Offset))
		}
	}
	return problems
}

// sortProblems puts problems into the order of the text.
func sortProblems(problems []Problem) {
	sort.SliceStable(problems, func(i, j int) bool { return problems[i].Start.Offset < problems[j].Start.Offset })
}

// cut drops what is least bad, from behind, until n problems are left: a
// manifest with an error must never look like one without.
func cut(problems []Problem, n int) []Problem {
	for severity := Hint; len(problems) > n; severity-- {
		over := len(problems) - n
		kept := make([]Problem, 0, len(problems))
		for i := len(problems) - 1; i >= 0; i-- {
			if problems[i].Severity == severity && over > 0 {
				over--
				continue
			}
			kept = append(kept, problems[i])
		}
		for i, j := 0, len(kept)-1; i < j; i, j = i+1, j-1 {
			kept[i], kept[j] = kept[j], kept[i]
		}
		problems = kept
		if severity == Error {
			break
		}
	}
	return problems
}
