package podstore

import (
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

// Events are kept as long as Kubernetes keeps them, the latest of each pod and
// of all.
const (
	eventsPerPod = 60
	eventsInAll  = 2000
	eventsTime   = time.Hour
)

// Events is what happened to pods lately, in memory. Safe for concurrent use.
type Events struct {
	component string
	clock     func() time.Time

	mu     sync.Mutex
	serial int
	list   []entry // oldest first
}

// entry is an event, never changed, and when it was last: events themselves
// tell it to the second only.
type entry struct {
	*corev1.Event
	last time.Time
}

// NewEvents makes a log of what the component tells. Its clock says what is too
// old.
func NewEvents(component string, clock func() time.Time) *Events {
	return &Events{component: component, clock: clock}
}

// Note notes that something happened on a node to a pod, or to its container
// where one is named. The same again is counted.
func (l *Events) Note(pod *corev1.Pod, container, node, kind, reason, message string, when time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	path, at := fieldPath(pod, container), metav1.NewTime(when.UTC().Truncate(time.Second))
	l.serial++
	event := &corev1.Event{
		TypeMeta: metav1.TypeMeta{Kind: "Event", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("%s.%x.%d", pod.Name, when.UnixNano(), l.serial), Namespace: pod.Namespace,
			UID: NewUID(), CreationTimestamp: at,
		},
		InvolvedObject: corev1.ObjectReference{
			Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, FieldPath: path,
		},
		Reason: reason, Message: message, Type: kind, FirstTimestamp: at,
		Source: corev1.EventSource{Component: l.component, Host: node}, ReportingController: l.component,
	}
	if i := slices.IndexFunc(l.list, func(x entry) bool {
		return x.InvolvedObject.UID == pod.UID && x.Reason == reason && x.InvolvedObject.FieldPath == path && x.Message == message
	}); i >= 0 {
		event = l.list[i].DeepCopy()
		l.list = slices.Delete(l.list, i, i+1)
	}
	event.Count++
	event.LastTimestamp = at
	event.ResourceVersion = fmt.Sprint(l.serial)
	to := len(l.list)
	for to > 0 && l.list[to-1].last.After(when) {
		to--
	}
	l.list = slices.Insert(l.list, to, entry{event, when})
	l.trim(pod.UID)
}

// trim drops what is too old, and the oldest of what is too much after an event
// of the pod was added.
func (l *Events) trim(uid types.UID) {
	l.expire()
	mine := 0
	for _, x := range l.list {
		if x.InvolvedObject.UID == uid {
			mine++
		}
	}
	if mine > eventsPerPod {
		i := slices.IndexFunc(l.list, func(x entry) bool { return x.InvolvedObject.UID == uid })
		l.list = slices.Delete(l.list, i, i+1)
	}
	if over := len(l.list) - eventsInAll; over > 0 {
		l.list = slices.Delete(l.list, 0, over)
	}
}

func (l *Events) expire() {
	oldest := l.clock().Add(-eventsTime)
	i := slices.IndexFunc(l.list, func(x entry) bool { return !x.last.Before(oldest) })
	if i < 0 {
		i = len(l.list)
	}
	l.list = slices.Delete(l.list, 0, i)
}

// List is engine.Reader's Events.
func (l *Events) List(namespace string, opts api.ListOptions) ([]corev1.Event, error) {
	selection, err := engine.SelectEvents(opts)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire()
	var out []corev1.Event
	for _, x := range l.list {
		if (namespace == "" || x.Namespace == namespace) && selection.HasEvent(x.Event) {
			out = append(out, *x.DeepCopy())
		}
	}
	return out, nil
}

// fieldPath is how an event names a container of its pod.
func fieldPath(pod *corev1.Pod, container string) string {
	switch {
	case container == "":
		return ""
	case slices.ContainsFunc(pod.Spec.InitContainers, func(c corev1.Container) bool { return c.Name == container }):
		return "spec.initContainers{" + container + "}"
	}
	return "spec.containers{" + container + "}"
}

// NewUID makes a random UUID (RFC 9562, version 4).
func NewUID() types.UID {
	var b [16]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return types.UID(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
}
