package themes

// Span gives the bytes Start to End (not included) of a line the look of a role.
// Spans of one line are in order and do not overlap, unless the receiver says
// that later ones win.
type Span struct {
	Start, End int
	Role       Role
}
