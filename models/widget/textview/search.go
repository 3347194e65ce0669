package textview

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// inputLimit bounds what is typed or pasted into the search line, in bytes.
const inputLimit = 1024

// search is what is looked for and where.
type search struct {
	expr   string // "" while nothing is looked for
	find   Finder
	at     match // the match that n and N stand on
	typing bool
	input  string
	old    string // the expression before typing began
	origin place  // and the top
	failed bool
}

// match is a match in a line; end is 0 for none.
type match struct{ line, start, end int }

// Finder returns the matches in a line that are not empty, in order, as pairs of
// byte offsets; at most some thousands of them.
type Finder func(line string) [][2]int

// matchLimit bounds the matches in one line.
const matchLimit = 4096

// Search looks for a regular expression (RE2; a pattern without capitals ignores
// case; an invalid one is taken literally) and goes to the first match at or
// after the top line, else to the first of all. "" ends the search.
func (v *View) Search(expr string) (found bool) {
	v.fresh = false
	v.search.expr, v.search.at, v.search.failed = expr, match{}, false
	if expr == "" {
		v.search.find = nil
		return false
	}
	v.search.find = NewFinder(expr)
	return v.seek(match{line: v.top.line, start: -1}, 1)
}

// Searching is the expression looked for, "" if none.
func (v *View) Searching() string { return v.search.expr }

// SearchNext goes to the next match, round the end; false if there is none.
func (v *View) SearchNext() bool { return v.seek(v.from(), 1) }

// SearchPrev goes to the match before, round the beginning.
func (v *View) SearchPrev() bool { return v.seek(v.from(), -1) }

// from is where n and N begin: the present match, else the top.
func (v *View) from() match {
	if v.search.at.end > 0 {
		return v.search.at
	}
	return match{line: v.top.line, start: -1}
}

// seek goes to the nearest match in a direction, 1 or -1, from a place.
func (v *View) seek(from match, dir int) bool {
	n := v.Lines()
	if v.search.find == nil || n == 0 {
		return false
	}
	v.fresh = false
	for step := 0; step <= n; step++ {
		i := ((from.line+dir*step)%n + n) % n
		before, behind := len(v.line(i).Text)+1, -1
		if step == 0 {
			before, behind = from.start, from.start
		}
		if m, ok := v.matchIn(i, dir, before, behind, step == 0); ok {
			v.search.at, v.search.failed = m, false
			v.reveal(m)
			return true
		}
	}
	v.search.failed = true
	return false
}

// matchIn finds a match in line i: the first one after byte behind, or the last
// one before byte before; any if not bounded.
func (v *View) matchIn(i, dir, before, behind int, bounded bool) (match, bool) {
	found := v.search.find(v.line(i).Text)
	for k := range found {
		if dir < 0 {
			k = len(found) - 1 - k
		}
		s, e := found[k][0], found[k][1]
		if !bounded || dir > 0 && s > behind || dir < 0 && s < before {
			return match{i, s, e}, true
		}
	}
	return match{}, false
}

// reveal brings a match into view, also sideways.
func (v *View) reveal(m match) {
	v.GotoLine(m.line)
	row, cell := v.shape(m.line).rowOf(m.start)
	if v.wrap {
		p := place{m.line, row}
		if after(v.top, p) || after(p, v.walk(v.top, max(v.body()-1, 0))) {
			v.follow = false
			v.top = v.walk(p, -v.body()/3)
		}
		return
	}
	_, last := v.shape(m.line).rowOf(max(m.end-1, m.start))
	if cell < v.left || last >= v.left+v.room() {
		v.left = max(cell-v.room()/3, 0)
		if last < v.room() {
			v.left = 0
		}
	}
}

// matches are the matches in a line.
func (v *View) matches(i int) []match {
	find := v.search.find
	if find == nil {
		find = v.mark
	}
	if find == nil {
		return nil
	}
	found := find(v.line(i).Text)
	all := make([]match, len(found))
	for k, f := range found {
		all[k] = match{i, f[0], f[1]}
	}
	return all
}

// NewFinder compiles an expression (RE2; a pattern without capitals ignores case;
// an invalid one is taken literally). Plain words take a path of their own: it is
// what people type, and regexp is ten times slower.
func NewFinder(expr string) Finder {
	fold := !strings.ContainsFunc(expr, unicode.IsUpper)
	if regexp.QuoteMeta(expr) == expr && (!fold || isASCII(expr)) {
		index := strings.Index
		if fold {
			index = indexFold
		}
		return func(line string) (found [][2]int) {
			for at := 0; len(found) < matchLimit; {
				i := index(line[at:], expr)
				if i < 0 {
					break
				}
				found = append(found, [2]int{at + i, at + i + len(expr)})
				at += i + len(expr)
			}
			return found
		}
	}
	prefix := ""
	if fold {
		prefix = "(?i)"
	}
	re, err := regexp.Compile(prefix + expr)
	if err != nil {
		re = regexp.MustCompile(prefix + regexp.QuoteMeta(expr))
	}
	return func(line string) (found [][2]int) {
		for _, m := range re.FindAllStringIndex(line, matchLimit) {
			if m[1] > m[0] {
				found = append(found, [2]int{m[0], m[1]})
			}
		}
		return found
	}
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// indexFold finds an ASCII pattern in lower case, whatever the case of s.
func indexFold(s, lower string) int {
	first := lower[0]
	for i := 0; i+len(lower) <= len(s); i++ {
		if lowerByte(s[i]) == first && equalFold(s[i:i+len(lower)], lower) {
			return i
		}
	}
	return -1
}

func equalFold(s, lower string) bool {
	for i := range len(lower) {
		if lowerByte(s[i]) != lower[i] {
			return false
		}
	}
	return true
}

func lowerByte(b byte) byte {
	if b >= 'A' && b <= 'Z' {
		return b + ('a' - 'A')
	}
	return b
}
