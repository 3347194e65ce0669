package pods

import (
	"context"
	"sync"
)

// pipe carries changes from the goroutine that reads them to Update: the reader
// waits when the screen is behind.
type pipe struct {
	mu      sync.Mutex
	changes []change
	end     *ending
	alive   bool          // a watch has answered
	signal  chan struct{} // something is there to take
	taken   chan struct{} // room was made
	over    chan struct{} // closed with end
}

func newPipe() *pipe {
	return &pipe{signal: make(chan struct{}, 1), taken: make(chan struct{}, 1), over: make(chan struct{})}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// add hands a change over, waiting for room.
func (p *pipe) add(ctx context.Context, c change) error {
	for {
		p.mu.Lock()
		if len(p.changes) < pipeLimit {
			p.changes = append(p.changes, c)
			p.mu.Unlock()
			poke(p.signal)
			return nil
		}
		p.mu.Unlock()
		select {
		case <-p.taken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// open says that a watch is established.
func (p *pipe) open() {
	p.mu.Lock()
	p.alive = true
	p.mu.Unlock()
	poke(p.signal)
}

func (p *pipe) close(e ending) {
	p.mu.Lock()
	p.end = &e
	p.mu.Unlock()
	close(p.over)
	poke(p.signal)
}

func (p *pipe) take() (changes []change, alive bool, end *ending) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changes, p.changes = p.changes, nil
	poke(p.taken)
	return changes, p.alive, p.end
}
