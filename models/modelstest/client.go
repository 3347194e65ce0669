// Package modelstest serves the tests of screens and of ui: a Client whose pods
// and failures a test decides, a Store in memory, an Env with a clock that only
// the test moves, and a driver that presses keys and runs commands in the
// calling goroutine. Nothing but tests may import it.
package modelstest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"podium/api"
	"podium/models"
)

// Client is a models.Client out of memory, safe for concurrent use. Its
// functions, where set, answer instead of its fields.
type Client struct {
	mu      sync.Mutex
	rows    []api.PodRow
	objects map[string]api.PodObject
	watches []*Watch
	calls   []string
	version int

	// InfoAnswer is what Info gives.
	InfoAnswer api.Info

	// The functions that answer instead of the memory.
	OnList   func(ctx context.Context, opts api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error)
	OnWatch  func(ctx context.Context, opts api.ListOptions) (api.RowWatch, error)
	OnGet    func(namespace, name string) (api.PodObject, error)
	OnLog    func(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error)
	OnEvents func(namespace, selector string) ([]corev1.Event, error)
	OnInfo   func(ctx context.Context) (api.Info, error)

	OnNamespaces func() ([]string, error)

	OnCreate func(namespace string, pod []byte) (api.PodObject, []string, error)
	OnPatch  func(namespace, name string, patch []byte) (api.PodObject, []string, error)
	OnDelete func(namespace, name string, opts api.DeleteOptions) error
	OnExec   func(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig) (api.ExecSession, error)
}

var _ models.Client = (*Client)(nil)

// NewClient makes a client that lists the rows.
func NewClient(rows ...api.PodRow) *Client {
	return &Client{rows: rows, objects: map[string]api.PodObject{}, version: 1}
}

// Calls are the requests made so far, one line each such as "delete default/web".
func (c *Client) Calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

// Called counts the requests that begin with prefix.
func (c *Client) Called(prefix string) int {
	n := 0
	for _, call := range c.Calls() {
		if strings.HasPrefix(call, prefix) {
			n++
		}
	}
	return n
}

// SetRows replaces what List gives.
func (c *Client) SetRows(rows ...api.PodRow) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows = rows
	c.version++
}

// SetObject makes Get give the pod with the JSON.
func (c *Client) SetObject(raw string, pod *corev1.Pod) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.objects[pod.Namespace+"/"+pod.Name] = api.PodObject{Raw: []byte(raw), Pod: pod}
}

func (c *Client) note(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, fmt.Sprintf(format, args...))
}

// List gives the rows.
func (c *Client) List(ctx context.Context, namespace string, opts api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error) {
	c.note("list %s %s", namespace, opts.LabelSelector)
	if c.OnList != nil {
		return c.OnList(ctx, opts, each)
	}
	c.mu.Lock()
	rows, version := slices.Clone(c.rows), c.version
	c.mu.Unlock()
	for _, r := range rows {
		if namespace != "" && r.Namespace != namespace {
			continue
		}
		if err := each(r); err != nil {
			return api.ListMeta{}, err
		}
	}
	return api.ListMeta{ResourceVersion: fmt.Sprint(version)}, ctx.Err()
}

// Watch gives a Watch that the test feeds; see Watches.
func (c *Client) Watch(ctx context.Context, namespace string, opts api.ListOptions) (api.RowWatch, error) {
	c.note("watch %s %s", namespace, opts.ResourceVersion)
	if c.OnWatch != nil {
		return c.OnWatch(ctx, opts)
	}
	if !c.InfoAnswer.Has(api.CapWatch) {
		return nil, fmt.Errorf("watch pods: %w", api.ErrNotServed)
	}
	w := NewWatch()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.watches = append(c.watches, w)
	return w, nil
}

// Watches are the watches opened so far, the latest last.
func (c *Client) Watches() []*Watch {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.watches)
}

