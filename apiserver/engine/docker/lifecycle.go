package docker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
)

// Create implements engine.Lifecycle. The pod exists with its infra container,
// whose name takes the pod's; images are pulled afterwards.
func (e *Engine) Create(ctx context.Context, given *corev1.Pod) (*corev1.Pod, []string, error) {
	if err := e.ready(ctx); err != nil {
		return nil, nil, err
	}
	if _, err := e.Validate(given); err != nil {
		return nil, nil, err
	}
	pod := e.withDefaults(given)
	if err := checkNames(pod); err != nil {
		return nil, nil, apierrors.NewBadRequest(err.Error())
	}
	if _, err := e.store.Get(podstore.KeyOf(pod)); err == nil {
		return nil, nil, apierrors.NewAlreadyExists(engine.PodResource, pod.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	id, err := e.makeInfra(ctx, pod)
	if err != nil {
		return nil, nil, err
	}
	if err := e.refresh(ctx, id); err != nil {
		return nil, nil, fmt.Errorf("look at the new pod: %w", err)
	}
	created, err := e.store.Get(podstore.KeyOf(pod))
	if err != nil || created.UID != pod.UID {
		return nil, nil, fmt.Errorf("the daemon made the pod's infra container and it cannot be seen: %w", errors.Join(err, apierrors.NewConflict(engine.PodResource, pod.Name, errors.New("another pod of the name is there"))))
	}
	e.mu.Lock()
	if p := e.pods[pod.UID]; p != nil {
		p.made = true
	}
	e.mu.Unlock()
	return created.DeepCopy(), nil, nil
}

// withDefaults is the pod as it is kept.
func (e *Engine) withDefaults(given *corev1.Pod) *corev1.Pod {
	pod := given.DeepCopy()
	pod.TypeMeta = metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"}
	if pod.Namespace == "" {
		pod.Namespace = api.DefaultNamespace
	}
	if pod.Name == "" {
		pod.Name = pod.GenerateName + string(podstore.NewUID())[:5]
	}
	pod.UID, pod.CreationTimestamp = podstore.NewUID(), metav1.NewTime(time.Now().UTC().Truncate(time.Second))
	pod.ResourceVersion, pod.DeletionTimestamp, pod.DeletionGracePeriodSeconds = "", nil, nil
	pod.ManagedFields, pod.Status = nil, corev1.PodStatus{}
	if pod.Spec.RestartPolicy == "" {
		pod.Spec.RestartPolicy = corev1.RestartPolicyAlways
	}
	if pod.Spec.TerminationGracePeriodSeconds == nil {
		grace := int64(kubelet.Grace(pod) / time.Second)
		pod.Spec.TerminationGracePeriodSeconds = &grace
	}
	return pod
}

// makeInfra makes the pod's volumes and its infra container.
func (e *Engine) makeInfra(ctx context.Context, pod *corev1.Pod) (id string, err error) {
	image, command, err := e.infraImage(ctx, pod)
	if err != nil {
		return "", err
	}
	opts, err := e.infraConfig(pod, image, command)
	if err != nil {
		return "", apierrors.NewBadRequest(err.Error())
	}
	if err := e.makeVolumes(ctx, pod); err != nil {
		return "", err
	}
	made, err := e.cli.ContainerCreate(ctx, opts)
	if err == nil {
		return made.ID, nil
	}
	if undo := e.removeVolumes(context.WithoutCancel(ctx), pod); undo != nil {
		e.warn(undo)
	}
	if e.nameTaken(ctx, opts.Name, err) {
		return "", apierrors.NewAlreadyExists(engine.PodResource, pod.Name)
	}
	return "", fmt.Errorf("make the pod's infra container: %w", err)
}

// nameTaken tells whether making a container failed for its name: Docker
// answers 409 for that, Podman 409 or 500 by version.
func (e *Engine) nameTaken(ctx context.Context, name string, err error) bool {
	if errdefs.IsConflict(err) {
		return true
	}
	if errdefs.IsInvalidArgument(err) || errdefs.IsNotFound(err) {
		return false
	}
	_, err = e.cli.ContainerInspect(ctx, name, client.ContainerInspectOptions{})
	return err == nil
}

// Delete implements engine.Lifecycle. That a pod is being deleted, and until
// when, is told by a container that is never started: so every podium knows.
func (e *Engine) Delete(ctx context.Context, namespace, name string, opts metav1.DeleteOptions) error {
	pod, err := e.find(ctx, namespace, name)
	if err != nil {
		return err
	}
	p := e.podOf(pod.UID)
	if p == nil {
		return apierrors.NewForbidden(engine.PodResource, name, errors.New("podium did not make this container and does not remove it: use the tool that made it"))
	}
	if err := engine.CheckPreconditions(pod, opts.Preconditions); err != nil {
		return err
	}
	if len(opts.DryRun) > 0 {
		return nil
	}
	seconds := int64(kubelet.Grace(pod) / time.Second)
	if opts.GracePeriodSeconds != nil {
		seconds = *opts.GracePeriodSeconds
	}
	switch {
	case seconds < 0:
		return apierrors.NewBadRequest(fmt.Sprintf("gracePeriodSeconds is %d; it must be at least 0", seconds))
	case seconds == 0:
		return e.deleteNow(ctx, p)
	case pod.DeletionGracePeriodSeconds != nil && *pod.DeletionGracePeriodSeconds <= seconds:
		return nil
	}
	return e.markEnd(ctx, p, time.Now().Add(time.Duration(seconds)*time.Second), seconds)
}

// podOf finds a pod of podium's by UID, nil without.
func (e *Engine) podOf(uid types.UID) *podState {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.pods[uid]
}

// markEnd makes the container that says when the pod's grace is over.
func (e *Engine) markEnd(ctx context.Context, p *podState, at time.Time, grace int64) error {
	labels := baseLabels(p.pod, roleEnd)
	labels[labelDeadline], labels[labelGrace] = strconv.FormatInt(at.UnixMilli(), 10), strconv.FormatInt(grace, 10)
	id, err := e.makeSign(ctx, p, endName(p.key, p.uid, at.UnixMilli()), labels)
	if err != nil {
		return fmt.Errorf("note that pod %s is to end: %w", p.key.Name, err)
	}
	return e.refresh(ctx, id)
}

// makeSign makes a container that is never started and only says something to
// every podium. Its image is the infra container's, which the daemon has.
func (e *Engine) makeSign(ctx context.Context, p *podState, name string, labels map[string]string) (id string, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	e.mu.Lock()
	image := p.infra.image
	e.mu.Unlock()
	made, err := e.cli.ContainerCreate(ctx, client.ContainerCreateOptions{
		Name:       name,
		Config:     &container.Config{Image: image, Labels: labels, Cmd: []string{"/pause"}},
		HostConfig: &container.HostConfig{NetworkMode: "none"},
	})
	return made.ID, err
}

// deleteNow removes the pod with all its containers and then returns.
func (e *Engine) deleteNow(ctx context.Context, p *podState) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
	defer cancel()
	return e.erase(ctx, p)
}

// othersTime is how long other podiums get to see that a pod is to end before
// it is removed at Podman; see erase.
const othersTime = 250 * time.Millisecond

// erase removes all containers of the pod, the infra container last, and its
// volumes. Several may do it at once. Podman breaks when a container is made
// that needs another which is just being removed, and lists nothing any more:
// so every podium is told, and given time, before.
func (e *Engine) erase(ctx context.Context, p *podState) error {
	e.setErasing(p, 1)
	defer e.setErasing(p, -1)
	e.settle(ctx, p)
	if e.about().podman {
		if err := e.tellOthers(ctx, p); err != nil {
			return err
		}
	}
	for {
		ids, infra, err := e.partsAtDaemon(ctx, p)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			if err := e.removeContainer(ctx, infra); err != nil {
				return fmt.Errorf("remove pod %s: %w", p.key.Name, err)
			}
			return e.removeVolumes(ctx, p.pod)
		}
		var errs []error
		for _, id := range ids {
			errs = append(errs, e.removeContainer(ctx, id))
		}
		if err := errors.Join(errs...); err != nil {
			return fmt.Errorf("remove pod %s: %w", p.key.Name, err)
		}
	}
}

