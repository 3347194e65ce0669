package kube

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/apiserver"
)

// TestBenchPass measures what passing a list through costs over asking the
// cluster directly, with PODIUM_BENCH_PODS pods that it makes where they are
// missing (make bench-kube). It judges nothing: machines differ.
func TestBenchPass(t *testing.T) {
	count, err := strconv.Atoi(os.Getenv("PODIUM_BENCH_PODS"))
	if err != nil {
		t.Skip("PODIUM_BENCH_PODS says no number of pods: make bench-kube does")
	}
	e := clusterEngine(t, "token")
	defer e.Close()
	fill(t, e, count)
	s := apiserver.New(apiserver.Options{Engine: e})
	dir, err := os.MkdirTemp("", "podium") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "s", "api.sock")
	l, err := s.Listen(apiserver.ListenOptions{Address: "unix://" + socket})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	unix := &http.Transport{DisableCompression: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer func() {
		unix.CloseIdleConnections()
		if err := s.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		<-done
	}()
	cl, err := e.link()
	if err != nil {
		t.Fatal(err)
	}
	fetch := func(rt http.RoundTripper, url string) (time.Duration, int64) {
		began := time.Now()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		n, err := io.Copy(io.Discard, resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp.Status, err)
		}
		return time.Since(began), n
	}
	for name, query := range map[string]string{"whole": "", "from the cache": "?resourceVersion=0", "first page": "?limit=500"} {
		path := "/api/v1/namespaces/" + benchNamespace + "/pods" + query
		var direct, passed []time.Duration
		var size int64
		for range 9 {
			took, n := fetch(cl.transport, cl.base.String()+path)
			direct, size = append(direct, took), n
			took, n = fetch(unix, "http://unix"+path)
			passed = append(passed, took)
			if n != size {
				t.Errorf("%s: %d bytes directly, %d passed", name, size, n)
			}
		}
		slices.Sort(direct)
		slices.Sort(passed)
		t.Logf("%s: %d bytes, directly %s, passed %s: %+.1f %%", name, size, direct[4], passed[4],
			100*(float64(passed[4])/float64(direct[4])-1))
	}
}

// benchNamespace has the pods of TestBenchPass.
const benchNamespace = "podium-bench"

// fill makes pods that look as if they ran: a scheduling gate keeps the
// cluster's own hands off them.
func fill(t *testing.T, e *Engine, count int) {
	t.Helper()
	ctx := t.Context()
	space := corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: benchNamespace}}
	if _, err := e.object(ctx, http.MethodPost, []string{"api", "v1", "namespaces"}, nil, &space, &corev1.Namespace{}); err != nil && !apierrors.IsAlreadyExists(err) {
		t.Fatal(err)
	}
	// The namespace's service account comes a moment later; no pod without it.
	for end := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		if err := runningPod(ctx, e, 0); err == nil {
			break
		} else if time.Now().After(end) {
			t.Fatal(err)
		}
	}
	var work errgroup.Group
	work.SetLimit(16)
	for i := 1; i < count; i++ {
		work.Go(func() error { return runningPod(ctx, e, i) })
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
}

// runningPod makes one pod, unless it is there.
func runningPod(ctx context.Context, e *Engine, i int) error {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
		Name: fmt.Sprintf("web-%05d", i), Namespace: benchNamespace, Labels: map[string]string{"app": "web", "shard": strconv.Itoa(i % 100)},
	}}
	pod.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "podium.example/bench"}}
	pod.Spec.Containers = []corev1.Container{{Name: "main", Image: "example.com/team/web:1.2.3", Args: []string{"--listen", ":8080"}, Env: []corev1.EnvVar{{Name: "SHARD", Value: strconv.Itoa(i)}}}}
	made, _, err := e.Create(ctx, pod)
	if err != nil {
		if apierrors.IsAlreadyExists(err) {
			return nil
		}
		return err
	}
	now := metav1.Now()
	made.Status.Phase, made.Status.StartTime, made.Status.PodIP = corev1.PodRunning, &now, fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255)
	made.Status.ContainerStatuses = []corev1.ContainerStatus{{
		Name: "main", Image: pod.Spec.Containers[0].Image, ImageID: "example.com/team/web@sha256:" + strings.Repeat("ab", 32), ContainerID: "containerd://" + strings.Repeat("cd", 32),
		Ready: true, Started: new(true), State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: now}},
	}}
	_, err = e.object(ctx, http.MethodPut, podSegments(benchNamespace, pod.Name, "status"), nil, made, &corev1.Pod{})
	return err
}
