package fake

import (
	"bytes"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// logLine is one line with its newline.
type logLine struct {
	at   time.Time
	text []byte
}

// logBytes is how much a buffer keeps; older lines are dropped.
const logBytes = 1 << 20

// logBuffer keeps the last lines of a container's run and tells those who
// follow. It is the container's stdout and stderr.
type logBuffer struct {
	clock Clock

	mu      sync.Mutex
	first   int // number of lines[0]
	lines   []logLine
	size    int
	partial []byte
	ended   bool
	news    chan struct{}
}

func newLogBuffer(c Clock) *logBuffer { return &logBuffer{clock: c, news: make(chan struct{})} }

// Write takes output, line by line.
func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	rest := p
	for {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 && len(l.partial)+len(rest) < logBytes/16 {
			l.partial = append(l.partial, rest...)
			break
		}
		if i < 0 {
			i = len(rest) - 1
		}
		l.add(logLine{at: now, text: slices.Concat(l.partial, rest[:i+1])})
		l.partial, rest = nil, rest[i+1:]
	}
	l.tell()
	return len(p), nil
}

func (l *logBuffer) add(line logLine) {
	l.lines = append(l.lines, line)
	l.size += len(line.text)
	drop := 0
	for l.size > logBytes && drop < len(l.lines)-1 {
		l.size -= len(l.lines[drop].text)
		drop++
	}
	if drop > 0 {
		l.first += drop
		l.lines = slices.Clone(l.lines[drop:])
	}
}

func (l *logBuffer) tell() {
	close(l.news)
	l.news = make(chan struct{})
}

// end says that no more comes.
func (l *logBuffer) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.partial) > 0 {
		l.add(logLine{at: l.clock.Now(), text: l.partial})
		l.partial = nil
	}
	l.ended = true
	l.tell()
}

// log gives a created pod's log.
func (run *runner) log(ctx context.Context, container string, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	run.mu.Lock()
	logs := run.logs[container]
	run.mu.Unlock()
	switch {
	case logs == nil:
		return nil, apierrors.NewBadRequest(fmt.Sprintf("container %q of pod %q has not started: it has no log yet", container, run.name))
	case opts.Previous && logs.before == nil:
		return nil, apierrors.NewBadRequest(fmt.Sprintf("container %q of pod %q has not run before", container, run.name))
	case opts.Previous:
		return newLogReader(ctx, run.engine.life, logs.before, opts), nil
	}
	return newLogReader(ctx, run.engine.life, logs.now, opts), nil
}

// logReader reads a buffer from where the options say.
type logReader struct {
	buf    *logBuffer
	stamps bool
	follow bool
	ctx    context.Context
	life   context.Context

	next    int // number of the next line
	pending []byte

	once   sync.Once
	closed chan struct{}
}

func newLogReader(ctx, life context.Context, buf *logBuffer, opts *corev1.PodLogOptions) *logReader {
	r := &logReader{buf: buf, stamps: opts.Timestamps, follow: opts.Follow, ctx: ctx, life: life, closed: make(chan struct{})}
	buf.mu.Lock()
	defer buf.mu.Unlock()
	r.next = buf.first + firstLine(buf.lines, opts, buf.clock.Now())
	return r
}

// firstLine is the index of the first line that the options ask for.
func firstLine(lines []logLine, opts *corev1.PodLogOptions, now time.Time) int {
	var since time.Time
	if opts.SinceTime != nil {
		since = opts.SinceTime.Time
	}
	if opts.SinceSeconds != nil {
		since = now.Add(-time.Duration(*opts.SinceSeconds) * time.Second)
	}
	i, _ := slices.BinarySearchFunc(lines, since, func(l logLine, t time.Time) int { return l.at.Compare(t) })
	if opts.TailLines != nil {
		i = max(i, len(lines)-int(min(*opts.TailLines, int64(len(lines)))))
	}
	return i
}

