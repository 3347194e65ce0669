package pods

import (
	"slices"
	"strings"
	"time"

	"podium/api"
)

// known is what is known of a pod. It is not changed but replaced, so that a
// filter can be held against many of them beside the program's loop.
type known struct {
	row   api.PodRow
	low   string // the text that words of a filter look at, in lower case
	label string // the value of the label that the rows are sorted by
}

// text is what case-sensitive words look at; see low.
func (k *known) text() string {
	r := &k.row
	return r.Name + "\n" + r.Namespace + "\n" + r.Status + "\n" + r.IP + "\n" + r.Node
}

// labelled is the same with the value of a label to be sorted by.
func (k *known) labelled(label string) *known {
	l := *k
	l.label, _ = labelValue(k.row.Labels, label)
	return &l
}

// entry is a pod with what the list keeps beside it.
type entry struct {
	*known
	key    string
	round  int  // the list that named it last
	shown  bool // the filter lets it pass,
	sifted int  // which was the one of this number, see rows.sifted
	moved  bool // it must be placed anew
	orders int  // the order made beside the loop that has it, see rows.orders
	flash  changes
	until  time.Time // how long flash lasts
}

// changes are the cells of a row that changed a moment ago.
type changes uint8

const (
	changedStatus changes = 1 << iota
	changedReady
	changedRestarts
	changedIP
	changedNode
)

// rows are the pods that are known, those shown in their order. Changes are
// taken in with put and remove, and become visible with arrange.
type rows struct {
	byKey  map[string]*entry
	sorted []*entry // all of them
	order  []*entry // those shown
	filter *filter
	ordering
	flash   time.Duration // how long a changed cell is highlighted
	round   int
	running int      // pods neither finished nor being deleted
	faulty  int      // pods that want attention
	touched []*entry // changed since the last arrange
	resort  bool     // the order changed
	orders  int      // counts the orders that were made beside the loop

	// Filters are numbered as they come into force. Those since sifted only let
	// fewer pass than that one, so what it held back need not be looked at again.
	sifts, sifted int
	arranged      int // the one of the last arrange
}

func newRows() *rows {
	s := &rows{byKey: map[string]*entry{}}
	s.setSort(orderingBy(colName, false))
	return s
}

// put adds a row or replaces what was known of the pod.
func (s *rows) put(row api.PodRow, now time.Time, flash bool) {
	key := s.keyOf(&row)
	e, ok := s.byKey[key]
	if ok && same(&e.row, &row) {
		e.round = s.round
		return
	}
	if !ok {
		e = &entry{key: key}
		s.byKey[key] = e
	} else {
		if flash {
			e.note(&row, now.Add(s.flash))
		}
		s.count(&e.row, -1)
	}
	s.count(&row, 1)
	k := &known{row: row}
	k.low = strings.ToLower(k.text())
	if s.label != "" {
		k.label, _ = labelValue(row.Labels, s.label)
	}
	e.known, e.round = k, s.round
	s.touch(e)
}

// same tells whether two rows of a pod say the same: by the version that the
// server gives them, by their fields where it gives none.
func same(a, b *api.PodRow) bool {
	if a.ResourceVersion != b.ResourceVersion {
		return false
	}
	return a.ResourceVersion != "" ||
		a.Phase == b.Phase && a.Status == b.Status && a.Ready == b.Ready && a.Total == b.Total && a.Restarts == b.Restarts &&
			a.LastRestart.Equal(b.LastRestart) && a.Created.Equal(b.Created) && a.Deleting == b.Deleting &&
			a.Name == b.Name && a.Namespace == b.Namespace && a.UID == b.UID &&
			a.IP == b.IP && a.Node == b.Node && a.Owner == b.Owner && a.Labels == b.Labels && a.Images == b.Images &&
			slices.Equal(a.Containers, b.Containers) && slices.Equal(a.InitNames, b.InitNames)
}

// keyOf is the identity of a row's pod. A server that gives two pods the same
// UID is not believed: the second keeps its name beside it.
func (s *rows) keyOf(row *api.PodRow) string {
	key := row.Key()
	if e, ok := s.byKey[key]; ok && (e.row.Name != row.Name || e.row.Namespace != row.Namespace) {
		return key + "/" + row.Namespace + "/" + row.Name
	}
	return key
}

