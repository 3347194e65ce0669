package fake

import (
	"slices"
	"sync"
	"time"
)

// Clock is where the engine's time comes from.
type Clock interface {
	Now() time.Time
	// After delivers the time once d has passed, as time.After does.
	After(d time.Duration) <-chan time.Time
}

// realClock is the machine's.
type realClock struct{}

func (realClock) Now() time.Time                         { return time.Now() }
func (realClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// ManualClock stands still until Advance moves it. Safe for concurrent use.
type ManualClock struct {
	mu     sync.Mutex
	now    time.Time
	alarms []alarm
}

type alarm struct {
	at time.Time
	c  chan time.Time
}

// NewManualClock returns a clock that stands at start.
func NewManualClock(start time.Time) *ManualClock { return &ManualClock{now: start} }

// Now is where the clock stands.
func (m *ManualClock) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// After delivers the time once the clock has been moved by d.
func (m *ManualClock) After(d time.Duration) <-chan time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := make(chan time.Time, 1)
	if d <= 0 {
		c <- m.now
		return c
	}
	m.alarms = append(m.alarms, alarm{at: m.now.Add(d), c: c})
	return c
}

// Advance moves the clock and rings what has become due, in order.
func (m *ManualClock) Advance(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	slices.SortStableFunc(m.alarms, func(a, b alarm) int { return a.at.Compare(b.at) })
	n := 0
	for n < len(m.alarms) && !m.alarms[n].at.After(m.now) {
		m.alarms[n].c <- m.now
		n++
	}
	m.alarms = slices.Clone(m.alarms[n:])
}

// Waiting is how many alarms are set: tests wait for those they mean to ring.
func (m *ManualClock) Waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.alarms)
}
