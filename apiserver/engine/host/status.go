package host

import (
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// loopback is the address of every pod here: they share the machine's network.
const loopback = "127.0.0.1"

// imageID says which image a container really runs.
const imageID = "host://this-machine"

// The reasons of states and events that are the host engine's own; the others
// are Kubernetes'.
const (
	reasonPlaceholder   = "Placeholder"
	reasonServerEnded   = "HostServerEnded"
	reasonCannotRun     = "ContainerCannotRun"
	reasonCreating      = "ContainerCreating"
	reasonInitializing  = "PodInitializing"
	reasonCrashLoop     = "CrashLoopBackOff"
	reasonCompleted     = "Completed"
	reasonError         = "Error"
	reasonDeadline      = "DeadlineExceeded"
	reasonConfigInvalid = "CreateContainerConfigError"
)

// ended tells whether the pod has ended for good.
func ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// graceOf is the pod's own grace period.
func graceOf(pod *corev1.Pod) time.Duration {
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil && *g >= 0 {
		return time.Duration(*g) * time.Second
	}
	return 30 * time.Second
}

// containerOf finds a container, init containers included, by name.
func containerOf(pod *corev1.Pod, name string) *corev1.Container {
	for _, list := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}

// statusOf finds a container's status, init containers included, by name.
func statusOf(pod *corev1.Pod, name string) *corev1.ContainerStatus {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for i := range list {
			if list[i].Name == name {
				return &list[i]
			}
		}
	}
	return nil
}

// placeholder tells whether the container names no command: what its image
// would run cannot be known without the image.
func placeholder(c *corev1.Container) bool { return len(c.Command) == 0 }

// placeholderMessage explains a placeholder to a person.
func placeholderMessage(c *corev1.Container) string {
	return fmt.Sprintf("container %q names no command, and its image %q cannot be run here: containers are processes of this machine. "+
		"Give it a command to run it; a shell can be opened in it as it is.", c.Name, c.Image)
}

// initialStatus is a new pod's.
func initialStatus(pod *corev1.Pod, now metav1.Time) {
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: qosClass(pod)}
	waiting := func(cs []corev1.Container, reason string) []corev1.ContainerStatus {
		var out []corev1.ContainerStatus
		for _, c := range cs {
			started := false
			out = append(out, corev1.ContainerStatus{
				Name: c.Name, Image: c.Image, Started: &started,
				State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}},
			})
		}
		return out
	}
	pod.Status.InitContainerStatuses = waiting(pod.Spec.InitContainers, reasonInitializing)
	reason := reasonCreating
	if len(pod.Spec.InitContainers) > 0 {
		reason = reasonInitializing
	}
	pod.Status.ContainerStatuses = waiting(pod.Spec.Containers, reason)
	derive(pod, now)
}

// derive makes phase and conditions follow from the states of the containers.
// A phase that is an end stays.
func derive(pod *corev1.Pod, now metav1.Time) {
	initialized := true
	var pendingInit, unready []string
	for i := range pod.Status.InitContainerStatuses {
		s := &pod.Status.InitContainerStatuses[i]
		s.Ready = s.State.Terminated != nil && s.State.Terminated.ExitCode == 0
		if !s.Ready {
			initialized = false
			pendingInit = append(pendingInit, s.Name)
		}
	}
	for i := range pod.Status.ContainerStatuses {
		s := &pod.Status.ContainerStatuses[i]
		if s.State.Running == nil {
			s.Ready = false
			started := false
			s.Started = &started
		}
		if !s.Ready {
			unready = append(unready, s.Name)
		}
	}
	if !ended(pod) {
		pod.Status.Phase = phaseOf(pod, initialized)
	}
	condition := func(kind corev1.PodConditionType, on bool, reason, message string) {
		if on {
			reason, message = "", ""
		} else if pod.Status.Phase == corev1.PodSucceeded {
			reason, message = "PodCompleted", ""
		}
		setCondition(pod, now, kind, on, reason, message)
	}
	scheduled := pod.Status.StartTime != nil
	condition(corev1.PodScheduled, scheduled, "", "")
	condition(corev1.PodInitialized, initialized, "ContainersNotInitialized", listed("containers with incomplete status", pendingInit))
	ready := initialized && len(unready) == 0 && !ended(pod)
	condition(corev1.ContainersReady, ready, "ContainersNotReady", listed("containers with unready status", unready))
	condition(corev1.PodReady, ready, "ContainersNotReady", listed("containers with unready status", unready))
}

