// Package podstore is what engines that know their pods themselves keep of
// them: the present states by namespace and name with their versions, lists
// with selectors and pages, watches that resume, and events, all of it bounded.
//
// It runs nothing, writes nothing down and speaks to nobody: what becomes of a
// pod is the engine's to say.
package podstore

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"

	"podium/apiserver/engine"
)

// Key is a pod's place. Its order is the order of lists.
type Key struct{ Namespace, Name string }

// KeyOf is the place of a pod.
func KeyOf(pod *corev1.Pod) Key { return Key{pod.Namespace, pod.Name} }

func (k Key) compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Namespace, o.Namespace), cmp.Compare(k.Name, o.Name))
}

// State is one state of a pod, however an engine keeps it. Once it is in a
// Store it is never changed, only replaced.
type State[S any] interface {
	// Key and GetUID say which pod it is of.
	Key() Key
	GetUID() types.UID

	// At is a copy that has the version, and may share what is not changed.
	At(version uint64) S

	// In tells whether the pod is selected.
	In(selection engine.Selection) bool

	// Copy is the pod as it is handed out: the caller's own.
	Copy() *corev1.Pod
}

// Pod is the State of engines that keep whole pods.
type Pod struct{ *corev1.Pod }

var _ State[Pod] = Pod{}

// Key implements State.
func (p Pod) Key() Key { return KeyOf(p.Pod) }

// At implements State.
func (p Pod) At(version uint64) Pod {
	pod := *p.Pod
	pod.ResourceVersion = FormatVersion(version)
	return Pod{&pod}
}

// In implements State.
func (p Pod) In(selection engine.Selection) bool { return selection.HasPod(p.Pod) }

// Copy implements State.
func (p Pod) Copy() *corev1.Pod { return p.DeepCopy() }

// FormatVersion is a version as pods and lists carry it.
func FormatVersion(v uint64) string { return strconv.FormatUint(v, 10) }

// Options say how a store begins.
type Options struct {
	// Version is where the versions go on from. None may ever mean two
	// states: an engine that lives on begins above those it has given out.
	Version uint64

	// Keep is how many changes a watch may lag behind, or resume over, at
	// least; twice as many are kept at the most. 0 means 4096.
	Keep int

	// Changed is told of every change before anybody can see it, nil for
	// nobody. It is called with the store locked.
	Changed func(version uint64, uid types.UID)
}

// Store has the pods as they are, the version of this whole, and the latest
// changes that led to it. Safe for concurrent use. States that it hands out are
// to be read only.
type Store[S State[S]] struct {
	opts Options

	mu      sync.RWMutex
	pods    []S // in the order of their keys
	version uint64
	history []change[S]   // the latest, one for each version up to the present
	news    chan struct{} // closed at the next change
	breaks  int           // counts interruptions
	why     error         // of the latest one
	frozen  bool
}

// change is one step of one pod. before is meant unless the pod is fresh; after
// is its last state where it is gone.
type change[S any] struct {
	before, after S
	fresh, gone   bool
}

// New makes a store without pods.
func New[S State[S]](opts Options) *Store[S] {
	if opts.Keep <= 0 {
		opts.Keep = 4096
	}
	return &Store[S]{opts: opts, version: opts.Version, news: make(chan struct{})}
}

// index finds where the pod of a key is, or would be. The lock is held.
func (s *Store[S]) index(key Key) (int, bool) {
	return slices.BinarySearchFunc(s.pods, key, func(p S, k Key) int { return p.Key().compare(k) })
}

// indexOf finds a pod that is there. The lock is held.
func (s *Store[S]) indexOf(key Key, uid types.UID) (int, bool) {
	i, found := s.index(key)
	return i, found && s.pods[i].GetUID() == uid
}

// next gives out a version. The lock is held.
func (s *Store[S]) next(uid types.UID) uint64 {
	s.version++
	if s.opts.Changed != nil {
		s.opts.Changed(s.version, uid)
	}
	return s.version
}

// record appends to the history and wakes the watches. The lock is held.
func (s *Store[S]) record(c change[S]) {
	if len(s.history) >= 2*s.opts.Keep {
		s.history = slices.Clone(s.history[s.opts.Keep:])
	}
	s.history = append(s.history, c)
	s.wake()
}

func (s *Store[S]) wake() {
	close(s.news)
	s.news = make(chan struct{})
}

// put makes pod the present state at its place. The lock is held.
func (s *Store[S]) put(pod S) S {
	i, found := s.index(pod.Key())
	if found && s.pods[i].GetUID() != pod.GetUID() { // another pod that nobody has seen go
		s.remove(i)
		found = false
	}
	after := pod.At(s.next(pod.GetUID()))
	if found {
		s.record(change[S]{before: s.pods[i], after: after})
		s.pods[i] = after
		return after
	}
	s.pods = slices.Insert(s.pods, i, after)
	s.record(change[S]{after: after, fresh: true})
	return after
}

func (s *Store[S]) remove(i int) {
	last := s.pods[i]
	s.pods = slices.Delete(s.pods, i, i+1)
	s.record(change[S]{before: last, after: last.At(s.next(last.GetUID())), gone: true})
}

// Add puts in a new pod and gives it as it is now; AlreadyExists on a taken
// name.
func (s *Store[S]) Add(pod S) (S, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var none S
	if s.frozen {
		return none, errors.New("the engine is closed")
	}
	if _, taken := s.index(pod.Key()); taken {
		return none, apierrors.NewAlreadyExists(engine.PodResource, pod.Key().Name)
	}
	return s.put(pod), nil
}

// Put makes pod the present state of its pod, whether there was one or not.
func (s *Store[S]) Put(pod S) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.frozen {
		s.put(pod)
	}
}

// Update replaces the state of a pod by what edit makes of it, in one step;
// edit says false where there is nothing to change. It gives the state that the
// pod has then, and false when there is no such pod.
func (s *Store[S]) Update(key Key, uid types.UID, edit func(S) (S, bool)) (S, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.indexOf(key, uid)
	if !found {
		var none S
		return none, false
	}
	now := s.pods[i]
	if s.frozen {
		return now, true
	}
	if after, changed := edit(now); changed {
		now = s.put(after)
	}
	return now, true
}

// Remove takes a pod out; false when it has gone already.
func (s *Store[S]) Remove(key Key, uid types.UID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i, found := s.indexOf(key, uid)
	if !found || s.frozen {
		return false
	}
	s.remove(i)
	return true
}

// Interrupt ends the watches that there are with an error, once they have told
// what has changed: what the store has may not be the present state.
func (s *Store[S]) Interrupt(why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breaks++
	s.why = why
	s.wake()
}

// Freeze keeps the pods as they are from now on and ends all watches in order.
func (s *Store[S]) Freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frozen = true
	s.wake()
}
