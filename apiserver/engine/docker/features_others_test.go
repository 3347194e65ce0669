package docker

import (
	"io"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/podstore"
)

// Several podiums at one daemon do not do things twice.
func featureSeveral(t *testing.T, e *Engine, opts Options) {
	other := openEngine(t, opts)
	create(t, e, podOf("f-both", "echo run; exit 1"))
	if _, _, err := other.Create(testContext(t), podOf("f-both", stay)); !apierrors.IsAlreadyExists(err) {
		t.Errorf("the name is taken, and the other podium says %v", err)
	}
	count := int32(0)
	await(t, other, "f-both", "be restarted", func(p *corev1.Pod) bool {
		count = p.Status.ContainerStatuses[0].RestartCount
		return count >= 3
	})
	await(t, e, "f-both", "be seen the same", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount >= 3 })
	if log := logOf(t, other, "f-both", &corev1.PodLogOptions{Previous: true}); log != "run\n" {
		t.Errorf("a run was started twice, or not at all: its log is %q", log)
	}
	if err := other.Delete(testContext(t), "default", "f-both", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, e, "f-both")
	awaitGone(t, other, "f-both")
}

// A podium that comes later finds the pods, how they ended and what happened.
func featureFoundAgain(t *testing.T, _ *Engine, opts Options) {
	first, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	made := runPodAt(t, first, podOf("f-found", "echo here; "+stay, func(p *corev1.Pod) {
		p.Annotations = map[string]string{"note": strings.Repeat("long ", 1000)}
	}))
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := openEngine(t, opts)
	pod, err := second.Get(testContext(t), "default", "f-found")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { remove(t, second, "f-found") })
	if pod.UID != made.UID || !isRunning(pod) || pod.Annotations["note"] != made.Annotations["note"] || pod.Status.ContainerStatuses[0].ContainerID != made.Status.ContainerStatuses[0].ContainerID {
		t.Errorf("found: %+v", pod)
	}
	if got := reasons(t, second, "f-found"); got != "Scheduled Created Started" {
		t.Errorf("events: %s", got)
	}
	if err := second.Delete(testContext(t), "default", "f-found", metav1.DeleteOptions{GracePeriodSeconds: new(int64(10))}); err != nil {
		t.Fatal(err)
	}
	awaitGone(t, second, "f-found")
}

func runPodAt(t *testing.T, e *Engine, pod *corev1.Pod) *corev1.Pod {
	t.Helper()
	if _, _, err := e.Create(testContext(t), pod); err != nil {
		t.Fatal(err)
	}
	return await(t, e, pod.Name, "run", isRunning)
}

