package editor

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
)

// promptKind is what the bottom line asks for.
type promptKind uint8

const (
	promptNone promptKind = iota
	promptFind
	promptLine
)

// prompt is the bottom line and what was found with it.
type prompt struct {
	kind   promptKind
	input  string
	origin pos
	found  string // what is looked for, "" for nothing
	failed bool
}

func (p *prompt) open() bool { return p.kind != promptNone }

// label is what stands before the input.
func (p *prompt) label() string {
	if p.kind == promptLine {
		return "line: "
	}
	return "find: "
}

// Typing says whether the find or go-to line is open, so that esc closes it first.
func (e *Editor) Typing() bool { return e.prompt.open() }

// ask opens the bottom line.
func (e *Editor) ask(k promptKind) {
	e.prompt.kind, e.prompt.input, e.prompt.origin, e.prompt.failed = k, "", e.cur, false
	e.reveal()
}

// Find looks for text (without capitals in any case) from the cursor on, round the
// end, and selects it; false if there is none. "" ends the search.
func (e *Editor) Find(text string) bool {
	e.prompt.found = text
	e.fresh = false
	return text == "" || e.find(e.cur, 1, true)
}

// find selects the nearest occurrence in a direction, 1 or -1.
func (e *Editor) find(from pos, dir int, here bool) bool {
	text := e.prompt.found
	e.prompt.failed = false
	if text == "" {
		return false
	}
	n := len(e.lines)
	for step := 0; step <= n; step++ {
		i := ((from.line+dir*step)%n + n) % n
		best := -1
		for _, at := range occurrences(e.lines[i], text) {
			inside := step > 0 || dir > 0 && (at > from.col || here && at == from.col) || dir < 0 && at < from.col
			if inside && (best < 0 || dir < 0) {
				best = at
			}
		}
		if best >= 0 {
			e.jump(pos{i, best + len(text)})
			e.anchor, e.selecting = pos{i, best}, true
			return true
		}
	}
	e.prompt.failed = true
	e.fresh = false
	return false
}

// findAgain goes to the next occurrence or the one before.
func (e *Editor) findAgain(dir int) {
	from, _, _ := e.selection()
	if e.prompt.found == "" {
		e.ask(promptFind)
		return
	}
	if !e.find(from, dir, false) {
		e.notice = fmt.Sprintf("%q is not in the text.", e.prompt.found)
	}
}

// occurrences are the bytes of a line at which text begins.
func occurrences(line, text string) []int {
	var all []int
	fold := !strings.ContainsFunc(text, unicode.IsUpper)
	for i := 0; i+len(text) <= len(line); {
		part := line[i : i+len(text)]
		if part == text || fold && strings.EqualFold(part, text) {
			all = append(all, i)
			i += len(text)
			continue
		}
		_, n := utf8.DecodeRuneInString(line[i:])
		i += n
	}
	return all
}

// promptKey handles a key of the bottom line.
func (e *Editor) promptKey(msg tea.KeyPressMsg) {
	p := &e.prompt
	switch msg.String() {
	case "esc", "ctrl+c", "ctrl+g":
		origin := p.origin
		p.kind, p.found = promptNone, ""
		e.jump(origin)
	case "enter":
		kind := p.kind
		p.kind = promptNone
		if kind == promptLine {
			e.gotoTyped()
		}
		e.reveal()
	case "backspace", "ctrl+h":
		_, n := utf8.DecodeLastRuneInString(p.input)
		e.promptInput(p.input[:len(p.input)-n])
	case "ctrl+u":
		e.promptInput("")
	case "down", "f3", "ctrl+f":
		if p.kind == promptFind {
			e.findAgainHere(1)
		}
	case "up", "shift+f3":
		if p.kind == promptFind {
			e.findAgainHere(-1)
		}
	default:
		if msg.Text != "" {
			e.promptInput(p.input + msg.Text)
		}
	}
}

func (e *Editor) findAgainHere(dir int) {
	if e.prompt.found != "" {
		from, _, _ := e.selection()
		e.find(from, dir, false)
	}
}

// promptLimit bounds the input of the bottom line, in bytes.
const promptLimit = 1024

// promptInput changes the input; a search runs as one types.
func (e *Editor) promptInput(input string) {
	if len(input) > promptLimit {
		return
	}
	p := &e.prompt
	p.input, e.fresh = input, false
	if p.kind != promptFind {
		return
	}
	p.found = input
	if input == "" || !e.find(p.origin, 1, true) {
		e.jump(p.origin)
	}
}

// gotoTyped goes to the line, or line:column, that was typed.
func (e *Editor) gotoTyped() {
	l, c, _ := strings.Cut(strings.TrimSpace(e.prompt.input), ":")
	line, err := strconv.Atoi(l)
	if err != nil {
		e.notice = fmt.Sprintf("%q is no line number.", e.prompt.input)
		return
	}
	col, err := strconv.Atoi(c)
	if err != nil {
		col = 1
	}
	e.Goto(line, col)
}
