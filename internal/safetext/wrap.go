package safetext

import "strings"

// Wrap makes s harmless as Clean does and breaks it between words into lines of
// at most limit cells; a word that is wider is broken where it must be. A text
// that fits is one line, with its blanks as they are; an empty one is one empty
// line. Where not even one character fits, the last line is "…". limit below 1
// counts as 1.
func Wrap(s string, limit int) []string {
	limit = max(limit, 1)
	s = Clean(s)
	if Width(s) <= limit {
		return []string{s}
	}
	var out []string
	line, used := "", 0
	for word := range strings.FieldsSeq(s) {
		w := Width(word)
		if used > 0 && used+1+w > limit {
			out = append(out, line)
			line, used = "", 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		for w > limit-used {
			n, cells := head(word, limit-used)
			if n == 0 {
				return append(out, ellipsis)
			}
			out = append(out, line+word[:n])
			line, used = "", 0
			word, w = word[n:], w-cells
		}
		line, used = line+word, used+w
	}
	if used > 0 || len(out) == 0 {
		out = append(out, line)
	}
	return out
}

// head is the length of what clean text shows in at most limit cells, and how many
// it takes.
func head(s string, limit int) (n, cells int) {
	for n < len(s) {
		size, w := Next(s[n:])
		if cells+w > limit {
			break
		}
		n, cells = n+size, cells+w
	}
	return n, cells
}
