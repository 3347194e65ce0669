// Package kubelet has the part of Kubernetes' node agent that is the same
// whatever runs the containers: what variables and references in a manifest
// mean, how phases and restarts follow from containers, what a probe asks, and
// what engines without a cluster do with fields. It is for engines that run
// pods themselves; it runs nothing, and keeps nothing.
package kubelet

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// DefaultGrace is a pod's grace where its manifest names none.
const DefaultGrace = 30 * time.Second

// Grace is the pod's own grace.
func Grace(pod *corev1.Pod) time.Duration {
	if g := pod.Spec.TerminationGracePeriodSeconds; g != nil && *g >= 0 {
		return Seconds(*g)
	}
	return DefaultGrace
}

// Seconds is a number of seconds of a manifest as a time. Numbers that are too
// large for one, which people write to say "never", are the longest that the API
// knows, 68 years.
func Seconds(n int64) time.Duration {
	return time.Duration(min(n, math.MaxInt32)) * time.Second
}

// Containers lists the pod's init containers and containers, in this order.
// They are the pod's own, not copies.
func Containers(pod *corev1.Pod) []*corev1.Container {
	out := make([]*corev1.Container, 0, len(pod.Spec.InitContainers)+len(pod.Spec.Containers))
	for i := range pod.Spec.InitContainers {
		out = append(out, &pod.Spec.InitContainers[i])
	}
	for i := range pod.Spec.Containers {
		out = append(out, &pod.Spec.Containers[i])
	}
	return out
}

// Container finds a container of the pod, init containers included, by name;
// nil without.
func Container(pod *corev1.Pod, name string) *corev1.Container {
	all := Containers(pod)
	if i := slices.IndexFunc(all, func(c *corev1.Container) bool { return c.Name == name }); i >= 0 {
		return all[i]
	}
	return nil
}

// Port is a port by number, or by the name that it has in the container.
func Port(c *corev1.Container, port intstr.IntOrString) (int, error) {
	if port.Type == intstr.Int {
		return int(port.IntVal), nil
	}
	for _, p := range c.Ports {
		if p.Name == port.StrVal {
			return int(p.ContainerPort), nil
		}
	}
	if n, err := strconv.Atoi(port.StrVal); err == nil {
		return n, nil
	}
	return 0, errors.New("container " + c.Name + " has no port called " + port.StrVal)
}

// True tells whether an optional flag is set and true.
func True(b *bool) bool { return b != nil && *b }
