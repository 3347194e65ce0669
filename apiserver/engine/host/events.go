package host

import (
	"context"
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

// Events are kept in memory: the latest of each pod and of all pods, for an
// hour, as Kubernetes keeps them.
const (
	eventsPerPod = 60
	eventsInAll  = 2000
	eventsTime   = time.Hour
)

// component is the source of the engine's events.
const component = "podium-host"

// eventKey is what makes two events the same, counted rather than repeated.
type eventKey struct {
	uid             types.UID
	path            string
	reason, message string
}

// events is a bounded history of what happened. Safe for concurrent use.
type events struct {
	mu     sync.Mutex
	serial uint64
	list   []*corev1.Event // oldest first, by last time
	byKey  map[eventKey]*corev1.Event
}

func newEvents() *events { return &events{byKey: map[eventKey]*corev1.Event{}} }

func keyOfEvent(e *corev1.Event) eventKey {
	return eventKey{e.InvolvedObject.UID, e.InvolvedObject.FieldPath, e.Reason, e.Message}
}

// add notes an event of the pod, or of a part of it named by path.
func (h *events) add(pod *corev1.Pod, node, path, kind, reason, message string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := metav1.NewTime(time.Now().UTC().Truncate(time.Second))
	key := eventKey{pod.UID, path, reason, message}
	h.serial++
	event := h.byKey[key]
	if event != nil {
		i := slices.Index(h.list, event)
		h.list = append(slices.Delete(h.list, i, i+1), event)
		event.Count++
		event.LastTimestamp = now
		event.ResourceVersion = fmt.Sprint(h.serial)
		return
	}
	event = &corev1.Event{
		TypeMeta: metav1.TypeMeta{Kind: "Event", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("%s.%x", pod.Name, time.Now().UnixNano()), Namespace: pod.Namespace,
			UID: newUID(), CreationTimestamp: now, ResourceVersion: fmt.Sprint(h.serial),
		},
		InvolvedObject: corev1.ObjectReference{
			Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID, FieldPath: path,
		},
		Reason: reason, Message: message, Type: kind, Count: 1, FirstTimestamp: now, LastTimestamp: now,
		Source: corev1.EventSource{Component: component, Host: node}, ReportingController: component,
	}
	h.byKey[key] = event
	h.list = append(h.list, event)
	h.trim(pod.UID)
}

// trim drops what is too old or too many, after an event of the pod was added.
func (h *events) trim(uid types.UID) {
	mine := 0
	for _, e := range h.list {
		if e.InvolvedObject.UID == uid {
			mine++
		}
	}
	over := len(h.list) - eventsInAll
	oldest := time.Now().Add(-eventsTime)
	h.list = slices.DeleteFunc(h.list, func(e *corev1.Event) bool {
		drop := over > 0 || e.LastTimestamp.Time.Before(oldest)
		if !drop && mine > eventsPerPod && e.InvolvedObject.UID == uid {
			drop = true
		}
		if drop {
			over--
			if e.InvolvedObject.UID == uid {
				mine--
			}
			delete(h.byKey, keyOfEvent(e))
		}
		return drop
	})
}

// Events implements engine.Reader. They are kept for an hour, the latest 60 of
// a pod and 2000 in all, and do not survive the server.
func (e *Engine) Events(_ context.Context, namespace string, opts api.ListOptions) ([]corev1.Event, error) {
	selection, err := engine.SelectEvents(opts)
	if err != nil {
		return nil, err
	}
	e.events.mu.Lock()
	defer e.events.mu.Unlock()
	var out []corev1.Event
	for _, event := range e.events.list {
		if (namespace == "" || event.Namespace == namespace) && selection.HasEvent(event) {
			out = append(out, *event.DeepCopy())
		}
	}
	return out, nil
}

// Namespaces implements engine.Namespacer: default, and those that have pods.
func (e *Engine) Namespaces(context.Context) ([]string, error) {
	names := []string{api.DefaultNamespace}
	pods, _ := e.store.snapshot("")
	for _, pod := range pods {
		names = append(names, pod.Namespace)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
