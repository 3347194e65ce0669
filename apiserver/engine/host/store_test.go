package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
)

// bareEngine is an engine with a store and nothing that runs.
func bareEngine() *Engine {
	return &Engine{store: newStore(0, func(uint64) {}, func(types.UID) {})}
}

func storedPod(name string, labels map[string]string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID("uid-" + name), Labels: labels}}
}

func relabel(e *Engine, name string, labels map[string]string) {
	e.store.update(podKey{"default", name}, types.UID("uid-"+name), func(p *corev1.Pod) bool {
		p.Labels = labels
		return true
	})
}

func nextEvents(t *testing.T, w engine.Watch, n int) []string {
	t.Helper()
	var out []string
	for range n {
		event, err := w.Next(testContext(t))
		if err != nil {
			t.Fatalf("after %v: %v", out, err)
		}
		out = append(out, string(event.Type)+" "+event.Pod.Name)
	}
	return out
}

func TestListPagesAndSelects(t *testing.T) {
	e := bareEngine()
	for i := range 7 {
		if _, err := e.store.add(storedPod(fmt.Sprintf("p%d", i), map[string]string{"odd": fmt.Sprint(i%2 == 1)})); err != nil {
			t.Fatal(err)
		}
	}
	list := func(opts api.ListOptions) (names []string, meta api.ListMeta) {
		for pod, err := range e.List(testContext(t), "default", opts, &meta) {
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, pod.Name)
		}
		return names, meta
	}
	names, meta := list(api.ListOptions{Limit: 3})
	if !slices.Equal(names, []string{"p0", "p1", "p2"}) || meta.Remaining != 4 || meta.ResourceVersion != "7" {
		t.Errorf("page 1: %v %+v", names, meta)
	}
	if !e.store.remove(podKey{"default", "p2"}, "uid-p2") {
		t.Fatal("not removed")
	}
	names, meta = list(api.ListOptions{Limit: 3, Continue: meta.Continue})
	if !slices.Equal(names, []string{"p3", "p4", "p5"}) || meta.Remaining != 1 || meta.ResourceVersion != "7" {
		t.Errorf("page 2: %v %+v", names, meta)
	}
	names, meta = list(api.ListOptions{Limit: 3, Continue: meta.Continue})
	if !slices.Equal(names, []string{"p6"}) || meta.Continue != "" {
		t.Errorf("page 3: %v %+v", names, meta)
	}
	if names, _ = list(api.ListOptions{LabelSelector: "odd=true", FieldSelector: "metadata.name!=p3"}); !slices.Equal(names, []string{"p1", "p5"}) {
		t.Errorf("selected: %v", names)
	}
	if names, _ = list(api.ListOptions{Limit: 10}); len(names) != 6 {
		t.Errorf("all: %v", names)
	}
	for _, opts := range []api.ListOptions{{LabelSelector: "=="}, {FieldSelector: "spec.x=1"}, {Continue: "?"}} {
		for _, err := range e.List(testContext(t), "", opts, nil) {
			if !apierrors.IsBadRequest(err) {
				t.Errorf("%+v: %v", opts, err)
			}
		}
		if _, err := e.Watch(testContext(t), "", opts); opts.Continue == "" && !apierrors.IsBadRequest(err) {
			t.Errorf("watch %+v: %v", opts, err)
		}
	}
}

