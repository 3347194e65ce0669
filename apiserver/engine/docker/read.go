package docker

import (
	"context"
	"iter"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/podstore"
)

// List implements engine.Reader. While the daemon is away it is
// ServiceUnavailable rather than an old state shown as the present one.
func (e *Engine) List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return func(yield func(*corev1.Pod, error) bool) {
		if err := e.ready(ctx); err != nil {
			yield(nil, err)
			return
		}
		e.store.List(ctx, namespace, opts, meta)(yield)
	}
}

// Watch implements engine.Reader. A watch ends with ServiceUnavailable when
// the connection to the daemon does, since changes may then be missed.
func (e *Engine) Watch(ctx context.Context, namespace string, opts api.ListOptions) (engine.Watch, error) {
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	return e.store.Watch(namespace, opts)
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
	pod, err := e.store.Get(podstore.Key{Namespace: namespace, Name: name})
	return pod.Pod, err
}

// Events implements engine.Reader. They are kept for an hour, the latest 60 of
// a pod and 2000 in all; those of containers that exist are known to a new
// engine again.
func (e *Engine) Events(ctx context.Context, namespace string, opts api.ListOptions) ([]corev1.Event, error) {
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	return e.events.List(namespace, opts)
}

// Namespaces implements engine.Namespacer: default, and those that have pods.
// Any other comes to be with its first pod.
func (e *Engine) Namespaces(ctx context.Context) ([]string, error) {
	if err := e.ready(ctx); err != nil {
		return nil, err
	}
	return e.store.Namespaces(), nil
}

// show puts a pod that was made anew of what is known into the store, unless it
// is shown so already. Conditions that are as before keep their times. Called
// with Engine.mu held.
func (e *Engine) show(pod *corev1.Pod) {
	if before, err := e.store.Get(podstore.KeyOf(pod)); err == nil && before.UID == pod.UID {
		keepTimes(before.Status.Conditions, pod.Status.Conditions)
		pod.ResourceVersion = before.ResourceVersion
		if equality.Semantic.DeepEqual(before.Pod, pod) {
			return
		}
	}
	e.store.Put(podstore.Pod{Pod: pod})
}

func keepTimes(before, after []corev1.PodCondition) {
	for i := range after {
		for _, b := range before {
			if b.Type == after[i].Type && b.Status == after[i].Status {
				after[i].LastTransitionTime = b.LastTransitionTime
			}
		}
	}
}
