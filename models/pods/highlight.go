package pods

import (
	"strings"

	"podium/themes"
)

// maxSpans is how many places in a name are highlighted.
const maxSpans = 8

// spans are the places in a name that the filter found.
func (f *filter) spans(name string) []themes.Span {
	if f == nil || f.marks == nil {
		return nil
	}
	var out []themes.Span
	if f.plain && isASCII(name) {
		low := strings.ToLower(name)
		for at := 0; len(out) < maxSpans; {
			s, ok := f.nextWord(name, low, at)
			if !ok {
				break
			}
			out, at = append(out, s), s.End
		}
		return out
	}
	for _, m := range f.marks.FindAllStringIndex(name, maxSpans) {
		if m[1] > m[0] {
			out = append(out, themes.Span{Start: m[0], End: m[1]})
		}
	}
	return out
}

// nextWord is the first place from at on where a word stands, as the expression
// of all words would find it: the words are literal and the name is ASCII.
func (f *filter) nextWord(name, low string, at int) (first themes.Span, ok bool) {
	for _, w := range f.words {
		in := name
		if w.fold {
			in = low
		}
		if i := strings.Index(in[at:], w.text); i >= 0 && w.text != "" && (!ok || at+i < first.Start) {
			first, ok = themes.Span{Start: at + i, End: at + i + len(w.text)}, true
		}
	}
	return first, ok
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
