package kube

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

// List implements engine.Reader. The order is the cluster's, which is that of
// namespace and name for all but names that are prefixes of one another.
func (e *Engine) List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return func(yield func(*corev1.Pod, error) bool) {
		resp, err := e.call(ctx, http.MethodGet, podSegments(namespace), opts.Query(), nil)
		if err != nil {
			yield(nil, err)
			return
		}
		defer resp.Body.Close()
		var head struct {
			Metadata metav1.ListMeta `json:"metadata"`
		}
		stopped := false
		err = listItems(json.NewDecoder(resp.Body), &head.Metadata, func(pod *corev1.Pod) bool {
			pod.Kind, pod.APIVersion = "Pod", "v1"
			stopped = !yield(pod, nil)
			return !stopped
		})
		if err != nil {
			yield(nil, fmt.Errorf("read the list of the cluster: %w", err))
			return
		}
		if meta != nil && !stopped {
			*meta = api.ListMeta{ResourceVersion: head.Metadata.ResourceVersion, Continue: head.Metadata.Continue}
			if n := head.Metadata.RemainingItemCount; n != nil {
				meta.Remaining = *n
			}
		}
	}
}

// listItems decodes a list as it comes, an item at a time, until take wants no
// more.
func listItems[T any](dec *json.Decoder, meta *metav1.ListMeta, take func(*T) bool) error {
	if err := expect(dec, json.Delim('{')); err != nil {
		return err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err // List wraps it
		}
		switch key {
		case "metadata":
			err = dec.Decode(meta)
		case "items":
			var more bool
			if more, err = takeItems(dec, take); err == nil && !more {
				return nil
			}
		default:
			var ignored json.RawMessage
			err = dec.Decode(&ignored)
		}
		if err != nil {
			return err // List wraps it
		}
	}
	return expect(dec, json.Delim('}'))
}

func takeItems[T any](dec *json.Decoder, take func(*T) bool) (more bool, err error) {
	open, err := dec.Token()
	if err != nil || open == nil { // null, as Go writes an empty list
		return true, err // List wraps it
	}
	for dec.More() {
		item := new(T)
		if err := dec.Decode(item); err != nil {
			return false, err // List wraps it
		}
		if !take(item) {
			return false, nil
		}
	}
	return true, expect(dec, json.Delim(']'))
}

func expect(dec *json.Decoder, want json.Delim) error {
	got, err := dec.Token()
	if err != nil {
		return err // List wraps it
	}
	if got != want {
		return fmt.Errorf("there is %v where %v should be", got, want)
	}
	return nil
}

// Get implements engine.Reader.
func (e *Engine) Get(ctx context.Context, namespace, name string) (*corev1.Pod, error) {
	pod := &corev1.Pod{}
	if _, err := e.object(ctx, http.MethodGet, podSegments(namespace, name), nil, nil, pod); err != nil {
		return nil, err
	}
	return pod, nil
}

// Log implements engine.Reader.
func (e *Engine) Log(ctx context.Context, namespace, name string, opts *corev1.PodLogOptions) (io.ReadCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	resp, err := e.call(ctx, http.MethodGet, podSegments(namespace, name, "log"), api.LogQuery(opts), nil) //nolint:bodyclose // the caller closes the log
	if err != nil {
		cancel()
		return nil, err
	}
	return &logStream{ReadCloser: resp.Body, cancel: cancel}, nil
}

// logStream is a log whose Close ends a Read under way.
type logStream struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close ends the stream.
func (l *logStream) Close() error {
	l.cancel()
	return l.ReadCloser.Close() // it is the body's own
}

// Events implements engine.Reader.
func (e *Engine) Events(ctx context.Context, namespace string, opts api.ListOptions) ([]corev1.Event, error) {
	segments := []string{"api", "v1", "events"}
	if namespace != "" {
		segments = []string{"api", "v1", "namespaces", namespace, "events"}
	}
	var list corev1.EventList
	if _, err := e.object(ctx, http.MethodGet, segments, opts.Query(), nil, &list); err != nil {
		return nil, err
	}
	slices.SortStableFunc(list.Items, func(a, b corev1.Event) int { return eventTime(&a).Compare(eventTime(&b).Time) })
	return list.Items, nil
}

// eventTime is when an event was last seen; the newer and the older API for
// events fill in different fields.
func eventTime(ev *corev1.Event) metav1.Time {
	switch {
	case !ev.LastTimestamp.IsZero():
		return ev.LastTimestamp
	case !ev.EventTime.IsZero():
		return metav1.NewTime(ev.EventTime.Time)
	}
	return ev.CreationTimestamp
}

// Namespaces implements engine.Namespacer.
func (e *Engine) Namespaces(ctx context.Context) ([]string, error) {
	var list metav1.PartialObjectMetadataList
	if _, err := e.object(ctx, http.MethodGet, []string{"api", "v1", "namespaces"}, nil, nil, &list); err != nil {
		return nil, err
	}
	var names []string
	for _, n := range list.Items {
		names = append(names, n.Name)
	}
	slices.SortFunc(names, cmp.Compare[string])
	return names, nil
}
