package docker

import (
	"context"
	"fmt"
	"time"

	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// stopping is the end of a run that this podium brings about.
type stopping struct {
	at      time.Time     // when its grace is over
	shorter chan struct{} // closed and replaced when at has become earlier
}

// stopRun ends a run: preStop, its signal, and when the grace is over KILL.
// Asked again it can only shorten the grace. Called with Engine.mu held.
func (e *Engine) stopRun(p *podState, c *corev1.Container, o *observed, at time.Time, why string) {
	m := p.mark(o.id)
	if s := m.stop; s != nil {
		if at.Before(s.at) {
			s.at = at
			close(s.shorter)
			s.shorter = make(chan struct{})
		}
		return
	}
	s := &stopping{at: at, shorter: make(chan struct{})}
	m.stop = s
	e.eventLocked(p, c.Name, corev1.EventTypeNormal, "Killing", why, time.Now())
	e.goWorkLocked(func() {
		if err := e.end(p, c, o, s); err != nil && e.life.Err() == nil {
			e.warn(fmt.Errorf("stop container %s of pod %s/%s: %w", c.Name, p.key.Namespace, p.key.Name, err))
			// Let it be tried again.
			kubelet.Pause(e.life, time.Second)
			e.change(p, func() { m.stop = nil })
		}
	})
}

// end is stopRun's work.
func (e *Engine) end(p *podState, c *corev1.Container, o *observed, s *stopping) error {
	over, cancel := e.untilOver(p, o, s)
	defer cancel()
	mine, hook := true, c.Lifecycle != nil && c.Lifecycle.PreStop != nil
	if hook {
		var err error
		if mine, hook, err = e.claimStop(over, p, o); err != nil {
			return err
		}
	}
	if hook {
		if err := e.hook(over, p, c, o, c.Lifecycle.PreStop); err != nil && over.Err() == nil {
			e.event(p, c.Name, corev1.EventTypeWarning, "FailedPreStopHook", "PreStopHook failed: "+err.Error())
		}
	}
	if mine && over.Err() == nil {
		if err := e.signalRun(o, stopSignal(o)); err != nil {
			return err
		}
	}
	<-over.Done()
	if e.life.Err() != nil || !e.runs(p, o) {
		return nil
	}
	if err := e.signalRun(o, "KILL"); err != nil {
		return err
	}
	return e.refresh(e.life, o.id)
}

// claimStop makes this podium the one that runs the preStop hook of a run and
// sends its signal: the name of the claim is taken once. The others wait for
// the end of the run or of its grace. first is false where this one has it
// already and is trying again.
func (e *Engine) claimStop(ctx context.Context, p *podState, o *observed) (mine, first bool, err error) {
	e.mu.Lock()
	has := p.mark(o.id).claimed
	e.mu.Unlock()
	if has {
		return true, false, nil
	}
	name := claimName(o.name)
	labels := baseLabels(p.pod, roleClaim)
	labels[labelContainer], labels[labelAttempt] = o.container(), o.labels[labelAttempt]
	if _, err := e.makeSign(ctx, p, name, labels); err != nil {
		if ctx.Err() != nil || e.nameTaken(context.WithoutCancel(ctx), name, err) {
			return false, false, nil //nolint:nilerr // another podium has the claim, or this one goes: neither is a failure
		}
		return false, false, fmt.Errorf("claim the end of container %s: %w", o.name, err)
	}
	e.mu.Lock()
	p.mark(o.id).claimed = true
	e.mu.Unlock()
	return true, true, nil
}

// untilOver is done when the run has ended, its grace is over, or the engine
// closes.
func (e *Engine) untilOver(p *podState, o *observed, s *stopping) (context.Context, context.CancelFunc) {
	over, cancel := context.WithCancel(e.life)
	e.goWork(func() {
		defer cancel()
		for {
			e.mu.Lock()
			at, shorter, changed := s.at, s.shorter, p.changed
			runs := e.runsLocked(p, o)
			e.mu.Unlock()
			if !runs {
				return
			}
			timer := time.NewTimer(time.Until(at))
			select {
			case <-timer.C:
				return
			case <-over.Done():
				timer.Stop()
				return
			case <-shorter:
			case <-changed:
			}
			timer.Stop()
		}
	})
	return over, cancel
}

// runs tells whether the run goes on, as far as is known.
func (e *Engine) runs(p *podState, o *observed) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.runsLocked(p, o)
}

func (e *Engine) runsLocked(p *podState, o *observed) bool {
	now := e.seen[o.id]
	return !p.gone && now != nil && now.running && now.started.Equal(o.started)
}

// stopSignal is the run's own, from its manifest or image, else TERM.
func stopSignal(o *observed) string {
	if o.full != nil && o.full.Config != nil && o.full.Config.StopSignal != "" {
		return o.full.Config.StopSignal
	}
	return "TERM"
}

// signalRun sends a signal to a container; one that has ended needs none.
func (e *Engine) signalRun(o *observed, name string) error {
	ctx, cancel := context.WithTimeout(e.life, callTime)
	defer cancel()
	_, err := e.cli.ContainerKill(ctx, o.id, client.ContainerKillOptions{Signal: name})
	if err != nil && !notRunning(err) {
		return fmt.Errorf("send %s: %w", name, err)
	}
	return nil
}
