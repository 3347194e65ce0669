package docker

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/apiserver/engine/kubelet"
)

// assemble makes the pod as it is shown of what is known of it. Called with
// Engine.mu held.
func (e *Engine) assemble(p *podState, now time.Time) *corev1.Pod {
	pod := p.pod.DeepCopy()
	pod.Spec.NodeName = e.daemon.name
	if at, grace, deleting := p.deletion(); deleting {
		t := metav1.NewTime(at.Truncate(time.Second))
		pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &t, &grace
	}
	if ports := portsNote(p.infra); ports != "" {
		if pod.Annotations == nil {
			pod.Annotations = map[string]string{}
		}
		pod.Annotations[annotationPorts] = ports
	}
	start := metav1.NewTime(p.infra.created.Truncate(time.Second))
	s := &pod.Status
	s.StartTime, s.QOSClass = &start, kubelet.QOSClass(pod)
	if p.infra.running && p.infra.address != "" {
		s.PodIP, s.PodIPs = p.infra.address, []corev1.PodIP{{IP: p.infra.address}}
	}
	if p.infra.gateway != "" {
		s.HostIP, s.HostIPs = p.infra.gateway, []corev1.HostIP{{IP: p.infra.gateway}}
	}
	initialized := true
	for i := range pod.Spec.InitContainers {
		status := e.containerStatus(p, &pod.Spec.InitContainers[i], true, now)
		initialized = initialized && status.Ready
		s.InitContainerStatuses = append(s.InitContainerStatuses, status)
	}
	for i := range pod.Spec.Containers {
		status := e.containerStatus(p, &pod.Spec.Containers[i], false, now)
		if w := status.State.Waiting; w != nil && w.Reason == kubelet.ReasonCreating && !initialized {
			w.Reason = kubelet.ReasonInitializing
		}
		s.ContainerStatuses = append(s.ContainerStatuses, status)
	}
	s.Phase = kubelet.Phase(pod, initialized)
	if exceeded(p, pod, now) {
		s.Phase, s.Reason, s.Message = corev1.PodFailed, kubelet.ReasonDeadline, kubelet.DeadlineMessage
	}
	kubelet.SetConditions(pod, true, initialized, metav1.NewTime(now.UTC().Truncate(time.Second)))
	return pod
}

// containerStatus is the status of one container.
func (e *Engine) containerStatus(p *podState, c *corev1.Container, init bool, now time.Time) corev1.ContainerStatus {
	no := false
	status := corev1.ContainerStatus{Name: c.Name, Image: c.Image, Started: &no}
	held := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: kubelet.ReasonCreating}}
	if w, ok := p.waiting[c.Name]; ok {
		held.Waiting.Reason, held.Waiting.Message = w.reason, w.message
	}
	runs := p.runs[c.Name]
	if len(runs) == 0 {
		if init && held.Waiting.Reason == kubelet.ReasonCreating {
			held.Waiting.Reason = kubelet.ReasonInitializing
		}
		status.State = held
		return status
	}
	o := runs[len(runs)-1]
	status.ContainerID, status.ImageID, status.RestartCount = "docker://"+o.id, o.imageID, int32(o.attempt())
	if len(runs) > 1 {
		if t := e.termination(p, c, runs[len(runs)-2]); t != nil {
			status.LastTerminationState.Terminated = t
		}
	}
	m := p.mark(o.id)
	ended := e.termination(p, c, o)
	switch {
	case ended != nil:
		status.State.Terminated = ended
		status.Ready = init && ended.ExitCode == 0
		at, again := e.restartAt(p, c, o, init)
		if w, ok := p.waiting[c.Name]; ok && again && len(p.ends) == 0 {
			held.Waiting.Reason, held.Waiting.Message = w.reason, w.message
			status.LastTerminationState, status.State = status.State, held
		} else if again && at.After(now) && len(p.ends) == 0 {
			status.LastTerminationState.Terminated = ended
			status.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{
				Reason:  kubelet.ReasonCrashLoop,
				Message: fmt.Sprintf("back-off %s restarting failed container=%s pod=%s_%s(%s)", e.delay(o), c.Name, p.key.Name, p.key.Namespace, p.uid),
			}}
		}
	case o.running && !m.hooked:
		status.State.Running = &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(o.started.Truncate(time.Second))}
		started := c.StartupProbe == nil || m.started
		status.Started = &started
		status.Ready = !init && started && (c.ReadinessProbe == nil || m.ready)
	default:
		status.State = held
	}
	return status
}

