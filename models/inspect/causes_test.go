package inspect

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/models"
	"podium/models/modelstest"
)

// said is the head of the overview of webPod after a change, as one text.
func said(change func(p *corev1.Pod), events ...corev1.Event) string {
	pod := webPod()
	change(pod)
	p := &page{now: modelstest.Noon(), cols: 200}
	p.health(pod, events)
	var b strings.Builder
	for _, l := range p.lines {
		b.WriteString(l.Text + "\n")
	}
	return b.String()
}

func event(reason, message, container string) corev1.Event {
	e := corev1.Event{Type: corev1.EventTypeWarning, Reason: reason, Message: message}
	if container != "" {
		e.InvolvedObject.FieldPath = "spec.containers{" + container + "}"
	}
	return e
}

func waits(reason, message string) func(p *corev1.Pod) {
	return func(p *corev1.Pod) {
		p.Status.Phase = corev1.PodPending
		p.Status.ContainerStatuses[0] = corev1.ContainerStatus{
			Name: "main", Image: "nginx:1.25", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason, Message: message}},
		}
	}
}

func TestCauses(t *testing.T) {
	deadline := int64(30)
	always := corev1.ContainerRestartPolicyAlways
	failed := func(reason string) func(p *corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Status = corev1.PodStatus{Phase: corev1.PodFailed, Reason: reason, Message: "said the server"}
			p.Spec.ActiveDeadlineSeconds = &deadline
		}
	}
	exits := func(code int32) func(p *corev1.Pod) {
		return func(p *corev1.Pod) {
			p.Status.Phase = corev1.PodFailed
			p.Status.ContainerStatuses[0].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: code}}
		}
	}
	initRuns := func(p *corev1.Pod) {
		waits("PodInitializing", "")(p)
		p.Status.InitContainerStatuses[0].State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: before(10 * time.Minute)}}
	}
	tests := []struct {
		name   string
		change func(p *corev1.Pod)
		events []corev1.Event
		want   string // all of it, in order, parted by |
		not    string
	}{
		{"deadline", failed("DeadlineExceeded"), nil, "ran longer than it may: 30 s (activeDeadlineSeconds).|said the server", ""},
		{"evicted", failed("Evicted"), nil, "threw it out to save itself|Evicted: said the server", ""},
		{"node lost", failed("NodeLost"), nil, "Its node does not answer", ""},
		{"shut down", failed("Terminated"), nil, "ended with its node", ""},
		{"preempted", failed("Preempting"), nil, "a higher priority", ""},
		{"refused by the node", failed("OutOfcpu"), nil, "did not let it in|OutOfcpu", ""},
		{"no such tag", waits("ErrImagePull", `manifest for nginx:9 not found: manifest unknown`), nil, "nginx:1.25 cannot be pulled: there is no such image or tag.", ""},
		{"denied", waits("ImagePullBackOff", "pull access denied, repository does not exist or may require authorization"), nil, "the registry refused", ""},
		{"registry away", waits("ErrImagePull", "dial tcp: lookup r.example: no such host"), nil, "could not be reached", ""},
		{"too many", waits("ErrImagePull", "toomanyrequests: You have reached your pull rate limit"), nil, "too many requests", ""},
		{"never pull", waits("ErrImageNeverPull", ""), nil, "imagePullPolicy: Never", ""},
		{"no name", waits("InvalidImageName", ""), nil, "no name of an image", ""},
		{"volume", waits("ContainerCreating", ""), []corev1.Event{event("FailedMount", `secret "x" not found`, "")}, `is being made.|FailedMount: secret "x" not found`, ""},
		{"init runs", initRuns, nil, "Init container prepare has not ended yet, after 10m; the containers wait for it.", "Container main"},
		{"a sidecar is not ready", func(p *corev1.Pod) {
			initRuns(p)
			p.Spec.InitContainers[0].RestartPolicy = &always
		}, nil, "Init container prepare runs but is not ready", "has not ended yet"},
		{"init fails", func(p *corev1.Pod) {
			waits("PodInitializing", "")(p)
			p.Status.InitContainerStatuses[0].State = corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 2}}
		}, nil, "Init container prepare ended with exit 2|l shows its log", "Container main"},
		{"segfault", exits(139), nil, "SIGSEGV", ""},
		{"killed", exits(137), nil, "SIGKILL", ""},
		{"liveness", exits(137), []corev1.Event{
			event("Unhealthy", "Liveness probe failed: 500", "main"), event("Killing", "Container main failed liveness probe, will be restarted", "main"),
		}, "was ended because its liveness probe failed: Liveness probe failed: 500", "SIGKILL"},
		{
			"another's probe", func(p *corev1.Pod) { p.Status.ContainerStatuses[0].Ready = false },
			[]corev1.Event{event("Unhealthy", "Readiness probe failed: 503", "main"), event("Unhealthy", "of another", "side")},
			"runs but is not ready|503", "of another",
		},
		{"gates", func(p *corev1.Pod) {
			p.Status.Phase, p.Status.ContainerStatuses = corev1.PodPending, nil
			p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "SchedulingGated"}}
			p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "quota"}}
		}, nil, "held back until somebody opens its scheduling gates: quota", "No node"},
		{"too large", func(p *corev1.Pod) {
			p.Status = corev1.PodStatus{Phase: corev1.PodPending, Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: "Unschedulable", Message: "0/1 nodes are available: 1 Insufficient memory."},
			}}
			p.Spec.Containers[0].Resources.Requests = corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("900Gi")}
		}, nil, "Insufficient memory|It asks for main memory 900Gi", ""},
		{
			"no reason", func(p *corev1.Pod) { p.Status = corev1.PodStatus{Phase: corev1.PodPending} },
			[]corev1.Event{event("FailedScheduling", "no nodes", "")},
			"no reason is given|FailedScheduling: no nodes", "",
		},
		{"well", func(*corev1.Pod) {}, nil, "", "healthy"},
		{"well again", func(p *corev1.Pod) {
			p.Status.ContainerStatuses[0].RestartCount = 2
			p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 137, Reason: "OOMKilled", FinishedAt: before(2 * time.Minute)}
		}, nil, "It is well now, but|main was started again 2 times, since it was killed because it used more memory than its limit of 64Mi", ""},
		{"long ago", func(p *corev1.Pod) {
			p.Status.ContainerStatuses[0].LastTerminationState.Terminated = &corev1.ContainerStateTerminated{ExitCode: 1, FinishedAt: before(2 * time.Hour)}
		}, nil, "", "well now"},
		{"readiness gate", func(p *corev1.Pod) {
			p.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "lb.example/ready"}}
			p.Status.ContainerStatuses[0].Ready = false
		}, nil, "Its readiness gate lb.example/ready is not met yet", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := said(tt.change, tt.events...)
			at := 0
			for part := range strings.SplitSeq(tt.want, "|") {
				i := strings.Index(text[at:], part)
				if i < 0 {
					t.Fatalf("%q is not said in its place in\n%s", part, text)
				}
				at += i
			}
			if tt.not != "" && strings.Contains(text, tt.not) {
				t.Errorf("%q is said in\n%s", tt.not, text)
			}
		})
	}
}

