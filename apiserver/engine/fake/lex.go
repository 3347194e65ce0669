package fake

import (
	"fmt"
	"strings"
)

// operators, the longest first.
func operators() []string {
	return []string{"2>/dev/null", "1>/dev/null", ">/dev/null", "</dev/null", "2>&1", "1>&2", ">&2", ">&1", "&&", "||", ";", "|", "\n", "&", ">", "<", "(", ")"}
}

func tokens(src string) ([]token, error) {
	var out []token
	for i := 0; i < len(src); {
		c := src[i]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			i++
			continue
		case c == '#':
			for i < len(src) && src[i] != '\n' {
				i++
			}
			continue
		}
		if op := operatorAt(src[i:]); op != "" {
			out = append(out, token{op: op})
			i += len(op)
			// A space may stand between > and /dev/null.
			if op == ">" || op == "<" {
				rest := strings.TrimLeft(src[i:], " ")
				if !strings.HasPrefix(rest, "/dev/null") {
					return nil, fmt.Errorf("this shell has no files to redirect to or from, only /dev/null")
				}
				out[len(out)-1].op = op + "/dev/null"
				i = len(src) - len(rest) + len("/dev/null")
			}
			continue
		}
		w, raw, n, err := readWord(src[i:])
		if err != nil {
			return nil, err
		}
		out = append(out, token{word: w, raw: raw})
		i += n
	}
	return out, nil
}

func operatorAt(s string) string {
	for _, op := range operators() {
		if strings.HasPrefix(s, op) {
			return op
		}
	}
	return ""
}

// readWord reads one word and returns how many bytes it took.
func readWord(s string) (w word, raw string, n int, err error) {
	var text strings.Builder
	plain := true
	flush := func(quoted bool) {
		if text.Len() > 0 || quoted {
			w = append(w, piece{text: text.String(), quoted: quoted})
			text.Reset()
		}
	}
	i := 0
	for i < len(s) {
		c := s[i]
		if strings.IndexByte(" \t\r\n;|&<>()", c) >= 0 {
			break
		}
		switch c {
		case '\'':
			flush(false)
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return nil, "", 0, errUnfinished
			}
			text.WriteString(s[i+1 : i+1+end])
			flush(true)
			i, plain = i+end+2, false
		case '"':
			flush(false)
			parts, used, err := readDouble(s[i+1:])
			if err != nil {
				return nil, "", 0, err
			}
			w = append(w, parts...)
			i, plain = i+1+used, false
		case '\\':
			if i+1 >= len(s) {
				return nil, "", 0, errUnfinished
			}
			text.WriteByte(s[i+1])
			i, plain = i+2, false
		case '$':
			name, used := variableAt(s[i:])
			if used == 0 {
				text.WriteByte('$')
				i++
				continue
			}
			flush(false)
			w = append(w, piece{text: name, variable: true})
			i, plain = i+used, false
		default:
			text.WriteByte(c)
			i++
		}
	}
	flush(false)
	if plain {
		raw = s[:i]
	}
	return w, raw, i, nil
}

// readDouble reads behind an opening double quote.
func readDouble(s string) (parts word, n int, err error) {
	var text strings.Builder
	flush := func() {
		parts = append(parts, piece{text: text.String(), quoted: true})
		text.Reset()
	}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			flush()
			return parts, i + 1, nil
		case c == '\\' && i+1 < len(s) && strings.IndexByte("\"\\$`\n", s[i+1]) >= 0:
			text.WriteByte(s[i+1])
			i += 2
		case c == '$':
			name, used := variableAt(s[i:])
			if used == 0 {
				text.WriteByte('$')
				i++
				continue
			}
			flush()
			parts = append(parts, piece{text: name, variable: true, quoted: true})
			i += used
		default:
			text.WriteByte(c)
			i++
		}
	}
	return nil, 0, errUnfinished
}

// variableAt reads $NAME, ${NAME}, $? and $$.
func variableAt(s string) (name string, used int) {
	if len(s) < 2 {
		return "", 0
	}
	if s[1] == '?' || s[1] == '$' {
		return s[1:2], 2
	}
	if s[1] == '{' {
		end := strings.IndexByte(s, '}')
		if end < 0 {
			return "", 0
		}
		return s[2:end], end + 1
	}
	n := 1
	for n < len(s) && nameByte(s[n], n > 1) {
		n++
	}
	if n == 1 {
		return "", 0
	}
	return s[1:n], n
}

func nameByte(c byte, digits bool) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || digits && c >= '0' && c <= '9'
}