// termination is how a run ended, nil while it has not.
func (e *Engine) termination(p *podState, c *corev1.Container, o *observed) *corev1.ContainerStateTerminated {
	m := p.mark(o.id)
	t := &corev1.ContainerStateTerminated{ContainerID: "docker://" + o.id, ExitCode: int32(o.exit), Message: m.message}
	switch {
	case m.failed != "" && !o.running && o.started.IsZero():
		t.Message, t.Reason, t.ExitCode = clip(m.failed), kubelet.ReasonCannotRun, cannotRunCode(m.failed, o.exit)
		t.StartedAt, t.FinishedAt = metav1.NewTime(m.failedAt.UTC().Truncate(time.Second)), metav1.NewTime(m.failedAt.UTC().Truncate(time.Second))
		return t
	case !o.ended():
		return nil
	case o.started.IsZero() && o.failure != "":
		t.Message, t.Reason, t.ExitCode = clip(o.failure), kubelet.ReasonCannotRun, cannotRunCode(o.failure, o.exit)
		t.FinishedAt = metav1.NewTime(o.created.Truncate(time.Second))
		t.StartedAt = t.FinishedAt
		return t
	}
	t.StartedAt, t.FinishedAt = metav1.NewTime(o.started.Truncate(time.Second)), metav1.NewTime(o.finished.Truncate(time.Second))
	limit := c.Resources.Limits.Memory()
	switch {
	case o.oom:
		t.Reason = kubelet.ReasonOOM
	case o.exit == 0:
		t.Reason = kubelet.ReasonCompleted
	default:
		t.Reason = kubelet.ReasonError
		// Podman does not know on cgroup v1: all that shows is the KILL.
		if o.exit == 137 && e.daemon.podman && !limit.IsZero() && m.stop == nil && t.Message == "" {
			t.Message = "killed, perhaps for its memory: the limit is " + limit.String()
		}
	}
	return t
}

// cannotRunCode is 127 for a command that is not there and 126 for one that
// cannot be run, whichever of them the daemon says.
func cannotRunCode(text string, code int) int32 {
	switch {
	case notThere(text):
		return 127
	case strings.Contains(text, "permission denied") || strings.Contains(text, "exec format error") || strings.Contains(text, "is a directory"):
		return 126
	case code != 0:
		return int32(code)
	}
	return codeUnexplained
}

// codeUnexplained is the exit code of a container that could not be started
// for a reason that is not understood, as Kubernetes has it.
const codeUnexplained = 128

// notThere tells whether a runtime's words mean that there is no such command.
func notThere(text string) bool {
	return strings.Contains(text, "executable file not found") || strings.Contains(text, "no such file or directory")
}

// longRun is how long a run must have been for failures to be forgiven.
const longRun = 10 * time.Minute

// failuresAfter is the number of runs in a row that were short, this one
// included.
func failuresAfter(o *observed) int {
	if !o.started.IsZero() && o.finished.Sub(o.started) >= longRun {
		return 1
	}
	return int(labelNumber(o.labels, labelFailures)) + 1
}

// delay is what there is between this run and the next: nothing after the
// first that ends by itself, then the back-off, which doubles up to thirty times itself.
func (e *Engine) delay(o *observed) time.Duration {
	n := failuresAfter(o) - 1
	switch {
	case n <= 0 && (o.exit == 137 || o.exit == 143):
		return diedTime // perhaps with its daemon
	case n <= 0:
		return 0
	}
	return e.backOff * time.Duration(min(1<<min(n-1, 10), 30))
}

// restartAt is when a run that has ended is followed by the next one, and
// whether it is at all.
func (e *Engine) restartAt(p *podState, c *corev1.Container, o *observed, init bool) (time.Time, bool) {
	t := e.termination(p, c, o)
	if t == nil || !kubelet.Restarts(p.pod.Spec.RestartPolicy, init, t.ExitCode) {
		return time.Time{}, false
	}
	if over, ok := deadlineOf(p); ok && time.Now().After(over) {
		return time.Time{}, false
	}
	from := o.finished
	if from.IsZero() {
		from = t.FinishedAt.Time
	}
	return from.Add(e.delay(o)), true
}

// deadlineOf is when the pod's activeDeadlineSeconds end.
func deadlineOf(p *podState) (time.Time, bool) {
	if s := p.pod.Spec.ActiveDeadlineSeconds; s != nil && p.infra != nil {
		return p.infra.created.Add(time.Duration(*s) * time.Second), true
	}
	return time.Time{}, false
}

// exceeded tells whether the pod lived past its deadline: nobody needs to have
// noted it, so that every podium comes to the same answer.
func exceeded(p *podState, pod *corev1.Pod, now time.Time) bool {
	at, ok := deadlineOf(p)
	if !ok || now.Before(at) {
		return false
	}
	if !kubelet.Ended(pod) {
		return true
	}
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if t := s.State.Terminated; t != nil && t.FinishedAt.After(at) {
			return true
		}
	}
	return false
}

// annotationPorts tells at which of the daemon's addresses a pod's ports are.
const annotationPorts = "podium.ports"

// portsNote spells the published ports: "80/tcp=127.0.0.1:49153".
func portsNote(o *observed) string {
	if o == nil || !o.running || o.full == nil || o.full.NetworkSettings == nil {
		return ""
	}
	return portMapText(o.full.NetworkSettings)
}

func portMapText(n *container.NetworkSettings) string {
	var parts []string
	for port, bindings := range n.Ports {
		for _, b := range bindings {
			address := b.HostIP.String()
			if !b.HostIP.IsValid() {
				address = "0.0.0.0"
			} else if b.HostIP.Is6() {
				address = "[" + address + "]"
			}
			parts = append(parts, port.String()+"="+address+":"+b.HostPort)
		}
	}
	slices.Sort(parts)
	return strings.Join(slices.Compact(parts), ",")
}
