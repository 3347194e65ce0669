package fanout

import (
	"bytes"
	"hash/maphash"
	"io"
	"math"
	"sync"
	"time"

	"podium/internal/spool"
	"podium/models"
	"podium/termbridge"
	"podium/termbridge/frame"
)

// Outcome is what the command gave in one pod. It does not change.
type Outcome struct {
	Target
	Started bool // false: it never ran
	End     models.End
	Began   time.Time
	Took    time.Duration
	Totals  termbridge.Totals
	Text    *Text // what is kept of the output, shared with others of the same; nil for none
	Sum     Sum   // of all the output
}

// Sum stands for the whole output of a run: two runs whose standard output and
// standard error have the same bytes have the same Sum, however the two streams
// came mixed. It means nothing outside this process.
type Sum struct {
	stdout, stderr uint64
	bytes          [2]int64
}

// seed makes Sums comparable.
var seed = maphash.MakeSeed()

// digest makes a Sum of what it is given.
type digest struct {
	hash  [2]maphash.Hash
	bytes [2]int64
	begun bool
}

func (d *digest) add(stream frame.Stream, p []byte) {
	if !d.begun {
		d.begun = true
		d.hash[0].SetSeed(seed)
		d.hash[1].SetSeed(seed)
	}
	i := 0
	if stream == frame.Stderr {
		i = 1
	}
	d.hash[i].Write(p)
	d.bytes[i] += int64(len(p))
}

func (d *digest) sum() Sum {
	if !d.begun {
		return Sum{}
	}
	return Sum{stdout: d.hash[0].Sum64(), stderr: d.hash[1].Sum64(), bytes: d.bytes}
}

// Text is kept output: the lines of both streams in the order in which they
// came. It does not change.
type Text struct {
	Lines []Line
	Cut   bool // there was more before these lines
	cost  int
	whole *spool.Spool // all of it, where it is cut and files may be made
}

// Copy writes a stream (none: both, in the order in which they came) as the
// programs wrote it: all of it where that is kept, else what Lines has. It may
// wait for a file, and fails once the Fan is closed.
func (t *Text) Copy(w io.Writer, streams ...frame.Stream) error {
	if t == nil {
		return nil
	}
	if t.whole != nil {
		return t.whole.Copy(w, streams...)
	}
	return t.Each(func(stream frame.Stream, p []byte) error {
		if len(streams) > 0 && stream != streams[0] {
			return nil
		}
		_, err := w.Write(p)
		return err
	})
}

// Each calls f with all that is kept, piece by piece; see Copy.
func (t *Text) Each(f func(stream frame.Stream, p []byte) error) error {
	if t.whole != nil {
		return t.whole.Each(f)
	}
	for _, l := range t.Lines {
		if err := f(l.Stream, l.Raw); err != nil {
			return err
		}
	}
	return nil
}

// Partial tells whether even Copy does not have all of the output.
func (t *Text) Partial() bool {
	if t == nil || !t.Cut {
		return false
	}
	if t.whole == nil {
		return true
	}
	lost, _ := t.whole.Cut() // why does not matter to who wants to know whether
	return lost > 0
}

// Line is a line of output, with its line feed, if it had one.
type Line struct {
	Stream frame.Stream
	Raw    []byte
}

// Bytes are the bytes of the stream that are kept.
func (t *Text) Bytes(stream frame.Stream) []byte {
	if t == nil {
		return nil
	}
	var out []byte
	for _, l := range t.Lines {
		if l.Stream == stream {
			out = append(out, l.Raw...)
		}
	}
	return out
}

// Shown is the line as a terminal would leave it; it is not yet safe to draw.
func (l Line) Shown() string { return string(termbridge.Line{Raw: l.Raw}.Text()) }

// take keeps an output.
func (o *Outcome) take(out *termbridge.Output, whole *spool.Spool, texts *pool, sum Sum) {
	o.Totals, o.Sum = out.Totals(), sum
	if o.Totals.Lines > 0 {
		o.Text = texts.keep(out, whole, sum)
	} else if whole != nil {
		whole.Close()
	}
}

// pool keeps texts once each, within a budget.
type pool struct {
	mu     sync.Mutex
	texts  map[Sum]*Text
	budget int
	used   int
	closed bool
}

// close lets the files of the texts go.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, t := range p.texts {
		if t.whole != nil {
			t.whole.Close()
		}
	}
}

const (
	lineCost = 48      // bytes charged for a line beside its own
	tailCost = 2 << 10 // what is kept of an output beyond the budget
)

// keep gives the text of the output, one that is there already if it is the same.
func (p *pool) keep(out *termbridge.Output, whole *spool.Spool, sum Sum) *Text {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t, ok := p.texts[sum]; ok {
		if whole != nil {
			whole.Close()
		}
		return t
	}
	lines, _ := out.Lines(0, math.MaxInt)
	limit := p.budget - p.used
	first := len(lines)
	cost := 0
	for first > 0 && cost+len(lines[first-1].Raw)+lineCost <= max(limit, tailCost) {
		first--
		cost += len(lines[first].Raw) + lineCost
	}
	t := &Text{Cut: first > 0 || out.Totals().DroppedLines > 0, cost: cost}
	switch {
	case whole == nil:
	case t.Cut && !p.closed:
		t.whole = whole
	default:
		whole.Close()
	}
	// The collector's blocks are larger than what is in them: they are let go.
	var all bytes.Buffer
	for _, l := range lines[first:] {
		all.Write(l.Raw)
	}
	block := all.Bytes()
	t.Lines = make([]Line, len(lines)-first)
	for i, l := range lines[first:] {
		n := len(l.Raw)
		t.Lines[i] = Line{Stream: l.Stream, Raw: block[:n:n]}
		block = block[n:]
	}
	p.used += cost
	p.texts[sum] = t
	return t
}
