// Package faultserver is a server of the pod API that goes wrong as a test says:
// it has one running pod, web, and cuts, stalls, drips or garbles the exec of it,
// and lies about its end. The rest of the API it answers as it should. Nothing
// but tests may import it.
package faultserver

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Pod is the name of the one pod, Container that of its container.
const (
	Pod       = "web"
	Container = "main"
)

// Answer is an ordinary HTTP answer. The zero Answer stands for the right one.
type Answer struct {
	Code int
	Type string // "" for application/json
	Body string
}

// Script says what happens to an exec. The zero Script is a command that prints
// nothing and exits with 0.
type Script struct {
	// Create answers exec create.
	Create Answer

	// Head is sent in answer to exec start in place of the header of a 101;
	// with NoHead nothing is.
	Head   string
	NoHead bool

	// Stream is what the command prints, framed: see Frames. Of it the first
	// Cut bytes are sent, all where Cut is 0; with CutAll none are.
	Stream []byte
	Cut    int
	CutAll bool

	// Chunk and Pause spread the stream: Chunk bytes, then a Pause.
	Chunk int
	Pause time.Duration

	// Stall keeps the connection open after the stream for as long as the test.
	// Reset breaks it instead of closing it in order.
	Stall, Reset bool

	// Inspect answers the question how the command ended; StillRunning says
	// that it runs, that many times, before. Hang gives no answer at all.
	Inspect      Answer
	StillRunning int
	Hang         bool

	// Vanish takes the whole server away once the stream has been sent.
	Vanish bool
}

// Exited is the answer that tells an exit code.
func Exited(code int) Answer {
	return Answer{Code: http.StatusOK, Body: fmt.Sprintf(`{"ExecID":"exec-1","PodName":"web","ContainerID":"c1","Running":false,"ExitCode":%d}`, code)}
}

// Running is the answer that the command still runs.
func Running() Answer {
	return Answer{Code: http.StatusOK, Body: `{"ExecID":"exec-1","PodName":"web","ContainerID":"c1","Running":true,"ExitCode":0}`}
}

// NotServed is the answer of a server that knows only the API page.
func NotServed() Answer {
	return Answer{Code: http.StatusNotFound, Type: "text/plain", Body: "404 page not found"}
}

// Frames frames texts by turns for standard output and standard error, those
// that are empty are left out.
func Frames(texts ...string) []byte {
	var out []byte
	for i, text := range texts {
		if text == "" {
			continue
		}
		out = append(out, byte(1+i%2), 0, 0, 0)
		out = binary.BigEndian.AppendUint32(out, uint32(len(text)))
		out = append(out, text...)
	}
	return out
}

// Boundaries are the places in Frames(texts...) between two frames, the begin and
// the end among them.
func Boundaries(texts ...string) map[int]bool {
	out := map[int]bool{0: true}
	n := 0
	for _, text := range texts {
		if text != "" {
			n += 8 + len(text)
			out[n] = true
		}
	}
	return out
}

// Server is a running server, on a port of the loopback address. It ends with
// the test.
type Server struct {
	// URL is where it answers.
	URL string

	listener net.Listener
	work     sync.WaitGroup
	quit     chan struct{} // closed when the server goes

	mu      sync.Mutex
	script  Script
	asked   int // times that inspect was
	started int // execs
	killed  []string
	lists   int
	conns   map[net.Conn]bool
	gone    bool
}

// New starts a server with a script.
func New(tb testing.TB, s Script) *Server {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	srv := &Server{URL: "http://" + l.Addr().String(), listener: l, script: s, conns: map[net.Conn]bool{}, quit: make(chan struct{})}
	srv.work.Go(srv.accept)
	tb.Cleanup(func() {
		srv.vanish()
		srv.work.Wait()
	})
	return srv
}

// Set changes the script for execs to come.
func (s *Server) Set(script Script) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.script, s.asked = script, 0
}

// Started counts the execs that were started.
func (s *Server) Started() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.started
}

// Lists counts the lists of pods that were asked for, watches among them, which
// the server does not have.
func (s *Server) Lists() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lists
}

// Killed are the signals that clients sent to execs.
func (s *Server) Killed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.killed...)
}

