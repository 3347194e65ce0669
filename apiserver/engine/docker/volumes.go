package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/types/mount"
	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// infraVolumes is where the infra container has the pod's volumes, each by its
// name.
const infraVolumes = "/volumes"

// subPathAPI is the version of the API that mounts a part of a volume.
const subPathAPI = "1.45"

// volumeID is the name of a flexVolume that is one (API page,
// FlexVolumeSource), else "".
func volumeID(v *corev1.Volume) string {
	if v.FlexVolume == nil {
		return ""
	}
	return v.FlexVolume.Options["volumeID"]
}

// daemonVolume is the daemon's name of a volume, and whether it goes with the
// pod; "" for a kind that there is not here.
func (e *Engine) daemonVolume(pod *corev1.Pod, v *corev1.Volume) (name string, ofPod bool) {
	if id := volumeID(v); id != "" {
		return id, false
	}
	if v.EmptyDir != nil || v.VolumeSource == (corev1.VolumeSource{}) {
		return volumeName(pod.UID, v.Name), true
	}
	return "", false
}

// makeVolumes makes the pod's volumes at the daemon; one that is there stays
// as it is.
func (e *Engine) makeVolumes(ctx context.Context, pod *corev1.Pod) error {
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		name, ofPod := e.daemonVolume(pod, v)
		if name == "" {
			continue
		}
		opts := client.VolumeCreateOptions{Name: name}
		if ofPod {
			opts.Labels = map[string]string{labelUID: string(pod.UID), labelVolume: v.Name}
			if v.EmptyDir != nil && v.EmptyDir.Medium == corev1.StorageMediumMemory {
				opts.Driver = "local"
				opts.DriverOpts = map[string]string{"type": "tmpfs", "device": "tmpfs", "o": "mode=1777" + e.sizeOption(v.EmptyDir)}
			}
		}
		if _, err := e.cli.VolumeCreate(ctx, opts); err != nil && !errdefs.IsConflict(err) {
			return fmt.Errorf("make volume %s: %w", v.Name, err)
		}
	}
	return nil
}

// sizeOption limits a volume in memory. Podman takes it for a quota on its
// disk.
func (e *Engine) sizeOption(dir *corev1.EmptyDirVolumeSource) string {
	if dir.SizeLimit == nil || dir.SizeLimit.IsZero() || e.about().podman {
		return ""
	}
	return fmt.Sprintf(",size=%d", dir.SizeLimit.Value())
}

