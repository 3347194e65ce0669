package docker

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"

	"podium/api"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// annotationForeign marks the pod of a container that podium did not make; its
// value is the container's name at the daemon.
const annotationForeign = "podium.container-name"

// showForeign shows a container that is not podium's as a pod of one
// container. Called with Engine.mu held.
func (e *Engine) showForeign(o *observed) {
	if o.full == nil || o.full.Config == nil {
		return
	}
	key, named := e.foreign[o.id]
	if !named {
		key = e.foreignKey(o)
		e.foreign[o.id] = key
	}
	e.show(e.foreignPod(o, key))
}

// foreignKey finds a name for a foreign container: its own where that is one
// for a pod and nobody has it, else with a part of its id.
func (e *Engine) foreignKey(o *observed) podstore.Key {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return '-'
	}, o.name)
	key := podstore.Key{Namespace: api.DefaultNamespace, Name: name}
	_, err := e.store.Get(key)
	if name != o.name || err == nil || len(validation.IsDNS1123Subdomain(name)) > 0 {
		name = strings.Trim(name[:min(len(name), 200)], "-.")
		key.Name = strings.TrimLeft(name+"-"+o.id[:min(len(o.id), 6)], "-")
	}
	return key
}

// foreignPod makes the pod of a foreign container.
func (e *Engine) foreignPod(o *observed, key podstore.Key) *corev1.Pod {
	in := o.full
	c := corev1.Container{
		Name: "main", Image: o.image, Command: in.Config.Entrypoint, Args: in.Config.Cmd, WorkingDir: in.Config.WorkingDir,
		TTY: in.Config.Tty, Stdin: in.Config.OpenStdin, StdinOnce: in.Config.StdinOnce,
	}
	for _, v := range in.Config.Env {
		name, value, _ := strings.Cut(v, "=")
		c.Env = append(c.Env, corev1.EnvVar{Name: name, Value: value})
	}
	pod := &corev1.Pod{
		TypeMeta: metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{
			Name: key.Name, Namespace: key.Namespace, UID: types.UID(o.id), CreationTimestamp: metav1.NewTime(o.created.Truncate(time.Second)),
			Labels: map[string]string{}, Annotations: map[string]string{annotationForeign: o.name},
		},
		Spec: corev1.PodSpec{NodeName: e.daemon.name, Hostname: in.Config.Hostname, RestartPolicy: corev1.RestartPolicyNever},
	}
	for k, v := range in.Config.Labels {
		// What is no label of Kubernetes' is nothing to select by.
		if len(validation.IsQualifiedName(k)) == 0 && len(validation.IsValidLabelValue(v)) == 0 {
			pod.Labels[k] = v
		} else {
			pod.Annotations[k] = clip(v)
		}
	}
	foreignHost(pod, &c, o)
	foreignMounts(pod, &c, o)
	pod.Spec.Containers = []corev1.Container{c}
	e.foreignStatus(pod, o)
	return pod
}

// foreignHost takes over ports, limits and the restart policy.
func foreignHost(pod *corev1.Pod, c *corev1.Container, o *observed) {
	h := o.full.HostConfig
	if h == nil {
		return
	}
	switch h.RestartPolicy.Name {
	case "always", "unless-stopped":
		pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
	case "on-failure":
		pod.Spec.RestartPolicy = corev1.RestartPolicyOnFailure
	}
	for port, bindings := range h.PortBindings {
		p := corev1.ContainerPort{ContainerPort: int32(port.Num()), Protocol: corev1.Protocol(strings.ToUpper(string(port.Proto())))}
		for _, b := range bindings {
			if n, err := strconv.ParseUint(b.HostPort, 10, 16); err == nil {
				p.HostPort = int32(n)
			}
			if b.HostIP.IsValid() {
				p.HostIP = b.HostIP.String()
			}
		}
		c.Ports = append(c.Ports, p)
	}
	slices.SortFunc(c.Ports, func(a, b corev1.ContainerPort) int { return int(a.ContainerPort - b.ContainerPort) })
	limits := corev1.ResourceList{}
	if h.Memory > 0 {
		limits[corev1.ResourceMemory] = *resource.NewQuantity(h.Memory, resource.BinarySI)
	}
	if h.NanoCPUs > 0 {
		limits[corev1.ResourceCPU] = *resource.NewMilliQuantity(h.NanoCPUs/1_000_000, resource.DecimalSI)
	}
	if len(limits) > 0 {
		c.Resources.Limits = limits
	}
	if h.Privileged {
		yes := true
		c.SecurityContext = &corev1.SecurityContext{Privileged: &yes}
	}
}

