package safetext

// Piece is one user-perceived character of a line, or one kept SGR sequence: where
// it was in the original text and how it is drawn.
type Piece struct {
	Start, Len int    // bytes of the original
	Text       string // harmless to draw; a sequence if Cells is 0
	Cells      int    // a tab has up to 8, an escaped character up to 10
}

// Pieces takes a line apart into what Clean, or CleanSGR if sgr is set, would make
// of it, so that positions in the original and on the screen can be told from each
// other. It stops at limit cells; the last piece then does not reach the end of s.
// Unlike there, the look is not reset at the end.
func Pieces(s string, limit int, sgr bool) []Piece {
	c := cleaner{max: limit, sgr: sgr}
	c.out.Grow(min(len(s), 1<<16) + 16)
	pieces := make([]Piece, 0, min(len(s), 1<<12))
	for i := 0; i < len(s); {
		length, cells := c.out.Len(), c.cells
		n := c.step(s[i:])
		if c.full {
			break
		}
		if out := c.out.String(); len(out) > length {
			pieces = append(pieces, Piece{Start: i, Len: n, Text: out[length:], Cells: c.cells - cells})
		}
		i += n
	}
	return pieces
}
