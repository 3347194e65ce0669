package termbridge

import (
	"fmt"

	"podium/termbridge/keys"
)

// Key sends a key event, encoded by the modes that the program has set. Keys
// arrive in the order of the calls. It returns ErrQueueFull when the program
// has long stopped reading and ErrEnded (wrapped) when it can no longer be
// reached; an event that sends nothing is nil.
func (b *Bridge) Key(k keys.Key) error {
	var buf [64]byte
	return b.queue.put(keys.Encode(buf[:0], k, b.Modes()), kindKey)
}

// Paste sends text as a paste, bracketed if the program asked for that: all of
// it or, with ErrQueueFull, nothing.
func (b *Bridge) Paste(text string) error {
	p := keys.Paste(make([]byte, 0, len(text)+16), text, b.Modes().BracketedPaste)
	return b.queue.put(p, kindPaste)
}

// Mouse sends a mouse event, if the program asked for its kind. Coordinates are
// those of the pane; what is beyond it is at its edge. Motion is dropped while more than a little input waits: a
// program that is behind wants to know where the mouse is, not where it was.
func (b *Bridge) Mouse(e keys.Mouse) error {
	if e.Action == keys.MouseMotion && b.Waiting() > chunkSize {
		return nil
	}
	cols, rows := b.size.cells()
	e.X, e.Y = min(max(e.X, 0), cols-1), min(max(e.Y, 0), rows-1)
	var buf [64]byte
	return b.queue.put(keys.EncodeMouse(buf[:0], e, b.Modes()), kindKey)
}

// Focus reports that the pane got or lost the focus, if the program asked.
func (b *Bridge) Focus(in bool) error {
	var buf [8]byte
	return b.queue.put(keys.Focus(buf[:0], in, b.Modes()), kindKey)
}

// Send sends bytes as they are, all of them or (ErrQueueFull) none.
func (b *Bridge) Send(p []byte) error { return b.queue.put(p, kindPaste) }

// Stalled says that input has been waiting for more than two seconds because
// the other side does not take it.
func (b *Bridge) Stalled() bool {
	_, stalled := b.queue.state()
	return stalled
}

// Waiting is how many bytes of input the other side has not taken yet.
func (b *Bridge) Waiting() int {
	waiting, _ := b.queue.state()
	return waiting
}

// carry takes input from the queue to the pseudo-terminal.
func (b *Bridge) carry() {
	buf := make([]byte, chunkSize)
	for {
		n, ok := b.queue.take(buf)
		if !ok {
			return
		}
		n, err := b.pty.Master().Write(buf[:n])
		if b.proc != nil {
			b.sent(n)
		}
		if err != nil {
			b.queue.close(fmt.Errorf("%w: its pseudo-terminal takes no input: %w", ErrEnded, err))
			return
		}
	}
}

// send carries input from the pseudo-terminal to the stream. When the stream
// takes no more, output may still come: only the input ends here.
func (b *Bridge) send() {
	buf := make([]byte, readSize)
	for {
		n, err := b.pty.Slave().Read(buf)
		if n > 0 {
			w, werr := b.stream.Write(buf[:n])
			b.sent(w)
			if werr != nil {
				b.queue.close(fmt.Errorf("%w: the connection takes no input: %w", ErrEnded, werr))
				return
			}
		}
		if err != nil {
			return // the slave was closed: the session is at its end
		}
	}
}

// sent notes that the other side took n bytes.
func (b *Bridge) sent(n int) {
	b.out.Add(int64(n))
	b.queue.arrived(n)
}
