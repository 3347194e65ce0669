package host

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A container's log is a folder of files RUN.SEGMENT.log: each run of the
// container has its own, the last two runs are kept, and of each the last two
// segments. A line of a file is a record: time, stream, F or P, and the text;
// P says that the line goes on in the stream's next record.
const (
	segmentSize = 5 << 20
	segments    = 2
	maxLine     = 16 << 10 // of text in one record
	stampLayout = "2006-01-02T15:04:05.000000000Z"
)

const (
	streamOut = "stdout"
	streamErr = "stderr"
)

// runLog writes the log of one run. Safe for concurrent use.
type runLog struct {
	dir  string
	run  int
	warn func(error)

	mu      sync.Mutex
	file    *os.File
	segment int
	size    int64
	failed  bool
	closed  bool
	changed chan struct{} // closed when more is there, or the end
}

// openRunLog begins the log of a run and removes those older than the run
// before. A disk that takes no log is warned about once and stops nothing.
func openRunLog(dir string, run int, warn func(error)) *runLog {
	l := &runLog{dir: dir, run: run, warn: warn, changed: make(chan struct{})}
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = removeRuns(dir, func(n int) bool { return n < run-1 || n >= run })
	}
	if err == nil {
		err = l.open()
	}
	if err != nil {
		l.fail(err)
	}
	return l
}

func segmentPath(dir string, run, segment int) string {
	return filepath.Join(dir, fmt.Sprintf("%d.%d.log", run, segment))
}

func removeRuns(dir string, which func(run int) bool) error {
	all, err := segmentsIn(dir)
	if err != nil {
		return err
	}
	for run, segs := range all {
		for _, seg := range segs {
			if !which(run) {
				continue
			}
			if err := os.Remove(segmentPath(dir, run, seg)); err != nil {
				return err
			}
		}
	}
	return nil
}

// segmentsIn lists the segments of every run in the folder, in their order. A
// folder that does not exist has none.
func segmentsIn(dir string) (map[int][]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	out := map[int][]int{}
	for _, e := range entries {
		parts := strings.Split(e.Name(), ".")
		if len(parts) != 3 || parts[2] != "log" {
			continue
		}
		run, err1 := strconv.Atoi(parts[0])
		seg, err2 := strconv.Atoi(parts[1])
		if err1 == nil && err2 == nil {
			out[run] = append(out[run], seg)
		}
	}
	for _, segs := range out {
		slices.Sort(segs)
	}
	return out, nil
}

func (l *runLog) open() error {
	f, err := os.OpenFile(segmentPath(l.dir, l.run, l.segment), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	l.file, l.size = f, 0
	return nil
}

func (l *runLog) fail(err error) {
	if !l.failed {
		l.failed = true
		l.warn(fmt.Errorf("output is lost: cannot write the log in %s: %w", l.dir, err))
	}
}

// append writes one record.
func (l *runLog) append(stream string, text []byte, whole bool) {
	tag := "P"
	if whole {
		tag = "F"
	}
	record := make([]byte, 0, len(stampLayout)+len(stream)+5+len(text))
	record = time.Now().UTC().AppendFormat(record, stampLayout)
	record = append(append(append(append(record, ' '), stream...), ' '), tag...)
	record = append(append(append(record, ' '), text...), '\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.file == nil {
		return
	}
	if l.size+int64(len(record)) > segmentSize {
		if err := l.rotate(); err != nil {
			l.fail(err)
			return
		}
	}
	n, err := l.file.Write(record)
	if err != nil {
		l.fail(err)
		// Half a record must not stay: the next would be glued to it.
		if err := l.file.Truncate(l.size); err == nil {
			_, err = l.file.Seek(l.size, 0)
			if err != nil {
				l.fail(err)
			}
		}
		return
	}
	l.size += int64(n)
	l.wake()
}

// rotate begins the next segment and removes the one that is too many.
func (l *runLog) rotate() error {
	l.file.Close()
	l.file = nil
	l.segment++
	if old := l.segment - segments; old >= 0 {
		if err := os.Remove(segmentPath(l.dir, l.run, old)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return l.open()
}

func (l *runLog) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// end says where the log ends now: everything before is on disk in whole
// records. more is false once nothing will be added; else changed closes at
// the next addition.
func (l *runLog) end() (segment int, size int64, changed <-chan struct{}, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.segment, l.size, l.changed, !l.closed
}

// close ends the log; followers reach their end.
func (l *runLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	if l.file != nil {
		l.file.Close()
		l.file = nil
	}
	l.wake()
}

// lineWriter cuts one stream into records. It never fails, so that what writes
// into the log is never held up or ended by it.
type lineWriter struct {
	log    *runLog
	stream string
	rest   []byte // of a line that has not ended
}

// Write implements io.Writer.
func (w *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		line, after, whole := bytes.Cut(p, []byte("\n"))
		if room := maxLine - len(w.rest); len(line) > room {
			line, after, whole = line[:room], p[room:], false
		} else if !whole && len(w.rest)+len(line) < maxLine {
			w.rest = append(w.rest, line...)
			return n, nil
		}
		if len(w.rest) > 0 {
			w.rest = append(w.rest, line...)
			line = w.rest
		}
		w.log.append(w.stream, line, whole)
		w.rest = w.rest[:0]
		p = after
	}
	return n, nil
}

// finish writes what is left of a line without an end.
func (w *lineWriter) finish() {
	if len(w.rest) > 0 {
		w.log.append(w.stream, w.rest, false)
		w.rest = nil
	}
}
