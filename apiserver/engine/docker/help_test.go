package docker

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
)

// patience is how long a test waits for something that should take seconds at
// most.
const patience = 90 * time.Second

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

func openEngine(t *testing.T, opts Options) *Engine {
	t.Helper()
	e, err := Open(opts)
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

// podOf makes a pod of one container, main, that runs the script.
func podOf(name, script string, edits ...func(*corev1.Pod)) *corev1.Pod {
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}}
	pod.Spec.Containers = []corev1.Container{{Name: "main", Image: testImage, Command: []string{"sh", "-c", strings.ReplaceAll(script, "$$", "$$$$")}}}
	pod.Spec.TerminationGracePeriodSeconds = new(int64(1))
	for _, edit := range edits {
		edit(pod)
	}
	return pod
}

const stay = "while :; do sleep 1; done"

// create makes a pod that the end of the test deletes.
func create(t *testing.T, e *Engine, pod *corev1.Pod) *corev1.Pod {
	t.Helper()
	created, _, err := e.Create(testContext(t), pod)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { remove(t, e, created.Name) })
	return created
}

func remove(t *testing.T, e *Engine, name string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := e.Delete(ctx, "default", name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)})
	if err != nil && !apierrors.IsNotFound(err) && !apierrors.IsServiceUnavailable(err) {
		t.Errorf("delete %s: %v", name, err)
	}
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
			t.Fatalf("waiting for pod %s to %s: %v\nlast: %+v\nevents: %s", name, what, err, status(last), told(e, name))
		}
		last = event.Pod
		if event.Type != api.EventDeleted && want(event.Pod) {
			return event.Pod
		}
	}
}

// told is what the pod's events say.
func told(e *Engine, name string) string {
	events, err := e.Events(context.Background(), "default", api.ListOptions{FieldSelector: "involvedObject.name=" + name})
	if err != nil {
		return err.Error()
	}
	var b strings.Builder
	for _, event := range events {
		fmt.Fprintf(&b, "\n%s x%d: %s", event.Reason, event.Count, event.Message)
	}
	return b.String()
}

func status(pod *corev1.Pod) any {
	if pod == nil {
		return "none"
	}
	return pod.Status
}

func isRunning(pod *corev1.Pod) bool {
	for _, s := range pod.Status.ContainerStatuses {
		if s.State.Running == nil {
			return false
		}
	}
	return pod.Status.Phase == corev1.PodRunning
}

func runPod(t *testing.T, e *Engine, pod *corev1.Pod) *corev1.Pod {
	t.Helper()
	create(t, e, pod)
	return await(t, e, pod.Name, "run", isRunning)
}

func isOver(pod *corev1.Pod) bool { return kubelet.Ended(pod) }

// waitingFor is whether the first container waits for the reason.
func waitingFor(reason string) func(*corev1.Pod) bool {
	return func(pod *corev1.Pod) bool {
		w := pod.Status.ContainerStatuses[0].State.Waiting
		return w != nil && w.Reason == reason
	}
}

// run runs a script in a container to its end.
func run(t *testing.T, e *Engine, pod, container, script string) (out, errs string, code int) {
	t.Helper()
	return runConfigured(t, e, pod, container, api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: []string{"sh", "-c", script}}, engine.Size{})
}

func runConfigured(t *testing.T, e *Engine, pod, container string, cfg api.ExecConfig, size engine.Size) (out, errs string, code int) {
	t.Helper()
	ctx := testContext(t)
	x, err := e.Exec(ctx, "default", pod, container, cfg, size)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	var both sync.WaitGroup
	read := func(r io.Reader, into *string) {
		if r != nil {
			both.Go(func() {
				text, err := io.ReadAll(r)
				if err != nil {
					t.Errorf("read the output of %v: %v", cfg.Cmd, err)
				}
				*into = string(text)
			})
		}
	}
	read(x.Stdout(), &out)
	read(x.Stderr(), &errs)
	both.Wait()
	exit, err := x.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return out, errs, exit.Code
}

// output is what a script says, which must succeed.
func output(t *testing.T, e *Engine, pod, container, script string) string {
	t.Helper()
	out, errs, code := run(t, e, pod, container, script)
	if code != 0 || errs != "" {
		t.Errorf("%s: exit %d, stderr %q", script, code, errs)
	}
	return strings.TrimSpace(out)
}

// logOf is the whole log of a container.
func logOf(t *testing.T, e *Engine, pod string, opts *corev1.PodLogOptions) string {
	t.Helper()
	r, err := e.Log(testContext(t), "default", pod, opts)
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

// reasons are those of the pod's events, oldest first.
func reasons(t *testing.T, e *Engine, name string) string {
	t.Helper()
	events, err := e.Events(testContext(t), "default", api.ListOptions{FieldSelector: "involvedObject.name=" + name})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, event := range events {
		out = append(out, event.Reason)
	}
	return strings.Join(out, " ")
}