// What others do to podium's containers is seen and made good.
func featureMeddling(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	pod := runPod(t, e, podOf("f-meddle", stay))
	id := strings.TrimPrefix(pod.Status.ContainerStatuses[0].ContainerID, "docker://")
	if _, err := e.cli.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	again := await(t, e, "f-meddle", "run again", func(p *corev1.Pod) bool { return isRunning(p) && p.Status.ContainerStatuses[0].RestartCount == 1 })
	if last := again.Status.ContainerStatuses[0].LastTerminationState.Terminated; last == nil || last.ExitCode != 137 {
		t.Errorf("its last state: %+v", last)
	}
	// As when the daemon's machine went down: nothing runs.
	if _, err := e.cli.ContainerKill(ctx, infraName(podstore.KeyOf(pod)), client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	await(t, e, "f-meddle", "come back as a whole", func(p *corev1.Pod) bool {
		return isRunning(p) && p.Status.ContainerStatuses[0].RestartCount == 2 && p.Status.PodIP != ""
	})
	if out := output(t, e, "f-meddle", "", "hostname"); out != "f-meddle" {
		t.Errorf("hostname: %q", out)
	}
	// Without its infra container there is no pod: the rest goes, too.
	e.mu.Lock()
	p := e.pods[pod.UID]
	e.mu.Unlock()
	ids, infra := e.partsOf(p)
	if _, err := e.cli.ContainerRemove(ctx, infra, client.ContainerRemoveOptions{Force: true}); err != nil {
		// Podman keeps what others depend on.
		t.Logf("remove the infra container: %v", err)
		return
	}
	awaitGone(t, e, "f-meddle")
	for _, id := range ids {
		if !e.goes(ctx, id) {
			t.Errorf("container %s stays behind", id)
		}
	}
}

func featureForeign(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	_, _ = e.cli.ContainerRemove(ctx, "Not_ours.1", client.ContainerRemoveOptions{Force: true}) // of a run before
	made, err := e.cli.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name: "Not_ours.1",
		Config: &container.Config{
			Image: testImage, Cmd: []string{"sh", "-c", "echo mine; sleep 1000"}, Env: []string{"X=y"},
			// An image may have such labels: they do not make it podium's.
			Labels: map[string]string{"app": "theirs", labelRole: roleInfra, labelUID: string(podstore.NewUID()), labelName: "web", labelNamespace: "default"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := e.cli.ContainerRemove(ctx, made.ID, client.ContainerRemoveOptions{Force: true}); err != nil {
			t.Error(err)
		}
	}()
	name := "not-ours.1-" + made.ID[:6]
	await(t, e, name, "be seen as created", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodPending })
	if _, err := e.cli.ContainerStart(ctx, made.ID, client.ContainerStartOptions{}); err != nil {
		t.Fatal(err)
	}
	pod := await(t, e, name, "run", isRunning)
	if pod.Labels["app"] != "theirs" || pod.Spec.Containers[0].Image != testImage || pod.Annotations[annotationForeign] != "Not_ours.1" {
		t.Errorf("shown as %+v", pod)
	}
	if err := e.Delete(ctx, "default", name, metav1.DeleteOptions{}); !apierrors.IsForbidden(err) {
		t.Errorf("deleting it: %v, want forbidden", err)
	}
	if out := output(t, e, name, "", "echo $X"); out != "y" {
		t.Errorf("a shell in it: %q", out)
	}
	if log := logOf(t, e, name, nil); log != "mine\n" {
		t.Errorf("its log: %q", log)
	}
	if _, err := e.cli.ContainerKill(ctx, made.ID, client.ContainerKillOptions{Signal: "KILL"}); err != nil {
		t.Fatal(err)
	}
	over := await(t, e, name, "end", isOver)
	if s := over.Status.ContainerStatuses[0].State.Terminated; s == nil || s.ExitCode != 137 || s.FinishedAt.IsZero() {
		t.Errorf("it ended so: %+v", over.Status)
	}
}

func featureExec(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	runPod(t, e, podOf("f-exec", stay))
	// ctrl-p reaches the program at once: the engines would wait for ctrl-q.
	x, err := e.Exec(ctx, "default", "f-exec", "", api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, Cmd: []string{"sh", "-c", "stty raw -echo; echo go; dd bs=1 count=2 2>/dev/null | od -An -tx1"}}, engine.Size{Rows: 10, Cols: 40})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	first := make([]byte, 2)
	if _, err := io.ReadFull(x.Stdout(), first); err != nil || string(first) != "go" {
		t.Fatalf("%q %v", first, err)
	}
	if _, err := x.Stdin().Write([]byte{16, 17}); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(x.Stdout())
	if err != nil || !strings.Contains(string(rest), "10 11") {
		t.Errorf("of ctrl-p and ctrl-q came %q (%v)", rest, err)
	}
	if _, _, code := run(t, e, "f-exec", "", "kill -9 $$"); code != 137 {
		t.Errorf("killed: %d", code)
	}
	// What a command leaves behind does not hold up its end.
	began := time.Now()
	if out, _, code := run(t, e, "f-exec", "", "sleep 3 & echo left"); out != "left\n" || code != 0 {
		t.Errorf("%q %d", out, code)
	}
	t.Logf("a command with a child left behind took %s", time.Since(began).Round(time.Millisecond))
	// A container that has ended takes no commands, whatever the daemon calls it.
	create(t, e, podOf("f-ended", "exit 0", func(p *corev1.Pod) { p.Spec.RestartPolicy = corev1.RestartPolicyNever }))
	await(t, e, "f-ended", "end", isOver)
	if _, err := e.Exec(ctx, "default", "f-ended", "", api.ExecConfig{Cmd: []string{"true"}}, noSize); !apierrors.IsBadRequest(err) {
		t.Errorf("in a pod that has ended: %v", err)
	}
}

// Where the gateway cannot signal by number, a shell in the container does.
func featureWithin(t *testing.T, e *Engine, _ Options) {
	ctx := testContext(t)
	runPod(t, e, podOf("f-within", stay))
	started, err := e.startExec(ctx, e.observedOf(t, "f-within"), api.ExecConfig{AttachStdout: true, Cmd: []string{"sh", "-c", "trap '' HUP TERM; sleep 1001 & echo up; wait; wait; wait"}}, noSize)
	if err != nil {
		t.Fatal(err)
	}
	defer started.Close()
	if _, err := io.ReadFull(started.Stdout(), make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	argv := []string{"sh", "-c", signalScript, "sh", "KILL", envTag + "=" + started.tag, "all"}
	if code, said, err := e.runCommand(ctx, started.o, argv); err != nil || code != 0 {
		t.Fatalf("exit %d, %s, %v", code, said, err)
	}
	if exit, err := started.Wait(ctx); err != nil || exit.Code != 137 {
		t.Errorf("it ended with %+v, %v", exit, err)
	}
	if out := output(t, e, "f-within", "", "ps -o args | grep '[s]leep 1001' || true"); out != "" {
		t.Errorf("there is still %q", out)
	}
}

func (e *Engine) observedOf(t *testing.T, name string) *observed {
	t.Helper()
	pod, err := e.Get(t.Context(), "default", name)
	if err != nil {
		t.Fatal(err)
	}
	return e.podOf(pod.UID).latest("main")
}
