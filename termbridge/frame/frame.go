// Package frame reads and writes the framing of an exec stream without a TTY
// (API page, "Stream details"): every frame is an eight-byte header, made of
// the stream's number, three zero bytes and the payload's length as a
// big-endian 32-bit number, followed by the payload.
//
// The decoder hands payload on as it arrives, before a frame is whole, in a
// buffer of fixed size: no length on the wire makes it allocate. A stream that
// ends anywhere but between two frames is reported as cut, never as complete.
//
// The package does not know what carries the bytes, and the raw stream of a
// TTY has no frames: it is not for this package.
package frame

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// HeaderSize is the length of a frame's header in bytes.
const HeaderSize = 8

// Stream is the number of a stream in a frame's header.
type Stream byte

// The streams. Number 0 is called stdin by the page; on output it appears too
// and belongs to stdout, so that the decoder never returns it.
const (
	Stdin  Stream = 0
	Stdout Stream = 1
	Stderr Stream = 2
)

// String is the stream's usual name.
func (s Stream) String() string {
	switch s {
	case Stdin:
		return "stdin"
	case Stdout:
		return "stdout"
	case Stderr:
		return "stderr"
	}
	return fmt.Sprintf("stream %d", byte(s))
}

// ErrCut is what every [CutError] is: the stream ended inside a header or a
// frame, so that what came is not the whole.
var ErrCut = errors.New("the stream was cut")

// CutError tells where a stream was cut. It is both [ErrCut] and
// [io.ErrUnexpectedEOF].
type CutError struct {
	// InHeader says that a header was cut, of which Got bytes had come.
	InHeader bool
	// Stream is whose frame was cut, if not InHeader.
	Stream Stream
	// Got and Missing are counted in bytes of the header or of the payload.
	Got, Missing int64
}

// Error says how much is missing.
func (e *CutError) Error() string {
	if e.InHeader {
		return fmt.Sprintf("the stream was cut inside a frame header: %d of its %d bytes are missing", e.Missing, HeaderSize)
	}
	return fmt.Sprintf("the stream was cut inside a frame of %s: %d of its %d bytes are missing",
		e.Stream, e.Missing, e.Got+e.Missing)
}

// Unwrap makes a cut both ErrCut and io.ErrUnexpectedEOF.
func (e *CutError) Unwrap() []error { return []error{ErrCut, io.ErrUnexpectedEOF} }

// HeaderError reports a header that names no stream: the other side does not
// send frames, or lost its place.
type HeaderError struct {
	// Header is what stood where a header was expected.
	Header [HeaderSize]byte
	// Offset is where in the stream it stood, in bytes.
	Offset int64
}

// Error names the offending byte and shows the header as text where it is some.
func (e *HeaderError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "byte %d of the stream is 0x%02x where a frame of stdout (1) or stderr (2) should begin", e.Offset, e.Header[0])
	if text := printable(e.Header[:]); text != "" {
		fmt.Fprintf(&b, "; it reads %q, so the server is not sending frames", text)
	}
	return b.String()
}

// printable returns p if it is plain ASCII text, else nothing.
func printable(p []byte) string {
	for _, c := range p {
		if (c < 0x20 || c > 0x7e) && c != '\r' && c != '\n' && c != '\t' {
			return ""
		}
	}
	return string(p)
}
