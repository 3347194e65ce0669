package manifest

import (
	"slices"
	"strings"
)

// Edit replaces the text between two byte offsets.
type Edit struct {
	Start, End int
	Text       string
}

// CompletionKind says what a completion writes.
type CompletionKind uint8

// The kinds of completions.
const (
	CompleteField CompletionKind = iota
	CompleteValue
	// CompleteBlock is several lines, perhaps at several places.
	CompleteBlock
)

// Completion is one thing that can be written at the cursor.
type Completion struct {
	Label string
	Kind  CompletionKind
	// Type is the type of a field in the words of [FieldDoc], or what a value
	// or block is, in a few words.
	Type string
	// Doc is the documentation to show beside the list; it may be empty.
	Doc string
	// Note is what the rule set does with the field, a clause: "ignored here".
	// It is empty where the field is honoured.
	Note string
	// Edits are what it does, in order of their places, none touching another.
	Edits []Edit
	// Cursor is the offset at which the cursor is to stand afterwards.
	Cursor int

	treatment Treatment
}

// Dimmed tells that the rule set does not honour what the completion writes.
func (c *Completion) Dimmed() bool { return c.treatment == Warned || c.treatment == Refused }

// PathAt returns the path of the field that the cursor is on, whatever else is
// wrong with the text: of a key that is written or stands there, of the value
// behind it, else of the mapping around it; "" where it is in none. Time is in
// proportion to the text before the offset.
func PathAt(text string, offset int) string {
	offset = min(max(offset, 0), len(text))
	s := spotAt(text, offset)
	if s.silent || s.value {
		return s.path
	}
	// On a key: it is read to its end.
	line := text[s.from:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	line = strings.TrimRight(line, "\r")
	if line == "" {
		return s.path
	}
	if n, _ := keyOf(line); n > 0 {
		return keyIn(s.path, strings.Trim(line[:n], `"'`))
	}
	return s.path
}

// Seen is what is known of other pods, for values that no schema lists.
type Seen struct {
	Images []string
	// Labels are the values of each label key.
	Labels map[string][]string
}

// Completions are what can be written at a place.
type Completions struct {
	// From and To enclose the word that each completion replaces.
	From, To int
	// Path is the field that is written, or the mapping it is written in.
	Path  string
	Items []Completion
}

// maxCompletions bounds the items of one list.
const maxCompletions = 200

// Complete returns what can be written at a byte offset of a text, the likely
// first: fields that the mapping around it does not have yet, values of the
// field, whole blocks. The text may be broken in any way. It takes time in
// proportion to the text, and some milliseconds at most for a manifest of a
// usual size; texts above MaxBytes get nothing.
func Complete(text string, offset int, rules RuleSet, seen Seen) Completions {
	if len(text) > MaxBytes {
		return Completions{}
	}
	offset = min(max(offset, 0), len(text))
	c := completer{text: text, offset: offset, rules: rules, seen: seen, spot: spotAt(text, offset)}
	out := Completions{From: offset, To: offset, Path: c.spot.path}
	if c.spot.silent {
		return out
	}
	c.word()
	if !c.spot.value && strings.Contains(c.typed, " ") {
		return out // no key has a blank in it
	}
	out.From, out.To = c.from, c.to
	// The word itself is no part of the text around it.
	c.outline = readOutline(text[:c.from] + strings.Repeat(" ", c.to-c.from) + text[c.to:])
	c.offer()
	out.Items = c.best()
	return out
}

// completer collects the completions of one place.
type completer struct {
	text     string
	offset   int
	rules    RuleSet
	seen     Seen
	spot     spot
	outline  *outline
	from, to int    // the word
	typed    string // before the cursor, without a quote
	colon    bool   // a colon follows the word already
	json     bool
	items    []Completion
}

// word finds the ends of the word at the cursor.
func (c *completer) word() {
	c.from, c.to = c.spot.from, c.offset
	c.typed = c.text[c.from:c.offset]
	if c.spot.quote != 0 {
		c.typed = strings.TrimLeft(c.typed, `"'`)
	}
	for c.to < len(c.text) && isTypedByte(c.text[c.to]) {
		c.to++
	}
	if c.spot.quote != 0 && c.to < len(c.text) && c.text[c.to] == c.spot.quote {
		c.to++
	}
	rest := strings.TrimLeft(c.text[c.to:], " ")
	c.colon = strings.HasPrefix(rest, ":")
	head := strings.TrimLeft(c.text, " \t\r\n\ufeff")
	c.json = strings.HasPrefix(head, "{")
}

func isTypedByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_' || b == '-' || b == '.' || b == '/'
}

// offer collects everything that fits the place.
func (c *completer) offer() {
	s := podSchema()
	for _, st := range splitPath(c.spot.path) {
		if s = s.child(st); s == nil {
			return
		}
	}
	switch {
	case c.spot.value && s.shape == shapeObject && c.typed == "":
		c.add(Completion{Label: "{}", Kind: CompleteValue, Type: "an empty " + s.name}, "{‸}")
	case c.spot.value && s.shape == shapeList && c.typed == "":
		c.add(Completion{Label: "[]", Kind: CompleteValue, Type: "a list in one line"}, "[‸]")
	case s.shape == shapeObject:
		c.fields(c.spot.path, s, "")
	case s.shape == shapeList && c.spot.flow:
	case s.shape == shapeList && s.elem.shape == shapeObject:
		c.fields(indexPath(c.spot.path, c.elements(c.spot.path)), s.elem, "- ")
	case s.shape == shapeList:
		c.values(indexPath(c.spot.path, c.elements(c.spot.path)), s.elem, "- ")
	case s.shape == shapeMap && !c.spot.value:
		c.keys(c.spot.path)
	default:
		c.values(c.spot.path, s, "")
	}
}