func (e *Engine) tellOthers(ctx context.Context, p *podState) error {
	e.mu.Lock()
	_, _, told := p.deletion()
	e.mu.Unlock()
	if !told {
		if err := e.markEnd(ctx, p, time.Now(), 0); err != nil && !isGone(err) {
			return err
		}
	}
	kubelet.Pause(ctx, othersTime)
	return nil
}

// partsAtDaemon lists the ids of the pod's containers, those included that
// have not been seen yet, and that of the infra container apart.
func (e *Engine) partsAtDaemon(ctx context.Context, p *podState) (ids []string, infra string, err error) {
	ids, infra = e.partsOf(p)
	list, err := e.cli.ContainerList(ctx, client.ContainerListOptions{All: true, Filters: make(client.Filters).Add("label", labelUID+"="+string(p.uid))})
	if err != nil {
		return ids, infra, fmt.Errorf("look for the containers of pod %s: %w", p.key.Name, err)
	}
	for _, c := range list.Items {
		ours := slices.ContainsFunc(c.Names, func(name string) bool {
			return strings.HasPrefix(strings.TrimPrefix(name, "/"), infraName(p.key)+"_")
		})
		if ours && c.ID != infra && !slices.Contains(ids, c.ID) {
			ids = append(ids, c.ID)
		}
	}
	return ids, infra, nil
}

