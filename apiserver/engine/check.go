package engine

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// PodResource is what errors about pods are about.
var PodResource = schema.GroupResource{Resource: "pods"}

// CheckExec tells whether a command can run in the pod's container now:
// BadRequest names the containers there are, or why this one takes no
// commands. It is the rule for engines that have no ExecChecker.
func CheckExec(pod *corev1.Pod, container string) error {
	if pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed {
		return apierrors.NewBadRequest(fmt.Sprintf("cannot exec in pod %q: it has ended (%s)", pod.Name, pod.Status.Phase))
	}
	state, found := containerState(pod, container)
	switch {
	case !found:
		return NoContainer(pod, container)
	case state.Running != nil:
		return nil
	case state.Terminated != nil:
		return apierrors.NewBadRequest(fmt.Sprintf("cannot exec in container %q of pod %q: it has ended with code %d", container, pod.Name, state.Terminated.ExitCode))
	case state.Waiting != nil && state.Waiting.Reason != "":
		return apierrors.NewBadRequest(fmt.Sprintf("cannot exec in container %q of pod %q: it is waiting (%s)", container, pod.Name, state.Waiting.Reason))
	}
	return apierrors.NewBadRequest(fmt.Sprintf("cannot exec in container %q of pod %q: it has not started", container, pod.Name))
}

// CheckPreconditions gives Conflict when the pod is not the one that a delete
// means.
func CheckPreconditions(pod *corev1.Pod, want *metav1.Preconditions) error {
	differs := func(what, wanted, has string) error {
		return apierrors.NewConflict(PodResource, pod.Name, fmt.Errorf("the precondition's %s is %s, the pod's is %s", what, wanted, has))
	}
	switch {
	case want == nil:
	case want.UID != nil && *want.UID != pod.UID:
		return differs("UID", string(*want.UID), string(pod.UID))
	case want.ResourceVersion != nil && *want.ResourceVersion != pod.ResourceVersion:
		return differs("resourceVersion", *want.ResourceVersion, pod.ResourceVersion)
	}
	return nil
}

// NoContainer is the error for a container that the pod does not have; it
// names those it has.
func NoContainer(pod *corev1.Pod, container string) error {
	return apierrors.NewBadRequest(fmt.Sprintf("container %q is not in pod %q; it has %s",
		container, pod.Name, strings.Join(ContainerNames(pod), ", ")))
}

// ContainerNames lists the pod's containers, then its init containers, in the
// order of the spec. The first is the one that exec means when none is named;
// for logs see LogContainer.
func ContainerNames(pod *corev1.Pod) []string {
	var names []string
	for _, c := range pod.Spec.Containers {
		names = append(names, c.Name)
	}
	for _, c := range pod.Spec.InitContainers {
		names = append(names, c.Name)
	}
	return names
}

// containerState finds the state of a container by name. A container of the
// spec that has no status yet is found with the zero state.
func containerState(pod *corev1.Pod, name string) (corev1.ContainerState, bool) {
	for _, list := range [][]corev1.ContainerStatus{pod.Status.ContainerStatuses, pod.Status.InitContainerStatuses} {
		for _, s := range list {
			if s.Name == name {
				return s.State, true
			}
		}
	}
	for _, n := range ContainerNames(pod) {
		if n == name {
			return corev1.ContainerState{}, true
		}
	}
	return corev1.ContainerState{}, false
}
