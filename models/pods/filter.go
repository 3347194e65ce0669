package pods

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"k8s.io/apimachinery/pkg/labels"
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

// isLower tells whether a word has no capital, but for those of an expression's
// classes, such as \S.
func isLower(word string) bool {
	escaped := false
	for _, c := range word {
		if unicode.IsUpper(c) && !escaped {
			return false
		}
		escaped = c == '\\' && !escaped
	}
	return true
}

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
