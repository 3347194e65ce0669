package fanout

import (
	"bytes"
	"hash/maphash"
	"math"
	"sync"
	"time"

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
func (o *Outcome) take(out *termbridge.Output, texts *pool, sum Sum) {
	o.Totals, o.Sum = out.Totals(), sum
	if o.Totals.Lines > 0 {
		o.Text = texts.keep(out, sum)
	}
}

// pool keeps texts once each, within a budget.
type pool struct {
	mu     sync.Mutex
	texts  map[Sum]*Text
	budget int
	used   int
}

const (
	lineCost = 48      // bytes charged for a line beside its own
	tailCost = 2 << 10 // what is kept of an output beyond the budget
)

// keep gives the text of the output, one that is there already if it is the same.
func (p *pool) keep(out *termbridge.Output, sum Sum) *Text {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t, ok := p.texts[sum]; ok {
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
