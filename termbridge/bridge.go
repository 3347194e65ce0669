package termbridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"podium/termbridge/vt"
)

// readSize is how much output is collected before the screen is locked.
const readSize = 64 << 10

// Options of a Bridge. Exactly one of Stream and Command is needed.
type Options struct {
	// Cols and Rows are the size in cells, from 1 to 65535.
	Cols, Rows int

	// Stream is the connection to bridge. The Bridge owns it from then on and
	// closes it.
	Stream Stream

	// Command is a local process to start and bridge instead of a Stream.
	// Its SysProcAttr belongs to the Bridge, and so do the standard streams
	// that it leaves nil. The Bridge waits for it, and ends it (SIGHUP, then
	// SIGKILL) on Close.
	Command *exec.Cmd

	// PTY is the pair to use; nil opens one. The Bridge owns it.
	PTY PTY

	// Terminal says how the screen is to be; its size is not used.
	Terminal vt.Options

	// InputLimit is how many bytes of input may wait for a program that does
	// not read; 0 means 4 MiB. A paste that finds no room is refused whole.
	// Keys have 64 KiB more, so that a waiting paste cannot shut them out.
	InputLimit int

	// OnPanic is called with a panic's value and stack, in the goroutine that
	// panicked. The Bridge then ends as broken. Without it the panic goes on.
	OnPanic func(value any, stack []byte)
}

// Bridge is one session: a program's stream, its pseudo-terminal and the screen
// that shows it. All methods are safe for concurrent use, and none waits for
// the other side, except for Close, which waits for the Bridge's own
// goroutines.
//
// A session that ends by itself gives back its connection and descriptors at
// once; its screen stays readable.
type Bridge struct {
	crew   crew
	stream Stream // nil with a command
	pty    PTY
	proc   *process // nil with a stream
	queue  *queue
	size   sizer
	screen screen

	ctx    context.Context // of resize requests; ends with the session
	cancel context.CancelFunc

	lastByte atomic.Int64 // UnixNano
	in, out  atomic.Int64
	closed   atomic.Bool // Close was called before the end

	endMu  sync.Mutex
	reason EndReason
	err    error
	done   chan struct{}
}

// New starts a bridge. On an error nothing was started, and the Stream is left
// to the caller; a PTY from the options is closed.
func New(o Options) (*Bridge, error) {
	cols, rows, err := cells(o.Cols, o.Rows)
	if err != nil {
		return nil, err
	}
	if (o.Stream == nil) == (o.Command == nil) {
		return nil, errors.New("a bridge needs either a stream or a command")
	}
	if o.PTY == nil {
		if o.PTY, err = OpenPTY(cols, rows); err != nil {
			return nil, err
		}
	} else if err := o.PTY.Resize(cols, rows); err != nil {
		return nil, errors.Join(err, o.PTY.Close())
	}
	b := &Bridge{
		stream: o.Stream,
		pty:    o.PTY,
		queue:  newQueue(o.InputLimit),
		done:   make(chan struct{}),
	}
	b.crew.onPanic = o.OnPanic
	b.crew.fault = func(err error) { b.settle(EndBroken, err); b.hangUp() }
	b.ctx, b.cancel = context.WithCancel(context.Background())
	b.lastByte.Store(time.Now().UnixNano())
	o.Terminal.Cols, o.Terminal.Rows = int(cols), int(rows)
	b.screen.init(vt.New(o.Terminal))
	b.size.init(cols, rows)
	if o.Command != nil {
		if b.proc, err = startProcess(o.Command, o.PTY); err != nil {
			b.cancel()
			return nil, errors.Join(err, o.PTY.Close())
		}
	}
	b.run()
	return b, nil
}

// cells checks a size.
func cells(cols, rows int) (uint16, uint16, error) {
	if cols < 1 || rows < 1 {
		return 0, 0, fmt.Errorf("a size of %d columns and %d rows: %w", cols, rows, ErrZeroSize)
	}
	return uint16(min(cols, 0xffff)), uint16(min(rows, 0xffff)), nil
}

// run starts the goroutines. The session is over when all output has been shown
// and, with a command, the process has ended too; then everything else is told
// to go.
func (b *Bridge) run() {
	shown := make(chan struct{})
	exited := make(chan struct{})
	b.crew.start("screen", b.show, func() { close(shown) })
	b.crew.start("keyboard", b.carry, nil)
	if b.stream != nil {
		close(exited)
		b.crew.start("receiver", b.receive, func() { _ = b.pty.CloseSlave() })
		b.crew.start("sender", b.send, nil)
		b.crew.start("size", b.resizeLoop, nil)
	} else {
		b.crew.start("process", func() { b.awaitProcess(shown) }, func() { close(exited) })
	}
	b.crew.start("end", func() {
		<-shown
		<-exited
	}, b.finish)
}

