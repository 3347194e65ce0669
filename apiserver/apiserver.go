// Package apiserver serves the pod API over an engine: pods, their logs and
// events, and exec with its hijacked streams, as the API page has them, and
// what podium adds to the page (watch, pages of a list, exec's exit code and
// signals, /info).
//
// It runs no pods itself, that is the engine's part, and it does not know who
// the client is: podium's own and any other client of the page are served
// alike.
package apiserver

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/apiserver/engine"
)

// Options are what a Server is made of. Only Engine must be set.
type Options struct {
	// Engine runs the pods. It is not closed by the Server.
	Engine engine.Engine

	// Auth guards connections that do not come over a unix socket.
	Auth Auth

	// Limits bound what clients can ask for; zero fields take DefaultLimits'.
	Limits Limits

	// Log takes one line for people about what went wrong in the server and
	// cannot be told to a client. Safe for concurrent use; nil drops them.
	Log func(line string)

	// Version is the version of the program, for /info and /version.
	Version string

	// Validate holds a pod to be created against the rules of the API:
	// warnings go into HTTP Warning headers, causes refuse the pod (422). Nil
	// means the rules of the API page. Engines that have rules of their own
	// are asked too (engine.Validator).
	Validate func(pod *corev1.Pod) (warnings []string, causes []metav1.StatusCause)
}

// Auth says who may come in over TCP. Unix sockets are guarded by their file
// permissions instead.
type Auth struct {
	// Token is what clients send as "Authorization: Bearer TOKEN". Without
	// one nothing but unix sockets is served. At least MinToken characters.
	Token string

	// Hosts are names beside localhost and the address listened on that a
	// request's Host may have, without port. Others are refused, so that no
	// web page can reach the server through a name of its own.
	Hosts []string
}

// MinToken is how short a token may be, in bytes.
const MinToken = 16

// Limits bound what clients can ask for. They never end a watch, a followed
// log or a shell that is merely quiet.
type Limits struct {
	HeaderBytes  int           // of a request's header, 64 KiB
	PodBytes     int64         // of a pod to be created, 128 KB as the page's service has it
	ExecBytes    int64         // of an exec's configuration, 128 KiB
	HeaderTime   time.Duration // until the header has come, 10 s
	BodyTime     time.Duration // until the body has come, 30 s
	WriteTime    time.Duration // until a client takes a piece of a list or watch, 60 s
	IdleTime     time.Duration // between two requests of a connection, 2 min
	Connections  int           // at the same time, 1024
	ExecsWaiting int           // execs created and not started, 256
	ExecsRunning int           // execs running, 1024
	ExecsEnded   int           // ended execs whose exit code is remembered, 1024
	StartWithin  time.Duration // in which a created exec must be started, 60 s
	EndedFor     time.Duration // how long an exit code is remembered, 10 min
	LingerTime   time.Duration // for the client to close its side of an ended stream, 2 s
}

// DefaultLimits are the limits that Limits' fields name.
func DefaultLimits() Limits {
	return Limits{
		HeaderBytes:  64 << 10,
		PodBytes:     128_000,
		ExecBytes:    128 << 10,
		HeaderTime:   10 * time.Second,
		BodyTime:     30 * time.Second,
		WriteTime:    60 * time.Second,
		IdleTime:     2 * time.Minute,
		Connections:  1024,
		ExecsWaiting: 256,
		ExecsRunning: 1024,
		ExecsEnded:   1024,
		StartWithin:  60 * time.Second,
		EndedFor:     10 * time.Minute,
		LingerTime:   2 * time.Second,
	}
}

// orDefault puts the defaults where fields are zero.
func orDefault(l Limits) Limits {
	d := DefaultLimits()
	ints := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	times := func(p *time.Duration, v time.Duration) {
		if *p <= 0 {
			*p = v
		}
	}
	ints(&l.HeaderBytes, d.HeaderBytes)
	ints(&l.Connections, d.Connections)
	ints(&l.ExecsWaiting, d.ExecsWaiting)
	ints(&l.ExecsRunning, d.ExecsRunning)
	ints(&l.ExecsEnded, d.ExecsEnded)
	if l.PodBytes <= 0 {
		l.PodBytes = d.PodBytes
	}
	if l.ExecBytes <= 0 {
		l.ExecBytes = d.ExecBytes
	}
	times(&l.HeaderTime, d.HeaderTime)
	times(&l.BodyTime, d.BodyTime)
	times(&l.WriteTime, d.WriteTime)
	times(&l.IdleTime, d.IdleTime)
	times(&l.StartWithin, d.StartWithin)
	times(&l.EndedFor, d.EndedFor)
	times(&l.LingerTime, d.LingerTime)
	return l
}

// Server serves the pod API over one engine. It is an http.Handler, for tests
// and for being embedded; Listen and Serve give it sockets with the limits and
// guards that belong to them. Safe for concurrent use.
type Server struct {
	engine   engine.Engine
	opts     Options
	limits   Limits
	token    tokenHash
	execs    *registry
	activity activity
	http     *http.Server
	routes   []route

	// life is done once the server shuts down: watches, logs and execs end.
	life context.Context
	end  context.CancelFunc

	// streams counts the exec streams under way, which net/http has let go of.
	streams sync.WaitGroup
	mu      sync.Mutex
	closing bool
}

// New makes a server. It panics without an engine: that is a mistake of the
// program, not of its user.
func New(o Options) *Server {
	if o.Engine == nil {
		panic("apiserver.New: no engine")
	}
	s := &Server{engine: o.Engine, opts: o, limits: orDefault(o.Limits)}
	if s.opts.Log == nil {
		s.opts.Log = func(string) {}
	}
	if s.opts.Validate == nil {
		s.opts.Validate = pageRules
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.token = hashToken(o.Auth.Token)
	s.execs = newRegistry(s.limits)
	s.routes = s.table()
	s.http = s.newHTTP()
	s.activity.touch()
	return s
}

// Shutdown ends the server in order: no new connections, watches and logs end
// as streams that are over, exec processes are ended and their streams closed,
// requests under way are answered. When ctx is done first the rest is cut off
// and its error returned. The engine stays open.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.end()
	s.execs.shutdown()
	done := make(chan struct{})
	go func() { // ends with the streams, which end with their processes
		s.streams.Wait()
		close(done)
	}()
	err := s.http.Shutdown(ctx)
	select {
	case <-done:
	case <-ctx.Done():
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		return errors.Join(err, s.http.Close())
	}
	return nil
}

// enter counts one more exec stream, unless the server is going down.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.streams.Add(1)
	return true
}
