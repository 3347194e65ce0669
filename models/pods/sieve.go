package pods

import (
	"sync/atomic"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// How many rows a filter is held against at once, in Update: as many as take
// about 2 ms. More are sifted beside the program's loop, so that what is typed
// is echoed first.
const (
	atOncePlain = 15_000 // words that need only be contained
	atOnce      = 1_500  // expressions and fields
)

// sieve holds a filter against the pods as they are when it is made, in a
// command. It gives up once nobody waits for it.
type sieve struct {
	filter  *filter
	now     time.Time
	entries []*entry // whose known is not to be read by the command,
	pods    []*known // which these are for it
	given   atomic.Bool
}

// siftedMsg is what a sieve lets pass.
type siftedMsg struct {
	models.Answer
	sieve *sieve
	pass  []bool
	whole bool // it was not given up
}

// newSieve makes a sieve for those of the rows for which it is not known whether
// the filter lets them pass.
func (s *rows) newSieve(f *filter, now time.Time) *sieve {
	v := &sieve{filter: f, now: now}
	v.entries = append(v.entries, s.sorted...)
	if f.narrows(s.filter) {
		v.entries = append(v.entries[:0], s.order...)
	}
	v.pods = make([]*known, len(v.entries))
	for i, e := range v.entries {
		v.pods[i] = e.known
	}
	return v
}

// sieved puts the filter of a sieve in force. What changed since the sieve was
// made is sifted by the next arrange.
func (s *rows) sieved(v *sieve, pass []bool) {
	s.setFilter(v.filter)
	for i, e := range v.entries {
		if e.known == v.pods[i] {
			e.shown, e.sifted = pass[i], s.sifts
		}
	}
	s.arranged = s.sifted - 1 // no short cut: the order is made anew
}

// run is the command.
func (v *sieve) run(owner *Model) tea.Msg {
	pass := make([]bool, len(v.pods))
	for i, k := range v.pods {
		if i%512 == 0 && v.given.Load() {
			return siftedMsg{Answer: models.To(owner), sieve: v}
		}
		pass[i] = v.filter.match(k, v.now)
	}
	return siftedMsg{Answer: models.To(owner), sieve: v, pass: pass, whole: true}
}

// wanted is the filter that is to be in force: the one that is, but while a
// sieve runs.
func (m *Model) wanted() *filter {
	if m.sieve != nil {
		return m.sieve.filter
	}
	return m.rows.filter
}

// setFilter puts a filter in force, nil for none: at once, or where many rows
// are to be held against it as soon as that is done. Then the filter in force
// stays until the answer is there. What the filter wants of the server waits
// until it is kept.
func (m *Model) setFilter(f *filter) tea.Cmd {
	if f.empty() {
		f = nil
	}
	limit := atOnce
	if f == nil || f.plain {
		limit = atOncePlain
	}
	switch {
	case f != nil && m.rows.toSift(f) > limit:
		return m.siftBeside(f)
	case m.sieve != nil:
		m.sieve.given.Store(true)
		m.sieve = nil
	}
	m.rows.setFilter(f)
	m.sifted()
	return nil
}

// siftBeside has the filter sifted in a command: one at a time, the newest
// filter next.
func (m *Model) siftBeside(f *filter) tea.Cmd {
	if m.sieve != nil {
		m.sieve.given.Store(true)
		if m.sieve.entries != nil { // the one that runs
			m.sieve = &sieve{filter: f}
		} else { // one that waits for the end of that
			m.sieve.filter = f
		}
		return nil
	}
	v := m.rows.newSieve(f, m.now)
	m.sieve = v
	return func() tea.Msg { return v.run(m) }
}

// gotSifted takes the answer of a sieve.
func (m *Model) gotSifted(msg siftedMsg) tea.Cmd {
	switch v := m.sieve; {
	case v == nil:
	case v == msg.sieve && msg.whole:
		m.sieve = nil
		m.rows.sieved(v, msg.pass)
		m.sifted()
	case v.entries == nil: // the answer of one that was given up for this one
		m.sieve = nil
		return m.setFilter(v.filter)
	}
	return nil
}

// sifted shows what a filter that came into force leaves.
func (m *Model) sifted() {
	m.rows.arrange(m.now)
	m.table.Reload()
	m.explain()
}
