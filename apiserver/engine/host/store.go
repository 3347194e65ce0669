package host

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
)

// historySize is how many changes a watch may lag behind, or resume from.
const historySize = 4096

// versionStep is how many resource versions are reserved in the state folder
// at a time: they keep growing over restarts, also after a crash.
const versionStep = 10_000

var podResource = schema.GroupResource{Resource: "pods"}

// podKey is a pod's place in the store. Its order is the order of lists.
type podKey struct{ namespace, name string }

func keyOf(pod *corev1.Pod) podKey { return podKey{pod.Namespace, pod.Name} }

func (k podKey) compare(o podKey) int {
	if c := strings.Compare(k.namespace, o.namespace); c != 0 {
		return c
	}
	return strings.Compare(k.name, o.name)
}

// change is one entry of the history. before is nil for an added pod, after
// for a deleted one (whose last state, with the deletion's version, is gone).
type change struct {
	version       uint64
	before, after *corev1.Pod
	gone          *corev1.Pod
}

// store holds the pods' present states, their version and a bounded history of
// changes. A *corev1.Pod in it is never changed, only replaced; who hands one
// out copies it. Safe for concurrent use.
type store struct {
	// reserve makes versions up to and including upTo the store's own for
	// good; dirty is told of every pod whose state changed. Both are called
	// with the store locked.
	reserve func(upTo uint64)
	dirty   func(types.UID)

	mu       sync.Mutex
	pods     map[podKey]*corev1.Pod
	version  uint64
	reserved uint64
	history  []change      // ascending versions, the oldest dropped
	dropped  uint64        // version of the latest change that is not in history
	changed  chan struct{} // closed at the next change
	closed   bool
}

func newStore(version uint64, reserve func(uint64), dirty func(types.UID)) *store {
	s := &store{
		reserve: reserve, dirty: dirty, pods: map[podKey]*corev1.Pod{},
		version: version, reserved: version, dropped: version, changed: make(chan struct{}),
	}
	return s
}

// next gives out the next version.
func (s *store) next() uint64 {
	s.version++
	if s.version > s.reserved {
		s.reserved = s.version + versionStep
		s.reserve(s.reserved)
	}
	return s.version
}

func formatVersion(v uint64) string { return strconv.FormatUint(v, 10) }

// record appends to the history and wakes the watches.
func (s *store) record(c change) {
	if len(s.history) >= 2*historySize {
		s.history = append(s.history[:0:0], s.history[historySize:]...)
	}
	s.history = append(s.history, c)
	if n := len(s.history) - historySize; n > 0 {
		s.dropped = s.history[n-1].version
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// add puts in a new pod, which becomes the store's, and returns a copy.
func (s *store) add(pod *corev1.Pod) (*corev1.Pod, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.pods[keyOf(pod)]; taken {
		return nil, apierrors.NewAlreadyExists(podResource, pod.Name)
	}
	v := s.next()
	pod.ResourceVersion = formatVersion(v)
	s.pods[keyOf(pod)] = pod
	s.record(change{version: v, after: pod})
	s.dirty(pod.UID)
	return pod.DeepCopy(), nil
}

// update replaces the pod of that key and UID with what edit makes of a copy,
// and returns the new state, which is read only; nil when it has gone. An edit
// that changes nothing must return false. A frozen store stays as it is.
func (s *store) update(key podKey, uid types.UID, edit func(*corev1.Pod) bool) *corev1.Pod {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.pods[key]
	if before == nil || before.UID != uid {
		return nil
	}
	if s.closed {
		return before
	}
	after := before.DeepCopy()
	if !edit(after) {
		return before
	}
	v := s.next()
	after.ResourceVersion = formatVersion(v)
	s.pods[key] = after
	s.record(change{version: v, before: before, after: after})
	s.dirty(uid)
	return after
}

// remove takes the pod out; false when it has gone already.
func (s *store) remove(key podKey, uid types.UID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.pods[key]
	if before == nil || before.UID != uid {
		return false
	}
	gone := before.DeepCopy()
	v := s.next()
	gone.ResourceVersion = formatVersion(v)
	delete(s.pods, key)
	s.record(change{version: v, before: before, gone: gone})
	return true
}

// get is the present state, read only, or NotFound.
func (s *store) get(namespace, name string) (*corev1.Pod, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pod := s.pods[podKey{namespace, name}]
	if pod == nil {
		return nil, apierrors.NewNotFound(podResource, name)
	}
	return pod, nil
}

// snapshot gives all pods of the namespace ("" for all) in their order, read
// only, and the version that it is the state of.
func (s *store) snapshot(namespace string) ([]*corev1.Pod, uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*corev1.Pod, 0, len(s.pods))
	for key, pod := range s.pods {
		if namespace == "" || key.namespace == namespace {
			out = append(out, pod)
		}
	}
	slices.SortFunc(out, func(a, b *corev1.Pod) int { return keyOf(a).compare(keyOf(b)) })
	return out, s.version
}

// since gives the changes after a version, a channel that closes at the next
// one, and whether the store still knows all of them. more is false when the
// store is closed and nothing will come.
func (s *store) since(version uint64) (changes []change, wait <-chan struct{}, known, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if version < s.dropped {
		return nil, nil, false, true
	}
	i, _ := slices.BinarySearchFunc(s.history, version+1, func(c change, v uint64) int {
		switch {
		case c.version < v:
			return -1
		case c.version > v:
			return 1
		}
		return 0
	})
	return s.history[i:len(s.history):len(s.history)], s.changed, true, !s.closed
}

// freeze keeps the pods as they are from now on and ends the watches in order.
func (s *store) freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		close(s.changed)
		s.changed = make(chan struct{})
	}
}

// current is the latest version.
func (s *store) current() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// eventFor is what a change means to one who sees only what selected admits.
func eventFor(c change, selected func(*corev1.Pod) bool) (api.EventType, *corev1.Pod, bool) {
	was := c.before != nil && selected(c.before)
	is := c.after != nil && selected(c.after)
	switch {
	case is && was:
		return api.EventModified, c.after, true
	case is:
		return api.EventAdded, c.after, true
	case was && c.after != nil:
		return api.EventDeleted, c.after, true
	case was:
		return api.EventDeleted, c.gone, true
	}
	return "", nil, false
}
