package pods

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"k8s.io/apimachinery/pkg/labels"

	"podium/api"
)

// filter says which rows are shown. It is made by parseFilter and not changed.
type filter struct {
	text     string                    // as it was typed
	selector string                    // for the server, "" for none
	terms    []term                    // every one must hold
	marks    *regexp.Regexp            // what words found, nil for nothing
	fields   map[string]*regexp.Regexp // what was found in a column, by its ID
	fuzzy    string                    // lower case, "" for none
	timed    bool                      // what passes changes as time goes by
	plain    bool                      // nothing but words to be contained,
	words    []plainWord               // which are these
}

// plainWord is a literal word. Lower case stands for both.
type plainWord struct {
	text string
	fold bool
}

// term is one condition of a filter. Terms may be asked from several goroutines.
type term func(k *known, now time.Time) bool

// maxFilter is how many bytes of filter are looked at.
const maxFilter = 1024

// filterError says what is wrong with a filter, and where: the bytes from to to.
type filterError struct {
	from, to int
	err      error
}

func (e *filterError) Error() string { return e.err.Error() }
func (e *filterError) Unwrap() error { return e.err }

// parseFilter reads a filter: words are regular expressions (smart case, literal
// where they are none), !word excludes, -f matches fuzzily, -l hands the rest of
// the line to the server as a label selector, and field terms such as
// status=crash* compare one field. The error is a *filterError.
//
// Until the server has been asked for the selector asked, the filter holds its
// labels against the pods that are known.
func parseFilter(text, asked string) (*filter, error) {
	if len(text) > maxFilter {
		return nil, &filterError{maxFilter, len(text), fmt.Errorf("a filter has at most %d characters", maxFilter)}
	}
	f := &filter{text: strings.TrimSpace(text), fields: map[string]*regexp.Regexp{}}
	f.plain = f.text != ""
	var words []string
	for rest := text; ; {
		rest = strings.TrimLeft(rest, " ")
		if rest == "" {
			break
		}
		from := len(text) - len(rest)
		var word string
		word, rest, _ = strings.Cut(rest, " ")
		bad := func(from, to int, err error) error { return &filterError{from, to, err} }
		switch word {
		case "-l":
			f.plain = false
			if err := f.selectLabels(rest, asked); err != nil {
				return nil, bad(from, len(text), err)
			}
			rest = ""
		case "-f":
			f.plain = false
			f.fuzzy = strings.ToLower(strings.ReplaceAll(rest, " ", ""))
			rest = ""
		case "!":
			f.plain = false
		default:
			shown, err := f.add(word)
			if err != nil {
				return nil, bad(from, from+len(word), err)
			}
			if shown != "" {
				words = append(words, shown)
			}
		}
	}
	if f.fuzzy != "" {
		f.terms = append(f.terms, func(k *known, _ time.Time) bool { return fuzzyMatch(strings.ToLower(k.row.Name), f.fuzzy) })
	}
	if len(words) > 0 {
		// Each word is valid on its own; together they may be too large, and
		// then nothing is highlighted.
		f.marks, _ = regexp.Compile(strings.Join(words, "|"))
	}
	return f, nil
}

// selectLabels takes the label selector that ends the filter.
func (f *filter) selectLabels(text, asked string) error {
	f.selector = strings.TrimSpace(text)
	s, err := labels.Parse(f.selector)
	if err != nil {
		return fmt.Errorf("the label selector %q is not valid: %w", f.selector, err)
	}
	if f.selector != "" && f.selector != asked {
		f.terms = append(f.terms, func(k *known, _ time.Time) bool { return s.Matches(labelText(k.row.Labels)) })
	}
	return nil
}

// labelText are the labels of a row as a selector asks for them.
type labelText string

// Has tells whether there is such a label.
func (l labelText) Has(key string) bool {
	_, ok := labelValue(string(l), key)
	return ok
}

// Get is the label's value.
func (l labelText) Get(key string) string {
	value, _ := labelValue(string(l), key)
	return value
}

// Lookup is both.
func (l labelText) Lookup(key string) (string, bool) { return labelValue(string(l), key) }

// empty tells whether the filter lets everything pass.
func (f *filter) empty() bool { return f == nil || len(f.terms) == 0 && f.selector == "" }

// match tells whether the row is shown.
func (f *filter) match(k *known, now time.Time) bool {
	if f == nil {
		return true
	}
	for _, t := range f.terms {
		if !t(k, now) {
			return false
		}
	}
	return true
}

// add takes one word of the filter, and returns the expression that is to be
// highlighted.
func (f *filter) add(typed string) (shown string, err error) {
	if field, op, value, ok := cutField(typed); ok {
		t, found, err := fieldTerm(field, op, value)
		if err != nil {
			return "", err
		}
		if found != nil {
			f.fields[columnOfField(field)] = found
		}
		f.terms = append(f.terms, t)
		f.timed = f.timed || field == "age"
		f.plain = false
		return "", nil
	}
	bare, not := strings.CutPrefix(typed, "!")
	expr, literal, match := wordMatcher(bare)
	f.plain = f.plain && literal && !not
	f.words = append(f.words, plainWord{bare, isLower(bare)})
	f.terms = append(f.terms, func(k *known, _ time.Time) bool { return match(k) != not })
	if not {
		return "", nil
	}
	return expr, nil
}

