package table

import (
	"cmp"
	"slices"
)

// ToggleMark marks the selected row, or takes its mark away, and moves down.
func (t *Table) ToggleMark() {
	if t.cursor < 0 {
		return
	}
	t.SetMark(t.key, !t.IsMarked(t.key))
	t.anchor = t.key
	t.MoveBy(1)
}

// MarkTo marks every row from the one last toggled to the selected one; without
// one before, the selected row alone.
func (t *Table) MarkTo() {
	if t.cursor < 0 {
		return
	}
	from := t.cursor
	if t.anchor != "" {
		if i := t.find(t.anchor); i >= 0 {
			from = i
		}
	}
	for i := min(from, t.cursor); i <= max(from, t.cursor); i++ {
		t.SetMark(t.rows.Key(i), true)
	}
	t.anchor = t.key
}

// MarkAll marks every row that is shown.
func (t *Table) MarkAll() {
	for i := range t.rows.Len() {
		t.SetMark(t.rows.Key(i), true)
	}
}

// InvertMarks marks the shown rows that are not marked and takes the marks of
// the others away. Those of rows that a filter hides stay.
func (t *Table) InvertMarks() {
	for i := range t.rows.Len() {
		key := t.rows.Key(i)
		t.SetMark(key, !t.IsMarked(key))
	}
}

// SetMark marks a key or takes its mark away, whether such a row is shown or not.
func (t *Table) SetMark(key string, on bool) {
	_, had := t.marks[key]
	switch {
	case on && !had:
		t.clock++
		t.marks[key] = t.clock
	case !on && had:
		delete(t.marks, key)
	}
	t.fresh, t.counted = false, false
}

// ClearMarks takes all marks away.
func (t *Table) ClearMarks() {
	clear(t.marks)
	t.anchor = ""
	t.fresh, t.counted = false, false
}

// Marks is the number of marked keys, hidden ones included.
func (t *Table) Marks() int { return len(t.marks) }

// HiddenMarks is the number of marked keys that are not among the rows. It looks
// at all rows after rows or marks have changed.
func (t *Table) HiddenMarks() int {
	if t.counted {
		return t.hidden
	}
	t.hidden, t.counted = len(t.marks), true
	for i := 0; i < t.rows.Len() && t.hidden > 0; i++ {
		if t.IsMarked(t.rows.Key(i)) {
			t.hidden--
		}
	}
	return t.hidden
}

// IsMarked says whether the key is marked.
func (t *Table) IsMarked(key string) bool {
	_, ok := t.marks[key]
	return ok
}

// Marked returns the marked keys: those among the rows in the rows' order, then
// those that a filter hides in the order in which they were marked. The caller
// owns the slices.
func (t *Table) Marked() (shown, hidden []string) {
	if len(t.marks) == 0 {
		return nil, nil
	}
	seen := make(map[string]bool, len(t.marks))
	for i := range t.rows.Len() {
		if key := t.rows.Key(i); t.IsMarked(key) {
			shown = append(shown, key)
			seen[key] = true
		}
	}
	for key := range t.marks {
		if !seen[key] {
			hidden = append(hidden, key)
		}
	}
	slices.SortFunc(hidden, func(a, b string) int { return cmp.Compare(t.marks[a], t.marks[b]) })
	return shown, hidden
}

// PruneMarks takes away the marks of keys that live denies, such as those of rows
// that are gone for good.
func (t *Table) PruneMarks(live func(key string) bool) {
	for key := range t.marks {
		if !live(key) {
			delete(t.marks, key)
			t.fresh, t.counted = false, false
		}
	}
}
