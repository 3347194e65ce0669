package docker

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// idle is how long a pod is left alone when nothing happens to it.
const idle = time.Minute

// tend brings a pod to where its manifest wants it until the pod is gone or
// the engine closes: it looks at what there is, does the next thing that is
// missing, and looks again when something has changed or is due. Nothing is
// remembered but what is being done, so that it goes on from any state that a
// daemon, another podium or a person brings about.
func (e *Engine) tend(p *podState) {
	for {
		wait := e.look(p)
		if wait < 0 {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-p.kick:
		case <-timer.C:
		case <-e.life.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// look does the next things and tells when to look again at the latest;
// negative when the pod is gone.
func (e *Engine) look(p *podState) time.Duration {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := time.Now()
	switch {
	case p.gone:
		e.task(p, taskErase, func(ctx context.Context) error { return e.clear(ctx, p) })
		return -1
	case e.closing || !e.link.up || p.erasing > 0:
		return idle // what is known may be a part of what there is
	}
	if at, _, deleting := p.deletion(); deleting {
		return e.lookAtEnd(p, at, now)
	}
	pod := e.assemble(p, now)
	if kubelet.Ended(pod) {
		e.lookAtEnded(p, pod)
		return idle
	}
	wait := idle
	if at, ok := deadlineOf(p); ok {
		wait = min(wait, max(at.Sub(now), 0)+10*time.Millisecond)
	}
	if !p.infra.running {
		// One that has ended may have done so with its daemon, which is then
		// no longer there in a moment.
		if rest := diedTime - now.Sub(p.infra.finished); !p.infra.finished.IsZero() && rest > 0 {
			return rest
		}
		id := p.infra.id
		e.task(p, taskInfra, func(ctx context.Context) error { return e.startInfra(ctx, p, id) })
		return wait
	}
	if p.tasks[taskInfra] {
		return wait // its volumes are being prepared
	}
	for i := range p.pod.Spec.InitContainers {
		c := &p.pod.Spec.InitContainers[i]
		if t := pod.Status.InitContainerStatuses[i]; !t.Ready {
			return min(wait, e.lookAtContainer(p, c, true, now))
		}
		e.messageLocked(p, c, p.latest(c.Name))
	}
	for i := range p.pod.Spec.Containers {
		wait = min(wait, e.lookAtContainer(p, &p.pod.Spec.Containers[i], false, now))
	}
	e.show(e.assemble(p, now)) // a back-off may have ended
	return wait
}

// lookAtContainer does the next thing for one container.
func (e *Engine) lookAtContainer(p *podState, c *corev1.Container, init bool, now time.Time) time.Duration {
	o := p.latest(c.Name)
	if o != nil && o.running {
		e.superviseLocked(p, c, o, init)
		return idle
	}
	if p.tasks[c.Name] {
		return idle
	}
	switch t := (*corev1.ContainerStateTerminated)(nil); {
	case o == nil:
		e.task(p, c.Name, func(ctx context.Context) error { return e.run(ctx, p, c, nil) })
	default:
		if t = e.termination(p, c, o); t == nil {
			// Made and not started: by a podium that ended in between, unless
			// it is doing so just now.
			if age := now.Sub(o.created); age < strangerTime {
				return strangerTime - age
			}
			e.task(p, c.Name, func(ctx context.Context) error { return e.startRun(ctx, p, c, o.id) })
			return idle
		}
		e.messageLocked(p, c, o)
		at, again := e.restartAt(p, c, o, init)
		switch {
		case !again:
		case at.After(now):
			return at.Sub(now) + time.Millisecond
		default:
			e.task(p, c.Name, func(ctx context.Context) error { return e.run(ctx, p, c, o) })
		}
	}
	return idle
}

// diedTime is how long what was killed by somebody else is left alone.
const diedTime = 2 * time.Second

// strangerTime is how long another podium may take between making a container
// and starting it.
const strangerTime = 15 * time.Second

// task does something for the pod in the background, once at a time by name,
// and lets the pod be looked at again afterwards. Called with Engine.mu held.
func (e *Engine) task(p *podState, name string, do func(context.Context) error) {
	if p.tasks[name] || e.closing {
		return
	}
	p.tasks[name] = true
	e.goWorkLocked(func() {
		err := do(e.life)
		e.mu.Lock()
		gone := p.gone || p.erasing > 0
		e.mu.Unlock()
		if err != nil && e.life.Err() == nil && !gone {
			e.warn(fmt.Errorf("pod %s/%s: %w", p.key.Namespace, p.key.Name, err))
			if !errors.Is(err, errTold) {
				e.event(p, "", corev1.EventTypeWarning, "Failed", err.Error())
			}
			// Not again at once: nothing has changed.
			e.pauseUnless(p, e.backOff, func() bool {
				_, _, deleting := p.deletion()
				return name != taskErase && (deleting || p.erasing > 0)
			})
		}
		e.mu.Lock()
		delete(p.tasks, name)
		p.broadcast()
		e.mu.Unlock()
	})
}

// taskInfra is the name of the task that starts the infra container. A slash
// is in no container's name.
const taskInfra = "/infra"

// errTold is wrapped by errors of which there is an event already.
var errTold = errors.New("")

// startInfra starts the infra container, also again after the daemon's machine
// went down, and prepares the volumes.
func (e *Engine) startInfra(ctx context.Context, p *podState, id string) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if _, err := e.cli.ContainerStart(ctx, id, client.ContainerStartOptions{}); err != nil {
		if isGone(err) {
			return e.refresh(ctx, id)
		}
		e.event(p, "", corev1.EventTypeWarning, "FailedCreatePodSandBox", "start the infra container: "+err.Error())
		return fmt.Errorf("start the infra container: %w%w", err, errTold)
	}
	if err := e.prepareVolumes(ctx, p, id); err != nil {
		e.event(p, "", corev1.EventTypeWarning, "FailedMount", err.Error())
		return fmt.Errorf("prepare the volumes: %w%w", err, errTold)
	}
	return e.refresh(ctx, id)
}

// run makes and starts the run of a container after the given one.
func (e *Engine) run(ctx context.Context, p *podState, c *corev1.Container, before *observed) error {
	image, err := e.needImage(ctx, p, c)
	if err != nil || image == nil {
		return err
	}
	attempt, failures := 0, 0
	if before != nil {
		attempt, failures = before.attempt()+1, failuresAfter(before)
	}
	e.mu.Lock()
	infra := p.infra
	over := len(p.ends) > 0 || p.erasing > 0 || p.gone
	e.mu.Unlock()
	if over {
		return nil
	}
	imageUser := ""
	if image.Config != nil {
		imageUser = image.Config.User
	}
	opts, err := e.runConfig(p, infra, c, attempt, failures, imageUser)
	if err != nil {
		reason := kubelet.ReasonRun
		if errors.Is(err, errConfig) {
			reason = kubelet.ReasonConfig
		}
		e.setWaiting(p, c.Name, reason, err.Error())
		e.event(p, c.Name, corev1.EventTypeWarning, "Failed", "Error: "+err.Error())
		return fmt.Errorf("container %s: %w%w", c.Name, err, errTold)
	}
	calling, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	made, err := e.cli.ContainerCreate(calling, opts)
	if err != nil {
		if e.nameTaken(calling, opts.Name, err) {
			return e.refreshName(calling, opts.Name) // another podium was faster
		}
		e.setWaiting(p, c.Name, "CreateContainerError", err.Error())
		e.event(p, c.Name, corev1.EventTypeWarning, "Failed", "Error: "+err.Error())
		return fmt.Errorf("make container %s: %w%w", c.Name, err, errTold)
	}
	e.setWaiting(p, c.Name, "", "")
	err = e.startRun(ctx, p, c, made.ID)
	e.forgetOld(calling, p, c.Name)
	return err
}

func (e *Engine) refreshName(ctx context.Context, name string) error {
	in, err := e.cli.ContainerInspect(ctx, name, client.ContainerInspectOptions{})
	if isGone(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at container %s: %w", name, err)
	}
	return e.refresh(ctx, in.Container.ID)
}

// startRun starts a run that has been made. One that cannot be started counts
// as ended.
func (e *Engine) startRun(ctx context.Context, p *podState, c *corev1.Container, id string) error {
	calling, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	if c.Lifecycle != nil && c.Lifecycle.PostStart != nil {
		e.change(p, func() { p.mark(id).hooked = true })
	}
	_, err := e.cli.ContainerStart(calling, id, client.ContainerStartOptions{})
	if err != nil && calling.Err() == nil && !isGone(err) && !client.IsErrConnectionFailed(err) {
		text := e.explained(calling, c, id, err.Error())
		e.change(p, func() {
			m := p.mark(id)
			m.failed, m.failedAt, m.hooked = text, time.Now(), false
		})
		e.event(p, c.Name, corev1.EventTypeWarning, "Failed", "Error: "+text)
		return e.refresh(calling, id)
	}
	if err := e.refresh(calling, id); err != nil {
		return err
	}
	if c.Lifecycle != nil && c.Lifecycle.PostStart != nil {
		e.postStart(ctx, p, c, id)
	}
	return nil
}

// explained adds to a runtime's words why a command could not be run where they
// leave it out, as runc's do on a busy machine.
func (e *Engine) explained(ctx context.Context, c *corev1.Container, id, text string) string {
	if len(c.Command) == 0 || !path.IsAbs(c.Command[0]) || cannotRunCode(text, 0) != codeUnexplained {
		return text
	}
	st, err := e.stat(ctx, id, c.Command[0])
	switch {
	case err != nil:
	case st == nil:
		text += ": " + c.Command[0] + ": no such file or directory"
	case st.Stat.Mode.IsDir():
		text += ": " + c.Command[0] + ": is a directory"
	}
	return text
}

// forgetOld removes all runs of a container but the present one and the one
// before, whose log can still be read.
func (e *Engine) forgetOld(ctx context.Context, p *podState, container string) {
	e.mu.Lock()
	var old []string
	if runs := p.runs[container]; len(runs) > 2 {
		for _, o := range runs[:len(runs)-2] {
			if !o.running {
				old = append(old, o.id)
				for _, claim := range e.seen {
					if claim.name == claimName(o.name) {
						old = append(old, claim.id)
					}
				}
			}
		}
	}
	e.mu.Unlock()
	for _, id := range old {
		if err := e.removeContainer(ctx, id); err != nil {
			e.warn(err)
		}
	}
}

// setWaiting says why a container does not come up; an empty reason that it
// does.
func (e *Engine) setWaiting(p *podState, container, reason, message string) {
	e.change(p, func() {
		if reason == "" {
			delete(p.waiting, container)
			return
		}
		p.waiting[container] = waiting{reason, clip(oneLine(message))}
	})
}

// lookAtEnded lets nothing run on in a pod that has ended.
func (e *Engine) lookAtEnded(p *podState, pod *corev1.Pod) {
	running := false
	for _, c := range kubelet.Containers(p.pod) {
		if o := p.latest(c.Name); o != nil && o.running {
			running = true
			if pod.Status.Reason == kubelet.ReasonDeadline && p.mark(o.id).stop == nil {
				e.eventLocked(p, "", corev1.EventTypeNormal, kubelet.ReasonDeadline, kubelet.DeadlineMessage, time.Now())
			}
			e.stopRun(p, c, o, time.Now().Add(kubelet.Grace(p.pod)), "Stopping container "+c.Name)
		} else if o != nil {
			e.messageLocked(p, c, o)
		}
	}
	if !running && p.infra.running && len(p.tasks) == 0 {
		id := p.infra.id
		e.task(p, taskInfra, func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, callTime)
			defer cancel()
			_, err := e.cli.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "KILL"})
			if err != nil && !notRunning(err) {
				return fmt.Errorf("stop the infra container: %w", err)
			}
			return e.refresh(ctx, id)
		})
	}
	e.show(pod)
}

