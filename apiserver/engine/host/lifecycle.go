package host

import (
	"context"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// Create implements engine.Lifecycle. The warnings are about what depends on
// this machine; what holds for any is told by Validate.
func (e *Engine) Create(_ context.Context, given *corev1.Pod) (*corev1.Pod, []string, error) {
	if _, err := e.Validate(given); err != nil {
		return nil, nil, err
	}
	pod := given.DeepCopy()
	if pod.Namespace == "" {
		pod.Namespace = api.DefaultNamespace
	}
	if pod.Name == "" {
		pod.Name = pod.GenerateName + newID()[:5]
	}
	pod.TypeMeta = metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"}
	pod.UID, pod.CreationTimestamp = podstore.NewUID(), now()
	pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = nil, nil
	pod.ManagedFields, pod.Generation = nil, 0
	if pod.Spec.RestartPolicy == "" {
		pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
	}
	if pod.Spec.TerminationGracePeriodSeconds == nil {
		grace := int64(kubelet.Grace(pod) / time.Second)
		pod.Spec.TerminationGracePeriodSeconds = &grace
	}
	pod.Spec.NodeName = e.node
	initialStatus(pod, now())
	if err := os.MkdirAll(e.folders.pod(pod.UID), 0o700); err != nil {
		return nil, nil, fmt.Errorf("make the pod's folder: %w", err)
	}
	created, err := e.store.Add(podstore.Pod{Pod: pod})
	if err != nil {
		return nil, nil, e.undo(pod.UID, err)
	}
	e.launch(created.Pod)
	if err := e.saver.save(pod.UID, true); err != nil {
		e.warn(err) // it runs; a later save may do better
	}
	return created.Copy(), e.machineWarnings(created.Pod), nil
}

// undo removes the folder of a pod that was not to be.
func (e *Engine) undo(uid types.UID, err error) error {
	if removing := e.saver.remove(uid); removing != nil {
		e.warn(removing)
	}
	return err
}

// removalTime is how long a delete without grace waits for the processes to be
// gone before it returns; they are being killed all the same.
const removalTime = 2 * time.Second

// Delete implements engine.Lifecycle.
func (e *Engine) Delete(ctx context.Context, namespace, name string, opts metav1.DeleteOptions) error {
	pod, err := e.find(namespace, name)
	if err != nil {
		return err
	}
	if err := engine.CheckPreconditions(pod, opts.Preconditions); err != nil {
		return err
	}
	if len(opts.DryRun) > 0 {
		return nil
	}
	p := e.runOf(pod.UID)
	if p == nil {
		return apierrors.NewNotFound(engine.PodResource, name)
	}
	seconds := int64(kubelet.Grace(pod) / time.Second)
	if opts.GracePeriodSeconds != nil {
		seconds = *opts.GracePeriodSeconds
	}
	if seconds < 0 {
		return apierrors.NewBadRequest(fmt.Sprintf("gracePeriodSeconds is %d: it must be at least 0", seconds))
	}
	if seconds == 0 {
		return e.deleteNow(ctx, p)
	}
	first := false
	e.store.Update(p.key, p.uid, func(was podstore.Pod) (podstore.Pod, bool) {
		if g := was.DeletionGracePeriodSeconds; was.DeletionTimestamp != nil && g != nil && *g <= seconds {
			return was, false
		}
		pod := was.DeepCopy()
		first = pod.DeletionTimestamp == nil
		at := metav1.NewTime(time.Now().Add(time.Duration(seconds) * time.Second).UTC().Truncate(time.Second))
		if !first && pod.DeletionTimestamp.Before(&at) {
			at = *pod.DeletionTimestamp
		}
		pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = &at, &seconds
		return podstore.Pod{Pod: pod}, true
	})
	p.stop(time.Duration(seconds) * time.Second)
	select {
	case <-p.done:
		// It had ended: there is nothing to wait for.
		e.forget(p)
		return nil
	default:
	}
	if first {
		e.goWork(func() {
			<-p.done
			if !e.isClosing() {
				e.forget(p)
			}
		})
	}
	return nil
}

// deleteNow takes the pod out of the API at once and kills what it runs.
func (e *Engine) deleteNow(ctx context.Context, p *podRun) error {
	if !e.store.Remove(p.key, p.uid) {
		return apierrors.NewNotFound(engine.PodResource, p.key.Name)
	}
	p.stop(0)
	gone := make(chan struct{})
	cleaning := e.goWork(func() {
		defer close(gone)
		<-p.done
		e.dropRun(p)
	})
	if !cleaning {
		return nil
	}
	timer := time.NewTimer(removalTime)
	defer timer.Stop()
	select {
	case <-gone:
	case <-timer.C:
	case <-ctx.Done():
	}
	return nil
}

// forget removes a pod whose processes have gone.
func (e *Engine) forget(p *podRun) {
	if e.store.Remove(p.key, p.uid) {
		e.dropRun(p)
	}
}

// dropRun removes what is left of a pod that is no longer in the store.
func (e *Engine) dropRun(p *podRun) {
	e.mu.Lock()
	delete(e.runs, p.uid)
	e.mu.Unlock()
	if err := e.saver.remove(p.uid); err != nil {
		e.warn(err)
	}
}

func (e *Engine) isClosing() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.closing
}
