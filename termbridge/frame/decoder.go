package frame

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// bufferSize is what a Decoder reads at once: as much as a TLS record holds, and
// little enough to stay in the nearest cache, which makes large frames a third
// faster than the usual 32 kB.
const bufferSize = 16<<10 + HeaderSize

// maxEmptyReads is how often a reader may return nothing and no error in a row.
const maxEmptyReads = 100

// Decoder takes a framed stream apart. It is not safe for concurrent use and
// does not own its reader.
type Decoder struct {
	r   io.Reader
	buf []byte // fixed: never grown
	pos int    // buf[pos:end] has been read and not been delivered
	end int

	stream Stream // of the frame being delivered
	size   uint32 // its whole length
	left   uint32 // how much of it is still to come

	read int64        // bytes taken from r
	err  error        // what r ended with: sticky
	bad  *HeaderError // where the stream stopped making sense: sticky
}

// NewDecoder returns a decoder of the frames that r delivers. It allocates its
// buffer of about 16 kB here and nothing later.
func NewDecoder(r io.Reader) *Decoder {
	return &Decoder{r: r, buf: make([]byte, bufferSize)}
}

// Next returns the next piece of payload and the stream it belongs to: a whole
// frame or as much of one as has come. It waits for r as long as r does. The
// piece is never empty, and valid until the next call; frames without payload
// are passed over.
//
// The end between two frames is io.EOF. The end anywhere else is a [CutError],
// a header that names no stream a [HeaderError], and any other error of r is
// wrapped. Errors stay: every later call returns the same one.
func (d *Decoder) Next() (Stream, []byte, error) {
	for d.left == 0 {
		if err := d.header(); err != nil {
			return 0, nil, err
		}
	}
	if d.pos == d.end {
		d.pos, d.end = 0, 0
		if err := d.fill(); err != nil {
			return 0, nil, d.cut(err)
		}
	}
	p := d.buf[d.pos:d.end]
	if uint64(len(p)) > uint64(d.left) {
		p = p[:d.left]
	}
	d.pos += len(p)
	d.left -= uint32(len(p))
	return d.stream, p, nil
}

// header reads the next header, and more with it where more has come.
func (d *Decoder) header() error {
	if d.bad != nil {
		return d.bad
	}
	for d.end-d.pos < HeaderSize {
		// At most seven bytes are moved, and only when a header is torn.
		d.end = copy(d.buf, d.buf[d.pos:d.end])
		d.pos = 0
		if err := d.fill(); err != nil {
			return d.cut(err)
		}
	}
	h := d.buf[d.pos : d.pos+HeaderSize]
	switch Stream(h[0]) {
	case Stdin, Stdout:
		d.stream = Stdout
	case Stderr:
		d.stream = Stderr
	default:
		d.bad = &HeaderError{Offset: d.read - int64(d.end-d.pos), Header: [HeaderSize]byte(h)}
		return d.bad
	}
	d.size = binary.BigEndian.Uint32(h[4:])
	d.left = d.size
	d.pos += HeaderSize
	return nil
}

// fill reads once behind what is in the buffer. It returns an error only when
// it could read nothing, so that bytes beside an error are not lost.
func (d *Decoder) fill() error {
	if d.err != nil {
		return d.err
	}
	for range maxEmptyReads {
		n, err := d.r.Read(d.buf[d.end:])
		if n < 0 || n > len(d.buf)-d.end {
			d.err = fmt.Errorf("read frames: the reader claims %d bytes of %d asked for", n, len(d.buf)-d.end)
			return d.err
		}
		d.end += n
		d.read += int64(n)
		d.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	d.err = io.ErrNoProgress
	return d.err
}

// cut gives the error of an end its meaning by where it came.
func (d *Decoder) cut(err error) error {
	clean := errors.Is(err, io.EOF)
	switch torn := d.end - d.pos; {
	case clean && d.left > 0:
		return &CutError{Stream: d.stream, Got: int64(d.size - d.left), Missing: int64(d.left)}
	case clean && torn > 0:
		return &CutError{InHeader: true, Got: int64(torn), Missing: int64(HeaderSize - torn)}
	case clean:
		return io.EOF
	case d.left > 0:
		return fmt.Errorf("read frames, %d bytes before the end of one of %s: %w", d.left, d.stream, err)
	}
	return fmt.Errorf("read frames: %w", err)
}

// Demux copies the payload of the frames in r to stdout and stderr until the
// stream ends, and returns how many bytes of payload it copied. It waits for r
// and for the writers. A clean end is nil; other ends are as [Decoder.Next]
// tells them, and a writer's error is returned as it is.
func Demux(stdout, stderr io.Writer, r io.Reader) (int64, error) {
	var total int64
	d := NewDecoder(r)
	for {
		s, p, err := d.Next()
		if errors.Is(err, io.EOF) && !errors.Is(err, ErrCut) {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		w := stdout
		if s == Stderr {
			w = stderr
		}
		n, err := w.Write(p)
		total += int64(n)
		if err != nil {
			return total, err
		}
		if n < len(p) {
			return total, io.ErrShortWrite
		}
	}
}
