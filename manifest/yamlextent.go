package manifest

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// The YAML parser says where a node begins, as a line and a column in runes.
// This file finds the byte offset of that place, and where the node ends.

// lineCursor turns YAML's lines and columns into offsets. Nodes come nearly in
// the order of the text, so it goes on from where it was, which keeps one long
// line linear.
type lineCursor struct {
	text   []byte
	starts []int
	line   int
	column int
	at     int
}

// newLineCursor indexes the lines of text as YAML 1.1 breaks them: LF, CR,
// CRLF, NEL, LS and PS.
func newLineCursor(text []byte) lineCursor {
	c := lineCursor{text: text, starts: []int{0}, line: 1, column: 1}
	for i := 0; i < len(text); i++ {
		if n := lineBreak(text[i:]); n > 0 {
			i += n - 1
			c.starts = append(c.starts, i+1)
		}
	}
	return c
}

// lineBreak returns the length of the line break at the beginning of text.
func lineBreak(text []byte) int {
	switch {
	case text[0] == '\n':
		return 1
	case text[0] == '\r':
		if len(text) > 1 && text[1] == '\n' {
			return 2
		}
		return 1
	case text[0] == 0xC2 && len(text) > 1 && text[1] == 0x85:
		return 2
	case text[0] == 0xE2 && len(text) > 2 && text[1] == 0x80 && (text[2] == 0xA8 || text[2] == 0xA9):
		return 3
	}
	return 0
}

// offset returns the offset of a line and column, both from 1.
func (c *lineCursor) offset(line, column int) int {
	if line < 1 || line > len(c.starts) {
		return len(c.text)
	}
	if line != c.line || column < c.column {
		c.line, c.column, c.at = line, 1, c.starts[line-1]
	}
	for c.column < column && c.at < len(c.text) {
		_, size := utf8.DecodeRune(c.text[c.at:])
		c.at += size
		c.column++
	}
	return c.at
}

// skipProperties returns the offset of a node's content behind its anchor and
// tag. nonSpecific reports the tag "!", which makes any scalar a string.
func skipProperties(text []byte, start int, y *yaml.Node) (content int, nonSpecific bool) {
	i := start
	if y.Kind == yaml.AliasNode {
		return i, false
	}
	for i < len(text) && (text[i] == '&' && y.Anchor != "" || text[i] == '!') {
		j := i
		for j < len(text) && !isBlank(text[j]) && bytes.IndexByte([]byte(",[]{}"), text[j]) < 0 {
			j++
		}
		if text[i] == '!' && j == i+1 {
			nonSpecific = true
		}
		if y.Kind == yaml.ScalarNode && y.Value == "" && !quotedAhead(text, j) {
			return j, nonSpecific // an empty node: nothing follows that is its own
		}
		i = skipSpace(text, j)
	}
	return i, nonSpecific
}

// quotedAhead tells whether a property is followed by a quoted or block scalar
// or another property, rather than by nothing.
func quotedAhead(text []byte, i int) bool {
	for i < len(text) && (text[i] == ' ' || text[i] == '\t') {
		i++
	}
	return i < len(text) && bytes.IndexByte([]byte(`"'|>!&`), text[i]) >= 0
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skipSpace skips blanks, line breaks and comments.
func skipSpace(text []byte, i int) int {
	for i < len(text) {
		switch {
		case isBlank(text[i]):
			i++
		case text[i] == '#':
			for i < len(text) && text[i] != '\n' && text[i] != '\r' {
				i++
			}
		default:
			return i
		}
	}
	return i
}

// scalarEnd returns the offset behind a scalar whose content begins at start.
func scalarEnd(text []byte, start int, y *yaml.Node, indent int) int {
	if start >= len(text) {
		return len(text)
	}
	switch {
	case y.Style&yaml.DoubleQuotedStyle != 0 && text[start] == '"':
		for i := start + 1; i < len(text); i++ {
			if text[i] == '\\' {
				i++
			} else if text[i] == '"' {
				return i + 1
			}
		}
		return len(text)
	case y.Style&yaml.SingleQuotedStyle != 0 && text[start] == '\'':
		for i := start + 1; i < len(text); i++ {
			if text[i] != '\'' {
				continue
			}
			if i+1 < len(text) && text[i+1] == '\'' {
				i++
				continue
			}
			return i + 1
		}
		return len(text)
	case y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return blockEnd(text, start, indent)
	default:
		return plainEnd(text, start, y.Value)
	}
}

// plainEnd walks an unquoted scalar, which may be folded over lines: every
// character but white space stands in the text as it does in the value.
func plainEnd(text []byte, start int, value string) int {
	i, end := start, start
	for _, r := range value {
		if r == ' ' || r == '\t' || r == '\n' || r == '\u0085' || r == '\u2028' || r == '\u2029' {
			continue
		}
		for i < len(text) {
			if isBlank(text[i]) {
				i++
			} else if n := lineBreak(text[i:]); n > 0 {
				i += n
			} else {
				break
			}
		}
		got, size := utf8.DecodeRune(text[i:])
		if got != r || size == 0 {
			return end
		}
		i += size
		end = i
	}
	return end
}

// blockEnd returns the offset behind the last line with content of a literal
// or folded scalar whose header begins at start.
func blockEnd(text []byte, start, parent int) int {
	i, end, indent := start, start, -1
	for i < len(text) && text[i] != '\n' && text[i] != '\r' {
		if indent < 0 && text[i] >= '1' && text[i] <= '9' && i <= start+2 {
			indent = max(parent, 0) + int(text[i]-'0')
		}
		if !isBlank(text[i]) {
			end = i + 1
		}
		i++
	}
	for i < len(text) {
		i += max(lineBreak(text[i:]), 1)
		spaces := 0
		for i+spaces < len(text) && text[i+spaces] == ' ' {
			spaces++
		}
		j := i + spaces
		for j < len(text) && lineBreak(text[j:]) == 0 {
			j++
		}
		if len(bytes.TrimRight(text[i:j], " \t")) == 0 {
			i = j
			continue // an empty line belongs to it only if more follows
		}
		if indent < 0 && spaces > parent {
			indent = spaces
		}
		if indent < 0 || spaces < indent {
			break
		}
		end = j
		i = j
	}
	return end
}

func upperFirst(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}
