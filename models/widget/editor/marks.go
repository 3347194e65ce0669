package editor

import (
	"slices"
	"unicode/utf8"
)

// Severity says how bad a problem is.
type Severity uint8

// The severities, the worse first.
const (
	SeverityError Severity = iota
	SeverityWarning
	SeverityHint // shown in the gutter only
)

// Mark is a problem in the text. Lines and columns count from 1, columns in
// characters (Unicode code points). Col 0 means the whole line; EndCol, the first
// column behind, may be 0 for up to the end of the word.
type Mark struct {
	Line, Col, EndCol int
	Severity          Severity
	Message           string
}

// marksLimit bounds the problems that are kept: nobody reads more.
const marksLimit = 1000

// SetMarks replaces the problems; those outside of the text go to its nearest
// line. They move with the text as it is edited. At most 1,000 are kept.
func (e *Editor) SetMarks(marks []Mark) {
	e.marks = slices.Clone(marks[:min(len(marks), marksLimit)])
	for i := range e.marks {
		m := &e.marks[i]
		m.Line = max(min(m.Line, len(e.lines)), 1)
	}
	slices.SortStableFunc(e.marks, func(a, b Mark) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		if a.Col != b.Col {
			return a.Col - b.Col
		}
		return int(a.Severity) - int(b.Severity)
	})
	e.fresh = false
}

// Marks returns the problems where they are now, in order. The caller owns the
// slice.
func (e *Editor) Marks() []Mark { return slices.Clone(e.marks) }

// marksOf are the problems of a line, counted from 0.
func (e *Editor) marksOf(line int) []Mark {
	from, _ := slices.BinarySearchFunc(e.marks, line+1, func(m Mark, n int) int { return m.Line - n })
	to := from
	for to < len(e.marks) && e.marks[to].Line == line+1 {
		to++
	}
	return e.marks[from:to]
}

// Problem is the worst problem of the cursor's line.
func (e *Editor) Problem() (Mark, bool) {
	marks := e.marksOf(e.cur.line)
	if len(marks) == 0 {
		return Mark{}, false
	}
	return slices.MinFunc(marks, func(a, b Mark) int { return int(a.Severity) - int(b.Severity) }), true
}

// NextProblem goes to the next problem, round the end; false if there is none.
// Hints are passed over as long as there is anything worse.
func (e *Editor) NextProblem() bool { return e.problem(1) }

// PrevProblem is NextProblem backwards.
func (e *Editor) PrevProblem() bool { return e.problem(-1) }

func (e *Editor) problem(dir int) bool {
	marks := slices.DeleteFunc(slices.Clone(e.marks), func(m Mark) bool { return m.Severity == SeverityHint })
	if len(marks) == 0 {
		marks = e.marks
	}
	n := len(marks)
	if n == 0 {
		return false
	}
	i := 0
	if dir > 0 {
		for i < n && !e.cur.before(e.markStart(marks[i])) {
			i++
		}
	} else {
		i = n - 1
		for i >= 0 && !e.markStart(marks[i]).before(e.cur) {
			i--
		}
	}
	e.jump(e.markStart(marks[(i+n)%n]))
	return true
}

// markStart is where a problem begins: its column, else the line's first word.
func (e *Editor) markStart(m Mark) pos {
	line := min(m.Line, len(e.lines)) - 1
	if m.Col < 1 {
		return pos{line, leading(e.lines[line])}
	}
	return pos{line, byteCol(e.lines[line], m.Col)}
}

// markRange are the bytes of its line that a problem underlines.
func markRange(line string, m Mark) (from, to int) {
	if m.Col < 1 {
		return leading(line), len(line)
	}
	from = byteCol(line, m.Col)
	if m.EndCol > m.Col {
		to = byteCol(line, m.EndCol)
	} else {
		to = from
		for to < len(line) && wordByte(line[to]) {
			to++
		}
	}
	if to == from {
		to = min(from+1, len(line))
		for to < len(line) && !utf8.RuneStart(line[to]) {
			to++
		}
	}
	if from == to && from > 0 { // at the line's end: the last character shows it
		_, n := utf8.DecodeLastRuneInString(line)
		from -= n
	}
	return from, to
}

// byteCol is the byte at which column col (from 1, in characters) begins.
func byteCol(line string, col int) int {
	at := 0
	for ; col > 1 && at < len(line); col-- {
		_, n := utf8.DecodeRuneInString(line[at:])
		at += n
	}
	return at
}

// charCol is the column of a byte, from 1, in characters.
func charCol(line string, at int) int { return utf8.RuneCountInString(line[:at]) + 1 }

// moveMarks takes the problems along before text is replaced. One within the
// replaced text stays on the line where that begins.
func (e *Editor) moveMarks(from, to pos, text string) {
	end := endOf(from, text)
	for i := range e.marks {
		m := &e.marks[i]
		line := m.Line - 1
		switch {
		case line < from.line:
		case line > to.line:
			m.Line += end.line - to.line
		case line == to.line && e.markStart(*m).col >= to.col:
			m.Line = end.line + 1
			if m.Col > 0 {
				shift := e.colAfter(from, end, text) - charCol(e.lines[line], to.col)
				m.Col += shift
				if m.EndCol > 0 {
					m.EndCol += shift
				}
			}
		case line > from.line:
			m.Line, m.Col, m.EndCol = from.line+1, 0, 0
		}
	}
}

// colAfter is the column of end, where text ends that is about to begin at from.
func (e *Editor) colAfter(from, end pos, text string) int {
	if end.line > from.line {
		return charCol(text[len(text)-end.col:], end.col)
	}
	return charCol(e.lines[from.line], from.col) + charCol(text, len(text)) - 1
}
