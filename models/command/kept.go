package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"unicode/utf8"

	"podium/models"
	"podium/termbridge/frame"
)

const (
	headBytes = 64 << 10 // of standard output, kept to tell binary from text and to show it
	early     = 64 << 10 // of output, kept in memory before a file is made
)

// kept is the whole output of a run, framed as it came: in memory while it is
// small, then in a temporary file up to a limit. It is safe for concurrent use.
type kept struct {
	temp  func() (models.Temp, error)
	limit int64

	mu    sync.Mutex
	head  []byte
	small []byte // framed; moved to the file when there is one
	file  models.Temp
	buf   *bufio.Writer
	size  int64 // of the framed output that is kept
	lost  int64 // bytes of output beyond the limit
	err   error // why there is no file, or why it takes no more
	over  bool  // the file is closed
}

// add keeps what a stream brought; it is a run's Tee.
func (k *kept) add(stream frame.Stream, p []byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if room := headBytes - len(k.head); stream == frame.Stdout && room > 0 {
		k.head = append(k.head, p[:min(room, len(p))]...)
	}
	if k.over || k.err != nil || k.lost > 0 || k.size+int64(len(p))+frame.HeaderSize > k.limit {
		k.lost += int64(len(p))
		return
	}
	header := [frame.HeaderSize]byte{byte(stream), 0, 0, 0, byte(len(p) >> 24), byte(len(p) >> 16), byte(len(p) >> 8), byte(len(p))}
	k.size += int64(len(p)) + frame.HeaderSize
	if k.file == nil && len(k.small)+len(p)+len(header) <= early {
		k.small = append(append(k.small, header[:]...), p...)
		return
	}
	if k.file == nil {
		if k.file, k.err = k.temp(); k.err != nil {
			k.lost += int64(len(p))
			return
		}
		k.buf = bufio.NewWriterSize(k.file, 64<<10)
		_, k.err = k.buf.Write(k.small)
		k.small = nil
	}
	for _, part := range [][]byte{header[:], p} {
		if k.err == nil {
			_, k.err = k.buf.Write(part)
		}
	}
}

// cut tells how many bytes are not kept, and why if that is no limit.
func (k *kept) cut() (int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lost, k.err
}

// writeTo writes the streams (none: both, in the order in which they came) as
// the program wrote them. It blocks for as long as the file and w take.
func (k *kept) writeTo(w io.Writer, streams ...frame.Stream) error {
	k.mu.Lock()
	var from io.Reader
	switch {
	case k.over:
		k.mu.Unlock()
		return errors.New("the output is no longer kept")
	case k.file == nil:
		from = &sliceReader{k.small}
	default:
		if err := k.buf.Flush(); err != nil {
			k.err = errors.Join(k.err, err)
		}
		from = io.NewSectionReader(k.file, 0, k.size)
	}
	k.mu.Unlock()
	bw := bufio.NewWriterSize(w, 64<<10)
	d := frame.NewDecoder(from)
	for {
		stream, p, err := d.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) || errors.Is(err, frame.ErrCut) {
				return fmt.Errorf("read the kept output: %w", err)
			}
			return bw.Flush()
		}
		if len(streams) > 0 && stream != streams[0] {
			continue
		}
		if _, err := bw.Write(p); err != nil {
			return err
		}
	}
}

// sliceReader reads bytes.
type sliceReader struct{ rest []byte }

func (r *sliceReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// close lets the output go, and its file.
func (k *kept) close() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.over, k.small = true, nil
	if k.file != nil {
		_ = k.file.Close() // what is in it was a copy
		k.file, k.buf = nil, nil
	}
}

// first is the beginning of standard output.
func (k *kept) first() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.head[:len(k.head):len(k.head)]
}

// binary tells whether standard output is no text, by how it begins.
func (k *kept) binary() bool {
	p := k.first()
	p = p[:min(len(p), 4<<10)]
	odd := 0
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRune(p[i:])
		switch {
		case r == 0:
			return true
		case r == utf8.RuneError && n == 1 && len(p)-i >= utf8.UTFMax:
			odd++
		case r < 0x20 && r != '\n' && r != '\r' && r != '\t' && r != 0x1b && r != '\b' && r != '\f' && r != 7:
			odd++
		}
		i += n
	}
	return odd*10 > len(p)
}

// size is a number of bytes for people.
func size(n int64) string {
	const k = 1 << 10
	switch {
	case n < k:
		return fmt.Sprintf("%d B", n)
	case n < k*k:
		return fmt.Sprintf("%.1f KiB", float64(n)/k)
	case n < k*k*k:
		return fmt.Sprintf("%.1f MiB", float64(n)/(k*k))
	}
	return fmt.Sprintf("%.2f GiB", float64(n)/math.Pow(k, 3))
}

// hexLines are bytes as hex dumps have them, sixteen on a line.
func hexLines(p []byte) []string {
	out := make([]string, 0, len(p)/16+1)
	for at := 0; at < len(p); at += 16 {
		row := p[at:min(at+16, len(p))]
		line := fmt.Appendf(make([]byte, 0, 80), "%08x  ", at)
		text := make([]byte, 0, 16)
		for i := range 16 {
			if i == 8 {
				line = append(line, ' ')
			}
			if i >= len(row) {
				line = append(line, "   "...)
				continue
			}
			line = fmt.Appendf(line, "%02x ", row[i])
			if c := row[i]; c >= 0x20 && c < 0x7f {
				text = append(text, c)
			} else {
				text = append(text, '.')
			}
		}
		out = append(out, string(line)+" |"+string(text)+"|")
	}
	return out
}
