package docker

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
)

// List implements engine.Reader. While the daemon is away it is
// ServiceUnavailable rather than an old state shown as the present one.
func (e *Engine) List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return func(yield func(*corev1.Pod, error) bool) {
		page, err := e.page(ctx, namespace, opts, meta)
		if err != nil {
			yield(nil, err)
			return
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

// page finds the pods of one page, read only, and fills in meta.
func (e *Engine) page(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) ([]*corev1.Pod, error) {
	selection, err := engine.SelectPods(opts)
	if err != nil {
		return nil, err
	}
	from, err := engine.ParsePageToken(opts.Continue)
	if err != nil {
		return nil, err
	}
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	all, version := e.store.snapshot(namespace)
	if from.ResourceVersion == "" {
		from.ResourceVersion = formatVersion(version)
	}
	page := slices.DeleteFunc(all, func(pod *corev1.Pod) bool {
		return from.Before(pod.Namespace, pod.Name) || !selection.HasPod(pod)
	})
	listed := api.ListMeta{ResourceVersion: from.ResourceVersion}
	if n := int(min(opts.Limit, int64(len(page)))); n > 0 && n < len(page) {
		listed.Remaining = int64(len(page) - n)
		page = page[:n]
		last := page[n-1]
		listed.Continue = engine.PageToken{ResourceVersion: from.ResourceVersion, Namespace: last.Namespace, Name: last.Name}.Encode()
	}
	if meta != nil {
		*meta = listed
	}
	return page, nil
}

// Get implements engine.Reader.
func (e *Engine) Get(ctx context.Context, namespace, name string) (*corev1.Pod, error) {
	pod, err := e.find(ctx, namespace, name)
	if err != nil {
		return nil, err
	}
	return pod.DeepCopy(), nil
}

// find is Get without the copy.
func (e *Engine) find(ctx context.Context, namespace, name string) (*corev1.Pod, error) {
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	return e.store.get(podKey{namespace, name})
}

// Watch implements engine.Reader. A watch ends with ServiceUnavailable when
// the connection to the daemon does, since changes may then be missed.
func (e *Engine) Watch(ctx context.Context, namespace string, opts api.ListOptions) (engine.Watch, error) {
	selection, err := engine.SelectPods(opts)
	if err != nil {
		return nil, err
	}
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	w := &watch{store: e.store, closed: make(chan struct{}), selected: func(pod *corev1.Pod) bool {
		return (namespace == "" || pod.Namespace == namespace) && selection.HasPod(pod)
	}}
	if v := opts.ResourceVersion; v == "" || v == "0" {
		var present []*corev1.Pod
		present, w.version = e.store.snapshot(namespace)
		for _, pod := range present {
			if w.selected(pod) {
				w.queue = append(w.queue, engine.Event{Type: api.EventAdded, Pod: pod})
			}
		}
	} else if w.version, err = strconv.ParseUint(v, 10, 64); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("resourceVersion %q is none that this server gave", v))
	}
	t := e.store.since(w.version)
	if !t.known {
		return nil, tooOld(w.version)
	}
	w.broken = t.broken
	if opts.Timeout > 0 {
		w.timer = time.NewTimer(opts.Timeout)
		w.over = w.timer.C
	}
	return w, nil
}

func tooOld(version uint64) error {
	return apierrors.NewResourceExpired(fmt.Sprintf("the changes since resourceVersion %d are not known any more: list again", version))
}

// watch implements engine.Watch over the steps of the store.
type watch struct {
	store    *store
	selected func(*corev1.Pod) bool
	timer    *time.Timer
	over     <-chan time.Time
	queue    []engine.Event
	version  uint64
	broken   uint64
	once     sync.Once
	closed   chan struct{}
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
		t := w.store.since(w.version)
		if !t.known {
			return engine.Event{}, tooOld(w.version)
		}
		for _, c := range t.steps {
			w.version = c.version
			if kind, pod, ok := eventOf(c, w.selected); ok {
				w.queue = append(w.queue, engine.Event{Type: kind, Pod: pod})
			}
		}
		switch {
		case len(w.queue) > 0:
			continue
		case t.frozen:
			return engine.Event{}, io.EOF
		case t.broken != w.broken:
			return engine.Event{}, apierrors.NewServiceUnavailable(t.why.Error())
		}
		select {
		case <-t.wait:
		case <-w.over:
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

// Namespaces implements engine.Namespacer: default, and those that have pods.
// Any other comes to be with its first pod.
func (e *Engine) Namespaces(ctx context.Context) ([]string, error) {
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	names := []string{api.DefaultNamespace}
	pods, _ := e.store.snapshot("")
	for _, pod := range pods {
		names = append(names, pod.Namespace)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
