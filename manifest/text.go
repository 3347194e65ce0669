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

// closest returns the candidate that word was probably meant to be, or "".
func closest(word string, candidates []string) string {
	if word == "" || len(word) > 64 {
		return ""
	}
	best, bestDistance := "", 1+max(1, len(word)/3)
	lower := strings.ToLower(word)
	for _, c := range candidates {
		if c == "" || c == word {
			continue
		}
		candidate := strings.ToLower(c)
		d := 0
		if candidate != lower {
			d = distance(lower, candidate)
		}
		if d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
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

// distance is the number of insertions, deletions, replacements and swaps of
// neighbours between two words (optimal string alignment).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, above := make([]int, len(y)+1), make([]int, len(y)+1)
	row := make([]int, len(y)+1)
	for j := range above {
		above[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(y)]
}
