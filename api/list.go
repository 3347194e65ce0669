package api

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// ListOptions restrict and page a list, and say where a watch begins. The API
// page knows only LabelSelector; the rest is spelled as Kubernetes spells it
// and sent only where Info names the capability.
type ListOptions struct {
	LabelSelector   string        // full grammar: a=b,c!=d,e in (f,g),!h
	FieldSelector   string        // such as metadata.name=web
	Limit           int64         // rows of a page at most, 0 for all (CapLimit)
	Continue        string        // from ListMeta of the page before (CapLimit)
	ResourceVersion string        // where a watch resumes (CapWatch)
	Timeout         time.Duration // how long the server may keep a watch open, 0 for its choice

	// Memo, when given, saves a client that polls from decoding unchanged
	// pods again. It is no part of the request.
	Memo *RowMemo
}

// Query spells the options as a query string's values; empty ones are left out.
func (o ListOptions) Query() url.Values {
	q := url.Values{}
	set := func(key, value string) {
		if value != "" {
			q.Set(key, value)
		}
	}
	set("labelSelector", o.LabelSelector)
	set("fieldSelector", o.FieldSelector)
	set("continue", o.Continue)
	set("resourceVersion", o.ResourceVersion)
	if o.Limit > 0 {
		q.Set("limit", strconv.FormatInt(o.Limit, 10))
	}
	if o.Timeout > 0 {
		q.Set("timeoutSeconds", strconv.FormatInt(int64(o.Timeout/time.Second), 10))
	}
	return q
}

// ListMeta is what a list says beside its items; it is known once the list has
// been read whole.
type ListMeta struct {
	ResourceVersion string // where a watch may begin, "" when the endpoint has none
	Continue        string // token of the next page, "" on the last
	Remaining       int64  // items after this page, as far as the server says
}

// EventType is what happened to a watched pod.
type EventType string

// The event types of a watch, as Kubernetes spells them.
const (
	EventAdded    EventType = "ADDED"
	EventModified EventType = "MODIFIED"
	EventDeleted  EventType = "DELETED"
	EventBookmark EventType = "BOOKMARK" // only ResourceVersion is meant
	EventError    EventType = "ERROR"    // on the wire only; Next returns it as an error
)

// RowEvent is one change that a client's watch reports.
type RowEvent struct {
	Type            EventType
	Row             PodRow // empty for a bookmark
	ResourceVersion string // where to resume after this event
}

// RowWatch is a client's running watch. Next waits for the next event until
// ctx is done; io.EOF means that the server ended the watch in order (resume
// from the last ResourceVersion), an apierrors "Expired" (410) that a new list
// is needed. Not safe for concurrent use, except Close, which ends a waiting
// Next and must be called once the watch is no longer needed.
type RowWatch interface {
	Next(ctx context.Context) (RowEvent, error)
	Close() error
}

// PodObject is one pod as the server sent it. Raw is the truth: field order,
// numbers and unknown fields are kept there, and every view, copy and
// recreation of the manifest is made from it. Pod is the same, decoded.
type PodObject struct {
	Raw json.RawMessage
	Pod *corev1.Pod
}

// Row is the object's compact row.
func (o PodObject) Row() PodRow { return RowOf(o.Pod) }

// DeleteOptions are the wishes for a delete. A nil GracePeriodSeconds leaves
// the pod's own; 0 ends it at once.
type DeleteOptions struct {
	GracePeriodSeconds *int64
	UID                string // when set, a pod of another UID is not deleted (409)
}

// Body is the request body for the options: exactly what the page needs and
// no kind of field that a strict server could refuse.
func (o DeleteOptions) Body() metav1.DeleteOptions {
	body := metav1.DeleteOptions{
		TypeMeta:           metav1.TypeMeta{Kind: "DeleteOptions", APIVersion: "v1"},
		GracePeriodSeconds: o.GracePeriodSeconds,
	}
	if o.UID != "" {
		uid := types.UID(o.UID)
		body.Preconditions = &metav1.Preconditions{UID: &uid}
	}
	return body
}
