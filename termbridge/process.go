package termbridge

import (
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"time"
)

// The times of a local process's end.
const (
	// lingerQuiet is for how long nothing must have come after the process has
	// ended before the terminal is closed on children that keep it open.
	lingerQuiet = 100 * time.Millisecond
	// killAfter is how long a process may take to end after a hang-up.
	killAfter = 2 * time.Second
	// lingerMax is when the terminal is closed on such children although they
	// go on writing. What the process itself wrote has long been read by then:
	// the kernel holds little.
	lingerMax = time.Second
)

// process is a local process on the pseudo-terminal.
type process struct {
	cmd *exec.Cmd

	mu     sync.Mutex
	exited bool
	killer *time.Timer
}

// startProcess starts cmd on pair.
func startProcess(cmd *exec.Cmd, pair PTY) (*process, error) {
	s, ok := pair.(Starter)
	if !ok {
		return nil, fmt.Errorf("start %s in a terminal: %w", cmd.Path, ErrNoPTY)
	}
	if err := s.Start(cmd); err != nil {
		return nil, err
	}
	return &process{cmd: cmd}, nil
}

// hangUp ends the process as a closed terminal would, and by force if that is
// not enough.
func (p *process) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.exited || p.killer != nil {
		return
	}
	hangUpProcess(p.cmd)
	p.killer = time.AfterFunc(killAfter, p.kill)
}

func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.exited {
		killProcess(p.cmd)
	}
}

// wait waits for the process.
func (p *process) wait() error {
	err := p.cmd.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exited = true
	if p.killer != nil {
		p.killer.Stop()
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = nil // its status tells
	}
	if err != nil {
		err = fmt.Errorf("wait for %s: %w", p.cmd.Path, err)
	}
	return err
}

func (p *process) exitCode() (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.exited {
		return 0, false
	}
	return exitStatus(p.cmd), true
}

// awaitProcess waits for the process and sees to it that its terminal ends,
// too: a child left in the background may hold it open for ever.
func (b *Bridge) awaitProcess(shown <-chan struct{}) {
	if err := b.proc.wait(); err != nil {
		b.settle(EndBroken, err)
	} else {
		b.settle(EndClean, nil)
	}
	seen, end := b.in.Load(), time.Now().Add(lingerMax)
	quiet := time.NewTicker(lingerQuiet)
	defer quiet.Stop()
	for {
		select {
		case <-shown:
			return
		case <-quiet.C:
			now := b.in.Load()
			if now == seen || time.Now().After(end) {
				_ = b.pty.Close()
				return
			}
			seen = now
		}
	}
}
