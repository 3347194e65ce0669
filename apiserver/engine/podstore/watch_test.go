package podstore

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
)

func watchOf(t *testing.T, s *Store[Pod], opts api.ListOptions) engine.Watch {
	t.Helper()
	w, err := s.Watch("", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func nextOf(t *testing.T, w engine.Watch, n int) []string {
	t.Helper()
	var out []string
	for range n {
		event, err := w.Next(t.Context())
		if err != nil {
			t.Fatalf("after %v: %v", out, err)
		}
		out = append(out, string(event.Type)+" "+event.Pod.Name+event.Pod.ResourceVersion)
	}
	return out
}

func TestAWatchSeesWhatItsSelectorAdmits(t *testing.T) {
	s := newStore()
	s.Put(aPod("default", "a", "u", map[string]string{"x": "1"}))
	all, some := watchOf(t, s, api.ListOptions{}), watchOf(t, s, api.ListOptions{LabelSelector: "x=1", ResourceVersion: "1"})
	for _, x := range []string{"2", "1", "1"} {
		s.Update(Key{"default", "a"}, "u", label(x))
	}
	s.Remove(Key{"default", "a"}, "u")
	if got := nextOf(t, all, 5); !slices.Equal(got, []string{"ADDED a1", "MODIFIED a2", "MODIFIED a3", "MODIFIED a4", "DELETED a5"}) {
		t.Errorf("all: %v", got)
	}
	if got := nextOf(t, some, 4); !slices.Equal(got, []string{"DELETED a2", "ADDED a3", "MODIFIED a4", "DELETED a5"}) {
		t.Errorf("some: %v", got)
	}
}

func TestAnotherPodOfTheNameIsNoChangeOfTheFirst(t *testing.T) {
	s := newStore()
	s.Put(aPod("default", "a", "old", nil))
	w := watchOf(t, s, api.ListOptions{ResourceVersion: "1"})
	s.Put(aPod("default", "a", "new", nil))
	if got := nextOf(t, w, 2); !slices.Equal(got, []string{"DELETED a2", "ADDED a3"}) {
		t.Errorf("%v", got)
	}
}

func TestAWatchThatLagsOrComesTooLateIsExpired(t *testing.T) {
	s := newStore()
	add(t, s, "a")
	slow := watchOf(t, s, api.ListOptions{ResourceVersion: "1"})
	for range 5 * keep {
		s.Update(Key{"default", "a"}, "uid-a", label("1"))
	}
	if _, err := slow.Next(t.Context()); !apierrors.IsResourceExpired(err) {
		t.Errorf("slow: %v", err)
	}
	for _, version := range []string{"1", "999999"} {
		if _, err := s.Watch("", api.ListOptions{ResourceVersion: version}); !apierrors.IsResourceExpired(err) {
			t.Errorf("from %s: %v", version, err)
		}
	}
	nextOf(t, watchOf(t, s, api.ListOptions{ResourceVersion: FormatVersion(s.version - keep)}), keep)
}

// What a watch does not select must not let it fall behind, nor what it could
// resume from.
func TestAWatchOfOtherThingsIsToldHowFarTheyHaveCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		add(t, s, "a")
		w := watchOf(t, s, api.ListOptions{LabelSelector: "x=none", ResourceVersion: "1"})
		done := make(chan []string, 1)
		go func() { done <- nextOf(t, w, 1) }()
		for range 3 * keep {
			synctest.Wait()
			time.Sleep(bookmarkAfter * 3 / 10)
			s.Update(Key{"default", "a"}, "uid-a", label("1"))
		}
		// The first change is at 3 tenths, so that the time is over at 13.
		if got := <-done; !slices.Equal(got, []string{"BOOKMARK 5"}) {
			t.Errorf("%v", got)
		}
	})
}

func TestAWatchWithoutNewsIsToldNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		add(t, s, "a")
		w := watchOf(t, s, api.ListOptions{ResourceVersion: "1"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if ev, err := w.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, %v", ev, err)
		}
		fresh := watchOf(t, s, api.ListOptions{LabelSelector: "x=none"})
		if got := nextOf(t, fresh, 1); !slices.Equal(got, []string{"BOOKMARK 1"}) {
			t.Errorf("one that does not know the version: %v", got)
		}
	})
}

func TestWatchesEnd(t *testing.T) {
	away := errors.New("away")
	for name, row := range map[string]struct {
		end  func(*Store[Pod], engine.Watch, context.CancelFunc)
		want error
	}{
		"closed":      {func(_ *Store[Pod], w engine.Watch, _ context.CancelFunc) { w.Close() }, io.EOF},
		"cancelled":   {func(_ *Store[Pod], _ engine.Watch, cancel context.CancelFunc) { cancel() }, context.Canceled},
		"frozen":      {func(s *Store[Pod], _ engine.Watch, _ context.CancelFunc) { s.Freeze() }, io.EOF},
		"interrupted": {func(s *Store[Pod], _ engine.Watch, _ context.CancelFunc) { s.Interrupt(away) }, away},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				w := watchOf(t, s, api.ListOptions{})
				ended := make(chan error, 1)
				go func() {
					_, err := w.Next(ctx)
					ended <- err
				}()
				synctest.Wait()
				row.end(s, w, cancel)
				if err := <-ended; !errors.Is(err, row.want) {
					t.Errorf("it ended with %v", err)
				}
			})
		})
	}
}

func TestWhatHappenedIsToldBeforeTheEnd(t *testing.T) {
	s := newStore()
	before := watchOf(t, s, api.ListOptions{})
	add(t, s, "a")
	s.Interrupt(errors.New("away"))
	after := watchOf(t, s, api.ListOptions{})
	add(t, s, "b")
	s.Freeze()
	for name, w := range map[string]engine.Watch{"before": before, "after": after} {
		if got := nextOf(t, w, 2); !slices.Equal(got, []string{"ADDED a1", "ADDED b2"}) {
			t.Errorf("%s: %v", name, got)
		}
		if _, err := w.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("%s ended with %v", name, err)
		}
	}
}

// Several watches at once see one order of all changes.
func TestWatchesSeeOneOrder(t *testing.T) {
	const each, writers = 50, 4
	s := New[Pod](Options{})
	var watching, writing sync.WaitGroup
	for range 3 {
		w := watchOf(t, s, api.ListOptions{ResourceVersion: "0"})
		watching.Go(func() {
			for v := range uint64(each * writers) {
				ev, err := w.Next(t.Context())
				if err != nil || ev.Pod.ResourceVersion != FormatVersion(v+1) {
					t.Errorf("%d: %v, %v", v+1, ev, err)
					return
				}
			}
		})
	}
	for i := range writers {
		writing.Go(func() {
			pod := aPod("default", string(rune('a'+i)), "u", nil)
			for n := range each {
				if n%10 == 9 {
					s.Remove(pod.Key(), pod.UID)
				} else {
					s.Put(pod)
				}
			}
		})
	}
	writing.Wait()
	watching.Wait()
}
