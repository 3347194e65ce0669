package copyas

import (
	"errors"
	"strings"
	"unicode"
)

// errControls refuses what must not be pasted into a shell.
var errControls = errors.New("it has control characters in its name, which no shell should be given")

// plain is a text of one line that can be pasted anywhere.
func plain(s string) (string, error) {
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return "", errControls
	}
	return s, nil
}

// raw is a word of a command that the shell is to take apart itself.
type raw string

// command spells a command line for a POSIX shell. Words are strings, quoted where
// they need it, and raw ones, taken as they are; empty raw words are left out.
func command(words ...any) (string, error) {
	var out []string
	for _, w := range words {
		switch w := w.(type) {
		case raw:
			if w != "" {
				out = append(out, string(w))
			}
		case string:
			q, err := quote(w)
			if err != nil {
				return "", err
			}
			out = append(out, q)
		case []string:
			for _, s := range w {
				q, err := quote(s)
				if err != nil {
					return "", err
				}
				out = append(out, q)
			}
		}
	}
	return strings.Join(out, " "), nil
}

// quote makes one word of a text, for every POSIX shell.
func quote(s string) (string, error) {
	if _, err := plain(s); err != nil {
		return "", err
	}
	harmless := func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_./:@%+=,", r))
	}
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool { return !harmless(r) }) {
		return s, nil
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", nil
}
