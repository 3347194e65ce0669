package podstore

import (
	"context"
	"iter"
	"slices"
	"sort"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
)

// Get is the present state of a pod, or NotFound.
func (s *Store[S]) Get(key Key) (S, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if i, found := s.index(key); found {
		return s.pods[i], nil
	}
	var none S
	return none, apierrors.NewNotFound(engine.PodResource, key.Name)
}

// Len is how many pods there are.
func (s *Store[S]) Len() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return len(s.pods)
}

// Nth is a pod by its place in the order of lists, which is that of the moment.
func (s *Store[S]) Nth(i int) S {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.pods[i]
}

// Snapshot is all pods of a namespace, of every one when it is empty, in their
// order, and the version they are of.
func (s *Store[S]) Snapshot(namespace string) ([]S, uint64) {
	return s.behind(namespace, engine.PageToken{})
}

// behind is the part of a snapshot that a token continues with.
func (s *Store[S]) behind(namespace string, token engine.PageToken) ([]S, uint64) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	from := sort.Search(len(s.pods), func(i int) bool {
		k := s.pods[i].Key()
		return k.Namespace >= namespace && !token.Before(k.Namespace, k.Name)
	})
	to := len(s.pods)
	if namespace != "" {
		to = from + sort.Search(to-from, func(i int) bool { return s.pods[from+i].Key().Namespace > namespace })
	}
	return slices.Clone(s.pods[from:to]), s.version
}

// Page is one page of a list: the states that the namespace, the selectors,
// the token and the limit leave. meta is filled in unless it is nil.
func (s *Store[S]) Page(namespace string, opts api.ListOptions, meta *api.ListMeta) ([]S, error) {
	selection, err := engine.SelectPods(opts)
	if err != nil {
		return nil, err
	}
	token, err := engine.ParsePageToken(opts.Continue)
	if err != nil {
		return nil, err
	}
	page, version := s.behind(namespace, token)
	if token.ResourceVersion == "" {
		token.ResourceVersion = FormatVersion(version)
	}
	if !selection.Everything() {
		page = slices.DeleteFunc(page, func(p S) bool { return !p.In(selection) })
	}
	listed := api.ListMeta{ResourceVersion: token.ResourceVersion}
	if n := int(min(opts.Limit, int64(len(page)))); n > 0 && n < len(page) {
		listed.Remaining = int64(len(page) - n)
		page = page[:n]
		last := page[n-1].Key()
		token.Namespace, token.Name = last.Namespace, last.Name
		listed.Continue = token.Encode()
	}
	if meta != nil {
		*meta = listed
	}
	return page, nil
}

// List is engine.Reader's.
func (s *Store[S]) List(ctx context.Context, namespace string, opts api.ListOptions, meta *api.ListMeta) iter.Seq2[*corev1.Pod, error] {
	return func(yield func(*corev1.Pod, error) bool) {
		page, err := s.Page(namespace, opts, meta)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, pod := range page {
			if err := ctx.Err(); err != nil {
				yield(nil, err)
				return
			}
			if !yield(pod.Copy(), nil) {
				return
			}
		}
	}
}

// Namespaces is engine.Namespacer's: default, and those that have pods.
func (s *Store[S]) Namespaces() []string {
	names := []string{api.DefaultNamespace}
	s.mu.RLock()
	for _, pod := range s.pods {
		if n := pod.Key().Namespace; n != names[len(names)-1] {
			names = append(names, n)
		}
	}
	s.mu.RUnlock()
	slices.Sort(names)
	return slices.Compact(names)
}