// narrows tells whether f lets nothing pass that old keeps back: words that have
// only grown, as they do while they are typed.
func (f *filter) narrows(old *filter) bool {
	return f != nil && old != nil && f.plain && old.plain && strings.HasPrefix(f.text, old.text)
}

// wordMatcher is the test of a word against the text of a row, and the word as
// an expression. A literal word, which is no expression, need only be contained.
func wordMatcher(word string) (expr string, literal bool, match func(k *known) bool) {
	lower := isLower(word)
	fold := ""
	if lower {
		fold = "(?i)"
	}
	re, err := regexp.Compile(fold + "(?m)" + word)
	if err != nil || regexp.QuoteMeta(word) == word {
		expr = "(?:" + fold + regexp.QuoteMeta(word) + ")"
		if lower {
			return expr, true, func(k *known) bool { return strings.Contains(k.low, word) }
		}
		return expr, true, func(k *known) bool { return strings.Contains(k.text(), word) }
	}
	expr = "(?:" + fold + word + ")"
	if lower {
		return expr, false, func(k *known) bool { return re.MatchString(k.low) }
	}
	return expr, false, func(k *known) bool { return re.MatchString(k.text()) }
}

func isLower(word string) bool { return !strings.ContainsFunc(word, unicode.IsUpper) }

// fuzzyMatch tells whether the characters of pattern occur in s in order.
func fuzzyMatch(s, pattern string) bool {
	for _, c := range pattern {
		i := strings.IndexRune(s, c)
		if i < 0 {
			return false
		}
		s = s[i+len(string(c)):]
	}
	return true
}

// operators of field terms, the longer ones first.
var operators = []string{"!=", "!~", "<=", ">=", "=", "~", "<", ">"}

// fieldNames are what field terms may name.
const fieldNames = "name, namespace, status, phase, healthy, ready, restarts, age, ip, node, image, owner, label"

// cutField takes a word of the form field, operator, value apart.
func cutField(word string) (field, op, value string, ok bool) {
	end := strings.IndexFunc(word, func(c rune) bool { return !unicode.IsLetter(c) })
	if end <= 0 {
		return "", "", "", false
	}
	for _, op := range operators {
		if value, ok := strings.CutPrefix(word[end:], op); ok {
			return strings.ToLower(word[:end]), op, value, true
		}
	}
	return "", "", "", false
}

// fieldTerm makes the condition of a field term, and the expression that finds
// what is highlighted, nil for none.
func fieldTerm(field, op, value string) (t term, found *regexp.Regexp, err error) {
	if value == "" {
		return nil, nil, fmt.Errorf("%s%s needs a value", field, op)
	}
	switch field {
	case "restarts":
		t, err = restartsTerm(op, value)
		return t, nil, err
	case "age":
		t, err = ageTerm(op, value)
		return t, nil, err
	case "ready":
		t, err = readyTerm(op, value)
		return t, nil, err
	case "healthy":
		t, err = healthyTerm(op, value)
		return t, nil, err
	}
	get, ok := textFields[field]
	if !ok {
		return nil, nil, fmt.Errorf("there is no field %s: there are %s; for a label write -l %s=%s", field, fieldNames, field, value)
	}
	return textTerm(get, field, op, value)
}

// textFields are the fields that are compared as text.
var textFields = map[string]func(r *api.PodRow) string{
	"name":      func(r *api.PodRow) string { return r.Name },
	"namespace": func(r *api.PodRow) string { return r.Namespace },
	"ns":        func(r *api.PodRow) string { return r.Namespace },
	"status":    func(r *api.PodRow) string { return r.Status },
	"phase":     func(r *api.PodRow) string { return r.Phase },
	"ip":        func(r *api.PodRow) string { return r.IP },
	"node":      func(r *api.PodRow) string { return r.Node },
	"image":     func(r *api.PodRow) string { return r.Images },
	"owner":     func(r *api.PodRow) string { return r.Owner },
	"label":     func(r *api.PodRow) string { return r.Labels },
}

// columnOfField is the column that shows a field.
func columnOfField(field string) string {
	switch field {
	case "ns":
		return colNamespace
	case "label":
		return colLabels
	}
	return field
}

