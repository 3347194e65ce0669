package fake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

// runner lives the life of one created pod: init containers one by one, then
// the containers side by side, restarts, the deadline and the end.
//
// Locks: the engine's before the runner's.
type runner struct {
	engine *Engine
	uid    string
	name   string
	spec   corev1.PodSpec

	ctx    context.Context // done once no container may start any more
	cancel context.CancelFunc
	over   chan struct{} // closed when nothing of the pod runs any more

	mu    sync.Mutex
	procs map[string]*process
	logs  map[string]*containerLog
}

// containerLog is what a container has written in its latest run and the one
// before.
type containerLog struct{ now, before *logBuffer }

func newRunner(e *Engine, r *record) *runner {
	run := &runner{
		engine: e, uid: r.uid, name: r.name, spec: r.pod.DeepCopy().Spec, over: make(chan struct{}),
		procs: map[string]*process{}, logs: map[string]*containerLog{},
	}
	run.ctx, run.cancel = context.WithCancel(e.life)
	return run
}

// main is the pod's goroutine.
func (run *runner) main() {
	defer close(run.over)
	defer run.killAll("KILL")
	defer context.AfterFunc(run.engine.life, func() { run.killAll("KILL") })()
	if !run.pause(run.engine.opts.StartDelay) {
		return
	}
	run.update(func(pod *corev1.Pod, now metav1.Time) {
		pod.Status.StartTime = &now
		pod.Status.HostIP = "10.0.0.1"
	})
	if d := run.spec.ActiveDeadlineSeconds; d != nil {
		run.engine.work.Go(func() { run.deadline(time.Duration(*d) * time.Second) })
	}
	for i, c := range run.spec.InitContainers {
		if !run.initContainer(i, c) {
			return
		}
	}
	run.update(func(pod *corev1.Pod, _ metav1.Time) {
		r := run.engine.podIPOf(pod)
		pod.Status.PodIP, pod.Status.PodIPs = r, []corev1.PodIP{{IP: r}}
	})
	var wg sync.WaitGroup
	for i, c := range run.spec.Containers {
		wg.Go(func() { run.container(i, c) })
	}
	wg.Wait()
}

// podIPOf is the address of a created pod. The lock is held.
func (e *Engine) podIPOf(pod *corev1.Pod) string {
	r, err := e.find(api.DefaultNamespace, pod.Name)
	if err != nil {
		return ""
	}
	return r.podIP()
}

// pause waits, and tells whether the pod is still to go on.
func (run *runner) pause(d time.Duration) bool {
	select {
	case <-run.engine.clock.After(d):
		return run.ctx.Err() == nil
	case <-run.ctx.Done():
		return false
	}
}

// deadline ends the pod that has been active for too long.
func (run *runner) deadline(d time.Duration) {
	select {
	case <-run.engine.clock.After(d):
	case <-run.over:
		return
	case <-run.engine.life.Done():
		return
	}
	run.update(func(pod *corev1.Pod, _ metav1.Time) {
		if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
			return
		}
		pod.Status.Phase, pod.Status.Reason = corev1.PodFailed, "DeadlineExceeded"
		pod.Status.Message = "Pod was active on the node longer than the specified deadline"
	})
	run.cancel()
	run.killAll("KILL")
}

// killAll signals every container that runs.
func (run *runner) killAll(signal string) {
	run.mu.Lock()
	defer run.mu.Unlock()
	for _, p := range run.procs {
		_ = p.Signal(signal) // it may have ended meanwhile, which is what is wanted
	}
}

// terminate ends the pod in order: TERM, KILL when the grace is over, and then
// the pod is gone. The engine's lock is held.
func (run *runner) terminate(end time.Time) {
	run.cancel()
	run.engine.work.Go(func() {
		run.killAll("TERM")
		select {
		case <-run.over:
		case <-run.engine.clock.After(end.Sub(run.engine.clock.Now())):
			run.killAll("KILL")
			<-run.over
		case <-run.engine.life.Done():
			return
		}
		run.engine.mu.Lock()
		defer run.engine.mu.Unlock()
		if r, err := run.engine.find(api.DefaultNamespace, run.name); err == nil && r.uid == run.uid {
			run.engine.remove(r)
		}
	})
}

