package docker

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/podstore"
)

// What a daemon fails to tell once is no answer.

func TestContainersAreLookedAtUntilTheyAreTold(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		runPod(t, e, word("web", []string{"stay"}))
		d.fail(http.MethodGet, "/json", 1, broken(500))
		if err := e.refresh(t.Context(), d.idOf(t, "web")); err != nil {
			t.Error(err)
		}
		// One of which it can tell nothing is not the whole daemon.
		w, err := e.Watch(testContext(t), "default", api.ListOptions{ResourceVersion: e.versionNow()})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		d.fail(http.MethodGet, d.idOf(t, "web")+"/json", always, broken(500))
		if err := e.resync(t.Context()); err != nil {
			t.Error(err)
		}
		create(t, e, word("other", []string{"stay"}))
		for {
			event, err := w.Next(testContext(t))
			if err != nil {
				t.Fatalf("the watch ends: %v", err)
			}
			if event.Pod.Name == "other" {
				break
			}
		}
	})
}

// idOf is the id of the container main of a pod.
func (d *fakeDaemon) idOf(t *testing.T, pod string) string {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.byName(runName(podstore.Key{Namespace: "default", Name: pod}, uidOf(t, d, pod), "main", 0))
	if c == nil {
		t.Fatal("pod " + pod + " has no container")
	}
	return c.id
}

func TestTheMachineIsAskedForUntilItIsTold(t *testing.T) {
	for code, want := range map[int]string{500: "fakehost", 403: "docker"} {
		d := newFakeDaemon(t, false)
		d.fail(http.MethodGet, "/info", 1, broken(code))
		e := openEngine(t, d.options(t))
		if pod := create(t, e, word("web", []string{"stay"})); pod.Spec.NodeName != want {
			t.Errorf("after %d it is %q", code, pod.Spec.NodeName)
		}
	}
}

func TestADoubtfulShellIsLookedForAgain(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		runPod(t, e, word("web", []string{"stay"}))
		cfg := api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, Cmd: []string{"say", "hello"}}
		d.fail(http.MethodHead, "/archive", 4, broken(500)) // as often as one exec asks
		if out, _, _ := runConfigured(t, e, "web", "", cfg, engine.Size{Rows: 33, Cols: 111}); out != "hello\n" {
			t.Errorf("when nobody knows: %q", out)
		}
		cfg.Cmd = []string{"size"}
		if out, _, _ := runConfigured(t, e, "web", "", cfg, engine.Size{Rows: 33, Cols: 111}); out != "33 111\r\n" {
			t.Errorf("the next time: %q", out)
		}
	})
}

func TestAForgottenExecHasNoKnownEnd(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		runPod(t, e, word("web", []string{"stay"}))
		d.fail(http.MethodGet, "/exec/", always, broken(404))
		x, err := e.Exec(testContext(t), "default", "web", "", api.ExecConfig{AttachStdout: true, Cmd: []string{"say", "hello"}}, noSize)
		if err != nil {
			t.Fatal(err)
		}
		go func() { // ends with the process
			buf := make([]byte, 100)
			for {
				if _, err := x.Stdout().Read(buf); err != nil {
					return
				}
			}
		}()
		if exit, err := x.Wait(testContext(t)); err != nil || !exit.Unknown || exit.Code == 0 {
			t.Errorf("its end: %+v %v", exit, err)
		}
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestCommandsThatAreNotThereAreLookedForAgain(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		d.fail(http.MethodHead, "/archive", 1, broken(500))
		create(t, e, word("web", []string{"/missing"}, never))
		pod := await(t, e, "web", "fail", isOver)
		if over := pod.Status.ContainerStatuses[0].State.Terminated; over.ExitCode != 127 {
			t.Errorf("it ended so: %+v", over)
		}
	})
}

func TestAnImageThatCannotBeLookedAtIsNotMissing(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		var asked atomic.Int32
		d.fail(http.MethodGet, "/images/image/json", always, func(w http.ResponseWriter, _ *http.Request) {
			if asked.Add(1) == 1 {
				reply(w, 200, map[string]any{"Id": "sha256:image"})
				return
			}
			refuse(w, 500, "the store is locked")
		})
		create(t, e, word("web", []string{"stay"}))
		pod := await(t, e, "web", "wait", waitingFor("ImageInspectError"))
		if m := pod.Status.ContainerStatuses[0].State.Waiting.Message; !strings.Contains(m, "the store is locked") {
			t.Errorf("it waits for: %s", m)
		}
	})
}

// A daemon that fails is not asked without a pause, also for a pod that has
// ended.
func TestFailingDaemonIsLeftAlone(t *testing.T) {
	d := newFakeDaemon(t, false)
	opts := d.options(t)
	opts.BackOff = time.Hour
	e := openEngine(t, opts)
	d.fail(http.MethodPost, "/kill", always, broken(500))
	create(t, e, word("web", []string{"exit", "0"}, never))
	await(t, e, "web", "end", isOver)
	for !strings.Contains(reasons(t, e, "web"), "Failed") {
		time.Sleep(10 * time.Millisecond) // between two questions, not for order
	}
	for _, name := range []string{"a", "b", "c"} {
		runPod(t, e, word(name, []string{"stay"}))
	}
	if n := d.killed(); n != 1 {
		t.Errorf("the infra container was killed %d times", n)
	}
}

// killed is how often a container was to be killed.
func (d *fakeDaemon) killed() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := 0
	for _, r := range d.requests {
		if strings.HasSuffix(r, "/kill") {
			n++
		}
	}
	return n
}
