// Package syntax colours YAML and JSON a line at a time, as the editor and the
// text view want it. It is a scanner for the eye: it never fails, and what it
// gets wrong on broken text are colours only.
package syntax

import (
	"strings"

	"podium/themes"
)

// The state between two lines: in the two lowest bits what is open, above the
// indentation of a block scalar's parent, above that the depth of brackets.
const (
	open      = 3
	block     = 1 // a block scalar ("|" or ">")
	double    = 2 // a string in double quotes
	single    = 3 // one in single quotes
	indentAt  = 2
	depthAt   = 34
	maxIndent = 1<<30 - 1
	maxDepth  = 1 << 20
)

// YAML finds the spans of a line of YAML, in order and apart. state is what the
// line before returned, 0 for the first. JSON is coloured by it too. It looks at
// every byte about once.
func YAML(line string, state uint64) (spans []themes.Span, next uint64) {
	s := scanner{line: line, depth: int(state >> depthAt), spans: make([]themes.Span, 0, 4)}
	switch state & open {
	case block:
		parent := int(state >> indentAt & maxIndent)
		blank := strings.TrimSpace(line) == ""
		if blank || indent(line) > parent-1 {
			s.add(indent(line), len(line), themes.SyntaxString)
			return s.spans, state
		}
	case double, single:
		quote := byte('"')
		if state&open == single {
			quote = '\''
		}
		if !s.quoted(0, 0, quote) {
			return s.spans, state
		}
	default:
		if strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...") || strings.HasPrefix(line, "%") {
			s.add(0, 3, themes.SyntaxAnchor)
			s.at = min(3, len(line))
		}
	}
	s.scan()
	return s.spans, s.next | uint64(s.depth)<<depthAt
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// scanner walks over one line.
type scanner struct {
	line   string
	at     int
	depth  int // of brackets
	parent int // indentation of the innermost key or dash, plus 1
	spans  []themes.Span
	next   uint64
}

func (s *scanner) add(from, to int, r themes.Role) {
	if to = min(to, len(s.line)); from < to {
		s.spans = append(s.spans, themes.Span{Start: from, End: to, Role: r})
	}
}

func (s *scanner) one(r themes.Role) {
	s.add(s.at, s.at+1, r)
	s.at++
}

// ends says whether the byte at i ends an indicator: a blank or the line's end.
func (s *scanner) ends(i int) bool {
	return i >= len(s.line) || s.line[i] == ' ' || s.line[i] == '\t'
}

func (s *scanner) scan() {
	for s.at < len(s.line) && s.next == 0 {
		switch b := s.line[s.at]; b {
		case ' ', '\t':
			s.at++
		case '#':
			if s.at == 0 || s.ends(s.at-1) {
				s.add(s.at, len(s.line), themes.SyntaxComment)
				s.at = len(s.line)
				return
			}
			s.plain()
		case '-', '?':
			if !s.ends(s.at + 1) {
				s.plain()
				continue
			}
			s.parent = s.at + 1
			s.one(themes.SyntaxPunct)
		case '"', '\'':
			s.quoted(s.at, s.at+1, b)
		case '|', '>':
			s.blockScalar()
		case '&', '*', '!':
			end := s.at
			for !s.ends(end) && (s.depth == 0 || strings.IndexByte(",]}", s.line[end]) < 0) {
				end++
			}
			s.add(s.at, end, themes.SyntaxAnchor)
			s.at = end
		case '[', '{':
			s.depth = min(s.depth+1, maxDepth)
			s.one(themes.SyntaxPunct)
		case ']', '}':
			s.depth = max(s.depth-1, 0)
			s.one(themes.SyntaxPunct)
		case ',', ':':
			if b == ',' && s.depth == 0 || b == ':' && s.depth == 0 && !s.ends(s.at+1) {
				s.plain()
				continue
			}
			s.one(themes.SyntaxPunct)
		default:
			s.plain()
		}
	}
}

