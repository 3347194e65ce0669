// Package enginetest is the suite that every engine passes. It drives an
// engine the way everybody does, through apiclient and apiserver over a real
// unix socket, and by nothing else: what holds here holds for the dashboard.
//
// It is for tests only; no program imports it.
package enginetest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/apiclient"
	"podium/apiserver"
	"podium/apiserver/engine"
)

// Harness says how to get at an engine and what it cannot do.
type Harness struct {
	// Open makes an engine that the suite has for itself. The suite closes it.
	Open func(t *testing.T) engine.Engine

	// Skip names subtests, as Run names them, that this engine cannot pass,
	// each with the reason.
	Skip map[string]string

	// Image is what the containers of the suite's pods are made of; empty for
	// busybox. Their commands are given: sh, sleep, cat, head, yes and the like.
	Image string

	// Patience is how long the suite waits for what must happen; zero for 20 s.
	Patience time.Duration

	// Server changes the options of the server, where an engine needs it.
	Server func(*apiserver.Options)
}

// Run runs the suite. Its subtests share one engine and run side by side.
func Run(t *testing.T, h Harness) {
	t.Helper()
	if h.Image == "" {
		h.Image = "busybox"
	}
	if h.Patience <= 0 {
		h.Patience = 20 * time.Second
	}
	e := open(t, h)
	known := map[string]bool{}
	for _, group := range [][]scenario{pods(), watches(), ends(), lives(), logs(), execs(), streams()} {
		for _, sc := range group {
			known[sc.name] = true
			t.Run(sc.name, func(t *testing.T) {
				if why, skip := h.Skip[sc.name]; skip {
					t.Skip(why)
				}
				t.Parallel()
				sc.run(e.in(t))
			})
		}
	}
	for name := range h.Skip {
		if !known[name] {
			t.Errorf("Skip names %q, which is no subtest", name)
		}
	}
}

// scenario is one subtest.
type scenario struct {
	name string
	run  func(*env)
}

// env is what a scenario has: a client, and helpers that fail the test.
type env struct {
	*testing.T
	h      Harness
	server *apiserver.Server
	client *apiclient.Client
	info   api.Info
	ctx    context.Context
	socket string
}

// in is the environment with a subtest's own T.
func (e env) in(t *testing.T) *env {
	e.T = t
	ctx, cancel := context.WithTimeout(t.Context(), 6*e.h.Patience) // a bound for whole scenarios
	t.Cleanup(cancel)
	e.ctx = ctx
	return &e
}

// open serves the engine and connects to it.
func open(t *testing.T, h Harness) env {
	t.Helper()
	eng := h.Open(t)
	t.Cleanup(func() {
		if err := eng.Close(); err != nil {
			t.Errorf("close the engine: %v", err)
		}
	})
	o := apiserver.Options{Engine: eng, Version: "enginetest", Log: func(line string) { t.Log("server: " + line) }}
	if h.Server != nil {
		h.Server(&o)
	}
	s := apiserver.New(o)
	dir, err := os.MkdirTemp("", "podium") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s", "api.sock")
	address := "unix://" + socket
	l, err := s.Listen(apiserver.ListenOptions{Address: address})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(l) }()
	client, err := apiclient.New(apiclient.Config{Server: address})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("close the client: %v", err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	info, err := client.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return env{T: t, h: h, server: s, client: client, info: info, socket: socket}
}

// needs skips the scenario where the engine does not claim the capability.
func (e *env) needs(c api.Capability) {
	e.Helper()
	if !e.info.Has(c) {
		e.Skipf("the engine does not claim %s", c)
	}
}

// ok fails the test on an error.
func (e *env) ok(what string, err error) {
	e.Helper()
	if err != nil {
		e.Fatalf("%s: %v", what, err)
	}
}

// until waits until ready is true, asking again and again.
func (e *env) until(what string, ready func() bool) {
	e.Helper()
	end := time.Now().Add(e.h.Patience)
	for !ready() {
		if time.Now().After(end) {
			e.Fatalf("after %s it is still not true that %s", e.h.Patience, what)
		}
		time.Sleep(10 * time.Millisecond) // between two questions, not for order
	}
}

// podSpec is a pod of the suite. change may be nil.
func (e *env) podSpec(name string, command []string, change func(*corev1.Pod)) []byte {
	e.Helper()
	pod := &corev1.Pod{}
	pod.Kind, pod.APIVersion, pod.Name = "Pod", "v1", name
	pod.Labels = map[string]string{"suite": "enginetest", "name": name}
	pod.Spec.Containers = []corev1.Container{{Name: "main", Image: e.h.Image, Command: command}}
	pod.Spec.TerminationGracePeriodSeconds = new(int64(1))
	if change != nil {
		change(pod)
	}
	b, err := json.Marshal(pod)
	e.ok("encode a pod", err)
	return b
}

// create makes a pod that the end of the test deletes.
func (e *env) create(name string, command []string, change func(*corev1.Pod)) *corev1.Pod {
	e.Helper()
	got, _, err := e.client.Create(e.ctx, api.DefaultNamespace, e.podSpec(name, command, change))
	e.ok("create "+name, err)
	e.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), e.h.Patience)
		defer cancel()
		// It may be gone already, which is as good.
		_ = e.client.Delete(ctx, api.DefaultNamespace, name, api.DeleteOptions{GracePeriodSeconds: new(int64)})
	})
	return got.Pod
}

// forever is a command that stays.
func forever() []string { return []string{"sh", "-c", "while true; do sleep 1; done"} }

// running makes a pod and waits until its containers run.
func (e *env) running(name string, command []string, change func(*corev1.Pod)) *corev1.Pod {
	e.Helper()
	e.create(name, command, change)
	return e.reach(name, "all its containers run", func(p *corev1.Pod) bool {
		if p.Status.Phase != corev1.PodRunning || len(p.Status.ContainerStatuses) != len(p.Spec.Containers) {
			return false
		}
		for _, s := range p.Status.ContainerStatuses {
			if s.State.Running == nil {
				return false
			}
		}
		return true
	})
}

// reach waits until the pod is so.
func (e *env) reach(name, what string, so func(*corev1.Pod) bool) *corev1.Pod {
	e.Helper()
	var last *corev1.Pod
	end := time.Now().Add(e.h.Patience)
	for {
		got, err := e.client.Get(e.ctx, api.DefaultNamespace, name)
		e.ok("get "+name, err)
		if last = got.Pod; so(last) {
			return last
		}
		if time.Now().After(end) {
			b, _ := json.MarshalIndent(last.Status, "", " ")
			e.Fatalf("after %s it is still not true of pod %s that %s; its status is %s", e.h.Patience, name, what, b)
		}
		time.Sleep(10 * time.Millisecond) // between two questions, not for order
	}
}

// state is the named container's status.
func state(p *corev1.Pod, name string) corev1.ContainerStatus {
	for _, list := range [][]corev1.ContainerStatus{p.Status.ContainerStatuses, p.Status.InitContainerStatuses} {
		for _, s := range list {
			if s.Name == name {
				return s
			}
		}
	}
	return corev1.ContainerStatus{}
}

// rows lists pods.
func (e *env) rows(opts api.ListOptions) ([]api.PodRow, api.ListMeta) {
	e.Helper()
	var out []api.PodRow
	meta, err := e.client.List(e.ctx, api.DefaultNamespace, opts, func(r api.PodRow) error {
		out = append(out, r)
		return nil
	})
	e.ok(fmt.Sprintf("list %+v", opts), err)
	return out, meta
}
