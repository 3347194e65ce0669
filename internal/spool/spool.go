// Package spool keeps the whole output of a command, as it came: in memory while
// it is small, then in a temporary file, up to a quota that several may share.
//
// It knows nothing of pods, screens or where temporary files lie.
package spool

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"podium/termbridge/frame"
)

const (
	headBytes = 64 << 10 // of standard output, for those who want to know how it begins
	early     = 64 << 10 // kept in memory before a file is made
)

// File is a temporary file: Write adds at its end, and it is gone when it is
// closed.
type File interface {
	io.Writer
	io.ReaderAt
	io.Closer
}

// Quota is how many bytes spools may keep, those together that share it. It is
// safe for concurrent use.
type Quota struct{ left atomic.Int64 }

// NewQuota makes a quota of so many bytes.
func NewQuota(bytes int64) *Quota {
	q := &Quota{}
	q.left.Store(bytes)
	return q
}

// take takes n bytes; false when there are not as many.
func (q *Quota) take(n int64) bool {
	if q.left.Add(-n) < 0 {
		q.left.Add(n)
		return false
	}
	return true
}

// Spool is the output of one run. It is safe for concurrent use.
type Spool struct {
	temp  func() (File, error)
	quota *Quota

	mu    sync.Mutex
	head  []byte
	small []byte // framed; moved to the file when there is one
	file  File
	buf   *bufio.Writer
	size  int64 // of the framed output that is kept
	lost  int64 // bytes of output that are not kept
	err   error // why there is no file, or why it takes no more
	over  bool  // it is closed
}

// New makes an empty spool. temp makes its file; it is called once at most.
func New(temp func() (File, error), quota *Quota) *Spool {
	return &Spool{temp: temp, quota: quota}
}

// Add keeps what a stream brought. It does not keep p, and may wait for the
// file.
func (s *Spool) Add(stream frame.Stream, p []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if room := headBytes - len(s.head); stream == frame.Stdout && room > 0 {
		s.head = append(s.head, p[:min(room, len(p))]...)
	}
	header := [frame.HeaderSize]byte{byte(stream), 0, 0, 0, byte(len(p) >> 24), byte(len(p) >> 16), byte(len(p) >> 8), byte(len(p))}
	n := int64(len(p)) + frame.HeaderSize
	if s.over || s.err != nil || s.lost > 0 || !s.quota.take(n) {
		s.lost += int64(len(p))
		return
	}
	s.size += n
	if s.file == nil && len(s.small)+int(n) <= early {
		s.small = append(append(s.small, header[:]...), p...)
		return
	}
	if s.err = s.open(); s.err != nil {
		s.lost += int64(len(p))
		return
	}
	for _, part := range [][]byte{header[:], p} {
		if s.err == nil {
			_, s.err = s.buf.Write(part)
		}
	}
	if s.err != nil {
		s.lost += int64(s.buf.Buffered()) // with what came before and was not written yet
	}
}

// open makes the file, if there is none, and moves to it what was in memory.
func (s *Spool) open() error {
	if s.file != nil {
		return nil
	}
	file, err := s.temp()
	if err != nil {
		return err
	}
	s.file, s.buf = file, bufio.NewWriterSize(file, 64<<10)
	_, err = s.buf.Write(s.small)
	s.small = nil
	return err
}

// Cut tells how many bytes are not kept, and why if that is not the quota.
func (s *Spool) Cut() (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lost, s.err
}

// Each calls f with what is kept, piece by piece in the order in which it came.
// The piece is valid until f returns; an error of f ends it and is returned. It
// waits for the file.
func (s *Spool) Each(f func(stream frame.Stream, p []byte) error) error {
	from, err := s.reader()
	if err != nil {
		return err
	}
	d := frame.NewDecoder(from)
	for {
		stream, p, err := d.Next()
		switch {
		case err == nil:
		case errors.Is(err, io.EOF) && !errors.Is(err, frame.ErrCut):
			return nil
		case errors.Is(err, frame.ErrCut) && s.failed():
			return nil // what the file took ends here
		default:
			return fmt.Errorf("read the kept output: %w", err)
		}
		if err := f(stream, p); err != nil {
			return err
		}
	}
}

// Copy writes the streams (none: both, in the order in which they came) as the
// program wrote them. It waits for the file and for w.
func (s *Spool) Copy(w io.Writer, streams ...frame.Stream) error {
	bw := bufio.NewWriterSize(w, 64<<10)
	err := s.Each(func(stream frame.Stream, p []byte) error {
		if len(streams) > 0 && stream != streams[0] {
			return nil
		}
		_, err := bw.Write(p)
		return err
	})
	return errors.Join(err, bw.Flush())
}

// reader reads what is kept so far.
func (s *Spool) reader() (io.Reader, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
		return nil, errors.New("the output is no longer kept")
	case s.file == nil:
		return &sliceReader{s.small}, nil
	}
	if s.err == nil {
		if s.err = s.buf.Flush(); s.err != nil {
			s.lost += int64(s.buf.Buffered())
		}
	}
	// What the file took before it failed is there all the same.
	return io.NewSectionReader(s.file, 0, s.size), nil
}

// failed tells whether the file takes no more.
func (s *Spool) failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err != nil
}

// sliceReader reads bytes that others may add to behind its end.
type sliceReader struct{ rest []byte }

func (r *sliceReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Close lets the output go, and its file, and gives the quota back.
func (s *Spool) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	s.over, s.small = true, nil
	s.quota.left.Add(s.size)
	if s.file != nil {
		_ = s.file.Close() // what is in it was a copy
		s.file, s.buf = nil, nil
	}
}

// Head is how standard output begins, 64 KiB of it at most.
func (s *Spool) Head() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.head[:len(s.head):len(s.head)]
}
