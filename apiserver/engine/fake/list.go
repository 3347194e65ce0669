package fake

import (
	"context"
	"io"
	"iter"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// List yields the pods, each decoded from its JSON. The server takes ListRaw.
func (e *Engine) List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return func(yield func(*corev1.Pod, error) bool) {
		for r, err := range e.page(ctx, namespace, opts, meta) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(r.object(), nil) {
				return
			}
		}
	}
}

// ListRaw yields the pods as JSON.
func (e *Engine) ListRaw(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var buf []byte
		for r, err := range e.page(ctx, namespace, opts, meta) {
			if err == nil {
				buf, err = r.json(buf[:0])
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(buf, nil) {
				return
			}
		}
	}
}

// page yields the records of one page. It works on the pods as they are when
// it begins: records never change, so a copy of the pointers is a snapshot.
func (e *Engine) page(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		sel, err := engine.SelectPods(opts)
		if err != nil {
			yield(nil, err)
			return
		}
		token, err := engine.ParsePageToken(opts.Continue)
		if err != nil {
			yield(nil, err)
			return
		}
		all, version := e.snapshot(namespace, token.Name)
		if token.ResourceVersion == "" {
			token.ResourceVersion = strconv.FormatUint(version, 10)
		}
		*meta = api.ListMeta{ResourceVersion: token.ResourceVersion}
		var slim corev1.Pod
		var given int64
		for i, r := range all {
			if !sel.Everything() && !sel.HasPod(r.slim(&slim)) {
				continue
			}
			if opts.Limit > 0 && given == opts.Limit {
				token.Namespace, token.Name = api.DefaultNamespace, all[i-1].name
				meta.Continue = token.Encode()
				if sel.Everything() {
					meta.Remaining = int64(len(all) - i)
				}
				return
			}
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(r, nil) {
				return
			}
			given++
		}
	}
}

// snapshot is the pods behind the name, in order, and the version they are at.
func (e *Engine) snapshot(namespace, behind string) ([]*record, uint64) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if namespace != "" && namespace != api.DefaultNamespace {
		return nil, e.version
	}
	from := 0
	if behind != "" {
		i, ok := e.index(behind)
		from = i
		if ok {
			from++
		}
	}
	return append([]*record(nil), e.pods[from:]...), e.version
}

// Watch reports changes.
func (e *Engine) Watch(_ context.Context, namespace string, opts api.ListOptions) (engine.Watch, error) {
	sel, err := engine.SelectPods(opts)
	if err != nil {
		return nil, err
	}
	w := &watch{engine: e, sel: sel, closed: make(chan struct{}), none: namespace != "" && namespace != api.DefaultNamespace}
	if opts.ResourceVersion == "" || opts.ResourceVersion == "0" {
		all, version := e.snapshot(namespace, "")
		w.cursor, w.told = version, version
		var slim corev1.Pod
		for _, r := range all {
			if sel.HasPod(r.slim(&slim)) {
				w.initial = append(w.initial, r)
			}
		}
		return w, nil
	}
	version, err := strconv.ParseUint(opts.ResourceVersion, 10, 64)
	if err != nil {
		return nil, &api.QueryError{Param: "resourceVersion", Value: opts.ResourceVersion, Want: "one that this server gave"}
	}
	w.cursor, w.told = version, version
	e.mu.RLock()
	defer e.mu.RUnlock()
	return w, e.reachable(version)
}

// reachable tells whether history goes on from the version. The lock is held.
func (e *Engine) reachable(version uint64) error {
	oldest := e.version // without any history only now is reachable
	if len(e.history) > 0 {
		oldest = e.history[0].version - 1
	}
	if version < oldest || version > e.version {
		return apierrors.NewResourceExpired("resourceVersion " + strconv.FormatUint(version, 10) +
			" cannot be resumed from: the changes kept go from " + strconv.FormatUint(oldest, 10) + " to " + strconv.FormatUint(e.version, 10))
	}
	return nil
}

// bookmarkAfter is how long a watch that is told nothing waits before it is
// told how far things have gone.
const bookmarkAfter = 5 * time.Second

// watch is a cursor in the engine's history.
type watch struct {
	engine  *Engine
	sel     engine.Selection
	none    bool // another namespace than the one there is
	initial []*record
	cursor  uint64 // the last change that has been looked at
	told    uint64 // the last version the client knows of

	once   sync.Once
	closed chan struct{}
}

// Next waits for the next event.
func (w *watch) Next(ctx context.Context) (engine.Event, error) {
	if len(w.initial) > 0 {
		r := w.initial[0]
		w.initial = w.initial[1:]
		return engine.Event{Type: api.EventAdded, Pod: r.object()}, nil
	}
	for {
		ev, ok, news, err := w.scan()
		if err != nil || ok {
			return ev, err
		}
		var quiet <-chan time.Time
		if w.cursor > w.told {
			quiet = w.engine.clock.After(bookmarkAfter)
		}
		select {
		case <-news:
		case <-quiet:
			w.told = w.cursor
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{ResourceVersion: strconv.FormatUint(w.cursor, 10)}}
			return engine.Event{Type: api.EventBookmark, Pod: pod}, nil
		case <-w.closed:
			return engine.Event{}, io.EOF
		case <-w.engine.life.Done():
			return engine.Event{}, io.EOF
		case <-ctx.Done():
			return engine.Event{}, ctx.Err()
		}
	}
}

// scan looks for the next change that the watch selects, and else gives what
// tells of a new one.
func (w *watch) scan() (ev engine.Event, ok bool, news <-chan struct{}, err error) {
	e := w.engine
	e.mu.RLock()
	defer e.mu.RUnlock()
	if err := e.reachable(w.cursor); err != nil {
		return ev, false, nil, err
	}
	for i := len(e.history) - int(e.version-w.cursor); i < len(e.history); i++ {
		c := e.history[i]
		w.cursor = c.version
		if ev, ok := w.event(c); ok {
			w.told = c.version
			return ev, true, nil, nil
		}
	}
	return ev, false, e.news, nil
}

// event is what the change means to this watch: a pod that comes to be
// selected is added for it, one that ceases to be is deleted.
func (w *watch) event(c change) (engine.Event, bool) {
	var slim corev1.Pod
	had := !w.none && c.before != nil && w.sel.HasPod(c.before.slim(&slim))
	slim = corev1.Pod{}
	has := !w.none && c.after != nil && w.sel.HasPod(c.after.slim(&slim))
	switch {
	case has && had:
		return engine.Event{Type: api.EventModified, Pod: c.after.object()}, true
	case has:
		return engine.Event{Type: api.EventAdded, Pod: c.after.object()}, true
	case had:
		pod := c.before.object()
		pod.ResourceVersion = strconv.FormatUint(c.version, 10)
		return engine.Event{Type: api.EventDeleted, Pod: pod}, true
	}
	return engine.Event{}, false
}

// Close ends the watch.
func (w *watch) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}
