package command

import (
	"errors"
	"strings"
)

// spec is what is run: a line, how, and what it reads.
type spec struct {
	line  string
	argv  bool   // the line is a program and its arguments, run without sh
	stdin string // path of the file that it reads, "" for none
	on    string // a selector: where it runs, in place of the screen's pods
}

// argvMark before a line means that it is run without sh: in histories and
// snippets, and when it is typed first.
const argvMark = "="

// selectorMark begins a line that says by labels where it runs, and selectorEnd
// ends the labels: "-l app=web -- uptime", as podium exec has it.
const (
	selectorMark = "-l "
	selectorEnd  = " -- "
)

// parseSpec reads a line of a history.
func parseSpec(text string) spec {
	line, argv := strings.CutPrefix(text, argvMark)
	s := spec{line: strings.TrimSpace(line), argv: argv}
	if rest, ok := strings.CutPrefix(s.line, selectorMark); ok {
		if on, line, ok := strings.Cut(rest, selectorEnd); ok {
			s.on, s.line = strings.TrimSpace(on), strings.TrimSpace(line)
		}
	}
	return s
}

// typed is the line as it is typed.
func (s spec) typed() string {
	if s.on != "" {
		return selectorMark + s.on + selectorEnd + s.line
	}
	return s.line
}

// text is the line as histories have it.
func (s spec) text() string {
	if s.argv {
		return argvMark + s.typed()
	}
	return s.typed()
}

// command is what is sent.
func (s spec) command() ([]string, error) {
	if !s.argv {
		return []string{"sh", "-c", s.line}, nil
	}
	return split(s.line)
}

// sign stands before the line and says how it is run.
func (s spec) sign() string {
	if s.argv {
		return "argv $ "
	}
	return "sh $ "
}

// split takes a line apart at blanks. Quotes and backslashes work as in sh;
// nothing else has a meaning.
func split(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	in, begun := rune(0), false // the quote that is open; whether there is a word
	escaped := false
	for _, c := range line {
		switch {
		case escaped:
			if in == '"' && !strings.ContainsRune(`"\$`+"`", c) {
				word.WriteByte('\\')
			}
			word.WriteRune(c)
			escaped = false
		case c == '\\' && in != '\'':
			escaped, begun = true, true
		case in != 0:
			if c == in {
				in = 0
			} else {
				word.WriteRune(c)
			}
		case c == '\'' || c == '"':
			in, begun = c, true
		case c == ' ' || c == '\t':
			if begun {
				words = append(words, word.String())
				word.Reset()
			}
			begun = false
		default:
			word.WriteRune(c)
			begun = true
		}
	}
	switch {
	case in != 0:
		return nil, errors.New("a quote (" + string(in) + ") is not closed")
	case escaped:
		return nil, errors.New("the backslash at the end stands before nothing")
	}
	if begun {
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return nil, errors.New("there is no program to run")
	}
	return words, nil
}
