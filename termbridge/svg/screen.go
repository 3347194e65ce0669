package svg

import "podium/termbridge/vt"

// Screen is a moment of a terminal.
type Screen struct {
	// Cols and Rows are the size in cells.
	Cols, Rows int
	// Cells are the cells, row by row; missing ones are blank.
	Cells []vt.Cell
	// Cursor is where the cursor is, and whether it is shown.
	Cursor vt.Cursor
	// Reverse swaps foreground and background of all cells (DECSCNM).
	Reverse bool
}

// Capture copies the screen of t. The caller holds whatever lock t has.
func Capture(t *vt.Terminal) Screen {
	cols, rows := t.Size()
	s := Screen{
		Cols: cols, Rows: rows, Cells: make([]vt.Cell, 0, cols*rows),
		Cursor: t.Cursor(), Reverse: t.Modes().ReverseVideo,
	}
	for y := range rows {
		for x := range cols {
			s.Cells = append(s.Cells, t.Cell(x, y))
		}
	}
	return s
}

// cell is a cell whose colours are settled.
type cell struct {
	text      string
	width     int
	fg, bg    RGB
	line      RGB // of the underline
	attrs     vt.Attr
	underline vt.Underline
	link      string
}

func (c *cell) blank() bool { return c.text == "" || c.text == " " }

// resolve settles the colours of all cells, those under the cursor included.
func (d *drawing) resolve() {
	d.screen.Cols, d.screen.Rows = max(d.screen.Cols, 1), max(d.screen.Rows, 1)
	d.cells = make([]cell, d.screen.Cols*d.screen.Rows)
	for i := range d.cells {
		in := vt.Cell{Width: 1}
		if i < len(d.screen.Cells) {
			in = d.screen.Cells[i]
		}
		d.cells[i] = d.settle(in)
	}
	c := d.screen.Cursor
	if d.opts.HideCursor || !c.Visible || c.Shape == vt.CursorUnderline || c.Shape == vt.CursorBar || !d.inside(c.X, c.Y) {
		return
	}
	at := c.Y*d.screen.Cols + c.X
	if d.cells[at].width == 0 && c.X > 0 {
		at-- // the second half of a wide character
	}
	for i := at; i < min(at+max(1, d.cells[at].width), (c.Y+1)*d.screen.Cols); i++ {
		d.cells[i].fg, d.cells[i].bg, d.cells[i].line = d.pal.Background, d.pal.Cursor, d.pal.Background
	}
}

func (d *drawing) inside(x, y int) bool {
	return x >= 0 && x < d.screen.Cols && y >= 0 && y < d.screen.Rows
}

func (d *drawing) settle(in vt.Cell) cell {
	s := in.Style
	out := cell{
		text: in.Content, width: min(max(in.Width, 0), 2), attrs: s.Attrs, underline: s.Underline, link: in.Link,
		fg: d.pal.color(s.Foreground, d.pal.Foreground), bg: d.pal.color(s.Background, d.pal.Background),
	}
	if (s.Attrs&vt.AttrReverse != 0) != d.screen.Reverse {
		out.fg, out.bg = out.bg, out.fg
	}
	if s.Attrs&vt.AttrFaint != 0 {
		out.fg = out.fg.mix(out.bg, 40)
	}
	out.line = d.pal.color(s.UnderlineColor, out.fg)
	if s.Attrs&vt.AttrConceal != 0 {
		out.text = ""
	}
	return out
}

// collect turns the cells into shapes and text.
func (d *drawing) collect() {
	for y := range d.screen.Rows {
		row := d.cells[y*d.screen.Cols : (y+1)*d.screen.Cols]
		for x := range row {
			c := &row[x]
			if c.bg != d.pal.Background {
				d.back.add(c.bg, x*cellW*unit, y*cellH*unit, cellW*unit, cellH*unit)
			}
			d.decorate(c, x, y)
			if drawn := d.glyph(c, x, y); drawn {
				c.text = ""
			}
		}
		d.writeRow(row, y)
	}
	d.cursorLine()
}

// cursorLine draws a cursor that is not a block.
func (d *drawing) cursorLine() {
	c := d.screen.Cursor
	if d.opts.HideCursor || !c.Visible || !d.inside(c.X, c.Y) {
		return
	}
	x, y := c.X*cellW*unit, c.Y*cellH*unit
	switch c.Shape {
	case vt.CursorUnderline:
		d.fore.add(d.pal.Cursor, x, y+(cellH-2)*unit, cellW*unit, 2*unit)
	case vt.CursorBar:
		d.fore.add(d.pal.Cursor, x, y, 2*unit, cellH*unit)
	}
}
