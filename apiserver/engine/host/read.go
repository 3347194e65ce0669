package host

import (
	"context"
	"iter"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/podstore"
)

// List implements engine.Reader.
func (e *Engine) List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return e.store.List(ctx, namespace, opts, meta)
}

// Watch implements engine.Reader.
func (e *Engine) Watch(_ context.Context, namespace string, opts api.ListOptions) (engine.Watch, error) {
	return e.store.Watch(namespace, opts)
}

// Get implements engine.Reader.
func (e *Engine) Get(_ context.Context, namespace, name string) (*corev1.Pod, error) {
	pod, err := e.find(namespace, name)
	if err != nil {
		return nil, err
	}
	return pod.DeepCopy(), nil
}

// find is Get without the copy.
func (e *Engine) find(namespace, name string) (*corev1.Pod, error) {
	pod, err := e.store.Get(podstore.Key{Namespace: namespace, Name: name})
	return pod.Pod, err
}

// Events implements engine.Reader. They are kept for an hour, the latest 60 of
// a pod and 2000 in all, and do not survive the server.
func (e *Engine) Events(_ context.Context, namespace string, opts api.ListOptions) ([]corev1.Event, error) {
	return e.events.List(namespace, opts)
}

// Namespaces implements engine.Namespacer: default, and those that have pods.
func (e *Engine) Namespaces(context.Context) ([]string, error) { return e.store.Namespaces(), nil }

// versionStep is how many resource versions are reserved in the state folder
// at a time: they keep growing over restarts, also after a crash.
const versionStep = 10_000

// changed is told of every change in the store before anybody can see it.
func (e *Engine) changed(version uint64, uid types.UID) {
	e.mu.Lock()
	reserve := version > e.meta.Version
	if reserve {
		e.meta.Version = version + versionStep
	}
	meta := e.meta
	e.mu.Unlock()
	if reserve {
		if err := e.folders.saveMeta(meta); err != nil {
			e.warn(err)
		}
	}
	e.saver.mark(uid)
}
