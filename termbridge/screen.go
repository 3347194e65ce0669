package termbridge

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"podium/termbridge/vt"
)

// holdLimit is for how long a program may hold the drawing of an update (mode
// 2026): one that forgets to end it must not freeze the pane.
const holdLimit = 150 * time.Millisecond

// maxEvents is how many events wait for TakeEvents; the oldest go first.
const maxEvents = 256

// screen is the emulator with its lock, and the signal that it has changed.
type screen struct {
	changed chan struct{}            // capacity 1
	modes   atomic.Pointer[vt.Modes] // of term, for those who must not wait for mu

	mu     sync.Mutex
	term   *vt.Terminal
	events []vt.Event
	hold   *time.Timer // runs while an update is held
}

func (s *screen) init(t *vt.Terminal) {
	s.changed = make(chan struct{}, 1)
	s.term = t
	s.noteModes()
}

// noteModes copies the modes when they have changed.
func (s *screen) noteModes() {
	m := s.term.Modes()
	if old := s.modes.Load(); old == nil || *old != m {
		changed := m
		s.modes.Store(&changed)
	}
}

// write interprets output and appends what the terminal answers to replies.
func (s *screen) write(p, replies []byte, b *Bridge) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.term.Write(p) // takes everything, by its contract
	s.noteModes()
	replies = s.term.TakeReplies(replies)
	ev := s.term.TakeEvents()
	for _, e := range ev {
		s.note(e)
	}
	held := s.term.SyncHeld()
	switch {
	case held && s.hold == nil:
		s.hold = time.AfterFunc(holdLimit, func() {
			defer b.crew.guard("held update")
			s.release()
			s.signal()
		})
	case !held:
		s.stopHold()
	}
	if !held || len(ev) > 0 {
		s.signal()
	}
	return replies
}

// note keeps an event until somebody takes it. A clipboard may hold a megabyte,
// and a program may fill it without end.
func (s *screen) note(e vt.Event) {
	if e.Kind.OnlyLast() {
		s.events = slices.DeleteFunc(s.events, func(o vt.Event) bool { return o.Kind == e.Kind })
	}
	s.events = append(s.events, e)
	if over := len(s.events) - maxEvents; over > 0 {
		s.events = slices.Delete(s.events, 0, over)
	}
}

func (s *screen) stopHold() {
	if s.hold != nil {
		s.hold.Stop()
		s.hold = nil
	}
}

// release ends a held update.
func (s *screen) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopHold()
	if s.term.SyncHeld() {
		s.term.ReleaseSync()
		s.noteModes()
	}
}

// signal says that something has changed.
func (s *screen) signal() {
	select {
	case s.changed <- struct{}{}:
	default:
	}
}

// Changed has something in it when the screen, the title, an event or the end
// has changed since it was last received from. It is never closed. While a
// program holds an update (mode 2026, at most 150 ms) drawing waits for its end.
func (b *Bridge) Changed() <-chan struct{} { return b.screen.changed }

// Snapshot brings f up to date and says whether anything changed. While a
// program holds an update it leaves f as it is.
func (b *Bridge) Snapshot(f *vt.Frame) bool { return b.SnapshotAt(f, 0) }

// SnapshotAt is Snapshot of a view scrolled back by offset lines.
func (b *Bridge) SnapshotAt(f *vt.Frame, offset int) bool {
	b.screen.mu.Lock()
	defer b.screen.mu.Unlock()
	t := b.screen.term
	if t.SyncHeld() && offset == f.Offset {
		if cols, rows := t.Size(); cols == f.Cols && rows == f.Rows {
			return false
		}
	}
	return t.SnapshotAt(f, offset)
}

// Modes returns the modes that the program has set.
func (b *Bridge) Modes() vt.Modes { return *b.screen.modes.Load() }

// Cursor returns the cursor.
func (b *Bridge) Cursor() vt.Cursor {
	b.screen.mu.Lock()
	defer b.screen.mu.Unlock()
	return b.screen.term.Cursor()
}

// Title returns the title that the program has set, free of control characters.
func (b *Bridge) Title() string {
	b.screen.mu.Lock()
	defer b.screen.mu.Unlock()
	return b.screen.term.Title()
}

// TakeEvents returns what the program did besides drawing since the last call:
// the latest 256 of it at most.
func (b *Bridge) TakeEvents() []vt.Event {
	b.screen.mu.Lock()
	defer b.screen.mu.Unlock()
	ev := b.screen.events
	b.screen.events = nil
	return ev
}

// SetDefaultColors changes what the program is told that the default colours are,
// and tells one that asked to be told (see [vt.Terminal.SetDefaultColors]).
func (b *Bridge) SetDefaultColors(foreground, background vt.Color) {
	b.screen.mu.Lock()
	b.screen.term.SetDefaultColors(foreground, background)
	replies := b.screen.term.TakeReplies(nil)
	b.screen.mu.Unlock()
	_ = b.queue.put(replies, kindReply) // full means that the program does not read
}

// View calls f with the emulator locked, to search or copy from the scrollback
// or to change how text is measured. f must be short, must not write to the
// emulator and must not keep it.
func (b *Bridge) View(f func(t *vt.Terminal)) {
	b.screen.mu.Lock()
	defer b.screen.mu.Unlock()
	f(b.screen.term)
}
