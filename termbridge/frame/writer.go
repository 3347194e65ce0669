package frame

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"
)

// MaxPayload is how much payload a Writer puts into one frame, in bytes. More
// is split.
const MaxPayload = 32 << 10

// Writer frames the streams of one connection. Its streams may be written
// concurrently: header and payload of a frame go out in one Write under the one
// lock that they share. It does not own the writer beneath.
type Writer struct {
	mu  sync.Mutex
	w   io.Writer
	buf []byte
	err error // sticky: after half a frame nothing that follows can be read
}

// NewWriter returns a writer of frames to w. It allocates its buffer of about
// 32 kB here and nothing later.
func NewWriter(w io.Writer) *Writer {
	return &Writer{w: w, buf: make([]byte, HeaderSize+MaxPayload)}
}

// WriteFrame writes p as frames of stream s: one, or as many as it takes for
// more than [MaxPayload]; none for an empty p. It waits for the writer beneath
// and returns how much of p was surely written. After an error of the writer
// every further call fails with it.
func (w *Writer) WriteFrame(s Stream, p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	done := 0
	for done < len(p) {
		n := min(len(p)-done, MaxPayload)
		if err := w.one(s, p[done:done+n]); err != nil {
			return done, err
		}
		done += n
	}
	return done, w.err
}

// one writes one frame. Payload is copied behind its header, which costs less
// than a second system call and keeps a frame in one TLS record or segment.
func (w *Writer) one(s Stream, p []byte) error {
	if w.err != nil {
		return w.err
	}
	f := w.buf[:HeaderSize+len(p)]
	f[0], f[1], f[2], f[3] = byte(s), 0, 0, 0
	binary.BigEndian.PutUint32(f[4:], uint32(len(p)))
	copy(f[HeaderSize:], p)
	n, err := w.w.Write(f)
	if err == nil && n < len(f) {
		err = io.ErrShortWrite
	}
	if err != nil {
		w.err = fmt.Errorf("write a frame of %s: %w", s, err)
	}
	return w.err
}

// Stream returns a writer of stream s with w's lock: stdout and stderr of one
// connection are two of them.
func (w *Writer) Stream(s Stream) io.Writer { return streamWriter{w: w, s: s} }

type streamWriter struct {
	w *Writer
	s Stream
}

func (sw streamWriter) Write(p []byte) (int, error) { return sw.w.WriteFrame(sw.s, p) }
