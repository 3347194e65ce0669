package kube

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// killService kills a program of the test cluster; the end of the test starts
// it again.
func killService(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(filepath.Dir(clusterConfig(t)), "pid", name))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// startServices starts what does not run of the test cluster.
func startServices(t *testing.T) {
	t.Helper()
	out, err := exec.Command("../../../testenv/kube/up.sh").CombinedOutput()
	if err != nil {
		t.Fatalf("start the cluster again: %v\n%s", err, out)
	}
}

// A command whose connection is lost anywhere on its way has no known end,
// above all not 0, and does not stay behind.
func TestClusterLostConnection(t *testing.T) {
	for _, service := range []string{"kubelet", "kube-apiserver"} {
		for name, only := range map[string]protocol{"choice": 0, "SPDY": spdyStreams, "WebSocket": closingSocket} {
			if service == "kube-apiserver" && only != 0 {
				continue // it is slow to come back, and closes every connection alike
			}
			t.Run(service+" "+name, func(t *testing.T) {
				e := clusterEngine(t, "")
				defer e.Close()
				e.only = only
				clusterPod(t, e, "lost", testImage, forever()...)
				p, err := e.Exec(t.Context(), "default", "lost", "main", plain("sh", "-c", "echo begun; exec sleep 986"), engine.Size{})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.ReadFull(p.Stdout(), make([]byte, len("begun\n"))); err != nil {
					t.Fatal(err)
				}
				go func() { _, _ = io.Copy(io.Discard, p.Stderr()) }()
				killService(t, service)
				_, _ = io.Copy(io.Discard, p.Stdout())
				exit, err := p.Wait(t.Context())
				if err != nil || exit.Code != codeUnknown || !strings.Contains(exit.Reason, "not known") && !strings.Contains(exit.Reason, "could not carry") {
					t.Errorf("it ended with %+v, %v", exit, err)
				}
				if strings.Contains(exit.Reason, "http") {
					t.Errorf("the reason has a URL in it: %s", exit.Reason)
				}
				if err := p.Close(); err != nil {
					t.Error(err)
				}
				startServices(t)
				e.only = 0
				for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
					if _, _, err := e.script(t.Context(), "default", "lost", "main", "true"); err == nil {
						break // the kubelet knows its pods again
					}
				}
				for end := time.Now().Add(patience); ; time.Sleep(200 * time.Millisecond) {
					if runIn(t, e, "lost", "", plain("sh", "-c", "ps -o args | grep '[s]leep 986'"), engine.Size{}).out == "" {
						return
					}
					if time.Now().After(end) {
						t.Fatal("the command is still there")
					}
				}
			})
		}
	}
}

// A watch breaks when the API server goes, what is asked meanwhile is refused in
// a sentence, and all is well once it is back.
func TestClusterRestart(t *testing.T) {
	e := clusterEngine(t, "")
	defer e.Close()
	clusterPod(t, e, "restart", testImage, forever()...)
	w, err := e.Watch(t.Context(), "default", api.ListOptions{FieldSelector: "metadata.name=restart"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if ev, err := w.Next(t.Context()); err != nil || ev.Pod.Name != "restart" {
		t.Fatalf("%+v, %v", ev, err)
	}
	killService(t, "kube-apiserver")
	for err = nil; err == nil; _, err = w.Next(t.Context()) {
	}
	if errors.Is(err, t.Context().Err()) {
		t.Fatal(err)
	}
	if _, err := e.Get(t.Context(), "default", "restart"); err == nil || !strings.Contains(err.Error(), "cannot reach the cluster") {
		t.Errorf("while it is away: %v", err)
	}
	startServices(t)
	var names []string
	for pod, err := range e.List(t.Context(), "default", api.ListOptions{FieldSelector: "metadata.name=restart"}, &api.ListMeta{}) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, pod.Name)
	}
	if len(names) != 1 {
		t.Errorf("back again, the list has %v", names)
	}
	if got := runIn(t, e, "restart", "", plain("echo", "back"), engine.Size{}); got.out != "back\n" {
		t.Errorf("a command: %+v", got)
	}
}

// A shell in a pod that is deleted ends, and says something.
func TestClusterDeletedUnderAShell(t *testing.T) {
	e := clusterEngine(t, "")
	defer e.Close()
	pod := clusterPod(t, e, "deleted", testImage, "sh", "-c", "trap exit TERM; while true; do sleep 0.1; done")
	p, err := e.Exec(t.Context(), "default", "deleted", "main", onTerminal("sh"), engine.Size{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	go func() { _, _ = io.Copy(io.Discard, p.Stdout()) }()
	if err := e.Delete(t.Context(), "default", "deleted", metav1.DeleteOptions{GracePeriodSeconds: new(int64(1)), Preconditions: &metav1.Preconditions{UID: &pod.UID}}); err != nil {
		t.Fatal(err)
	}
	exit, err := p.Wait(t.Context())
	if err != nil || exit.Code == 0 {
		t.Errorf("it ended with %+v, %v", exit, err)
	}
}
