package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// realEngine is a server of the test environment, which testenv/test.sh has
// brought up.
type realEngine struct {
	args    []string // choose it
	pidfile string   // of what is killed
	up      string   // script that brings it up again
	signal  syscall.Signal
}

// engineUnderTest skips all engines but the one that testenv/test.sh tests.
func engineUnderTest(t *testing.T, which string) realEngine {
	t.Helper()
	if os.Getenv("PODIUM_ENGINES") != which {
		t.Skipf("%s is only tried by make test-engines", which)
	}
	state := os.Getenv("PODIUM_TESTENV")
	if state == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			t.Fatal(err)
		}
		state = filepath.Join(cache, "podium-testenv")
	}
	if which == "kube" {
		return realEngine{
			args:    []string{"--engine", "kube", "--kubeconfig", filepath.Join(state, "kube", "kubeconfig"), "--context", "admin"},
			pidfile: filepath.Join(state, "kube", "pid", "kube-apiserver"), up: "../../testenv/kube/up.sh",
			signal: syscall.SIGKILL, // with TERM it gives its clients a minute
		}
	}
	return realEngine{
		args:    []string{"--engine", "docker", "--server", "unix://" + filepath.Join(state, which+".sock")},
		pidfile: filepath.Join(state, which, "pid"), up: "../../testenv/" + which + "-up.sh",
		signal: syscall.SIGTERM,
	}
}

// stop ends the server and waits for its end.
func (r realEngine) stop(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(r.pidfile)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, r.signal); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); syscall.Kill(pid, 0) == nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("the server does not end")
		}
	}
}

func (r realEngine) start(t *testing.T) {
	t.Helper()
	if out, err := exec.Command(r.up).CombinedOutput(); err != nil {
		t.Fatalf("bring the server up again: %v\n%s", err, out)
	}
}

// run runs a command of podium's against the engine.
func (r realEngine) run(t *testing.T, dir string, args ...string) (string, error) {
	t.Helper()
	return podium(t, append(append(args, "--state-dir", dir), r.args...)...)
}

// realPod is a manifest of one container; the image comes with the test
// environment.
func realPod(t *testing.T, name, image, command string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name+".yaml")
	text := fmt.Sprintf(`apiVersion: v1
kind: Pod
metadata: {name: %s}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: main, image: %q, command: [sh, -c, %q]}]
`, name, image, command)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestDashboardOnPodman(t *testing.T) { onRealEngine(t, "podman") }
func TestDashboardOnDocker(t *testing.T) { onRealEngine(t, "docker") }
func TestDashboardOnKube(t *testing.T)   { onRealEngine(t, "kube") }

// onRealEngine looks at a pull that fails, at a pod that is deleted under an
// open shell, and at a server that goes under one and comes back. The
// dashboard says what happened and recovers by itself.
func onRealEngine(t *testing.T, which string) {
	e := engineUnderTest(t, which)
	binary(t)
	dir := t.TempDir()
	remove := func() {
		for _, name := range []string{"e2e-gone", "e2e-pull", "e2e-web"} {
			_, _ = e.run(t, dir, "delete", "pods", name, "--force") // it may be gone
		}
	}
	remove() // of a run that was cut off
	t.Cleanup(remove)
	for _, manifest := range []string{
		realPod(t, "e2e-gone", "docker.io/library/busybox:podium", "while true; do sleep 1; done"),
		realPod(t, "e2e-web", "docker.io/library/busybox:podium", "while true; do sleep 1; done"),
		realPod(t, "e2e-pull", "127.0.0.1:1/none/such:1", "true"), // nothing listens there
	} {
		if out, err := e.run(t, dir, "create", "-f", manifest); err != nil {
			t.Fatalf("create: %v\n%s", err, out)
		}
	}
	tm := start(t, options{cols: 120, rows: 30}, append([]string{"--state-dir", dir}, e.args...)...)
	tm.patience = 90 * time.Second // servers come up, and the list is asked for again at up to 30 s
	has := func(name, status string) func(string) bool {
		return func(screen string) bool {
			for line := range strings.SplitSeq(screen, "\n") {
				if strings.Contains(line, name) && strings.Contains(line, status) {
					return true
				}
			}
			return false
		}
	}
	tm.until("the pods to run", func(s string) bool { return has("e2e-web", "Running")(s) && has("e2e-gone", "Running")(s) })
	tm.until("a pull that fails", func(s string) bool {
		return has("e2e-pull", "ErrImagePull")(s) || has("e2e-pull", "ImagePullBackOff")(s)
	})
	tm.press("L")
	tm.sees("Allow changes here?")
	time.Sleep(450 * time.Millisecond) // the dialog swallows what was typed ahead
	tm.press("y")
	tm.lacks("READ-ONLY")
	tm.types("/e2e-\r")

	// The pod is deleted under the shell.
	tm.press("g", "s")
	tm.sees("shell in e2e-gone")
	tm.prompt()
	if out, err := e.run(t, dir, "delete", "pods", "e2e-gone", "--force"); err != nil {
		t.Fatalf("delete: %v\n%s", err, out)
	}
	tm.sees("exit 137", "esc: back")
	tm.press("esc")
	tm.lacks("enter: new shell here")
	tm.until("the pod to be gone", func(s string) bool { return strings.Contains(s, "live") && !listed(s, "e2e-gone") })

	// The server goes, and comes back.
	tm.press("G", "s")
	tm.sees("shell in e2e-web")
	tm.prompt()
	e.stop(t)
	tm.sees("enter: new shell here") // it has ended, whatever became of its command
	tm.press("esc")
	tm.sees("No answer for", "as of") // old pods are not shown as present ones
	e.start(t)
	tm.until("the list to be live again", func(s string) bool {
		return strings.Contains(s, "live") && has("e2e-web", "Running")(s)
	})
	tm.press("s")
	tm.prompt()
	tm.leave()
	tm.quits()
}

// Who may do nothing sees what is missing instead of an empty list.
func TestDashboardForbiddenOnKube(t *testing.T) {
	e := engineUnderTest(t, "kube")
	e.args[len(e.args)-1] = "viewer"
	tm := start(t, options{cols: 160, rows: 30}, append([]string{"--state-dir", t.TempDir()}, e.args...)...)
	tm.sees(`cannot list resource "pods"`)
	tm.quits()
}
