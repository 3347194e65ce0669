package docker

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine/kubelet"
)

func TestTheDaemonGoesAndComesBack(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		ctx := testContext(t)
		create(t, e, word("web", []string{"stay"}))
		await(t, e, "web", "run", isRunning)
		w, err := e.Watch(ctx, "default", api.ListOptions{ResourceVersion: e.versionNow()})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		d.down()
		for {
			if _, err := w.Next(ctx); err != nil {
				if !apierrors.IsServiceUnavailable(err) || !strings.Contains(err.Error(), d.socket) {
					t.Errorf("the watch ends with %v", err)
				}
				break
			}
		}
		if _, err := e.Get(ctx, "default", "web"); !apierrors.IsServiceUnavailable(err) {
			t.Errorf("while it is away: %v", err)
		}
		if _, _, err := e.Create(ctx, word("more", nil)); !apierrors.IsServiceUnavailable(err) {
			t.Errorf("while it is away: %v", err)
		}
		d.up()
		for {
			pod, err := e.Get(ctx, "default", "web")
			if err == nil {
				if !isRunning(pod) {
					t.Errorf("afterwards: %+v", pod.Status)
				}
				break
			}
			if !apierrors.IsServiceUnavailable(err) || !kubelet.Pause(ctx, 10*time.Millisecond) {
				t.Fatal(err)
			}
		}
	})
}

func TestTheEventsEndAndTheDaemonStays(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		create(t, e, word("web", []string{"stay"}))
		await(t, e, "web", "run", isRunning)
		d.endEvents()
		if _, err := e.Get(testContext(t), "default", "web"); err != nil {
			t.Errorf("it counts as away: %v", err)
		}
		d.mu.Lock() // a change that no event tells
		for id, c := range d.containers {
			if c.config.Labels[labelRole] == roleRun {
				delete(d.containers, id)
			}
		}
		d.mu.Unlock()
		await(t, e, "web", "be made again", func(p *corev1.Pod) bool { return isRunning(p) && d.asked("POST /containers/create") >= 3 })
	})
}

func TestNobodyIsThere(t *testing.T) {
	e := openEngine(t, Options{Host: "unix://" + filepath.Join(t.TempDir(), "none.sock")})
	_, err := e.Get(testContext(t), "default", "x")
	if !apierrors.IsServiceUnavailable(err) || !strings.Contains(err.Error(), "none.sock") {
		t.Errorf("%v", err)
	}
	if info, err := e.Info(t.Context()); err != nil || !strings.Contains(info[api.InfoDetail], "does not answer") {
		t.Errorf("%v %v", info, err)
	}
	if _, err := Open(Options{Host: "nonsense"}); err == nil {
		t.Error("an address that is none was taken")
	}
}

// Podman lists nothing as long as it has lost half of a container.
func TestHealsWhatPodmanHasLostHalfOf(t *testing.T) {
	for name, ours := range map[string]bool{"podium's": true, "another's": false} {
		t.Run(name, func(t *testing.T) {
			d := newFakeDaemon(t, true)
			first := openEngine(t, d.options(t))
			runPodAt(t, first, word("web", []string{"stay"}))
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			d.mu.Lock()
			d.broken = d.byName("podium_default_web").id
			for id, c := range d.containers {
				if id == d.broken {
					delete(d.containers, id)
				} else if !ours {
					c.config.Labels = nil
				}
			}
			d.mu.Unlock()
			e := openEngine(t, d.options(t))
			_, err := e.Get(testContext(t), "default", "web")
			d.mu.Lock()
			defer d.mu.Unlock()
			if ours && (!apierrors.IsNotFound(err) || d.broken != "" || len(d.containers) != 0) {
				t.Errorf("it is not healed: %v, %d containers", err, len(d.containers))
			}
			if !ours && (!apierrors.IsServiceUnavailable(err) || d.broken == "" || len(d.containers) != 1) {
				t.Errorf("it was touched: %v, %d containers", err, len(d.containers))
			}
		})
	}
}
