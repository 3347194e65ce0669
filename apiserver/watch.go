package apiserver

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// The time a watch is kept open when the client says none: Kubernetes' choice,
// spread so that many clients do not return at once.
const (
	watchAtLeast = 30 * time.Minute
	watchSpread  = 30 * time.Minute
)

// wireEvent is one line of a watch.
type wireEvent struct {
	Type   api.EventType `json:"type"`
	Object any           `json:"object"`
}

// bookmark is all that a BOOKMARK event says.
type bookmark struct {
	metav1.TypeMeta `json:",inline"`
	Metadata        struct {
		ResourceVersion   string `json:"resourceVersion"`
		CreationTimestamp *int   `json:"creationTimestamp"`
	} `json:"metadata"`
}

// watchPods streams changes, one JSON object per line, until the client goes,
// the time is over or the server shuts down. A version that is too old is a
// 410, as the answer's status where nothing has been sent, else as an ERROR
// event.
func (s *Server) watchPods(w http.ResponseWriter, r *http.Request, namespace string, opts api.ListOptions) error {
	bookmarks, err := boolParam(r.URL.Query(), "allowWatchBookmarks")
	if err != nil {
		return err
	}
	if opts.Timeout <= 0 {
		opts.Timeout = watchAtLeast + rand.N(watchSpread)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	watch, err := s.engine.Watch(ctx, namespace, opts)
	if err != nil {
		return err
	}
	defer func() {
		if err := watch.Close(); err != nil {
			s.opts.Log("close a watch of the engine: " + err.Error())
		}
	}()
	// Only from here on: an engine may first have to wait for its own server,
	// and a time that is over before the watch is there would be a failure.
	ctx, over := context.WithTimeout(ctx, opts.Timeout)
	defer over()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	out := &timedWriter{w: w, rc: http.NewResponseController(w), limit: s.limits.WriteTime}
	if err := out.rc.Flush(); err != nil {
		panic(http.ErrAbortHandler)
	}
	s.pumpWatch(ctx, watch, json.NewEncoder(out), bookmarks)
	return nil
}

// pumpWatch writes events until there are no more, or no one to write to.
func (s *Server) pumpWatch(ctx context.Context, watch engine.Watch, enc *json.Encoder, bookmarks bool) {
	enc.SetEscapeHTML(false)
	for {
		ev, err := watch.Next(ctx)
		switch {
		case errors.Is(err, io.EOF), ctx.Err() != nil:
			return
		case err != nil:
			st := statusOf(err)
			ev := wireEvent{Type: api.EventError, Object: st}
			_ = enc.Encode(ev) // the watch ends here either way
			return
		case ev.Type == api.EventBookmark && !bookmarks:
			continue
		}
		if err := enc.Encode(wireEvent{Type: ev.Type, Object: wireObject(ev)}); err != nil {
			return // the client has gone
		}
	}
}

func wireObject(ev engine.Event) any {
	if ev.Type != api.EventBookmark {
		return typed(ev.Pod)
	}
	b := bookmark{TypeMeta: metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"}}
	if ev.Pod == nil {
		ev.Pod = &corev1.Pod{}
	}
	b.Metadata.ResourceVersion = ev.Pod.ResourceVersion
	return b
}
