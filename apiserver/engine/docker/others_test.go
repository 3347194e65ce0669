package docker

import (
	"fmt"
	"testing"
	"time"

	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// What is not named as podium names it is nobody's pod, whatever its labels
// say; labels are inherited from images.
func TestForgedLabels(t *testing.T) {
	d := newFakeDaemon(t, false)
	e := openEngine(t, d.options(t))
	ctx := testContext(t)
	if err := e.ready(ctx); err != nil {
		t.Fatal(err)
	}
	pod := e.withDefaults(word("victim", []string{"stay"}))
	good, err := e.infraConfig(pod, "image", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, spoil := range []func(*client.ContainerCreateOptions){
		func(o *client.ContainerCreateOptions) { o.Name = "other" },
		func(o *client.ContainerCreateOptions) { o.Config.Labels[labelManifest] = "AAAA" },
		func(o *client.ContainerCreateOptions) { o.Config.Labels[labelUID] = string(podstore.NewUID()) },
		func(o *client.ContainerCreateOptions) {
			o.Config.Labels[labelName], o.Name = "else", "podium_default_else"
		},
	} {
		opts, err := e.infraConfig(pod, "image", nil)
		if err != nil {
			t.Fatal(err)
		}
		spoil(&opts)
		if _, err := e.cli.ContainerCreate(ctx, opts); err != nil {
			t.Fatal(err)
		}
		shown := 0
		for shown <= i {
			shown = 0
			for p, err := range e.List(ctx, "", api.ListOptions{}, nil) {
				if err != nil {
					t.Fatal(err)
				}
				if p.Annotations[annotationForeign] == "" {
					t.Fatalf("%d: it counts as a pod of podium's: %+v", i, p)
				}
				shown++
			}
			if !kubelet.Pause(ctx, time.Millisecond) {
				t.Fatal("it is not shown at all")
			}
		}
		d.mu.Lock()
		for id, c := range d.containers {
			c.name += fmt.Sprint("-", i) // the next may have the name
			d.containers[id] = c
		}
		d.mu.Unlock()
	}
	if _, err := e.cli.ContainerCreate(ctx, good); err != nil {
		t.Fatal(err)
	}
	await(t, e, "victim", "run", isRunning)
	remove(t, e, "victim")
}

func TestSeveralPodiumsAtAFakeDaemon(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		others := []*Engine{openEngine(t, d.options(t)), openEngine(t, d.options(t))}
		create(t, e, word("crash", []string{"exit", "1"}))
		for _, o := range others {
			await(t, o, "crash", "be restarted", func(p *corev1.Pod) bool { return p.Status.ContainerStatuses[0].RestartCount >= 3 })
		}
		d.mu.Lock()
		for _, c := range d.containers {
			if n := len(c.log); n > 2 {
				t.Errorf("%s was started %d times", c.name, n/2)
			}
		}
		d.mu.Unlock()
		if err := others[1].Delete(testContext(t), "default", "crash", metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
		awaitGone(t, e, "crash")
	})
}

// Of several podiums one runs a preStop hook, and the others wait for it.
func TestPreStopRunsOnce(t *testing.T) {
	both(t, func(t *testing.T, d *fakeDaemon, e *Engine) {
		other := openEngine(t, d.options(t))
		create(t, e, word("web", []string{"stay"}, func(p *corev1.Pod) {
			p.Spec.Containers[0].Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: []string{"say", "bye"}}}}
		}))
		await(t, e, "web", "run", isRunning)
		await(t, other, "web", "run", isRunning)
		if err := other.Delete(testContext(t), "default", "web", metav1.DeleteOptions{GracePeriodSeconds: new(int64(60))}); err != nil {
			t.Fatal(err)
		}
		awaitGone(t, e, "web")
		d.mu.Lock()
		defer d.mu.Unlock()
		hooks := 0
		for _, x := range d.execs {
			if x.config.Cmd[0] == "say" {
				hooks++
			}
		}
		if hooks != 1 || len(d.containers) != 0 {
			t.Errorf("the hook ran %d times, %d containers are left", hooks, len(d.containers))
		}
	})
}