// stop ends the pod at once. The engine's lock is held.
func (run *runner) stop() {
	run.cancel()
	run.killAll("KILL")
}

// once runs a container one time, and gives its exit. It returns false when
// the pod was ended before.
func (run *runner) once(i int, c corev1.Container, init bool) (code int, ended bool) {
	log := newLogBuffer(run.engine.clock)
	pid := run.engine.nextPID()
	run.mu.Lock()
	if run.ctx.Err() != nil {
		run.mu.Unlock()
		return 0, false
	}
	p := startProcess(job{
		pid: pid, clock: run.engine.clock, cmd: commandOf(c), stdout: log,
		env: containerEnv(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: run.name}, Spec: run.spec}, c.Name),
	})
	run.procs[c.Name] = p
	old := run.logs[c.Name]
	run.logs[c.Name] = &containerLog{now: log}
	if old != nil {
		run.logs[c.Name].before = old.now
	}
	run.mu.Unlock()

	run.update(func(pod *corev1.Pod, now metav1.Time) {
		s := statusAt(pod, i, init)
		if s.LastTerminationState.Terminated != nil {
			s.RestartCount++
		}
		s.ContainerID = fmt.Sprintf("fake://%s-%s-%d", run.uid, c.Name, s.RestartCount)
		s.ImageID = c.Image
		s.Started, s.Ready = new(true), !init
		s.State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}}
		run.engine.note(pod, c.Name, corev1.EventTypeNormal, "Started", "Started container "+c.Name)
	})
	<-p.done
	log.end()
	run.mu.Lock()
	delete(run.procs, c.Name)
	run.mu.Unlock()
	run.update(func(pod *corev1.Pod, now metav1.Time) {
		s := statusAt(pod, i, init)
		t := &corev1.ContainerStateTerminated{ExitCode: int32(p.exit.Code), Reason: "Error", FinishedAt: now, ContainerID: s.ContainerID}
		if p.exit.Code == 0 {
			t.Reason = "Completed"
		}
		if s.State.Running != nil {
			t.StartedAt = s.State.Running.StartedAt
		}
		s.State = corev1.ContainerState{Terminated: t}
		s.Started, s.Ready = new(false), init && p.exit.Code == 0
	})
	return p.exit.Code, true
}

func (e *Engine) nextPID() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pids++
	return e.pids
}

// commandOf is what a container runs. An image's own command, or one that the
// tiny shell does not know, is imagined: it starts and stays.
func commandOf(c corev1.Container) []string {
	cmd := slices.Concat(c.Command, c.Args)
	if len(c.Command) > 0 {
		name := strings.TrimPrefix(strings.TrimPrefix(c.Command[0], "/bin/"), "/usr/bin/")
		if _, known := programs()[name]; known {
			return cmd
		}
	}
	return []string{"sh", "-c", `echo "` + c.Name + `: the fake engine imagines that ` + strings.ReplaceAll(c.Image, `"`, "") + ` runs"; sleep infinity`}
}

func statusAt(pod *corev1.Pod, i int, init bool) *corev1.ContainerStatus {
	if init {
		return &pod.Status.InitContainerStatuses[i]
	}
	return &pod.Status.ContainerStatuses[i]
}

// initContainer runs one to its success, and tells whether it got there.
func (run *runner) initContainer(i int, c corev1.Container) bool {
	for tries := 0; ; tries++ {
		code, ended := run.once(i, c, true)
		if !ended {
			return false
		}
		if code == 0 {
			return true
		}
		if run.spec.RestartPolicy == corev1.RestartPolicyNever {
			run.update(func(pod *corev1.Pod, _ metav1.Time) { pod.Status.Phase = corev1.PodFailed })
			return false
		}
		if !run.backOff(i, c, true, tries) {
			return false
		}
	}
}

