package docker

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/moby/moby/client"

	"podium/apiserver/engine/podstore"
)

// Podman's words for a container that is in its book and not in its storage
// any more, and for others that hold it there.
var (
	brokenWords    = regexp.MustCompile(`getting container from store \\?"([0-9a-f]{64})\\?": container not known`)
	dependentWords = regexp.MustCompile(`\b[0-9a-f]{64}\b`)
)

// heal removes an infra container of podium's that Podman has lost half of:
// made and removed at the same moment by different podiums. Until then Podman
// lists no container at all. It is true when listing may work again. What
// others need and is not proved to be podium's is left alone.
func (e *Engine) heal(ctx context.Context, err error) bool {
	m := brokenWords.FindStringSubmatch(err.Error())
	if m == nil {
		return false
	}
	broken := m[1]
	if !e.isOurs(broken) {
		return e.healByDependents(ctx, broken)
	}
	return e.removeBroken(ctx, broken)
}

// isOurs tells whether the container has been seen as one of podium's.
func (e *Engine) isOurs(id string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	o := e.seen[id]
	return o != nil && strings.HasPrefix(o.name, namePrefix) && e.foreign[id] == (podstore.Key{}) && o.labels[labelUID] != ""
}

// healByDependents proves by the containers that need the broken one: if those
// are runs of a pod in its namespaces, it is the pod's infra container.
func (e *Engine) healByDependents(ctx context.Context, broken string) bool {
	// Without force this fails as long as there are dependents, and names
	// them. Without any it takes the entry away, which is all that there was.
	_, err := e.cli.ContainerRemove(ctx, broken, client.ContainerRemoveOptions{})
	if err == nil || !strings.Contains(err.Error(), "has dependent containers") {
		return err == nil
	}
	proved := false
	for _, id := range dependentWords.FindAllString(err.Error(), -1) {
		if id == broken {
			continue
		}
		in, err := e.cli.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
		if err != nil {
			continue
		}
		o := observe(0, &in.Container)
		key := podstore.Key{Namespace: o.labels[labelNamespace], Name: o.labels[labelName]}
		if o.labels[labelRole] == roleRun && strings.HasPrefix(o.name, infraName(key)+"_") &&
			in.Container.HostConfig != nil && string(in.Container.HostConfig.NetworkMode) == "container:"+broken {
			proved = true
		}
	}
	return proved && e.removeBroken(ctx, broken)
}

// removeBroken removes what needs the broken container, and that.
func (e *Engine) removeBroken(ctx context.Context, broken string) bool {
	for range 10 { // each time it may name others
		_, err := e.cli.ContainerRemove(ctx, broken, client.ContainerRemoveOptions{Force: true})
		if err == nil || isGone(err) {
			e.warn(fmt.Errorf("removed container %.12s of podium's, of which Podman had lost half", broken))
			return true
		}
		others := 0
		for _, id := range dependentWords.FindAllString(err.Error(), -1) {
			if id == broken || !strings.Contains(err.Error(), "has dependent containers") {
				continue
			}
			others++
			if _, err := e.cli.ContainerRemove(ctx, id, client.ContainerRemoveOptions{Force: true}); err != nil && !isGone(err) {
				e.warn(fmt.Errorf("remove container %.12s: %w", id, err))
			}
		}
		if others == 0 {
			e.warn(fmt.Errorf("remove container %.12s, of which Podman has lost half: %w", broken, err))
			return false
		}
	}
	return false
}