// note remembers which cells change with the row, and until when that shows.
func (e *entry) note(row *api.PodRow, until time.Time) {
	var c changes
	if e.row.Status != row.Status {
		c |= changedStatus
	}
	if e.row.Ready != row.Ready || e.row.Total != row.Total {
		c |= changedReady
	}
	if e.row.Restarts != row.Restarts {
		c |= changedRestarts
	}
	if e.row.IP != row.IP {
		c |= changedIP
	}
	if e.row.Node != row.Node {
		c |= changedNode
	}
	if c != 0 {
		e.flash, e.until = c, until
	}
}

func (s *rows) touch(e *entry) {
	if !e.moved {
		e.moved = true
		s.touched = append(s.touched, e)
	}
}

// removeRow forgets the row's pod, remove that of a key.
func (s *rows) removeRow(row *api.PodRow) { s.remove(s.keyOf(row)) }

func (s *rows) remove(key string) {
	e, ok := s.byKey[key]
	if !ok {
		return
	}
	s.count(&e.row, -1)
	delete(s.byKey, key)
	e.key = ""
	s.touch(e)
}

// count takes a row into the sums, or out of them.
func (s *rows) count(r *api.PodRow, by int) {
	if !r.Finished() && !r.Deleting {
		s.running += by
	}
	if !r.Healthy() {
		s.faulty += by
	}
}

// begin starts a new list: sweep removes what it does not name.
func (s *rows) begin() { s.round++ }

func (s *rows) sweep() {
	for key, e := range s.byKey {
		if e.round != s.round {
			s.remove(key)
		}
	}
}

// setFilter puts a filter in force, nil for none.
func (s *rows) setFilter(f *filter) {
	s.sifts++
	if !f.narrows(s.filter) {
		s.sifted = s.sifts
	}
	s.filter = f
}

// toSift is how many rows a filter would have to be held against.
func (s *rows) toSift(f *filter) int {
	if f.narrows(s.filter) {
		return len(s.order)
	}
	return len(s.sorted)
}

// setSort puts an order in force.
func (s *rows) setSort(o ordering) {
	before := s.label
	s.ordering, s.resort = o, true
	if o.label != "" && o.label != before {
		for _, e := range s.byKey {
			e.known = e.labelled(o.label)
		}
	}
}

// sift holds an entry against the filter, unless it is known how that ends.
func (s *rows) sift(e *entry, now time.Time) {
	if e.moved || e.sifted < s.sifted || e.shown && e.sifted < s.sifts {
		e.shown, e.sifted = s.filter.match(e.known, now), s.sifts
	}
}

// arrange brings the order up to date, and tells whether anything changed. After
// a few changes among many rows it sorts and filters only those.
func (s *rows) arrange(now time.Time) bool {
	if len(s.touched) == 0 && s.arranged == s.sifts && !s.resort {
		return false
	}
	if s.sifted <= s.arranged && len(s.touched) == 0 && !s.resort {
		s.order = slices.DeleteFunc(s.order, func(e *entry) bool {
			s.sift(e, now)
			return !e.shown
		})
		s.arranged = s.sifts
		return true
	}
	s.place()
	s.order = s.order[:0]
	for _, e := range s.sorted {
		s.sift(e, now)
		if e.shown {
			s.order = append(s.order, e)
		}
	}
	for _, e := range s.touched {
		e.moved = false
	}
	clear(s.touched)
	s.touched, s.arranged, s.resort = s.touched[:0], s.sifts, false
	return true
}

// place takes the touched rows out of the sorted ones and puts those that still
// exist back where they belong. Servers send lists in order, so that a part of a
// list costs little more than its length.
func (s *rows) place() {
	var in []*entry
	for _, e := range s.touched {
		if e.key != "" {
			in = append(in, e)
		}
	}
	kept := s.sorted
	if len(s.touched) > 0 {
		kept = slices.DeleteFunc(s.sorted, func(e *entry) bool { return e.moved })
	}
	if s.resort {
		s.sorted = append(kept, in...)
		slices.SortFunc(s.sorted, s.less)
		return
	}
	slices.SortFunc(in, s.less)
	out := slices.Grow(kept, len(in))[:len(kept)+len(in)]
	// From the end, so that nothing is overwritten that is still to be moved.
	i, j := len(kept)-1, len(in)-1
	for at := len(out) - 1; j >= 0; at-- {
		if i >= 0 && s.less(out[i], in[j]) > 0 {
			out[at] = out[i]
			i--
		} else {
			out[at] = in[j]
			j--
		}
	}
	s.sorted = out
}

func (s *rows) less(a, b *entry) int { return s.ordering.less(a.known, a.key, b.known, b.key) }
