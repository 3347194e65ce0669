package api

import (
	"bytes"
	"encoding/json"
	"math"
	"time"
)

// A cursor walks over one JSON text whose shape is known, without a tree and
// mostly without allocating. Anything that it does not expect sets bad, after
// which nothing more is read; null counts as an absent value. What is skipped is
// matched bracket by bracket, not checked further.
type cursor struct {
	b   []byte
	i   int
	bad bool
}

// space moves on to the next byte that is no white space and gives it, 0 at the
// end.
func (c *cursor) space() byte {
	for c.i < len(c.b) {
		switch ch := c.b[c.i]; ch {
		case ' ', '\n', '\t', '\r':
			c.i++
		default:
			return ch
		}
	}
	return 0
}

func (c *cursor) fail() { c.bad, c.i = true, len(c.b) }

// null tells whether the value ahead is null, without reading it.
func (c *cursor) null() bool {
	return c.space() == 'n'
}

// literal reads word.
func (c *cursor) literal(word string) bool {
	if !bytes.HasPrefix(c.b[c.i:], []byte(word)) {
		c.fail()
		return false
	}
	c.i += len(word)
	return true
}

// firstKey enters an object and gives its first key, false when it has none or
// is null.
func (c *cursor) firstKey() ([]byte, bool) {
	switch c.space() {
	case 'n':
		c.literal("null")
		return nil, false
	case '{':
		c.i++
	default:
		c.fail()
		return nil, false
	}
	if c.space() == '}' {
		c.i++
		return nil, false
	}
	return c.key()
}

// nextKey gives the next key behind a value, false at the object's end.
func (c *cursor) nextKey() ([]byte, bool) {
	switch c.space() {
	case ',':
		c.i++
		c.space()
		return c.key()
	case '}':
		c.i++
	default:
		c.fail()
	}
	return nil, false
}

func (c *cursor) key() ([]byte, bool) {
	text, plain := c.quoted()
	if !plain || c.space() != ':' {
		c.fail()
		return nil, false
	}
	c.i++
	return text, true
}

// firstItem enters an array, false when it is empty or null.
func (c *cursor) firstItem() bool {
	switch c.space() {
	case 'n':
		c.literal("null")
		return false
	case '[':
		c.i++
	default:
		c.fail()
		return false
	}
	if c.space() == ']' {
		c.i++
		return false
	}
	return true
}

// nextItem moves on to the next item behind one, false at the array's end.
func (c *cursor) nextItem() bool {
	switch c.space() {
	case ',':
		c.i++
		return true
	case ']':
		c.i++
	default:
		c.fail()
	}
	return false
}

// quoted reads a string and gives what stands between its quotes; plain is
// false when that is not the string itself (escapes, other than ASCII).
func (c *cursor) quoted() (text []byte, plain bool) {
	if c.i >= len(c.b) || c.b[c.i] != '"' {
		c.fail()
		return nil, false
	}
	c.i++
	start := c.i
	plain = true
	for c.i < len(c.b) {
		switch ch := c.b[c.i]; {
		case ch == '"':
			text = c.b[start:c.i]
			c.i++
			return text, plain
		case ch == '\\':
			plain = false
			c.i++
		case ch >= 0x80:
			plain = false
		case ch < ' ':
			c.fail()
			return nil, false
		}
		c.i++
	}
	c.fail()
	return nil, false
}

// text reads a string's value; it is valid until the JSON text changes. ok is
// false for null.
func (c *cursor) text() (text []byte, ok bool) {
	if c.space() == 'n' {
		c.literal("null")
		return nil, false
	}
	start := c.i
	text, plain := c.quoted()
	if c.bad || plain {
		return text, !c.bad
	}
	var s string
	if json.Unmarshal(c.b[start:c.i], &s) != nil {
		c.fail()
		return nil, false
	}
	return []byte(s), true
}

// str reads a string into to, which null leaves as it is.
func (c *cursor) str(to *string) {
	if text, ok := c.text(); ok {
		*to = string(text)
	}
}

func (c *cursor) boolean(to *bool) {
	switch c.space() {
	case 't':
		*to = c.literal("true")
	case 'f':
		*to = !c.literal("false")
	case 'n':
		c.literal("null")
	default:
		c.fail()
	}
}

// integer reads a whole number of 32 bits, as all of a row's are.
func (c *cursor) integer(to *int) {
	if c.space() == 'n' {
		c.literal("null")
		return
	}
	negative := c.i < len(c.b) && c.b[c.i] == '-'
	if negative {
		c.i++
	}
	start, n := c.i, 0
	for c.i < len(c.b) && c.b[c.i] >= '0' && c.b[c.i] <= '9' && n <= math.MaxInt32 {
		n = n*10 + int(c.b[c.i]-'0')
		c.i++
	}
	digits := c.i - start
	if digits == 0 || n > math.MaxInt32 || (digits > 1 && c.b[start] == '0') {
		c.fail()
		return
	}
	if c.i < len(c.b) && (c.b[c.i] == '.' || c.b[c.i] == 'e' || c.b[c.i] == 'E') {
		c.fail()
		return
	}
	if negative {
		n = -n
	}
	*to = n
}

// time reads a time as RFC 3339 writes it; false for null.
func (c *cursor) time(to *time.Time) bool {
	text, ok := c.text()
	if !ok {
		return false
	}
	if at, ok := plainTime(text); ok {
		*to = at
		return true
	}
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		c.fail()
		return false
	}
	*to = at.UTC()
	return true
}

// plainTime reads the form in which nearly all times come,
// 2026-11-22T10:20:30Z. Days that not every month has are left to time.Parse.
func plainTime(b []byte) (time.Time, bool) {
	if len(b) != len("2006-01-02T15:04:05Z") || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[19] != 'Z' {
		return time.Time{}, false
	}
	ok := true
	number := func(from, to int) int {
		n := 0
		for _, ch := range b[from:to] {
			ok = ok && ch >= '0' && ch <= '9'
			n = n*10 + int(ch-'0')
		}
		return n
	}
	year, month, day := number(0, 4), number(5, 7), number(8, 10)
	hour, minute, second := number(11, 13), number(14, 16), number(17, 19)
	if !ok || month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC), true
}

// skip reads over one value of any kind.
func (c *cursor) skip() {
	switch c.space() {
	case '"':
		c.skipString()
	case '{', '[':
		c.skipNested()
	case 0, ',', '}', ']', ':':
		c.fail()
	default:
		for c.i < len(c.b) {
			switch c.b[c.i] {
			case ',', '}', ']', ' ', '\n', '\t', '\r':
				return
			}
			c.i++
		}
	}
}

func (c *cursor) skipNested() {
	depth := 0
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case '"':
			c.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				c.i++
				return
			}
		}
		c.i++
	}
	c.fail()
}

// skipString reads over a string: to the first quote with an even number of
// backslashes before it.
func (c *cursor) skipString() {
	start := c.i + 1
	for at := start; ; {
		n := bytes.IndexByte(c.b[at:], '"')
		if n < 0 {
			c.fail()
			return
		}
		at += n
		slashes := 0
		for j := at - 1; j >= start && c.b[j] == '\\'; j-- {
			slashes++
		}
		at++
		if slashes%2 == 0 {
			c.i = at
			return
		}
	}
}
