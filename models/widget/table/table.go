// Package table is a list of rows in columns that stays fast with ten thousand of
// them: only what is visible is asked for and drawn. It knows rows by a key of
// their own, so that the selection and the marks stay on their rows while others
// come, go and change places. It neither sorts nor filters: its [RowProvider]
// does, and the table shows where.
package table

import (
	tea "charm.land/bubbletea/v2"

	"podium/themes"
)

// Cell is one value of a row. Text may come from outside: it is made harmless
// before it is drawn.
type Cell struct {
	Text string
	Role themes.Role
	// Matches are byte ranges of Text that a filter found, in order. Their Role
	// is not looked at.
	Matches []themes.Span
}

// RowProvider is where the rows come from, in the order in which they are shown.
// The table calls it from Update and View only. What it returns must stay the
// same until Reload is called.
type RowProvider interface {
	// Len is the number of rows.
	Len() int
	// Key is the identity of row i, 0 <= i < Len(): the same row has the same
	// key for as long as it lives, and no two rows have the same.
	Key(i int) string
	// Cells appends the cells of row i to dst, one per column in the order of
	// the columns given to the table, and returns it. Missing cells are empty.
	Cells(i int, dst []Cell) []Cell
}

// Align says on which side of its column a text stands.
type Align uint8

// The alignments.
const (
	Left Align = iota
	Right
)

// Column describes a column. Widths are in cells and do not count the gap of two
// cells between columns.
type Column struct {
	ID    string // names the column in SetSort and in header clicks
	Title string
	// Priority decides who goes when it gets narrow: the column of the highest
	// number is left out first, 0 is never left out.
	Priority int
	// Min is the least width at which the column is worth showing, at least 1.
	// The title is cut to the width.
	Min int
	// Max is the greatest width, 0 for no limit.
	Max int
	// Flex is the share of the width that is left over after every column has
	// what its visible content needs. 0 takes none of it.
	Flex  int
	Align Align
}

var _ = tea.Quit
