package pods

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"podium/api"
)

// entry is a row with what the list keeps beside it.
type entry struct {
	row   api.PodRow
	key   string
	low   string // the text that words of a filter look at, in lower case
	round int    // the list that named it last
	shown bool   // the filter lets it pass
	moved bool   // it must be placed anew
	flash changes
	until time.Time // how long flash lasts
}

// changes are the cells of a row that changed a moment ago.
type changes uint8

const (
	changedStatus changes = 1 << iota
	changedReady
	changedRestarts
)

// flashing is how long a changed cell is highlighted.
const flashing = 2 * time.Second

// text is what case-sensitive words look at; see low.
func (e *entry) text() string {
	r := &e.row
	return r.Name + "\n" + r.Namespace + "\n" + r.Status + "\n" + r.IP + "\n" + r.Node
}

// rows are the pods that are known, those shown in their order. Changes are
// taken in with put and remove, and become visible with arrange.
type rows struct {
	byKey   map[string]*entry
	sorted  []*entry // all of them
	order   []*entry // those shown
	filter  *filter
	by      sortBy
	desc    bool
	round   int
	running int      // pods neither finished nor being deleted
	touched []*entry // changed since the last arrange
	sift    sifting  // what a change of the filter asks for
	resort  bool     // the order changed
}

// sifting says which rows must be held against the filter again.
type sifting int

const (
	siftNone  sifting = iota
	siftShown         // those that were shown: it only lets fewer pass
	siftAll
)

func newRows() *rows { return &rows{byKey: map[string]*entry{}, by: byName} }

// put adds a row or replaces what was known of the pod.
func (s *rows) put(row api.PodRow, now time.Time, flash bool) {
	key := row.Key()
	e, ok := s.byKey[key]
	if ok && e.row.ResourceVersion == row.ResourceVersion && row.ResourceVersion != "" {
		e.round = s.round
		return
	}
	if !ok {
		e = &entry{key: key}
		s.byKey[key] = e
	} else {
		if flash {
			e.note(&row, now)
		}
		s.running -= runs(&e.row)
	}
	s.running += runs(&row)
	e.row, e.round = row, s.round
	e.low = strings.ToLower(e.text())
	s.touch(e)
}

// note remembers which cells change with the row.
func (e *entry) note(row *api.PodRow, now time.Time) {
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
	if c != 0 {
		e.flash, e.until = c, now.Add(flashing)
	}
}

func (s *rows) touch(e *entry) {
	if !e.moved {
		e.moved = true
		s.touched = append(s.touched, e)
	}
}

// remove forgets a pod.
func (s *rows) remove(key string) {
	e, ok := s.byKey[key]
	if !ok {
		return
	}
	s.running -= runs(&e.row)
	delete(s.byKey, key)
	e.key = ""
	s.touch(e)
}

// runs is 1 for a pod that is neither finished nor being deleted.
func runs(r *api.PodRow) int {
	if r.Finished() || r.Deleting {
		return 0
	}
	return 1
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

// reset forgets every pod.
func (s *rows) reset() {
	s.byKey, s.touched, s.running = map[string]*entry{}, nil, 0
	s.resort = true
}

// setFilter and setSort change what is shown, and how.
func (s *rows) setFilter(f *filter) {
	if f.narrows(s.filter) {
		s.sift = max(s.sift, siftShown)
	} else {
		s.sift = siftAll
	}
	s.filter = f
}

func (s *rows) setSort(by sortBy, desc bool) { s.by, s.desc, s.resort = by, desc, true }

// arrange brings the order up to date, and tells whether anything changed. After
// a few changes among many rows it sorts and filters only those.
func (s *rows) arrange(now time.Time) bool {
	if len(s.touched) == 0 && s.sift == siftNone && !s.resort {
		return false
	}
	if s.sift == siftShown && len(s.touched) == 0 && !s.resort {
		s.order = slices.DeleteFunc(s.order, func(e *entry) bool {
			e.shown = s.filter.match(e, now)
			return !e.shown
		})
		s.sift = siftNone
		return true
	}
	if s.resort || len(s.touched) > len(s.sorted)/4 {
		s.sorted = s.sorted[:0]
		for _, e := range s.byKey {
			s.sorted = append(s.sorted, e)
		}
		slices.SortFunc(s.sorted, s.compare)
	} else if len(s.touched) > 0 {
		s.merge()
	}
	s.order = s.order[:0]
	for _, e := range s.sorted {
		if e.moved || s.sift == siftAll || s.sift == siftShown && e.shown {
			e.shown = s.filter.match(e, now)
		}
		if e.shown {
			s.order = append(s.order, e)
		}
	}
	for _, e := range s.touched {
		e.moved = false
	}
	clear(s.touched)
	s.touched, s.sift, s.resort = s.touched[:0], siftNone, false
	return true
}

// merge takes the touched rows out of the sorted ones and puts those that still
// exist back where they belong.
func (s *rows) merge() {
	var in []*entry
	for _, e := range s.touched {
		if e.key != "" {
			in = append(in, e)
		}
	}
	slices.SortFunc(in, s.compare)
	kept := slices.DeleteFunc(s.sorted, func(e *entry) bool { return e.moved })
	out := slices.Grow(kept, len(in))[:len(kept)+len(in)]
	// From the end, so that nothing is overwritten that is still to be moved.
	i, j := len(kept)-1, len(in)-1
	for at := len(out) - 1; j >= 0; at-- {
		if i >= 0 && s.compare(out[i], in[j]) > 0 {
			out[at] = out[i]
			i--
		} else {
			out[at] = in[j]
			j--
		}
	}
	s.sorted = out
}

// compare orders two rows by the chosen column, then by name.
func (s *rows) compare(a, b *entry) int {
	c := s.by.compare(&a.row, &b.row)
	if s.desc {
		c = -c
	}
	if c != 0 {
		return c
	}
	if c = strings.Compare(a.row.Name, b.row.Name); c != 0 {
		return c
	}
	if c = strings.Compare(a.row.Namespace, b.row.Namespace); c != 0 {
		return c
	}
	return strings.Compare(a.key, b.key)
}

// sortBy is the column that the list is sorted by.
type sortBy int

const (
	byName sortBy = iota
	byAge
	byStatus
	byReady
	byRestarts
	byIP
	byNode
	byNamespace
)

func (by sortBy) compare(a, b *api.PodRow) int {
	switch by {
	case byAge: // the youngest first, as its age is the smallest
		return b.Created.Compare(a.Created)
	case byStatus:
		return strings.Compare(a.Status, b.Status)
	case byReady:
		return cmp.Or(cmp.Compare(a.Ready*max(b.Total, 1), b.Ready*max(a.Total, 1)), cmp.Compare(a.Total, b.Total))
	case byRestarts: // the most first: they are what is looked for
		return cmp.Compare(b.Restarts, a.Restarts)
	case byIP:
		return strings.Compare(a.IP, b.IP)
	case byNode:
		return strings.Compare(a.Node, b.Node)
	case byNamespace:
		return strings.Compare(a.Namespace, b.Namespace)
	}
	return strings.Compare(a.Name, b.Name)
}
