package manifest

import (
	"strings"
)

// outline is a tolerant reading of a text that is being written: where its keys
// and scalars are, and which field each belongs to, whatever else is wrong with
// it. It serves completion, the path under the cursor and edits; what a text
// means is [Parse]'s to say. Reading takes time in proportion to the text.
type outline struct {
	text    string
	entries []entry
	lines   []outlineLine
	here    spot // the end of what was read
	doc     int

	frames []blockFrame
	flow   []flowFrame
	block  int  // column of the key whose block scalar goes on, -1 for none
	quote  byte // of a string that goes on in the next line
	path   string
}

// entry is a key of a mapping, or an element of a list.
type entry struct {
	doc    int
	path   string // of the value
	parent string // of the mapping or list it is in
	key    string // "" for an element
	start  int    // offset of the key, or of the element's dash or first byte
	keyEnd int
	// value is the scalar on the key's own line, without quotes; valStart and
	// valEnd enclose its text, quotes included, or whatever stands behind the
	// colon. They are equal where there is nothing.
	value            string
	valStart, valEnd int
	line, col        int // from 0; col in bytes
	flow             bool
}

// outlineLine is a line with something in it.
type outlineLine struct {
	start, end int // offsets without the line break
	indent     int
	blank      bool // nothing, or a comment
	dash       bool
}

// spot is where a cursor stands.
type spot struct {
	doc    int
	path   string // of the mapping a key is written in, or of the value
	from   int    // offset at which the word before the cursor begins
	col    int    // column of from, in bytes
	value  bool   // behind a key's colon
	flow   bool
	quote  byte // that begins the word, 0 for none
	dash   bool // the first thing behind a dash
	silent bool // inside a comment, a block scalar: nothing to say there
}

// blockFrame is a mapping or list that is open in block style.
type blockFrame struct {
	col   int
	path  string // of the mapping or list
	list  bool
	index int    // of the current element
	under string // path of the current value
}

// flowFrame is a mapping or list that is open in flow style.
type flowFrame struct {
	path  string
	list  bool
	index int
	key   string
	keyed bool // a value for key is expected
}

// read makes the outline of a text.
func readOutline(text string) *outline {
	lines := strings.Count(text, "\n") + 1
	o := &outline{text: text, block: -1, lines: make([]outlineLine, 0, lines), entries: make([]entry, 0, lines+lines/4)}
	for start := 0; start <= len(text); {
		end := len(text)
		if i := strings.IndexByte(text[start:], '\n'); i >= 0 {
			end = start + i
		}
		o.line(start, strings.TrimSuffix(text[start:end], "\r"))
		start = end + 1
	}
	return o
}

// spotAt finds where a cursor stands. offset is clamped to the text.
func spotAt(text string, offset int) spot {
	offset = min(max(offset, 0), len(text))
	o := readOutline(text[:offset])
	return o.here
}

// line reads one line.
func (o *outline) line(start int, text string) {
	indent := len(text) - len(strings.TrimLeft(text, " "))
	rest := text[indent:]
	o.lines = append(o.lines, outlineLine{start: start, end: start + len(text), indent: indent})
	l := &o.lines[len(o.lines)-1]
	if len(o.flow) > 0 || o.quote != 0 {
		o.flowText(start, start, start+len(text))
		return
	}
	if o.block >= 0 {
		if rest == "" || indent > o.block {
			o.here = spot{doc: o.doc, path: o.path, from: start + len(text), col: len(text), value: true, silent: rest != "" || indent > o.block}
			if rest == "" && indent <= o.block {
				o.blankLine(start, text)
			}
			l.blank = rest == ""
			return
		}
		o.block = -1
	}
	switch {
	case strings.TrimLeft(rest, " \t") == "":
		l.blank = true
		o.blankLine(start, text)
		return
	case rest[0] == '#':
		l.blank = true
		o.here = spot{doc: o.doc, silent: true, from: start + len(text)}
		return
	case indent == 0 && (strings.HasPrefix(rest, "---") || strings.HasPrefix(rest, "...")) && (len(rest) == 3 || rest[3] == ' '):
		o.doc++
		o.frames = o.frames[:0]
		o.here = spot{doc: o.doc, from: start + len(text), col: len(text), silent: true}
		return
	}
	l.dash = rest == "-" || strings.HasPrefix(rest, "- ")
	o.content(start, text, indent)
}