// elements counts the elements of a list in block style.
func (c *completer) elements(list string) int {
	n := 0
	for i := range c.outline.entries {
		if e := &c.outline.entries[i]; e.doc == c.spot.doc && e.parent == list && e.path == indexPath(list, n) {
			n++
		}
	}
	return n
}

// fields offers the fields of an object that it does not have yet. lead is what
// an element of a list still needs before it.
func (c *completer) fields(path string, s *schema, lead string) {
	has := make(map[string]bool)
	for i := range c.outline.entries {
		if e := &c.outline.entries[i]; e.doc == c.spot.doc && e.parent == path && e.key != "" {
			has[e.key] = true
		}
	}
	c.blocks(path, lead, has)
	for _, f := range Fields(path) {
		if has[f.Name] || path == "" && f.Name == "status" {
			continue
		}
		item := Completion{Label: f.Name, Kind: CompleteField, Type: f.Type, Doc: f.Doc}
		if len(f.Enum) > 0 {
			item.Doc = "One of: " + strings.Join(f.Enum, ", ") + ".\n" + item.Doc
		}
		rule, listed := c.rules.Rule(fieldPath(path, f.Name))
		item.Note, item.treatment = treatmentNote(rule, listed)
		c.add(item, lead+c.fieldText(s.field(f.Name), len(lead)))
	}
}

// treatmentNote puts a rule into a clause.
func treatmentNote(rule FieldRule, listed bool) (string, Treatment) {
	var note string
	switch {
	case !listed:
		return "not part of this API", Refused
	case rule.Treatment == Warned:
		note = "ignored here"
	case rule.Treatment == Refused:
		note = "refused here"
	default:
		return rule.Note, Honoured
	}
	if rule.Note != "" {
		note += ": " + rule.Note
	}
	return note, rule.Treatment
}

// fieldText is what writes a field: its key, and the beginning of its value.
func (c *completer) fieldText(f *schemaField, lead int) string {
	key := f.name
	if c.json || c.spot.quote != 0 {
		key = `"` + key + `"`
	}
	if c.colon {
		return key
	}
	indent := "\n" + strings.Repeat(" ", c.spot.col+lead)
	switch s := f.schema; {
	case c.spot.flow && s.shape == shapeList:
		return key + ": [‸]"
	case c.spot.flow && (s.shape == shapeObject || s.shape == shapeMap):
		return key + ": {‸}"
	case c.json && s.shape == shapeString:
		return key + `: "‸"`
	case c.spot.flow:
		return key + ": ‸"
	case s.shape == shapeList:
		return key + ":" + indent + "- ‸"
	case s.shape == shapeObject && s.name == "EmptyDirVolumeSource":
		return key + ": {}‸"
	case s.shape == shapeObject || s.shape == shapeMap:
		return key + ":" + indent + "  ‸"
	}
	return key + ": ‸"
}

// add keeps a completion that fits what is typed. In text "‸" is where the
// cursor is to be.
func (c *completer) add(item Completion, text string, also ...Edit) {
	if matchRank(c.typed, item.Label) < 0 {
		return
	}
	at := strings.Index(text, "‸")
	if at < 0 {
		at = len(text)
	}
	item.Cursor = c.from + at
	item.Edits = append([]Edit{{Start: c.from, End: c.to, Text: strings.Replace(text, "‸", "", 1)}}, also...)
	slices.SortFunc(item.Edits, func(a, b Edit) int { return a.Start - b.Start })
	for _, e := range also {
		if e.Start < c.from {
			item.Cursor += len(e.Text) - (e.End - e.Start)
		}
	}
	c.items = append(c.items, item)
}

// best sorts the completions: what begins as it was typed first, what the rule
// set does not honour last.
func (c *completer) best() []Completion {
	rank := func(i *Completion) int {
		r := matchRank(c.typed, i.Label) * 4
		if i.treatment == Warned || i.treatment == Refused {
			r += 2
		}
		if i.Kind == CompleteBlock {
			r++
		}
		return r
	}
	slices.SortStableFunc(c.items, func(a, b Completion) int { return rank(&a) - rank(&b) })
	return c.items[:min(len(c.items), maxCompletions)]
}

// matchRank says how well a label fits what was typed: 0 it begins so, 1 it
// holds it, 2 it has its letters in that order; -1 not at all.
func matchRank(typed, label string) int {
	t, l := strings.ToLower(typed), strings.ToLower(label)
	switch {
	case strings.HasPrefix(l, t):
		return 0
	case strings.Contains(l, t):
		return 1
	case len(t) < 2:
		return -1
	}
	for i := range len(t) {
		at := strings.IndexByte(l, t[i])
		if at < 0 {
			return -1
		}
		l = l[at+1:]
	}
	return 2
}
