package terminal

import (
	"sync/atomic"
	"time"
)

// A flooding program is drawn this often, a quiet one at once: every picture
// taken costs a token, of which there are a few in hand. One that is not in view
// is looked at less often.
const (
	framesPerSecond = 30
	framesInHand    = 6
	looksPerSecond  = 4 // while hidden
)

// pace spaces out pictures. It is used by one goroutine at a time, the one
// command in flight, but for show and hide.
type pace struct {
	tokens float64
	last   time.Time
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
// picture is due, or when done is closed.
func (p *pace) wait(done <-chan struct{}) {
	select {
	case <-p.shown: // of an earlier wait
	default:
	}
	if d := p.take(time.Now()); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-p.shown:
		case <-done:
		}
	}
}

// take spends a token at time now and returns how long to wait for it.
func (p *pace) take(now time.Time) time.Duration {
	rate, most := float64(framesPerSecond), float64(framesInHand)
	if p.hidden.Load() {
		rate, most = looksPerSecond, 1
	}
	p.tokens = min(most, p.tokens+now.Sub(p.last).Seconds()*rate)
	p.last = now
	p.tokens--
	if p.tokens >= 0 {
		return 0
	}
	return time.Duration(-p.tokens * float64(time.Second) / rate)
}
