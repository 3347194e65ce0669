package editor

import (
	"strconv"
	"strings"

	"podium/internal/safetext"
	"podium/themes"
)

// leastText is the width that the gutter leaves for text, or it is not drawn.
const leastText = 16

// gutter is the width of the column with signs and line numbers: sign, number,
// blank.
func (e *Editor) gutter() int {
	w := len(strconv.Itoa(max(len(e.lines), 10))) + 2
	if e.w-w < leastText {
		return 0
	}
	return w
}

// View draws exactly the size set. It returns the very same string as long as
// nothing changed.
func (e *Editor) View() string {
	if !e.fresh {
		e.view, e.fresh = e.draw(), true
	}
	return e.view
}

// Cursor is the cell of the hardware cursor; false when it is out of view or the
// editor has not the focus.
func (e *Editor) Cursor() (x, y int, ok bool) {
	if !e.focused || e.w == 0 || e.h == 0 {
		return 0, 0, false
	}
	if e.prompt.open() {
		return min(len(e.prompt.label())+safetext.Width(e.promptText()), e.w-1), e.h - 1, true
	}
	x, y = e.gutter()+e.cell(e.cur)-e.left, e.cur.line-e.top
	return x, y, x >= e.gutter() && x < e.w && y >= 0 && y < e.body()
}

// promptText is the part of the bottom line's input that is shown: its end.
func (e *Editor) promptText() string {
	clean := safetext.Clean(e.prompt.input)
	room := max(e.w-len(e.prompt.label())-1, 1)
	if over := safetext.Width(clean) - room; over > 0 {
		clean = safetext.Cut(clean, over, room)
	}
	return clean
}

func (e *Editor) draw() string {
	if e.h == 0 {
		return ""
	}
	rows := make([]string, 0, e.h)
	for i := e.top; i < min(e.top+e.body(), len(e.lines)); i++ {
		rows = append(rows, e.drawLine(i))
	}
	for len(rows) < e.body() {
		rows = append(rows, safetext.Spaces(e.w))
	}
	if e.prompt.open() {
		rows = append(rows, e.drawPrompt())
	}
	return strings.Join(rows, "\n")
}

// drawPrompt draws the bottom line, with what can be done where there is room.
func (e *Editor) drawPrompt() string {
	role := themes.Input
	if e.prompt.failed {
		role = themes.Error
	}
	text := e.prompt.label() + e.promptText()
	hint := e.hint()
	if e.prompt.found.err != nil && e.prompt.finding() {
		hint = "no regular expression"
	}
	room := e.w - safetext.Width(text) - safetext.Width(hint) - 2
	if hint == "" || room < 0 {
		return e.theme.Paint(role, safetext.Fit(text, e.w))
	}
	return e.theme.Paint(role, text+safetext.Spaces(room+1)) + e.theme.Paint(themes.Muted, hint+" ")
}

// spans are the colours of a line. States of lines before it are caught up with.
func (e *Editor) spans(i int) []themes.Span {
	if e.highlight == nil {
		return nil
	}
	if len(e.states) == 0 {
		e.states = append(e.states, 0)
	}
	for n := len(e.states); n <= i; n++ {
		next := e.states[n-1]
		if len(e.lines[n-1]) <= highlightLimit {
			_, next = e.highlight(e.lines[n-1], next)
		}
		e.states = append(e.states, next)
	}
	if len(e.lines[i]) > highlightLimit {
		return nil
	}
	spans, _ := e.highlight(e.lines[i], e.states[i])
	return spans
}

// highlightLimit is the length of a line, in bytes, above which it has no
// colours: it is looked at as a whole each time it is drawn.
const highlightLimit = 1 << 16

