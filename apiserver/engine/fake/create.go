package fake

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
)

// Create makes a pod whose containers' commands the tiny shell runs.
func (e *Engine) Create(ctx context.Context, pod *corev1.Pod) (*corev1.Pod, []string, error) {
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	if pod.Namespace != api.DefaultNamespace {
		return nil, nil, apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, pod.Namespace)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	own := pod.DeepCopy()
	r := &record{
		name: own.Name, uid: e.synth.uid(), created: e.clock.Now().UTC(), pod: own,
		node: int32(e.synth.rng.IntN(40)), ip: uint32(e.synth.rng.IntN(65000)) + 1,
	}
	own.UID = types.UID(r.uid)
	own.CreationTimestamp = metav1.NewTime(r.created).Rfc3339Copy()
	own.Status = corev1.PodStatus{}
	setDefaults(own)
	own.Spec.NodeName = r.nodeName()
	own.Status = corev1.PodStatus{
		Phase: corev1.PodPending, QOSClass: qosOf(own),
		Conditions: []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: own.CreationTimestamp}},
	}
	own.Status.InitContainerStatuses = firstStatuses(own.Spec.InitContainers, "PodInitializing")
	own.Status.ContainerStatuses = firstStatuses(own.Spec.Containers, "ContainerCreating")
	if len(own.Spec.InitContainers) > 0 {
		own.Status.ContainerStatuses = firstStatuses(own.Spec.Containers, "PodInitializing")
	}
	r, err := e.store.Add(r)
	if err != nil {
		return nil, nil, err
	}
	e.note(own, "", corev1.EventTypeNormal, "Scheduled", "assigned default/"+own.Name+" to "+own.Spec.NodeName)
	run := newRunner(e, r)
	e.runners[r.uid] = run
	e.work.Go(run.main)
	return r.Copy(), unhonoured(own), nil
}

// unhonoured names what a pod here cannot have.
func unhonoured(pod *corev1.Pod) []string {
	var out []string
	if len(pod.Spec.Volumes) > 0 {
		out = append(out, "spec.volumes: the fake engine has no files, so there is nothing in its volumes")
	}
	for i, c := range pod.Spec.Containers {
		if c.LivenessProbe != nil || c.ReadinessProbe != nil {
			out = append(out, fmt.Sprintf("spec.containers[%d]: the fake engine probes nothing; the container is ready once it runs", i))
		}
	}
	return out
}

func setDefaults(pod *corev1.Pod) {
	s := &pod.Spec
	if s.RestartPolicy == "" {
		s.RestartPolicy = corev1.RestartPolicyAlways
	}
	if s.TerminationGracePeriodSeconds == nil {
		s.TerminationGracePeriodSeconds = new(int64(30))
	}
	for _, list := range [][]corev1.Container{s.InitContainers, s.Containers} {
		for i := range list {
			if list[i].ImagePullPolicy == "" {
				list[i].ImagePullPolicy = corev1.PullIfNotPresent
			}
		}
	}
}

// qosOf is the class of service by the rules of Kubernetes.
func qosOf(pod *corev1.Pod) corev1.PodQOSClass {
	some, all := false, true
	for _, c := range pod.Spec.Containers {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			limit, hasLimit := c.Resources.Limits[name]
			request, hasRequest := c.Resources.Requests[name]
			some = some || hasLimit || hasRequest
			all = all && hasLimit && (!hasRequest || same(limit, request))
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

func same(a, b resource.Quantity) bool { return a.Cmp(b) == 0 }

func firstStatuses(cs []corev1.Container, reason string) []corev1.ContainerStatus {
	var out []corev1.ContainerStatus
	for _, c := range cs {
		out = append(out, corev1.ContainerStatus{
			Name: c.Name, Image: c.Image, Started: new(false),
			State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}},
		})
	}
	return out
}
