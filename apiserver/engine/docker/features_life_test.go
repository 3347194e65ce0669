package docker

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/moby/moby/client"

	"podium/api"
	"podium/apiserver/engine/kubelet"
)

func probe(h corev1.ProbeHandler) *corev1.Probe {
	return &corev1.Probe{ProbeHandler: h, PeriodSeconds: 1, TimeoutSeconds: 2, FailureThreshold: 2}
}

func execProbe(script string) *corev1.Probe {
	return probe(corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", script}}})
}

func featureProbes(t *testing.T, e *Engine, _ Options) {
	create(t, e, podOf("f-ready", "sleep 1; touch /ready; "+stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].ReadinessProbe = execProbe("test -f /ready")
		p.Spec.Containers[0].ReadinessProbe.PeriodSeconds = 1
	}))
	unready := false
	await(t, e, "f-ready", "be ready", func(p *corev1.Pod) bool {
		unready = unready || isRunning(p) && !p.Status.ContainerStatuses[0].Ready
		return p.Status.ContainerStatuses[0].Ready
	})
	if !unready {
		t.Error("it was ready before the probe said so")
	}
	create(t, e, podOf("f-live", "touch /alive; sleep 1; rm /alive; "+stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].LivenessProbe = execProbe("test -f /alive")
	}))
	await(t, e, "f-live", "be restarted", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount > 0 })
	if got := reasons(t, e, "f-live"); !strings.Contains(got, "Unhealthy") || !strings.Contains(got, "Killing") {
		t.Errorf("events: %s", got)
	}
	create(t, e, podOf("f-http", "mkdir /www; echo ok >/www/health; exec httpd -f -p 8080 -h /www", func(p *corev1.Pod) {
		c := &p.Spec.Containers[0]
		c.Ports = []corev1.ContainerPort{{Name: "web", ContainerPort: 8080}}
		c.StartupProbe = probe(corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(8080)}})
		c.StartupProbe.FailureThreshold = 20
		c.ReadinessProbe = probe(corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/health", Port: intstr.FromString("web")}})
	}))
	await(t, e, "f-http", "be ready", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].Ready })
	if _, _, code := run(t, e, "f-http", "", "rm /www/health"); code != 0 {
		t.Fatal("remove the page")
	}
	await(t, e, "f-http", "be unready", func(p *corev1.Pod) bool { return isRunning(p) && !p.Status.ContainerStatuses[0].Ready })
}

func featureHooks(t *testing.T, e *Engine, _ Options) {
	handler := func(script string) *corev1.LifecycleHandler {
		return &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", script}}}
	}
	runPod(t, e, podOf("f-hooks", "trap 'echo term >>/kept/f; exit 0' TERM; "+strings.ReplaceAll(stay, "sleep 1", "sleep 0.1"),
		withVolume(named("kept", "podium-test-hooks"), corev1.VolumeMount{MountPath: "/kept"}), func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: handler("echo post >/kept/f"), PreStop: handler("echo pre >>/kept/f")}
		}))
	t.Cleanup(func() {
		_, _ = e.cli.VolumeRemove(t.Context(), "podium-test-hooks", client.VolumeRemoveOptions{Force: true}) // it may not be there
	})
	if out := output(t, e, "f-hooks", "", "cat /kept/f"); out != "post" {
		t.Errorf("postStart: %q", out)
	}
	if err := e.Delete(testContext(t), "default", "f-hooks", metav1.DeleteOptions{GracePeriodSeconds: new(int64(20))}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "f-hooks")
	runPod(t, e, podOf("f-hooks2", stay, withVolume(named("kept", "podium-test-hooks"), corev1.VolumeMount{MountPath: "/kept"})))
	if out := output(t, e, "f-hooks2", "", "cat /kept/f"); out != "post\npre\nterm" {
		t.Errorf("over its life: %q", out)
	}
	remove(t, e, "f-hooks2")
	create(t, e, podOf("f-badhook", stay, func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
		p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PostStart: handler("exit 3")}
	}))
	await(t, e, "f-badhook", "fail", isOver)
	if got := reasons(t, e, "f-badhook"); !strings.Contains(got, "FailedPostStartHook") {
		t.Errorf("events: %s", got)
	}
}

