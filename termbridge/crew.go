package termbridge

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// crew starts the goroutines of one session, so that each of them is waited for
// and none can take the process down unseen: a panic in a goroutine of ours
// would otherwise leave the user's terminal as it was at that moment.
type crew struct {
	wg      sync.WaitGroup
	onPanic func(value any, stack []byte)
	fault   func(err error) // ends the session that the goroutine belonged to
}

// start runs f in a goroutine called name. done, if any, runs after f in every
// case.
func (c *crew) start(name string, f, done func()) {
	c.wg.Go(func() {
		if done != nil {
			defer done()
		}
		defer c.guard(name)
		f()
	})
}

// detach is start for a goroutine that cannot be made to end, because it waits
// for a reader that belongs to somebody else. It is not waited for.
func (c *crew) detach(name string, f func()) {
	go func() {
		defer c.guard(name)
		f()
	}()
}

// guard is deferred around whatever runs in a goroutine of its own.
func (c *crew) guard(name string) {
	if c.onPanic == nil {
		return // the panic goes on: the process reports it
	}
	if v := recover(); v != nil {
		c.onPanic(v, debug.Stack())
		c.fault(fmt.Errorf("internal fault in the terminal's %s: %v", name, v))
	}
}

// wait returns when all goroutines have ended.
func (c *crew) wait() { c.wg.Wait() }
