package safetext

import "strings"

// maxSequence bounds the length of an escape sequence that is kept or left out
// as a whole; a longer one is no sequence but text.
const maxSequence = 4096

// escape deals with a sequence at the start of s: SGR is kept, another one that
// is complete is left out, and an ESC that begins none is shown.
func (c *cleaner) escape(s string) int {
	n := sequence(s)
	if n == 0 {
		c.put("␛", 1)
		return 1
	}
	if seq := s[:n]; c.kept < maxSGR && harmlessSGR(seq) {
		c.kept++
		c.styled = true
		atEnd := c.cut == c.out.Len()
		c.out.WriteString(seq)
		if atEnd {
			c.cut = c.out.Len()
		}
	}
	return n
}

// sequence is the length of the complete escape sequence (ECMA-48 §5.3, §5.4,
// §5.6) that s begins with, 0 if it begins with none.
func sequence(s string) int {
	s = s[:min(len(s), maxSequence)]
	if len(s) < 2 || s[0] != 0x1b {
		return 0
	}
	switch s[1] {
	case '[':
		return csi(s)
	case ']', 'P', '^', '_', 'X':
		return controlString(s)
	}
	for i := 1; i < len(s); i++ {
		switch b := s[i]; {
		case b >= 0x20 && b <= 0x2f:
		case b >= 0x30 && b <= 0x7e:
			return i + 1
		default:
			return 0
		}
	}
	return 0
}

// csi is the length of a control sequence: parameters, intermediates, a final.
func csi(s string) int {
	i := 2
	for i < len(s) && s[i] >= 0x30 && s[i] <= 0x3f {
		i++
	}
	for i < len(s) && s[i] >= 0x20 && s[i] <= 0x2f {
		i++
	}
	if i < len(s) && s[i] >= 0x40 && s[i] <= 0x7e {
		return i + 1
	}
	return 0
}

// controlString is the length of a string that ends with ST or BEL.
func controlString(s string) int {
	for i := 2; i < len(s); i++ {
		switch s[i] {
		case 0x07:
			return i + 1
		case 0x1b:
			if strings.HasPrefix(s[i:], "\x1b\\") {
				return i + 2
			}
			return 0
		}
	}
	return 0
}

// harmlessSGR says whether seq is SGR (ECMA-48 §8.3.117) with parameters that
// leave text readable: no concealing, no alternative fonts, nothing unknown.
func harmlessSGR(seq string) bool {
	if len(seq) < 3 || len(seq) > 128 || seq[:2] != "\x1b[" || seq[len(seq)-1] != 'm' {
		return false
	}
	params := seq[2 : len(seq)-1]
	if strings.Trim(params, "0123456789;:") != "" {
		return false
	}
	for params != "" {
		var p string
		p, params, _ = strings.Cut(params, ";")
		code, colon := number(p)
		if code == 38 || code == 48 || code == 58 {
			if colon {
				continue
			}
			var ok bool
			if params, ok = colour(params); !ok {
				return false
			}
			continue
		}
		if !knownSGR(code) {
			return false
		}
	}
	return true
}

// number reads a parameter up to its sub-parameters; -1 if it is absurd.
func number(p string) (n int, colon bool) {
	p, _, colon = strings.Cut(p, ":")
	if len(p) > 3 {
		return -1, colon
	}
	for i := range len(p) {
		n = n*10 + int(p[i]-'0')
	}
	return n, colon
}

// colour skips the arguments of 38, 48 and 58: 5;n or 2;r;g;b.
func colour(params string) (rest string, ok bool) {
	kind, rest, _ := strings.Cut(params, ";")
	args := map[string]int{"5": 1, "2": 3}[kind]
	if args == 0 {
		return "", false
	}
	for range args {
		var p string
		p, rest, _ = strings.Cut(rest, ";")
		if n, colon := number(p); n < 0 || n > 255 || colon {
			return "", false
		}
	}
	return rest, true
}

// knownSGR lists bold to reverse, crossed out, their ends, colours, overline.
func knownSGR(code int) bool {
	switch {
	case code >= 0 && code <= 7, code == 9, code >= 21 && code <= 27, code == 29,
		code >= 30 && code <= 37, code == 39, code >= 40 && code <= 47, code == 49,
		code == 53, code == 55, code == 59, code >= 90 && code <= 97, code >= 100 && code <= 107:
		return true
	}
	return false
}
