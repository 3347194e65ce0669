package termbridge

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"podium/termbridge/frame"
)

// defaultKept is how much of each stream is kept, in bytes.
const defaultKept = 16 << 20

// CollectOptions say how a run's output is collected.
type CollectOptions struct {
	// Stdin is what the program reads; nil ends its input at once. It is not
	// closed, and a Read of it that is under way when the run ends is not
	// waited for.
	Stdin io.Reader

	// Limit is how many bytes of each stream are kept, bookkeeping included; 0
	// means 16 MiB. The oldest lines are dropped first.
	Limit int

	// Tee, where set, is given everything as it comes, before it is kept, in
	// one goroutine. It must not keep p, and holds up the output as long as it
	// takes.
	Tee func(stream frame.Stream, p []byte)

	// OnPanic is as in [Options].
	OnPanic func(value any, stack []byte)
}

// Line is a line of a run's output.
type Line struct {
	// Number counts the lines of both streams from 0 in the order in which
	// they began. Lines that are no longer kept leave gaps.
	Number uint64
	// Stream is frame.Stdout or frame.Stderr.
	Stream frame.Stream
	// Raw is the line as it was sent, line feed included. It must not be
	// changed, and does not change.
	Raw []byte
	// Open says that the line has not ended and may grow. Of each stream that
	// is so of one line at most.
	Open bool
	// Continues says that the line was too long (over 16 KiB) or its beginning
	// is no longer kept, and this is more of it.
	Continues bool
}

// Totals are the sums of a run's output.
type Totals struct {
	Stdout, Stderr int64  // bytes that came
	Lines          uint64 // lines that began, of both streams
	DroppedLines   uint64 // lines no longer kept
	DroppedBytes   int64  // and their bytes
}

// Output is the output of a program that runs without a terminal, its streams
// kept apart. All methods are safe for concurrent use and none waits for the
// program, except for Close, which waits for the Output's own goroutines.
//
// A run that ends by itself gives back its connection at once; what it wrote
// stays readable.
type Output struct {
	crew    crew
	stream  Stream
	stdin   io.Reader
	tee     func(stream frame.Stream, p []byte)
	changed chan struct{} // capacity 1

	lastByte atomic.Int64 // UnixNano
	closed   atomic.Bool  // Close was called before the end

	mu       sync.Mutex
	lines    lineStore
	reason   EndReason
	err      error
	inputErr error
	done     chan struct{}
}

// Collect reads the framed output of stream to its end. The Output owns the
// stream from then on and closes it. It never stops reading: a program is not
// held up because nobody looks at what it wrote.
func Collect(stream Stream, o CollectOptions) *Output {
	if o.Limit <= 0 {
		o.Limit = defaultKept
	}
	out := &Output{
		stream:  stream,
		stdin:   o.Stdin,
		tee:     o.Tee,
		changed: make(chan struct{}, 1),
		done:    make(chan struct{}),
		lines:   lineStore{limit: o.Limit},
	}
	out.lastByte.Store(time.Now().UnixNano())
	out.crew.onPanic = o.OnPanic
	out.crew.fault = func(err error) {
		out.settle(EndBroken, err)
		_ = stream.Close()
	}
	if o.Stdin == nil {
		out.crew.start("input", out.feed, nil)
	} else {
		out.crew.detach("input", out.feed)
	}
	out.crew.start("output", out.read, out.finish)
	return out
}

// feed gives the program its input, and the end of it.
func (o *Output) feed() {
	unread, err := Feed(o.stream, o.stdin)
	if unread != nil {
		o.settle(EndBroken, fmt.Errorf("read the command's input: %w", unread))
		_ = o.stream.Close()
		return
	}
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.reason == Running {
			o.inputErr = fmt.Errorf("send the command its input: %w", err)
		}
	}
}

