package editor

import (
	"unicode"
	"unicode/utf8"

	"podium/internal/safetext"
)

// Position is the cursor's line and column, from 1, in characters (Unicode code
// points).
func (e *Editor) Position() (line, col int) {
	return e.cur.line + 1, charCol(e.lines[e.cur.line], e.cur.col)
}

// Goto moves the cursor to a line and column as Position counts them, or to the
// nearest place that exists, and takes the selection away.
func (e *Editor) Goto(line, col int) { e.jump(e.at(line, col)) }

// at is the place of a line and column from 1.
func (e *Editor) at(line, col int) pos {
	line = max(min(line, len(e.lines)), 1) - 1
	return pos{line, byteCol(e.lines[line], max(col, 1))}
}

// clamp is the nearest place that exists to one of an older text.
func (e *Editor) clamp(p pos) pos {
	p.line = min(p.line, len(e.lines)-1)
	line := e.lines[p.line]
	p.col = min(p.col, len(line))
	for p.col > 0 && p.col < len(line) && !utf8.RuneStart(line[p.col]) {
		p.col--
	}
	return p
}

// jump moves the cursor, ends the selection and the step of typing.
func (e *Editor) jump(p pos) {
	e.cur, e.selecting, e.goal = p, false, -1
	e.history.closed = true
	e.reveal()
}

// moveTo moves the cursor as a key does: with extend it takes the selection
// along.
func (e *Editor) moveTo(p pos, extend bool) {
	if extend && !e.selecting {
		e.anchor = e.cur
	}
	e.selecting = extend
	e.cur, e.goal = p, -1
	e.history.closed = true
	e.reveal()
}

// vertical moves the cursor n lines down, keeping to the cell it came from.
func (e *Editor) vertical(n int, extend bool) {
	goal := e.goal
	if goal < 0 {
		goal = e.cell(e.cur)
	}
	line := e.cur.line + n
	p := pos{line, 0}
	switch {
	case line < 0:
		p = pos{}
	case line >= len(e.lines):
		p = pos{len(e.lines) - 1, len(e.lines[len(e.lines)-1])}
	default:
		p.col = colAt(e.lines[line], goal)
	}
	e.moveTo(p, extend)
	e.goal = goal
}

// next is the place one character on, over line ends.
func (e *Editor) next(p pos) pos {
	line := e.lines[p.line]
	if p.col >= len(line) {
		if p.line+1 < len(e.lines) {
			return pos{p.line + 1, 0}
		}
		return p
	}
	return pos{p.line, p.col + charLen(line[p.col:])}
}

// charLen is the length of the first character of s, which is not empty, as it is
// drawn: what one moves over.
func charLen(s string) int {
	if len(s) == 1 || s[0] < utf8.RuneSelf && s[1] < utf8.RuneSelf {
		return 1
	}
	if pieces := safetext.Pieces(s[:min(len(s), 512)], 16, false); len(pieces) > 0 {
		return pieces[0].Len
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// prev is the place one character back.
func (e *Editor) prev(p pos) pos {
	if p.col == 0 {
		if p.line == 0 {
			return p
		}
		return pos{p.line - 1, len(e.lines[p.line-1])}
	}
	line := e.lines[p.line]
	if line[p.col-1] < utf8.RuneSelf {
		return pos{p.line, p.col - 1}
	}
	// Characters are found from the left; a long line is entered near the place.
	from := 0
	if p.col > 1024 {
		for from = p.col - 1024; !utf8.RuneStart(line[from]); from++ {
		}
	}
	col := from
	for at := from; at < p.col; at += charLen(line[at:]) {
		col = at
	}
	return pos{p.line, col}
}

// class groups characters into words.
func class(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return 0
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '_':
		return 1
	}
	return 2
}

func wordByte(b byte) bool {
	return b == '_' || b == '-' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= utf8.RuneSelf
}

// wordRight is behind the next word, or at the next line.
func (e *Editor) wordRight(p pos) pos {
	line := e.lines[p.line]
	if p.col == len(line) {
		return e.next(p)
	}
	skip := func(want func(c int) bool) {
		for p.col < len(line) {
			r, n := utf8.DecodeRuneInString(line[p.col:])
			if !want(class(r)) {
				return
			}
			p.col += n
		}
	}
	skip(func(c int) bool { return c == 0 })
	if p.col < len(line) {
		r, _ := utf8.DecodeRuneInString(line[p.col:])
		this := class(r)
		skip(func(c int) bool { return c == this })
	}
	return p
}

// wordLeft is at the beginning of the word before, or at the line before.
func (e *Editor) wordLeft(p pos) pos {
	line := e.lines[p.line]
	if p.col == 0 {
		return e.prev(p)
	}
	skip := func(want func(c int) bool) {
		for p.col > 0 {
			r, n := utf8.DecodeLastRuneInString(line[:p.col])
			if !want(class(r)) {
				return
			}
			p.col -= n
		}
	}
	skip(func(c int) bool { return c == 0 })
	if p.col > 0 {
		r, _ := utf8.DecodeLastRuneInString(line[:p.col])
		this := class(r)
		skip(func(c int) bool { return c == this })
	}
	return p
}

// home is the first word of the line, or its beginning if the cursor is there.
func (e *Editor) home(p pos) pos {
	if first := leading(e.lines[p.line]); p.col != first {
		return pos{p.line, first}
	}
	return pos{p.line, 0}
}

// leading is the length of the blanks that a line begins with.
func leading(line string) int {
	n := 0
	for n < len(line) && (line[n] == ' ' || line[n] == '\t') {
		n++
	}
	return n
}

// cell is the cell of a place in its line.
func (e *Editor) cell(p pos) int {
	x := 0
	for _, piece := range safetext.Pieces(e.lines[p.line], lineLimit, false) {
		if piece.Start >= p.col {
			break
		}
		x += piece.Cells
	}
	return x
}

// colAt is the byte of the character at a cell of a line, its length behind.
func colAt(line string, cell int) int {
	x, at := 0, 0
	for _, piece := range safetext.Pieces(line, lineLimit, false) {
		if x+piece.Cells > cell {
			return piece.Start
		}
		x += piece.Cells
		at = piece.Start + piece.Len
	}
	return at
}

// body is the number of rows for text: the prompt takes one.
func (e *Editor) body() int {
	if e.prompt.open() {
		return max(e.h-1, 0)
	}
	return e.h
}

// reveal scrolls so that the cursor is in view.
func (e *Editor) reveal() {
	e.fresh = false
	body, room := max(e.body(), 1), max(e.w-e.gutter(), 1)
	e.top = max(min(e.top, e.cur.line), e.cur.line-body+1, 0)
	x := e.cell(e.cur)
	switch {
	case x < e.left:
		e.left = max(x-room/4, 0)
	case x >= e.left+room:
		e.left = x - room + 1 + room/4
	}
	if x < room {
		e.left = 0
	}
}

// scroll moves the view, and leaves the cursor where it is.
func (e *Editor) scroll(n int) {
	e.top = max(min(e.top+n, len(e.lines)-1), 0)
	e.fresh = false
}
