package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// The YAML parser reports a syntax error with a line at best, and often with
// the wrong one. This file finds the true place: it feeds the parser byte by
// byte and sees how far it had read when it gave up.

// byteReader hands out one byte at a time and counts them.
type byteReader struct {
	text []byte
	n    int
}

// Read implements io.Reader.
func (r *byteReader) Read(p []byte) (int, error) {
	n := copy(p[:min(1, len(p))], r.text[r.n:])
	r.n += n
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// parseNodes runs the parser over text and returns its documents.
func parseNodes(text []byte) ([]*yaml.Node, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var docs []*yaml.Node
	for {
		doc := new(yaml.Node)
		err := decode(dec, doc)
		if errors.Is(err, io.EOF) {
			return docs, nil
		}
		if err != nil {
			return docs, err
		}
		docs = append(docs, doc)
	}
}

// decode reads the next document. The parser panics on a few inputs that it
// calls impossible; for us they are text that cannot be read.
func decode(dec *yaml.Decoder, doc *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser gives up: %v", r)
		}
	}()
	return dec.Decode(doc)
}

// complaint runs the parser over text and returns its bare complaint, "" if
// there is none, and how many bytes it had read by then.
func complaint(text []byte) (string, int) {
	r := &byteReader{text: text}
	dec := yaml.NewDecoder(r)
	for {
		err := decode(dec, new(yaml.Node))
		if errors.Is(err, io.EOF) {
			return "", r.n
		}
		if err != nil {
			return bareMessage(err), r.n
		}
	}
}

var linePrefix = regexp.MustCompile(`^(yaml: )?(line (\d+): )?`)

func bareMessage(err error) string {
	return linePrefix.ReplaceAllString(err.Error(), "")
}

// syntaxFault finds the place of the parser's complaint about text and words it.
func syntaxFault(text []byte, base int) *syntaxError {
	msg, read := complaint(text)
	f := faultFinder{text: text, base: base, msg: msg, read: min(read, len(text))}
	switch {
	case msg == "":
		return &syntaxError{code: CodeSyntax, start: base, end: base, message: "This is no YAML that can be read."}
	case strings.HasPrefix(msg, "unknown anchor"):
		return f.unknownAnchor()
	case strings.HasPrefix(msg, "exceeded max depth"):
		return f.at(CodeTooDeep, max(f.read-1, 0), 1, "Values are nested too deeply here; no pod needs that.")
	case strings.Contains(msg, "tab character"), strings.Contains(msg, "cannot start any token"):
		return f.badCharacter()
	case strings.HasPrefix(msg, "mapping values are not allowed"):
		return f.secondColon()
	case strings.HasPrefix(msg, "block sequence entries are not allowed"):
		return f.last('-', "A list item cannot begin here: put it on a line of its own, indented under its field.")
	case strings.HasPrefix(msg, "could not find expected ':'"):
		return f.missingColon()
	case strings.HasPrefix(msg, "found unexpected end of stream"), strings.HasPrefix(msg, "found unexpected document indicator"):
		return f.openQuote()
	case strings.HasPrefix(msg, "found unknown escape character"), strings.HasPrefix(msg, "did not find expected hexdecimal number"),
		strings.HasPrefix(msg, "found invalid Unicode character escape code"):
		return f.last('\\', "This escape is not known in a string in double quotes: write \\\\ for a backslash, or use single quotes.")
	case strings.HasPrefix(msg, "did not find expected ','"):
		return f.openFlow()
	}
	return f.badLine()
}

// faultFinder holds what is known of a syntax error: the complaint and how far
// the parser had read.
type faultFinder struct {
	text []byte
	base int
	msg  string
	read int
}

func (f *faultFinder) at(code Code, start, length int, format string, args ...any) *syntaxError {
	start = min(max(start, 0), len(f.text))
	return &syntaxError{
		code: code, start: f.base + start, end: f.base + min(start+length, len(f.text)),
		message: fmt.Sprintf(format, args...),
	}
}

// back finds the last byte of a set among the last bytes that were read; the
// parser looks a few bytes ahead of the place it complains about.
func (f *faultFinder) back(set string) int {
	return bytes.LastIndexAny(f.text[max(0, f.read-12):f.read], set) + max(0, f.read-12)
}

func (f *faultFinder) last(c byte, message string) *syntaxError {
	i := bytes.LastIndexByte(f.text[:f.read], c)
	if i < 0 {
		return f.badLine()
	}
	return f.at(CodeSyntax, i, 1, "%s", message)
}

func (f *faultFinder) unknownAnchor() *syntaxError {
	_, rest, _ := strings.Cut(f.msg, "'")
	name, _, _ := strings.Cut(rest, "'")
	for end := f.read; ; {
		i := bytes.LastIndex(f.text[:end], []byte("*"+name))
		if i < 0 {
			return f.badLine()
		}
		if next := i + 1 + len(name); next >= len(f.text) || !isWordByte(f.text[next]) {
			return f.at(CodeAlias, i, 1+len(name), "The alias *%s has no anchor &%s before it.", clip(name, 40), clip(name, 40))
		}
		end = i
	}
}