// Get gives what SetObject set, else a NotFound.
func (c *Client) Get(_ context.Context, namespace, name string) (api.PodObject, error) {
	c.note("get %s/%s", namespace, name)
	if c.OnGet != nil {
		return c.OnGet(namespace, name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if o, ok := c.objects[namespace+"/"+name]; ok {
		return o, nil
	}
	return api.PodObject{}, apierrors.NewNotFound(schema.GroupResource{Resource: "pods"}, name)
}

// Log gives an empty log.
func (c *Client) Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	c.note("log %s/%s %s follow=%v previous=%v", namespace, name, opts.Container, opts.Follow, opts.Previous)
	if c.OnLog != nil {
		return c.OnLog(ctx, namespace, name, opts)
	}
	return io.NopCloser(strings.NewReader("")), nil
}

// Events gives none.
func (c *Client) Events(_ context.Context, namespace, selector string) ([]corev1.Event, error) {
	c.note("events %s %s", namespace, selector)
	if c.OnEvents != nil {
		return c.OnEvents(namespace, selector)
	}
	return nil, nil
}

// Namespaces gives default unless OnNamespaces is set.
func (c *Client) Namespaces(context.Context) ([]string, error) {
	c.note("namespaces")
	if c.OnNamespaces != nil {
		return c.OnNamespaces()
	}
	return []string{"default"}, nil
}

// Info gives InfoAnswer.
func (c *Client) Info(ctx context.Context) (api.Info, error) {
	c.note("info")
	if c.OnInfo != nil {
		return c.OnInfo(ctx)
	}
	return c.InfoAnswer, nil
}

// Create refuses unless OnCreate is set.
func (c *Client) Create(_ context.Context, namespace string, pod []byte) (api.PodObject, []string, error) {
	c.note("create %s", namespace)
	if c.OnCreate != nil {
		return c.OnCreate(namespace, pod)
	}
	return api.PodObject{}, nil, errors.New("this client creates nothing")
}

// Patch refuses unless OnPatch is set.
func (c *Client) Patch(_ context.Context, namespace, name string, patch []byte) (api.PodObject, []string, error) {
	c.note("patch %s/%s", namespace, name)
	if c.OnPatch != nil {
		return c.OnPatch(namespace, name, patch)
	}
	return api.PodObject{}, nil, fmt.Errorf("patch pods: %w", api.ErrNotServed)
}

// Delete removes the row of the pod.
func (c *Client) Delete(_ context.Context, namespace, name string, opts api.DeleteOptions) error {
	grace := "own"
	if opts.GracePeriodSeconds != nil {
		grace = fmt.Sprint(*opts.GracePeriodSeconds)
	}
	c.note("delete %s/%s grace=%s", namespace, name, grace)
	if c.OnDelete != nil {
		return c.OnDelete(namespace, name, opts)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows = slices.DeleteFunc(c.rows, func(r api.PodRow) bool { return r.Namespace == namespace && r.Name == name })
	return nil
}

// Exec refuses unless OnExec is set.
func (c *Client) Exec(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig) (api.ExecSession, error) {
	c.note("exec %s/%s %s %v tty=%v", namespace, pod, container, cfg.Cmd, cfg.TTY)
	if c.OnExec != nil {
		return c.OnExec(ctx, namespace, pod, container, cfg)
	}
	return nil, errors.New("this client runs nothing")
}

// Watch is an api.RowWatch that a test feeds.
type Watch struct {
	events chan event
	done   chan struct{}
	once   sync.Once
}

type event struct {
	ev  api.RowEvent
	err error
}

// NewWatch makes a watch without events.
func NewWatch() *Watch {
	return &Watch{events: make(chan event, 100_000), done: make(chan struct{})}
}

// Send makes the watch report an event.
func (w *Watch) Send(t api.EventType, row api.PodRow) {
	w.events <- event{ev: api.RowEvent{Type: t, Row: row, ResourceVersion: row.ResourceVersion}}
}

// Fail ends the watch with an error.
func (w *Watch) Fail(err error) { w.events <- event{err: err} }

// Next waits for the next event.
func (w *Watch) Next(ctx context.Context) (api.RowEvent, error) {
	select {
	case e := <-w.events:
		return e.ev, e.err
	case <-w.done:
		return api.RowEvent{}, io.ErrClosedPipe
	case <-ctx.Done():
		return api.RowEvent{}, ctx.Err()
	}
}

// Close ends a waiting Next.
func (w *Watch) Close() error {
	w.once.Do(func() { close(w.done) })
	return nil
}

// Closed tells whether Close was called.
func (w *Watch) Closed() bool {
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}
