package host

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/apiserver/engine"
)

// Log implements engine.Reader. The log of a container that runs again is the
// latest run's; the one before is there with opts.Previous. A follower ends
// with the run.
func (e *Engine) Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	pod, err := e.find(namespace, name)
	if err != nil {
		return nil, err
	}
	if opts == nil {
		opts = &corev1.PodLogOptions{}
	}
	container, err := engine.LogContainer(pod, opts.Container)
	if err != nil {
		return nil, err
	}
	p := e.runOf(pod.UID)
	if p == nil {
		return nil, apierrors.NewNotFound(engine.PodResource, name)
	}
	dir := p.logDir(container)
	runs, err := segmentsIn(dir)
	if err != nil {
		return nil, fmt.Errorf("look for the log of container %q: %w", container, err)
	}
	if len(runs) == 0 {
		return nil, noLogYet(pod, container)
	}
	var numbers []int
	for n := range runs {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	run := numbers[len(numbers)-1]
	if opts.Previous {
		if len(numbers) < 2 {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("container %q of pod %q has not run before: there is no previous log", container, name))
		}
		run = numbers[len(numbers)-2]
	}
	r := &logReader{
		ctx: ctx, dir: dir, run: run, segment: runs[run][0], live: p.liveLog(container, run),
		follow: opts.Follow, stamps: opts.Timestamps, limit: -1, closed: make(chan struct{}),
	}
	if opts.SinceTime != nil {
		r.since = opts.SinceTime.Time
	}
	if opts.SinceSeconds != nil {
		r.since = time.Now().Add(-time.Duration(*opts.SinceSeconds) * time.Second)
	}
	if opts.LimitBytes != nil {
		r.limit = *opts.LimitBytes
	}
	if opts.TailLines != nil {
		if err := r.tail(*opts.TailLines); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// noLogYet explains why a container has no log.
func noLogYet(pod *corev1.Pod, container string) error {
	why := "has not started"
	if status := statusOf(pod, container); status != nil && status.State.Waiting != nil {
		why = "is waiting (" + status.State.Waiting.Reason + ")"
		if status.State.Waiting.Reason == reasonPlaceholder {
			why = "is a placeholder: it runs nothing that could log"
		}
	}
	return apierrors.NewBadRequest(fmt.Sprintf("container %q in pod %q %s: there is no log", container, pod.Name, why))
}

// logReader reads the records of one run. Read is for one goroutine, Close may
// come from another.
type logReader struct {
	ctx    context.Context
	dir    string
	run    int
	live   *runLog // nil when the run is over
	follow bool
	stamps bool
	since  time.Time
	limit  int64 // bytes that may still be given, -1 for any number
	skip   int64 // whole lines that are not given

	segment int
	offset  int64 // in the segment, of what has been taken into in
	file    *os.File
	in      *bufio.Reader
	out     []byte
	inLine  map[string]bool // streams whose last record was not whole

	once    sync.Once
	closed  chan struct{}
	reading sync.Mutex // held by Read, and by Close at the end
}

// Read implements io.Reader.
func (r *logReader) Read(p []byte) (int, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	if r.limit == 0 {
		return 0, io.EOF
	}
	for len(r.out) == 0 {
		record, err := r.next()
		if err != nil {
			return 0, err
		}
		r.take(record)
	}
	n := copy(p, r.out)
	if r.limit >= 0 {
		n = int(min(int64(n), r.limit))
		r.limit -= int64(n)
	}
	r.out = r.out[n:]
	return n, nil
}

// take turns a record into output, or leaves it out.
func (r *logReader) take(record []byte) {
	stamp, stream, whole, text, ok := parseRecord(record)
	if !ok {
		return
	}
	if r.inLine == nil {
		r.inLine = map[string]bool{}
	}
	begins := !r.inLine[stream]
	r.inLine[stream] = !whole
	if r.skip > 0 {
		if whole {
			r.skip--
		}
		return
	}
	if !r.since.IsZero() {
		if at, err := time.Parse(stampLayout, string(stamp)); err == nil && at.Before(r.since) {
			return
		}
	}
	r.out = r.out[:0]
	if r.stamps && begins {
		r.out = append(append(r.out, stamp...), ' ')
	}
	r.out = append(r.out, text...)
	if whole {
		r.out = append(r.out, '\n')
	}
}

// parseRecord takes a record apart; false if it is none.
func parseRecord(record []byte) (stamp []byte, stream string, whole bool, text []byte, ok bool) {
	n := len(stampLayout)
	if len(record) < n+10 || record[n] != ' ' || record[n+7] != ' ' || record[n+9] != ' ' {
		return nil, "", false, nil, false
	}
	tag := record[n+8]
	return record[:n], string(record[n+1 : n+7]), tag == 'F', record[n+10:], tag == 'F' || tag == 'P'
}

// next gives the next record, without its end of line. While the run goes on
// a follower waits for it.
func (r *logReader) next() ([]byte, error) {
	for {
		select {
		case <-r.closed:
			return nil, fs.ErrClosed
		default:
		}
		if err := r.ctx.Err(); err != nil {
			return nil, err
		}
		last, size, changed, more := r.end()
		if r.segment < last || (r.segment == last && r.offset < size) {
			record, err := r.readRecord(last, size)
			if err != nil || record != nil {
				return record, err
			}
			continue
		}
		if !more || !r.follow {
			return nil, io.EOF
		}
		select {
		case <-changed:
		case <-r.closed:
		case <-r.ctx.Done():
		}
	}
}

// end is where the log ends now.
func (r *logReader) end() (segment int, size int64, changed <-chan struct{}, more bool) {
	if r.live != nil {
		return r.live.end()
	}
	runs, err := segmentsIn(r.dir)
	if segs := runs[r.run]; err == nil && len(segs) > 0 {
		segment = segs[len(segs)-1]
		if info, err := os.Stat(segmentPath(r.dir, r.run, segment)); err == nil {
			return segment, info.Size(), nil, false
		}
	}
	return -1, 0, nil, false
}

// readRecord reads a record that is known to be there, or goes on to the next
// segment and gives nil.
func (r *logReader) readRecord(last int, size int64) ([]byte, error) {
	if r.file == nil {
		f, err := os.Open(segmentPath(r.dir, r.run, r.segment))
		switch {
		case errors.Is(err, fs.ErrNotExist) && r.segment < last:
			r.segment, r.offset = r.segment+1, 0
			return nil, nil
		case errors.Is(err, fs.ErrNotExist):
			return nil, io.EOF // the pod has been removed
		case err != nil:
			return nil, fmt.Errorf("read the log: %w", err)
		}
		r.file, r.offset = f, 0
		r.in = bufio.NewReaderSize(f, maxLine+256)
	}
	record, err := r.in.ReadSlice('\n')
	if err == nil {
		r.offset += int64(len(record))
		return record[:len(record)-1], nil
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	if len(record) > 0 { // no record: the file has been cut or written into
		r.offset += int64(len(record))
		if r.segment == last {
			r.offset = max(r.offset, size)
		}
		return nil, nil
	}
	if r.segment < last {
		r.file.Close()
		r.file, r.segment, r.offset = nil, r.segment+1, 0
		return nil, nil
	}
	// The end was reached before all of it was written: what is in the
	// buffer of in is stale, not the file.
	r.in.Reset(r.file)
	if _, err := r.file.Seek(r.offset, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read the log: %w", err)
	}
	if info, err := r.file.Stat(); err == nil && info.Size() <= r.offset {
		return nil, io.EOF
	}
	return nil, nil
}

// tail skips all but the last n lines of what there is.
func (r *logReader) tail(n int64) error {
	count := logReader{ctx: r.ctx, dir: r.dir, run: r.run, segment: r.segment, live: r.live, closed: r.closed}
	defer count.release()
	lines, partial := int64(0), map[string]bool{}
	for {
		record, err := count.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if _, stream, whole, _, ok := parseRecord(record); ok {
			if whole {
				lines++
			}
			partial[stream] = !whole
		}
	}
	for _, open := range partial {
		if open {
			lines++
		}
	}
	r.skip = max(lines-n, 0)
	return nil
}

// Close implements io.Closer.
func (r *logReader) Close() error {
	r.once.Do(func() {
		close(r.closed)
		r.reading.Lock()
		defer r.reading.Unlock()
		r.release()
	})
	return nil
}

// lastOutput is the end of a run's log: at most so many lines and bytes.
func lastOutput(dir string, run, lines, limit int) string {
	r := &logReader{ctx: context.Background(), dir: dir, run: run, limit: -1, closed: make(chan struct{})}
	defer r.Close()
	all, err := segmentsIn(dir)
	if err != nil || len(all[run]) == 0 {
		return ""
	}
	r.segment = all[run][0]
	if err := r.tail(int64(lines)); err != nil {
		return ""
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return ""
	}
	text = bytes.TrimRight(text, "\n")
	return string(text[max(0, len(text)-limit):])
}

// release closes the file, when nobody reads.
func (r *logReader) release() {
	if r.file != nil {
		r.file.Close()
		r.file = nil
	}
}