// textTerm compares with = and != as a pattern of * and ?, with ~ and !~ as a
// regular expression; neither minds the case of a lower-case value.
func textTerm(get func(*api.PodRow) string, field, op, value string) (t term, found *regexp.Regexp, err error) {
	fold := "(?is)"
	if strings.ContainsFunc(value, unicode.IsUpper) {
		fold = "(?s)"
	}
	var expr string
	switch op {
	case "=", "!=":
		expr = "^(?:" + globExpr(value) + ")$"
	case "~", "!~":
		expr = value
	default:
		return nil, nil, fmt.Errorf("%s is text: it takes =, !=, ~ or !~, not %s", field, op)
	}
	re, err := regexp.Compile(fold + expr)
	if err != nil {
		return nil, nil, fmt.Errorf("%s is no regular expression: %w", value, cause(err))
	}
	not := op[0] == '!'
	if op == "~" {
		found = re
	}
	return func(k *known, _ time.Time) bool { return re.MatchString(get(&k.row)) != not }, found, nil
}

// cause is the part of a regexp error that is about the expression.
func cause(err error) error {
	return errors.New(strings.TrimPrefix(err.Error(), "error parsing regexp: "))
}

// globExpr is a pattern of * and ? as an expression.
func globExpr(glob string) string {
	var b strings.Builder
	for _, c := range glob {
		switch c {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return b.String()
}

func restartsTerm(op, value string) (term, error) {
	n, err := strconv.Atoi(value)
	if err != nil {
		return nil, fmt.Errorf("restarts%s needs a number, not %q", op, value)
	}
	cmp, err := comparison("restarts", op)
	if err != nil {
		return nil, err
	}
	return func(k *known, _ time.Time) bool { return cmp(int64(k.row.Restarts), int64(n)) }, nil
}

func ageTerm(op, value string) (term, error) {
	d, err := parseAge(value)
	if err != nil {
		return nil, err
	}
	cmp, err := comparison("age", op)
	if err != nil {
		return nil, err
	}
	return func(k *known, now time.Time) bool {
		return !k.row.Created.IsZero() && cmp(int64(now.Sub(k.row.Created)), int64(d))
	}, nil
}

func readyTerm(op, value string) (term, error) {
	if op != "=" && op != "!=" {
		return nil, fmt.Errorf("ready takes = or !=, not %s", op)
	}
	not := op == "!="
	switch yes, ok := yesOrNo(value); {
	case ok:
		not = not != !yes
	default:
		ready, total, ok := strings.Cut(value, "/")
		r, err := strconv.Atoi(ready)
		t, terr := strconv.Atoi(total)
		if !ok || err != nil || terr != nil {
			return nil, fmt.Errorf("ready=%s: write ready=yes, ready=no or such as ready=1/2", value)
		}
		return func(k *known, _ time.Time) bool { return (k.row.Ready == r && k.row.Total == t) != not }, nil
	}
	return func(k *known, _ time.Time) bool { return (k.row.Ready == k.row.Total) != not }, nil
}

// yesOrNo reads a yes or a no; ok is false for anything else.
func yesOrNo(value string) (yes, ok bool) {
	switch strings.ToLower(value) {
	case "yes", "true", "y":
		return true, true
	case "no", "false", "n":
		return false, true
	}
	return false, false
}

// healthyTerm asks whether anything about a pod wants attention.
func healthyTerm(op, value string) (term, error) {
	yes, ok := yesOrNo(value)
	if op != "=" && op != "!=" || !ok {
		return nil, errors.New("write healthy=yes or healthy=no")
	}
	want := yes == (op == "=")
	return func(k *known, _ time.Time) bool { return k.row.Healthy() == want }, nil
}

func comparison(field, op string) (func(a, b int64) bool, error) {
	switch op {
	case "=":
		return func(a, b int64) bool { return a == b }, nil
	case "!=":
		return func(a, b int64) bool { return a != b }, nil
	case "<":
		return func(a, b int64) bool { return a < b }, nil
	case "<=":
		return func(a, b int64) bool { return a <= b }, nil
	case ">":
		return func(a, b int64) bool { return a > b }, nil
	case ">=":
		return func(a, b int64) bool { return a >= b }, nil
	}
	return nil, fmt.Errorf("%s is a number: it takes =, !=, <, <=, > or >=, not %s", field, op)
}

// units of ages, in filters.
var units = map[byte]time.Duration{
	's': time.Second, 'm': time.Minute, 'h': time.Hour,
	'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour, 'y': 365 * 24 * time.Hour,
}

// parseAge reads an age such as 90s, 2h, 1d12h.
func parseAge(s string) (time.Duration, error) {
	bad := fmt.Errorf("age %q: write such as 90s, 15m, 2h, 3d or 1d12h", s)
	var total time.Duration
	for rest := s; rest != ""; {
		end := strings.IndexFunc(rest, func(c rune) bool { return c < '0' || c > '9' })
		if end <= 0 {
			return 0, bad
		}
		n, err := strconv.Atoi(rest[:end])
		unit, ok := units[rest[end]]
		if err != nil || !ok || n > 100_000 {
			return 0, bad
		}
		total += time.Duration(n) * unit
		rest = rest[end+1:]
	}
	if s == "" {
		return 0, bad
	}
	return total, nil
}
