package host

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
)

// patience is how long a test waits for something that should take
// milliseconds.
const patience = 20 * time.Second

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// open opens an engine on a fresh folder and closes it at the end.
func open(t *testing.T) *Engine {
	t.Helper()
	return openAt(t, t.TempDir())
}

func openAt(t *testing.T, dir string) *Engine {
	t.Helper()
	e, err := Open(Options{Dir: dir, BackOff: 20 * time.Millisecond, Log: testLog{t}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Logf("engine: %s", p)
	return len(p), nil
}

// podOf makes a pod of one container c that runs the script.
func podOf(name, script string, edits ...func(*corev1.Pod)) *corev1.Pod {
	grace := int64(1)
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", Labels: map[string]string{"app": name}},
		Spec: corev1.PodSpec{
			Containers:                    []corev1.Container{{Name: "c", Image: "none"}},
			RestartPolicy:                 corev1.RestartPolicyNever,
			TerminationGracePeriodSeconds: &grace,
		},
	}
	if script != "" {
		// A dollar of the script is two in a manifest.
		pod.Spec.Containers[0].Command = []string{"sh", "-c", strings.ReplaceAll(script, "$$", "$$$$")}
	}
	for _, edit := range edits {
		edit(pod)
	}
	return pod
}

func create(t *testing.T, e *Engine, pod *corev1.Pod) *corev1.Pod {
	t.Helper()
	created, _, err := e.Create(testContext(t), pod)
	if err != nil {
		t.Fatal(err)
	}
	return created
}

// await watches a pod until it is as wanted.
func await(t *testing.T, e *Engine, name, what string, want func(*corev1.Pod) bool) *corev1.Pod {
	t.Helper()
	ctx := testContext(t)
	w, err := e.Watch(ctx, "default", api.ListOptions{FieldSelector: "metadata.name=" + name})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var last *corev1.Pod
	for {
		event, err := w.Next(ctx)
		if err != nil {
			t.Fatalf("waiting for pod %s to %s: %v\nlast: %+v", name, what, err, last)
		}
		last = event.Pod
		if event.Type != api.EventDeleted && want(event.Pod) {
			return event.Pod
		}
	}
}

func running(pod *corev1.Pod) bool {
	return pod.Status.Phase == corev1.PodRunning && pod.Status.ContainerStatuses[0].State.Running != nil
}

func awaitRunning(t *testing.T, e *Engine, name string) *corev1.Pod {
	t.Helper()
	return await(t, e, name, "run", running)
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
		if _, err := e.Get(ctx, "default", name); err != nil {
			return
		}
		if _, err := w.Next(ctx); err != nil {
			t.Fatalf("waiting for pod %s to go: %v", name, err)
		}
	}
}

// logOf is the whole log of a pod's only container.
func logOf(t *testing.T, e *Engine, name string, opts corev1.PodLogOptions) string {
	t.Helper()
	r, err := e.Log(testContext(t), "default", name, &opts)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// run runs a command in container c of the pod to its end.
func run(t *testing.T, e *Engine, pod string, cfg api.ExecConfig, size engine.Size) (stdout, stderr string, code int) {
	t.Helper()
	ctx := testContext(t)
	p, err := e.Exec(ctx, "default", pod, "c", cfg, size)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	texts := make(chan string, 1)
	go func() {
		if p.Stderr() == nil {
			texts <- ""
			return
		}
		text, _ := io.ReadAll(p.Stderr())
		texts <- string(text)
	}()
	if p.Stdout() != nil {
		text, err := io.ReadAll(p.Stdout())
		if err != nil {
			t.Fatal(err)
		}
		stdout = string(text)
	}
	stderr = <-texts
	exit, err := p.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return stdout, stderr, exit.Code
}

func sh(script string) api.ExecConfig {
	return api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: []string{"sh", "-c", script}}
}

func shTTY(script string) api.ExecConfig {
	cfg := sh(script)
	cfg.TTY, cfg.AttachStdin = true, true
	return cfg
}

// openFiles counts this process's descriptors.
func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("descriptors cannot be counted here: %v", err)
	}
	return len(entries)
}

func lines(s string) []string { return strings.Split(strings.TrimRight(s, "\n"), "\n") }
