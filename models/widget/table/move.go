package table

// Cursor is the index of the selected row, -1 when there is none.
func (t *Table) Cursor() int { return t.cursor }

// Selected is the key of the selected row, "" and false when there is none.
func (t *Table) Selected() (key string, ok bool) { return t.key, t.cursor >= 0 }

// Select selects the row of that key; false, and nothing changed, when there is
// none. It looks at all keys.
func (t *Table) Select(key string) bool {
	i := t.find(key)
	if i < 0 {
		return false
	}
	t.SetCursor(i)
	return true
}

// SetCursor selects row i, or the nearest that exists.
func (t *Table) SetCursor(i int) {
	t.moved = true
	t.place(i)
}

// MoveBy moves the selection by n rows, and no further than the ends.
func (t *Table) MoveBy(n int) { t.SetCursor(t.cursor + n) }

// ScrollBy scrolls n cells to the right, negative ones to the left. Scrolled, the
// table shows every column as wide as it needs; back at the left edge it fits
// the columns to the width again.
func (t *Table) ScrollBy(n int) {
	left := t.left
	if n > 0 && left == 0 {
		t.left = 1 // to lay out, and measure, the whole row
		t.layOut()
	}
	t.left = max(min(left+n, t.total-t.w), 0)
	if t.left != left || n > 0 {
		t.layOut()
		t.redraw()
	}
}

// place selects row i and brings it into view.
func (t *Table) place(i int) {
	top := t.top
	t.cursor = i
	t.clamp()
	t.fresh = false
	if t.top != top && t.measureVisible() {
		t.layOut()
		t.redraw()
	}
}

// clamp keeps cursor and top within the rows, and the cursor in view.
func (t *Table) clamp() {
	n, body := t.rows.Len(), t.body()
	if n == 0 {
		t.cursor, t.key, t.top = -1, "", 0
		return
	}
	t.cursor = max(min(t.cursor, n-1), 0)
	t.key = t.rows.Key(t.cursor)
	t.top = max(min(t.top, t.cursor), t.cursor-body+1)
	t.top = max(min(t.top, n-body), 0)
}

// refind puts the cursor back on its row after the rows changed.
func (t *Table) refind() {
	if !t.moved || t.key == "" {
		t.cursor, t.top = 0, 0
		return
	}
	old := t.cursor
	if i := t.find(t.key); i >= 0 {
		t.cursor = i
		t.top += i - old
	}
}

// find is the index of the row with that key, -1 if there is none. Rows mostly
// stay where they are, so the cursor's own is tried first.
func (t *Table) find(key string) int {
	n := t.rows.Len()
	if t.cursor >= 0 && t.cursor < n && t.rows.Key(t.cursor) == key {
		return t.cursor
	}
	for i := range n {
		if t.rows.Key(i) == key {
			return i
		}
	}
	return -1
}

// RowAt is the index of the row drawn at the cell, for clicks.
func (t *Table) RowAt(x, y int) (i int, ok bool) {
	if x < 0 || x >= t.w || y < t.header() || y >= t.h {
		return 0, false
	}
	i = t.top + y - t.header()
	return i, i < t.rows.Len()
}

// HeaderAt is the ID of the column whose title is drawn at the cell, for clicks.
// The gap behind a title belongs to it.
func (t *Table) HeaderAt(x, y int) (columnID string, ok bool) {
	if t.header() == 0 || y != 0 || x < 0 || x >= t.w {
		return "", false
	}
	if x >= t.fixed {
		x += t.left
	}
	for i := len(t.slots) - 1; i >= 0; i-- {
		if x >= t.slots[i].x {
			return t.columns[t.slots[i].column].ID, true
		}
	}
	return "", false
}
