package apiserver

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"podium/api"
)

// podLog streams a container's log as text. Following goes on until the
// container ends, the client goes or the server shuts down. A client may be
// slow at it: somebody may be reading.
func (s *Server) podLog(w http.ResponseWriter, r *http.Request, p params) error {
	opts, err := api.ParseLogQuery(r.URL.Query())
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	log, err := s.engine.Log(ctx, p["namespace"], p["name"], opts)
	if err != nil {
		return err
	}
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { // a following Read waits for no context
		defer close(closed)
		_ = log.Close() // closed again below, where its error is told
	})
	defer func() {
		if !stop() {
			<-closed
			return
		}
		if err := log.Close(); err != nil {
			s.opts.Log("close a log of the engine: " + err.Error())
		}
	}()
	var in io.Reader = log
	if opts.LimitBytes != nil {
		in = io.LimitReader(log, *opts.LimitBytes)
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	rc := http.NewResponseController(w)
	if err := rc.Flush(); err != nil {
		panic(http.ErrAbortHandler)
	}
	buf := make([]byte, listBuffer)
	for {
		n, err := in.Read(buf)
		if n > 0 {
			if _, werr := w.Write(buf[:n]); werr != nil {
				return nil // the client has gone: nobody to tell
			}
			if ferr := rc.Flush(); ferr != nil {
				return nil // as above
			}
		}
		switch {
		case errors.Is(err, io.EOF), ctx.Err() != nil:
			return nil
		case err != nil:
			return fmt.Errorf("read the log of pod %q: %w", p["name"], err)
		}
	}
}