// blankLine says where a key would go that is written at the end of a blank
// line.
func (o *outline) blankLine(start int, text string) {
	col := len(text)
	o.here = spot{doc: o.doc, path: o.parentAt(col), from: start + col, col: col}
}

// parentAt is the path of the mapping that a key at a column belongs to.
func (o *outline) parentAt(col int) string {
	for i := len(o.frames) - 1; i >= 0; i-- {
		f := &o.frames[i]
		switch {
		case f.col > col, f.list && f.col == col:
			continue
		case f.col == col:
			return f.path
		case f.list:
			return f.under
		}
		return f.under
	}
	return ""
}

// content reads a line of block style from a column on.
func (o *outline) content(start int, text string, col int) {
	dash := false
	for col < len(text) && text[col] == '-' && (col+1 == len(text) || text[col+1] == ' ') {
		o.element(start, col)
		dash = true
		col++
		for col < len(text) && text[col] == ' ' {
			col++
		}
	}
	rest := text[col:]
	if rest == "" || rest[0] == '#' {
		o.here = spot{doc: o.doc, path: o.top().under, from: start + len(text), col: len(text), dash: dash, silent: rest != ""}
		return
	}
	keyLen, valueAt := keyOf(rest)
	if keyLen < 0 {
		o.loose(start, text, col, dash)
		return
	}
	key := strings.Trim(rest[:keyLen], `"'`)
	parent := o.enter(col)
	f := &o.frames[len(o.frames)-1]
	f.under = keyIn(parent, key)
	o.path = f.under
	value := strings.TrimLeft(rest[valueAt:], " ")
	at := start + len(text) - len(value)
	o.entries = append(o.entries, entry{
		doc: o.doc, path: f.under, parent: parent, key: key, start: start + col, keyEnd: start + col + keyLen,
		valStart: at, valEnd: at, line: len(o.lines) - 1, col: col,
	})
	o.valueOf(len(o.entries)-1, start, text, at-start, col)
}

// valueOf reads what stands behind a key, or a dash, at a column.
func (o *outline) valueOf(i, start int, text string, at, keyCol int) {
	value := text[at:]
	for value != "" && (value[0] == '&' || value[0] == '!') { // anchor or tag
		word, rest, _ := strings.Cut(value, " ")
		value = strings.TrimLeft(rest, " ")
		_ = word
		at = len(text) - len(value)
	}
	e := &o.entries[i]
	o.here = spot{doc: o.doc, path: e.path, from: start + at, col: at, value: true}
	switch {
	case value == "":
	case value[0] == '#':
		o.here.silent = true
	case value[0] == '|' || value[0] == '>':
		o.block = keyCol
		e.valStart, e.valEnd = start+at, start+len(text)
		o.here.silent = true
	case value[0] == '{' || value[0] == '[':
		e.valStart, e.valEnd = start+at, start+len(text)
		o.flowText(start, start+at, start+len(text))
	case value[0] == '"' || value[0] == '\'':
		o.here.quote = value[0]
		n := quotedLen(value)
		e.valStart = start + at
		if n < 0 { // goes on in the next line
			e.valEnd, e.value = start+len(text), value[1:]
			o.quote = value[0]
			return
		}
		e.valEnd, e.value = start+at+n, unquote(value[:n])
		if rest := strings.TrimSpace(value[n:]); rest != "" {
			o.here.silent = true
		} else {
			o.here.from, o.here.col, o.here.quote = start+at, at, value[0]
		}
	default:
		plain := value
		if c := strings.Index(plain, " #"); c >= 0 {
			plain = plain[:c]
			o.here.silent = true
		}
		plain = strings.TrimRight(plain, " \t")
		e.value, e.valStart, e.valEnd = plain, start+at, start+at+len(plain)
	}
}

