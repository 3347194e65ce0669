package podstore

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// bookmarkAfter is how long changes that a watch does not select go on before
// it is told how far things have come: what it resumes from then is still
// known.
const bookmarkAfter = 5 * time.Second

// Watch is engine.Reader's. A watch reads the history at its own pace and holds
// nothing up; one that falls behind what is kept ends with Expired.
func (s *Store[S]) Watch(namespace string, opts api.ListOptions) (engine.Watch, error) {
	selection, err := engine.SelectPods(opts)
	if err != nil {
		return nil, err
	}
	w := &watch[S]{store: s, closed: make(chan struct{}), selected: func(p S) bool {
		return (namespace == "" || p.Key().Namespace == namespace) && p.In(selection)
	}}
	if v := opts.ResourceVersion; v == "" || v == "0" {
		w.present, w.at = s.Snapshot(namespace)
	} else {
		if w.at, err = strconv.ParseUint(v, 10, 64); err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("resourceVersion %q is none that this server gave", v))
		}
		w.told = w.at
	}
	t, err := s.since(w.at)
	if err != nil {
		return nil, err
	}
	w.breaks = t.breaks
	return w, nil
}

// tail is what a watch sees of the store.
type tail[S any] struct {
	changes []change[S]
	news    <-chan struct{} // closes at the next one
	breaks  int
	end     error // of watches that began before the latest interruption
	frozen  bool
}

// since gives the changes after a version, or Expired where they are not all
// known.
func (s *Store[S]) since(version uint64) (tail[S], error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	oldest := s.version - uint64(len(s.history))
	if version < oldest || version > s.version {
		return tail[S]{}, apierrors.NewResourceExpired(fmt.Sprintf(
			"resourceVersion %d cannot be resumed from, the changes that are known go from %d to %d: list again", version, oldest, s.version))
	}
	n := len(s.history)
	return tail[S]{changes: s.history[version-oldest : n : n], news: s.news, breaks: s.breaks, end: s.why, frozen: s.frozen}, nil
}

// watch implements engine.Watch.
type watch[S State[S]] struct {
	store    *Store[S]
	selected func(S) bool
	breaks   int

	present  []S         // not yet looked at
	at       uint64      // the latest change that has been looked at
	told     uint64      // the latest version that the client knows of
	bookmark *time.Timer // runs while at is ahead of told

	once   sync.Once
	closed chan struct{}
}

// Next implements engine.Watch. It is for one goroutine at a time.
func (w *watch[S]) Next(ctx context.Context) (engine.Event, error) {
	for {
		if err := ctx.Err(); err != nil {
			return engine.Event{}, err
		}
		t, err := w.store.since(w.at)
		if err != nil {
			return engine.Event{}, err
		}
		if ev, ok := w.look(t.changes); ok {
			return ev, nil
		}
		switch {
		case t.frozen:
			return engine.Event{}, io.EOF
		case t.breaks != w.breaks:
			return engine.Event{}, t.end
		}
		var due <-chan time.Time
		if w.at > w.told {
			if w.bookmark == nil {
				w.bookmark = time.NewTimer(bookmarkAfter)
			}
			due = w.bookmark.C
		}
		select {
		case <-t.news:
		case <-due:
			w.tell(w.at)
			pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{ResourceVersion: FormatVersion(w.at)}}
			return engine.Event{Type: api.EventBookmark, Pod: pod}, nil
		case <-w.closed:
			return engine.Event{}, io.EOF
		case <-ctx.Done():
			return engine.Event{}, ctx.Err()
		}
	}
}

// look finds the next event in what was present at the beginning, and then in
// the changes.
func (w *watch[S]) look(changes []change[S]) (engine.Event, bool) {
	for len(w.present) > 0 {
		pod := w.present[0]
		w.present = w.present[1:]
		if w.selected(pod) {
			return engine.Event{Type: api.EventAdded, Pod: pod.Copy()}, true
		}
	}
	for _, c := range changes {
		w.at++
		if kind, ok := c.seenBy(w.selected); ok {
			w.tell(w.at)
			return engine.Event{Type: kind, Pod: c.after.Copy()}, true
		}
	}
	return engine.Event{}, false
}

// tell notes what the client knows of from now on.
func (w *watch[S]) tell(version uint64) {
	w.told = version
	if w.bookmark != nil {
		w.bookmark.Stop()
		w.bookmark = nil
	}
}

// seenBy is what a change means to one who sees only what selected admits: a
// pod that comes to be selected is added, one that ceases to be is deleted.
func (c change[S]) seenBy(selected func(S) bool) (api.EventType, bool) {
	was := !c.fresh && selected(c.before)
	is := !c.gone && selected(c.after)
	switch {
	case is && was:
		return api.EventModified, true
	case is:
		return api.EventAdded, true
	case was:
		return api.EventDeleted, true
	}
	return "", false
}

// Close implements engine.Watch.
func (w *watch[S]) Close() error {
	w.once.Do(func() { close(w.closed) })
	return nil
}