// quoted scans a string whose inside begins at from; false if it goes on in the
// next line.
func (s *scanner) quoted(start, from int, quote byte) bool {
	for i := from; i < len(s.line); i++ {
		switch {
		case s.line[i] == '\\' && quote == '"':
			i++
		case s.line[i] != quote:
		case quote == '\'' && i+1 < len(s.line) && s.line[i+1] == '\'':
			i++
		default:
			s.at = i + 1
			role := themes.SyntaxString
			if s.colon(s.at) {
				role = themes.SyntaxKey
				s.parent = start + 1
			}
			s.add(start, s.at, role)
			return true
		}
	}
	s.add(start, len(s.line), themes.SyntaxString)
	s.at = len(s.line)
	s.next = double
	if quote == '\'' {
		s.next = single
	}
	return false
}

// colon says whether a colon follows that makes a key of what is before i.
func (s *scanner) colon(i int) bool {
	for i < len(s.line) && s.line[i] == ' ' {
		i++
	}
	return i < len(s.line) && s.line[i] == ':' && (s.depth > 0 || s.ends(i+1))
}

// blockScalar scans the head of a block scalar, if it is one.
func (s *scanner) blockScalar() {
	end := s.at + 1
	for end < len(s.line) && strings.IndexByte("+-0123456789", s.line[end]) >= 0 {
		end++
	}
	rest := strings.TrimLeft(s.line[end:], " ")
	if !s.ends(end) || s.depth > 0 || rest != "" && rest[0] != '#' {
		s.plain()
		return
	}
	s.add(s.at, end, themes.SyntaxPunct)
	if rest != "" {
		s.add(len(s.line)-len(rest), len(s.line), themes.SyntaxComment)
	}
	s.at = len(s.line)
	s.next = block | uint64(min(s.parent, maxIndent))<<indentAt
}

// plain scans a scalar without quotes, or a key.
func (s *scanner) plain() {
	start, end := s.at, s.at+1
	for ; end < len(s.line); end++ {
		switch b := s.line[end]; {
		case b == ':' && (s.ends(end+1) || s.depth > 0 && strings.IndexByte(",]}", s.line[end+1]) >= 0):
			s.add(start, end, themes.SyntaxKey)
			s.parent = start + 1
			s.at = end
			s.one(themes.SyntaxPunct)
			return
		case b == '#' && s.ends(end-1),
			s.depth > 0 && (b == ',' || b == ']' || b == '}' || b == '[' || b == '{'):
			s.scalar(start, end)
			return
		}
	}
	s.scalar(start, end)
}

func (s *scanner) scalar(start, end int) {
	text := strings.TrimRight(s.line[start:end], " \t")
	s.add(start, start+len(text), kind(text))
	s.at = end
}

// kind tells numbers and booleans from strings as YAML 1.1 has them, which is what
// sigs.k8s.io/yaml reads.
func kind(text string) themes.Role {
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "on", "off", "null", "~":
		return themes.SyntaxBool
	}
	if number(text) {
		return themes.SyntaxNumber
	}
	return themes.SyntaxString
}

func number(text string) bool {
	t := strings.TrimLeft(text, "+-")
	if len(text)-len(t) > 1 || t == "" {
		return false
	}
	if rest, ok := strings.CutPrefix(t, "0x"); ok {
		return rest != "" && strings.Trim(rest, "0123456789abcdefABCDEF_") == ""
	}
	if t[0] != '.' && (t[0] < '0' || t[0] > '9') {
		return false
	}
	digits, dots, exps := 0, 0, 0
	for i := range len(t) {
		switch b := t[i]; {
		case b >= '0' && b <= '9':
			digits++
		case b == '.':
			dots++
		case (b == 'e' || b == 'E') && digits > 0:
			exps++
		case (b == '+' || b == '-') && i > 0 && (t[i-1] == 'e' || t[i-1] == 'E'), b == '_':
		default:
			return false
		}
	}
	return digits > 0 && dots <= 1 && exps <= 1
}
