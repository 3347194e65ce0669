package logs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

const (
	// keepLines is how many lines are kept, the oldest going first.
	keepLines = 20_000
	// maxLine is how much of one line is kept, in bytes.
	maxLine = 16 << 10
	// tail is how many of the last lines are asked for where no time is chosen.
	tail = 5000
	// pace is the least time between two batches of lines.
	pace = 80 * time.Millisecond
	// queueLimit is how many lines wait for the screen at most.
	queueLimit = 4000
)

// entry is one line of the log.
type entry struct {
	at   time.Time // zero where the server gave none
	text string
	note bool // podium's own words
}

// queue carries lines from the goroutine that reads them to Update; the reader
// waits while the screen is behind.
type queue struct {
	mu     sync.Mutex
	lines  []entry
	ended  bool
	err    error
	signal chan struct{}
	room   chan struct{}
}

func newQueue() *queue {
	return &queue{signal: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

func (q *queue) add(ctx context.Context, e entry) error {
	for {
		q.mu.Lock()
		if len(q.lines) < queueLimit {
			q.lines = append(q.lines, e)
			q.mu.Unlock()
			poke(q.signal)
			return nil
		}
		q.mu.Unlock()
		select {
		case <-q.room:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (q *queue) close(err error) {
	q.mu.Lock()
	q.ended, q.err = true, err
	q.mu.Unlock()
	poke(q.signal)
}

func (q *queue) take() (lines []entry, ended bool, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	lines, q.lines = q.lines, nil
	poke(q.room)
	return lines, q.ended, q.err
}

// linesMsg is a batch of lines of the given run of the given screen.
type linesMsg struct {
	owner *Model
	run   int
	lines []entry
	ended bool
	err   error
}

// podMsg is what the server says of the pod, asked before a stream and after
// its end.
type podMsg struct {
	owner *Model
	run   int
	pod   *corev1.Pod
	err   error
	after bool // asked after the stream ended
}

// askPod asks for the pod in a command.
func (m *Model) askPod(after bool) tea.Cmd {
	ctx, client, ref, run := m.ctx, m.env.Client, m.ref, m.run
	return func() tea.Msg {
		limited, cancel := context.WithTimeout(ctx, 20*time.Second)
		defer cancel()
		o, err := client.Get(limited, ref.Namespace, ref.Name)
		return podMsg{owner: m, run: run, pod: o.Pod, err: err, after: after}
	}
}

// options are what the server is asked for. Timestamps are always asked for:
// they tell where to go on after a break, whether they are shown or not.
func (m *Model) options() *corev1.PodLogOptions {
	o := &corev1.PodLogOptions{Container: m.container, Follow: !m.previous, Previous: m.previous, Timestamps: true}
	switch {
	case !m.last.IsZero() && !m.previous:
		since := metav1.NewTime(m.last.Truncate(time.Second))
		o.SinceTime = &since
	case m.since > 0:
		s := int64(m.since / time.Second)
		o.SinceSeconds = &s
	default:
		n := int64(tail)
		o.TailLines = &n
	}
	return o
}

// read starts reading the log.
func (m *Model) read() tea.Cmd {
	m.stop()
	m.run++
	ctx, cancel := context.WithCancel(context.Background())
	m.ctx, m.cancel, m.queue, m.reading = ctx, cancel, newQueue(), true
	q, client, ref, opts, after := m.queue, m.env.Client, m.ref, m.options(), m.last
	m.env.Go(func() { q.close(readLog(ctx, client, ref, opts, after, q)) })
	return m.wait(0)
}

// logger is the part of a client that a log needs.
type logger interface {
	Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error)
}

// readLog reads a log to its end: nil when the server ended it in order. Lines
// not younger than after were read before.
func readLog(ctx context.Context, client logger, ref api.PodRef, opts *corev1.PodLogOptions, after time.Time, q *queue) error {
	body, err := client.Log(ctx, ref.Namespace, ref.Name, opts)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { body.Close() })
	defer stop()
	defer body.Close()
	r := bufio.NewReaderSize(body, maxLine)
	for {
		line, cut, err := readLine(r)
		if line != "" || err == nil {
			e := split(line)
			if cut {
				e.text += " … (line cut)"
			}
			if e.at.IsZero() || e.at.After(after) {
				if err := q.add(ctx, e); err != nil {
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

// wait is the command that gives the next batch.
func (m *Model) wait(after time.Duration) tea.Cmd {
	ctx, q, run := m.ctx, m.queue, m.run
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
		lines, ended, err := q.take()
		return linesMsg{owner: m, run: run, lines: lines, ended: ended, err: err}
	}
}

// stop ends what reads.
func (m *Model) stop() {
	if m.cancel != nil {
		m.cancel()
		m.cancel = nil
	}
	m.reading = false
}
