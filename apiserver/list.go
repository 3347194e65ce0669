package apiserver

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// listPods is the API page's List, and a watch where the query says so. It
// writes the items as the engine yields them; the list's metadata follows
// them, as it is known only then.
func (s *Server) listPods(w http.ResponseWriter, r *http.Request, p params) error {
	q := r.URL.Query()
	opts, err := listOptions(q)
	if err != nil {
		return err
	}
	if _, err := engine.SelectPods(opts); err != nil {
		return err
	}
	watch, err := boolParam(q, "watch")
	if err != nil {
		return err
	}
	if watch {
		return s.watchPods(w, r, p["namespace"], opts)
	}
	if _, err := engine.ParsePageToken(opts.Continue); err != nil && !s.ownTokens() {
		return err
	}
	var meta api.ListMeta
	next, stop := iter.Pull2(s.rawList(r, p["namespace"], opts, &meta))
	defer stop()
	// The first item decides between an error and a list.
	item, err, more := next()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(http.StatusOK)
	out := bufio.NewWriterSize(&timedWriter{w: w, rc: http.NewResponseController(w), limit: s.limits.WriteTime}, listBuffer)
	_, _ = out.WriteString(`{"kind":"PodList","apiVersion":"v1","items":[`) // bufio keeps the error for Flush
	for i := 0; more; i++ {
		if err != nil {
			return fmt.Errorf("list pods of %q: %w", p["namespace"], err)
		}
		if i > 0 {
			_ = out.WriteByte(',')
		}
		if _, err := out.Write(item); err != nil {
			panic(http.ErrAbortHandler) // the client has gone
		}
		item, err, more = next()
	}
	tail, err := json.Marshal(listMeta(meta))
	if err != nil {
		return fmt.Errorf("encode the list's metadata: %w", err)
	}
	_, _ = fmt.Fprintf(out, "],\"metadata\":%s}\n", tail)
	if out.Flush() != nil {
		panic(http.ErrAbortHandler)
	}
	return nil
}

// listBuffer is how much of a list goes out at once: a usual copy buffer.
const listBuffer = 32 << 10

func listMeta(m api.ListMeta) metav1.ListMeta {
	out := metav1.ListMeta{ResourceVersion: m.ResourceVersion, Continue: m.Continue}
	if m.Continue != "" && m.Remaining > 0 {
		out.RemainingItemCount = &m.Remaining
	}
	return out
}

// ownTokens tells whether the engine pages with tokens of its own making,
// which engines over another API server do: then they judge them.
func (s *Server) ownTokens() bool {
	_, own := s.engine.(engine.Namespacer)
	return own
}

// rawList yields each pod as JSON: the engine's own where it has some, else
// encoded here, in a buffer that all share.
func (s *Server) rawList(r *http.Request, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[[]byte, error] {
	if raw, ok := s.engine.(engine.RawLister); ok {
		return raw.ListRaw(r.Context(), namespace, opts, meta)
	}
	return func(yield func([]byte, error) bool) {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		for pod, err := range s.engine.List(r.Context(), namespace, opts, meta) {
			b.Reset()
			if err == nil {
				err = enc.Encode(typed(pod))
			}
			if !yield(bytes.TrimSuffix(b.Bytes(), []byte("\n")), err) || err != nil {
				return
			}
		}
	}
}

// listOptions reads a list's query. Parameters it does not know are ignored.
func listOptions(q url.Values) (api.ListOptions, error) {
	o := api.ListOptions{
		LabelSelector:   q.Get("labelSelector"),
		FieldSelector:   q.Get("fieldSelector"),
		Continue:        q.Get("continue"),
		ResourceVersion: q.Get("resourceVersion"),
	}
	var err error
	if o.Limit, err = intParam(q, "limit"); err != nil {
		return o, err
	}
	seconds, err := intParam(q, "timeoutSeconds")
	if err != nil {
		return o, err
	}
	o.Timeout = time.Duration(min(seconds, math.MaxInt32)) * time.Second
	return o, nil
}

func intParam(q url.Values, name string) (int64, error) {
	v := q.Get(name)
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, &api.QueryError{Param: name, Value: v, Want: "a whole number of at least 0"}
	}
	return n, nil
}

func boolParam(q url.Values, name string) (bool, error) {
	v := q.Get(name)
	if v == "" {
		return false, nil
	}
	on, err := strconv.ParseBool(v)
	if err != nil {
		return false, &api.QueryError{Param: name, Value: v, Want: "true or false"}
	}
	return on, nil
}

// timedWriter gives the client a time to take each piece, so that one that
// takes nothing does not hold a list for ever.
type timedWriter struct {
	w     io.Writer
	rc    *http.ResponseController
	limit time.Duration
}

func (t *timedWriter) Write(p []byte) (int, error) {
	// A response writer without deadlines is no socket: nothing can stall it.
	_ = t.rc.SetWriteDeadline(time.Now().Add(t.limit))
	n, err := t.w.Write(p)
	if err == nil {
		err = t.rc.Flush()
	}
	_ = t.rc.SetWriteDeadline(time.Time{})
	return n, err
}

// events

// listEvents answers the events of pods as an EventList.
func (s *Server) listEvents(w http.ResponseWriter, r *http.Request, p params) error {
	opts, err := listOptions(r.URL.Query())
	if err != nil {
		return err
	}
	if _, err := engine.SelectEvents(opts); err != nil {
		return err
	}
	events, err := s.engine.Events(r.Context(), p["namespace"], opts)
	if err != nil {
		return err
	}
	if events == nil {
		events = []corev1.Event{}
	}
	writeJSON(w, http.StatusOK, corev1.EventList{TypeMeta: metav1.TypeMeta{Kind: "EventList", APIVersion: "v1"}, Items: events})
	return nil
}
