package fake

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/podstore"
)

var _ podstore.State[*record] = (*record)(nil)

// record is one version of a pod. It is never changed: a change is a new
// record, so that lists and watches may keep what they have.
type record struct {
	name     string
	uid      string
	version  uint64
	created  time.Time
	changed  time.Time
	deleting time.Time // when the grace ends, zero unless being deleted
	grace    int64
	restarts int32
	node     int32
	ip       uint32
	tmpl     *template // of a synthetic pod

	// pod is the whole object of a pod that was created by somebody; its
	// resourceVersion is put in when it is handed out.
	pod *corev1.Pod
}

func (r *record) nodeName() string {
	if r.tmpl != nil && r.tmpl.cond == condPending {
		return ""
	}
	return fmt.Sprintf("node-%02d", r.node)
}

func (r *record) podIP() string {
	return "10.244." + strconv.Itoa(int(r.ip>>8&255)) + "." + strconv.Itoa(int(r.ip&255))
}

// json appends the pod as it is on the wire.
func (r *record) json(b []byte) ([]byte, error) {
	if r.tmpl != nil {
		return r.tmpl.render(b, r), nil
	}
	own, err := json.Marshal(r.Copy())
	if err != nil {
		return nil, fmt.Errorf("encode pod %q: %w", r.name, err)
	}
	return append(b, own...), nil
}

// Key implements podstore.State.
func (r *record) Key() podstore.Key {
	return podstore.Key{Namespace: api.DefaultNamespace, Name: r.name}
}

// GetUID implements podstore.State.
func (r *record) GetUID() types.UID { return types.UID(r.uid) }

// At implements podstore.State.
func (r *record) At(version uint64) *record {
	c := *r
	c.version = version
	return &c
}

// Copy implements podstore.State.
func (r *record) Copy() *corev1.Pod {
	if r.pod != nil {
		pod := r.pod.DeepCopy()
		pod.ResourceVersion = podstore.FormatVersion(r.version)
		return pod
	}
	pod := &corev1.Pod{}
	if err := json.Unmarshal(r.tmpl.render(nil, r), pod); err != nil {
		// A template is of our own making and a test reads every one.
		panic(fmt.Sprintf("fake: the template of %s is no pod: %v", r.tmpl.app.name, err))
	}
	return pod
}

// In implements podstore.State.
func (r *record) In(selection engine.Selection) bool {
	if selection.Everything() {
		return true
	}
	var slim corev1.Pod
	return selection.HasPod(r.slim(&slim))
}

// slim is enough of the pod for selectors, without decoding anything.
func (r *record) slim(into *corev1.Pod) *corev1.Pod {
	if r.pod != nil {
		return r.pod
	}
	into.Name, into.Namespace, into.UID, into.Labels = r.name, api.DefaultNamespace, types.UID(r.uid), r.tmpl.labels
	into.Spec.NodeName, into.Spec.RestartPolicy = r.nodeName(), r.tmpl.app.policy
	into.Status.Phase, into.Status.PodIP = r.tmpl.phase, r.podIP()
	return into
}

// changedTo is a copy in another condition.
func (r *record) changedTo(t *template, restarts int32, now time.Time) *record {
	c := *r
	c.tmpl, c.restarts, c.changed = t, restarts, now
	return &c
}

// dying is a copy that is being deleted.
func (r *record) dying(end time.Time, grace int64) *record {
	c := *r
	c.deleting, c.grace = end.Truncate(time.Second), grace
	if r.pod != nil {
		c.pod = r.pod.DeepCopy()
		t := metav1.NewTime(c.deleting)
		c.pod.DeletionTimestamp, c.pod.DeletionGracePeriodSeconds = &t, &grace
	}
	return &c
}

// synthesizer makes synthetic pods, the same for the same seed.
type synthesizer struct {
	rng       *rand.Rand
	templates [][]*template // by application and condition
	serial    uint64
}

func newSynthesizer(seed uint64) (*synthesizer, error) {
	s := &synthesizer{rng: rand.New(rand.NewPCG(seed, 0x706f6469756d))}
	for _, a := range apps() {
		row := make([]*template, conditions)
		for c := range conditions {
			t, err := newTemplate(a, condition(c))
			if err != nil {
				return nil, err
			}
			row[c] = t
		}
		s.templates = append(s.templates, row)
	}
	return s, nil
}

// uid is a random UUID of version 4 from the synthesizer's own source.
func (s *synthesizer) uid() string {
	a, b := s.rng.Uint64(), s.rng.Uint64()
	a = a&^0xf000 | 0x4000
	b = b&^(3<<62) | 1<<63
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", a>>32, a>>16&0xffff, a&0xffff, b>>48, b&0xffffffffffff)
}

// pod makes a new synthetic pod, created up to age before now.
func (s *synthesizer) pod(now time.Time, age time.Duration) *record {
	s.serial++
	row := s.templates[s.rng.IntN(len(s.templates))]
	cond := s.condition(row[0].app)
	r := &record{uid: s.uid(), node: int32(s.rng.IntN(40)), ip: uint32(s.rng.IntN(65000)) + 1, tmpl: row[cond]}
	switch row[0].app.owner {
	case "StatefulSet":
		r.name = fmt.Sprintf("%s-%05d", row[0].app.name, s.serial)
	default:
		r.name = fmt.Sprintf("%s-7d4b9c6f5d-%05d", row[0].app.name, s.serial)
	}
	ago := time.Duration(0)
	if age > 0 {
		ago = time.Duration(s.rng.Int64N(int64(age)))
	}
	r.created = now.Add(-ago).UTC().Truncate(time.Second)
	r.changed = r.created.Add(ago / 2).Truncate(time.Second)
	if cond == condCrashLoop || cond == condRestarted || cond == condNotReady {
		r.restarts = int32(1 + s.rng.IntN(40))
	}
	return r
}

// condition draws one that suits the application, as a cluster has them.
func (s *synthesizer) condition(a app) condition {
	n := s.rng.IntN(100)
	job := a.policy != corev1.RestartPolicyAlways
	switch {
	case job && n < 60:
		return condCompleted
	case job && n < 70:
		return condFailed
	case n < 70:
		return condRunning
	case n < 84:
		return condRestarted
	case n < 89 && !job:
		return condCrashLoop
	case n < 91:
		return condPending
	case n < 93:
		return condCreating
	case n < 95:
		return condImagePull
	case n < 97 && a.init != "":
		return condInit
	case n < 99:
		return condNotReady
	}
	return condRunning
}
