package podstore

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"pgregory.net/rapid"

	"podium/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// keep is small, so that histories overflow.
const keep = 8

func newStore() *Store[Pod] { return New[Pod](Options{Keep: keep}) }

func aPod(namespace, name, uid string, labels map[string]string) Pod {
	return Pod{&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, UID: types.UID(uid), Labels: labels}}}
}

func add(t *testing.T, s *Store[Pod], names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := s.Add(aPod("default", name, "uid-"+name, nil)); err != nil {
			t.Fatal(err)
		}
	}
}

// label is an edit that changes a label.
func label(value string) func(Pod) (Pod, bool) {
	return func(was Pod) (Pod, bool) {
		pod := was.DeepCopy()
		pod.Labels = map[string]string{"x": value}
		return Pod{pod}, true
	}
}

// listed is what a list shows: versions by place.
func listed(t interface{ Fatal(...any) }, s *Store[Pod], namespace string, opts api.ListOptions) (map[Key]string, string) {
	out, meta := map[Key]string{}, api.ListMeta{}
	page, err := s.Page(namespace, opts, &meta)
	if err != nil {
		t.Fatal(err)
	}
	for _, pod := range page {
		out[pod.Key()] = pod.ResourceVersion
	}
	return out, meta.ResourceVersion
}

// A client that applies a watch's events to the list it began with has what a
// new list shows, whatever happened in between, or is told that it fell behind.
func TestAListAndItsChangesAreTheNextList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStore()
		mirrors := []*mirror{}
		for _, opts := range []api.ListOptions{{}, {LabelSelector: "x=1"}, {FieldSelector: "metadata.name!=b"}} {
			for _, namespace := range []string{"", "n1"} {
				mirrors = append(mirrors, newMirror(t, s, namespace, opts))
			}
		}
		names, uids := rapid.SampledFrom([]string{"a", "b", "c"}), rapid.SampledFrom([]string{"1", "2"})
		spaces, values := rapid.SampledFrom([]string{"n1", "n2"}), rapid.SampledFrom([]string{"1", "2"})
		pod := func(t *rapid.T) Pod {
			return aPod(spaces.Draw(t, "namespace"), names.Draw(t, "name"), uids.Draw(t, "uid"), map[string]string{"x": values.Draw(t, "x")})
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				p := pod(t)
				_, before := s.Get(p.Key())
				if _, err := s.Add(p); apierrors.IsAlreadyExists(err) != (before == nil) {
					t.Fatalf("%v, and it was there: %t", err, before == nil)
				}
			},
			"put":    func(t *rapid.T) { s.Put(pod(t)) },
			"remove": func(t *rapid.T) { p := pod(t); s.Remove(p.Key(), p.UID) },
			"update": func(t *rapid.T) { p := pod(t); s.Update(p.Key(), p.UID, label(values.Draw(t, "x"))) },
			"watch":  func(t *rapid.T) { rapid.SampledFrom(mirrors).Draw(t, "mirror").catchUp(t) },
			"": func(t *rapid.T) {
				all, _ := s.Snapshot("")
				if !slices.IsSortedFunc(all, func(a, b Pod) int { return a.Key().compare(b.Key()) }) || len(s.history) > 2*keep {
					t.Fatalf("%d changes kept, pods %v", len(s.history), all)
				}
			},
		})
		for _, m := range mirrors {
			m.catchUp(t)
		}
	})
}

// mirror is a client that keeps a list true by a watch.
type mirror struct {
	store     *Store[Pod]
	namespace string
	opts      api.ListOptions
	has       map[Key]string
	uids      map[Key]types.UID
	w         *watch[Pod]
}

func newMirror(t *rapid.T, s *Store[Pod], namespace string, opts api.ListOptions) *mirror {
	m := &mirror{store: s, namespace: namespace, opts: opts}
	m.list(t)
	return m
}

