package pods

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"podium/api"
)

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