// notRunning tells that a signal came too late: Docker answers 409 then,
// Podman 409 or 500 by version.
func notRunning(err error) bool {
	if errdefs.IsConflict(err) || isGone(err) {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "not running") || strings.Contains(text, "can only kill running")
}

// lookAtEnd ends a pod that is being deleted: the runs get their grace, and
// when nothing runs any more, or the grace is over, all of it is removed.
func (e *Engine) lookAtEnd(p *podState, at, now time.Time) time.Duration {
	running := false
	for _, c := range kubelet.Containers(p.pod) {
		if o := p.latest(c.Name); o != nil && o.running {
			running = true
			e.stopRun(p, c, o, at, "Stopping container "+c.Name)
		}
	}
	if running && now.Before(at.Add(lateTime)) {
		return time.Until(at.Add(lateTime))
	}
	e.task(p, taskErase, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		return e.erase(ctx, p)
	})
	return idle
}

// lateTime is what a KILL may take to be seen before a run is removed by force.
const lateTime = 3 * time.Second

// clear removes what is left of a pod whose infra container is gone, which
// happens when somebody else removes that.
func (e *Engine) clear(ctx context.Context, p *podState) error {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	ids, _, err := e.partsAtDaemon(ctx, p)
	errs := []error{err}
	for _, id := range ids {
		errs = append(errs, e.removeContainer(ctx, id))
	}
	return errors.Join(append(errs, e.removeVolumes(ctx, p.pod))...)
}
