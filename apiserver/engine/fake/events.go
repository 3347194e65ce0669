package fake

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"podium/api"
	"podium/apiserver/engine"
)

// keptEvents is how many events of created pods are kept.
const keptEvents = 1024

// eventLog keeps what happened to created pods; the engine's lock guards it.
type eventLog struct {
	serial int
	kept   []corev1.Event
}

// note records an event of the pod. The same again raises its count. The lock
// is held.
func (e *Engine) note(pod *corev1.Pod, kind, reason, message string) {
	now := metav1.NewTime(e.clock.Now().UTC().Truncate(time.Second))
	for i := range e.events.kept {
		ev := &e.events.kept[i]
		if ev.InvolvedObject.UID == pod.UID && ev.Reason == reason && ev.Message == message {
			ev.Count++
			ev.LastTimestamp = now
			return
		}
	}
	e.events.serial++
	ev := eventOf(pod, e.events.serial, kind, reason, message, now)
	if len(e.events.kept) == keptEvents {
		e.events.kept = slices.Delete(e.events.kept, 0, keptEvents/4)
	}
	e.events.kept = append(e.events.kept, ev)
}

func eventOf(pod *corev1.Pod, serial int, kind, reason, message string, at metav1.Time) corev1.Event {
	return corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s.%x", pod.Name, serial), Namespace: pod.Namespace, CreationTimestamp: at},
		InvolvedObject: corev1.ObjectReference{
			Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
		},
		Type: kind, Reason: reason, Message: message, Count: 1,
		FirstTimestamp: at, LastTimestamp: at, Source: corev1.EventSource{Component: "fake"},
	}
}

// Events are those of created pods; those of a synthetic pod are made up when
// it is asked for by name.
func (e *Engine) Events(_ context.Context, namespace string, opts api.ListOptions) ([]corev1.Event, error) {
	sel, err := engine.SelectEvents(opts)
	if err != nil {
		return nil, err
	}
	if namespace != "" && namespace != api.DefaultNamespace {
		return nil, nil
	}
	e.mu.RLock()
	all := slices.Clone(e.events.kept)
	if name, ok := namedIn(opts.FieldSelector); ok {
		if r, err := e.find(api.DefaultNamespace, name); err == nil && r.tmpl != nil {
			all = append(all, madeUp(r)...)
		}
	}
	e.mu.RUnlock()
	var out []corev1.Event
	for i := range all {
		if sel.HasEvent(&all[i]) {
			out = append(out, all[i])
		}
	}
	slices.SortStableFunc(out, func(a, b corev1.Event) int {
		return cmp.Or(a.LastTimestamp.Compare(b.LastTimestamp.Time), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}

// namedIn is the one pod that a selector asks for.
func namedIn(selector string) (string, bool) {
	sel, err := fields.ParseSelector(selector)
	if err != nil {
		return "", false
	}
	return sel.RequiresExactMatch("involvedObject.name")
}

// madeUp are the events that led a synthetic pod into its condition.
func madeUp(r *record) []corev1.Event {
	pod := r.object()
	n := 0
	var out []corev1.Event
	add := func(after time.Duration, kind, reason, message string) {
		n++
		out = append(out, eventOf(pod, n, kind, reason, message, metav1.NewTime(r.created.Add(after))))
	}
	image := pod.Spec.Containers[0].Image
	if r.tmpl.cond == condPending {
		add(time.Second, corev1.EventTypeWarning, "FailedScheduling", "0/40 nodes are available: 40 Insufficient memory.")
		return out
	}
	add(0, corev1.EventTypeNormal, "Scheduled", "Successfully assigned default/"+r.name+" to "+r.nodeName())
	add(time.Second, corev1.EventTypeNormal, "Pulling", fmt.Sprintf("Pulling image %q", image))
	switch r.tmpl.cond {
	case condImagePull:
		add(2*time.Second, corev1.EventTypeWarning, "Failed", fmt.Sprintf("Failed to pull image %q: not found", image))
	case condCreating:
	default:
		add(2*time.Second, corev1.EventTypeNormal, "Pulled", fmt.Sprintf("Successfully pulled image %q in 1.2s", image))
		add(3*time.Second, corev1.EventTypeNormal, "Started", "Started container "+pod.Spec.Containers[0].Name)
	}
	if r.tmpl.cond == condCrashLoop {
		add(r.changed.Sub(r.created), corev1.EventTypeWarning, "BackOff", "Back-off restarting failed container "+pod.Spec.Containers[0].Name)
		out[len(out)-1].Count = r.restarts
	}
	return out
}