func listed(what string, names []string) string {
	return what + ": [" + strings.Join(names, " ") + "]"
}

func setCondition(pod *corev1.Pod, now metav1.Time, kind corev1.PodConditionType, on bool, reason, message string) {
	status := corev1.ConditionFalse
	if on {
		status = corev1.ConditionTrue
	}
	i := slices.IndexFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == kind })
	if i < 0 {
		pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: kind})
		i = len(pod.Status.Conditions) - 1
	}
	c := &pod.Status.Conditions[i]
	if c.Status != status {
		c.LastTransitionTime = now
	}
	c.Status, c.Reason, c.Message = status, reason, message
}

// phaseOf applies Kubernetes' rules of the phase: pending until every
// container has started once, running until all have ended and none is to be
// started again.
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
	waiting, running, stopped, succeeded := 0, 0, 0, 0
	for _, s := range pod.Status.ContainerStatuses {
		switch {
		case s.State.Running != nil:
			running++
		case s.State.Terminated != nil:
			stopped++
			if s.State.Terminated.ExitCode == 0 {
				succeeded++
			}
		case s.LastTerminationState.Terminated != nil:
			stopped++
		default:
			waiting++
		}
	}
	switch {
	case waiting > 0:
		return corev1.PodPending
	case running > 0 || policy == corev1.RestartPolicyAlways:
		return corev1.PodRunning
	case stopped == succeeded:
		return corev1.PodSucceeded
	case policy == corev1.RestartPolicyNever:
		return corev1.PodFailed
	}
	return corev1.PodRunning
}

// restarts tells whether a container that ended so is to run again.
func restarts(policy corev1.RestartPolicy, init bool, exitCode int32) bool {
	switch {
	case policy == corev1.RestartPolicyNever:
		return false
	case exitCode == 0 && (init || policy == corev1.RestartPolicyOnFailure):
		return false
	}
	return true
}

// qosClass is the pod's quality of service as Kubernetes derives it from
// requests and limits.
func qosClass(pod *corev1.Pod) corev1.PodQOSClass {
	some, all := false, true
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			request, requested := c.Resources.Requests[name]
			limit, limited := c.Resources.Limits[name]
			if requested && !request.IsZero() || limited && !limit.IsZero() {
				some = true
			}
			if !limited || limit.IsZero() || requested && request.Cmp(limit) != 0 {
				all = false
			}
		}
	}
	switch {
	case !some:
		return corev1.PodQOSBestEffort
	case all:
		return corev1.PodQOSGuaranteed
	}
	return corev1.PodQOSBurstable
}

// afterServerEnd turns a pod that an earlier server left into what it is now:
// what ran has ended with that server.
func (e *Engine) afterServerEnd(pod *corev1.Pod) {
	if ended(pod) {
		return
	}
	now := metav1.NewTime(time.Now().UTC().Truncate(time.Second))
	never := pod.Spec.RestartPolicy == corev1.RestartPolicyNever
	interrupted := false
	for _, list := range [][]corev1.ContainerStatus{pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses} {
		for i := range list {
			s := &list[i]
			running := s.State.Running
			if running == nil {
				continue
			}
			interrupted = true
			over := corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
				ExitCode: 137, Reason: reasonServerEnded, Message: "podium's host server ended, and the container with it",
				StartedAt: running.StartedAt, FinishedAt: now, ContainerID: s.ContainerID,
			}}
			if never {
				s.State = over
				continue
			}
			s.LastTerminationState = over
			s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reasonCreating}}
		}
	}
	if interrupted && never {
		pod.Status.Phase, pod.Status.Reason = corev1.PodFailed, reasonServerEnded
		pod.Status.Message = "podium's host server ended while the pod ran, and its restartPolicy is Never"
	}
	derive(pod, now)
}
