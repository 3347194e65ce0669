package ui

import "strings"

// How well what is typed names a choice, the best first.
const (
	nameIs       = iota // it is the name
	nameBegins          // the name begins with it
	wordBegins          // a word of the name does
	nameHolds           // it is somewhere in the name
	wordsHold           // all its words are somewhere in the name or in what it does
	lettersHold         // its letters are in the name, in their order
	notNamed            // not at all
	letterFinder = 2    // letters from which on more than beginnings are looked for
)

// fit is how well what is typed names a choice.
func fit(c choice, typed string) int {
	name, typed := strings.ToLower(c.name), strings.ToLower(strings.TrimSpace(typed))
	switch {
	case typed == "" || name == typed:
		return nameIs
	case strings.HasPrefix(name, typed):
		return nameBegins
	case len([]rune(typed)) < letterFinder:
		return notNamed
	}
	for i := range name {
		if i > 0 && strings.ContainsRune(" -_/.", rune(name[i-1])) && strings.HasPrefix(name[i:], typed) {
			return wordBegins
		}
	}
	if strings.Contains(name, typed) {
		return nameHolds
	}
	all := name + " " + strings.ToLower(c.detail)
	held := true
	for w := range strings.FieldsSeq(typed) {
		held = held && strings.Contains(all, w)
	}
	switch {
	case held:
		return wordsHold
	case hasLetters(name, typed):
		return lettersHold
	}
	return notNamed
}

// hasLetters tells whether the characters of typed, blanks apart, are in the name
// in their order.
func hasLetters(name, typed string) bool {
	rest := []rune(strings.ReplaceAll(typed, " ", ""))
	for _, c := range name {
		if len(rest) > 0 && c == rest[0] {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}