// receive carries output from the stream to the pseudo-terminal.
func (b *Bridge) receive() {
	buf := make([]byte, 32<<10)
	first := true
	for {
		n, err := b.stream.Read(buf)
		if n > 0 {
			b.arrived(n)
			if first {
				// Only now does the program surely exist: a size that the
				// server took earlier may have gone nowhere.
				first = false
				b.size.repeat()
			}
			if _, err := b.pty.Slave().Write(buf[:n]); err != nil {
				b.settle(EndBroken, fmt.Errorf("write output to the pseudo-terminal: %w", err))
				return
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			b.settle(EndClean, nil)
			return
		default:
			b.settle(EndBroken, fmt.Errorf("read from the session: %w", err))
			return
		}
	}
}

// arrived notes that output came.
func (b *Bridge) arrived(n int) {
	b.in.Add(int64(n))
	b.lastByte.Store(time.Now().UnixNano())
}

// show carries output from the pseudo-terminal to the screen. It never waits
// for anything else: while it runs, the other side can always write.
func (b *Bridge) show() {
	buf := make([]byte, readSize)
	var replies []byte
	for {
		n, err := b.pty.Master().Read(buf)
		if n > 0 {
			if b.proc != nil {
				b.arrived(n)
			}
			replies = b.screen.write(buf[:n], replies[:0], b)
			// Full means that the program asks and does not read: then it
			// will not miss an answer either.
			_ = b.queue.put(replies, kindReply)
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				b.settle(EndBroken, fmt.Errorf("read from the pseudo-terminal: %w", err))
			}
			return
		}
	}
}

// settle records how the session ends. What comes first counts: what follows is
// mostly its consequence.
func (b *Bridge) settle(r EndReason, err error) {
	b.endMu.Lock()
	defer b.endMu.Unlock()
	if b.reason != Running {
		return
	}
	if b.closed.Load() {
		r, err = EndClosed, nil
	}
	b.reason, b.err = r, err
}

// hangUp makes every goroutine find its end. The screen still gets what the
// pseudo-terminal holds.
func (b *Bridge) hangUp() {
	b.queue.close(ErrEnded)
	b.cancel()
	if b.stream != nil {
		_ = b.stream.Close()
	}
	if b.proc != nil {
		b.proc.hangUp()
	}
	_ = b.pty.CloseSlave()
}

// finish runs once everything has been shown.
func (b *Bridge) finish() {
	b.settle(EndClean, nil)
	b.screen.release()
	close(b.done)
	b.screen.signal()
	b.hangUp()
	_ = b.pty.Close()
}

// Done is closed when the session has ended and all its output is on the
// screen.
func (b *Bridge) Done() <-chan struct{} { return b.done }

// End tells how the session ended: Running until Done is closed. The error says
// what went wrong where something did.
func (b *Bridge) End() (EndReason, error) {
	select {
	case <-b.done:
	default:
		return Running, nil
	}
	b.endMu.Lock()
	defer b.endMu.Unlock()
	return b.reason, b.err
}

// Err is the error of End: nil while running, after a clean end and after
// Close.
func (b *Bridge) Err() error {
	_, err := b.End()
	return err
}

// ExitCode is the exit status of Options.Command once it has ended: 128+N after
// death by signal N.
func (b *Bridge) ExitCode() (code int, known bool) {
	if b.proc == nil {
		return 0, false
	}
	return b.proc.exitCode()
}

// LastByte is when the last output came; the time of New before the first.
func (b *Bridge) LastByte() time.Time { return time.Unix(0, b.lastByte.Load()) }

// Counts is how many bytes came in from the program and went out to it.
func (b *Bridge) Counts() (in, out int64) { return b.in.Load(), b.out.Load() }

// Close ends the session, its goroutines and its descriptors, and waits for
// them: not for the network, and at most a few seconds for a local process that
// ignores the hang-up. Output that has not been shown is lost. It may be called
// repeatedly and always returns nil.
func (b *Bridge) Close() error {
	b.closed.Store(true)
	b.hangUp()
	b.crew.wait()
	return nil
}