// foreignMounts takes over the mounts.
func foreignMounts(pod *corev1.Pod, c *corev1.Container, o *observed) {
	mounts := slices.Clone(o.full.Mounts)
	slices.SortFunc(mounts, func(a, b container.MountPoint) int { return strings.Compare(a.Destination, b.Destination) })
	for i, m := range mounts {
		v := corev1.Volume{Name: fmt.Sprintf("mount-%d", i)}
		switch m.Type {
		case "volume":
			v.FlexVolume = &corev1.FlexVolumeSource{Options: map[string]string{"volumeID": m.Name}}
		case "bind":
			v.HostPath = &corev1.HostPathVolumeSource{Path: m.Source}
		default:
			v.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
		pod.Spec.Volumes = append(pod.Spec.Volumes, v)
		c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: v.Name, MountPath: m.Destination, ReadOnly: !m.RW})
	}
}

// foreignStatus derives the status.
func (e *Engine) foreignStatus(pod *corev1.Pod, o *observed) {
	no, yes := false, true
	s := corev1.ContainerStatus{
		Name: "main", Image: o.image, ImageID: o.imageID, ContainerID: "docker://" + o.id,
		RestartCount: int32(o.full.RestartCount), Started: &no,
	}
	start := metav1.NewTime(o.created.Truncate(time.Second))
	pod.Status = corev1.PodStatus{StartTime: &start, QOSClass: kubelet.QOSClass(pod)}
	if o.running && o.address != "" {
		pod.Status.PodIP, pod.Status.PodIPs = o.address, []corev1.PodIP{{IP: o.address}}
	}
	if ports := portsNote(o); ports != "" {
		pod.Annotations[annotationPorts] = ports
	}
	switch {
	case o.running && o.status == "paused":
		s.State.Waiting = &corev1.ContainerStateWaiting{Reason: "Paused"}
		pod.Status.Phase = corev1.PodRunning
	case o.running && o.status != "restarting":
		s.State.Running = &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(o.started.Truncate(time.Second))}
		s.Started, s.Ready = &yes, true
		if h := o.full.State.Health; h != nil && (h.Status == "starting" || h.Status == "unhealthy") {
			s.Ready = false
		}
		pod.Status.Phase = corev1.PodRunning
	case o.ended() || o.status == "restarting":
		t := &corev1.ContainerStateTerminated{
			ExitCode: int32(o.exit), Reason: kubelet.ReasonCompleted, Message: clip(o.failure), ContainerID: "docker://" + o.id,
			StartedAt: metav1.NewTime(o.started.Truncate(time.Second)), FinishedAt: metav1.NewTime(o.finished.Truncate(time.Second)),
		}
		pod.Status.Phase = corev1.PodSucceeded
		if o.exit != 0 {
			t.Reason, pod.Status.Phase = kubelet.ReasonError, corev1.PodFailed
		}
		if o.oom {
			t.Reason = kubelet.ReasonOOM
		}
		s.State.Terminated = t
		if o.status == "restarting" {
			s.LastTerminationState, s.State = s.State, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: kubelet.ReasonCrashLoop}}
			pod.Status.Phase = corev1.PodRunning
		}
	default:
		s.State.Waiting = &corev1.ContainerStateWaiting{Reason: "Created", Message: "the container has not been started"}
		pod.Status.Phase = corev1.PodPending
	}
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{s}
	kubelet.SetConditions(pod, true, true, metav1.NewTime(time.Now().UTC().Truncate(time.Second)))
}
