package fake

import (
	"time"

	corev1 "k8s.io/api/core/v1"
)

// churnTick is the shortest time between two rounds of changes.
const churnTick = 10 * time.Millisecond

// churn changes synthetic pods at the rate that Options.Churn says, until the
// engine is closed.
func (e *Engine) churn() {
	period := max(churnTick, time.Duration(float64(time.Second)/e.opts.Churn))
	owed, last := 0.0, e.clock.Now()
	for {
		select {
		case <-e.life.Done():
			return
		case <-e.clock.After(period):
		}
		now := e.clock.Now()
		owed = min(owed+now.Sub(last).Seconds()*e.opts.Churn, 10*max(e.opts.Churn, 1))
		last = now
		for ; owed >= 1; owed-- {
			e.mu.Lock()
			e.changeOne(now.UTC().Truncate(time.Second))
			e.mu.Unlock()
		}
	}
}

// changeOne makes one change: mostly a pod in another condition, now and then
// one that goes and, the next time, one that comes. The lock is held.
func (e *Engine) changeOne(now time.Time) {
	rng := e.synth.rng
	synthetic := e.store.Len() - len(e.runners)
	if synthetic < e.opts.Pods {
		e.store.Put(e.synth.pod(now, 0))
		return
	}
	if synthetic == 0 {
		return
	}
	r := e.store.Nth(rng.IntN(e.store.Len()))
	for range 16 { // created pods live their own lives
		if r.tmpl != nil && r.deleting.IsZero() {
			break
		}
		r = e.store.Nth(rng.IntN(e.store.Len()))
	}
	switch {
	case r.tmpl == nil || !r.deleting.IsZero():
	case rng.IntN(20) == 0:
		e.remove(r)
	default:
		e.store.Put(r.changedTo(e.nextCondition(r), r.restarts+1, now))
	}
}

// nextCondition is what may well become of a pod. The lock is held.
func (e *Engine) nextCondition(r *record) *template {
	var row []*template
	for _, candidates := range e.synth.templates {
		if candidates[0].app.name == r.tmpl.app.name {
			row = candidates
		}
	}
	switch r.tmpl.cond {
	case condPending:
		return row[condCreating]
	case condCreating, condInit, condImagePull, condNotReady:
		return row[condRunning]
	case condCrashLoop:
		return row[condRestarted]
	case condRunning, condRestarted:
		if r.tmpl.app.policy != corev1.RestartPolicyAlways {
			return row[condCompleted]
		}
		if e.synth.rng.IntN(3) == 0 {
			return row[condCrashLoop]
		}
		return row[condNotReady]
	}
	return row[condRunning]
}
