package config

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"podium/internal/spelling"
	"podium/internal/strictyaml"
	"podium/models"
)

// lineLimit bounds a text of the configuration, in bytes, and listLimit a list.
const (
	lineLimit = 4096
	listLimit = 1000
)

// decode reads a value of the row into s. False with a complaint when it is not
// of the right kind or out of range; s is unchanged then.
func decode(r *strictyaml.Reader, n *yaml.Node, row models.Setting, s *models.Settings) bool {
	var ok bool
	switch field := row.Field(s).(type) {
	case *bool:
		var v bool
		if v, ok = r.Bool(n, row.Key); ok {
			*field = v
		}
	case *string:
		var v string
		if v, ok = text(r, n, row); ok {
			*field = v
		}
	case *int:
		var v int64
		if v, ok = number(r, n, row, wholeNumber); ok {
			*field = int(v)
		}
	case *int64:
		var v int64
		if v, ok = number(r, n, row, parseSize); ok {
			*field = v
		}
	case *time.Duration:
		var v int64
		if v, ok = number(r, n, row, parseSpan); ok {
			*field = time.Duration(v)
		}
	case *[]string:
		var v []string
		if v, ok = texts(r, n, row); ok {
			*field = v
		}
	case *[]models.Snippet:
		var v []models.Snippet
		if v, ok = snippets(r, n, row); ok {
			*field = v
		}
	}
	return ok
}

// decodeText reads a value as it is written outside a file: as in the file, but
// that a list may be written with commas only.
func decodeText(r *strictyaml.Reader, value string, row models.Setting, s *models.Settings) bool {
	switch row.Field(s).(type) {
	case *string:
		return decode(r, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value}, row, s)
	case *[]string:
		if !strings.HasPrefix(strings.TrimSpace(value), "[") {
			n := &yaml.Node{Kind: yaml.SequenceNode}
			for item := range strings.SplitSeq(value, ",") {
				n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: strings.TrimSpace(item)})
			}
			return decode(r, n, row, s)
		}
	}
	n := r.Parse([]byte(value))
	if n == nil {
		if len(r.Problems) == 0 {
			r.Complain(nil, "%s has no value", row.Key)
		}
		return false
	}
	return decode(r, n, row, s)
}

func text(r *strictyaml.Reader, n *yaml.Node, row models.Setting) (string, bool) {
	v, ok := r.Text(n, row.Key)
	switch {
	case !ok:
	case len(v) > lineLimit:
		r.Complain(n, "%s has %d bytes, more than %d", row.Key, len(v), lineLimit)
		ok = false
	case strings.ContainsFunc(v, func(c rune) bool { return c < ' ' || c == 0x7f }):
		r.Complain(n, "%s must be one line without control characters", row.Key)
		ok = false
	case row.Words != nil && !slices.Contains(row.Words, v):
		hint := ""
		if guess := spelling.Closest(v, row.Words); guess != "" {
			hint = "; did you mean " + guess + "?"
		}
		r.Complain(n, "%s must be %s, not %s%s", row.Key, strictyaml.Among(row.Words), strictyaml.Quote(v), hint)
		ok = false
	}
	return v, ok
}

// number reads a number, written as parse has it, and holds it to the range.
func number(r *strictyaml.Reader, n *yaml.Node, row models.Setting, parse func(string) (int64, string)) (int64, bool) {
	if n.Kind != yaml.ScalarNode || strictyaml.IsNull(n) {
		r.Complain(n, "%s must be %s, not %s", row.Key, example(row), strictyaml.Kind(n))
		return 0, false
	}
	v, wrong := parse(n.Value)
	switch {
	case wrong != "":
		r.Complain(n, "%s must be %s, not %s: %s", row.Key, example(row), strictyaml.Quote(n.Value), wrong)
		return 0, false
	case v == 0 && row.Zero != "":
	case v < row.Min || v > row.Max:
		r.Complain(n, "%s must be %s, not %s", row.Key, rangeOf(row), strictyaml.Quote(n.Value))
		return 0, false
	}
	return v, true
}

// wholeNumber reads digits, with _ between them where one likes.
func wholeNumber(s string) (v int64, wrong string) {
	v, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil {
		return 0, "that is no whole number"
	}
	return v, ""
}

