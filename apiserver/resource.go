package apiserver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"podium/apiserver/engine"
)

// passBytes is the largest body that passes to an engine which answers
// resource requests itself: as large as Kubernetes takes them.
const passBytes = 3 << 20

// resource gives the handler of a path of resources: the engine's own where it
// has one, else the server's. A quiet stream is one that goes on for as long as
// somebody reads.
func (s *Server) resource(own handler, quiet bool) handler {
	to, ok := s.engine.(engine.ResourceServer)
	if !ok {
		return own
	}
	return func(w http.ResponseWriter, r *http.Request, _ params) error {
		return s.pass(to, w, r, quiet)
	}
}

// pass lets the engine answer, within the server's limits.
func (s *Server) pass(to engine.ResourceServer, w http.ResponseWriter, r *http.Request, quiet bool) error {
	client := r.Context()
	ctx, cancel := context.WithCancel(client)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	body, err := s.readBody(w, r, passBytes)
	if err != nil {
		return err
	}
	stream := quiet || r.URL.Query().Get("watch") != ""
	r = r.WithContext(ctx)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	if !quiet {
		w = &timedResponse{ResponseWriter: w, rc: http.NewResponseController(w), limit: s.limits.WriteTime}
	}
	err = to.ServeResource(w, r)
	switch {
	case err == nil:
		return nil
	case client.Err() != nil, errors.Is(err, http.ErrAbortHandler):
		panic(http.ErrAbortHandler) // the client has gone
	case stream && s.life.Err() != nil:
		return goingDownOrOver(w)
	}
	return err
}

// goingDownOrOver ends a stream in order when the server goes down: what has
// begun is over, what has not is refused.
func goingDownOrOver(w http.ResponseWriter) error {
	if begun(w) {
		return nil
	}
	return goingDown()
}

// begun tells whether any of an answer has been sent.
func begun(w http.ResponseWriter) bool {
	for {
		if a, ok := w.(*answer); ok {
			return a.begun
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return false
		}
		w = u.Unwrap()
	}
}

// timedResponse gives the client a time to take each piece of an answer.
type timedResponse struct {
	http.ResponseWriter
	rc    *http.ResponseController
	limit time.Duration
}

// Write sends p within the time.
func (t *timedResponse) Write(p []byte) (int, error) {
	// A response writer without deadlines is no socket: nothing can stall it.
	_ = t.rc.SetWriteDeadline(time.Now().Add(t.limit))
	n, err := t.ResponseWriter.Write(p)
	if err == nil {
		err = t.rc.Flush()
	}
	_ = t.rc.SetWriteDeadline(time.Time{})
	return n, err
}

// Unwrap lets http.ResponseController reach what is below.
func (t *timedResponse) Unwrap() http.ResponseWriter { return t.ResponseWriter }
