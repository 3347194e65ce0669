package docker

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The reasons of states that are told apart elsewhere; they are Kubernetes'.
const (
	reasonCreating     = "ContainerCreating"
	reasonInitializing = "PodInitializing"
	reasonCrashLoop    = "CrashLoopBackOff"
	reasonCompleted    = "Completed"
	reasonError        = "Error"
	reasonOOM          = "OOMKilled"
	reasonCannotRun    = "ContainerCannotRun"
	reasonConfig       = "CreateContainerConfigError"
	reasonRun          = "RunContainerError"
	reasonDeadline     = "DeadlineExceeded"
	deadlineMessage    = "Pod was active on the node longer than the specified deadline"
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
	s.StartTime, s.QOSClass = &start, qosClass(pod)
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
		if w := status.State.Waiting; w != nil && w.Reason == reasonCreating && !initialized {
			w.Reason = reasonInitializing
		}
		s.ContainerStatuses = append(s.ContainerStatuses, status)
	}
	s.Phase = phaseOf(pod, initialized)
	if exceeded(p, pod, now) {
		s.Phase, s.Reason, s.Message = corev1.PodFailed, reasonDeadline, deadlineMessage
	}
	setConditions(pod, initialized, now)
	return pod
}

// containerStatus is the status of one container.
func (e *Engine) containerStatus(p *podState, c *corev1.Container, init bool, now time.Time) corev1.ContainerStatus {
	no := false
	status := corev1.ContainerStatus{Name: c.Name, Image: c.Image, Started: &no}
	held := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reasonCreating}}
	if w, ok := p.waiting[c.Name]; ok {
		held.Waiting.Reason, held.Waiting.Message = w.reason, w.message
	}
	runs := p.runs[c.Name]
	if len(runs) == 0 {
		if init && held.Waiting.Reason == reasonCreating {
			held.Waiting.Reason = reasonInitializing
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
				Reason:  reasonCrashLoop,
				Message: fmt.Sprintf("back-off %s restarting failed container=%s pod=%s_%s(%s)", e.delay(o), c.Name, p.key.name, p.key.namespace, p.uid),
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
		t.Message, t.Reason, t.ExitCode = clip(m.failed), reasonCannotRun, cannotRunCode(m.failed, o.exit)
		t.StartedAt, t.FinishedAt = metav1.NewTime(m.failedAt.UTC().Truncate(time.Second)), metav1.NewTime(m.failedAt.UTC().Truncate(time.Second))
		return t
	case !o.ended():
		return nil
	case o.started.IsZero() && o.failure != "":
		t.Message, t.Reason, t.ExitCode = clip(o.failure), reasonCannotRun, cannotRunCode(o.failure, o.exit)
		t.FinishedAt = metav1.NewTime(o.created.Truncate(time.Second))
		t.StartedAt = t.FinishedAt
		return t
	}
	t.StartedAt, t.FinishedAt = metav1.NewTime(o.started.Truncate(time.Second)), metav1.NewTime(o.finished.Truncate(time.Second))
	limit := c.Resources.Limits.Memory()
	switch {
	case o.oom:
		t.Reason = reasonOOM
	case o.exit == 0:
		t.Reason = reasonCompleted
	default:
		t.Reason = reasonError
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

// restarts tells whether a container that ended so is to run again.
func restarts(policy corev1.RestartPolicy, init bool, code int32) bool {
	switch policy {
	case corev1.RestartPolicyNever:
		return false
	case corev1.RestartPolicyOnFailure:
		return code != 0
	}
	return !init || code != 0
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
	if t == nil || !restarts(p.pod.Spec.RestartPolicy, init, t.ExitCode) {
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

// ended tells whether the pod has ended for good.
func ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// graceOf is the pod's own grace.
func graceOf(pod *corev1.Pod) time.Duration {
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil && *g >= 0 {
		return time.Duration(*g) * time.Second
	}
	return 30 * time.Second
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
	if !ended(pod) {
		return true
	}
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if t := s.State.Terminated; t != nil && t.FinishedAt.After(at) {
			return true
		}
	}
	return false
}

// phaseOf applies Kubernetes' rules: pending until all containers have been
// started once, running until all have ended and none comes again.
func phaseOf(pod *corev1.Pod, initialized bool) corev1.PodPhase {
	policy := pod.Spec.RestartPolicy
	if !initialized {
		for _, s := range pod.Status.InitContainerStatuses {
			if t := s.State.Terminated; t != nil && t.ExitCode != 0 && policy == corev1.RestartPolicyNever {
				return corev1.PodFailed
			}
		}
		return corev1.PodPending
	}
	var fresh, running, over, well int
	for _, s := range pod.Status.ContainerStatuses {
		switch t := s.State.Terminated; {
		case s.State.Running != nil:
			running++
		case t != nil:
			over++
			if t.ExitCode == 0 {
				well++
			}
		case s.LastTerminationState.Terminated != nil:
			over++
		default:
			fresh++
		}
	}
	switch {
	case fresh > 0:
		return corev1.PodPending
	case running > 0 || policy == corev1.RestartPolicyAlways || policy == "":
		return corev1.PodRunning
	case over == well:
		return corev1.PodSucceeded
	case policy == corev1.RestartPolicyNever:
		return corev1.PodFailed
	}
	return corev1.PodRunning
}

// setConditions derives the four conditions of a pod.
func setConditions(pod *corev1.Pod, initialized bool, now time.Time) {
	incomplete := func(all []corev1.ContainerStatus) string {
		var names []string
		for _, s := range all {
			if !s.Ready {
				names = append(names, s.Name)
			}
		}
		return strings.Join(names, " ")
	}
	ready := initialized && !ended(pod) && incomplete(pod.Status.ContainerStatuses) == ""
	add := func(kind corev1.PodConditionType, on bool, reason, message string) {
		c := corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(now.UTC().Truncate(time.Second))}
		if !on {
			c.Status, c.Reason, c.Message = corev1.ConditionFalse, reason, message
			if pod.Status.Phase == corev1.PodSucceeded {
				c.Reason, c.Message = "PodCompleted", ""
			}
		}
		pod.Status.Conditions = append(pod.Status.Conditions, c)
	}
	unready := "containers with unready status: [" + incomplete(pod.Status.ContainerStatuses) + "]"
	add(corev1.PodScheduled, true, "", "")
	add(corev1.PodInitialized, initialized, "ContainersNotInitialized", "containers with incomplete status: ["+incomplete(pod.Status.InitContainerStatuses)+"]")
	add(corev1.ContainersReady, ready, "ContainersNotReady", unready)
	add(corev1.PodReady, ready, "ContainersNotReady", unready)
}

// qosClass is the quality of service that requests and limits make.
func qosClass(pod *corev1.Pod) corev1.PodQOSClass {
	some, guaranteed := false, true
	for _, c := range containersOf(pod) {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			request, limit := c.Resources.Requests[name], c.Resources.Limits[name]
			some = some || !request.IsZero() || !limit.IsZero()
			_, asked := c.Resources.Requests[name]
			guaranteed = guaranteed && !limit.IsZero() && (!asked || request.Cmp(limit) == 0)
		}
	}
	switch {
	case !some:
		return corev1.PodQOSBestEffort
	case guaranteed:
		return corev1.PodQOSGuaranteed
	}
	return corev1.PodQOSBurstable
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
