package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/api"
)

// serverProcess is a process that serves nothing but has an engine open, to be
// killed. See TestMain.
func serverProcess(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe", testServer, dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		in.Close()
	})
	line := make([]byte, 6)
	if _, err := io.ReadFull(out, line); err != nil || string(line) != "ready\n" {
		t.Fatalf("the server says %q, %v", line, err)
	}
	return cmd
}

const testServer = "test-server"

// runTestServer opens the folder, runs the pods that crashPods makes, and
// waits for its end.
func runTestServer(dir string) int {
	e, err := Open(Options{Dir: dir, BackOff: 20 * time.Millisecond, SoleParent: true, Log: os.Stderr})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	ctx := context.Background()
	for _, pod := range crashPods(dir) {
		if _, _, err := e.Create(ctx, pod); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	w, err := e.Watch(ctx, "", api.ListOptions{})
	if err != nil {
		return 1
	}
	for seen := 0; seen < 3; {
		event, err := w.Next(ctx)
		if err != nil {
			return 1
		}
		if data, err := os.ReadFile(filepath.Join(dir, event.Pod.Name+".pids")); err == nil && strings.Count(string(data), "\n") >= 6 {
			seen = 0
			for _, pod := range crashPods(dir) {
				data, _ := os.ReadFile(filepath.Join(dir, pod.Name+".pids"))
				if strings.Count(string(data), "\n") >= 6 {
					seen++
				}
			}
		}
	}
	fmt.Println("ready")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return 0
}

// hiding takes from a script what only a living shim or server can find: a
// process in a session of its own without the environment that marks it.
var hiding = strings.NewReplacer("setsid env -i", "env -i")

// crashPods are pods of each restartPolicy, each with processes everywhere.
// Their readiness probe changes their status once they are spread out.
func crashPods(dir string) []*corev1.Pod {
	var pods []*corev1.Pod
	for _, policy := range []corev1.RestartPolicy{corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever} {
		name := strings.ToLower(string(policy))
		file := filepath.Join(dir, name+".pids")
		pods = append(pods, podOf(name, `[ -e `+file+`.again ] || { `+hiding.Replace(spread(file))+`; touch `+file+`.again; }; while :; do sleep 1; done`, func(pod *corev1.Pod) {
			pod.Spec.RestartPolicy = policy
			pod.Spec.Containers[0].ReadinessProbe = &corev1.Probe{
				ProbeHandler:  corev1.ProbeHandler{Exec: &corev1.ExecAction{Command: []string{"test", "-e", file + ".again"}}},
				PeriodSeconds: 1,
			}
		}))
	}
	return pods
}

func TestServerKilledAndRecovered(t *testing.T) {
	t.Parallel()
	needLinux(t)
	for _, both := range []bool{false, true} {
		t.Run(fmt.Sprintf("shims killed too=%v", both), func(t *testing.T) {
			dir := t.TempDir()
			server := serverProcess(t, dir)
			var pids []int
			for _, pod := range crashPods(dir) {
				pids = append(pids, pidsIn(t, filepath.Join(dir, pod.Name+".pids"))...)
			}
			if len(living(pids)) != 18 {
				t.Fatalf("%d of 18 processes live", len(living(pids)))
			}
			if _, err := Open(Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "another podium host server") {
				t.Fatalf("opened twice: %v", err)
			}
			if pid, err := Server(dir); err != nil || pid != server.Process.Pid {
				t.Errorf("the server is %d, %v", pid, err)
			}
			if both {
				killWithShims(t, server.Process.Pid, pids)
			} else if err := server.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = server.Wait()
			if !both {
				awaitDead(t, pids)
			}
			e := openAt(t, dir)
			if left := living(pids); len(left) > 0 {
				t.Errorf("after the next start: %v", left)
			}
			for _, name := range []string{"always", "onfailure"} {
				pod := awaitRunning(t, e, name)
				s := pod.Status.ContainerStatuses[0]
				if s.RestartCount != 1 || s.LastTerminationState.Terminated == nil || s.LastTerminationState.Terminated.Reason != reasonServerEnded {
					t.Errorf("%s: %+v", name, s)
				}
			}
			pod, err := e.Get(testContext(t), "default", "never")
			if err != nil || pod.Status.Phase != corev1.PodFailed || pod.Status.Reason != reasonServerEnded {
				t.Errorf("never: %+v, %v", pod, err)
			}
		})
	}
}

// killWithShims kills the server and every shim at once, and makes sure that
// their processes are left.
func killWithShims(t *testing.T, server int, pids []int) {
	t.Helper()
	all := append(descendants(server), server)
	shims := []int{server}
	for _, pid := range all {
		if st, err := readStat(pid); err == nil && st.parent == server {
			shims = append(shims, pid)
		}
	}
	for _, sig := range []syscall.Signal{syscall.SIGSTOP, syscall.SIGKILL} {
		for _, pid := range shims {
			if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
				t.Fatal(err)
			}
		}
	}
	if len(living(pids)) == 0 {
		t.Fatal("nothing is left to be cleaned up")
	}
}