func (r *logReader) Read(p []byte) (int, error) {
	for len(r.pending) == 0 {
		news, err := r.take()
		if err != nil {
			return 0, err
		}
		if news == nil {
			continue
		}
		select {
		case <-news:
		case <-r.closed:
			return 0, io.EOF
		case <-r.life.Done():
			return 0, io.EOF
		case <-r.ctx.Done():
			return 0, r.ctx.Err()
		}
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

// take moves what lines there are into pending, or gives what tells of more.
func (r *logReader) take() (<-chan struct{}, error) {
	b := r.buf
	b.mu.Lock()
	defer b.mu.Unlock()
	r.next = max(r.next, b.first)
	for r.next < b.first+len(b.lines) && len(r.pending) < 32<<10 {
		line := b.lines[r.next-b.first]
		if r.stamps {
			r.pending = append(line.at.UTC().AppendFormat(r.pending, time.RFC3339Nano), ' ')
		}
		r.pending = append(r.pending, line.text...)
		r.next++
	}
	switch {
	case len(r.pending) > 0:
		return nil, nil
	case !r.follow || b.ended:
		return nil, io.EOF
	}
	return b.news, nil
}

func (r *logReader) Close() error {
	r.once.Do(func() { close(r.closed) })
	return nil
}

// Synthetic pods write a line every now and then; what they have written lately
// is made up when somebody asks.
const (
	synthLines = 500
	synthEvery = 2 * time.Second
)

// syntheticLog makes up a log: the same lines for the same pod and time.
func syntheticLog(ctx, life context.Context, clock Clock, r *record, pod *corev1.Pod, container string, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	started, end, live := r.created, clock.Now(), true
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if s.Name != container {
			continue
		}
		switch {
		case s.State.Waiting != nil && s.LastTerminationState.Terminated == nil:
			return nil, apierrors.NewBadRequest(fmt.Sprintf("container %q of pod %q is waiting to start: %s", container, pod.Name, s.State.Waiting.Reason))
		case opts.Previous && s.LastTerminationState.Terminated == nil:
			return nil, apierrors.NewBadRequest(fmt.Sprintf("container %q of pod %q has not run before", container, pod.Name))
		case opts.Previous || s.State.Waiting != nil:
			end, live = s.LastTerminationState.Terminated.FinishedAt.Time, false
		case s.State.Terminated != nil:
			end, live = s.State.Terminated.FinishedAt.Time, false
		}
	}
	if len(pod.Status.ContainerStatuses) == 0 {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("pod %q has not been scheduled: it has no log yet", pod.Name))
	}
	buf := newLogBuffer(clock)
	from := end.Add(-synthLines * synthEvery).Truncate(synthEvery)
	if from.Before(started) {
		from = started
	}
	for at := from; at.Before(end); at = at.Add(synthEvery) {
		buf.add(logLine{at: at, text: syntheticLine(r, container, at)})
	}
	if live && opts.Follow {
		lctx, cancel := context.WithCancel(ctx)
		go grow(lctx, life, buf, r, container)
		return &growing{newLogReader(lctx, life, buf, opts), cancel}, nil
	}
	buf.ended = true
	return newLogReader(ctx, life, buf, opts), nil
}

// growing is a followed made-up log: closing it stops the making.
type growing struct {
	*logReader
	stop context.CancelFunc
}

func (g *growing) Close() error {
	g.stop()
	return g.logReader.Close()
}

// grow makes up lines until ctx is done.
func grow(ctx, life context.Context, buf *logBuffer, r *record, container string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-life.Done():
			return
		case <-buf.clock.After(synthEvery):
			// The buffer keeps the time itself; the line tells its own.
			_, _ = buf.Write(syntheticLine(r, container, buf.clock.Now())) // to memory
		}
	}
}

// syntheticLine is what the container writes at a time.
func syntheticLine(r *record, container string, at time.Time) []byte {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%s/%d", r.uid, container, at.Unix())
	n := h.Sum32()
	stamp := at.UTC().Format("2006-01-02T15:04:05.000Z")
	switch n % 16 {
	case 0:
		return fmt.Appendf(nil, "%s WARN  %s: slow request path=/v1/items/%d took=%dms\n", stamp, container, n%9973, 500+n%4000)
	case 1:
		return fmt.Appendf(nil, "%s ERROR %s: upstream answered 503, retry %d of 5 in %dms\n", stamp, container, n%5+1, 50<<(n%5))
	case 2:
		return fmt.Appendf(nil, "{\"time\":%q,\"level\":\"info\",\"component\":%q,\"msg\":\"cache refreshed\",\"entries\":%d}\n", stamp, container, n%50000)
	}
	return fmt.Appendf(nil, "%s INFO  %s: GET /v1/items/%d 200 %dB in %dms\n", stamp, container, n%9973, 200+n%9000, n%120)
}
