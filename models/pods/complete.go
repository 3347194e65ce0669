package pods

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
)

// menu is the choice of what may stand where the filter is typed.
type menu struct {
	open  bool
	asked bool     // tab opened it: else it is only shown
	items []string // what fits what is typed
	at    int      // the one in the line, -1 for none
	typed string   // what stands in the line while none is
	room  int      // bytes before the cursor that an item replaces
}

// values are what may stand in one place of a filter: names of fields, values of
// one of them, keys of labels, values of one label.
type values struct {
	place string // names the place
	items []string
	known bool // they have been gathered
}

// valuesMsg is what was gathered for a place.
type valuesMsg struct {
	models.Answer
	place string
	items []string
}

// maxValues is how many values of one place are offered at most, maxValue how
// long each may be.
const (
	maxValues = 2000
	maxValue  = 100
)

// The places beside "field:NAME" and "label:KEY".
const (
	placeWord = "word" // a field, an option, or a name of a pod
	placeKey  = "key"  // of a label
	placeIn   = "in"   // behind the key of a label
)

// placeOf says what the end of what stands before the cursor is the beginning
// of. Plain words may be anything, so nothing is offered for them unasked.
func placeOf(before string) (place, prefix string, unasked bool) {
	if selector, ok := selectorPart(before); ok {
		place, prefix = placeInSelector(selector)
		return place, prefix, true
	}
	word := before[strings.LastIndexByte(before, ' ')+1:]
	if field, _, value, ok := cutField(word); ok {
		return "field:" + field, value, true
	}
	return placeWord, strings.TrimPrefix(word, "!"), false
}

// selectorPart is what stands behind -l.
func selectorPart(text string) (selector string, ok bool) {
	for rest := text; ; {
		rest = strings.TrimLeft(rest, " ")
		word, after, more := strings.Cut(rest, " ")
		switch {
		case !more:
			return "", false
		case word == "-l":
			return after, true
		case word == "-f":
			return "", false
		}
		rest = after
	}
}

// placeInSelector is placeOf within a label selector.
func placeInSelector(s string) (place, prefix string) {
	start, value, depth := scanSelector(s)
	requirement := strings.TrimLeft(s[start:], " ")
	if depth > 0 {
		key, _, _ := strings.Cut(requirement, " ")
		return labelPrefix + key, strings.TrimLeft(s[value:], " ")
	}
	if key, after, ok := strings.Cut(requirement, "="); ok {
		key = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(key), "!"))
		return labelPrefix + key, strings.TrimLeft(strings.TrimPrefix(after, "="), " ")
	}
	requirement = strings.TrimPrefix(requirement, "!")
	if _, after, ok := strings.Cut(requirement, " "); ok {
		return placeIn, strings.TrimLeft(after, " ")
	}
	return placeKey, requirement
}

// scanSelector is where the last requirement of a selector begins, where the
// last value within parentheses does, and how many of those are open.
func scanSelector(s string) (start, value, depth int) {
	for i, c := range s {
		switch c {
		case '(':
			depth++
			value = i + 1
		case ')':
			depth--
		case ',':
			if depth > 0 {
				value = i + 1
			} else {
				start = i + 1
			}
		}
	}
	return start, value, depth
}

// requirementAt is where the last requirement of a selector begins.
func requirementAt(selector string) int {
	start, _, _ := scanSelector(selector)
	return start
}

// fieldWords are the fields as they are mostly used, and the options.
var fieldWords = []string{
	"age<", "age>", "healthy=no", "image~", "ip=", "label~", "name~", "namespace=", "node=", "owner~", "phase=", "ready=no", "restarts>=", "status=",
	"-l ", "-f ",
}

// valuesOf lists what may stand in a place, of the pods given.
func valuesOf(place string, pods []*known) []string {
	set := map[string]bool{}
	add := func(s string) {
		if s != "" && len(s) <= maxValue && len(set) < maxValues && !strings.ContainsFunc(s, unfit) {
			set[s] = true
		}
	}
	field, isField := strings.CutPrefix(place, "field:")
	label, isLabel := strings.CutPrefix(place, labelPrefix)
	switch {
	case isField:
		for _, w := range fieldValues[field] {
			add(w)
		}
		if get := textFields[field]; get != nil && field != "label" {
			each(pods, get, add)
		}
	case isLabel:
		each(pods, func(r *api.PodRow) string { v, _ := labelValue(r.Labels, label); return v }, add)
	case place == placeKey:
		each(pods, func(r *api.PodRow) string { return r.Labels }, func(labels string) {
			for one := range strings.SplitSeq(labels, ",") {
				if key, _, ok := strings.Cut(one, "="); ok && key != "" {
					add(key)
				}
			}
		})
	case place == placeIn:
		return []string{"in (", "notin ("}
	case place == placeWord:
		each(pods, func(r *api.PodRow) string { return r.Name }, add)
		return append(slices.Clone(fieldWords), slices.Sorted(maps.Keys(set))...)
	}
	out := slices.Sorted(maps.Keys(set))
	if place == placeKey {
		for i := range out {
			out[i] += "="
		}
	}
	return out
}

