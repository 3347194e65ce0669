package terminal

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/models"
)

// comingEvery is how often a container that is being created is tried again.
const comingEvery = 200 * time.Millisecond

// openExec starts the command. A container that is only just being created is
// waited for, until ctx ends: who opens a shell in a new pod wants the shell and
// not the news that it is new.
func openExec(ctx context.Context, client models.Client, ref api.PodRef, container string, cfg api.ExecConfig) (api.ExecSession, error) {
	again := time.NewTicker(comingEvery)
	defer again.Stop()
	for {
		session, err := client.Exec(ctx, ref.Namespace, ref.Name, container, cfg)
		refused := apierrors.IsBadRequest(err) || apierrors.IsConflict(err)
		if err == nil || !refused || !isComing(ctx, client, ref, container) {
			return session, err
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil, err
		}
	}
}

// isComing tells whether the container is on its way up for the first time: one
// that crashes or whose image cannot be had is not.
func isComing(ctx context.Context, client models.Client, ref api.PodRef, container string) bool {
	pod, err := client.Get(ctx, ref.Namespace, ref.Name)
	if err != nil || pod.Pod == nil || pod.Pod.DeletionTimestamp != nil || pod.Pod.Status.Phase != corev1.PodPending {
		return false
	}
	for _, s := range pod.Pod.Status.ContainerStatuses {
		if s.Name != container || s.State.Waiting == nil {
			continue
		}
		switch s.State.Waiting.Reason {
		case "", "ContainerCreating", "PodInitializing":
			return true
		}
	}
	return false
}
