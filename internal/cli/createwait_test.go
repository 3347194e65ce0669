package cli

import (
	"bytes"
	"context"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/apiclient"
	"podium/apiserver/engine/fake"
)

// slowImage is an engine whose pod waits for its container as told.
type slowImage struct {
	*fake.Engine
	waits []corev1.ContainerStateWaiting // at each look, then the last; running at an empty reason
	looks atomic.Int64
	seen  func(look int)
}

func (e *slowImage) Get(ctx context.Context, namespace, name string) (*corev1.Pod, error) {
	pod, err := e.Engine.Get(ctx, namespace, name)
	if err != nil {
		return nil, err
	}
	n := int(e.looks.Add(1))
	if e.seen != nil {
		e.seen(n)
	}
	w := e.waits[min(n, len(e.waits))-1]
	pod = pod.DeepCopy()
	pod.Status.Phase, pod.Status.InitContainerStatuses = corev1.PodPending, nil
	pod.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{Waiting: &w}}}
	if w.Reason == "" {
		pod.Status.Phase = corev1.PodRunning
		pod.Status.ContainerStatuses[0].State = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	}
	return pod, nil
}

func (e *slowImage) await(ctx context.Context, t *testing.T) (said string, err error) {
	t.Helper()
	made, ferr := fake.New(fake.Options{Clock: still{}})
	if ferr != nil {
		t.Fatal(ferr)
	}
	t.Cleanup(func() { made.Close() })
	e.Engine = made
	s := benchOver(t, e)
	if r := s.podium("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: main, image: big, command: [sleep, infinity]}]}", "create", "-f", "-"); r.status != 0 {
		t.Fatalf("create: %+v", r)
	}
	client, cerr := apiclient.New(apiclient.Config{Server: s.url})
	if cerr != nil {
		t.Fatal(cerr)
	}
	defer client.Close()
	pod, gerr := made.Get(t.Context(), "default", "web")
	if gerr != nil {
		t.Fatal(gerr)
	}
	var errs bytes.Buffer
	v := &verb{endpoint: &endpoint{client: client}, err: &errs}
	err = v.awaitUp(ctx, []api.PodRef{{Namespace: "default", Name: "web", UID: string(pod.UID)}})
	return errs.String(), err
}

func TestCreateWaitsForAnImage(t *testing.T) {
	pull := corev1.ContainerStateWaiting{Reason: "ContainerCreating", Message: `pulling image "big": 1 of 2 layers`}
	e := &slowImage{}
	for range 7 {
		e.waits = append(e.waits, pull)
	}
	e.waits = append(e.waits, corev1.ContainerStateWaiting{})
	said, err := e.await(t.Context(), t)
	if err != nil || strings.Count(said, "\n") != 1 || !strings.Contains(said, `pod/web: waiting for container main: pulling image "big"`) || e.looks.Load() != 8 {
		t.Errorf("after %d looks: %q %v", e.looks.Load(), said, err)
	}
	e = &slowImage{waits: []corev1.ContainerStateWaiting{pull, {Reason: "ErrImagePull", Message: "no such image"}}}
	if said, err = e.await(t.Context(), t); err != nil || !strings.Contains(said, "container main does not come up: ErrImagePull: no such image") {
		t.Errorf("%q %v", said, err)
	}
}

func TestCreateLeftWaiting(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := &slowImage{waits: []corev1.ContainerStateWaiting{{Reason: "ContainerCreating"}}, seen: func(n int) {
		if n == 2 {
			cancel()
		}
	}}
	if said, err := e.await(ctx, t); err == nil || !strings.Contains(said, "pod/web was created and is left as it is: the next podium") {
		t.Errorf("%q %v", said, err)
	}
}
