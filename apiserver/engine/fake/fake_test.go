package fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, o Options) *Engine {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// Every template must be a pod, byte for byte what encoding/json makes of it.
func TestTemplatesArePods(t *testing.T) {
	s, err := newSynthesizer(1)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	sizes := 0
	for _, row := range s.templates {
		for _, tmpl := range row {
			r := &record{name: "n", uid: s.uid(), version: 7, created: now, changed: now, restarts: 3, node: 4, ip: 9, tmpl: tmpl}
			raw, err := r.json(nil)
			if err != nil {
				t.Fatal(err)
			}
			sizes += len(raw)
			if bytes.IndexByte(raw, 1) >= 0 || bytes.Contains(raw, []byte("987654321")) || bytes.Contains(raw, []byte(`\u0001`)) {
				t.Errorf("%s/%d has a hole left: %s", tmpl.app.name, tmpl.cond, raw)
			}
			again, err := json.Marshal(r.Copy())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(again), string(raw)); diff != "" {
				t.Errorf("%s/%d: %s", tmpl.app.name, tmpl.cond, diff)
			}
			var slim corev1.Pod
			r.slim(&slim)
			full := r.Copy()
			if slim.Status.Phase != full.Status.Phase || slim.Spec.NodeName != full.Spec.NodeName || !cmp.Equal(slim.Labels, full.Labels) {
				t.Errorf("%s/%d: selectors see %v, the pod is %v", tmpl.app.name, tmpl.cond, slim, full)
			}
		}
	}
	mean := sizes / (len(s.templates) * conditions)
	t.Logf("%d bytes a pod on average", mean)
	if mean < 3600 || mean > 4600 {
		t.Errorf("a pod has %d bytes on average, want about 4.1 kB", mean)
	}
}

func names(t *testing.T, e *Engine, o api.ListOptions) (out []string, meta api.ListMeta) {
	t.Helper()
	for p, err := range e.List(t.Context(), "", o, &meta) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p.Name)
	}
	return out, meta
}

func TestTheSameSeedGivesTheSamePods(t *testing.T) {
	clock := NewManualClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	dump := func(seed uint64) string {
		e := open(t, Options{Pods: 200, Seed: seed, Clock: clock})
		var all []byte
		var meta api.ListMeta
		for raw, err := range e.ListRaw(t.Context(), "", api.ListOptions{}, &meta) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, raw...)
		}
		return string(all)
	}
	if dump(1) != dump(1) {
		t.Error("two engines of one seed differ")
	}
	if dump(1) == dump(2) {
		t.Error("engines of two seeds are the same")
	}
}

func TestPagesAddUpToTheWhole(t *testing.T) {
	e := open(t, Options{Pods: 250, Seed: 3})
	whole, wm := names(t, e, api.ListOptions{})
	if len(whole) != 250 || !slices.IsSorted(whole) || wm.Continue != "" {
		t.Fatalf("whole list: %d pods, sorted %t, continue %q", len(whole), slices.IsSorted(whole), wm.Continue)
	}
	var paged []string
	o := api.ListOptions{Limit: 100}
	for i := 0; ; i++ {
		page, meta := names(t, e, o)
		paged = append(paged, page...)
		if want := []int64{150, 50, 0}[i]; meta.Remaining != want {
			t.Errorf("page %d says that %d remain, want %d", i, meta.Remaining, want)
		}
		if meta.ResourceVersion != wm.ResourceVersion {
			t.Errorf("page %d is of version %s, want %s", i, meta.ResourceVersion, wm.ResourceVersion)
		}
		if o.Continue = meta.Continue; o.Continue == "" {
			break
		}
	}
	if !slices.Equal(paged, whole) {
		t.Error("the pages are not the whole")
	}
}

