package docker

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// superviseLocked begins the probes of a run that goes on, once. Called with
// Engine.mu held.
func (e *Engine) superviseLocked(p *podState, c *corev1.Container, o *observed, init bool) {
	m := p.mark(o.id)
	if m.supervised || m.hooked {
		return
	}
	m.supervised = true
	if init && c.StartupProbe == nil && c.LivenessProbe == nil || c.StartupProbe == nil && c.LivenessProbe == nil && c.ReadinessProbe == nil {
		return
	}
	e.goWorkLocked(func() {
		alive, cancel := context.WithCancel(e.life)
		defer cancel()
		e.goWork(func() {
			defer cancel()
			e.awaitEnd(alive, p, o)
		})
		var probes sync.WaitGroup
		if c.StartupProbe != nil && !(&prober{e, p, c, o, "Startup", c.StartupProbe}).run(alive) {
			return
		}
		for kind, probe := range map[string]*corev1.Probe{"Liveness": c.LivenessProbe, "Readiness": c.ReadinessProbe} {
			if probe != nil {
				probes.Go(func() { (&prober{e, p, c, o, kind, probe}).run(alive) })
			}
		}
		probes.Wait()
	})
}

// awaitEnd waits until the run has ended or ctx is done.
func (e *Engine) awaitEnd(ctx context.Context, p *podState, o *observed) {
	for {
		e.mu.Lock()
		runs, changed := e.runsLocked(p, o), p.changed
		e.mu.Unlock()
		if !runs {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// prober runs one probe of one run.
type prober struct {
	e     *Engine
	p     *podState
	c     *corev1.Container
	o     *observed
	kind  string
	probe *corev1.Probe
}

// run probes in the probe's period and does what follows from it, until alive
// is done. A startup probe ends with its success, which is true.
func (r *prober) run(alive context.Context) (started bool) {
	failed := func(err error) {
		r.e.event(r.p, r.c.Name, corev1.EventTypeWarning, "Unhealthy", fmt.Sprintf("%s probe failed: %v", r.kind, err))
	}
	kubelet.RunProbe(alive, r.probe, r.once, failed, func(healthy bool) bool {
		switch {
		case healthy:
			r.succeeded()
			started = r.kind == "Startup"
			return !started
		case r.kind == "Readiness":
			r.e.change(r.p, func() { r.p.mark(r.o.id).ready = false })
			return true
		}
		r.restart()
		return false
	})
	return started
}

func (r *prober) succeeded() {
	r.e.change(r.p, func() {
		m := r.p.mark(r.o.id)
		m.started = m.started || r.kind == "Startup"
		m.ready = m.ready || r.kind == "Readiness"
	})
}

// restart ends the run; what comes after is the restartPolicy's.
func (r *prober) restart() {
	grace := kubelet.Grace(r.p.pod)
	if g := r.probe.TerminationGracePeriodSeconds; g != nil {
		grace = kubelet.Seconds(*g)
	}
	r.e.change(r.p, func() {
		r.e.stopRun(r.p, r.c, r.o, time.Now().Add(grace),
			fmt.Sprintf("Container %s failed %s probe, will be restarted", r.c.Name, strings.ToLower(r.kind)))
	})
}

// once probes once; nil is success.
func (r *prober) once(alive context.Context) error {
	limit := kubelet.ProbeTimeout(r.probe)
	// The daemon's own time to make an exec is not the program's.
	ctx, cancel := context.WithTimeout(alive, limit+execOverhead)
	defer cancel()
	err := r.e.handle(ctx, r.p, r.c, r.o, r.probe.Exec, r.probe.HTTPGet, r.probe.TCPSocket, limit)
	if err != nil && ctx.Err() != nil && alive.Err() == nil {
		return fmt.Errorf("no answer within %s", limit)
	}
	return err
}

// execOverhead is what a daemon may take to start an exec.
const execOverhead = 2 * time.Second

// postStart runs the container's postStart hook; it counts as running when the
// hook has ended, and is ended when that fails.
func (e *Engine) postStart(ctx context.Context, p *podState, c *corev1.Container, id string) {
	e.mu.Lock()
	o := e.seen[id]
	e.mu.Unlock()
	if o == nil {
		return
	}
	alive, cancel := context.WithCancel(ctx)
	defer cancel()
	e.goWork(func() {
		defer cancel()
		e.awaitEnd(alive, p, o)
	})
	err := e.hook(alive, p, c, o, c.Lifecycle.PostStart)
	e.change(p, func() {
		p.mark(id).hooked = false
		if err != nil && alive.Err() == nil {
			e.eventLocked(p, c.Name, corev1.EventTypeWarning, "FailedPostStartHook", "PostStartHook failed: "+err.Error(), time.Now())
			e.stopRun(p, c, o, time.Now().Add(kubelet.Grace(p.pod)), "FailedPostStartHook")
		}
	})
}

// hook runs a lifecycle handler; it has no time of its own but ctx's.
func (e *Engine) hook(ctx context.Context, p *podState, c *corev1.Container, o *observed, h *corev1.LifecycleHandler) error {
	if h.Sleep != nil {
		kubelet.Pause(ctx, kubelet.Seconds(h.Sleep.Seconds))
		return ctx.Err()
	}
	return e.handle(ctx, p, c, o, h.Exec, h.HTTPGet, h.TCPSocket, 30*time.Second)
}
