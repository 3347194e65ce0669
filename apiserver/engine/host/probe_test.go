package host

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"podium/api"
	"podium/apiserver/engine/kubelet"
)

func TestHooks(t *testing.T) {
	t.Parallel()
	e := open(t)
	dir := t.TempDir()
	create(t, e, podOf("hooks", `trap 'echo term >> `+dir+`/order; exit 0' TERM; echo set; while :; do sleep 0.02; done`, first(func(c *corev1.Container) {
		c.Lifecycle = &corev1.Lifecycle{
			PostStart: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "echo post >> " + dir + "/order"}}},
			PreStop:   &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "echo pre >> " + dir + "/order"}}},
		}
	}), func(p *corev1.Pod) { *p.Spec.TerminationGracePeriodSeconds = 20 }))
	awaitRunning(t, e, "hooks")
	awaitLog(t, e, "hooks", "set")
	if err := e.Delete(testContext(t), "default", "hooks", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "hooks")
	if data, err := os.ReadFile(filepath.Join(dir, "order")); err != nil || string(data) != "post\npre\nterm\n" {
		t.Errorf("order: %q, %v", data, err)
	}
	create(t, e, podOf("badhook", "sleep 1000", first(func(c *corev1.Container) {
		c.Lifecycle = &corev1.Lifecycle{PostStart: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "echo why; exit 1"}}}}
	})))
	await(t, e, "badhook", "fail", finished)
	if got := reasonsOf(t, e, "badhook"); !slices.Contains(got, "FailedPostStartHook") || slices.Contains(got, "Started") {
		t.Errorf("events: %v", got)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	e := open(t)
	answer := make(chan int, 100)
	status := http.StatusServiceUnavailable
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case status = <-answer:
		default:
		}
		if r.URL.Path != "/healthz" || !strings.HasPrefix(r.UserAgent(), kubelet.ProbeAgent) {
			t.Errorf("asked for %s by %s", r.URL.Path, r.UserAgent())
		}
		w.WriteHeader(status)
	}))
	defer server.Close()
	port := int32(server.Listener.Addr().(*net.TCPAddr).Port)
	get := corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "healthz", Port: intstr.FromString("web")}}
	create(t, e, podOf("probed", "sleep 1000", first(func(c *corev1.Container) {
		c.Ports = []corev1.ContainerPort{{Name: "web", ContainerPort: port}}
		c.ReadinessProbe = &corev1.Probe{ProbeHandler: get, PeriodSeconds: 1, FailureThreshold: 1}
		c.StartupProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(port)}}, PeriodSeconds: 1}
	})))
	await(t, e, "probed", "be started and unready", func(p *corev1.Pod) bool {
		s := p.Status.ContainerStatuses[0]
		return running(p) && *s.Started && !s.Ready
	})
	answer <- http.StatusOK
	await(t, e, "probed", "be ready", func(p *corev1.Pod) bool { return api.RowOf(p).Ready == 1 })
	answer <- http.StatusInternalServerError
	pod := await(t, e, "probed", "be unready", func(p *corev1.Pod) bool { return running(p) && api.RowOf(p).Ready == 0 })
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodReady && (c.Status != corev1.ConditionFalse || c.Reason != "ContainersNotReady") {
			t.Errorf("condition: %+v", c)
		}
	}
	if got := reasonsOf(t, e, "probed"); !slices.ContainsFunc(got, func(r string) bool { return strings.HasPrefix(r, "Unhealthy") }) {
		t.Errorf("events: %v", got)
	}
}

func TestLivenessRestarts(t *testing.T) {
	t.Parallel()
	e := open(t)
	create(t, e, podOf("sick", "touch ok; [ -e second ] || { touch second; rm ok; }; sleep 1000", withPolicy(corev1.RestartPolicyAlways), first(func(c *corev1.Container) {
		c.LivenessProbe = &corev1.Probe{
			ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"sh", "-c", "[ -e ok ] || { echo no ok; exit 1; }"}}},
			PeriodSeconds: 1, FailureThreshold: 2,
		}
	})))
	pod := await(t, e, "sick", "be restarted", func(p *corev1.Pod) bool { return running(p) && p.Status.ContainerStatuses[0].RestartCount == 1 })
	if last := pod.Status.ContainerStatuses[0].LastTerminationState.Terminated; last == nil || last.ExitCode != 143 {
		t.Errorf("last: %+v", last)
	}
	if got := reasonsOf(t, e, "sick"); !slices.Contains(got, "Unhealthyx2") || !slices.Contains(got, "Killing") {
		t.Errorf("events: %v", got)
	}
}
