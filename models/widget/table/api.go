package table

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/themes"
)

// Table is the widget. It is used from Update and View only. Keys may be changed at any time.
type Table struct {
	Keys KeyMap
}

// KeyMap holds the keys of a table.
type KeyMap struct {
	Up, Down, PageUp, PageDown, Top, Bottom key.Binding
	Left, Right                             key.Binding
	Mark, MarkRange, ClearMarks             key.Binding
}

// DefaultKeyMap returns the keys of ux.md §2.
func DefaultKeyMap() KeyMap { return KeyMap{} }

// New returns a table over rows, with the focus and the first row selected.
func New(theme themes.Theme, columns []Column, rows RowProvider) *Table { return &Table{} }

// SetTheme changes the look.
func (t *Table) SetTheme(theme themes.Theme) {}

// SetSize sets the size of the view in cells, header line included.
func (t *Table) SetSize(w, h int) {}

// SetFocused says whether the selected row is drawn as the one with the focus.
func (t *Table) SetFocused(on bool) {}

// SetFaded greys all rows, for data too old to be trusted.
func (t *Table) SetFaded(on bool) {}

// SetEmpty sets what is shown in place of rows when there are none; it may have
// several lines.
func (t *Table) SetEmpty(text string) {}

// SetColumns replaces the columns.
func (t *Table) SetColumns(columns []Column) {}

// SetRows replaces the provider and reloads.
func (t *Table) SetRows(rows RowProvider) {}

// Reload tells the table that rows came, went, changed or moved.
func (t *Table) Reload() {}

// SetSort shows the sign of sorting at a column; "" shows none.
func (t *Table) SetSort(columnID string, descending bool) {}

// Update handles keys, the wheel and clicks, in coordinates of the view.
func (t *Table) Update(msg tea.Msg) tea.Cmd { return nil }

// Handle is Update that says whether the message meant something to the table.
func (t *Table) Handle(msg tea.Msg) bool { return false }

// View draws exactly the size set.
func (t *Table) View() string { return "" }

// Cursor is the index of the selected row, -1 when there is none.
func (t *Table) Cursor() int { return -1 }

// Selected is the key of the selected row, "" and false when there is none.
func (t *Table) Selected() (key string, ok bool) { return "", false }

// Select selects the row of that key; false when there is none.
func (t *Table) Select(key string) bool { return false }

// SetCursor selects row i, or the nearest that exists.
func (t *Table) SetCursor(i int) {}

// MoveBy moves the selection by n rows.
func (t *Table) MoveBy(n int) {}

// HeaderAt is the ID of the column whose title is at the cell, for clicks.
func (t *Table) HeaderAt(x, y int) (columnID string, ok bool) { return "", false }

// RowAt is the index of the row at the cell, for clicks.
func (t *Table) RowAt(x, y int) (i int, ok bool) { return 0, false }

// ToggleMark marks the selected row, or takes its mark away, and moves on.
func (t *Table) ToggleMark() {}

// MarkTo marks every row from the last one toggled to the selected.
func (t *Table) MarkTo() {}

// SetMark marks a key or takes its mark away, whether such a row is shown or not.
func (t *Table) SetMark(key string, on bool) {}

// ClearMarks takes all marks away.
func (t *Table) ClearMarks() {}

// Marks is the number of marked keys, hidden ones included.
func (t *Table) Marks() int { return 0 }

// Marked returns the marked keys: those shown in their order, then the hidden.
func (t *Table) Marked() (shown, hidden []string) { return nil, nil }

// IsMarked says whether the key is marked.
func (t *Table) IsMarked(key string) bool { return false }

// PruneMarks takes away the marks of keys that live denies.
func (t *Table) PruneMarks(live func(key string) bool) {}

// Columns returns the IDs of the columns that are shown at this width.
func (t *Table) Columns() []string { return nil }
