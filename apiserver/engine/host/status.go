package host

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/apiserver/engine/kubelet"
)

// loopback is the address of every pod here: they share the machine's network.
const loopback = "127.0.0.1"

// imageID says which image a container really runs.
const imageID = "host://this-machine"

// The reasons of states and events that are the host engine's own; the others
// are Kubernetes'.
const (
	reasonPlaceholder = "Placeholder"
	reasonServerEnded = "HostServerEnded"
)

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
	pod.Status = corev1.PodStatus{Phase: corev1.PodPending, QOSClass: kubelet.QOSClass(pod)}
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
	pod.Status.InitContainerStatuses = waiting(pod.Spec.InitContainers, kubelet.ReasonInitializing)
	reason := kubelet.ReasonCreating
	if len(pod.Spec.InitContainers) > 0 {
		reason = kubelet.ReasonInitializing
	}
	pod.Status.ContainerStatuses = waiting(pod.Spec.Containers, reason)
	derive(pod, now)
}

// derive makes phase and conditions follow from the states of the containers.
// A phase that is an end stays.
func derive(pod *corev1.Pod, now metav1.Time) {
	initialized := true
	for i := range pod.Status.InitContainerStatuses {
		s := &pod.Status.InitContainerStatuses[i]
		s.Ready = s.State.Terminated != nil && s.State.Terminated.ExitCode == 0
		initialized = initialized && s.Ready
	}
	for i := range pod.Status.ContainerStatuses {
		if s := &pod.Status.ContainerStatuses[i]; s.State.Running == nil {
			started := false
			s.Ready, s.Started = false, &started
		}
	}
	if !kubelet.Ended(pod) {
		pod.Status.Phase = kubelet.Phase(pod, initialized)
	}
	kubelet.SetConditions(pod, pod.Status.StartTime != nil, initialized, now)
}

// afterServerEnd turns a pod that an earlier server left into what it is now:
// what ran has ended with that server.
func (e *Engine) afterServerEnd(pod *corev1.Pod) {
	if kubelet.Ended(pod) {
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
			s.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: kubelet.ReasonCreating}}
		}
	}
	if interrupted && never {
		pod.Status.Phase, pod.Status.Reason = corev1.PodFailed, reasonServerEnded
		pod.Status.Message = "podium's host server ended while the pod ran, and its restartPolicy is Never"
	}
	derive(pod, now)
}
