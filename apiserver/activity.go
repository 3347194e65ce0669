package apiserver

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// Activity tells whether anybody uses the server.
type Activity struct {
	Clients int       // connections open now, exec streams among them
	Execs   int       // exec processes running now
	Last    time.Time // when a client last came, asked or left
}

// Activity is who uses the server now, and when it was last used.
func (s *Server) Activity() Activity {
	a := s.activity.snapshot()
	a.Execs = s.execs.running()
	return a
}

// activity counts connections from their accept to their end, also those that
// an exec has taken over.
type activity struct {
	mu    sync.Mutex
	conns map[net.Conn]bool // true once hijacked
	last  time.Time
}

func (a *activity) touch() {
	a.mu.Lock()
	a.last = time.Now()
	a.mu.Unlock()
}

func (a *activity) snapshot() Activity {
	a.mu.Lock()
	defer a.mu.Unlock()
	return Activity{Clients: len(a.conns), Last: a.last}
}

// state is net/http's word about a connection. It returns how many there are.
func (a *activity) state(c net.Conn, st http.ConnState) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = time.Now()
	switch st {
	case http.StateNew:
		if a.conns == nil {
			a.conns = map[net.Conn]bool{}
		}
		a.conns[c] = false
	case http.StateHijacked:
		a.conns[c] = true
	case http.StateClosed:
		delete(a.conns, c)
	}
	return len(a.conns)
}

// gone forgets a hijacked connection, of which net/http says nothing more.
func (a *activity) gone(c net.Conn) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = time.Now()
	delete(a.conns, c)
}

func (a *activity) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.conns)
}