// parseSpan reads a duration; 0 needs no unit.
func parseSpan(s string) (v int64, wrong string) {
	if s == "0" {
		return 0, ""
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return 0, "the unit is missing (ms, s, m or h)"
		}
		return 0, "that is no duration"
	}
	return int64(d), ""
}

// units are those of sizes, the largest first; all are powers of 1024.
var units = []struct {
	name  string
	bytes int64
}{{"TB", 1 << 40}, {"GB", 1 << 30}, {"MB", 1 << 20}, {"kB", 1 << 10}, {"B", 1}}

// parseSize reads a number of bytes: 65536, 64kB, 1.5 MB, 8MiB.
func parseSize(s string) (v int64, wrong string) {
	rest := strings.ToLower(strings.TrimSpace(s))
	rest = strings.Replace(rest, "ib", "b", 1)
	factor := int64(1)
	for _, u := range units {
		if number, ok := strings.CutSuffix(rest, strings.ToLower(u.name)); ok {
			rest, factor = strings.TrimSpace(number), u.bytes
			break
		}
	}
	f, err := strconv.ParseFloat(rest, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, "that is no number of bytes"
	}
	if f *= float64(factor); f < 0 || f > 1<<60 {
		return 0, "that is out of range"
	}
	return int64(f), ""
}

func texts(r *strictyaml.Reader, n *yaml.Node, row models.Setting) ([]string, bool) {
	if n.Kind != yaml.SequenceNode {
		r.Complain(n, "%s must be a list, not %s", row.Key, strictyaml.Kind(n))
		return nil, false
	}
	if len(n.Content) > listLimit {
		r.Complain(n, "%s has %d entries, more than %d", row.Key, len(n.Content), listLimit)
		return nil, false
	}
	out := make([]string, 0, len(n.Content))
	for _, item := range n.Content {
		v, ok := text(r, item, models.Setting{Key: "an entry of " + row.Key, Words: row.Words})
		if !ok {
			return nil, false
		}
		if slices.Contains(out, v) {
			r.Complain(item, "%s is twice in %s", strictyaml.Quote(v), row.Key)
			return nil, false
		}
		out = append(out, v)
	}
	return out, true
}

// snippets reads a mapping of names to command lines.
func snippets(r *strictyaml.Reader, n *yaml.Node, row models.Setting) ([]models.Snippet, bool) {
	before := len(r.Problems)
	var out []models.Snippet
	for _, e := range r.Mapping(n, row.Key) {
		line, ok := text(r, e.Value, models.Setting{Key: row.Key + "." + e.Name})
		if ok && line == "" {
			r.Complain(e.Value, "%s has no command line", row.Key+"."+e.Name)
		}
		out = append(out, models.Snippet{Name: e.Name, Line: line})
	}
	return out, len(r.Problems) == before
}

// example says how a number of the row is written.
func example(row models.Setting) string {
	switch row.Default.(type) {
	case *time.Duration:
		return "a duration such as 500ms, 5s or 2m"
	case *int64:
		return "a size such as 64kB, 16MB or 1GB"
	}
	return "a whole number"
}

// rangeOf says what the row allows: "from 1 to 64".
func rangeOf(row models.Setting) string {
	s := "from " + format(row, row.Min) + " to " + format(row, row.Max)
	if row.Zero != "" && row.Min > 0 {
		s += ", or 0 (" + row.Zero + ")"
	}
	return s
}

// format writes a number of the row as people do.
func format(row models.Setting, v int64) string {
	switch row.Default.(type) {
	case *time.Duration:
		return Span(time.Duration(v))
	case *int64:
		return Size(v)
	}
	return strconv.FormatInt(v, 10)
}

// Span writes a duration without the units that are zero: 2m, not 2m0s.
func Span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	if s == "0s" {
		return "0"
	}
	return s
}

// Size writes a number of bytes in the largest unit that leaves a whole number.
func Size(v int64) string {
	for _, u := range units {
		if v != 0 && v%u.bytes == 0 && u.bytes > 1 {
			return strconv.FormatInt(v/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(v, 10)
}
