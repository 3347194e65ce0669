package terminal

import "time"

// A flooding program is drawn this often, a quiet one at once: every picture
// taken costs a token, of which there are a few in hand.
const (
	framesPerSecond = 30
	framesInHand    = 6
)

// pace spaces out pictures. It is used by one goroutine at a time: the one
// command in flight.
type pace struct {
	tokens float64
	last   time.Time
}

func newPace() *pace { return &pace{tokens: framesInHand, last: time.Now()} }

// wait returns at once while the program has been quiet, else when the next
// picture is due, or when done is closed.
func (p *pace) wait(done <-chan struct{}) {
	if d := p.take(time.Now()); d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-done:
		}
	}
}

// take spends a token at time now and returns how long to wait for it.
func (p *pace) take(now time.Time) time.Duration {
	p.tokens = min(framesInHand, p.tokens+now.Sub(p.last).Seconds()*framesPerSecond)
	p.last = now
	p.tokens--
	if p.tokens >= 0 {
		return 0
	}
	return time.Duration(-p.tokens * float64(time.Second) / framesPerSecond)
}
