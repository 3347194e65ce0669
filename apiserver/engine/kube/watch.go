package kube

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// watch is a running watch of the cluster. It implements engine.Watch.
type watch struct {
	cancel context.CancelFunc
	body   io.Closer
	events chan watched
	done   sync.WaitGroup
}

type watched struct {
	event engine.Event
	err   error
}

// Watch implements engine.Reader.
func (e *Engine) Watch(ctx context.Context, namespace string, opts api.ListOptions) (engine.Watch, error) {
	q := opts.Query()
	q.Set("watch", "true")
	q.Set("allowWatchBookmarks", "true")
	life, cancel := context.WithCancel(context.WithoutCancel(ctx)) // Next has a context of its own
	stop := context.AfterFunc(ctx, cancel)                         // until the watch is there
	resp, err := e.call(life, http.MethodGet, podSegments(namespace), q, nil)
	stop()
	if err != nil {
		cancel()
		return nil, err
	}
	w := &watch{cancel: cancel, body: resp.Body, events: make(chan watched)}
	w.done.Go(func() { w.read(life, json.NewDecoder(resp.Body)) }) // ends by Close
	return w, nil
}

// read decodes events until the first error, which it repeats for whoever asks.
func (w *watch) read(ctx context.Context, dec *json.Decoder) {
	for {
		ev, err := nextEvent(dec)
		for {
			select {
			case w.events <- watched{ev, err}:
			case <-ctx.Done():
				return
			}
			if err == nil {
				break
			}
		}
	}
}

func nextEvent(dec *json.Decoder) (engine.Event, error) {
	var line struct {
		Type   api.EventType   `json:"type"`
		Object json.RawMessage `json:"object"`
	}
	if err := dec.Decode(&line); err != nil {
		if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return engine.Event{}, io.EOF
		}
		return engine.Event{}, fmt.Errorf("read the watch of the cluster: %w", err)
	}
	if line.Type == api.EventError {
		var st metav1.Status
		if err := json.Unmarshal(line.Object, &st); err != nil {
			return engine.Event{}, fmt.Errorf("read the watch's error: %w", err)
		}
		return engine.Event{}, &apierrors.StatusError{ErrStatus: st}
	}
	pod := &corev1.Pod{}
	if err := json.Unmarshal(line.Object, pod); err != nil {
		return engine.Event{}, fmt.Errorf("read an event of the watch: %w", err)
	}
	return engine.Event{Type: line.Type, Pod: pod}, nil
}

// Next implements engine.Watch.
func (w *watch) Next(ctx context.Context) (engine.Event, error) {
	select {
	case got := <-w.events:
		return got.event, got.err
	case <-ctx.Done():
		return engine.Event{}, ctx.Err() // the contract says so
	}
}

// Close implements engine.Watch.
func (w *watch) Close() error {
	w.cancel()
	err := w.body.Close()
	w.done.Wait()
	return err // it is the body's own
}