// Feed carries a program's input, none from nil, and then ends it. It waits for
// both sides. err is why the program took no more. unread is why from could not be
// read: the input is not ended then, since to the program that would mean that it
// was whole, and the caller ends the session, since without an end the program
// would wait for ever.
func Feed(to Stream, from io.Reader) (unread, err error) {
	if from != nil {
		in := &source{r: from}
		if _, err := io.Copy(to, in); in.err != nil {
			return in.err, nil
		} else if err != nil {
			return nil, err
		}
	}
	return nil, to.CloseWrite()
}

// source is a reader that remembers why it failed: its end is none.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// read takes the frames apart and keeps what they bring.
func (o *Output) read() {
	d := frame.NewDecoder(o.stream)
	for {
		s, p, err := d.Next()
		switch {
		case err == nil:
			if o.tee != nil {
				o.tee(s, p)
			}
			o.mu.Lock()
			o.lines.add(s, p)
			o.mu.Unlock()
			o.lastByte.Store(time.Now().UnixNano())
			o.signal()
			continue
		case errors.Is(err, frame.ErrCut):
			o.settle(EndCut, fmt.Errorf("read the command's output: %w", err))
		case errors.Is(err, io.EOF):
			o.settle(EndClean, nil)
		default:
			o.settle(EndBroken, fmt.Errorf("read the command's output: %w", err))
		}
		return
	}
}

// settle records how the run ends; what comes first counts.
func (o *Output) settle(r EndReason, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.reason != Running {
		return
	}
	if o.closed.Load() {
		r, err = EndClosed, nil
	}
	o.reason, o.err = r, err
}

func (o *Output) finish() {
	close(o.done)
	o.signal()
	_ = o.stream.Close()
}

func (o *Output) signal() {
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// Changed has something in it when there is more output, or the end, since it
// was last received from. It is never closed.
func (o *Output) Changed() <-chan struct{} { return o.changed }

// Lines returns up to limit lines from number from on, or from the oldest kept
// if that is later, and the number after the last of them. A line that is Open
// has to be asked for again after the next change.
func (o *Output) Lines(from uint64, limit int) (lines []Line, next uint64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines = o.lines.get(from, limit)
	if n := len(lines); n > 0 {
		return lines, lines[n-1].Number + 1
	}
	return nil, max(from, o.lines.totals.DroppedLines)
}

// Totals returns the sums so far.
func (o *Output) Totals() Totals {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lines.totals
}

// Save writes the kept output of the given streams (none: both, line by line in
// order) to w, byte by byte as it came. It waits for w.
func (o *Output) Save(w io.Writer, streams ...frame.Stream) error {
	lines, _ := o.Lines(0, math.MaxInt)
	bw := bufio.NewWriterSize(w, maxBlock)
	for _, l := range lines {
		if len(streams) > 0 && !slices.Contains(streams, l.Stream) {
			continue
		}
		if _, err := bw.Write(l.Raw); err != nil {
			return fmt.Errorf("save the output: %w", err)
		}
	}
	if err := bw.Flush(); err != nil {
		return fmt.Errorf("save the output: %w", err)
	}
	return nil
}

// Done is closed when the run has ended and all its output is here.
func (o *Output) Done() <-chan struct{} { return o.done }

// End tells how the run ended: Running until Done is closed. EndClean means that
// all output is here, not that the command did well: its exit status has to be
// asked for elsewhere.
func (o *Output) End() (EndReason, error) {
	select {
	case <-o.done:
	default:
		return Running, nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.reason, o.err
}

// Err is the error of End: nil while running, after a clean end and after
// Close; a cut is frame.ErrCut.
func (o *Output) Err() error {
	_, err := o.End()
	return err
}

// InputErr is why the program did not get all of its input, or nil.
func (o *Output) InputErr() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.inputErr
}

// LastByte is when the last output came; the time of Collect before the first.
func (o *Output) LastByte() time.Time { return time.Unix(0, o.lastByte.Load()) }

// Close ends the run's connection and waits for the Output's goroutines. What
// has come stays readable. It may be called repeatedly and always returns nil.
func (o *Output) Close() error {
	o.closed.Store(true)
	_ = o.stream.Close()
	o.crew.wait()
	return nil
}
