package pods

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

const (
	// sortAtOnce is how many rows are sorted in Update: as many as take about
	// 2 ms. More are sorted beside the program's loop.
	sortAtOnce = 4_000
	// sortSilence is how long that may take before the list says so.
	sortSilence = time.Second
)

// ordering is the order of the rows: by a column, then by name.
type ordering struct {
	by      string
	desc    bool
	compare func(a, b *known) int
	label   string // of a column that shows one
}

// orderingBy is the ordering by a column, which there is.
func orderingBy(by string, desc bool) ordering {
	c, _ := columnOf(by)
	o := ordering{by: by, desc: desc, compare: c.compare}
	if label, ok := strings.CutPrefix(by, labelPrefix); ok {
		o.label = label
	}
	return o
}

// less orders two pods, whose keys are needed where all else is alike.
func (o *ordering) less(a *known, aKey string, b *known, bKey string) int {
	c := o.compare(a, b)
	if o.desc {
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
	return strings.Compare(aKey, bKey)
}

// sorter sorts the pods as they are when it is made, in a command.
type sorter struct {
	ordering
	began time.Time
	pods  []ranked
}

// ranked is a pod of a sorter. Of the entry the command reads nothing.
type ranked struct {
	entry *entry
	key   string
	was   *known // when the sorter was made
	known *known // with its label
}

// sortedMsg says that a sorter is done.
type sortedMsg struct {
	models.Answer
	sorter *sorter
}

// newSorter makes a sorter of all rows.
func (s *rows) newSorter(o ordering, now time.Time) *sorter {
	v := &sorter{ordering: o, began: now, pods: make([]ranked, len(s.sorted))}
	for i, e := range s.sorted {
		v.pods[i] = ranked{e, e.key, e.known, e.known}
	}
	return v
}

// run is the command.
func (v *sorter) run(owner *Model) tea.Msg {
	if v.label != "" {
		for i := range v.pods {
			v.pods[i].known = v.pods[i].was.labelled(v.label)
		}
	}
	slices.SortFunc(v.pods, func(a, b ranked) int { return v.less(a.known, a.key, b.known, b.key) })
	return sortedMsg{Answer: models.To(owner), sorter: v}
}

// sortedBy puts the order of a sorter in force. What changed since the sorter was
// made is placed by the next arrange.
func (s *rows) sortedBy(v *sorter) {
	s.ordering = v.ordering
	s.orders++
	kept := make([]*entry, 0, len(v.pods))
	for i := range v.pods {
		if p := &v.pods[i]; p.entry.key == p.key && p.entry.known == p.was {
			p.entry.known, p.entry.orders = p.known, s.orders
			kept = append(kept, p.entry)
		}
	}
	for _, e := range s.sorted {
		if e.orders != s.orders {
			s.touch(e)
		}
	}
	if s.label != "" {
		for _, e := range s.touched {
			e.known = e.labelled(s.label)
		}
	}
	s.sorted = kept
	s.resort, s.arranged = false, s.sifted-1 // no short cut: the order is made anew
}

// sortBy sorts by a column; again inverts.
func (m *Model) sortBy(by string) tea.Cmd {
	now, desc := m.wantedOrder(), false
	if now.by == by {
		desc = !now.desc
	}
	return m.order(by, desc)
}

// wantedOrder is the order that is to be in force: the one that is, but while a
// sorter runs.
func (m *Model) wantedOrder() *ordering {
	if m.sorter != nil {
		return &m.sorter.ordering
	}
	return &m.rows.ordering
}

// order puts an order in force: at once, or where there are many rows as soon as
// they are sorted. Of several the last one counts.
func (m *Model) order(by string, desc bool) tea.Cmd {
	o := orderingBy(by, desc)
	if len(m.rows.sorted) > sortAtOnce {
		v := m.rows.newSorter(o, m.env.Now())
		m.sorter = v
		return func() tea.Msg { return v.run(m) }
	}
	m.sorter = nil
	m.rows.setSort(o)
	m.ordered()
	return nil
}

// gotSorted takes the answer of a sorter, unless another order is wanted by now.
func (m *Model) gotSorted(msg sortedMsg) {
	if msg.sorter != m.sorter {
		return
	}
	m.sorter = nil
	m.rows.sortedBy(msg.sorter)
	m.ordered()
}

// ordered shows an order that came into force. The column that the list is sorted
// by shows whatever the layout says of it.
func (m *Model) ordered() {
	m.rows.arrange(m.now)
	m.table.SetSort(m.rows.by, m.rows.desc)
	m.relayout()
	m.table.Reload()
}

// sortingLine says that the list is being sorted, "" while that is nothing to
// speak of.
func (m *Model) sortingLine() string {
	if m.sorter == nil || m.now.Sub(m.sorter.began) < sortSilence {
		return ""
	}
	c, _ := columnOf(m.sorter.by)
	return m.theme.Paint(themes.Muted, safetext.Fit(" Sorting by "+c.Title+" …", m.cols))
}

// sortBeside sorts by the column beside the one that the list is sorted by, as
// they are shown.
func (m *Model) sortBeside(step int) tea.Cmd {
	shown := m.table.Columns()
	if len(shown) == 0 {
		return nil
	}
	i := slices.Index(shown, m.wantedOrder().by)
	if i < 0 {
		i = max(-step, 0) // from the end that the step leads away from
	}
	return m.sortBy(shown[(i+step+len(shown))%len(shown)])
}
