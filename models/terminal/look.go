package terminal

import (
	"podium/termbridge/vt"
	"podium/themes"
)

// look is where the user looks in a session's lines, when that is not simply
// the program's screen.
type look struct {
	pinned bool   // the view stays at line top while output goes on
	top    uint64 // the line in the first row of the view, while pinned

	copying bool // copy mode: keys move a cursor instead of reaching the program
	at      pos  // its cursor
	want    int  // the column that j and k keep to
	count   int  // typed before a command
	sel     selection
	mouse   mouseDrag
	search  search

	// As of the last drawing:
	low, base uint64   // the oldest line there is to see and the first of the screen
	alt       bool     // the program had a screen of its own
	spans     [][]span // what is drawn over each row of the view
	known     bool     // of base and low
}

// span gives cells of a row, the last one included, the look of a role.
type span struct {
	from, to int
	role     themes.Role
}

// active says whether lines and their numbers matter for drawing.
func (l *look) active() bool { return l.pinned || l.copying || l.sel.shape != noShape }

// back is how many lines the view is scrolled back.
func (l *look) back() int {
	if !l.pinned || l.top >= l.base {
		return 0
	}
	return int(l.base - l.top)
}

// reset shows the program's screen again. What was searched for is kept.
func (l *look) reset() {
	l.search.stop()
	*l = look{search: search{expr: l.search.expr, find: l.search.find, back: l.search.back}}
}

// read runs f with the session's lines; nothing happens without a session.
func (m *Model) read(f func(tx text)) {
	if m.bridge == nil {
		return
	}
	m.bridge.View(func(t *vt.Terminal) { f(textOf(t, m.width)) })
}

// draw brings the picture up to date.
func (m *Model) draw() {
	switch {
	case m.bridge == nil:
	case m.look.active():
		m.bridge.View(func(t *vt.Terminal) { m.drawLook(textOf(t, m.width)) })
		m.stale = true
	default:
		m.look.known = false
		m.stale = m.bridge.Snapshot(&m.frame) || m.stale
	}
}

// drawLook draws the view where the user looks.
func (m *Model) drawLook(tx text) {
	l := &m.look
	m.follow(tx)
	offset := l.back()
	held := tx.t.SyncHeld() && offset == m.frame.Offset && len(m.frame.Lines) == m.rows && m.frame.Cols == m.cols
	if !held {
		tx.t.SnapshotAt(&m.frame, offset)
	}
	l.spans = m.spansOf(tx)
}

// follow lets the look stay on the lines that it was on: output moves the
// screen on, old lines go, a program changes its screen or clears everything.
func (m *Model) follow(tx text) {
	l := &m.look
	if l.known && (tx.base < l.base || tx.alt != l.alt) {
		// Cleared, or another screen: what was looked at is no longer there.
		l.reset()
	}
	l.known, l.low, l.base, l.alt = true, tx.low, tx.base, tx.alt
	if l.copying {
		if !l.pinned {
			l.pinned, l.top = true, tx.base
		}
		l.at = tx.clamp(l.at)
	}
	if l.sel.shape != noShape && max(l.sel.from.line, l.sel.to.line) < tx.low {
		l.sel = selection{}
	}
	if l.pinned {
		l.top = min(max(l.top, tx.low), tx.base)
		l.pinned = l.copying || l.top < tx.base
	}
	if l.copying {
		m.reveal(0) // the pane may have become smaller
	}
}

// firstLine is the line in the first row of the view.
func (m *Model) firstLine(tx text) uint64 {
	if m.look.pinned {
		return m.look.top
	}
	return tx.base + uint64(m.shift())
}

// scroll moves the view by lines, up when positive. It says so where there is
// nothing to scroll.
func (m *Model) scroll(lines int) {
	l := &m.look
	m.read(func(tx text) {
		top := tx.base
		if l.pinned {
			top = l.top
		}
		l.top = shifted(top, -lines, tx.low, tx.base)
		l.pinned = l.copying || l.top < tx.base
		if l.copying {
			l.at.line = min(max(l.at.line, l.top), l.top+uint64(max(m.rows, 1)-1))
			l.at.x = tx.row(l.at.line).snap(min(l.want, tx.row(l.at.line).lastCell()))
			l.extend()
		}
		m.drawLook(tx)
	})
	m.stale = true
}

// shifted is n plus d, within low and high.
func shifted(n uint64, d int, low, high uint64) uint64 {
	if d < 0 {
		back := uint64(-d)
		if n < low+back {
			return low
		}
		return min(n-back, high)
	}
	return min(max(n+uint64(d), low), high)
}

// anchor is a place that survives another width: how many wrapped lines it is
// above the cursor's (below, when negative), and how far into its own.
type anchor struct{ lines, cells int }

// rewrap changes the width by resize and lets the look stay on its lines, which
// are wrapped and numbered anew by that.
func (m *Model) rewrap(resize func()) {
	l := &m.look
	l.search.stop() // lines get other numbers
	top := pos{line: l.top}
	var places []*pos
	if l.pinned {
		places = append(places, &top)
	}
	if l.copying {
		places = append(places, &l.at)
	}
	if l.sel.shape != noShape {
		places = append(places, &l.sel.from, &l.sel.to)
	}
	origin := pos{line: l.search.top}
	if l.search.typing { // esc goes back there
		places = append(places, &l.search.origin, &origin)
	}
	anchors := make([]anchor, len(places))
	m.read(func(tx text) {
		for i, p := range places {
			anchors[i] = tx.anchorOf(tx.clamp(*p))
		}
	})
	resize()
	m.read(func(tx text) {
		for i, p := range places {
			*p = tx.placeOf(anchors[i])
		}
		l.top, l.search.top = min(top.line, tx.base), min(origin.line, tx.base)
		l.known, l.low, l.base, l.alt = true, tx.low, tx.base, tx.alt
		l.search.hit = hit{}
	})
}

// cursorLine is where the wrapped line with the program's cursor begins.
func (tx text) cursorLine() uint64 {
	from, _ := tx.logical(tx.base + uint64(tx.t.Cursor().Y))
	return from
}

// anchorLines bounds how many lines are counted for an anchor. A place further
// back is found again roughly, as if no line in between were wrapped.
const anchorLines = 20_000

func (tx text) anchorOf(p pos) anchor {
	cols, _ := tx.t.Size()
	from, _ := tx.logical(p.line)
	a := anchor{cells: p.x + int(p.line-from)*cols}
	cursor := tx.cursorLine()
	step := 1
	low, high := from, cursor
	if from > cursor {
		step, low, high = -1, cursor, from
	}
	if high-low > anchorLines {
		a.lines = step * int(high-low-anchorLines)
		low = high - anchorLines
	}
	for n := low; n < high; n++ {
		if !tx.line(n).Wrapped {
			a.lines += step
		}
	}
	return a
}

func (tx text) placeOf(a anchor) pos {
	n := tx.cursorLine()
	for steps := 0; a.lines > 0 && n > tx.low; a.lines-- {
		if steps++; steps > anchorLines {
			n, _ = tx.logical(shifted(n, -a.lines, tx.low, tx.high))
			break
		}
		n, _ = tx.logical(n - 1)
	}
	for ; a.lines < 0 && n < tx.high; a.lines++ {
		_, to := tx.logical(n)
		n = min(to+1, tx.high)
	}
	cols, _ := tx.t.Size()
	_, to := tx.logical(n)
	return pos{min(n+uint64(a.cells/cols), to), a.cells % cols}
}
