package editor

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pattern is what is looked for: a text, without capitals in any case, or a
// regular expression (RE2) in the same manner.
type pattern struct {
	text string
	re   *regexp.Regexp // nil for a text
	err  error          // of an expression that is none
}

// newPattern reads what was typed.
func newPattern(input string, regex bool) pattern {
	p := pattern{text: input}
	if !regex || input == "" {
		return p
	}
	expr := input
	if !strings.ContainsFunc(input, unicode.IsUpper) {
		expr = "(?i)" + input
	}
	p.re, p.err = regexp.Compile(expr)
	return p
}

// empty says that nothing is looked for.
func (p *pattern) empty() bool { return p.text == "" || p.err != nil }

// in are the places of a line at which it is found, in order and apart; empty
// matches are left out, since there is nothing to see.
func (p *pattern) in(line string) [][2]int {
	switch {
	case p.empty():
		return nil
	case p.re == nil:
		return occurrences(line, p.text)
	}
	var all [][2]int
	for _, m := range p.re.FindAllStringIndex(line, -1) {
		if m[1] > m[0] {
			all = append(all, [2]int{m[0], m[1]})
		}
	}
	return all
}

// replaced is what takes the place of a match that begins at a byte of a line:
// with as it is, or with its $1 filled in.
func (p *pattern) replaced(line string, from, to int, with string) string {
	if p.re == nil {
		return with
	}
	for _, m := range p.re.FindAllStringSubmatchIndex(line, -1) {
		if m[0] == from && m[1] == to {
			return string(p.re.ExpandString(nil, with, line, m))
		}
	}
	return with
}

// occurrences are the places of a line at which text stands.
func occurrences(line, text string) [][2]int {
	var all [][2]int
	fold := !strings.ContainsFunc(text, unicode.IsUpper)
	for i := 0; i+len(text) <= len(line); {
		part := line[i : i+len(text)]
		if part == text || fold && strings.EqualFold(part, text) {
			all = append(all, [2]int{i, i + len(text)})
			i += len(text)
			continue
		}
		_, n := utf8.DecodeRuneInString(line[i:])
		i += n
	}
	return all
}

// Find looks for text (without capitals in any case) from the cursor on, round the
// end, and selects it; false if there is none. "" ends the search.
func (e *Editor) Find(text string) bool {
	e.prompt.found = newPattern(text, false)
	e.fresh = false
	return text == "" || e.find(e.cur, 1, true)
}

// find selects the nearest match in a direction, 1 or -1.
func (e *Editor) find(from pos, dir int, here bool) bool {
	e.prompt.failed = false
	if e.prompt.found.empty() {
		e.prompt.failed = e.prompt.found.err != nil
		return false
	}
	n := len(e.lines)
	for step := 0; step <= n; step++ {
		i := ((from.line+dir*step)%n + n) % n
		best := [2]int{-1, -1}
		for _, at := range e.prompt.found.in(e.lines[i]) {
			inside := step > 0 || dir > 0 && (at[0] > from.col || here && at[0] == from.col) || dir < 0 && at[0] < from.col
			if inside && (best[0] < 0 || dir < 0) {
				best = at
			}
		}
		if best[0] >= 0 {
			e.jump(pos{i, best[1]})
			e.anchor, e.selecting = pos{i, best[0]}, true
			return true
		}
	}
	e.prompt.failed = true
	e.fresh = false
	return false
}

// findAgain goes to the next match or the one before.
func (e *Editor) findAgain(dir int) {
	from, _, _ := e.selection()
	if e.prompt.found.empty() {
		e.ask(promptFind)
		return
	}
	if !e.find(from, dir, false) {
		e.notice = fmt.Sprintf("%q is not in the text.", e.prompt.found.text)
	}
}

// replaceOne replaces the match that is selected and goes on to the next; when
// none is selected it only goes there.
func (e *Editor) replaceOne(with string) {
	from, to, ok := e.selection()
	line := e.lines[from.line]
	if ok && from.line == to.line && slices.Contains(e.prompt.found.in(line), [2]int{from.col, to.col}) {
		e.history.closed = true
		if err := e.edit(from, to, e.prompt.found.replaced(line, from.col, to.col, with), other); err != nil {
			e.try(err)
			return
		}
	}
	e.find(e.cur, 1, true)
}

// replaceAll replaces every match as one step, and says how many there were.
func (e *Editor) replaceAll(with string) {
	count := 0
	var err error
	e.together(func() {
		for i := range e.lines {
			line := e.lines[i]
			matches := e.prompt.found.in(line)
			if len(matches) == 0 {
				continue
			}
			var b strings.Builder
			at := matches[0][0]
			for _, m := range matches {
				b.WriteString(line[at:m[0]])
				b.WriteString(e.prompt.found.replaced(line, m[0], m[1], with))
				at = m[1]
			}
			if err = e.edit(pos{i, matches[0][0]}, pos{i, at}, b.String(), other); err != nil {
				return
			}
			count += len(matches)
		}
	})
	if err != nil {
		if count > 0 {
			e.Undo() // all or nothing
			e.history.undone = nil
		}
		e.try(err)
		return
	}
	e.reveal()
	switch count {
	case 0:
		e.notice = fmt.Sprintf("%q is not in the text.", e.prompt.found.text)
	case 1:
		e.notice = "Replaced in one place."
	default:
		e.notice = fmt.Sprintf("Replaced in %d places.", count)
	}
}