func TestPasswordsInAddressesAreMasked(t *testing.T) {
	for value, secret := range map[string]bool{
		"postgres://app:hunter2@db:5432/x": true, "https://example.org/a:b@c": false, "amqp://h1,amqp://u:p@h2": true,
		"redis://:pw@h": true, "fast": false, "-----BEGIN RSA PRIVATE KEY-----\nabc": true, "http://user@host": false,
	} {
		if holdsPassword(value) != secret {
			t.Errorf("%q: %v", value, !secret)
		}
	}
	p := &page{now: modelstest.Noon()}
	e := corev1.EnvVar{Name: "DATABASE", Value: "postgres://app:hunter2@db/x"}
	if text := p.env(&e); strings.Contains(text, "hunter2") {
		t.Error(text)
	}
}

func TestRareFieldsAreThere(t *testing.T) {
	p := webPod()
	user, yes, class := int64(1000), true, "gvisor"
	c := &p.Spec.Containers[0]
	c.TTY, c.Stdin, c.ImagePullPolicy = true, true, corev1.PullAlways
	c.SecurityContext = &corev1.SecurityContext{Privileged: &yes, RunAsUser: &user, Capabilities: &corev1.Capabilities{Add: []corev1.Capability{"NET_ADMIN"}}}
	c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"drain"}}}}
	p.Spec.HostNetwork, p.Spec.RuntimeClassName, p.Spec.PriorityClassName = true, &class, "high"
	p.Spec.Tolerations = []corev1.Toleration{{Key: "gpu", Value: "yes", Effect: corev1.TaintEffectNoSchedule}}
	p.Spec.ImagePullSecrets = []corev1.LocalObjectReference{{Name: "registry"}}
	p.Spec.EphemeralContainers = []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debugger", Image: "busybox"}}}
	p.Status.PodIPs = []corev1.PodIP{{IP: "10.0.0.7"}, {IP: "fd00::7"}}
	p.CreationTimestamp = metav1.Time{}
	_, _, d := open(t, p, models.ViewOverview, 120, 120)
	d.Sees("10.0.0.7, fd00::7", "the node's network", "gpu=yes:NoSchedule", "registry", "gvisor", "high", "Ephemeral containers", "debugger",
		"nginx:1.25, pulled always", "privileged, user 1000, +NET_ADMIN", "Before its end", "runs drain", "yes, with standard input")
}