// setErasing keeps tend's hands off a pod.
func (e *Engine) setErasing(p *podState, by int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	p.erasing += by
	p.broadcast()
}

// settleTime is how long a removal waits for what is just being done.
const settleTime = 5 * time.Second

// settle waits until nothing is being made or started for the pod any more:
// Docker and Podman both lose their way when a container is removed while it,
// or one that needs it, starts.
func (e *Engine) settle(ctx context.Context, p *podState) {
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	for {
		e.mu.Lock()
		busy, changed := 0, p.changed
		for name := range p.tasks {
			if name != taskErase {
				busy++
			}
		}
		e.mu.Unlock()
		if busy == 0 {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// taskErase is the name of the task that removes a pod.
const taskErase = "/erase"

// partsOf lists the ids of the pod's containers, and that of the infra
// container apart.
func (e *Engine) partsOf(p *podState) (ids []string, infra string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, runs := range p.runs {
		for _, o := range runs {
			ids = append(ids, o.id)
		}
	}
	for _, o := range p.ends {
		ids = append(ids, o.id)
	}
	return ids, p.infra.id
}

// removeContainer kills and removes a container; one that has gone is as good.
func (e *Engine) removeContainer(ctx context.Context, id string) error {
	_, err := e.cli.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true, RemoveVolumes: true})
	if err != nil && !isGone(err) {
		// Another podium may be at it: then it is enough that it goes.
		if !errdefs.IsConflict(err) || !e.goes(ctx, id) {
			return fmt.Errorf("remove container %.12s: %w", id, err)
		}
	}
	e.drop(id, e.nextSerial())
	return nil
}

// goes waits for a container that is being removed to be gone.
func (e *Engine) goes(ctx context.Context, id string) bool {
	for range 100 {
		if _, err := e.cli.ContainerInspect(ctx, id, client.ContainerInspectOptions{}); isGone(err) {
			return true
		}
		if !kubelet.Pause(ctx, 50*time.Millisecond) {
			return false
		}
	}
	return false
}
