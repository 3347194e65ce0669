package safetext

import "strings"

// Wrap makes s harmless as Clean does and breaks it between words into lines of
// at most max cells; a word that is wider is broken where it must be. A text
// that fits is one line, with its blanks as they are; an empty one is one empty
// line. max below 1 counts as 1.
func Wrap(s string, max int) []string {
	if max < 1 {
		max = 1
	}
	s = Clean(s)
	if Width(s) <= max {
		return []string{s}
	}
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && Width(line)+1+Width(word) > max {
			out = append(out, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
		for Width(line) > max {
			head := Cut(line, 0, max)
			out = append(out, head)
			line = Cut(line, Width(head), Width(line))
			if head == "" { // a wide character in a narrow line: nothing of it fits
				return append(out, "…")
			}
		}
	}
	return append(out, line)
}