// removeVolumes removes the volumes that go with the pod. They must not be in
// use any more.
func (e *Engine) removeVolumes(ctx context.Context, pod *corev1.Pod) error {
	var errs []error
	for i := range pod.Spec.Volumes {
		name, ofPod := e.daemonVolume(pod, &pod.Spec.Volumes[i])
		if !ofPod {
			continue
		}
		if _, err := e.cli.VolumeRemove(ctx, name, client.VolumeRemoveOptions{Force: true}); err != nil && !isGone(err) {
			errs = append(errs, fmt.Errorf("remove volume %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// sweepAge is how old what no pod owns must be before it is taken away:
// another podium may be making its pod just now.
const sweepAge = 2 * time.Minute

// sweepVolumes removes volumes of pods that have gone, which a podium that
// ended in between has left.
func (e *Engine) sweepVolumes(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	list, err := e.cli.VolumeList(ctx, client.VolumeListOptions{Filters: make(client.Filters).Add("label", labelVolume)})
	if err != nil {
		return // there is always a next time
	}
	e.mu.Lock()
	owned := map[string]bool{}
	for uid := range e.pods {
		owned[string(uid)] = true
	}
	e.mu.Unlock()
	for _, v := range list.Items {
		made, err := time.Parse(time.RFC3339, v.CreatedAt)
		if err != nil || time.Since(made) < sweepAge || owned[v.Labels[labelUID]] || !strings.HasPrefix(v.Name, namePrefix+v.Labels[labelUID]+"_") {
			continue
		}
		if _, err := e.cli.VolumeRemove(ctx, v.Name, client.VolumeRemoveOptions{}); err != nil && !isGone(err) && !errdefs.IsConflict(err) {
			e.warn(fmt.Errorf("remove volume %s, whose pod has gone: %w", v.Name, err))
		}
	}
}

// prepareVolumes makes what containers expect in the pod's volumes: an
// emptyDir that everybody may write to, and the folders of subPaths.
func (e *Engine) prepareVolumes(ctx context.Context, p *podState, infra string) error {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	add := func(name string, mode int64) error {
		return w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: mode, ModTime: p.pod.CreationTimestamp.Time, Format: tar.FormatUSTAR})
	}
	some := false
	for i := range p.pod.Spec.Volumes {
		v := &p.pod.Spec.Volumes[i]
		if name, ofPod := e.daemonVolume(p.pod, v); name != "" && ofPod {
			some = true
			if err := add(v.Name, 0o777); err != nil {
				return err
			}
		}
	}
	for _, c := range kubelet.Containers(p.pod) {
		for _, m := range c.VolumeMounts {
			sub := cleanSub(m.SubPath)
			if sub == "" || e.volumeOf(p.pod, m.Name) == "" {
				continue
			}
			if missing, err := e.checkSub(ctx, infra, m.Name, sub); err != nil {
				return err
			} else if missing == "" {
				continue
			}
			at := m.Name
			for _, part := range strings.Split(sub, "/") {
				at += "/" + part
				// Those that are there keep what they are.
				if exists, err := e.stat(ctx, infra, infraVolumes+"/"+at); err != nil {
					return err
				} else if exists == nil {
					some = true
					if err := add(at, 0o777); err != nil {
						return err
					}
				}
			}
		}
	}
	if !some {
		return nil
	}
	if err := w.Close(); err != nil {
		return err
	}
	_, err := e.cli.CopyToContainer(ctx, infra, client.CopyToContainerOptions{DestinationPath: infraVolumes, Content: &b})
	if err != nil {
		return fmt.Errorf("make the folders of the volumes: %w", err)
	}
	return nil
}

// cleanSub is a subPath as a path below a volume; "" is the volume itself.
func cleanSub(sub string) string { return strings.TrimPrefix(path.Clean("/"+sub), "/") }

// volumeOf is the daemon's name of the pod's volume, "" without.
func (e *Engine) volumeOf(pod *corev1.Pod, name string) string {
	for i := range pod.Spec.Volumes {
		if pod.Spec.Volumes[i].Name == name {
			id, _ := e.daemonVolume(pod, &pod.Spec.Volumes[i])
			return id
		}
	}
	return ""
}

// stat looks at a path in a container, nil when nothing is there.
func (e *Engine) stat(ctx context.Context, id, name string) (*client.ContainerStatPathResult, error) {
	st, err := insist(ctx, func() (client.ContainerStatPathResult, error) {
		return e.cli.ContainerStatPath(ctx, id, client.ContainerStatPathOptions{Path: name})
	})
	switch {
	case errdefs.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("look at %s: %w", name, err)
	}
	return &st, nil
}

// checkSub makes sure that no part of a subPath is a symbolic link, which a
// container could have made to lead out of the volume, and tells the first
// part that is missing.
func (e *Engine) checkSub(ctx context.Context, infra, volume, sub string) (missing string, err error) {
	at := infraVolumes + "/" + volume
	for _, part := range strings.Split(sub, "/") {
		at += "/" + part
		st, err := e.stat(ctx, infra, at)
		switch {
		case err != nil:
			return "", err
		case st == nil:
			return at, nil
		case st.Stat.Mode&os.ModeSymlink != 0 || st.Stat.LinkTarget != "" && st.Stat.LinkTarget != at:
			return "", fmt.Errorf("%w: the subPath %q of volume %s is a symbolic link, which may lead out of the volume", errConfig, sub, volume)
		}
	}
	return "", nil
}

// mountsOf lists a container's mounts. A subPath is given to the daemon where
// it knows such; else it is a bind mount of the folder behind the volume,
// which has been looked at before.
func (e *Engine) mountsOf(p *podState, c *corev1.Container) ([]mount.Mount, error) {
	ctx, cancel := context.WithTimeout(e.life, callTime)
	defer cancel()
	var out []mount.Mount
	for _, m := range c.VolumeMounts {
		i := slices.IndexFunc(p.pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name })
		if i < 0 {
			continue
		}
		v := &p.pod.Spec.Volumes[i]
		name, _ := e.daemonVolume(p.pod, v)
		if name == "" {
			continue
		}
		readOnly := m.ReadOnly || v.FlexVolume != nil && v.FlexVolume.ReadOnly
		mnt := volumeMount(name, cleanTarget(m.MountPath), readOnly)
		if sub := cleanSub(m.SubPath); sub != "" {
			if e.about().speaks(subPathAPI) {
				mnt.VolumeOptions.Subpath = sub
			} else {
				source, err := e.subFolder(ctx, p, m.Name, name, sub)
				if err != nil {
					return nil, err
				}
				mnt = mount.Mount{Type: mount.TypeBind, Source: source, Target: mnt.Target, ReadOnly: readOnly}
			}
		}
		out = append(out, mnt)
	}
	return out, nil
}

// subFolder is the folder of a subPath on the daemon's machine.
func (e *Engine) subFolder(ctx context.Context, p *podState, volume, name, sub string) (string, error) {
	e.mu.Lock()
	infra := p.infra
	e.mu.Unlock()
	if _, err := e.checkSub(ctx, infra.id, volume, sub); err != nil {
		return "", err
	}
	in, err := e.cli.VolumeInspect(ctx, name, client.VolumeInspectOptions{})
	if err != nil {
		return "", fmt.Errorf("look for the folder of volume %s: %w", volume, err)
	}
	if in.Volume.Mountpoint == "" {
		return "", fmt.Errorf("%w: volume %s has no folder to take the subPath %q of", errConfig, volume, sub)
	}
	return in.Volume.Mountpoint + "/" + sub, nil
}
