package docker

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
)

// Bounds of what is remembered of events.
const (
	eventsOfPod = 60
	eventsOfAll = 2000
	eventsFor   = time.Hour
)

// component is the source of the engine's events.
const component = "podium-docker"

// eventLog is what happened lately, in memory. Safe for concurrent use.
type eventLog struct {
	mu     sync.Mutex
	serial int
	list   []*entry // oldest first, by the last time
}

// entry is an event and when it was last, more exactly than events tell.
type entry struct {
	*corev1.Event
	last time.Time
}

func newEventLog() *eventLog { return &eventLog{} }

// at notes an event of a pod at a time. The same again is counted.
func (l *eventLog) at(pod *corev1.Pod, node, path, kind, reason, message string, when time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(when) > eventsFor {
		return
	}
	t := metav1.NewTime(when.UTC().Truncate(time.Second))
	l.serial++
	var event *corev1.Event
	i := slices.IndexFunc(l.list, func(x *entry) bool {
		return x.InvolvedObject.UID == pod.UID && x.Reason == reason && x.InvolvedObject.FieldPath == path && x.Message == message
	})
	if i >= 0 {
		event = l.list[i].Event.DeepCopy()
		l.list = slices.Delete(l.list, i, i+1)
		event.Count++
	} else {
		event = &corev1.Event{
			TypeMeta:       metav1.TypeMeta{Kind: "Event", APIVersion: "v1"},
			ObjectMeta:     metav1.ObjectMeta{Name: fmt.Sprintf("%s.%x.%d", pod.Name, when.UnixNano(), l.serial), Namespace: pod.Namespace, UID: newUID(), CreationTimestamp: t},
			InvolvedObject: corev1.ObjectReference{Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, FieldPath: path},
			Reason:         reason, Message: message, Type: kind, Count: 1, FirstTimestamp: t,
			Source: corev1.EventSource{Component: component, Host: node}, ReportingController: component,
		}
	}
	event.LastTimestamp = t
	event.ResourceVersion = fmt.Sprint(l.serial)
	to := len(l.list)
	for to > 0 && l.list[to-1].last.After(when) {
		to--
	}
	l.list = slices.Insert(l.list, to, &entry{event, when})
	l.trim(pod.UID)
}

// trim drops what is too old, and the oldest of what is too much.
func (l *eventLog) trim(uid types.UID) {
	all, mine := len(l.list)-eventsOfAll, -eventsOfPod
	for _, x := range l.list {
		if x.InvolvedObject.UID == uid {
			mine++
		}
	}
	l.list = slices.DeleteFunc(l.list, func(x *entry) bool {
		ofPod := x.InvolvedObject.UID == uid
		drop := all > 0 || ofPod && mine > 0 || time.Since(x.last) > eventsFor
		if drop {
			all--
			if ofPod {
				mine--
			}
		}
		return drop
	})
}

// Events implements engine.Reader. They are kept for an hour, the latest 60 of
// a pod and 2000 in all; those of containers that exist are known to a new
// engine again.
func (e *Engine) Events(ctx context.Context, namespace string, opts api.ListOptions) ([]corev1.Event, error) {
	selection, err := engine.SelectEvents(opts)
	if err != nil {
		return nil, err
	}
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	e.events.mu.Lock()
	defer e.events.mu.Unlock()
	var out []corev1.Event
	for _, event := range e.events.list {
		if (namespace == "" || event.Namespace == namespace) && selection.HasEvent(event.Event) {
			out = append(out, *event.DeepCopy())
		}
	}
	return out, nil
}

// newUID makes a random UUID (RFC 9562, version 4).
func newUID() types.UID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return types.UID(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}
