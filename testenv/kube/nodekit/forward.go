package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// forward listens on an address of the host and connects each caller to an
// address inside a network namespace, until it is killed.
func forward(namespace, listen, to string) error {
	ns, err := os.Open(namespace)
	if err != nil {
		return fmt.Errorf("open the network namespace: %w", err)
	}
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return fmt.Errorf("listen for the cluster's clients: %w", err)
	}
	for {
		outer, err := l.Accept()
		if err != nil {
			return fmt.Errorf("accept a client of the cluster: %w", err)
		}
		go func() {
			defer outer.Close()
			inner, err := dialInside(ns, to)
			if err != nil {
				fmt.Fprintln(os.Stderr, "nodekit: connect to", to, "inside:", err)
				return
			}
			defer inner.Close()
			join(outer.(*net.TCPConn), inner.(*net.TCPConn))
		}()
	}
}

// dialInside connects from a thread that has joined the namespace. The thread
// stays locked to its goroutine and so ends with it.
func dialInside(ns *os.File, to string) (net.Conn, error) {
	type result struct {
		conn net.Conn
		err  error
	}
	done := make(chan result)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- result{err: fmt.Errorf("join the network namespace: %w", err)}
			return
		}
		conn, err := net.Dial("tcp", to) // an address, not a name: its socket is made on this thread
		done <- result{conn, err}
	}()
	r := <-done
	return r.conn, r.err
}

// join copies both ways and passes each side's end on.
func join(a, b *net.TCPConn) {
	half := make(chan struct{})
	go func() {
		defer close(half)
		_, _ = io.Copy(b, a) // whatever ends it, b is told
		_ = b.CloseWrite()
	}()
	_, _ = io.Copy(a, b)
	_ = a.CloseWrite()
	<-half
}
