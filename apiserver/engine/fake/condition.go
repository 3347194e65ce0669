package fake

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// templateStatus is the status of a synthetic pod in a condition.
func templateStatus(cond condition, spec *corev1.PodSpec) corev1.PodStatus {
	st := corev1.PodStatus{
		Phase: phaseOf(cond), QOSClass: corev1.PodQOSBurstable, HostIP: holeHostIP, StartTime: new(holeTime(2)),
		HostIPs: []corev1.HostIP{{IP: holeHostIP}},
	}
	if cond == condPending {
		st = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: corev1.PodQOSBurstable}
		st.Conditions = []corev1.PodCondition{{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", LastTransitionTime: holeTime(1),
			Message: "0/40 nodes are available: 40 Insufficient memory.",
		}}
		spec.NodeName = ""
		return st
	}
	if cond != condCreating && cond != condInit {
		st.PodIP, st.PodIPs = holePodIP, []corev1.PodIP{{IP: holePodIP}}
	}
	ready := cond == condRunning || cond == condRestarted
	st.Conditions = podConditions(cond, ready)
	for i, c := range spec.InitContainers {
		s := statusOf(c, i)
		if cond == condInit || cond == condCreating {
			s.State.Running = &corev1.ContainerStateRunning{StartedAt: holeTime(2)}
		} else {
			s.Ready = true
			s.State.Terminated = &corev1.ContainerStateTerminated{Reason: "Completed", StartedAt: holeTime(2), FinishedAt: holeTime(2), ContainerID: s.ContainerID}
		}
		st.InitContainerStatuses = append(st.InitContainerStatuses, s)
	}
	for i, c := range spec.Containers {
		s := statusOf(c, i+len(spec.InitContainers))
		containerIn(&s, cond, i == 0)
		st.ContainerStatuses = append(st.ContainerStatuses, s)
	}
	return st
}

func phaseOf(cond condition) corev1.PodPhase {
	switch cond {
	case condPending, condCreating, condImagePull, condInit:
		return corev1.PodPending
	case condCompleted:
		return corev1.PodSucceeded
	case condFailed:
		return corev1.PodFailed
	default:
		return corev1.PodRunning
	}
}

func podConditions(cond condition, ready bool) []corev1.PodCondition {
	truth := func(b bool) corev1.ConditionStatus {
		if b {
			return corev1.ConditionTrue
		}
		return corev1.ConditionFalse
	}
	reason := func(b bool, text string) string {
		if b {
			return ""
		}
		return text
	}
	initialized := cond != condInit
	because := "ContainersNotReady"
	if cond == condCompleted {
		because = "PodCompleted"
	}
	return []corev1.PodCondition{
		{Type: corev1.PodInitialized, Status: truth(initialized), Reason: reason(initialized, "ContainersNotInitialized"), LastTransitionTime: holeTime(2)},
		{Type: corev1.PodReady, Status: truth(ready), Reason: reason(ready, because), LastTransitionTime: holeTime(3)},
		{Type: corev1.ContainersReady, Status: truth(ready), Reason: reason(ready, because), LastTransitionTime: holeTime(3)},
		{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: holeTime(1)},
	}
}

// statusOf is the beginning of the i-th container's status.
func statusOf(c corev1.Container, i int) corev1.ContainerStatus {
	digits := strings.Repeat(string(rune('a'+i%6)), 24)
	return corev1.ContainerStatus{
		Name: c.Name, Image: c.Image, ImageID: c.Image + "@sha256:" + strings.Repeat("0123456789abcdef", 4),
		ContainerID: "fake://" + holeShort + digits + holeShort + digits,
	}
}

// containerIn puts a container into the state that its pod's condition makes.
func containerIn(s *corev1.ContainerStatus, cond condition, first bool) {
	running := func() {
		s.Ready, s.Started = true, new(true)
		s.State.Running = &corev1.ContainerStateRunning{StartedAt: holeTime(3)}
	}
	waitingFor := func(reason, message string) {
		s.Started, s.ContainerID = new(false), ""
		s.State.Waiting = &corev1.ContainerStateWaiting{Reason: reason, Message: message}
	}
	over := func(code int32, reason string) *corev1.ContainerStateTerminated {
		return &corev1.ContainerStateTerminated{ExitCode: code, Reason: reason, StartedAt: holeTime(2), FinishedAt: holeTime(3), ContainerID: s.ContainerID}
	}
	switch {
	case cond == condCreating:
		waitingFor("ContainerCreating", "")
	case cond == condInit:
		waitingFor("PodInitializing", "")
	case cond == condCompleted:
		s.State.Terminated = over(0, "Completed")
	case cond == condFailed:
		s.State.Terminated = over(1, "Error")
	case !first || cond == condRunning:
		running()
	case cond == condRestarted:
		running()
		s.RestartCount = holeRestarts
		s.LastTerminationState.Terminated = over(137, "OOMKilled")
	case cond == condCrashLoop:
		s.LastTerminationState.Terminated = over(1, "Error")
		waitingFor("CrashLoopBackOff", "back-off 5m0s restarting failed container")
		s.RestartCount = holeRestarts
	case cond == condImagePull:
		waitingFor("ImagePullBackOff", `Back-off pulling image "`+s.Image+`"`)
	case cond == condNotReady:
		running()
		s.Ready = false
		s.RestartCount = holeRestarts
	}
}
