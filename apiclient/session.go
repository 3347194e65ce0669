package apiclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"

	"podium/api"
)

// session is a started exec over a connection of its own.
type session struct {
	client  *Client
	conn    net.Conn
	stream  io.Reader // of conn, with what was read along with the header
	control *execControl
	call    call

	closed  atomic.Bool
	write   sync.Mutex // between Write and CloseWrite: stdin does not end in a chunk
	noWrite bool
}

var _ api.ExecSession = (*session)(nil)

// errStdinEnded is what a Write gets after CloseWrite.
var errStdinEnded = errors.New("the exec's stdin has been ended")

// Read gives the process's output.
func (s *session) Read(p []byte) (int, error) {
	n, err := s.stream.Read(p)
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return n, err
	case s.closed.Load():
		return n, errClosed
	}
	return n, s.client.failed(s.call, fmt.Errorf("the stream of the exec broke: %w", s.client.explain(err)))
}

// Write carries stdin.
func (s *session) Write(p []byte) (int, error) {
	s.write.Lock()
	defer s.write.Unlock()
	if s.noWrite {
		return 0, errStdinEnded
	}
	n, err := s.conn.Write(p)
	switch {
	case err == nil:
		return n, nil
	case s.closed.Load():
		return n, errClosed
	}
	return n, s.client.failed(s.call, fmt.Errorf("the exec takes no more input: %w", s.client.explain(err)))
}

// halfCloser is a connection that can end its own direction alone.
type halfCloser interface{ CloseWrite() error }

// CloseWrite ends the process's stdin. Under TLS 1.3 that is a close_notify,
// which there ends one direction. Under TLS 1.2 a close_notify ends both (RFC
// 5246 §7.2.1), so the connection below is half-closed instead, as the API's
// original client does. It waits for a Write under way.
func (s *session) CloseWrite() error {
	s.write.Lock()
	defer s.write.Unlock()
	if s.noWrite {
		return nil
	}
	conn := s.conn
	if secure, ok := conn.(*tls.Conn); ok && secure.ConnectionState().Version < tls.VersionTLS13 {
		conn = secure.NetConn()
	}
	half, ok := conn.(halfCloser)
	if !ok {
		return s.client.failed(s.call, local("this kind of connection cannot end its input alone"))
	}
	s.noWrite = true
	err := half.CloseWrite()
	if err == nil || isBroken(err) || s.closed.Load() {
		// A connection that has gone takes no more input either.
		return nil
	}
	return s.client.failed(s.call, fmt.Errorf("end the exec's stdin: %w", s.client.explain(err)))
}

// isBroken tells whether an error means that the connection is no more.
func isBroken(err error) bool {
	return errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.ENOTCONN)
}

// Resize sets the terminal's size.
func (s *session) Resize(ctx context.Context, rows, cols uint16) error {
	return s.control.resize(ctx, rows, cols)
}

// Control asks and signals the process.
func (s *session) Control() api.ExecControl { return s.control }

// Close ends the stream and unblocks Read and Write.
func (s *session) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	// The connection itself, not TLS's close, which would wait some seconds for
	// a peer that does not read.
	conn := s.conn
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	conn.Close()
	return nil
}
