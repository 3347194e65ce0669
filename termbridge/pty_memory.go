package termbridge

import (
	"io"
	"os"
	"sync"
)

// memoryPipeSize is how much either direction of a memory PTY holds, in bytes.
const memoryPipeSize = 64 << 10

// memoryPair is a pseudo-terminal made of two pipes in memory.
type memoryPair struct {
	toMaster, toSlave *memoryPipe
}

var _ PTY = (*memoryPair)(nil)

// NewMemoryPTY returns a pair in memory, for platforms without pseudo-terminals
// and for tests that step a fake clock. It differs from a real one only in that
// nobody can ask it for its size, and no process can have it as its controlling
// terminal.
func NewMemoryPTY(cols, rows uint16) (PTY, error) {
	if err := checkSize(cols, rows); err != nil {
		return nil, err
	}
	return &memoryPair{toMaster: newMemoryPipe(), toSlave: newMemoryPipe()}, nil
}

type readWriter struct {
	io.Reader
	io.Writer
}

// Master implements PTY.
func (p *memoryPair) Master() io.ReadWriter { return readWriter{p.toMaster, p.toSlave} }

// Slave implements PTY.
func (p *memoryPair) Slave() io.ReadWriter { return readWriter{p.toSlave, p.toMaster} }

// Resize implements PTY.
func (p *memoryPair) Resize(cols, rows uint16) error { return checkSize(cols, rows) }

// CloseSlave implements PTY.
func (p *memoryPair) CloseSlave() error {
	p.toMaster.end(io.EOF, false)
	p.toSlave.end(os.ErrClosed, true)
	return nil
}

// Close implements PTY.
func (p *memoryPair) Close() error {
	p.toMaster.end(os.ErrClosed, true)
	p.toSlave.end(os.ErrClosed, true)
	return nil
}

// memoryPipe is a bounded queue of bytes. It waits on condition variables
// alone, which a fake clock can see through.
type memoryPipe struct {
	mu   sync.Mutex
	cond *sync.Cond
	buf  [memoryPipeSize]byte
	head int   // where the next byte is read
	size int   // how many bytes are held
	err  error // what reading ends with once empty; writing fails at once
}

func newMemoryPipe() *memoryPipe {
	p := &memoryPipe{}
	p.cond = sync.NewCond(&p.mu)
	return p
}

// Read waits for something and takes all that fits into b.
func (p *memoryPipe) Read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.size == 0 && p.err == nil {
		p.cond.Wait()
	}
	if p.size == 0 {
		return 0, p.err
	}
	n := 0
	for n < len(b) && p.size > 0 {
		m := copy(b[n:], p.buf[p.head:min(p.head+p.size, len(p.buf))])
		n += m
		p.head = (p.head + m) % len(p.buf)
		p.size -= m
	}
	p.cond.Broadcast()
	return n, nil
}

// Write writes all of b, waiting for room.
func (p *memoryPipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for n < len(b) {
		for p.size == len(p.buf) && p.err == nil {
			p.cond.Wait()
		}
		if p.err != nil {
			return n, os.ErrClosed
		}
		tail := (p.head + p.size) % len(p.buf)
		room := p.buf[tail:min(tail+len(p.buf)-p.size, len(p.buf))]
		m := copy(room, b[n:])
		n += m
		p.size += m
		p.cond.Broadcast()
	}
	return n, nil
}

// end closes the pipe: readers get err once it is empty, or at once if what it
// holds is to be discarded.
func (p *memoryPipe) end(err error, discard bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil || discard {
		p.err = err
	}
	if discard {
		p.size = 0
	}
	p.cond.Broadcast()
}
