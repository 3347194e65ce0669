package terminal

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/widget/textview"
	"podium/termbridge"
	"podium/termbridge/vt"
)

// A search looks at some lines at once, which finds what is near, and at the
// rest of a long scrollback in steps beside the program's loop: the emulator is
// locked for one step, a fraction of a millisecond.
const (
	huntAtOnce = 256 // rows
	huntStep   = 128
)

// hunt is a search on its way through the lines. It begins at a place and goes
// round the ends until it is back there.
type hunt struct {
	find   textview.Finder
	back   bool // towards older lines
	itself bool // a match at the very place counts
	times  int  // the how manieth match is looked for
	from   pos  // where it began
	high   uint64
	next   uint64        // the line to look at
	begun  bool          // with the line of from
	ring   bool          // it has gone round an end since then
	stop   chan struct{} // closed when nobody wants the answer any more

	hit   hit  // what was found, when it has ended
	round bool // it went round on the way
}

// foundMsg is the end of a hunt that took longer.
type foundMsg struct {
	models.Answer
	hunt *hunt
}

// step looks through so many rows and tells whether the hunt has ended: with a
// hit, or without when there is none.
func (h *hunt) step(tx text, rows int) bool {
	if tx.low > h.from.line { // it has gone meanwhile: the oldest that is left stands for it
		h.from = pos{line: tx.low}
	}
	h.from = tx.clamp(h.from)
	for rows > 0 {
		if !h.begun {
			h.begun, h.high = true, tx.high
			c := tx.chunkAt(h.from.line)
			at := tx.offset(c, h.from)
			h.onward(tx, c)
			rows -= len(c.starts) + 1
			for _, m := range h.ordered(c.text) {
				if h.itself && m[0] == at || h.back && m[0] < at || !h.back && m[0] > at {
					if h.found(tx, c, m) {
						return true
					}
					break
				}
			}
			continue
		}
		c := tx.chunkAt(min(max(h.next, tx.low), tx.high))
		rows -= len(c.starts) + 1
		if found := h.ordered(c.text); len(found) > 0 {
			if h.found(tx, c, found[0]) {
				return true
			}
			continue
		}
		home, _ := tx.logical(h.from.line)
		if h.ring && (h.back && c.from <= home || !h.back && c.from >= home) {
			return true
		}
		h.onward(tx, c)
	}
	return false
}

// onward goes on to the line beside the chunk, round the ends.
func (h *hunt) onward(tx text, c chunk) {
	switch {
	case h.back && c.from <= tx.low:
		h.next, h.ring, h.round = tx.high, true, true
	case h.back:
		h.next = c.from - 1
	case c.last() >= min(h.high, tx.high):
		h.next, h.ring, h.round = tx.low, true, true
	default:
		h.next = c.last() + 1
	}
}

// found takes a match, and tells whether it is the one that was wanted.
func (h *hunt) found(tx text, c chunk, m [2]int) bool {
	if h.times--; h.times <= 0 {
		h.hit = hit{true, c.from, m[0], m[1]}
		return true
	}
	n, at := c.place(m[0])
	h.from, h.itself, h.begun, h.ring = pos{n, tx.row(n).cellAt(at)}, false, false, false
	return false
}

// ordered are the matches in a text, the one to be met first before the others.
func (h *hunt) ordered(text string) [][2]int {
	found := h.find(text)
	if h.back {
		slices.Reverse(found)
	}
	return found
}

// run hunts on, step by step, until the end or until nobody waits for it.
func (h *hunt) run(bridge *termbridge.Bridge, width vt.WidthMethod) bool {
	for ended := false; !ended; {
		select {
		case <-h.stop:
			return false
		default:
		}
		bridge.View(func(t *vt.Terminal) { ended = h.step(textOf(t, width), huntStep) })
	}
	return true
}

// stop gives up the hunt that is under way, and says whether there was one.
func (s *search) stop() bool {
	if s.hunt == nil {
		return false
	}
	close(s.hunt.stop)
	s.hunt = nil
	return true
}

// goTo goes to the nearest match from the cursor, or so many further: at once
// where it is near, else when the command has found it.
func (m *Model) goTo(back, itself bool, times int) tea.Cmd {
	l := &m.look
	l.search.stop()
	if m.bridge == nil {
		return nil
	}
	h := &hunt{find: l.search.find, back: back, itself: itself, times: times, from: l.at, stop: make(chan struct{})}
	ended := false
	m.read(func(tx text) {
		if ended = h.step(tx, huntAtOnce); ended {
			m.arrive(tx, h)
		}
		m.drawLook(tx)
	})
	m.stale = true
	if ended {
		return nil
	}
	l.search.hunt = h
	bridge, width := m.bridge, m.width
	return func() tea.Msg {
		if !h.run(bridge, width) {
			return nil
		}
		return foundMsg{Answer: models.To(m), hunt: h}
	}
}

// found takes the end of a hunt, if it is still wanted.
func (m *Model) found(msg foundMsg) {
	l := &m.look
	if l.search.hunt != msg.hunt {
		return
	}
	l.search.hunt = nil
	m.read(func(tx text) {
		m.follow(tx)
		if l.copying {
			m.arrive(tx, msg.hunt)
		}
		m.drawLook(tx)
	})
	m.stale = true
}

// arrive puts the cursor where the hunt ended.
func (m *Model) arrive(tx text, h *hunt) {
	l := &m.look
	l.search.hit, l.search.failed, l.search.round = h.hit, !h.hit.ok, h.round && h.hit.ok
	if !h.hit.ok || h.hit.from < tx.low {
		return
	}
	n, at := tx.chunkAt(h.hit.from).place(h.hit.start)
	l.at = pos{n, tx.row(n).cellAt(at)}
	l.want = l.at.x
	l.extend()
	m.reveal(max(m.rows/3, 1))
}
