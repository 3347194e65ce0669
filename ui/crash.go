package ui

import (
	"fmt"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// CrashError is the error of a program that ended by a panic. It is printed after
// the terminal was restored; the exit status is 2.
type CrashError struct {
	Value  any    // what was panicked with
	Stack  []byte // of the goroutine that did
	Report string // path of the report, "" when none could be written
	Failed error  // why no report could be written
}

// Error tells what happened and where the report is.
func (c *CrashError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "podium crashed: %v\n", c.Value)
	switch {
	case c.Report != "":
		fmt.Fprintf(&b, "The report is in %s; please send it with an account of what you did.", c.Report)
	default:
		if c.Failed != nil {
			fmt.Fprintf(&b, "The report could not be written (%v), so it follows.\n", c.Failed)
		}
		b.Write(c.Stack)
	}
	return b.String()
}

// crashes collects panics from any goroutine. The first one counts; happened is
// closed by it.
type crashes struct {
	report   func([]byte) (string, error)
	happened chan struct{}

	mu      sync.Mutex
	crash   *CrashError
	running int           // goroutines of run
	idle    chan struct{} // closed when there is none any more, nil while nobody waits for that
}

func newCrashes(report func([]byte) (string, error)) *crashes {
	return &crashes{report: report, happened: make(chan struct{})}
}

func (c *crashes) first() *CrashError {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.crash
}

// catch is deferred in every goroutine of the program.
func (c *crashes) catch() {
	if value := recover(); value != nil {
		c.add(value, debug.Stack())
	}
}

func (c *crashes) add(value any, stack []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.crash != nil {
		return
	}
	c.crash = &CrashError{Value: value, Stack: stack}
	if c.report != nil {
		text := fmt.Appendf(nil, "panic: %v\n\n%s", value, stack)
		c.crash.Report, c.crash.Failed = c.report(text)
	}
	close(c.happened)
}

// run starts f in a goroutine of its own; it is what Env.Go is.
func (c *crashes) run(f func()) {
	c.mu.Lock()
	c.running++
	c.mu.Unlock()
	go func() {
		defer c.ended()
		defer c.catch()
		f()
	}()
}

func (c *crashes) ended() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running--; c.running == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// rest waits until everything that run started has ended, but not for ever: the
// process ends next, and with it what has not.
func (c *crashes) rest(limit time.Duration) {
	c.mu.Lock()
	if c.running > 0 && c.idle == nil {
		c.idle = make(chan struct{})
	}
	idle := c.idle
	c.mu.Unlock()
	if idle == nil {
		return
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}

// guard wraps a command, and those that it turns out to be made of, so that a
// panic in it is reported in our way: Bubble Tea would print it over the screen
// and forget it.
func (c *crashes) guard(cmd tea.Cmd) tea.Cmd {
	if cmd == nil {
		return nil
	}
	return func() (msg tea.Msg) {
		defer c.catch()
		return c.guardParts(cmd())
	}
}

// guardParts wraps the commands inside batches and sequences.
func (c *crashes) guardParts(msg tea.Msg) tea.Msg {
	if batch, ok := msg.(tea.BatchMsg); ok {
		for i, part := range batch {
			batch[i] = c.guard(part)
		}
		return batch
	}
	cmds := reflect.TypeFor[[]tea.Cmd]()
	if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.CanConvert(cmds) {
		parts := v.Convert(cmds).Interface().([]tea.Cmd)
		for i, part := range parts {
			parts[i] = c.guard(part) // the sequence shares the array
		}
	}
	return msg
}
