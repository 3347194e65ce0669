// Package table is a list of rows in columns that stays fast with ten thousand of
// them: only what is visible is asked for and drawn. It knows rows by a key of
// their own, so that the selection and the marks stay on their rows while others
// come, go and change places. It neither sorts nor filters: its [RowProvider]
// does, and the table shows where.
package table

import "podium/themes"

// Cell is one value of a row. Text may come from outside: it is made harmless
// before it is drawn.
type Cell struct {
	Text string
	Role themes.Role
	// Matches are byte ranges of Text that a filter found, in order and apart.
	// Their Role is not looked at.
	Matches []themes.Span
}

// RowProvider is where the rows come from, in the order in which they are shown.
// The table calls it in the goroutine that calls the table's methods. What it
// returns must stay the same until Reload is called.
type RowProvider interface {
	// Len is the number of rows.
	Len() int
	// Key is the identity of row i, 0 <= i < Len(): the same row has the same
	// key for as long as it lives, no two rows have the same, none is empty.
	Key(i int) string
	// Cells appends the cells of row i to dst, one per column in the order of
	// the columns given to the table, and returns it. Missing cells are empty.
	Cells(i int, dst []Cell) []Cell
}

// Matcher is a RowProvider that says what a filter found only for rows that are
// drawn, as finding it may cost more than the cells.
type Matcher interface {
	// Matches sets the Matches of the cells of row i.
	Matches(i int, cells []Cell)
}

// Align says on which side of its column a text stands.
type Align uint8

// The alignments.
const (
	Left Align = iota
	Right
)

// Column describes a column. Widths are in cells and do not count the gap between
// columns, which is two cells, one below 60 cells of width.
type Column struct {
	ID    string // names the column in SetSort and in header clicks
	Title string
	// Priority decides who goes when it gets narrow: the column of the highest
	// number is left out first, among equals the rightmost; 0 is never left out,
	// nor is the column that the table is sorted by.
	Priority int
	// Min is the least width at which the column is worth showing, at least 1.
	Min int
	// Max is the greatest width that content may claim, 0 for 256 cells.
	Max int
	// Flex is the share of the width that is left over after every column has
	// what its content needs. 0 takes none of it.
	Flex  int
	Align Align
	// Middle says that a text which is too long loses its middle instead of its
	// end, as names do that differ in their last characters. Only ASCII does.
	Middle bool
	// Fixed columns stay in view when the table is scrolled to the right: the
	// first such column and those before it, unless they take more than half of
	// the width.
	Fixed bool
}

// Table is the widget. It is used from one goroutine, as Bubble Tea's Update and
// View are. Coordinates are cells of its view, from 0.
type Table struct {
	// Keys may be changed at any time.
	Keys KeyMap

	theme   themes.Theme
	columns []Column
	rows    RowProvider
	w, h    int

	focused, faded bool
	empty          string
	sortID         string
	descending     bool

	cursor int    // index of the selected row, -1 without rows
	key    string // its identity, which wins over the index on Reload
	moved  bool   // the user chose a row; until then the first stays selected
	top    int    // index of the first visible row
	left   int    // cells scrolled to the right, 0 in the fitted layout

	marks  map[string]int // marked keys and when they were marked
	clock  int
	anchor string // where a range of marks begins

	hidden  int  // marks without a row,
	counted bool // unless that is to be counted again

	natural  []int  // widest content seen, by column
	measured int    // rows there were when that was last looked at
	slots    []slot // columns that are shown
	total    int    // cells of a whole row
	fixed    int    // cells at its left that are not scrolled
	scratch  []Cell

	lines map[int]drawn // rows drawn, by index
	view  string
	fresh bool // view is what View would draw
}

// drawn is a drawn row and the state that it was drawn in.
type drawn struct {
	text             string
	selected, marked bool
}

// New returns a table over rows, with the focus and the first row selected. The
// table keeps columns and rows.
func New(theme themes.Theme, columns []Column, rows RowProvider) *Table {
	t := &Table{
		Keys: DefaultKeyMap(), theme: theme, columns: columns, rows: rows,
		focused: true, marks: map[string]int{}, cursor: -1, lines: map[int]drawn{},
	}
	t.SetColumns(columns)
	return t
}

// SetTheme changes the look.
func (t *Table) SetTheme(theme themes.Theme) {
	t.theme = theme
	t.redraw()
}

// SetSize sets the size of the view in cells, header line included. The header is
// left out where there is only one line. Sizes below 0 count as 0.
func (t *Table) SetSize(w, h int) {
	w, h = max(w, 0), max(h, 0)
	if w == t.w && h == t.h {
		return
	}
	t.w, t.h = w, h
	clear(t.natural)
	t.left, t.measured = 0, 0
	t.measure()
	t.settle()
}

// SetFocused says whether the selected row is drawn as the one with the focus.
func (t *Table) SetFocused(on bool) {
	if t.focused != on {
		t.focused = on
		t.redraw()
	}
}

// SetFaded greys all rows, for data too old to be trusted.
func (t *Table) SetFaded(on bool) {
	if t.faded != on {
		t.faded = on
		t.redraw()
	}
}

// SetEmpty sets what is shown in place of rows when there are none; it may have
// several lines, of which long ones are wrapped.
func (t *Table) SetEmpty(text string) {
	if t.empty != text {
		t.empty, t.fresh = text, false
	}
}

// SetColumns replaces the columns. The provider must give cells for the new ones.
func (t *Table) SetColumns(columns []Column) {
	t.columns = columns
	t.natural = make([]int, len(columns))
	t.left, t.measured = 0, 0
	t.measure()
	t.settle()
}

// SetRows replaces the provider and reloads.
func (t *Table) SetRows(rows RowProvider) {
	t.rows = rows
	t.Reload()
}

// Reload tells the table that rows came, went, changed or moved. The selection
// stays on its row and at its height in the view; if the row is gone, the one
// that took its place is selected. It looks at up to 256 rows for the widths, at
// the visible ones only where there are fewer rows than before, and at all keys
// if the selected row moved.
func (t *Table) Reload() {
	t.counted = false
	t.refind()
	t.measure()
	t.settle()
}

// SetSort shows the sign of sorting in a column's title, and keeps the column in
// view where it gets narrow; "" does neither.
func (t *Table) SetSort(columnID string, descending bool) {
	if t.sortID != columnID || t.descending != descending {
		t.sortID, t.descending = columnID, descending
		t.settle()
	}
}

// Columns returns the IDs of the columns that are shown at this width. The caller
// owns the slice.
func (t *Table) Columns() []string {
	ids := make([]string, len(t.slots))
	for i, s := range t.slots {
		ids[i] = t.columns[s.column].ID
	}
	return ids
}

// Position is the place of the view: indices of the first and last visible row
// and the number of rows. Without rows first is 0 and last is -1.
func (t *Table) Position() (first, last, rows int) {
	rows = t.rows.Len()
	return t.top, min(t.top+t.body(), rows) - 1, rows
}

// header is the number of lines above the rows.
func (t *Table) header() int {
	if t.h > 1 {
		return 1
	}
	return 0
}

// body is the number of lines for rows.
func (t *Table) body() int { return t.h - t.header() }

// settle brings cursor, scrolling and layout in order after a change of rows or
// size.
func (t *Table) settle() {
	t.clamp()
	t.layOut()
	t.redraw()
}

// redraw forgets what was drawn.
func (t *Table) redraw() {
	clear(t.lines)
	t.fresh = false
}
