package kube

import (
	"bytes"
	"context"
	"crypto/sha256"
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
)

// patience is how long a real cluster may take for what must happen.
const patience = 120 * time.Second

// clusterPod runs a pod and waits for it; the end of the test deletes it.
func clusterPod(t *testing.T, e *Engine, name, image string, command ...string) *corev1.Pod {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}}
	pod.Spec.TerminationGracePeriodSeconds = new(int64(1))
	pod.Spec.Containers = []corev1.Container{{Name: "main", Image: image, Command: command}}
	remove := func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := e.Delete(ctx, "default", name, metav1.DeleteOptions{GracePeriodSeconds: new(int64)}); err != nil && !apierrors.IsNotFound(err) {
			t.Errorf("delete %s: %v", name, err)
		}
	}
	remove() // of a run that was broken off
	if _, _, err := e.Create(ctx, pod); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remove)
	for {
		got, err := e.Get(ctx, "default", name)
		if err != nil {
			t.Fatal(err)
		}
		if engine.CheckExec(got, "main") == nil {
			return got
		}
		time.Sleep(50 * time.Millisecond) // between two questions
	}
}

func forever() []string { return []string{"sh", "-c", "while true; do sleep 1; done"} }

// ran is how a command went.
type ran struct {
	out, err string
	exit     engine.Exit
}

// runIn runs a command to its end.
func runIn(t *testing.T, e *Engine, pod, input string, cfg api.ExecConfig, size engine.Size) ran {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	p, err := e.Exec(ctx, "default", pod, "main", cfg, size)
	if err != nil {
		t.Fatalf("%v: %v", cfg.Cmd, err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Errorf("%v: close: %v", cfg.Cmd, err)
		}
	}()
	var outputs sync.WaitGroup
	var out, errs bytes.Buffer
	for to, from := range map[*bytes.Buffer]io.Reader{&out: p.Stdout(), &errs: p.Stderr()} {
		if from != nil {
			outputs.Go(func() { _, _ = io.Copy(to, from) })
		}
	}
	if stdin := p.Stdin(); stdin != nil {
		if _, err := io.WriteString(stdin, input); err != nil {
			t.Errorf("%v: write: %v", cfg.Cmd, err)
		}
		if err := stdin.Close(); err != nil {
			t.Errorf("%v: end stdin: %v", cfg.Cmd, err)
		}
	}
	exit, err := p.Wait(ctx)
	if err != nil {
		t.Fatalf("%v: %v", cfg.Cmd, err)
	}
	outputs.Wait()
	return ran{out.String(), errs.String(), exit}
}

func plain(cmd ...string) api.ExecConfig {
	return api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: cmd}
}

func fed(cmd ...string) api.ExecConfig {
	return api.ExecConfig{AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: cmd}
}

func onTerminal(cmd ...string) api.ExecConfig {
	return api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: cmd}
}

// Every protocol carries everything an exec has.
func TestClusterExec(t *testing.T) {
	for name, only := range map[string]protocol{"choice": 0, "SPDY": spdyStreams, "WebSocket": closingSocket} {
		t.Run(name, func(t *testing.T) {
			e := clusterEngine(t, "")
			defer e.Close()
			e.only = only
			clusterPod(t, e, "exec-"+strings.ToLower(name), testImage, forever()...)
			testExec(t, e, "exec-"+strings.ToLower(name))
		})
	}
}

