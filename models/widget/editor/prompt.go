package editor

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// promptKind is what the bottom line asks for.
type promptKind uint8

const (
	promptNone promptKind = iota
	promptFind
	promptReplace // what is to be replaced
	promptWith    // what by
	promptLine
)

// prompt is the bottom line and what was found with it.
type prompt struct {
	kind   promptKind
	input  string
	origin pos
	regex  bool
	found  pattern // what is looked for, empty for nothing
	failed bool
}

func (p *prompt) open() bool { return p.kind != promptNone }

// finding says that the input is what is looked for.
func (p *prompt) finding() bool { return p.kind == promptFind || p.kind == promptReplace }

// label is what stands before the input.
func (p *prompt) label() string {
	regex := ""
	if p.regex {
		regex = " regexp"
	}
	switch p.kind {
	case promptLine:
		return "line: "
	case promptReplace:
		return "replace" + regex + ": "
	case promptWith:
		return "with: "
	}
	return "find" + regex + ": "
}

// hint is what can be done, for behind the input.
func (e *Editor) hint() string {
	k, take := &e.Keys, e.LineKeys.Accept.Help().Key
	switch e.prompt.kind {
	case promptFind:
		return take + " keep · " + k.FindNext.Help().Key + " next · " + k.Regex.Help().Key + " regexp"
	case promptReplace:
		return take + " go on · " + k.Regex.Help().Key + " regexp"
	case promptWith:
		return take + " this one · " + k.FindNext.Help().Key + " skip · " + k.Replace.Help().Key + " all · " + e.LineKeys.Cancel.Help().Key + " end"
	}
	return ""
}

// Typing says whether the bottom line is open, so that esc closes it first.
func (e *Editor) Typing() bool { return e.prompt.open() }

// Searching says whether what was found last is still shown.
func (e *Editor) Searching() bool { return !e.prompt.found.empty() }

// ask opens the bottom line.
func (e *Editor) ask(k promptKind) {
	e.prompt.kind, e.prompt.input, e.prompt.origin, e.prompt.failed = k, "", e.cur, false
	if from, to, ok := e.selection(); ok && e.prompt.finding() && from.line == to.line {
		e.prompt.input = e.lines[from.line][from.col:to.col]
		e.prompt.found = newPattern(e.prompt.input, e.prompt.regex)
		e.prompt.origin = from
	}
	e.reveal()
}

// promptKey handles a key of the bottom line.
func (e *Editor) promptKey(msg tea.KeyPressMsg) {
	p := &e.prompt
	switch {
	case key.Matches(msg, e.Keys.Regex) && p.finding():
		p.regex = !p.regex
		e.promptInput(p.input)
		return
	case key.Matches(msg, e.Keys.Replace) && p.kind == promptWith:
		e.closePrompt(false)
		e.replaceAll(p.input)
		return
	case key.Matches(msg, e.Keys.FindNext), key.Matches(msg, e.Keys.Find):
		e.findAgainHere(1)
		return
	case key.Matches(msg, e.Keys.FindPrev):
		e.findAgainHere(-1)
		return
	}
	on := &e.LineKeys
	switch {
	case key.Matches(msg, on.Cancel), msg.String() == "ctrl+c":
		e.closePrompt(p.kind != promptWith)
	case key.Matches(msg, on.Accept):
		e.promptEnter()
	case key.Matches(msg, on.DeleteLeft):
		_, n := utf8.DecodeLastRuneInString(p.input)
		e.promptInput(p.input[:len(p.input)-n])
	case key.Matches(msg, on.DeleteToStart):
		e.promptInput("")
	case key.Matches(msg, on.Later):
		e.findAgainHere(1)
	case key.Matches(msg, on.Earlier):
		e.findAgainHere(-1)
	default:
		if msg.Text != "" {
			e.promptInput(p.input + msg.Text)
		}
	}
}

// closePrompt ends the bottom line, and goes back to where it was opened.
func (e *Editor) closePrompt(back bool) {
	origin := e.clamp(e.prompt.origin)
	e.prompt.kind = promptNone
	if back {
		e.prompt.found = pattern{}
		e.jump(origin)
	}
	e.reveal()
}

// promptEnter does what the bottom line asks for.
func (e *Editor) promptEnter() {
	p := &e.prompt
	switch p.kind {
	case promptLine:
		p.kind = promptNone
		e.gotoTyped()
	case promptReplace:
		if !p.found.empty() {
			p.kind, p.input = promptWith, ""
		}
	case promptWith:
		e.replaceOne(p.input)
	default:
		p.kind = promptNone
	}
	e.reveal()
}

func (e *Editor) findAgainHere(dir int) {
	if e.prompt.kind != promptLine && !e.prompt.found.empty() {
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
	if !p.finding() {
		return
	}
	p.found = newPattern(input, p.regex)
	p.origin = e.clamp(p.origin)
	if input == "" || !e.find(p.origin, 1, true) {
		failed := p.failed
		e.jump(p.origin)
		p.failed = failed
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
