package kubelet

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The reasons of states, as Kubernetes spells them.
const (
	ReasonCreating     = "ContainerCreating"
	ReasonInitializing = "PodInitializing"
	ReasonCrashLoop    = "CrashLoopBackOff"
	ReasonCompleted    = "Completed"
	ReasonError        = "Error"
	ReasonOOM          = "OOMKilled"
	ReasonCannotRun    = "ContainerCannotRun"
	ReasonConfig       = "CreateContainerConfigError"
	ReasonRun          = "RunContainerError"
	ReasonDeadline     = "DeadlineExceeded"
)

// DeadlineMessage goes with ReasonDeadline.
const DeadlineMessage = "Pod was active on the node longer than the specified deadline"

// Ended tells whether the pod has ended for good.
func Ended(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// Restarts tells whether a container that ended with the code is to run again.
func Restarts(policy corev1.RestartPolicy, init bool, code int32) bool {
	switch policy {
	case corev1.RestartPolicyNever:
		return false
	case corev1.RestartPolicyOnFailure:
		return code != 0
	}
	return !init || code != 0
}

// Phase follows from the states of the containers: pending until all have been
// started once, running until all have ended and none comes again.
func Phase(pod *corev1.Pod, initialized bool) corev1.PodPhase {
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

// SetConditions makes the four conditions of a pod follow from its phase and
// from whether its containers are ready. One that is as before keeps its time.
func SetConditions(pod *corev1.Pod, scheduled, initialized bool, now metav1.Time) {
	unready := func(all []corev1.ContainerStatus) (names []string) {
		for _, s := range all {
			if !s.Ready {
				names = append(names, s.Name)
			}
		}
		return names
	}
	pending, waiting := unready(pod.Status.InitContainerStatuses), unready(pod.Status.ContainerStatuses)
	ready := initialized && !Ended(pod) && len(waiting) == 0
	set := func(kind corev1.PodConditionType, on bool, reason, message string) {
		i := slices.IndexFunc(pod.Status.Conditions, func(c corev1.PodCondition) bool { return c.Type == kind })
		if i < 0 {
			i = len(pod.Status.Conditions)
			pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: kind})
		}
		c := &pod.Status.Conditions[i]
		status := corev1.ConditionTrue
		switch {
		case on:
			reason, message = "", ""
		case pod.Status.Phase == corev1.PodSucceeded:
			status, reason, message = corev1.ConditionFalse, "PodCompleted", ""
		default:
			status = corev1.ConditionFalse
		}
		if c.Status != status {
			c.LastTransitionTime = now
		}
		c.Status, c.Reason, c.Message = status, reason, message
	}
	listed := func(what string, names []string) string { return what + ": [" + strings.Join(names, " ") + "]" }
	set(corev1.PodScheduled, scheduled, "", "")
	set(corev1.PodInitialized, initialized, "ContainersNotInitialized", listed("containers with incomplete status", pending))
	set(corev1.ContainersReady, ready, "ContainersNotReady", listed("containers with unready status", waiting))
	set(corev1.PodReady, ready, "ContainersNotReady", listed("containers with unready status", waiting))
}

// QOSClass is the quality of service that requests and limits make.
func QOSClass(pod *corev1.Pod) corev1.PodQOSClass {
	some, guaranteed := false, true
	for _, c := range Containers(pod) {
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
