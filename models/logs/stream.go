package logs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/models"
)

const (
	// maxLine is how much of one line is kept, in bytes.
	maxLine = 16 << 10
	// tail is how many of the last lines are asked for where no time is chosen.
	tail = 5000
	// leastTail is how many are asked for of each of many containers.
	leastTail = 100
	// pace is the least time between two batches of lines.
	pace = 80 * time.Millisecond
	// queueLines and queueBytes are how much waits for the screen at most.
	queueLines = 4000
	queueBytes = 4 << 20
)

// entry is one line of a log.
type entry struct {
	at     time.Time // zero where the server gave none, and for notes
	order  time.Time // where it stands among those of other sources
	text   string
	source *source // nil for marks
	note   bool    // podium's own words
	hidden bool    // the filter does not let it pass
}

// queue carries lines from the goroutines that read them to Update; the readers
// wait while the screen is behind.
type queue struct {
	mu     sync.Mutex
	lines  []entry
	bytes  int
	ends   []streamEnd
	signal chan struct{}
	room   chan struct{} // closed, and made anew, when lines were taken
}

// streamEnd is the end of a reading of a source.
type streamEnd struct {
	source *source
	run    int
	err    error
}

func newQueue() *queue {
	return &queue{signal: make(chan struct{}, 1), room: make(chan struct{})}
}

func (q *queue) poke() {
	select {
	case q.signal <- struct{}{}:
	default:
	}
}

func (q *queue) add(ctx context.Context, e entry) error {
	for {
		q.mu.Lock()
		if len(q.lines) < queueLines && q.bytes < queueBytes {
			q.lines = append(q.lines, e)
			q.bytes += len(e.text)
			q.mu.Unlock()
			q.poke()
			return nil
		}
		room := q.room
		q.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (q *queue) end(e streamEnd) {
	q.mu.Lock()
	q.ends = append(q.ends, e)
	q.mu.Unlock()
	q.poke()
}

func (q *queue) take() (lines []entry, ends []streamEnd) {
	q.mu.Lock()
	defer q.mu.Unlock()
	lines, ends = q.lines, q.ends
	q.lines, q.ends, q.bytes = nil, nil, 0
	close(q.room)
	q.room = make(chan struct{})
	return lines, ends
}

// linesMsg is a batch of lines, and the streams that ended after them.
type linesMsg struct {
	models.Answer
	gen   int
	lines []entry
	ends  []streamEnd
}

// got takes a batch in and waits for the next.
func (m *Model) got(msg linesMsg) tea.Cmd {
	for i := range msg.lines {
		if s := msg.lines[i].source; s.broken > 0 {
			s.broken = 0
			m.note(s, "connected again at "+m.env.Now().Format("15:04:05"))
		}
	}
	if len(m.sources) > 1 {
		slices.SortStableFunc(msg.lines, func(a, b entry) int { return a.order.Compare(b.order) })
	}
	m.append(msg.lines...)
	cmds := []tea.Cmd{m.wait(pace)}
	for _, e := range msg.ends {
		if e.run == e.source.run {
			cmds = append(cmds, m.ended(e.source, e.err))
		}
	}
	return tea.Batch(cmds...)
}

// wait is the command that gives the next batch.
func (m *Model) wait(after time.Duration) tea.Cmd {
	ctx, q, gen := m.ctx, m.queue, m.gen
	return func() tea.Msg {
		if after > 0 {
			t := time.NewTimer(after)
			defer t.Stop()
			select {
			case <-t.C:
			case <-ctx.Done():
				return nil
			}
		}
		select {
		case <-q.signal:
		case <-ctx.Done():
			return nil
		}
		lines, ends := q.take()
		return linesMsg{Answer: models.To(m), gen: gen, lines: lines, ends: ends}
	}
}

// options are what the server is asked for. Timestamps are always asked for: they
// tell where to go on after a break, whether they are shown or not.
func (m *Model) options(s *source) *corev1.PodLogOptions {
	o := &corev1.PodLogOptions{Container: s.container, Follow: !m.previous, Previous: m.previous, Timestamps: true}
	switch {
	case !s.last.IsZero() && !m.previous:
		since := metav1.NewTime(s.last.Truncate(time.Second))
		o.SinceTime = &since
	case m.since > 0:
		n := int64(m.since / time.Second)
		o.SinceSeconds = &n
	default:
		n := int64(max(min(tail, m.keep)/max(len(m.refs), len(m.sources)), leastTail))
		o.TailLines = &n
	}
	return o
}

// read starts reading a source.
func (m *Model) read(s *source) {
	s.stop()
	s.run++
	ctx, cancel := context.WithCancel(m.ctx)
	s.cancel = cancel
	q, client, opts := m.queue, m.env.Client, m.options(s)
	r := reading{source: s, ref: s.ref, after: s.last, queue: q}
	end := streamEnd{source: s, run: s.run}
	m.env.Go(func() {
		end.err = r.run(ctx, client, opts)
		q.end(end)
	})
}

// reading is one reading of a source. Lines not younger than after were read
// before.
type reading struct {
	source *source // to be named in entries only: its fields are Update's
	ref    api.PodRef
	after  time.Time
	queue  *queue
}

// run reads a log to its end: nil when the server ended it in order.
func (r reading) run(ctx context.Context, client models.Reader, opts *corev1.PodLogOptions) error {
	body, err := client.Log(ctx, r.ref.Namespace, r.ref.Name, opts)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { body.Close() })
	defer stop()
	defer body.Close()
	in := bufio.NewReaderSize(body, maxLine)
	latest := r.after
	for {
		line, cut, err := readLine(in)
		if line != "" || err == nil {
			e := split(line)
			e.source = r.source
			if cut {
				e.text += " … (line cut)"
			}
			if e.at.After(latest) {
				latest = e.at
			}
			e.order = latest
			if e.at.IsZero() || e.at.After(r.after) {
				if err := r.queue.add(ctx, e); err != nil {
					return err
				}
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the log: %w", err)
		}
	}
}

// readLine reads one line without its end; what is longer than the reader's
// buffer is dropped.
func readLine(r *bufio.Reader) (line string, cut bool, err error) {
	part, more, err := r.ReadLine()
	line = string(part)
	for more && err == nil {
		cut = true
		_, more, err = r.ReadLine()
	}
	return line, cut, err
}

// split takes the timestamp off a line; a line without one is left as it is.
func split(line string) entry {
	stamp, text, ok := strings.Cut(line, " ")
	if !ok {
		stamp = line
	}
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		return entry{text: line}
	}
	return entry{at: at, text: text}
}
