package docker

import (
	"slices"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
)

// keptChanges is how many changes a watch may lag behind, or resume from.
const keptChanges = 4096

var podResource = schema.GroupResource{Resource: "pods"}

// step is one change of one pod: from nothing when before is nil, to nothing
// when gone is set.
type step struct {
	version       uint64
	before, after *corev1.Pod
	gone          bool
}

// store has the pods as they are shown, the version of this state, and the
// latest steps that led to it. Pods in it are never changed, only replaced.
// Safe for concurrent use.
type store struct {
	mu      sync.Mutex
	pods    map[podKey]*corev1.Pod
	version uint64
	steps   []step
	missed  uint64 // version of the latest step that is not kept
	changed chan struct{}
	broken  uint64 // counts interruptions
	why     error  // of the last one
	frozen  bool
}

// newStore begins at a version that no earlier process has given out, since it
// counts from the clock.
func newStore() *store {
	v := uint64(time.Now().UnixMicro())
	return &store{pods: map[podKey]*corev1.Pod{}, version: v, missed: v, changed: make(chan struct{})}
}

func formatVersion(v uint64) string { return strconv.FormatUint(v, 10) }

// record adds a step under the lock and wakes the watches.
func (s *store) record(c step) {
	if len(s.steps) >= 2*keptChanges {
		s.steps = slices.Clone(s.steps[keptChanges:])
	}
	s.steps = append(s.steps, c)
	if over := len(s.steps) - keptChanges; over > 0 {
		s.missed = s.steps[over-1].version
	}
	s.wake()
}

func (s *store) wake() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// put shows a pod, which becomes the store's, unless it is shown so already.
// Conditions that are as before keep their times.
func (s *store) put(pod *corev1.Pod) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.frozen {
		return
	}
	key := keyOf(pod)
	before := s.pods[key]
	if before != nil && before.UID == pod.UID {
		keepTimes(before.Status.Conditions, pod.Status.Conditions)
		pod.ResourceVersion = before.ResourceVersion
		if equality.Semantic.DeepEqual(before, pod) {
			return
		}
	}
	s.version++
	pod.ResourceVersion = formatVersion(s.version)
	s.pods[key] = pod
	s.record(step{version: s.version, before: before, after: pod})
}

func keepTimes(before, after []corev1.PodCondition) {
	for i := range after {
		for _, b := range before {
			if b.Type == after[i].Type && b.Status == after[i].Status {
				after[i].LastTransitionTime = b.LastTransitionTime
			}
		}
	}
}

// remove ends the showing of a pod; false when it is not shown.
func (s *store) remove(key podKey, uid types.UID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.pods[key]
	if before == nil || before.UID != uid || s.frozen {
		return false
	}
	s.version++
	last := before.DeepCopy()
	last.ResourceVersion = formatVersion(s.version)
	delete(s.pods, key)
	s.record(step{version: s.version, before: last, gone: true})
	return true
}

// get is a pod as it is shown, read only, or NotFound.
func (s *store) get(key podKey) (*corev1.Pod, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if pod := s.pods[key]; pod != nil {
		return pod, nil
	}
	return nil, apierrors.NewNotFound(podResource, key.name)
}

// snapshot is all pods of a namespace ("" for all) in their order, read only,
// and the version they are of.
func (s *store) snapshot(namespace string) ([]*corev1.Pod, uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*corev1.Pod, 0, len(s.pods))
	for key, pod := range s.pods {
		if namespace == "" || namespace == key.namespace {
			out = append(out, pod)
		}
	}
	slices.SortFunc(out, func(a, b *corev1.Pod) int { return keyOf(a).compare(keyOf(b)) })
	return out, s.version
}

// tail is what a watch sees of the store.
type tail struct {
	steps  []step
	known  bool            // no step since was dropped
	wait   <-chan struct{} // closes at the next change
	broken uint64
	why    error
	frozen bool
}

// since gives the steps after a version.
func (s *store) since(version uint64) tail {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := tail{known: version >= s.missed && version <= s.version, wait: s.changed, broken: s.broken, why: s.why, frozen: s.frozen}
	i, _ := slices.BinarySearchFunc(s.steps, version+1, func(c step, v uint64) int {
		switch {
		case c.version < v:
			return -1
		case c.version > v:
			return 1
		}
		return 0
	})
	t.steps = s.steps[i:len(s.steps):len(s.steps)]
	return t
}

// interrupt ends the watches with an error: what is shown may be old.
func (s *store) interrupt(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken++
	s.why = err
	s.wake()
}

// freeze ends the watches in order and keeps what is shown as it is.
func (s *store) freeze() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.frozen = true
	s.wake()
}

// eventOf is what a step means to one who sees only what selected admits.
func eventOf(c step, selected func(*corev1.Pod) bool) (api.EventType, *corev1.Pod, bool) {
	was := c.before != nil && selected(c.before)
	is := !c.gone && selected(c.after)
	switch {
	case is && was:
		return api.EventModified, c.after, true
	case is:
		return api.EventAdded, c.after, true
	case was && c.gone:
		return api.EventDeleted, c.before, true
	case was:
		return api.EventDeleted, c.after, true
	}
	return "", nil, false
}
