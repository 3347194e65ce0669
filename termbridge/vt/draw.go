package vt

import (
	"strings"
	"unicode/utf8"
)

// redraw marks every row as changed.
func (t *Terminal) redraw() {
	t.drawEpoch++
	for _, s := range [...]*screen{t.main, t.alt} {
		if s == nil {
			continue
		}
		for _, r := range s.ring {
			r.id = 0
		}
		t.work += uint64(len(s.ring))
	}
	t.history.epoch++
}

// Snapshot brings f up to date and says whether anything in it changed. Only
// rows that changed since they were last drawn are drawn; a row that merely
// moved keeps its string.
func (t *Terminal) Snapshot(f *Frame) bool { return t.SnapshotAt(f, 0) }

// SnapshotAt is Snapshot of a view that is scrolled back by offset lines, from 0
// to [Terminal.ScrollbackLen]; larger offsets are clamped, f.Offset says to what.
// The offset counts from the screen: a view that is to stay where it is while
// output goes on follows [Terminal.FirstLine] and the length of the scrollback.
func (t *Terminal) SnapshotAt(f *Frame, offset int) bool {
	changed, ok := t.snapshot(f, offset)
	if !ok { // a fault reset everything: this is what there is now
		_, _ = t.snapshot(f, 0)
		return true
	}
	return changed
}

// snapshot is SnapshotAt; ok is false after a fault.
func (t *Terminal) snapshot(f *Frame, offset int) (changed, ok bool) {
	defer t.recoverFault()
	t.drawDue = false
	if offset > 0 {
		t.settle()
	}
	offset = min(max(offset, 0), t.history.len())
	changed = f.fit(t.cols, t.rows)
	if f.Offset != offset {
		f.Offset = offset
		changed = true
	}
	for y := range t.rows {
		var id uint64
		var r *row
		i := y - offset
		if i >= 0 {
			if r = t.scr.row(i); r.id == 0 {
				t.ids++
				r.id, r.str = t.ids, t.draw(r, true)
			}
			id = r.id
		} else {
			id = t.history.lineID(t.history.len() + i)
		}
		if f.ids[y] == id {
			continue
		}
		f.ids[y] = id
		changed = true
		if r != nil {
			f.Lines[y] = r.str
		} else {
			f.Lines[y] = t.drawHistory(t.history.len()+i, true)
		}
	}
	c := t.Cursor()
	c.Y += offset
	c.Visible = c.Visible && c.Y < t.rows
	c.Y = min(c.Y, t.rows-1)
	if c != f.Cursor {
		f.Cursor = c
		changed = true
	}
	if changed {
		f.Seq++
	}
	return changed, true
}

// fit makes room for a picture of another size.
func (f *Frame) fit(cols, rows int) bool {
	if f.Cols == cols && f.Rows == rows && len(f.ids) == rows && len(f.Lines) == rows {
		return false
	}
	f.Cols, f.Rows = cols, rows
	f.Lines = make([]string, rows)
	f.ids = make([]uint64, rows)
	return true
}

// drawHistory draws a line of the scrollback.
func (t *Terminal) drawHistory(i int, pad bool) string {
	defer t.hold()()
	if t.scratch == nil {
		t.scratch = newRow(t.cols, blankPlain)
	}
	c, k := t.history.find(i)
	r := t.scratch
	limit := t.cols
	r.cells = t.histCells(r.cells[:0], c, k, limit)
	r.n = len(r.cells)
	r.fill = t.histAttr(&c.styles[c.lines[k].fill])
	return t.draw(r, pad)
}

const spaces = "                                                                                "

// draw renders a row. With pad it is as wide as the screen, else it ends with
// its text.
func (t *Terminal) draw(r *row, pad bool) string {
	d := drawing{t: t, buf: t.drawn[:0]}
	if t.selector(0) != plainSGR {
		d.choose(0) // plain text is not what a line begins with
	}
	n := r.n
	if !pad {
		n = r.length()
		for n > 0 && r.cells[n-1] == blankPlain|' ' {
			n--
		}
	}
	d.cells(r.cells[:min(n, t.cols)])
	if pad && n < t.cols {
		d.fill(r.fill, t.cols-n)
	}
	d.close()
	t.work += uint64(t.cols)
	t.drawn = d.buf
	return string(d.buf)
}