func TestWatchSeesWhatItsSelectorAdmits(t *testing.T) {
	e := bareEngine()
	if _, err := e.store.add(storedPod("a", map[string]string{"x": "1"})); err != nil {
		t.Fatal(err)
	}
	all, err := e.Watch(testContext(t), "", api.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	some, err := e.Watch(testContext(t), "default", api.ListOptions{LabelSelector: "x=1", ResourceVersion: "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer some.Close()
	relabel(e, "a", map[string]string{"x": "2"})
	relabel(e, "a", map[string]string{"x": "1"})
	relabel(e, "a", map[string]string{"x": "1", "y": "1"})
	e.store.remove(podKey{"default", "a"}, "uid-a")
	if got := nextEvents(t, all, 5); !slices.Equal(got, []string{"ADDED a", "MODIFIED a", "MODIFIED a", "MODIFIED a", "DELETED a"}) {
		t.Errorf("all: %v", got)
	}
	if got := nextEvents(t, some, 4); !slices.Equal(got, []string{"DELETED a", "ADDED a", "MODIFIED a", "DELETED a"}) {
		t.Errorf("some: %v", got)
	}
}

func TestWatchThatLagsOrComesTooLateIsExpired(t *testing.T) {
	e := bareEngine()
	if _, err := e.store.add(storedPod("a", nil)); err != nil {
		t.Fatal(err)
	}
	slow, err := e.Watch(testContext(t), "", api.ListOptions{ResourceVersion: "1"})
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	for range 3 * historySize {
		relabel(e, "a", nil)
	}
	if n := len(e.store.history); n > 2*historySize {
		t.Errorf("the history has %d entries", n)
	}
	if _, err := slow.Next(testContext(t)); !apierrors.IsResourceExpired(err) {
		t.Errorf("slow: %v", err)
	}
	for _, version := range []string{"1", "999999"} {
		if _, err := e.Watch(testContext(t), "", api.ListOptions{ResourceVersion: version}); !apierrors.IsResourceExpired(err) {
			t.Errorf("from %s: %v", version, err)
		}
	}
	if _, err := e.Watch(testContext(t), "", api.ListOptions{ResourceVersion: "x"}); !apierrors.IsBadRequest(err) {
		t.Errorf("from x: %v", err)
	}
	recent, err := e.Watch(testContext(t), "", api.ListOptions{ResourceVersion: formatVersion(e.store.current() - historySize)})
	if err != nil {
		t.Fatal(err)
	}
	defer recent.Close()
	nextEvents(t, recent, historySize)
}

func TestWatchEnds(t *testing.T) {
	e := bareEngine()
	brief, err := e.Watch(testContext(t), "", api.ListOptions{Timeout: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer brief.Close()
	if _, err := brief.Next(testContext(t)); !errors.Is(err, io.EOF) {
		t.Errorf("timed out: %v", err)
	}
	for name, end := range map[string]func(engine.Watch, context.CancelFunc){
		"closed":   func(w engine.Watch, _ context.CancelFunc) { w.Close() },
		"canceled": func(_ engine.Watch, cancel context.CancelFunc) { cancel() },
		"shut":     func(engine.Watch, context.CancelFunc) { e.store.freeze() },
	} {
		if name == "shut" {
			continue
		}
		ctx, cancel := context.WithCancel(context.Background())
		w, err := e.Watch(ctx, "", api.ListOptions{})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			_, err := w.Next(ctx)
			ended <- err
		}()
		end(w, cancel)
		if err := <-ended; err == nil {
			t.Errorf("%s: no error", name)
		}
		w.Close()
		cancel()
	}
	w, err := e.Watch(testContext(t), "", api.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	e.store.freeze()
	if _, err := w.Next(testContext(t)); !errors.Is(err, io.EOF) {
		t.Errorf("shut: %v", err)
	}
}

func TestEventsAreCountedAndBounded(t *testing.T) {
	h := newEvents()
	pod, other := storedPod("a", nil), storedPod("b", nil)
	for range 5 {
		h.add(pod, "n", "", corev1.EventTypeWarning, "BackOff", "again")
	}
	for i := range eventsPerPod * 2 {
		h.add(other, "n", "", corev1.EventTypeNormal, "R", fmt.Sprint(i))
	}
	e := &Engine{events: h}
	mine, err := e.Events(testContext(t), "default", api.ListOptions{FieldSelector: "involvedObject.uid=uid-a"})
	if err != nil || len(mine) != 1 || mine[0].Count != 5 || mine[0].Type != "Warning" {
		t.Errorf("a: %+v, %v", mine, err)
	}
	theirs, err := e.Events(testContext(t), "", api.ListOptions{FieldSelector: "involvedObject.name=b"})
	if err != nil || len(theirs) != eventsPerPod || theirs[len(theirs)-1].Message != fmt.Sprint(2*eventsPerPod-1) {
		t.Errorf("b: %d, %v", len(theirs), err)
	}
	for i := range 2 * eventsInAll {
		h.add(storedPod(fmt.Sprint(i), nil), "n", "", corev1.EventTypeNormal, "R", "m")
	}
	if len(h.list) > eventsInAll || len(h.byKey) != len(h.list) {
		t.Errorf("%d events, %d keys", len(h.list), len(h.byKey))
	}
	if _, err := e.Events(testContext(t), "", api.ListOptions{FieldSelector: "nothing=1"}); !apierrors.IsBadRequest(err) {
		t.Errorf("selected by nothing: %v", err)
	}
}

func FuzzDecodePod(f *testing.F) {
	f.Add([]byte(`{"metadata":{"name":"a","namespace":"default","uid":"u"},"spec":{"containers":[{"name":"c"}],"volumes":[{"name":"v","flexVolume":{"options":{"volumeID":"x"}}}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		pod, err := decodePod(data, "u")
		if err != nil {
			return
		}
		for _, name := range append(engine.ContainerNames(pod), pod.Name, pod.Namespace) {
			if name == "" || strings.Contains(name, "/") || strings.HasPrefix(name, ".") {
				t.Errorf("the name %q got through", name)
			}
		}
	})
}