func (m *mirror) list(t *rapid.T) {
	m.has, m.uids = map[Key]string{}, map[Key]types.UID{}
	page, err := m.store.Page(m.namespace, m.opts, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, pod := range page {
		m.has[pod.Key()], m.uids[pod.Key()] = pod.ResourceVersion, pod.UID
	}
	_, version := listed(t, m.store, m.namespace, m.opts)
	opts := m.opts
	opts.ResourceVersion = version
	w, err := m.store.Watch(m.namespace, opts)
	if err != nil {
		t.Fatal(err)
	}
	m.w = w.(*watch[Pod])
}

// catchUp applies what has happened, and holds it against a new list.
func (m *mirror) catchUp(t *rapid.T) {
	for m.w.at < m.store.version {
		behind := m.store.version - m.w.at
		tail, err := m.store.since(m.w.at)
		if apierrors.IsResourceExpired(err) {
			if behind <= keep {
				t.Fatalf("only %d behind: %v", behind, err)
			}
			m.list(t)
			continue
		}
		if ev, ok := m.w.look(tail.changes); ok {
			m.apply(t, ev.Type, ev.Pod)
		}
	}
	now, _ := listed(t, m.store, m.namespace, m.opts)
	if diff := cmp.Diff(now, m.has); diff != "" {
		t.Fatalf("%q %+v: %s", m.namespace, m.opts, diff)
	}
}

func (m *mirror) apply(t *rapid.T, kind api.EventType, pod *corev1.Pod) {
	key := KeyOf(pod)
	_, had := m.has[key]
	if had != (kind != api.EventAdded) || had && m.uids[key] != pod.UID {
		t.Fatalf("%s of %v %s, and had was %s", kind, key, pod.UID, m.uids[key])
	}
	if pod.ResourceVersion != FormatVersion(m.w.at) {
		t.Fatalf("%s of %v says version %s at %d", kind, key, pod.ResourceVersion, m.w.at)
	}
	m.has[key], m.uids[key] = pod.ResourceVersion, pod.UID
	if kind == api.EventDeleted {
		delete(m.has, key)
		delete(m.uids, key)
	}
}

func TestPagesAddUpToTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStore()
		for _, key := range rapid.SliceOfDistinct(rapid.Custom(func(t *rapid.T) Key {
			return Key{rapid.StringMatching("[ab]{1,2}").Draw(t, "namespace"), rapid.StringMatching("[ab]{1,3}").Draw(t, "name")}
		}), func(k Key) Key { return k }).Draw(t, "pods") {
			s.Put(aPod(key.Namespace, key.Name, "u", map[string]string{"x": key.Name[:1]}))
		}
		opts := api.ListOptions{LabelSelector: rapid.SampledFrom([]string{"", "x=a"}).Draw(t, "selector")}
		namespace := rapid.SampledFrom([]string{"", "a", "ab"}).Draw(t, "namespace")
		whole, err := s.Page(namespace, opts, nil)
		if err != nil {
			t.Fatal(err)
		}
		all, _ := s.Snapshot("")
		want := slices.DeleteFunc(all, func(p Pod) bool {
			return namespace != "" && p.Namespace != namespace || opts.LabelSelector != "" && p.Labels["x"] != "a"
		})
		if diff := cmp.Diff(want, whole, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		opts.Limit = rapid.Int64Range(1, 4).Draw(t, "limit")
		var paged []Pod
		for {
			var meta api.ListMeta
			page, err := s.Page(namespace, opts, &meta)
			if err != nil {
				t.Fatal(err)
			}
			paged = append(paged, page...)
			if rest := len(whole) - len(paged); meta.Remaining != int64(rest) || (meta.Continue == "") != (rest == 0) || meta.ResourceVersion != FormatVersion(uint64(s.Len())) {
				t.Fatalf("with %d to come: %+v", rest, meta)
			}
			if opts.Continue = meta.Continue; opts.Continue == "" {
				break
			}
		}
		if diff := cmp.Diff(whole, paged, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestAPageGoesOnBehindAPodThatHasGone(t *testing.T) {
	s := newStore()
	add(t, s, "p0", "p1", "p2", "p3")
	var meta api.ListMeta
	if _, err := s.Page("default", api.ListOptions{Limit: 2}, &meta); err != nil {
		t.Fatal(err)
	}
	s.Remove(Key{"default", "p1"}, "uid-p1")
	next, err := s.Page("default", api.ListOptions{Limit: 2, Continue: meta.Continue}, &meta)
	if err != nil || len(next) != 2 || next[0].Name != "p2" || meta.ResourceVersion != "4" {
		t.Errorf("page 2: %v, %+v, %v", next, meta, err)
	}
}

func TestWhatCannotBeReadIsABadRequest(t *testing.T) {
	s := newStore()
	for _, opts := range []api.ListOptions{{LabelSelector: "=="}, {FieldSelector: "spec.x=1"}, {Continue: "?"}} {
		for _, err := range s.List(t.Context(), "", opts, nil) {
			if !apierrors.IsBadRequest(err) {
				t.Errorf("list %+v: %v", opts, err)
			}
		}
	}
	for _, opts := range []api.ListOptions{{LabelSelector: "=="}, {FieldSelector: "spec.x=1"}, {ResourceVersion: "x"}} {
		if _, err := s.Watch("", opts); !apierrors.IsBadRequest(err) {
			t.Errorf("watch %+v: %v", opts, err)
		}
	}
}

func TestPodsHandedOutAreTheCallersOwn(t *testing.T) {
	s := newStore()
	add(t, s, "a")
	for pod, err := range s.List(t.Context(), "", api.ListOptions{}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		pod.Name = "changed"
	}
	if _, err := s.Get(Key{"default", "a"}); err != nil {
		t.Error(err)
	}
	if _, err := s.Get(Key{"default", "b"}); !apierrors.IsNotFound(err) {
		t.Errorf("b: %v", err)
	}
}

func TestChangesAreToldBeforeTheyAreSeen(t *testing.T) {
	var told []string
	s := New[Pod](Options{Version: 7, Changed: func(v uint64, uid types.UID) { told = append(told, fmt.Sprintf("%d %s", v, uid)) }})
	add(t, s, "a")
	s.Update(Key{"default", "a"}, "uid-a", label("1"))
	s.Update(Key{"default", "a"}, "uid-a", func(p Pod) (Pod, bool) { return p, false })
	s.Update(Key{"default", "a"}, "another", label("1"))
	s.Put(aPod("default", "a", "another", nil))
	if diff := cmp.Diff([]string{"8 uid-a", "9 uid-a", "10 uid-a", "11 another"}, told); diff != "" {
		t.Error(diff)
	}
}

func TestAFrozenStoreStays(t *testing.T) {
	s := newStore()
	add(t, s, "a")
	s.Freeze()
	s.Put(aPod("default", "b", "u", nil))
	if _, err := s.Add(aPod("default", "c", "u", nil)); err == nil {
		t.Error("a pod was added")
	}
	if s.Remove(Key{"default", "a"}, "uid-a") {
		t.Error("a was removed")
	}
	if p, there := s.Update(Key{"default", "a"}, "uid-a", label("1")); !there || p.Labels != nil {
		t.Errorf("a: %v", p)
	}
	if all, v := s.Snapshot(""); len(all) != 1 || v != 1 {
		t.Errorf("%v at %d", all, v)
	}
}

func TestNamespacesAreThoseOfPods(t *testing.T) {
	s := newStore()
	if got := s.Namespaces(); !slices.Equal(got, []string{"default"}) {
		t.Errorf("of nothing: %v", got)
	}
	for _, key := range []Key{{"z", "a"}, {"default", "a"}, {"a", "a"}, {"a", "b"}} {
		s.Put(aPod(key.Namespace, key.Name, "u", nil))
	}
	if got := s.Namespaces(); !slices.Equal(got, []string{"a", "default", "z"}) {
		t.Errorf("%v", got)
	}
}

func TestEventsAreCountedOrderedAndBounded(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	l := NewEvents("test", func() time.Time { return now })
	a, b := aPod("default", "a", "uid-a", nil), aPod("other", "b", "uid-b", nil)
	a.Spec.InitContainers = []corev1.Container{{Name: "setup"}}
	list := func(namespace, selector string) []corev1.Event {
		t.Helper()
		out, err := l.List(namespace, api.ListOptions{FieldSelector: selector})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for i := range 5 {
		l.Note(a.Pod, "main", "n", corev1.EventTypeWarning, "BackOff", "again", now.Add(time.Duration(i)*time.Millisecond))
	}
	l.Note(a.Pod, "setup", "n", corev1.EventTypeNormal, "Created", "before", now.Add(-time.Minute))
	l.Note(a.Pod, "", "n", corev1.EventTypeNormal, "Created", "long ago", now.Add(-2*time.Hour))
	var got []string
	for _, e := range list("default", "involvedObject.uid=uid-a") {
		got = append(got, fmt.Sprint(e.Message, " ", e.Count, " ", e.InvolvedObject.FieldPath, " ", e.Source.Component))
	}
	if diff := cmp.Diff([]string{"before 1 spec.initContainers{setup} test", "again 5 spec.containers{main} test"}, got); diff != "" {
		t.Error(diff)
	}
	for i := range eventsPerPod * 2 {
		l.Note(b.Pod, "", "n", corev1.EventTypeNormal, "R", fmt.Sprint(i), now)
	}
	if theirs := list("", "involvedObject.name=b"); len(theirs) != eventsPerPod || theirs[len(theirs)-1].Message != fmt.Sprint(2*eventsPerPod-1) {
		t.Errorf("%d of b", len(theirs))
	}
	if len(list("default", "")) != 2 {
		t.Errorf("b's events took a's place")
	}
	for i := range eventsInAll + 5 {
		l.Note(aPod("default", "p", fmt.Sprint(i), nil).Pod, "", "n", corev1.EventTypeNormal, "R", "m", now)
	}
	if all := list("", ""); len(all) != eventsInAll {
		t.Errorf("%d in all", len(all))
	}
	now = now.Add(eventsTime + time.Second)
	if late := list("", ""); len(late) != 0 {
		t.Errorf("%d are still told an hour later", len(late))
	}
	if _, err := l.List("", api.ListOptions{FieldSelector: "nothing=1"}); !apierrors.IsBadRequest(err) {
		t.Errorf("selected by nothing: %v", err)
	}
}
