package terminal

import (
	"strings"

	"podium/models"
	"podium/termbridge"
	"podium/termbridge/vt"
)

// shape is how a selection goes over lines.
type shape uint8

const (
	noShape shape = iota
	flowing       // from a character to another, as text flows
	linewise
	block // a rectangle
)

// selection is what is selected: from where it began to where it is drawn now,
// both included, in either order.
type selection struct {
	shape    shape
	from, to pos
}

// ordered is the selection's ends, the earlier one first. Of a rectangle they
// are its corners.
func (s selection) ordered() (a, b pos) {
	a, b = s.from, s.to
	if b.before(a) {
		a, b = b, a
	}
	if s.shape == block && a.x > b.x {
		a.x, b.x = b.x, a.x
	}
	return a, b
}

// on is which cells of line n are selected, the last one included; ok is false
// when none are.
func (s selection) on(n uint64, cols int) (x, y int, ok bool) {
	a, b := s.ordered()
	if s.shape == noShape || n < a.line || n > b.line {
		return 0, 0, false
	}
	x, y = 0, max(cols-1, 0)
	switch s.shape {
	case block:
		x, y = a.x, b.x
	case flowing:
		if n == a.line {
			x = a.x
		}
		if n == b.line {
			y = b.x
		}
	}
	return x, y, x <= y
}

// copyLimit bounds a text that is copied, in bytes: more than the scrollback
// of a session holds.
const copyLimit = 32 << 20

// read is the selected text: rows of one wrapped line joined, blanks at the ends
// of lines left out.
func (s selection) read(tx text) string {
	var out strings.Builder
	a, _ := s.ordered()
	s.readOn(tx, &out, a.line, 1<<62)
	return out.String()
}

// readAll is read, with the emulator locked for a moment at a time. It is of the
// lines that are still there when their turn comes.
func (s selection) readAll(bridge *termbridge.Bridge, width vt.WidthMethod) string {
	var out strings.Builder
	a, _ := s.ordered()
	for next, more := a.line, true; more; {
		bridge.View(func(t *vt.Terminal) { next, more = s.readOn(textOf(t, width), &out, next, saveStep) })
	}
	return out.String()
}

// readOn appends at most so many rows of the selected text from line n on, and
// tells where to go on.
func (s selection) readOn(tx text, out *strings.Builder, n uint64, rows int) (next uint64, more bool) {
	_, b := s.ordered()
	if s.shape == noShape {
		return 0, false
	}
	last := min(b.line, tx.high)
	for n = max(n, tx.low); n <= last && out.Len() < copyLimit; n++ {
		if rows--; rows < 0 {
			return n, true
		}
		r := tx.row(n)
		x, y, ok := s.on(n, vt.MaxCols)
		part := ""
		if ok {
			part = r.cut(x, y)
		}
		joined := r.Wrapped && s.shape != block && n < last
		if !joined {
			part = strings.TrimRight(part, " ")
		}
		out.WriteString(part)
		if !joined && (n < last || s.shape == linewise) {
			out.WriteByte('\n')
		}
	}
	return n, false
}

// copyOf is the wish to copy a text, with a name for it that says how much it
// is.
func copyOf(text string) models.CopyMsg {
	return models.CopyMsg{Text: text, What: amount(text)}
}

// amount says how much text there is, in lines or characters.
func amount(text string) string {
	if lines := strings.Count(strings.TrimSuffix(text, "\n"), "\n") + 1; lines > 1 || strings.HasSuffix(text, "\n") {
		return models.Count(lines, "line")
	}
	return models.Count(len([]rune(text)), "character")
}

// wordAt is the word around a place as a double click takes it: a name, a path,
// an address. It follows a wrapped line.
func wordAt(tx text, p pos) (from, to pos) {
	kind := clickClass(tx.row(p.line).charAt(p.x))
	edge := func(dir int) pos {
		s := tx.stepper(p)
		for range wordLimit {
			before := *s
			broke, ok := s.step(dir)
			if !ok || broke || clickClass(s.row.charAt(s.at.x)) != kind {
				return before.at
			}
		}
		return s.at
	}
	return edge(-1), edge(1)
}

// wordLimit bounds a word, in characters.
const wordLimit = 1 << 14

// clickClass tells apart what a double click keeps together: 0 for blanks, 1 for
// words, and each other character for itself.
func clickClass(c rune) rune {
	switch {
	case c == ' ' || c == '\t':
		return 0
	case wordly(c) || strings.ContainsRune("-./~:@%+=?&#,", c):
		return 1
	}
	return c
}