// A model that applies a watch's events to a list must end with what a new
// list shows, whatever the selector.
func TestAWatchKeepsAListTrue(t *testing.T) {
	for _, sel := range []api.ListOptions{{}, {LabelSelector: "app in (web,api)"}, {FieldSelector: "status.phase=Running"}} {
		t.Run(sel.LabelSelector+sel.FieldSelector, func(t *testing.T) {
			e := open(t, Options{Pods: 300, Seed: 5})
			model := map[string]string{}
			var meta api.ListMeta
			for p, err := range e.List(t.Context(), "", sel, &meta) {
				if err != nil {
					t.Fatal(err)
				}
				model[p.Name] = p.ResourceVersion
			}
			o := sel
			o.ResourceVersion = meta.ResourceVersion
			w, err := e.Watch(t.Context(), "", o)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			e.mu.Lock()
			for range 2000 {
				e.changeOne(time.Now().UTC().Truncate(time.Second))
			}
			e.mu.Unlock()
			e.store.Freeze()
			for {
				ev, err := w.Next(t.Context())
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				switch ev.Type {
				case api.EventDeleted:
					if _, had := model[ev.Pod.Name]; !had {
						t.Errorf("%s deleted and was not there", ev.Pod.Name)
					}
					delete(model, ev.Pod.Name)
				case api.EventAdded, api.EventModified:
					if _, had := model[ev.Pod.Name]; had != (ev.Type == api.EventModified) {
						t.Errorf("%s is %s, and had been there: %t", ev.Pod.Name, ev.Type, had)
					}
					model[ev.Pod.Name] = ev.Pod.ResourceVersion
				}
			}
			now := map[string]string{}
			for p, err := range e.List(t.Context(), "", sel, &meta) {
				if err != nil {
					t.Fatal(err)
				}
				now[p.Name] = p.ResourceVersion
			}
			if diff := cmp.Diff(now, model); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOldVersionsExpire(t *testing.T) {
	e := open(t, Options{Pods: 50, Seed: 5, History: 64})
	_, meta := names(t, e, api.ListOptions{})
	w, err := e.Watch(t.Context(), "", api.ListOptions{ResourceVersion: meta.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	e.mu.Lock()
	for range 200 {
		e.changeOne(time.Now())
	}
	e.mu.Unlock()
	if _, err := w.Next(t.Context()); !apierrors.IsResourceExpired(err) {
		t.Errorf("a watch that fell behind: %v, want expired", err)
	}
	for _, rv := range []string{meta.ResourceVersion, "99999999", "1"} {
		if _, err := e.Watch(t.Context(), "", api.ListOptions{ResourceVersion: rv}); !apierrors.IsResourceExpired(err) {
			t.Errorf("a watch from %s: %v, want expired", rv, err)
		}
	}
}

func TestChurnFollowsTheClock(t *testing.T) {
	clock := NewManualClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	e := open(t, Options{Pods: 100, Seed: 1, Churn: 50, Clock: clock})
	_, meta := names(t, e, api.ListOptions{})
	w, err := e.Watch(t.Context(), "", api.ListOptions{ResourceVersion: meta.ResourceVersion})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	waitFor(t, func() bool { return clock.Waiting() == 1 })
	clock.Advance(time.Second)
	for range 50 {
		if _, err := w.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, v := e.store.Snapshot(""); v-firstVersion-100 != 50 {
		t.Errorf("%d changes in a second, want 50", v-firstVersion-100)
	}
}

// waitFor waits for another goroutine to have come so far.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	end := time.Now().Add(5 * time.Second)
	for !done() {
		if time.Now().After(end) {
			t.Fatal("it did not come to that")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestPreconditionsGuardDelete(t *testing.T) {
	e := open(t, Options{Pods: 1, Seed: 1})
	all, _ := names(t, e, api.ListOptions{})
	other := metav1.DeleteOptions{Preconditions: metav1.NewUIDPreconditions("other")}
	if err := e.Delete(t.Context(), "default", all[0], other); !apierrors.IsConflict(err) {
		t.Errorf("another UID: %v, want a conflict", err)
	}
	if err := e.Delete(t.Context(), "default", all[0], metav1.DeleteOptions{GracePeriodSeconds: new(int64)}); err != nil {
		t.Error(err)
	}
	if _, err := e.Get(t.Context(), "default", all[0]); !apierrors.IsNotFound(err) {
		t.Errorf("after a delete without grace: %v, want not found", err)
	}
}

// A grace that is larger than any time is long, and not over at once.
func TestGraceWithoutEnd(t *testing.T) {
	e := open(t, Options{Clock: NewManualClock(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))})
	grace := int64(10_000_000_000)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"},
		Spec:       corev1.PodSpec{TerminationGracePeriodSeconds: &grace, Containers: []corev1.Container{{Name: "main", Image: "busybox"}}},
	}
	if _, _, err := e.Create(t.Context(), pod); err != nil {
		t.Fatal(err)
	}
	if err := e.Delete(t.Context(), "default", "web", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	got, err := e.Get(t.Context(), "default", "web")
	if err != nil || got.DeletionTimestamp == nil || got.DeletionTimestamp.Year() < 2090 {
		t.Errorf("it ends at %v, %v", got.DeletionTimestamp, err)
	}
}

// FuzzParse: any script is a script, an error, or not finished.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"echo a && b | c; d", "if a; then b; else c; fi", "for x in 1 2; do echo $x; done", "echo \"a $(b 'c') ${d}\" > /dev/null", "((((", "while", "$(", "a\\"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if n, err := parse(src); err == nil && n == nil {
			t.Errorf("%q is nothing", src)
		}
	})
}