func testExec(t *testing.T, e *Engine, pod string) {
	for _, row := range []struct {
		name  string
		cfg   api.ExecConfig
		input string
		size  engine.Size
		want  ran
	}{
		{name: "0", cfg: plain("echo", "a  b", "*"), want: ran{out: "a  b *\n"}},
		{name: "3", cfg: plain("sh", "-c", "echo err >&2; exit 3"), want: ran{err: "err\n", exit: engine.Exit{Code: 3}}},
		{name: "137", cfg: plain("sh", "-c", "kill -9 $$"), want: ran{exit: engine.Exit{Code: 137}}},
		{name: "half-close", cfg: fed("sh", "-c", "cat; echo after"), input: "in\n", want: ran{out: "in\nafter\n"}},
		{name: "size", cfg: onTerminal("stty", "size"), size: engine.Size{Rows: 33, Cols: 111}, want: ran{out: "33 111\r\n"}},
		{name: "no input", cfg: plain("cat"), want: ran{}},
		{name: "nothing attached", cfg: api.ExecConfig{Cmd: []string{"sh", "-c", "echo x; exit 4"}}, want: ran{exit: engine.Exit{Code: 4}}},
	} {
		if got := runIn(t, e, pod, row.input, row.cfg, row.size); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.name, got, row.want)
		}
	}
	for code, cmd := range map[int]string{126: "/", 127: "no-such-program"} {
		if got := runIn(t, e, pod, "", plain(cmd), engine.Size{}); got.exit.Code != code || !strings.Contains(got.err, cmd) {
			t.Errorf("%s: %+v, want %d and words", cmd, got, code)
		}
	}
	const size = 20 << 20
	got := runIn(t, e, pod, "", plain("sh", "-c", fmt.Sprintf("yes 0123456789abcde | head -c %d", size)), engine.Size{})
	want := strings.Repeat("0123456789abcde\n", size/16)
	if sha256.Sum256([]byte(got.out)) != sha256.Sum256([]byte(want)) {
		t.Errorf("of %d bytes %d came, or they differ", size, len(got.out))
	}
	endsWhenLeft(t, e, pod)
}

// endsWhenLeft leaves commands in the middle: nothing of them stays.
func endsWhenLeft(t *testing.T, e *Engine, pod string) {
	t.Helper()
	for name, cfg := range map[string]api.ExecConfig{
		"plain":    plain("sh", "-c", "trap '' HUP TERM; sleep 987 & sleep 987"),
		"terminal": onTerminal("sh", "-c", "setsid sleep 987 & nohup sleep 987"),
		"flooding": plain("sh", "-c", "sleep 987 & yes"),
	} {
		p, err := e.Exec(t.Context(), "default", pod, "main", cfg, engine.Size{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		for runIn(t, e, pod, "", plain("pidof", "sleep"), engine.Size{}).out == "" && ctx.Err() == nil {
		}
		if err := p.Close(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := runIn(t, e, pod, "", plain("sh", "-c", "ps -o pid,args | grep '[s]leep 987'"), engine.Size{}); got.out != "" {
			t.Errorf("%s: still there:\n%s", name, got.out)
		}
		if _, err := p.Wait(ctx); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
	}
}

// A container without a shell runs its commands all the same, with the input
// that came before this was known.
func TestClusterBareContainer(t *testing.T) {
	e := clusterEngine(t, "")
	defer e.Close()
	clusterPod(t, e, "bare-exec", "localhost/podium-bare:test")
	for range 2 { // the second time it is known
		if got := runIn(t, e, "bare-exec", "in\n", fed("/nodekit"), engine.Size{}); got.exit.Code != 1 || !strings.HasPrefix(got.err, "nodekit: usage") {
			t.Errorf("its program: %+v", got)
		}
		if got := runIn(t, e, "bare-exec", "", plain("sh"), engine.Size{}); got.exit.Code != 127 || got.err != "sh: not found\n" {
			t.Errorf("a shell: %+v", got)
		}
		if got := runIn(t, e, "bare-exec", "", onTerminal("bash"), engine.Size{Rows: 3, Cols: 4}); got.exit.Code != 127 || got.out != "bash: not found\r\n" {
			t.Errorf("a shell on a terminal: %+v", got)
		}
	}
}

// Who may do nothing is told what is missing.
func TestClusterForbidden(t *testing.T) {
	e := clusterEngine(t, "viewer")
	defer e.Close()
	_, err := e.Get(t.Context(), "default", "any")
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `cannot get resource "pods"`) {
		t.Errorf("get: %v", err)
	}
	_, err = e.Exec(t.Context(), "default", "any", "main", plain("true"), engine.Size{})
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `cannot create resource "pods/exec"`) {
		t.Errorf("exec: %v", err)
	}
}
