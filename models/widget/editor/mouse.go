package editor

import (
	"time"
	"unicode/utf8"
)

// doubleClick is how soon a click on the same cell counts as another of the
// same.
const doubleClick = 400 * time.Millisecond

// clicks are the clicks on one cell, one after the other.
type clicks struct {
	at    time.Time
	x, y  int
	count int
}

// click puts the cursor at a cell; the second click there selects the word, the
// third the line.
func (e *Editor) click(x, y int, extend bool) bool {
	if x < 0 || x >= e.w || y < 0 || y >= e.body() {
		return false
	}
	e.moveTo(e.cellAt(x, y), extend)
	if e.Now == nil || extend {
		return true
	}
	now := e.Now()
	if c := &e.clicks; c.count > 0 && c.x == x && c.y == y && now.Sub(c.at) < doubleClick {
		c.count++
		c.at = now
	} else {
		e.clicks = clicks{at: now, x: x, y: y, count: 1}
	}
	switch e.clicks.count {
	case 2:
		e.selectWord()
	case 3:
		e.selectLine()
		e.clicks.count = 0
	}
	return true
}

// drag takes the selection along to a cell; above and below the text it scrolls.
func (e *Editor) drag(x, y int) bool {
	switch {
	case y < 0:
		e.scroll(-1)
	case y >= e.body():
		e.scroll(1)
	}
	e.clicks.count = 0
	e.moveTo(e.cellAt(max(x, 0), min(max(y, 0), max(e.body()-1, 0))), true)
	return true
}

// cellAt is the place at a cell of the view.
func (e *Editor) cellAt(x, y int) pos {
	line := min(e.top+y, len(e.lines)-1)
	return pos{line, colAt(e.lines[line], max(x-e.gutter(), 0)+e.left)}
}

// selectWord selects the word at the cursor: letters, digits, and what joins
// them in names (-, _, ., /).
func (e *Editor) selectWord() {
	line := e.lines[e.cur.line]
	from, to := e.cur.col, e.cur.col
	joined := func(r rune) bool { return class(r) == 1 || r == '-' || r == '.' || r == '/' }
	for from > 0 {
		r, n := utf8.DecodeLastRuneInString(line[:from])
		if !joined(r) {
			break
		}
		from -= n
	}
	for to < len(line) {
		r, n := utf8.DecodeRuneInString(line[to:])
		if !joined(r) {
			break
		}
		to += n
	}
	e.moveTo(pos{e.cur.line, to}, false)
	e.anchor, e.selecting = pos{e.cur.line, from}, true
}

// selectLine selects the cursor's line with its end.
func (e *Editor) selectLine() {
	line := e.cur.line
	to := pos{line + 1, 0}
	if line+1 == len(e.lines) {
		to = pos{line, len(e.lines[line])}
	}
	e.moveTo(to, false)
	e.anchor, e.selecting = pos{line, 0}, true
}
