package host

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
)

// List implements engine.Reader.
func (e *Engine) List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return func(yield func(*corev1.Pod, error) bool) {
		selection, err := engine.SelectPods(opts)
		if err != nil {
			yield(nil, err)
			return
		}
		from, err := engine.ParsePageToken(opts.Continue)
		if err != nil {
			yield(nil, err)
			return
		}
		all, version := e.store.snapshot(namespace)
		if from.ResourceVersion == "" {
			from.ResourceVersion = formatVersion(version)
		}
		var page []*corev1.Pod
		rest := int64(0)
		for _, pod := range all {
			switch {
			case from.Before(pod.Namespace, pod.Name) || !selection.HasPod(pod):
			case opts.Limit > 0 && int64(len(page)) >= opts.Limit:
				rest++
			default:
				page = append(page, pod)
			}
		}
		if meta != nil {
			*meta = api.ListMeta{ResourceVersion: from.ResourceVersion}
			if rest > 0 {
				last := page[len(page)-1]
				meta.Remaining = rest
				meta.Continue = engine.PageToken{ResourceVersion: from.ResourceVersion, Namespace: last.Namespace, Name: last.Name}.Encode()
			}
		}
		for _, pod := range page {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(pod.DeepCopy(), nil) {
				return
			}
		}
	}
}

// Get implements engine.Reader.
func (e *Engine) Get(_ context.Context, namespace, name string) (*corev1.Pod, error) {
	pod, err := e.store.get(namespace, name)
	if err != nil {
		return nil, err
	}
	return pod.DeepCopy(), nil
}

// Watch implements engine.Reader. A watch reads the store's history at its own
// pace; one that falls further behind than historySize changes ends with
// Expired.
func (e *Engine) Watch(_ context.Context, namespace string, opts api.ListOptions) (engine.Watch, error) {
	selection, err := engine.SelectPods(opts)
	if err != nil {
		return nil, err
	}
	w := &watch{store: e.store, closed: make(chan struct{})}
	w.selected = func(pod *corev1.Pod) bool {
		return (namespace == "" || pod.Namespace == namespace) && selection.HasPod(pod)
	}
	if opts.ResourceVersion == "" || opts.ResourceVersion == "0" {
		var present []*corev1.Pod
		present, w.version = e.store.snapshot(namespace)
		for _, pod := range present {
			if w.selected(pod) {
				w.queue = append(w.queue, engine.Event{Type: api.EventAdded, Pod: pod})
			}
		}
	} else {
		if w.version, err = strconv.ParseUint(opts.ResourceVersion, 10, 64); err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("resourceVersion %q is none that this server gave", opts.ResourceVersion))
		}
		if _, _, known, _ := e.store.since(w.version); !known || w.version > e.store.current() {
			return nil, expired(w.version)
		}
	}
	if opts.Timeout > 0 {
		w.timer = time.NewTimer(opts.Timeout)
		w.timeout = w.timer.C
	}
	return w, nil
}

func expired(version uint64) error {
	return apierrors.NewResourceExpired(fmt.Sprintf("resourceVersion %d is too old to watch from: list again", version))
}

// watch implements engine.Watch.
type watch struct {
	store    *store
	selected func(*corev1.Pod) bool
	timer    *time.Timer
	timeout  <-chan time.Time

	queue   []engine.Event // not yet handed out
	version uint64         // everything up to it is in queue or handed out

	once   sync.Once
	closed chan struct{}
}

// Next implements engine.Watch. It is for one goroutine at a time.
func (w *watch) Next(ctx context.Context) (engine.Event, error) {
	for {
		if err := ctx.Err(); err != nil {
			return engine.Event{}, err
		}
		if len(w.queue) > 0 {
			event := w.queue[0]
			w.queue = w.queue[1:]
			event.Pod = event.Pod.DeepCopy()
			return event, nil
		}
		changes, wait, known, more := w.store.since(w.version)
		if !known {
			return engine.Event{}, expired(w.version)
		}
		for _, c := range changes {
			w.version = c.version
			if kind, pod, ok := eventFor(c, w.selected); ok {
				w.queue = append(w.queue, engine.Event{Type: kind, Pod: pod})
			}
		}
		if len(w.queue) > 0 {
			continue
		}
		if !more {
			return engine.Event{}, io.EOF
		}
		select {
		case <-wait:
		case <-w.timeout:
			return engine.Event{}, io.EOF
		case <-w.closed:
			return engine.Event{}, io.EOF
		case <-ctx.Done():
			return engine.Event{}, ctx.Err()
		}
	}
}

// Close implements engine.Watch.
func (w *watch) Close() error {
	w.once.Do(func() {
		close(w.closed)
		if w.timer != nil {
			w.timer.Stop()
		}
	})
	return nil
}