const plainSGR = "\x1b[m"

// drawing is a row being rendered.
type drawing struct {
	t     *Terminal
	buf   []byte
	style uint32 // the style selected
	link  uint32 // the link that is open
}

// cells renders written cells.
func (d *drawing) cells(cells []cell) {
	buf := d.buf
	prev := prop(0) // of the cell before, 0 for those that join nothing
	for _, c := range cells {
		if id := c.style(); id != d.style {
			d.buf = buf
			d.choose(id)
			buf = d.buf
			prev = 0
		}
		s := c.content()
		switch {
		case s-0x20 < 0x5f:
			if prev != 0 {
				buf = d.separate(buf, prev, 0)
				prev = 0
			}
			buf = append(buf, byte(s))
		case s == 0:
			if c.width() != 0 {
				buf = append(d.separate(buf, prev, 0), ' ')
				prev = 0
			}
		default:
			first, all := d.t.cellProps(c)
			buf = d.separate(buf, prev, first)
			prev = all
			if s&clusterBit != 0 {
				buf = append(buf, d.t.clusters.texts[s&^clusterBit]...)
			} else {
				buf = utf8.AppendRune(buf, rune(s))
			}
		}
	}
	d.buf = d.separate(buf, prev, 0) // from the fill
}

// separate puts the sequence that selects the style already selected between
// two cells that would otherwise be measured as one character.
func (d *drawing) separate(buf []byte, a, b prop) []byte {
	if d.t.separate(a, b) {
		buf = append(buf, d.t.selector(d.style)...)
	}
	return buf
}

// choose selects a style, opening and closing hyperlinks.
func (d *drawing) choose(id uint32) {
	e := &d.t.styles.entries[id]
	if e.link != d.link {
		l := d.t.links.links[e.link]
		d.buf = append(d.buf, "\x1b]8;"...)
		if l.id != "" {
			d.buf = append(append(d.buf, "id="...), l.id...)
		}
		d.buf = append(append(d.buf, ';'), l.uri...)
		d.buf = append(d.buf, "\x1b\\"...)
		d.link = e.link
	}
	d.buf = append(d.buf, d.t.selector(id)...)
	d.style = id
}

// fill renders n times the same blank (or, after DECALN, letter).
func (d *drawing) fill(c cell, n int) {
	if c.style() != d.style {
		d.choose(c.style())
	}
	if s := c.content(); s != 0 && s != ' ' {
		d.buf = append(d.buf, strings.Repeat(string(rune(s)), n)...)
		return
	}
	for ; n > len(spaces); n -= len(spaces) {
		d.buf = append(d.buf, spaces...)
	}
	d.buf = append(d.buf, spaces[:n]...)
}

// close ends the line with nothing switched on.
func (d *drawing) close() {
	if d.link != 0 {
		d.buf = append(d.buf, "\x1b]8;;\x1b\\"...)
	}
	if d.t.selector(d.style) != plainSGR {
		d.buf = append(d.buf, plainSGR...)
	}
}

// selector finds the sequence that selects a style, through the colours that
// the program changed and reverse video.
func (t *Terminal) selector(id uint32) string {
	e := &t.styles.entries[id]
	if e.epoch == t.drawEpoch && e.sgr != "" {
		return e.sgr
	}
	s := e.Style
	s.Foreground = t.actualColor(s.Foreground, dynForeground)
	s.Background = t.actualColor(s.Background, dynBackground)
	if t.modes.reverseVideo {
		s.Attrs ^= AttrReverse
	}
	e.sgr, e.epoch = string(appendSGR(nil, s)), t.drawEpoch
	return e.sgr
}

// actualColor maps a colour through what the program changed by OSC 4, 10 and 11.
func (t *Terminal) actualColor(c Color, dynamic int) Color {
	if c.IsDefault() {
		return t.colors.set[dynamic]
	}
	if i, ok := c.Index(); ok {
		if p, ok := t.colors.palette[i]; ok {
			return p
		}
	}
	return c
}