// container runs one as often as the restart policy says.
func (run *runner) container(i int, c corev1.Container) {
	for tries := 0; ; tries++ {
		code, ended := run.once(i, c, false)
		again := run.spec.RestartPolicy == corev1.RestartPolicyAlways ||
			run.spec.RestartPolicy == corev1.RestartPolicyOnFailure && code != 0
		if !ended || !again || !run.backOff(i, c, false, tries) {
			return
		}
	}
}

// maxBackOff is the longest wait before a restart, as Kubernetes has it.
const maxBackOff = 5 * time.Minute

// backOff waits for the next try, and tells whether there is to be one.
func (run *runner) backOff(i int, c corev1.Container, init bool, tries int) bool {
	if run.ctx.Err() != nil {
		return false
	}
	wait := min(maxBackOff, run.engine.opts.BackOff<<min(tries, 20))
	run.update(func(pod *corev1.Pod, _ metav1.Time) {
		s := statusAt(pod, i, init)
		s.LastTerminationState = s.State
		s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{
			Reason: "CrashLoopBackOff", Message: fmt.Sprintf("back-off %s restarting failed container %s", wait, c.Name),
		}}
		run.engine.note(pod, c.Name, corev1.EventTypeWarning, "BackOff", "Back-off restarting failed container "+c.Name)
	})
	return run.pause(wait)
}

// update changes the pod, as long as it is there, and works out its phase and
// conditions anew.
func (run *runner) update(change func(pod *corev1.Pod, now metav1.Time)) {
	e := run.engine
	e.mu.Lock()
	defer e.mu.Unlock()
	r, err := e.find(api.DefaultNamespace, run.name)
	if err != nil || r.uid != run.uid {
		return
	}
	next := *r
	next.pod = r.pod.DeepCopy()
	now := metav1.NewTime(e.clock.Now().UTC().Truncate(time.Second))
	change(next.pod, now)
	settle(next.pod, now)
	e.store.Put(&next)
}

// settle works out a pod's phase and conditions from its containers.
func settle(pod *corev1.Pod, now metav1.Time) {
	st := &pod.Status
	initialized := true
	for _, s := range st.InitContainerStatuses {
		initialized = initialized && s.State.Terminated != nil && s.State.Terminated.ExitCode == 0
	}
	running, ended, failed, ready := 0, 0, false, len(st.ContainerStatuses) > 0
	for _, s := range st.ContainerStatuses {
		ready = ready && s.Ready
		switch {
		case s.State.Terminated != nil:
			ended++
			failed = failed || s.State.Terminated.ExitCode != 0
		case s.State.Running != nil, s.LastTerminationState.Terminated != nil:
			running++
		}
	}
	again := pod.Spec.RestartPolicy == corev1.RestartPolicyAlways || pod.Spec.RestartPolicy == corev1.RestartPolicyOnFailure && failed
	switch {
	case st.Phase == corev1.PodFailed: // for good
		ready = false
	case ended == len(st.ContainerStatuses) && !again && !failed:
		st.Phase = corev1.PodSucceeded
	case ended == len(st.ContainerStatuses) && !again:
		st.Phase = corev1.PodFailed
	case running+ended > 0:
		st.Phase = corev1.PodRunning
	default:
		st.Phase = corev1.PodPending
	}
	setCondition(st, corev1.PodInitialized, initialized, "ContainersNotInitialized", now)
	setCondition(st, corev1.ContainersReady, ready, "ContainersNotReady", now)
	setCondition(st, corev1.PodReady, ready, "ContainersNotReady", now)
}

func setCondition(st *corev1.PodStatus, kind corev1.PodConditionType, ok bool, reason string, now metav1.Time) {
	c := corev1.PodCondition{Type: kind, Status: corev1.ConditionFalse, Reason: reason, LastTransitionTime: now}
	if ok {
		c.Status, c.Reason = corev1.ConditionTrue, ""
	}
	for i, have := range st.Conditions {
		if have.Type != kind {
			continue
		}
		if have.Status != c.Status {
			st.Conditions[i] = c
		}
		return
	}
	st.Conditions = append(st.Conditions, c)
}
