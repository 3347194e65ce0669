package cli

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine/kubelet"
)

const (
	// upEvery is how often is looked whether a pod has come up.
	upEvery = 200 * time.Millisecond
	// waitSaid is when it is first said what is waited for, and waitSaidAgain
	// how long the same may go on until it is said anew.
	waitSaid      = time.Second
	waitSaidAgain = 15 * time.Second
)

// awaitUp waits until the pods have come up, or are known not to: nothing goes
// on with them once this process ends. What it waits for, and what was in the
// way, is said on standard error. Its error is the end of ctx alone.
func (v *verb) awaitUp(ctx context.Context, pods []api.PodRef) error {
	for i, ref := range pods {
		if err := v.awaitOne(ctx, ref); err != nil {
			for _, ref := range pods[i:] {
				v.warn("pod/%s was created and is left as it is: the next podium that works with this daemon brings it up", ref.Name)
			}
			return err
		}
	}
	return nil
}

func (v *verb) awaitOne(ctx context.Context, ref api.PodRef) error {
	said, next := "", time.Now().Add(waitSaid)
	for {
		o, err := v.client.Get(ctx, ref.Namespace, ref.Name)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case apierrors.IsNotFound(err), err == nil && string(o.Pod.UID) != ref.UID:
			return nil // deleted by another
		case err != nil:
			v.warn("pod/%s was created; whether it comes up is not known: %v", ref.Name, err)
			return nil
		}
		container, why := comingFor(o.Pod)
		switch {
		case why == nil:
			return nil
		case !comes(why):
			v.warn("pod/%s was created; its container %s does not come up: %s", ref.Name, container, waitingFor(why))
			return nil
		}
		if now := time.Now(); now.After(next) || said != "" && said != container {
			v.warn("pod/%s: waiting for container %s: %s (ctrl-c leaves it to the next podium)", ref.Name, container, waitingFor(why))
			said, next = container, now.Add(waitSaidAgain)
		}
		select {
		case <-time.After(upEvery):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// comingFor is the container that a pod waits for, nil when for none any more:
// one in whose way something is, else the first.
func comingFor(pod *corev1.Pod) (container string, why *corev1.ContainerStateWaiting) {
	if pod.DeletionTimestamp != nil || pod.Status.Phase != corev1.PodPending {
		return "", nil
	}
	why = &corev1.ContainerStateWaiting{Reason: kubelet.ReasonCreating}
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		switch w := s.State.Waiting; {
		case s.State.Running != nil && container == "": // an init container at work
			container, why = s.Name, &corev1.ContainerStateWaiting{Reason: kubelet.ReasonInitializing, Message: "it runs before the others"}
		case w == nil:
		case !comes(w):
			return s.Name, w
		case container == "":
			container, why = s.Name, w
		}
	}
	return container, why
}

// comes tells whether what a container waits for is on its way.
func comes(w *corev1.ContainerStateWaiting) bool {
	return w.Reason == "" || w.Reason == kubelet.ReasonCreating || w.Reason == kubelet.ReasonInitializing
}

// waitingFor says what a container waits for.
func waitingFor(w *corev1.ContainerStateWaiting) string {
	switch {
	case w.Message == "":
		return w.Reason
	case comes(w):
		return w.Message
	}
	return w.Reason + ": " + w.Message
}
