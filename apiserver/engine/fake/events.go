package fake

import (
	"context"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"

	"podium/api"
	"podium/apiserver/engine"
)

// note notes what happened to a created pod, or to its container.
func (e *Engine) note(pod *corev1.Pod, container, kind, reason, message string) {
	e.events.Note(pod, container, pod.Spec.NodeName, kind, reason, message, e.clock.Now())
}

// Events are those of created pods; those of a synthetic pod are made up when
// it is asked for by name.
func (e *Engine) Events(_ context.Context, namespace string, opts api.ListOptions) ([]corev1.Event, error) {
	out, err := e.events.List(namespace, opts)
	if err != nil || namespace != "" && namespace != api.DefaultNamespace {
		return nil, err
	}
	name, named := namedIn(opts.FieldSelector)
	if r, err := e.find(api.DefaultNamespace, name); named && err == nil && r.tmpl != nil {
		selection, err := engine.SelectEvents(opts)
		if err != nil {
			return nil, err
		}
		for _, ev := range madeUp(r) {
			if selection.HasEvent(&ev) {
				out = append(out, ev)
			}
		}
	}
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
	pod := r.Copy()
	n := 0
	var out []corev1.Event
	add := func(after time.Duration, kind, reason, message string) {
		n++
		at := metav1.NewTime(r.created.Add(after))
		out = append(out, corev1.Event{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("%s.%x", pod.Name, n), Namespace: pod.Namespace, CreationTimestamp: at},
			InvolvedObject: corev1.ObjectReference{
				Kind: "Pod", APIVersion: "v1", Namespace: pod.Namespace, Name: pod.Name, UID: pod.UID,
			},
			Type: kind, Reason: reason, Message: message, Count: 1,
			FirstTimestamp: at, LastTimestamp: at, Source: corev1.EventSource{Component: "fake"},
		})
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
