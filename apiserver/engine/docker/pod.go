package docker

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/apiserver/engine/podstore"
)

// podState is a pod of podium's: what the daemon tells of it and what only
// this process knows. All of it is guarded by Engine.mu but pod, which is
// never changed.
type podState struct {
	key podstore.Key
	uid types.UID
	pod *corev1.Pod // metadata and spec, as the label has them

	infra *observed
	runs  map[string][]*observed // by container, in the order of attempts
	ends  []*observed            // that say it is being deleted

	waiting map[string]waiting   // why a container has not come up, by name
	marks   map[string]*runMarks // by container id
	tasks   map[string]bool      // what is being done for it, by name
	changed chan struct{}        // closed at the next change
	kick    chan struct{}        // capacity 1: the worker is to look again
	made    bool                 // by this process
	gone    bool                 // the infra container does not exist any more
	erasing int                  // how many are removing it: nothing else is done
}

// waiting is the reason of a container that has not come up.
type waiting struct {
	reason, message string
}

// runMarks is what this process knows of a run of a container.
type runMarks struct {
	supervised bool      // probes have begun
	hooked     bool      // postStart is under way: it does not count as running
	started    bool      // the startup probe has succeeded, or there is none
	ready      bool      // the readiness probe says so, or there is none
	message    string    // termination message
	told       bool      // message has been read, or is being read
	unread     int       // how often it could not be read
	failed     string    // why it could not be started
	failedAt   time.Time // when
	stop       *stopping
	claimed    bool // this podium has run the preStop hook, or is doing so
}

func (p *podState) mark(id string) *runMarks {
	m := p.marks[id]
	if m == nil {
		m = &runMarks{}
		p.marks[id] = m
	}
	return m
}

// latest is the present run of a container, nil before the first.
func (p *podState) latest(container string) *observed {
	runs := p.runs[container]
	if len(runs) == 0 {
		return nil
	}
	return runs[len(runs)-1]
}

// deletion is the earliest end of a grace, and whether there is one.
func (p *podState) deletion() (at time.Time, grace int64, deleting bool) {
	for _, end := range p.ends {
		t := time.UnixMilli(labelNumber(end.labels, labelDeadline)).UTC()
		if !deleting || t.Before(at) {
			at, grace, deleting = t, labelNumber(end.labels, labelGrace), true
		}
	}
	return at, grace, deleting
}

// wake lets the worker look again.
func (p *podState) wake() {
	select {
	case p.kick <- struct{}{}:
	default:
	}
}

// take puts in what the daemon told of a container.
func (e *Engine) take(o *observed) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if was := e.seen[o.id]; was != nil && was.serial > o.serial || e.closing {
		return
	}
	e.seen[o.id] = o
	if !o.running {
		e.endExecs(o.id)
	}
	p, ours := e.ownerOf(o)
	switch {
	case p != nil:
		e.note(p, o)
		p.put(o)
		e.rebuild(p)
	case !ours:
		e.showForeign(o)
	}
}

// ownerOf finds the pod that a container belongs to. The name counts, which no
// image can choose, and not the labels alone, which any image may have. ours
// without a pod is a container of a pod that is not known yet, or is over.
func (e *Engine) ownerOf(o *observed) (p *podState, ours bool) {
	key := podstore.Key{Namespace: o.labels[labelNamespace], Name: o.labels[labelName]}
	uid := types.UID(o.labels[labelUID])
	if uid == "" || len(uid) != 36 {
		return nil, false
	}
	switch o.labels[labelRole] {
	case roleInfra:
		if o.name != infraName(key) {
			return nil, false
		}
		if p := e.pods[uid]; p != nil {
			return p, true
		}
		pod, err := unpackManifest(o.labels)
		if err != nil {
			go e.warn(fmt.Errorf("container %s looks like a pod of podium's and is none: %w", o.name, err))
			return nil, false
		}
		return e.adopt(pod, o), true
	case roleRun:
		if o.name != runName(key, uid, o.container(), o.attempt()) {
			return nil, false
		}
	case roleEnd:
		if o.name != endName(key, uid, labelNumber(o.labels, labelDeadline)) {
			return nil, false
		}
	case roleClaim:
		if o.name != claimName(runName(key, uid, o.container(), o.attempt())) {
			return nil, false
		}
	default:
		return nil, false
	}
	p = e.pods[uid]
	if p != nil && p.key != key {
		return nil, false
	}
	return p, true
}

