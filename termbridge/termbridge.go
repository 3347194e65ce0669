// Package termbridge joins a program's terminal stream to a screen in this
// process: stream ⇄ pseudo-terminal ⇄ emulator ([Bridge]), and collects the
// framed output of a program without a terminal ([Output]).
//
//	keys ─▶ queue ─▶ master │ slave ─▶ stream ─▶ program
//	screen ◀─ vt ◀── master │ slave ◀─ stream ◀─ program
//
// The pseudo-terminal is a real one where the platform has them ([OpenPTY]), so
// that a remote session and a local process (an editor, a pager) are the same
// thing and TIOCSWINSZ is the one truth about the size. Only what a stream brings
// passes from slave to master without the kernel, which would slow it down.
//
// Whatever the other side does, no method that a user interface calls while it
// runs waits for it: input is queued within a bound, output is parsed by the
// Bridge's own goroutines, and a snapshot costs a short lock.
//
// The package knows neither HTTP nor pods nor any library of user interfaces.
package termbridge

import (
	"context"
	"errors"
	"io"
)

// Stream is a started program's connection. One Read, one Write and one Resize
// may run at the same time; Close unblocks them all and may be called
// repeatedly.
type Stream interface {
	// Read gives the program's output. io.EOF means that the other side closed
	// in order; any other error means that the connection broke.
	io.Reader

	// Write carries the program's input.
	io.Writer

	// CloseWrite ends the program's input and nothing else.
	CloseWrite() error

	// Close ends the connection.
	Close() error

	// Resize sets the size of the program's terminal in cells. An error means
	// that it is worth trying again, unless it is errors.ErrUnsupported.
	Resize(ctx context.Context, rows, cols uint16) error
}

// The errors that callers act on.
var (
	// ErrEnded is returned for input to a session that has ended.
	ErrEnded = errors.New("the session has ended")

	// ErrQueueFull is returned for input that found no room because the other
	// side does not read. Nothing of it was sent; it may be tried again.
	ErrQueueFull = errors.New("the program does not read its input and too much is waiting already")

	// ErrNoPTY is wrapped where this platform has no pseudo-terminals or gave
	// none.
	ErrNoPTY = errors.New("no pseudo-terminal can be had")
)

// EndReason says how a session or a run came to its end.
type EndReason uint8

// The reasons of an end.
const (
	// Running means that there is no end yet.
	Running EndReason = iota
	// EndClean: the other side closed in order, and all its output is there.
	// The exit status of the program is not known here.
	EndClean
	// EndCut: framed output ended inside a frame; something is missing.
	EndCut
	// EndBroken: the connection failed. What the program did then is unknown.
	EndBroken
	// EndClosed: this side closed first.
	EndClosed
)

// String is a reason in a few words.
func (r EndReason) String() string {
	switch r {
	case Running:
		return "running"
	case EndClean:
		return "ended"
	case EndCut:
		return "cut short"
	case EndBroken:
		return "connection lost"
	case EndClosed:
		return "closed here"
	}
	return "unknown"
}