func (s *Server) vanish() {
	s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone {
		close(s.quit)
	}
	s.gone = true
	for c := range s.conns {
		c.Close()
	}
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.gone {
			conn.Close()
		}
		s.conns[conn] = true
		s.mu.Unlock()
		s.work.Go(func() {
			s.serve(conn)
			conn.Close()
			s.mu.Lock()
			delete(s.conns, conn)
			s.mu.Unlock()
		})
	}
}

// serve answers requests until one of them takes the connection over.
func (s *Server) serve(conn net.Conn) {
	in := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(in)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		if !s.answer(conn, in, r) {
			return
		}
	}
}

const pod = `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"default","uid":"u1","labels":{"app":"web"}},` +
	`"spec":{"containers":[{"name":"main","image":"nginx"}]},"status":{"phase":"Running","containerStatuses":[` +
	`{"name":"main","ready":true,"state":{"running":{}}}]}}`

// answer answers one request; false means that the connection is used up.
func (s *Server) answer(conn net.Conn, in io.Reader, r *http.Request) bool {
	s.mu.Lock()
	script := s.script
	s.mu.Unlock()
	path := r.URL.Path
	switch {
	case path == "/info":
		return reply(conn, Answer{Code: 200, Body: `{"engine":"test","capabilities":"exec-inspect,exec-kill"}`})
	case strings.HasSuffix(path, "/pods"):
		s.mu.Lock()
		s.lists++
		s.mu.Unlock()
		return reply(conn, Answer{Code: 200, Body: `{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[` + pod + `]}`})
	case strings.HasSuffix(path, "/pods/"+Pod):
		return reply(conn, Answer{Code: 200, Body: pod})
	case strings.HasSuffix(path, "/pods/"+Pod+"/exec"):
		if script.Create.Code != 0 {
			return reply(conn, script.Create)
		}
		return reply(conn, Answer{Code: 201, Body: `{"Id":"exec-1"}`})
	case strings.HasSuffix(path, "/start"):
		s.exec(conn, script)
		return false
	case strings.HasSuffix(path, "/json"):
		return s.inspect(conn, in, script)
	case strings.HasSuffix(path, "/kill"):
		s.mu.Lock()
		s.killed = append(s.killed, r.URL.Query().Get("signal"))
		s.mu.Unlock()
		return reply(conn, Answer{Code: 204})
	}
	return reply(conn, NotServed())
}

func reply(conn net.Conn, a Answer) bool {
	if a.Type == "" {
		a.Type = "application/json"
	}
	_, err := fmt.Fprintf(conn, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", a.Code, http.StatusText(a.Code), a.Type, len(a.Body), a.Body)
	return err == nil
}

func (s *Server) inspect(conn net.Conn, in io.Reader, script Script) bool {
	s.mu.Lock()
	s.asked++
	asked := s.asked
	s.mu.Unlock()
	switch {
	case script.Hang:
		_, _ = io.Copy(io.Discard, in)
		return false
	case asked <= script.StillRunning:
		return reply(conn, Running())
	case script.Inspect.Code == 0:
		return reply(conn, Exited(0))
	}
	return reply(conn, script.Inspect)
}

// head is what the API's servers send before the stream.
const head = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

// exec plays the stream.
func (s *Server) exec(conn net.Conn, script Script) {
	s.mu.Lock()
	s.started++
	s.mu.Unlock()
	first := head
	if script.Head != "" || script.NoHead {
		first = script.Head
	}
	if _, err := io.WriteString(conn, first); err != nil {
		return
	}
	if !send(conn, script) {
		return
	}
	switch {
	case script.Stall:
		<-s.quit
	case script.Vanish:
		s.vanish()
	case script.Reset:
		if tcp, ok := conn.(*net.TCPConn); ok {
			// What was sent is read before the reset, not lost with it.
			time.Sleep(20 * time.Millisecond)
			_ = tcp.SetLinger(0)
		}
	}
}

// send sends what of the stream is to be sent, as it is to be spread.
func send(conn net.Conn, script Script) bool {
	stream := script.Stream
	if script.Cut > 0 {
		stream = stream[:min(script.Cut, len(stream))]
	}
	if script.CutAll {
		stream = nil
	}
	for len(stream) > 0 {
		n := len(stream)
		if script.Chunk > 0 {
			n = min(n, script.Chunk)
		}
		if _, err := conn.Write(stream[:n]); err != nil {
			return false
		}
		stream = stream[n:]
		if script.Pause > 0 && len(stream) > 0 {
			time.Sleep(script.Pause)
		}
	}
	return true
}
