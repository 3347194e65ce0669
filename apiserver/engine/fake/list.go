package fake

import (
	"context"
	"iter"

	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// List yields the pods, each decoded from its JSON. The server takes ListRaw.
func (e *Engine) List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return e.store.List(ctx, namespace, opts, meta)
}

// ListRaw yields the pods as JSON.
func (e *Engine) ListRaw(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		page, err := e.store.Page(namespace, opts, meta)
		if err != nil {
			yield(nil, err)
			return
		}
		var buf []byte
		for _, r := range page {
			if err = ctx.Err(); err == nil {
				buf, err = r.json(buf[:0])
			}
			if !yield(buf, err) || err != nil {
				return
			}
		}
	}
}

// Watch reports changes.
func (e *Engine) Watch(_ context.Context, namespace string, opts api.ListOptions) (engine.Watch, error) {
	return e.store.Watch(namespace, opts)
}