// fieldValues are values of fields that are no texts of pods.
var fieldValues = map[string][]string{
	"ready": {"no", "yes"}, "healthy": {"no", "yes"},
	"age":   {"5m", "15m", "1h", "24h", "7d"},
	"phase": {"Pending", "Running", "Succeeded", "Failed", "Unknown"},
}

// each gives every different text once.
func each(pods []*known, text func(*api.PodRow) string, do func(string)) {
	seen := map[string]bool{}
	for _, k := range pods {
		if s := text(&k.row); !seen[s] && len(seen) < 20*maxValues {
			seen[s] = true
			do(s)
		}
	}
}

// unfit tells whether a character cannot be typed in a filter's word.
func unfit(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }

// offer shows what may stand at the cursor. Unasked it does so only where the
// values are few: behind a field's name and in a selector.
func (m *Model) offer(asked bool) tea.Cmd {
	e := &m.edit
	place, prefix, unasked := placeOf(e.line.Before())
	if !asked && !unasked {
		return nil
	}
	e.menu = menu{open: true, asked: asked, at: -1, typed: prefix, room: len(prefix)}
	if e.values.place == place {
		if e.values.known {
			m.fit()
		}
		return nil
	}
	e.values = values{place: place}
	pods := make([]*known, len(m.rows.sorted))
	for i, k := range m.rows.sorted {
		pods[i] = k.known
	}
	return func() tea.Msg { return valuesMsg{Answer: models.To(m), place: place, items: valuesOf(place, pods)} }
}

// gathered takes the values for a place.
func (m *Model) gathered(msg valuesMsg) tea.Cmd {
	e := &m.edit
	if !m.typing || msg.place != e.values.place {
		return nil
	}
	e.values = values{place: msg.place, items: msg.items, known: true}
	if !e.menu.open {
		return nil
	}
	m.fit()
	if e.menu.asked {
		return m.fill()
	}
	return m.apply() // now that it is known which values there are
}

// fit finds the values that begin as what is typed does, in whichever case.
func (m *Model) fit() {
	e := &m.edit
	e.menu.items = nil
	low := strings.ToLower(e.menu.typed)
	for _, v := range e.values.items {
		if strings.HasPrefix(strings.ToLower(v), low) {
			e.menu.items = append(e.menu.items, v)
		}
	}
	if len(e.menu.items) == 1 && e.menu.items[0] == e.menu.typed {
		e.menu.items = nil
	}
}

// complete is tab: what is typed grows as far as it is unambiguous, then the
// choice is gone through.
func (m *Model) complete(step int) tea.Cmd {
	e := &m.edit
	switch {
	case e.menu.open && e.menu.asked && len(e.menu.items) > 0:
		return m.choose(step)
	case e.menu.open && e.values.known:
		e.menu.asked = true
	default:
		if cmd := m.offer(true); !e.values.known {
			return cmd
		}
	}
	return m.fill()
}

// fill puts into the line what all items begin with. A single item is all.
func (m *Model) fill() tea.Cmd {
	e := &m.edit
	if len(e.menu.items) == 0 {
		if e.menu.asked && e.menu.typed != "" {
			m.say("Nothing begins with %q here", e.menu.typed)
		}
		e.menu = menu{}
		return nil
	}
	if common := commonPrefix(e.menu.items); len(common) > len(e.menu.typed) || len(e.menu.items) == 1 {
		e.line.ReplaceBefore(e.menu.room, common)
		e.menu.typed, e.menu.room = common, len(common)
		if len(e.menu.items) == 1 { // what may stand behind it comes next
			e.menu = menu{}
			return tea.Batch(m.apply(), m.offer(false))
		}
		return m.apply()
	}
	return nil
}

// choose puts the next item into the line, and behind the last what was typed.
func (m *Model) choose(step int) tea.Cmd {
	e := &m.edit
	n := len(e.menu.items) + 1
	e.menu.at = (e.menu.at+1+step+n)%n - 1
	text := e.menu.typed
	if e.menu.at >= 0 {
		text = e.menu.items[e.menu.at]
	}
	e.line.ReplaceBefore(e.menu.room, text)
	e.menu.room = len(text)
	return m.apply()
}

// commonPrefix is what all texts begin with, of which there is at least one.
func commonPrefix(texts []string) string {
	out := texts[0]
	for _, t := range texts[1:] {
		for !strings.HasPrefix(t, out) {
			_, size := utf8.DecodeLastRuneInString(out)
			out = out[:len(out)-size]
		}
	}
	return out
}
