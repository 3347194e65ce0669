package table

import (
	"cmp"
	"slices"

	"podium/internal/safetext"
)

const (
	// contentLimit is the width beyond which content is not measured.
	contentLimit = 256
	// sampled is the number of rows looked at for the widths on Reload.
	sampled = 256
	// narrow is the width below which columns stand closer.
	narrow = 60
	// markWidth is the room for the sign of a marked row.
	markWidth = 1
)

// slot is a shown column: where it is and how wide, counted from the left edge of
// the whole row.
type slot struct{ column, x, w int }

// measure widens natural by rows spread over the list and by the visible ones. It
// never narrows, so that columns do not jump while one scrolls. Where rows went,
// as while a filter is typed, those that are left were looked at with the others.
func (t *Table) measure() {
	n := t.rows.Len()
	if n >= t.measured {
		step := max((n+sampled-1)/sampled, 1)
		for i := 0; i < n; i += step {
			t.measureRow(i)
		}
	}
	t.measured = n
	t.measureVisible()
}

// measureVisible widens natural by the visible rows and says whether it changed.
func (t *Table) measureVisible() bool {
	changed := false
	for i := max(t.top, 0); i < min(t.top+t.body(), t.rows.Len()); i++ {
		changed = t.measureRow(i) || changed
	}
	return changed
}

func (t *Table) measureRow(i int) (wider bool) {
	t.scratch = t.rows.Cells(i, t.scratch[:0])
	for c, cell := range t.scratch {
		if c >= len(t.natural) {
			break
		}
		if len(cell.Text) <= t.natural[c] && ascii(cell.Text) {
			continue
		}
		if w := safetext.Width(safetext.Line(cell.Text, contentLimit)); w > t.natural[c] {
			t.natural[c], wider = w, true
		}
	}
	return wider
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// titleWidth is the width of the title of column c with its sign of sorting.
func (t *Table) titleWidth(c int) int {
	w := safetext.Width(safetext.Line(t.columns[c].Title, contentLimit))
	if t.sorts(c) {
		w++
	}
	return w
}

// sorts tells whether the table is sorted by column c.
func (t *Table) sorts(c int) bool { return t.sortID != "" && t.columns[c].ID == t.sortID }

// need is the width that column c wants for its content and title.
func (t *Table) need(c int) int {
	col := t.columns[c]
	limit := col.Max
	if limit <= 0 {
		limit = contentLimit
	}
	return max(min(max(t.natural[c], t.titleWidth(c)), limit), col.Min, 1)
}

// layOut decides which columns are shown and how wide.
func (t *Table) layOut() {
	kept := make([]int, len(t.columns))
	for c := range kept {
		kept[c] = c
	}
	gap := 2
	if t.w < narrow {
		gap = 1
	}
	widths := make([]int, len(t.columns))
	if t.left > 0 {
		for _, c := range kept {
			widths[c] = t.need(c)
		}
	} else {
		kept = t.fitted(kept, gap, widths)
	}
	t.slots = t.slots[:0]
	x := markWidth
	for _, c := range kept {
		if widths[c] < 1 {
			continue
		}
		t.slots = append(t.slots, slot{column: c, x: x, w: widths[c]})
		x += widths[c] + gap
	}
	t.total = max(x-gap, 0)
	t.fixed = 0
	for _, s := range t.slots {
		if end := s.x + s.w + gap; t.columns[s.column].Fixed && end <= t.w/2 {
			t.fixed = end
			break
		}
	}
}

// fitted drops columns until the rest fits and shares out the width.
func (t *Table) fitted(kept []int, gap int, widths []int) []int {
	least := func(c int) int {
		w := max(t.columns[c].Min, 1)
		if t.sorts(c) {
			w = max(w, t.titleWidth(c))
		}
		return min(w, t.need(c))
	}
	room := func() int {
		sum := t.w - markWidth + gap
		for _, c := range kept {
			sum -= least(c) + gap
		}
		return sum
	}
	for room() < 0 {
		victim, priority := -1, 0
		for i, c := range kept {
			if p := t.columns[c].Priority; p > 0 && p >= priority && !t.sorts(c) {
				victim, priority = i, p
			}
		}
		if victim < 0 {
			break
		}
		kept = append(kept[:victim], kept[victim+1:]...)
	}
	left := room()
	for _, c := range kept {
		widths[c] = least(c)
	}
	if left < 0 {
		t.squeeze(kept, gap, widths)
		return kept
	}
	left = t.grow(kept, widths, left, false)
	left = t.grow(kept, widths, left, true)
	t.flex(kept, widths, left)
	return kept
}

// squeeze gives columns that may not be left out what there is, from the left.
func (t *Table) squeeze(kept []int, gap int, widths []int) {
	left := t.w - markWidth
	for _, c := range kept {
		widths[c] = max(min(widths[c], left), 0)
		left -= widths[c] + gap
	}
}

// grow widens columns to what they need, the important ones first, and returns
// what is left. Columns that flex come second, as they are cut with less harm: one
// absurdly long name must not hide every status.
func (t *Table) grow(kept, widths []int, left int, flexing bool) int {
	order := slices.Clone(kept)
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(t.columns[a].Priority, t.columns[b].Priority)
	})
	for _, c := range order {
		if (t.columns[c].Flex > 0) == flexing {
			add := max(min(t.need(c)-widths[c], left), 0)
			widths[c] += add
			left -= add
		}
	}
	return left
}

// flex shares out what nobody needs.
func (t *Table) flex(kept, widths []int, left int) {
	shares := 0
	for _, c := range kept {
		shares += max(t.columns[c].Flex, 0)
	}
	for _, c := range kept {
		f := max(t.columns[c].Flex, 0)
		if f == 0 || left <= 0 {
			continue
		}
		add := left * f / shares
		widths[c] += add
		left -= add
		shares -= f
	}
}
