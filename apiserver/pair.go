//go:build unix

package apiserver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
)

// PairListener is a listener inside the process: Dial makes a connected pair
// of unix sockets, of which Accept gets one end. Unlike a pipe in memory, they
// can be half-closed, which exec needs; unlike a port, nobody else can reach
// them. Safe for concurrent use.
type PairListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// NewPairListener returns an open listener. Its Close makes Dial and Accept
// fail; connections that exist stay.
func NewPairListener() *PairListener {
	return &PairListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Dial connects and waits until the other end is accepted, ctx is done or the
// listener is closed. The caller owns the connection.
func (p *PairListener) Dial(ctx context.Context) (net.Conn, error) {
	mine, theirs, err := socketPair()
	if err != nil {
		return nil, fmt.Errorf("connect to the server in this process: %w", err)
	}
	select {
	case p.conns <- theirs:
		return mine, nil
	case <-p.closed:
		err = net.ErrClosed
	case <-ctx.Done():
		err = ctx.Err()
	}
	return nil, errors.Join(fmt.Errorf("connect to the server in this process: %w", err), mine.Close(), theirs.Close())
}

// Accept waits for the next Dial.
func (p *PairListener) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close ends the listener. It may be called repeatedly.
func (p *PairListener) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

// Addr is a unix address without a path: there is nothing to connect to from
// outside.
func (p *PairListener) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// socketPair makes two connected unix stream sockets.
func socketPair() (a, b net.Conn, err error) {
	syscall.ForkLock.RLock() // so that no child inherits them before the flag is set
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("make a pair of sockets: %w", err)
	}
	a, errA := fileConn(fds[0])
	b, errB := fileConn(fds[1])
	if err := errors.Join(errA, errB); err != nil {
		for _, c := range []net.Conn{a, b} {
			if c != nil {
				err = errors.Join(err, c.Close())
			}
		}
		return nil, nil, err
	}
	return a, b, nil
}

// fileConn makes a connection of a descriptor, which it owns from then on.
func fileConn(fd int) (net.Conn, error) {
	f := os.NewFile(uintptr(fd), "socketpair")
	c, err := net.FileConn(f) // of a duplicate
	return c, errors.Join(err, f.Close())
}
