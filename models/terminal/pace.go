package terminal

import (
	"sync/atomic"
	"time"
)

// A busy program is drawn this often, a quiet one at once: every picture taken
// costs a token, of which there are a few in hand. One that writes many screens
// between two pictures is drawn less often, since nobody reads them, and one that
// is not in view is only looked at.
const (
	framesPerSecond = 30
	framesInHand    = 6
	floodsPerSecond = 15
	floodBytes      = 128 << 10 // between two pictures
	looksPerSecond  = 4         // while hidden
)

// pace spaces out pictures. It is used by one goroutine at a time, the one
// command in flight, but for show and hide.
type pace struct {
	tokens float64
	last   time.Time
	drawn  int64 // bytes that had come by then
	hidden atomic.Bool
	shown  chan struct{} // capacity 1: somebody looks again
}

func newPace() *pace {
	return &pace{tokens: framesInHand, last: time.Now(), shown: make(chan struct{}, 1)}
}

// hide lets the pace be slow: nobody looks.
func (p *pace) hide() { p.hidden.Store(true) }

// show ends that at once.
func (p *pace) show() {
	p.hidden.Store(false)
	select {
	case p.shown <- struct{}{}:
	default:
	}
}

// wait returns at once while the program has been quiet, else when the next
// picture is due, or when done is closed. So many bytes have come so far.
func (p *pace) wait(come int64, done <-chan struct{}) {
	select {
	case <-p.shown: // of an earlier wait
	default:
	}
	if d := p.take(time.Now(), come); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-p.shown:
		case <-done:
		}
	}
}

// take spends a token at time now, when so many bytes have come, and returns how
// long to wait for it.
func (p *pace) take(now time.Time, come int64) time.Duration {
	rate, most := float64(framesPerSecond), float64(framesInHand)
	switch {
	case p.hidden.Load():
		rate, most = looksPerSecond, 1
	case come-p.drawn >= floodBytes:
		rate = floodsPerSecond
	}
	p.drawn = come
	p.tokens = min(most, p.tokens+now.Sub(p.last).Seconds()*rate)
	p.last = now
	p.tokens--
	if p.tokens >= 0 {
		return 0
	}
	return time.Duration(-p.tokens * float64(time.Second) / rate)
}
