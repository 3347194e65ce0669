package fake

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"podium/apiserver/engine"
)

// errInterrupt is what a read of the terminal returns after ^C.
var errInterrupt = errors.New("interrupted from the keyboard")

// typeAhead is how much can be typed before somebody reads it; more is lost,
// as a kernel's terminal loses it.
const typeAhead = 4096

// terminal is a line discipline: it echoes what is typed, hands on whole
// lines, and makes CR LF of LF on the way out.
type terminal struct {
	out       io.Writer
	interrupt func()

	mu     sync.Mutex
	cond   *sync.Cond
	dims   engine.Size
	line   []byte   // being edited
	ready  [][]byte // lines not read yet; an empty one is ^D at the beginning of a line
	typed  int      // bytes in ready
	broken bool     // ^C since the last read
	closed bool

	// Echo is written by a goroutine, as the keyboard must never wait for
	// whoever reads the output.
	echo    []byte
	echoing bool
	writing sync.Mutex // keeps echo and output from mixing inside a write
}

func newTerminal(out io.Writer, size engine.Size, interrupt func()) *terminal {
	t := &terminal{out: out, dims: size, interrupt: interrupt}
	t.cond = sync.NewCond(&t.mu)
	return t
}

func (t *terminal) size() engine.Size {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dims
}

func (t *terminal) resize(size engine.Size) {
	t.mu.Lock()
	t.dims = size
	t.mu.Unlock()
}

// keyboard is the terminal as the client writes to it. Closing it sends
// nothing, as with a real terminal.
type keyboard struct{ t *terminal }

func (k keyboard) Close() error { return nil }

func (k keyboard) Write(p []byte) (int, error) {
	interrupted, err := k.t.input(p)
	if interrupted {
		k.t.interrupt()
	}
	if err != nil {
		return 0, err
	}
	return len(p), nil
}

// input takes typed bytes.
func (t *terminal) input(p []byte) (interrupted bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return false, io.ErrClosedPipe
	}
	for _, c := range p {
		interrupted = t.key(c) || interrupted
	}
	t.cond.Broadcast()
	t.startEcho()
	return interrupted, nil
}

// key takes one byte. The lock is held.
func (t *terminal) key(c byte) (interrupted bool) {
	switch {
	case c == 3: // ^C
		t.line, t.ready, t.typed, t.broken = nil, nil, 0, true
		t.echo = append(t.echo, "^C\r\n"...)
		return true
	case c == 4: // ^D
		t.hand()
	case c == 0x7f || c == 8: // backspace
		if n := len(t.line); n > 0 {
			for n--; n > 0 && t.line[n]&0xc0 == 0x80; n-- { // the whole character
			}
			t.line = t.line[:n]
			t.echo = append(t.echo, "\b \b"...)
		}
	case c == 21: // ^U
		for range []rune(string(t.line)) {
			t.echo = append(t.echo, "\b \b"...)
		}
		t.line = nil
	case c == '\r' || c == '\n':
		t.line = append(t.line, '\n')
		t.hand()
		t.echo = append(t.echo, "\r\n"...)
	case len(t.line)+t.typed >= typeAhead:
	case c < 0x20 && c != '\t':
		t.line = append(t.line, c)
		t.echo = append(t.echo, '^', c+'@')
	default:
		t.line = append(t.line, c)
		t.echo = append(t.echo, c)
	}
	return false
}

// hand makes the line ready to be read. The lock is held.
func (t *terminal) hand() {
	if len(t.ready) < typeAhead {
		t.ready = append(t.ready, t.line)
		t.typed += len(t.line)
	}
	t.line = nil
}

// startEcho sees to it that what is to be echoed is written, in order. The
// lock is held.
func (t *terminal) startEcho() {
	if t.echoing || len(t.echo) == 0 {
		return
	}
	t.echoing = true
	go func() { // ends when there is nothing left, or the output is closed
		for {
			t.mu.Lock()
			text := t.echo
			t.echo = nil
			if len(text) == 0 {
				t.echoing = false
				t.cond.Broadcast()
				t.mu.Unlock()
				return
			}
			t.mu.Unlock()
			t.writing.Lock()
			_, _ = t.out.Write(text) // a closed output has no one to show it to
			t.writing.Unlock()
		}
	}()
}

// Read gives a line, or what fits of it.
func (t *terminal) Read(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for {
		switch {
		case t.broken:
			t.broken = false
			return 0, errInterrupt
		case len(t.ready) > 0 && !t.echoing: // so that output follows the echo
			n := copy(p, t.ready[0])
			t.typed -= n
			if t.ready[0] = t.ready[0][n:]; len(t.ready[0]) == 0 {
				t.ready = t.ready[1:]
			}
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		case t.closed:
			return 0, io.EOF
		}
		t.cond.Wait()
	}
}

// Close hangs up.
func (t *terminal) Close() error {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cond.Broadcast()
	return nil
}

// output is what programs write to.
func (t *terminal) output() io.Writer { return ttyOutput{t} }

type ttyOutput struct{ t *terminal }

func (o ttyOutput) Write(p []byte) (int, error) {
	out := p
	if bytes.IndexByte(p, '\n') >= 0 {
		out = bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))
	}
	o.t.writing.Lock()
	defer o.t.writing.Unlock()
	if _, err := o.t.out.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