// adopt begins to look after a pod, with the containers of it that have been
// seen already.
func (e *Engine) adopt(pod *corev1.Pod, infra *observed) *podState {
	p := &podState{
		key: podstore.KeyOf(pod), uid: pod.UID, pod: pod, runs: map[string][]*observed{},
		waiting: map[string]waiting{}, marks: map[string]*runMarks{}, tasks: map[string]bool{},
		changed: make(chan struct{}), kick: make(chan struct{}, 1),
	}
	e.pods[pod.UID] = p
	e.eventLocked(p, "", corev1.EventTypeNormal, "Scheduled",
		"Successfully assigned "+p.key.Namespace+"/"+p.key.Name+" to "+e.daemon.name, infra.created)
	for _, o := range e.seen {
		if o.labels[labelRole] != roleInfra {
			if owner, _ := e.ownerOf(o); owner == p {
				e.note(p, o)
				p.put(o)
			}
		}
	}
	e.goWorkLocked(func() { e.tend(p) })
	return p
}

// put sorts a container into its pod.
func (p *podState) put(o *observed) {
	same := func(x *observed) bool { return x.id == o.id }
	switch o.labels[labelRole] {
	case roleInfra:
		p.infra = o
	case roleEnd:
		p.ends = append(slices.DeleteFunc(slices.Clone(p.ends), same), o)
	case roleRun:
		runs := append(slices.DeleteFunc(slices.Clone(p.runs[o.container()]), same), o)
		slices.SortFunc(runs, func(a, b *observed) int { return a.attempt() - b.attempt() })
		p.runs[o.container()] = runs
	}
}

// drop forgets a container that does not exist any more.
func (e *Engine) drop(id string, serial uint64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	o := e.seen[id]
	if o == nil || o.serial > serial || e.closing {
		return
	}
	delete(e.seen, id)
	delete(e.shells, id)
	e.endExecs(id)
	if key, ok := e.foreign[id]; ok {
		delete(e.foreign, id)
		e.store.Remove(key, types.UID(id))
		return
	}
	p, _ := e.ownerOf(o)
	if p == nil {
		return
	}
	same := func(x *observed) bool { return x.id == id }
	switch o.labels[labelRole] {
	case roleInfra:
		p.gone = true
		delete(e.pods, p.uid)
		e.store.Remove(p.key, p.uid)
		p.broadcast()
		return
	case roleEnd:
		p.ends = slices.DeleteFunc(slices.Clone(p.ends), same)
	case roleRun:
		p.runs[o.container()] = slices.DeleteFunc(slices.Clone(p.runs[o.container()]), same)
		delete(p.marks, id)
	}
	e.rebuild(p)
}

// broadcast wakes all who wait for a change of the pod.
func (p *podState) broadcast() {
	close(p.changed)
	p.changed = make(chan struct{})
	p.wake()
}

// rebuild lets the pod in the store follow from what is known.
func (e *Engine) rebuild(p *podState) {
	if p.gone || p.infra == nil {
		return
	}
	e.show(e.assemble(p, time.Now()))
	p.broadcast()
}

// change edits what this process knows of a pod and lets the store follow.
func (e *Engine) change(p *podState, edit func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	edit()
	e.rebuild(p)
}

// note tells the events of what is seen of a container: so they are the same
// for every podium, and a new one knows what was.
func (e *Engine) note(p *podState, o *observed) {
	if o.labels[labelRole] != roleRun {
		return
	}
	var was *observed
	for _, x := range p.runs[o.container()] {
		if x.id == o.id {
			was = x
		}
	}
	if was == nil {
		e.eventLocked(p, o.container(), corev1.EventTypeNormal, "Created", "Created container: "+o.container(), o.created)
	}
	if !o.started.IsZero() && (was == nil || was.started.IsZero()) {
		e.eventLocked(p, o.container(), corev1.EventTypeNormal, "Started", "Started container "+o.container(), o.started)
	}
	if o.failure != "" && (was == nil || was.failure == "") && o.started.IsZero() {
		e.eventLocked(p, o.container(), corev1.EventTypeWarning, "Failed", "Error: "+o.failure, time.Now())
	}
}

// event notes something that this podium does or finds.
func (e *Engine) event(p *podState, container, kind, reason, message string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.eventLocked(p, container, kind, reason, message, time.Now())
}

func (e *Engine) eventLocked(p *podState, container, kind, reason, message string, when time.Time) {
	e.events.Note(p.pod, container, e.daemon.name, kind, reason, clip(message), when)
}

// maxText bounds what daemons and programs say in states and events.
const maxText = 1024

func clip(s string) string {
	s = strings.ToValidUTF8(strings.TrimSpace(s), "\uFFFD")
	if len(s) > maxText {
		s = strings.ToValidUTF8(s[:maxText], "") + "…"
	}
	return s
}