func (e *Editor) drawLine(i int) string {
	var b strings.Builder
	b.Grow(e.w + 96)
	gutter := e.gutter()
	marks := e.marksOf(i)
	if gutter > 0 {
		e.drawGutter(&b, i, gutter, marks)
	}
	line := e.lines[i]
	ink := ink{theme: e.theme, out: &b, line: line, spans: e.spans(i), marks: marks}
	if from, to, ok := e.selection(); ok && i >= from.line && i <= to.line {
		ink.from, ink.to = 0, len(line)+1
		if i == from.line {
			ink.from = from.col
		}
		if i == to.line {
			ink.to = to.col
		}
	}
	ink.found = e.prompt.found.in(line)
	room := e.w - gutter
	x := ink.text(e.left, room)
	used := max(x-e.left, 0)
	if used < room && ink.to > len(line) { // the line end is selected too
		ink.turn(e.theme.Open(themes.Selection))
		b.WriteByte(' ')
		used++
	}
	ink.turn("")
	b.WriteString(safetext.Spaces(room - used))
	return b.String()
}

// drawGutter draws the sign of a problem and the line's number.
func (e *Editor) drawGutter(b *strings.Builder, i, w int, marks []Mark) {
	sign, signRole := " ", themes.Gutter
	for _, m := range marks {
		if m.Severity == SeverityError {
			sign, signRole = "x", themes.Error
			break
		}
		if m.Severity == SeverityWarning {
			sign, signRole = "!", themes.Warning
		} else if sign == " " {
			sign, signRole = "·", themes.Muted
		}
	}
	role := themes.Gutter
	if i == e.cur.line {
		role = themes.GutterCurrent
	}
	b.WriteString(e.theme.Paint(signRole, sign))
	b.WriteString(e.theme.Paint(role, safetext.FitRight(strconv.Itoa(i+1), w-2)))
	b.WriteByte(' ')
}

// ink writes the characters of a line in the look that each of them has.
type ink struct {
	theme    themes.Theme
	out      *strings.Builder
	line     string
	spans    []themes.Span
	marks    []Mark
	from, to int // selected bytes
	found    [][2]int
	look     string
}

// text writes the cells of the line from left on, and returns the cell behind the
// last one it looked at, at most left+room.
func (k *ink) text(left, room int) (x int) {
	for _, p := range safetext.Pieces(k.line, min(left+room+16, lineLimit), false) {
		if x-left >= room {
			break
		}
		switch end := x + p.Cells; {
		case end <= left:
		case x >= left && end-left <= room:
			k.turn(k.lookAt(p.Start))
			k.out.WriteString(p.Text)
		default:
			k.turn(k.lookAt(p.Start))
			k.out.WriteString(safetext.Spaces(min(end-left, room) - max(x-left, 0)))
		}
		x += p.Cells
	}
	return min(x, left+room)
}

// lookAt is the look of a byte of the line. Bytes are asked for in order.
func (k *ink) lookAt(at int) string {
	role := themes.Text
	for len(k.spans) > 0 && k.spans[0].End <= at {
		k.spans = k.spans[1:]
	}
	if len(k.spans) > 0 && at >= k.spans[0].Start {
		role = k.spans[0].Role
	}
	for _, m := range k.marks {
		if m.Severity == SeverityHint {
			continue
		}
		if from, to := markRange(k.line, m); at >= from && at < to {
			role = themes.ProblemWarning
			if m.Severity == SeverityError {
				role = themes.ProblemError
				break
			}
		}
	}
	for len(k.found) > 0 && k.found[0][1] <= at {
		k.found = k.found[1:]
	}
	if at >= k.from && at < k.to {
		return k.theme.OpenOn(role, themes.Selection)
	}
	if len(k.found) > 0 && at >= k.found[0][0] {
		role = themes.Match
	}
	return k.theme.Open(role)
}

// turn puts another look in force, "" for none.
func (k *ink) turn(look string) {
	if look == k.look {
		return
	}
	if k.look != "" {
		k.out.WriteString("\x1b[m")
	}
	k.out.WriteString(look)
	k.look = look
}
