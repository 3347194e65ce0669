package editor

import "slices"

// Edit replaces the text between two byte offsets of Text.
type Edit struct {
	Start, End int
	Text       string
}

// Offset is the cursor's byte offset in Text.
func (e *Editor) Offset() int {
	n := e.cur.col
	for _, l := range e.lines[:e.cur.line] {
		n += len(l) + 1
	}
	return n
}

// LineOffsets enclose the cursor's line in Text, without its end.
func (e *Editor) LineOffsets() (from, to int) {
	from = e.Offset() - e.cur.col
	return from, from + len(e.lines[e.cur.line])
}

// GotoOffset moves the cursor to a byte offset of Text, or the nearest place
// before it that begins a character, and takes the selection away.
func (e *Editor) GotoOffset(offset int) { e.jump(e.posOf(offset)) }

// posOf is the place of an offset.
func (e *Editor) posOf(offset int) pos {
	offset = max(offset, 0)
	for i, l := range e.lines {
		if offset <= len(l) {
			for offset > 0 && offset < len(l) && l[offset]&0xC0 == 0x80 {
				offset--
			}
			return pos{i, offset}
		}
		offset -= len(l) + 1
	}
	last := len(e.lines) - 1
	return pos{last, len(e.lines[last])}
}

// Apply does edits, which are in order and apart, as one step of undo, and puts
// the cursor at an offset of the new text; a negative one leaves it on its text.
// Errors are those of Insert; then nothing changes.
func (e *Editor) Apply(edits []Edit, cursor int) error {
	stay := e.Offset()
	var err error
	done := 0
	e.history.closed = true
	e.together(func() {
		for _, ed := range slices.Backward(edits) {
			if err = e.edit(e.posOf(ed.Start), e.posOf(ed.End), normalize(ed.Text), other); err != nil {
				return
			}
			done++
			if ed.End <= stay && ed.Start < stay {
				stay += len(ed.Text) - (ed.End - ed.Start)
			}
		}
		if cursor >= 0 {
			stay = cursor
		}
		e.cur = e.posOf(stay)
	})
	if err != nil && done > 0 {
		e.Undo()
		e.history.undone = nil
	}
	e.selecting, e.goal = false, -1
	e.reveal()
	return err
}

// Before is the text of the cursor's line before the cursor.
func (e *Editor) Before() string { return e.lines[e.cur.line][:e.cur.col] }
