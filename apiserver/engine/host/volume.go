package host

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/validation"
)

// volumes knows which pod has which named volume: one at a time.
type volumes struct {
	mu    sync.Mutex
	owner map[string]types.UID
	freed chan struct{} // closed when one is released
}

func newVolumes() *volumes {
	return &volumes{owner: map[string]types.UID{}, freed: make(chan struct{})}
}

// take gives the pod all of the named volumes or none: then the first one that
// is taken is named, and the channel closes when it is worth trying again.
func (v *volumes) take(uid types.UID, ids []string) (taken string, wait <-chan struct{}) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, id := range ids {
		if owner, ok := v.owner[id]; ok && owner != uid {
			return id, v.freed
		}
	}
	for _, id := range ids {
		v.owner[id] = uid
	}
	return "", nil
}

// release gives back all that the pod has.
func (v *volumes) release(uid types.UID) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for id, owner := range v.owner {
		if owner == uid {
			delete(v.owner, id)
		}
	}
	close(v.freed)
	v.freed = make(chan struct{})
}

// volumeID is the name of a flexVolume that is one (API page,
// FlexVolumeSource), else "".
func volumeID(v *corev1.Volume) string {
	if v.FlexVolume == nil {
		return ""
	}
	return v.FlexVolume.Options["volumeID"]
}

// safeNames makes sure that no name of the pod, as part of a path, leads out of
// its folder. Names have been validated when the pod was created; a file may
// have been written by anyone.
func safeNames(pod *corev1.Pod) error {
	check := func(what, name string, problems []string) error {
		if len(problems) > 0 {
			return fmt.Errorf("%s %q is invalid: %s", what, name, strings.Join(problems, "; "))
		}
		return nil
	}
	for _, list := range [][]corev1.Container{pod.Spec.InitContainers, pod.Spec.Containers} {
		for _, c := range list {
			if err := check("the container name", c.Name, validation.IsDNS1123Label(c.Name)); err != nil {
				return err
			}
		}
	}
	for i := range pod.Spec.Volumes {
		v := &pod.Spec.Volumes[i]
		if err := check("the volume name", v.Name, validation.IsDNS1123Label(v.Name)); err != nil {
			return err
		}
		if id := volumeID(v); id != "" {
			if err := check("the volumeID", id, volumeIDProblems(id)); err != nil {
				return err
			}
		}
	}
	return nil
}

func volumeIDProblems(id string) []string { return validation.IsDNS1123Subdomain(id) }

// mount is a volume mount of a container on this machine.
type mount struct {
	name     string // of the volume
	source   string // folder of the volume, or of the subPath in it
	target   string // mountPath
	readOnly bool
}

// volumeDir is the folder of a pod's volume, and whether it is shared with
// later pods; "" for a kind that does not exist here.
func (p *podRun) volumeDir(v *corev1.Volume) (dir string, named bool) {
	if id := volumeID(v); id != "" {
		return filepath.Join(p.e.folders.volumes(), id), true
	}
	if v.EmptyDir != nil || v.VolumeSource == (corev1.VolumeSource{}) {
		return filepath.Join(p.dir, "volumes", v.Name), false
	}
	return "", false
}

// mountsOf lists a container's mounts.
func (p *podRun) mountsOf(c *corev1.Container) []mount {
	var out []mount
	for _, m := range c.VolumeMounts {
		for i := range p.pod.Spec.Volumes {
			v := &p.pod.Spec.Volumes[i]
			dir, _ := p.volumeDir(v)
			if v.Name != m.Name || dir == "" {
				continue
			}
			source := filepath.Join(dir, filepath.Join("/", m.SubPath))
			readOnly := m.ReadOnly || v.FlexVolume != nil && v.FlexVolume.ReadOnly
			out = append(out, mount{name: m.Name, source: source, target: filepath.Clean(m.MountPath), readOnly: readOnly})
		}
	}
	return out
}

// mapped tells whether a mount can be shown at its own path: there is a folder
// to cover and a namespace to do it in.
func (e *Engine) mapped(m mount) bool {
	if !e.mapping || !filepath.IsAbs(m.target) || m.target == "/" {
		return false
	}
	info, err := os.Stat(m.target)
	return err == nil && info.IsDir()
}

// makeFolders makes the folders of the pod: each container's own, the
// volumes', and those that mounts name inside of them.
func (p *podRun) makeFolders() error {
	who, err := p.e.userOf(p.pod, nil)
	if err != nil {
		return err
	}
	for _, c := range p.containers() {
		if cu, err := p.e.userOf(p.pod, c); err == nil {
			if err := makeDir(p.workDir(c.Name), cu); err != nil {
				return err
			}
			if err := makeDir(filepath.Dir(p.terminationLog(c.Name)), cu); err != nil {
				return err
			}
		}
	}
	for i := range p.pod.Spec.Volumes {
		dir, _ := p.volumeDir(&p.pod.Spec.Volumes[i])
		if dir == "" {
			continue
		}
		if err := makeDir(dir, who); err != nil {
			return err
		}
	}
	for _, c := range p.containers() {
		for _, m := range p.mountsOf(c) {
			if err := p.makeSubPath(m, who); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeSubPath makes the folder of a mount's subPath inside its volume, never
// through a symbolic link that leads out of it.
func (p *podRun) makeSubPath(m mount, who *shimUser) error {
	for i := range p.pod.Spec.Volumes {
		v := &p.pod.Spec.Volumes[i]
		dir, _ := p.volumeDir(v)
		if v.Name != m.name || dir == m.source {
			continue
		}
		rel, err := filepath.Rel(dir, m.source)
		if err != nil {
			return fmt.Errorf("make the subPath %q: %w", m.source, err)
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return fmt.Errorf("open volume %q: %w", m.name, err)
		}
		defer root.Close()
		if err := root.MkdirAll(rel, 0o700); err != nil {
			return fmt.Errorf("make the subPath %q of volume %q: %w", rel, m.name, err)
		}
		if who != nil {
			if err := root.Chown(rel, int(who.UID), int(who.GID)); err != nil {
				return fmt.Errorf("give the subPath %q to its user: %w", rel, err)
			}
		}
	}
	return nil
}

// makeDir makes a folder for a container's user; one that is there is left as
// it is.
func makeDir(dir string, who *shimUser) error {
	_, err := os.Stat(dir)
	if err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make a folder of the pod: %w", err)
	}
	if who != nil {
		if err := os.Chown(dir, int(who.UID), int(who.GID)); err != nil {
			return fmt.Errorf("give a folder of the pod to its user: %w", err)
		}
	}
	return nil
}

// removeTree removes a folder, also where a program has taken its rights away.
func removeTree(dir string) error {
	if os.RemoveAll(dir) == nil {
		return nil
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return err
	})
	if again := os.RemoveAll(dir); again != nil {
		return fmt.Errorf("remove %s: %w (%w)", dir, again, err)
	}
	return nil
}
