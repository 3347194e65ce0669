package termbridge

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// The times of telling the other side the size.
const (
	resizeQuiet   = 30 * time.Millisecond  // a drag is over when nothing came for so long
	resizeMax     = 150 * time.Millisecond // a drag that goes on is told so often
	resizeTimeout = 5 * time.Second        // of one request
	resizeRetry   = 50 * time.Millisecond  // the first pause after a refusal, then doubled
	resizeRetries = 9                      // in a row, until something new happens: about 25 s
)

// sizer holds the size that the other side is to have.
type sizer struct {
	wake chan struct{} // capacity 1: something below has changed

	order sync.Mutex // held for a whole Resize: all must hear of sizes in one order

	mu         sync.Mutex
	cols, rows uint16
	want       uint64 // counts changes of the size
	again      bool   // the same size once more, at once
	err        error  // of the last request
}

func (s *sizer) init(cols, rows uint16) {
	s.wake = make(chan struct{}, 1)
	s.cols, s.rows, s.want = cols, rows, 1
}

// set changes the size and says whether it is another one.
func (s *sizer) set(cols, rows uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cols == cols && s.rows == rows {
		return false
	}
	s.cols, s.rows = cols, rows
	s.want++
	s.poke()
	return true
}

// cells is the size.
func (s *sizer) cells() (cols, rows int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int(s.cols), int(s.rows)
}

// repeat asks for the size to be told once more.
func (s *sizer) repeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.again = true
	s.poke()
}

func (s *sizer) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// pending says whether there is a size newer than sent, or one to be repeated.
func (s *sizer) pending(sent uint64) (newer, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.want != sent, s.again
}

// Resize sets the size of the pane in cells, from 1 to 65535: of the
// pseudo-terminal and the screen at once, of the other side soon. Of many sizes
// in a row the other side gets few, and the last one.
func (b *Bridge) Resize(cols, rows int) error {
	c, r, err := cells(cols, rows)
	if err != nil {
		return err
	}
	b.size.order.Lock()
	defer b.size.order.Unlock()
	if !b.size.set(c, r) {
		return nil
	}
	b.screen.mu.Lock()
	b.screen.term.Resize(int(c), int(r))
	b.screen.mu.Unlock()
	b.screen.signal()
	if err := b.pty.Resize(c, r); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil // after the end the screen is all that is left
}

// ResendSize tells the other side the size once more.
func (b *Bridge) ResendSize() { b.size.repeat() }

// ResizeErr is why the other side has not accepted the size yet, or nil.
func (b *Bridge) ResizeErr() error {
	b.size.mu.Lock()
	defer b.size.mu.Unlock()
	return b.size.err
}

// resizeLoop tells the other side the size: first at once, later ones when a
// drag pauses, until it accepts. One request runs at a time, so that an older
// size cannot overtake a newer one.
func (b *Bridge) resizeLoop() {
	var sent uint64
	refused := 0
	for b.ctx.Err() == nil {
		newer, again := b.size.pending(sent)
		if newer || again {
			refused = 0
		}
		if newer && sent != 0 && !again {
			b.settleDrag()
		}
		var err error
		if sent, err = b.tellSize(); err != nil {
			refused++
		} else {
			refused = 0
		}
		b.pause(sent, refused, errors.Is(err, errors.ErrUnsupported))
	}
}

// settleDrag waits until the size has been the same for a moment.
func (b *Bridge) settleDrag() {
	end := time.NewTimer(resizeMax)
	defer end.Stop()
	quiet := time.NewTimer(resizeQuiet)
	defer quiet.Stop()
	for {
		select {
		case <-b.size.wake:
			quiet.Reset(resizeQuiet)
		case <-quiet.C:
			return
		case <-end.C:
			return
		case <-b.ctx.Done():
			return
		}
	}
}

// tellSize makes one request and returns which size it was about.
func (b *Bridge) tellSize() (uint64, error) {
	s := &b.size
	s.mu.Lock()
	cols, rows, sent := s.cols, s.rows, s.want
	s.again = false
	s.mu.Unlock()

	ctx, cancel := context.WithTimeout(b.ctx, resizeTimeout)
	defer cancel()
	err := b.stream.Resize(ctx, rows, cols)
	if err != nil {
		err = fmt.Errorf("tell the other side the size %dx%d: %w", cols, rows, err)
	}
	s.mu.Lock()
	s.err = err
	s.mu.Unlock()
	return sent, err
}

// pause waits until there is something to tell: a change, or the time to try a
// refused size again.
func (b *Bridge) pause(sent uint64, refused int, unsupported bool) {
	var retry <-chan time.Time
	if refused > 0 && refused <= resizeRetries && !unsupported {
		t := time.NewTimer(resizeRetry << (refused - 1))
		defer t.Stop()
		retry = t.C
	}
	for {
		if newer, again := b.size.pending(sent); newer || again {
			return
		}
		select {
		case <-b.size.wake:
		case <-retry:
			return
		case <-b.ctx.Done():
			return
		}
	}
}
