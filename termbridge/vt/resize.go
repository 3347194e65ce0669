package vt

// maxFlowLine bounds a joined line: longer ones are cut into several.
const maxFlowLine = 1 << 16

// flowRow is a row on its way to another width.
type flowRow struct {
	cells   []cell
	fill    cell
	wrapped bool
	mark    lineMark
	line    int // which joined line it is of
	off     int // and which cell there is its first
}

// flow joins wrapped rows and wraps them at another width.
type flow struct {
	cols int
	line []cell // the line being joined
	mark Mark   // of its first row
	late Mark   // of the row with the cell done
	done int
	fill cell
}

// lateMarks are those that may stand behind text: MarkDone, where output did not
// end its line, and with it those of the prompt that follows.
const lateMarks = MarkDone | MarkPrompt | MarkCommand

// join takes the marks of the row whose cells come next.
func (f *flow) join(m lineMark) {
	if m.Mark&MarkDone != 0 {
		f.done = len(f.line) + int(m.done)
		f.late |= m.Mark & lateMarks
		m.Mark &^= lateMarks
	}
	f.mark |= m.Mark
}

// end emits the joined line as rows of at most cols cells. wrapped says that the
// line goes on even so.
func (f *flow) end(wrapped bool, emit func(flowRow)) {
	line, mark, late := f.line, f.mark, f.late
	f.line, f.mark, f.late = f.line[:0], 0, 0
	if len(line) == 0 && wrapped {
		return
	}
	off := 0
	for first := true; first || len(line) > 0; first = false {
		n, next := f.fit(line)
		r := flowRow{cells: line[:n], fill: blankPlain, wrapped: true, mark: lineMark{Mark: mark}, off: off}
		line, mark = line[next:], 0
		if late != 0 && (f.done <= off+next || len(line) == 0) {
			r.mark.Mark |= late
			r.mark.done = uint16(min(f.done-off, f.cols))
			late = 0
		}
		off += next
		if len(line) == 0 {
			r.wrapped, r.fill = wrapped, f.fill
		}
		emit(r)
	}
}

// fit returns how many cells of line go into a row and where the next begins.
func (f *flow) fit(line []cell) (n, next int) {
	if len(line) <= f.cols {
		return len(line), len(line)
	}
	n = f.cols
	if line[n].width() == 0 {
		n--
	}
	if n == 0 { // a wide character in a single column
		line[0] = line[0].withContent(0xfffd).withWidth(1)
		return 1, 2
	}
	return n, n
}

// Resize changes the size in cells, clamped to 1x1 and [MaxCols] by [MaxRows].
// The main screen is reflowed: wrapped rows are joined and wrapped anew, the
// cursor keeps its place in the text, rows that find no room go to the
// scrollback and come back from there. The alternate screen is cut or padded.
// Margins are reset, as in xterm.
func (t *Terminal) Resize(cols, rows int) {
	cols, rows = clampSize(cols, rows)
	if cols == t.cols && rows == t.rows {
		return
	}
	t.resize(cols, rows)
	if cols != t.cols || rows != t.rows { // a fault reset the screen as it was
		t.cols, t.rows = cols, rows
		t.build()
	}
}

func (t *Terminal) resize(cols, rows int) {
	defer t.recoverFault()
	if t.history.len() > 0 && cols != t.cols {
		t.history.stale = true
	}
	release := t.hold()
	t.reflow(cols, rows)
	release()
	if t.alt != nil {
		t.alt.crop(cols, rows)
	}
	t.cols, t.rows = cols, rows
	t.top, t.bottom = 0, rows-1
	t.left, t.right = 0, cols-1
	if t.scr == t.alt || t.x >= cols || t.y >= rows {
		wrapNext := t.wrapNext && t.x == cols-1
		t.moveTo(t.x, t.y)
		t.wrapNext = wrapNext
	}
	t.setY(t.y)
	t.joinable = false
	t.scratch = nil
}

// crop cuts or pads a screen; what is cut is lost.
func (s *screen) crop(cols, rows int) {
	s.straighten()
	for len(s.ring) < rows {
		s.ring = append(s.ring, newRow(cols, blankPlain))
	}
	s.ring = s.ring[:rows:rows]
	for i, old := range s.ring {
		if len(old.cells) == cols {
			continue
		}
		r := newRow(cols, old.fill)
		r.wide, r.mark = old.wide, old.mark
		old.cut(cols)
		r.n = copy(r.cells, old.cells[:old.n])
		s.ring[i] = r
	}
	s.cols = cols
	s.saved.x, s.saved.y = min(s.saved.x, cols-1), min(s.saved.y, rows-1)
}

// place is a position that has to be found again after reflowing: the cell at x
// of old row y.
type place struct {
	x, y int
	line int  // which joined line it is in
	off  int  // and which cell there
	wrap bool // it is behind a full row: the next character wraps
}

// The places that reflowing follows.
const (
	placeSaved = iota // the cursor that DECSC saved
	placeTop          // the first row of the screen
	placeCursor
	placeCount
)

