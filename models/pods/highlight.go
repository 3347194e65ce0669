package pods

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"podium/themes"
)

// maxSpans is how many places in a cell are highlighted.
const maxSpans = 8

// spans are the places in a cell's text that the filter found. words tells
// whether words look at the column.
func (f *filter) spans(columnID string, words bool, text string) []themes.Span {
	if re := f.fields[columnID]; re != nil {
		return found(re, text)
	}
	switch {
	case columnID == colName && f.fuzzy != "":
		return f.fuzzySpans(text)
	case !words || f.marks == nil:
		return nil
	case f.plain && isASCII(text):
		return f.wordSpans(text)
	}
	return found(f.marks, text)
}

func found(re *regexp.Regexp, text string) []themes.Span {
	var out []themes.Span
	for _, m := range re.FindAllStringIndex(text, maxSpans) {
		if m[1] > m[0] {
			out = append(out, themes.Span{Start: m[0], End: m[1]})
		}
	}
	return out
}

// wordSpans are the places of the plain words in ASCII.
func (f *filter) wordSpans(text string) []themes.Span {
	var out []themes.Span
	low := strings.ToLower(text)
	for at := 0; len(out) < maxSpans; {
		s, ok := f.nextWord(text, low, at)
		if !ok {
			break
		}
		out, at = append(out, s), s.End
	}
	return out
}

// fuzzySpans are the characters of a name that the fuzzy pattern found.
func (f *filter) fuzzySpans(name string) []themes.Span {
	var out []themes.Span
	pattern := []rune(f.fuzzy)
	for at := 0; at < len(name) && len(pattern) > 0; {
		c, size := utf8.DecodeRuneInString(name[at:])
		start := at
		at += size
		if unicode.ToLower(c) != pattern[0] {
			continue
		}
		pattern = pattern[1:]
		if n := len(out); n > 0 && out[n-1].End == start {
			out[n-1].End = at
		} else {
			out = append(out, themes.Span{Start: start, End: at})
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
