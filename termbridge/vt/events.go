package vt

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxEvents = 64
	maxTitle  = 256 // code points of a title or a notification
	maxTitles = 8   // titles kept by CSI 22 t
)

// TakeEvents returns what happened since the last call, oldest first, and
// forgets it. Bells are one event, and of titles, folders and clipboard texts
// only the last is told. The queue is bounded: when nobody takes them, further
// events are dropped and counted.
func (t *Terminal) TakeEvents() []Event {
	events := t.events
	t.events = nil
	return events
}

// event queues e. Of the kinds where only the newest matters, it takes the
// place of the older one.
func (t *Terminal) event(e Event) {
	if e.Kind.OnlyLast() {
		for i := range t.events {
			if t.events[i].Kind == e.Kind {
				t.events[i] = e
				return
			}
		}
	}
	if len(t.events) >= maxEvents {
		t.refused.Events++
		return
	}
	t.events = append(t.events, e)
}

// OnlyLast says that of events of this kind only the last one matters: it takes
// the place of those before it.
func (k EventKind) OnlyLast() bool {
	switch k {
	case EventTitle, EventIcon, EventCwd, EventClipboard, EventReset, EventNotify:
		return true
	}
	return false
}

func (t *Terminal) bell() {
	for i := range t.events {
		if t.events[i].Kind == EventBell {
			t.events[i].N++
			return
		}
	}
	t.event(Event{Kind: EventBell, N: 1})
}

// Title returns the title (OSC 0 and 2), free of control characters and of
// characters that change the direction of text, and at most 256 code points
// long.
func (t *Terminal) Title() string { return t.title }

func (t *Terminal) setTitle(s string) {
	if s == t.title {
		return
	}
	t.title = s
	t.event(Event{Kind: EventTitle, Text: s})
}

func (t *Terminal) pushTitle() {
	if len(t.titles) == maxTitles {
		t.titles = t.titles[1:]
	}
	t.titles = append(t.titles, t.title)
}

func (t *Terminal) popTitle() {
	if n := len(t.titles); n > 0 {
		t.setTitle(t.titles[n-1])
		t.titles = t.titles[:n-1]
	}
}

// sanitise makes text from a program safe to draw on one line: no controls, no
// marks that change its direction, no broken UTF-8, at most limit code points.
func sanitise(s string, limit int) string {
	if len(s) > limit*utf8.UTFMax {
		s = s[:limit*utf8.UTFMax]
	}
	s = strings.ToValidUTF8(s, "\ufffd")
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n == limit {
			break
		}
		if unicode.IsControl(r) || bidiControl(r) || r == 0x2028 || r == 0x2029 || r == 0xfeff {
			continue
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
