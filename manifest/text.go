package manifest

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// format writes a problem on one line.
func (p Problem) format() string {
	var b strings.Builder
	if p.Start.Valid() {
		b.WriteString(strconv.Itoa(p.Start.Line) + ":" + strconv.Itoa(p.Start.Column) + ": ")
	}
	b.WriteString(p.Severity.String() + ": ")
	if p.Field != "" && !strings.Contains(p.Message, p.Field) {
		b.WriteString(clean(p.Field) + ": ")
	}
	b.WriteString(p.Message + " [" + string(p.Code) + "]")
	return b.String()
}

// quote puts outside text into a message: escaped, in quotes, and shortened.
func quote(s string) string { return strconv.Quote(clip(s, 60)) }

// clip shortens text to n runes, never inside one.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	count := 0
	for i := range s {
		if count == n {
			return s[:i] + "…"
		}
		count++
	}
	return s
}

// clean escapes what must not reach a terminal or a header.
func clean(s string) string {
	ok := true
	for _, r := range s {
		if r == utf8.RuneError || !strconv.IsPrint(r) {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// listWords joins words as a sentence does: a, b or c.
func listWords(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// begun returns the candidate that begins with word, "" if there is none: the
// rest of a name is often left out.
func begun(word string, candidates []string) string {
	for _, c := range candidates {
		if len(word) >= 4 && len(c) > len(word) && strings.EqualFold(c[:len(word)], word) {
			return c
		}
	}
	return ""
}