// loose reads text that is no key (yet): a scalar in a list, or a word that is
// being typed.
func (o *outline) loose(start int, text string, col int, dash bool) {
	if dash {
		f := o.top()
		o.entries = append(o.entries, entry{
			doc: o.doc, path: f.under, parent: f.path, start: start + col, keyEnd: start + col,
			valStart: start + col, valEnd: start + col, line: len(o.lines) - 1, col: col,
		})
		o.path = f.under
		o.valueOf(len(o.entries)-1, start, text, col, f.col)
		if !o.here.flow {
			o.here.value, o.here.dash = false, true
		}
		return
	}
	if text[col] == '{' || text[col] == '[' {
		base := ""
		if len(o.frames) > 0 {
			base = o.parentAt(col)
		}
		o.path = base
		o.flowText(start, start+col, start+len(text))
		return
	}
	o.here = spot{doc: o.doc, path: o.parentAt(col), from: start + col, col: col, silent: strings.Contains(text[col:], " #")}
	if q := text[col]; q == '"' || q == '\'' {
		o.here.quote = q
	}
}

// top is the innermost open frame.
func (o *outline) top() *blockFrame {
	if len(o.frames) == 0 {
		return &blockFrame{}
	}
	return &o.frames[len(o.frames)-1]
}

// element begins the next element of a list whose dash is at a column.
func (o *outline) element(start, col int) {
	for len(o.frames) > 0 && o.top().col > col {
		o.frames = o.frames[:len(o.frames)-1]
	}
	f := o.top()
	if len(o.frames) > 0 && f.list && f.col == col {
		f.index++
	} else {
		o.frames = append(o.frames, blockFrame{col: col, path: f.under, list: true})
		f = o.top()
	}
	f.under = o.elementPath(f.path, f.index)
	o.entries = append(o.entries, entry{
		doc: o.doc, path: f.under, parent: f.path, start: start + col, keyEnd: start + col + 1,
		valStart: start + col + 1, valEnd: start + col + 1, line: len(o.lines) - 1, col: col,
	})
}

// elementPath is the path of an element of a list. The items of a List are
// documents of their own, as Parse has them.
func (o *outline) elementPath(list string, index int) string {
	if list == listItems {
		o.doc++
		return ""
	}
	return indexPath(list, index)
}

// listItems is the path of the objects in a List; a pod has no such field.
const listItems = "items"

// enter makes the mapping with keys at a column the innermost, and returns its
// path.
func (o *outline) enter(col int) string {
	for len(o.frames) > 0 && (o.top().col > col || o.top().list && o.top().col == col) {
		o.frames = o.frames[:len(o.frames)-1]
	}
	f := o.top()
	if len(o.frames) > 0 && !f.list && f.col == col {
		return f.path
	}
	o.frames = append(o.frames, blockFrame{col: col, path: f.under})
	return o.top().path
}

// keyOf finds the key at the beginning of text: its length, and where what is
// behind the colon begins; -1 when there is no key.
func keyOf(text string) (length, behind int) {
	if text[0] == '"' || text[0] == '\'' {
		n := quotedLen(text)
		if n < 0 {
			return -1, 0
		}
		rest := strings.TrimLeft(text[n:], " ")
		if strings.HasPrefix(rest, ":") {
			return n, len(text) - len(rest) + 1
		}
		return -1, 0
	}
	if strings.IndexByte("{[#&*!|>%@`", text[0]) >= 0 {
		return -1, 0
	}
	for i := range len(text) {
		switch text[i] {
		case ':':
			if i+1 == len(text) || text[i+1] == ' ' || text[i+1] == '\t' {
				return len(strings.TrimRight(text[:i], " ")), i + 1
			}
		case '#':
			if i > 0 && text[i-1] == ' ' {
				return -1, 0
			}
		}
	}
	return -1, 0
}

// quotedLen is the length of the quoted string that text begins with, -1 when
// it does not end there.
func quotedLen(text string) int {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && quote == '"':
			i++
		case text[i] != quote:
		case quote == '\'' && i+1 < len(text) && text[i+1] == '\'':
			i++
		default:
			return i + 1
		}
	}
	return -1
}

func unquote(s string) string {
	if len(s) < 2 {
		return s
	}
	return s[1 : len(s)-1]
}

// keyIn is the path of a key in a mapping: behind a dot as the name of a field,
// in brackets where the mapping has free keys.
func keyIn(parent, key string) string {
	s := podSchema()
	for _, st := range splitPath(parent) {
		if s = s.child(st); s == nil {
			break
		}
	}
	if s != nil && s.shape == shapeMap || strings.ContainsAny(key, ".[]{} ") {
		return keyPath(parent, key)
	}
	return fieldPath(parent, key)
}