func isWordByte(c byte) bool {
	return c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// badCharacter is for a tab used as indentation and the characters that YAML
// keeps for itself.
func (f *faultFinder) badCharacter() *syntaxError {
	i := min(max(f.read-4, 0), max(len(f.text)-1, 0))
	if i < len(f.text) && bytes.IndexByte([]byte("\t@`%"), f.text[i]) < 0 {
		if j := f.back("\t@`%"); j >= 0 && j < len(f.text) {
			i = j
		}
	}
	for i > 0 && f.text[i] == '\t' && f.text[i-1] == '\t' {
		i--
	}
	switch c := f.text[i]; c {
	case '\t':
		n := 1
		for i+n < len(f.text) && f.text[i+n] == '\t' {
			n++
		}
		return f.at(CodeSyntax, i, n, "YAML is indented with spaces, not with tabs.")
	case '@', '`', '%':
		return f.at(CodeSyntax, i, 1, "A value cannot begin with %q: put it in quotes.", string(c))
	}
	return f.badLine()
}

func (f *faultFinder) secondColon() *syntaxError {
	i := bytes.LastIndexByte(f.text[:f.read], ':')
	for i > 0 && i+1 < len(f.text) && !isBlank(f.text[i+1]) {
		i = bytes.LastIndexByte(f.text[:i], ':')
	}
	if i < 0 {
		return f.badLine()
	}
	line := bytes.TrimLeft(f.text[f.lineStart(i):i], " -")
	if bytes.IndexByte(line, ':') < 0 {
		return f.at(CodeSyntax, i, 1, "This colon makes no sense here: the line above may lack its own colon, or this one is indented too far.")
	}
	return f.at(CodeSyntax, i, 1, "A second colon makes no sense on this line: put the value in quotes if the colon belongs to it.")
}

// missingColon: a line that should be a key has no colon. The parser notices
// behind it, so this is the last line without which the complaint goes away.
func (f *faultFinder) missingColon() *syntaxError {
	end := f.read
	for end < len(f.text) && f.text[end-1] != '\n' {
		end++
	}
	for range f.tries() {
		start := f.lineStart(max(end-1, 0))
		if msg, _ := complaint(f.text[:start]); msg != f.msg {
			content := bytes.TrimSpace(f.text[start:end])
			if len(content) == 0 || content[0] == '#' {
				break
			}
			i := start + bytes.Index(f.text[start:end], content)
			return f.at(CodeSyntax, i, len(content), "This line has no colon: write %s: and its value.", clip(string(content), 40))
		}
		if start == 0 {
			break
		}
		end = start
	}
	return f.badLine()
}

// openQuote finds the quote that is never closed: the last one before which
// the text is in order.
func (f *faultFinder) openQuote() *syntaxError {
	end := len(f.text)
	for range f.tries() {
		i := bytes.LastIndexAny(f.text[:end], `"'`)
		if i < 0 {
			break
		}
		if msg, _ := complaint(f.text[:i]); msg != f.msg {
			return f.at(CodeSyntax, i, 1, "This quote is never closed.")
		}
		end = i
	}
	return f.at(CodeSyntax, max(f.read-1, 0), 1, "A string in quotes is still open at the end of the text.")
}

// openFlow is for lists and mappings in brackets: never closed, or with
// something in them that does not fit.
func (f *faultFinder) openFlow() *syntaxError {
	open, closing := byte('['), "]"
	if strings.Contains(f.msg, "'}'") {
		open, closing = '{', "}"
	}
	if len(bytes.TrimSpace(f.text[f.read:])) == 0 {
		if i := unmatched(f.text, open); i >= 0 {
			return f.at(CodeSyntax, i, 1, "This %c is never closed.", open)
		}
	}
	start, end := f.faultyLine()
	return f.at(CodeSyntax, start, end-start, "Expected a comma or %s here: a list or mapping in brackets is still open.", closing)
}

// unmatched returns the offset of the last bracket that nothing closes, or -1.
func unmatched(text []byte, open byte) int {
	closing := open + 2 // as it is in ASCII for both pairs
	depth := 0
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case closing:
			depth++
		case open:
			if depth == 0 {
				return i
			}
			depth--
		}
	}
	return -1
}

// faultyLine returns the extent of the line the parser stumbled over. It reads
// up to two tokens ahead, so the line is the last one without which the
// complaint goes away.
func (f *faultFinder) faultyLine() (start, end int) {
	at := max(f.read-1, 0)
	start = f.lineStart(at)
	for range 4 {
		if start == 0 {
			break
		}
		if msg, _ := complaint(f.text[:start]); msg != f.msg && len(bytes.TrimSpace(f.text[start:min(f.read, len(f.text))])) > 0 {
			break
		}
		start = f.lineStart(start - 1)
	}
	for start < len(f.text) && (f.text[start] == ' ' || f.text[start] == '\t') {
		start++
	}
	end = start
	for end < len(f.text) && f.text[end] != '\n' && f.text[end] != '\r' {
		end++
	}
	return start, start + len(bytes.TrimRight(f.text[start:end], " \t"))
}

// tries is how often the parser may run over the text to find the place of an
// error: less often over large texts.
func (f *faultFinder) tries() int { return min(max((1<<20)/(len(f.text)+1), 1), 64) }

func (f *faultFinder) badLine() *syntaxError {
	start, end := f.faultyLine()
	return f.at(CodeSyntax, start, end-start, "%s", f.wording())
}

// wording says in plain words what the parser says in its own.
func (f *faultFinder) wording() string {
	switch {
	case strings.HasPrefix(f.msg, "did not find expected key"):
		return "This line does not fit the mapping above it: its indentation matches no line before it."
	case strings.HasPrefix(f.msg, "did not find expected '-' indicator"):
		return "This line does not fit the list above it: expected a - at the indentation of the list, or less indentation."
	case strings.HasPrefix(f.msg, "did not find expected node content"):
		return "Expected a value here."
	case strings.HasPrefix(f.msg, "did not find expected <document start>"):
		return "This does not belong to what is above it: expected the end of the document, or --- on a line of its own."
	}
	return "This is no YAML that can be read: " + clip(clean(f.msg), 120) + "."
}

func (f *faultFinder) lineStart(i int) int {
	return bytes.LastIndexByte(f.text[:min(i, len(f.text))], '\n') + 1
}
