package host

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	opts := Options{Dir: dir, BackOff: 20 * time.Millisecond, Samples: true, Log: testLog{t}}
	e, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	awaitRunning(t, e, "counter")
	awaitLog(t, e, "counter", "count 1")
	web := await(t, e, "web", "be ready", func(p *corev1.Pod) bool { return api.RowOf(p).Ready == 1 })
	port := web.Spec.Containers[0].Ports[0].ContainerPort
	response, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/", port))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if response.StatusCode != http.StatusOK {
		t.Errorf("the web sample answers %s", response.Status)
	}
	if got := logOf(t, e, "web", corev1.PodLogOptions{}); !strings.Contains(got, fmt.Sprintf(":%d", port)) {
		t.Errorf("its log: %q", got)
	}
	if err := e.Delete(testContext(t), "default", "web", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "web")
	if e.Active() != 2 {
		t.Errorf("%d pods are active", e.Active())
	}
	_, version := e.store.Snapshot("")
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = Open(opts); err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	names := []string{}
	for pod, err := range e.List(testContext(t), "", api.ListOptions{}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, pod.Name)
	}
	if !slices.Equal(names, []string{"counter", "crasher"}) {
		t.Errorf("after the next start: %v", names)
	}
	if _, now := e.store.Snapshot(""); now <= version {
		t.Errorf("resource versions went back from %d to %d", version, now)
	}
	if pod := awaitRunning(t, e, "counter"); pod.Status.ContainerStatuses[0].RestartCount != 1 {
		t.Errorf("counter: %+v", pod.Status.ContainerStatuses[0])
	}
}
