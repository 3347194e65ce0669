package vt

// maxFlowLine bounds a joined line: longer ones are cut into several.
const maxFlowLine = 1 << 16

// flowRow is a row on its way to another width.
type flowRow struct {
	cells   []cell
	fill    cell
	wrapped bool
	mark    Mark
	off     int // of the first cell in the joined line
}

// flow joins wrapped rows and wraps them at another width.
type flow struct {
	cols int
	line []cell // the line being joined
	mark Mark
	fill cell
}

// end emits the joined line as rows of at most cols cells. wrapped says that the
// line goes on even so.
func (f *flow) end(wrapped bool, emit func(flowRow)) {
	line, mark := f.line, f.mark
	f.line, f.mark = f.line[:0], 0
	if len(line) == 0 && wrapped {
		return
	}
	off := 0
	for first := true; first || len(line) > 0; first = false {
		n, next := f.fit(line)
		r := flowRow{cells: line[:n], fill: blankPlain, wrapped: true, mark: mark, off: off}
		line, mark = line[next:], 0
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
	defer t.recoverFault()
	cols, rows = clampSize(cols, rows)
	if cols == t.cols && rows == t.rows {
		return
	}
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

// reflow wraps the main screen anew for another size.
func (t *Terminal) reflow(cols, rows int) {
	s := t.main
	s.straighten()
	places := [3]place{{x: s.saved.x, y: s.saved.y}, {y: 0}, {x: t.x, y: t.y}}
	if s.saved.wrapNext {
		places[0].x++
	}
	if t.wrapNext {
		places[2].x++
	}
	if t.scr != t.main {
		places[2] = places[0]
	}
	oldRows := t.rows
	src := t.pulled(cols, rows)
	shift := len(src)
	for i := range places {
		places[i].y += shift
	}
	last := places[2].y
	for y, r := range s.ring {
		if r.n > 0 || r.fill != blankPlain || r.mark != 0 {
			last = max(last, y+shift)
		}
		src = append(src, flowRow{cells: r.cells[:r.n], fill: r.fill, wrapped: r.wrapped, mark: r.mark})
	}
	src = src[:last+1]
	full := last+1-shift >= oldRows

	out, starts := joinAndWrap(src, t.cols, cols, places[:])
	for i := range places {
		if below := places[i].y - last; below > 0 {
			places[i].y = len(out) - 1 + below
			places[i].x = min(places[i].x, cols-1)
			continue
		}
		places[i].locate(out, starts, cols)
	}
	top := places[1].y
	if full {
		top = len(out) - rows
	}
	top = max(top, len(out)-rows, 0)
	if places[2].y < top { // the cursor must stay on the screen
		top = places[2].y
		out = out[:min(len(out), top+rows)]
	}
	for _, r := range out[:top] {
		if t.history.budget > 0 {
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
	s.ring, s.cols = ring, cols
	s.saved.x, s.saved.y = places[0].x, min(max(places[0].y-top, 0), rows-1)
	s.saved.wrapNext = places[0].wrap
	if t.scr == t.main {
		t.x, t.y = places[2].x, min(max(places[2].y-top, 0), rows-1)
		t.wrapNext = places[2].wrap && t.modes.autoWrap
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

// flowOut is a row of the result with its place in the joined lines.
type flowOut struct{ line, off int }

// joinAndWrap joins rows of oldCols into lines, wraps those at cols, and finds
// which line and cell each place is.
func joinAndWrap(src []flowRow, oldCols, cols int, places []place) ([]flowRow, []flowOut) {
	var (
		out    []flowRow
		starts []flowOut
		number int
	)
	f := flow{cols: cols}
	flush := func(wrapped bool) {
		f.end(wrapped, func(r flowRow) {
			out = append(out, r)
			starts = append(starts, flowOut{number, r.off})
		})
		f.line = nil // the rows keep it
		number++
	}
	for y, r := range src {
		for i := range places {
			if places[i].y == y {
				places[i].line, places[i].off = number, len(f.line)+places[i].x
			}
		}
		cells := r.cells
		n := len(cells)
		for n > 0 && !r.wrapped && cells[n-1].content() == 0 && cells[n-1].width() == 1 && cells[n-1] == r.fill {
			n--
		}
		if r.wrapped && n > 0 && cells[n-1].content() == 0 && cells[n-1].width() == 1 &&
			y+1 < len(src) && len(src[y+1].cells) > 0 && src[y+1].cells[0].width() == 2 {
			n-- // the column that was too narrow for the wide character
		}
		f.line = append(f.line, cells[:n]...)
		f.mark |= r.mark
		f.fill = r.fill
		if !r.wrapped || y == len(src)-1 || len(f.line) >= maxFlowLine {
			flush(r.wrapped && y == len(src)-1)
		}
	}
	return out, starts
}

// locate turns a line and cell into the row and column of the result.
func (p *place) locate(out []flowRow, starts []flowOut, cols int) {
	for y := len(starts) - 1; y >= 0; y-- {
		if s := starts[y]; s.line < p.line || s.line == p.line && s.off <= p.off {
			p.x, p.y = min(p.off-s.off, cols-1), y
			p.wrap = p.off-s.off == cols && len(out[y].cells) == cols
			if s.line < p.line {
				p.x, p.wrap = 0, false
			}
			if !p.wrap && p.x < len(out[y].cells) && out[y].cells[p.x].width() == 0 {
				p.x--
			}
			p.x = max(p.x, 0)
			return
		}
	}
	p.x, p.y = 0, 0
}
