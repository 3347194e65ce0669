package termbridge

import (
	"sync"
	"time"
)

// How much input may wait, in bytes.
const (
	defaultInputLimit = 4 << 20
	keyReserve        = 64 << 10 // for keys beyond a full queue
	replyLimit        = 64 << 10 // for the terminal's own answers
	chunkSize         = 4 << 10  // carried at once: the kernel's buffers are small
)

// stallAfter is for how long input waits before the other side counts as
// stalled. Below it lies the usual jitter of networks.
const stallAfter = 2 * time.Second

// kind says who queues input: each has an allowance of its own.
type kind uint8

const (
	kindKey kind = iota
	kindPaste
	kindReply
)

// queue holds input in the order in which it came: keys, pastes and the
// terminal's replies. A single order matters: a reply in the middle of a
// bracketed paste would be taken for text of it. Putting never waits.
type queue struct {
	mu     sync.Mutex
	filled sync.Cond // signalled when there is something, or the end
	limit  int

	buf     []byte // buf[head:] waits to be taken
	head    int
	runs    []run // what buf[head:] is made of
	replies int   // how much of it is replies

	err error // why nothing is taken any more

	flight int       // taken, and not yet with the other side
	since  time.Time // of the last progress, or of when waiting began
}

// run is a number of bytes of one allowance.
type run struct {
	n     int
	reply bool
}

func newQueue(limit int) *queue {
	if limit <= 0 {
		limit = defaultInputLimit
	}
	q := &queue{limit: limit}
	q.filled.L = &q.mu
	return q
}

// put appends p, all or nothing.
func (q *queue) put(p []byte, k kind) error {
	if len(p) == 0 {
		return nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return q.err
	}
	user := len(q.buf) - q.head - q.replies
	full := false
	switch k {
	case kindReply:
		full = q.replies+len(p) > replyLimit
	case kindPaste:
		full = user+len(p) > q.limit
	case kindKey:
		full = user+len(p) > q.limit+keyReserve
	}
	if full {
		return ErrQueueFull
	}
	if q.waiting() == 0 {
		q.since = time.Now()
	}
	q.compact()
	q.buf = append(q.buf, p...)
	reply := k == kindReply
	if reply {
		q.replies += len(p)
	}
	if last := len(q.runs) - 1; last >= 0 && q.runs[last].reply == reply {
		q.runs[last].n += len(p)
	} else {
		q.runs = append(q.runs, run{n: len(p), reply: reply})
	}
	q.filled.Signal()
	return nil
}

// compact gives the space of what was taken back, without moving much often.
func (q *queue) compact() {
	switch {
	case q.head == len(q.buf):
		if cap(q.buf) > keyReserve {
			q.buf = nil // a large paste has gone; do not keep its space
		}
		q.buf, q.head = q.buf[:0], 0
	case q.head > len(q.buf)/2:
		q.buf = q.buf[:copy(q.buf, q.buf[q.head:])]
		q.head = 0
	}
}

// take waits for input and moves up to len(p) bytes of it into p. It returns
// false when the queue has been closed.
func (q *queue) take(p []byte) (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.head == len(q.buf) && q.err == nil {
		q.filled.Wait()
	}
	if q.err != nil {
		return 0, false
	}
	n := copy(p, q.buf[q.head:])
	q.head += n
	q.flight += n
	for left := n; left > 0; {
		r := &q.runs[0]
		m := min(left, r.n)
		r.n -= m
		left -= m
		if r.reply {
			q.replies -= m
		}
		if r.n == 0 {
			q.runs = q.runs[1:]
		}
	}
	if len(q.runs) == 0 {
		q.runs = nil
	}
	q.compact()
	return n, true
}

// arrived notes that the other side has taken n bytes more.
func (q *queue) arrived(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.flight = max(0, q.flight-n)
	q.since = time.Now()
}

// close ends the queue: what waits is given up, and put fails with err.
func (q *queue) close(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err != nil {
		return
	}
	q.err = err
	q.buf, q.head, q.runs, q.replies, q.flight = nil, 0, nil, 0, 0
	q.filled.Broadcast()
}

func (q *queue) waiting() int { return len(q.buf) - q.head + q.flight }

// state tells how much the other side has not taken, and whether that has been
// so for too long.
func (q *queue) state() (waiting int, stalled bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	waiting = q.waiting()
	return waiting, waiting > 0 && time.Since(q.since) > stallAfter
}
