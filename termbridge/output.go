package termbridge

import (
	"io"
	"time"

	"podium/termbridge/frame"
)

// CollectOptions say how a run's output is collected.
type CollectOptions struct {
	// Stdin is what the program reads; nil ends its input at once. It is not
	// closed, and a Read of it that is under way when the run ends is not
	// waited for.
	Stdin io.Reader

	// Limit is how many bytes of output are kept, bookkeeping included; 0
	// means 16 MiB. The oldest lines are dropped first.
	Limit int

	// OnPanic is as in [Options].
	OnPanic func(value any, stack []byte)
}

// Line is a line of a run's output.
type Line struct {
	// Number counts the lines of both streams from 0 in the order in which
	// they began.
	Number uint64
	// Stream is frame.Stdout or frame.Stderr.
	Stream frame.Stream
	// Raw is the line as it was sent, line feed included. It must not be
	// changed, and does not change.
	Raw []byte
	// Open says that the line has not ended and may grow.
	Open bool
	// Continues says that the line was too long and this is more of the
	// previous one of the same stream.
	Continues bool
}

// Totals are the sums of a run's output.
type Totals struct {
	Stdout, Stderr int64 // bytes that came
	Lines          uint64
	DroppedLines   uint64 // lines and bytes no longer kept
	DroppedBytes   int64
}

// Output is the output of a program that runs without a terminal, its streams
// kept apart. All methods are safe for concurrent use and none waits for the
// program, except for Close, which waits for the Output's own goroutines.
type Output struct{}

// Collect reads the framed output of stream to its end. The Output owns the
// stream from then on.
func Collect(stream Stream, o CollectOptions) *Output { return &Output{} }

// Changed has something in it when there is more output, or the end, since it
// was last received from. It is never closed.
func (o *Output) Changed() <-chan struct{} { return nil }

// Lines returns up to limit lines from number from on (or the oldest kept after it), and the
// number to ask for the next time.
func (o *Output) Lines(from uint64, limit int) (lines []Line, next uint64) { return nil, 0 }

// Totals returns the sums so far.
func (o *Output) Totals() Totals { return Totals{} }

// Write writes the kept output of the given streams (none: both) to w.
func (o *Output) Save(w io.Writer, streams ...frame.Stream) error { return nil }

// Done is closed when the run has ended and all its output is here.
func (o *Output) Done() <-chan struct{} { return nil }

// End tells how the run ended: Running until Done is closed.
func (o *Output) End() (EndReason, error) { return Running, nil }

// Err is the error of End.
func (o *Output) Err() error { return nil }

// LastByte is when the last output came; the time of Collect before the first.
func (o *Output) LastByte() time.Time { return time.Time{} }

// Close ends the run's connection and waits for the Output's goroutines.
func (o *Output) Close() error { return nil }

// Text is what the line would leave on a terminal: without its end, and with
// what carriage returns overwrote gone. It may contain any other control
// character that the program sent.
func (l Line) Text() []byte { return l.Raw }
