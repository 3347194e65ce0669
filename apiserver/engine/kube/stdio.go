package kube

import (
	"io"
	"sync"
	"sync/atomic"
)

// sink takes one of a process's outputs: for its reader where there is one,
// for nobody otherwise and once it has been abandoned. Writing to it never
// fails.
type sink struct {
	r     *io.PipeReader // nil unless somebody reads
	w     *io.PipeWriter
	wrote atomic.Bool
}

func newSink(read bool) *sink {
	if !read {
		return &sink{}
	}
	r, w := io.Pipe()
	return &sink{r: r, w: w}
}

// Write takes p, and waits until it has been read.
func (s *sink) Write(p []byte) (int, error) {
	if len(p) > 0 {
		s.wrote.Store(true)
	}
	if s.w != nil {
		_, _ = s.w.Write(p) // fails only when abandoned
	}
	return len(p), nil
}

// used tells whether anything has been written.
func (s *sink) used() bool { return s.wrote.Load() }

// reader is the reader's side, nil where nobody reads.
func (s *sink) reader() io.Reader {
	if s.r == nil {
		return nil
	}
	return s.r
}

// finish lets the reader see the end.
func (s *sink) finish() {
	if s.w != nil {
		_ = s.w.Close() // documented never to fail
	}
}

// abandon drops what has not been read and all that follows.
func (s *sink) abandon() {
	if s.r != nil {
		_ = s.r.Close() // documented never to fail
	}
}

// maxReplay is how much input is kept while it may have to be sent again.
const maxReplay = 64 << 10

// input is a process's stdin. It outlives a connection that has come to
// nothing because the container has no shell: until output shows that the
// command runs, it keeps what it has sent.
type input struct {
	tty bool // closing sends no end-of-file

	mu     sync.Mutex // of the fields
	wire   wire
	keep   bool
	kept   []byte
	closed bool

	order sync.Mutex // of writers
}

// connect makes w the way to the process, and sends what has been kept.
func (i *input) connect(w wire, keep bool) {
	i.order.Lock()
	defer i.order.Unlock()
	i.mu.Lock()
	i.wire, i.keep = w, keep
	again, closed := i.kept, i.closed
	if !keep {
		i.kept = nil
	}
	i.mu.Unlock()
	if len(again) > 0 {
		_, _ = w.input(again) // what is wrong with w shows in the next write
	}
	if closed && !i.tty {
		_ = w.endInput() // as above
	}
}

// whole tells whether all input so far could be sent again.
func (i *input) whole() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keep
}

// Write sends p, and waits as long as the process does not read.
func (i *input) Write(p []byte) (int, error) {
	i.order.Lock()
	defer i.order.Unlock()
	i.mu.Lock()
	if i.closed {
		i.mu.Unlock()
		return 0, io.ErrClosedPipe
	}
	if i.keep && len(i.kept)+len(p) <= maxReplay {
		i.kept = append(i.kept, p...)
	} else {
		i.keep, i.kept = false, nil
	}
	w, kept := i.wire, i.keep
	i.mu.Unlock()
	n, err := w.input(p)
	if kept && err != nil {
		return len(p), nil // it goes out on the next connection, or the process has ended
	}
	return n, err
}

// Close ends stdin and nothing else.
func (i *input) Close() error {
	i.mu.Lock()
	if i.closed {
		i.mu.Unlock()
		return nil
	}
	i.closed = true
	w, kept := i.wire, i.keep
	i.mu.Unlock()
	if i.tty {
		return nil // a terminal has no end of input but the characters that mean one
	}
	if err := w.endInput(); err != nil && !kept {
		return err
	}
	return nil // as in Write
}