func awaitGone(t *testing.T, e *Engine, name string) {
	t.Helper()
	ctx := testContext(t)
	w, err := e.Watch(ctx, "default", api.ListOptions{FieldSelector: "metadata.name=" + name})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for {
		if _, err := e.Get(ctx, "default", name); apierrors.IsNotFound(err) {
			return
		}
		if _, err := w.Next(ctx); err != nil {
			t.Fatalf("waiting for pod %s to go: %v", name, err)
		}
	}
}

func featurePulls(t *testing.T, e *Engine, _ Options) {
	create(t, e, podOf("f-pull", stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].Image = "127.0.0.1:1/none/such:1" // nothing listens there
	}))
	pod := await(t, e, "f-pull", "fail to pull", waitingFor("ErrImagePull"))
	if m := pod.Status.ContainerStatuses[0].State.Waiting.Message; !strings.Contains(m, "127.0.0.1:1") || pod.Status.Phase != corev1.PodPending {
		t.Errorf("message %q, phase %s", m, pod.Status.Phase)
	}
	await(t, e, "f-pull", "back off", waitingFor("ImagePullBackOff"))
	await(t, e, "f-pull", "try again", waitingFor("ErrImagePull"))
	if got := reasons(t, e, "f-pull"); !strings.Contains(got, "Pulling") || !strings.Contains(got, "Failed") || !strings.Contains(got, "BackOff") {
		t.Errorf("events: %s", got)
	}
	if _, err := e.Log(testContext(t), "default", "f-pull", nil); !apierrors.IsBadRequest(err) || !strings.Contains(err.Error(), "ImagePull") {
		t.Errorf("its log: %v", err)
	}
	if err := e.Delete(testContext(t), "default", "f-pull", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "f-pull")
	create(t, e, podOf("f-never", stay, func(p *corev1.Pod) {
		p.Spec.Containers[0].Image, p.Spec.Containers[0].ImagePullPolicy = "none/such:1", corev1.PullNever
	}))
	await(t, e, "f-never", "not pull", waitingFor("ErrImageNeverPull"))
}

func featureCannotRun(t *testing.T, e *Engine, _ Options) {
	for name, row := range map[string]struct {
		command string
		code    int32
	}{"f-missing": {"/no/such", 127}, "f-folder": {"/tmp", 126}} {
		create(t, e, podOf(name, "", func(p *corev1.Pod) {
			p.Spec.RestartPolicy = corev1.RestartPolicyNever
			p.Spec.Containers[0].Command = []string{row.command}
		}))
		over := await(t, e, name, "fail", isOver).Status.ContainerStatuses[0].State.Terminated
		if over.Reason != kubelet.ReasonCannotRun || over.ExitCode != row.code || over.Message == "" {
			t.Errorf("%s: %+v", name, over)
		}
	}
	create(t, e, podOf("f-again", "", func(p *corev1.Pod) { p.Spec.Containers[0].Command = []string{"/no/such"} }))
	pod := await(t, e, "f-again", "be tried again and again", func(p *corev1.Pod) bool {
		return waitingFor(kubelet.ReasonCrashLoop)(p) && p.Status.ContainerStatuses[0].RestartCount > 1
	})
	if s := pod.Status.ContainerStatuses[0]; s.LastTerminationState.Terminated == nil || pod.Status.Phase != corev1.PodRunning {
		t.Errorf("phase %s, %+v", pod.Status.Phase, s)
	}
}

func featureMessages(t *testing.T, e *Engine, _ Options) {
	create(t, e, podOf("f-message", "echo -n because >/tmp/why; exit 4", func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
		p.Spec.Containers[0].TerminationMessagePath = "/tmp/why"
	}))
	await(t, e, "f-message", "have its message", func(p *corev1.Pod) bool {
		over := p.Status.ContainerStatuses[0].State.Terminated
		return over != nil && over.Message == "because" && over.ExitCode == 4
	})
	create(t, e, podOf("f-fallback", "echo last words; exit 4", func(p *corev1.Pod) {
		p.Spec.RestartPolicy = corev1.RestartPolicyNever
		p.Spec.Containers[0].TerminationMessagePolicy = corev1.TerminationMessageFallbackToLogsOnError
	}))
	await(t, e, "f-fallback", "have its log as message", func(p *corev1.Pod) bool {
		over := p.Status.ContainerStatuses[0].State.Terminated
		return over != nil && strings.Contains(over.Message, "last words")
	})
}