// reflow wraps the main screen anew for another size.
func (t *Terminal) reflow(cols, rows int) {
	t.main.straighten()
	src := t.pulled(cols, rows)
	places := t.flowPlaces(len(src))
	first := len(src)
	last := places[placeCursor].y
	for y, r := range t.main.ring {
		if r.n > 0 || r.fill != blankPlain || r.mark.Mark != 0 {
			last = max(last, first+y)
		}
		src = append(src, flowRow{cells: r.cells[:r.n], fill: r.fill, wrapped: r.wrapped, mark: r.mark})
	}
	src = src[:last+1] // blank rows at the end go before any other
	full := last+1-first >= t.rows

	out := joinAndWrap(src, cols, places[:])
	for i := range places {
		p := &places[i]
		if below := p.y - last; below > 0 {
			p.x, p.y = min(p.x, cols-1), len(out)-1+below
			continue
		}
		p.locate(out, cols)
	}
	// A full screen stays full: its bottom is kept. Otherwise its top is, as
	// long as everything fits; and the cursor stays on the screen in any case.
	top := places[placeTop].y
	if full {
		top = len(out) - rows
	}
	top = max(top, len(out)-rows, 0)
	if y := places[placeCursor].y; y < top {
		top = y
		out = out[:min(len(out), top+rows)]
	}
	t.layRows(out, top, cols, rows)
	t.putPlaces(places[:], top, rows)
}

// flowPlaces returns the places to follow on the old screen, which begins at row
// first of what is reflowed.
func (t *Terminal) flowPlaces(first int) [placeCount]place {
	saved := &t.main.saved
	places := [placeCount]place{
		placeSaved:  {x: saved.x, y: first + saved.y},
		placeTop:    {y: first},
		placeCursor: {x: t.x, y: first + t.y},
	}
	// A pending wrap is the column behind the last.
	if saved.wrapNext {
		places[placeSaved].x++
	}
	if t.wrapNext {
		places[placeCursor].x++
	}
	if t.scr != t.main {
		places[placeCursor] = places[placeSaved]
	}
	return places
}

// layRows makes rows from top the main screen and pushes those above to the
// scrollback.
func (t *Terminal) layRows(out []flowRow, top, cols, rows int) {
	if t.history.budget > 0 {
		for _, r := range out[:top] {
			t.pushTrimmed(r)
		}
	}
	ring := make([]*row, rows)
	for y := range ring {
		ring[y] = newRow(cols, blankPlain)
		if top+y < len(out) {
			ring[y].take(out[top+y])
		}
	}
	t.main.ring, t.main.cols = ring, cols
}

// putPlaces puts the cursors where their places are now.
func (t *Terminal) putPlaces(places []place, top, rows int) {
	saved := &t.main.saved
	saved.x, saved.y = places[placeSaved].x, min(max(places[placeSaved].y-top, 0), rows-1)
	saved.wrapNext = places[placeSaved].wrap
	if t.scr == t.main {
		t.x, t.y = places[placeCursor].x, min(max(places[placeCursor].y-top, 0), rows-1)
		t.wrapNext = places[placeCursor].wrap && t.modes.autoWrap
	}
}

// pulled takes as many lines back from the scrollback as reflowing may need, in
// their order.
func (t *Terminal) pulled(cols, rows int) []flowRow {
	if cols == t.cols && rows <= t.rows {
		return nil
	}
	var lines []flowRow
	for len(lines) < 2*rows {
		fr, ok := t.popHistory()
		if !ok {
			break
		}
		if len(lines) >= rows && !fr.wrapped {
			t.pushTrimmed(fr)
			break
		}
		lines = append(lines, fr)
	}
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	return lines
}

func (t *Terminal) pushTrimmed(r flowRow) {
	n := len(r.cells)
	for n > 0 && r.cells[n-1] == blankPlain {
		n--
	}
	t.pushCells(r.cells[:n], r.fill, r.wrapped, r.mark)
}

// take fills an empty row.
func (r *row) take(f flowRow) {
	r.n = copy(r.cells, f.cells)
	r.fill, r.wrapped, r.mark = f.fill, f.wrapped, f.mark
	for _, c := range f.cells {
		if c.width() != 1 {
			r.wide = true
			break
		}
	}
}

// joinAndWrap joins rows into lines, wraps those at cols, and finds which line
// and cell each place is.
func joinAndWrap(src []flowRow, cols int, places []place) []flowRow {
	var out []flowRow
	number := 0
	f := flow{cols: cols}
	for y, r := range src {
		for i := range places {
			if places[i].y == y {
				places[i].line, places[i].off = number, len(f.line)+places[i].x
			}
		}
		f.join(r.mark)
		f.line = append(f.line, r.text(src[y+1:])...)
		f.fill = r.fill
		if last := y == len(src)-1; !r.wrapped || last || len(f.line) >= maxFlowLine {
			f.end(r.wrapped && last, func(r flowRow) {
				r.line = number
				out = append(out, r)
			})
			f.line = nil // the rows keep it
			number++
		}
	}
	return out
}

// text returns the cells of a row that count when it is joined with the rows
// that follow.
func (r *flowRow) text(following []flowRow) []cell {
	n := len(r.cells)
	blank := func() bool { return n > 0 && r.cells[n-1].content() == 0 && r.cells[n-1].width() == 1 }
	if r.wrapped {
		if blank() && len(following) > 0 && len(following[0].cells) > 0 && following[0].cells[0].width() == 2 {
			n-- // the column that was too narrow for the wide character
		}
		return r.cells[:n]
	}
	for blank() && r.cells[n-1] == r.fill {
		n--
	}
	return r.cells[:n]
}

// locate turns a line and cell into the row and column of the result.
func (p *place) locate(out []flowRow, cols int) {
	for y := len(out) - 1; y >= 0; y-- {
		r := &out[y]
		if r.line > p.line || r.line == p.line && r.off > p.off {
			continue
		}
		p.x, p.y = 0, y
		if r.line < p.line { // its own line left no row
			return
		}
		p.x = min(p.off-r.off, cols-1)
		p.wrap = p.off-r.off == cols && len(r.cells) == cols
		if !p.wrap && p.x > 0 && p.x < len(r.cells) && r.cells[p.x].width() == 0 {
			p.x--
		}
		return
	}
	p.x, p.y = 0, 0
}
