package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/types"

	"podium/apiserver/engine/podstore"
)

// maxPodFile bounds what is read back of a pod.
const maxPodFile = 8 << 20

// folders are the places inside the state folder.
type folders struct{ root string }

func (f folders) lock() string             { return filepath.Join(f.root, "engine.lock") }
func (f folders) meta() string             { return filepath.Join(f.root, "engine.json") }
func (f folders) pods() string             { return filepath.Join(f.root, "pods") }
func (f folders) pod(uid types.UID) string { return filepath.Join(f.pods(), string(uid)) }
func (f folders) volumes() string          { return filepath.Join(f.root, "volumes") }
func (f folders) running() string          { return filepath.Join(f.root, "running") }
func (f folders) aside() string            { return filepath.Join(f.root, "set-aside") }

func (f folders) make() error {
	for _, dir := range []string{f.root, f.pods(), f.volumes(), f.running(), f.aside()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("make the state folder: %w", err)
		}
	}
	info, err := os.Stat(f.root)
	if err != nil {
		return fmt.Errorf("look at the state folder: %w", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := os.Chmod(f.root, 0o700); err != nil {
			return fmt.Errorf("close the state folder to others: %w", err)
		}
	}
	return nil
}

// writeFile replaces a file as a whole, so that a crash leaves the old or the
// new one. With sync it also survives the machine's crash.
func writeFile(path string, data []byte, sync bool) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil && sync {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // it may have been renamed, and is nothing to anyone
	}
	return err
}

// firstVersion is below every resource version, so that the small numbers which
// clients make up are none that a watch could resume from.
const firstVersion = 1000

// engineMeta is the engine's own memory.
type engineMeta struct {
	Version uint64 `json:"version"` // resource versions up to here may have been given out
	Samples bool   `json:"samples"` // the sample pods have been made once
}

func (f folders) loadMeta(warn func(error)) engineMeta {
	m := engineMeta{Version: firstVersion}
	data, err := os.ReadFile(f.meta())
	if errors.Is(err, fs.ErrNotExist) {
		return m
	}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		warn(fmt.Errorf("the engine's state cannot be read, it begins anew: %w", err))
		f.setAside(f.meta(), warn)
		// Versions must not repeat: those given out so far fit below a
		// clock that counts microseconds.
		return engineMeta{Version: uint64(time.Now().UnixMicro()), Samples: true}
	}
	return m
}

func (f folders) saveMeta(m engineMeta) error {
	data, err := json.Marshal(m)
	if err == nil {
		err = writeFile(f.meta(), data, true)
	}
	if err != nil {
		return fmt.Errorf("save the engine's state: %w", err)
	}
	return nil
}

// setAside moves what cannot be used out of the way, for a person to look at.
func (f folders) setAside(path string, warn func(error)) {
	to := filepath.Join(f.aside(), fmt.Sprintf("%s.%d", filepath.Base(path), time.Now().UnixNano()))
	if err := os.Rename(path, to); err != nil {
		warn(fmt.Errorf("set %s aside: %w", path, err))
		return
	}
	warn(fmt.Errorf("%s cannot be used and was set aside as %s", path, to))
}

// loadPods reads the pods back. What cannot be read is set aside.
func (f folders) loadPods(warn func(error)) ([]*corev1.Pod, error) {
	entries, err := os.ReadDir(f.pods())
	if err != nil {
		return nil, fmt.Errorf("look for the pods: %w", err)
	}
	var pods []*corev1.Pod
	taken := map[podstore.Key]bool{}
	for _, entry := range entries {
		dir := filepath.Join(f.pods(), entry.Name())
		pod, err := loadPod(filepath.Join(dir, "pod.json"), entry.Name())
		if errors.Is(err, fs.ErrNotExist) { // half removed, or never finished
			if err := removeTree(dir); err != nil {
				warn(err)
			}
			continue
		}
		if err == nil && taken[podstore.KeyOf(pod)] {
			err = fmt.Errorf("there is another pod %s/%s", pod.Namespace, pod.Name)
		}
		if err != nil {
			warn(fmt.Errorf("read the pod in %s: %w", dir, err))
			f.setAside(dir, warn)
			continue
		}
		taken[podstore.KeyOf(pod)] = true
		pods = append(pods, pod)
	}
	return pods, nil
}

func loadPod(path, uid string) (*corev1.Pod, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxPodFile {
		return nil, fmt.Errorf("its file has %d bytes", info.Size())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return decodePod(data, uid)
}

// decodePod reads a pod's file and makes sure of what the engine relies on.
func decodePod(data []byte, uid string) (*corev1.Pod, error) {
	var pod corev1.Pod
	if err := json.Unmarshal(data, &pod); err != nil {
		return nil, err
	}
	if string(pod.UID) != uid {
		return nil, fmt.Errorf("it has the uid %q", pod.UID)
	}
	if problems := validation.NameIsDNSSubdomain(pod.Name, false); len(problems) > 0 {
		return nil, fmt.Errorf("its name %q is invalid: %s", pod.Name, strings.Join(problems, "; "))
	}
	if problems := validation.ValidateNamespaceName(pod.Namespace, false); len(problems) > 0 {
		return nil, fmt.Errorf("its namespace %q is invalid: %s", pod.Namespace, strings.Join(problems, "; "))
	}
	if err := safeNames(&pod); err != nil {
		return nil, err
	}
	if len(pod.Spec.Containers) == 0 {
		return nil, errors.New("it has no containers")
	}
	return &pod, nil
}

// saver writes the states of changed pods, each as its latest, from one
// goroutine, so that no change waits for the disk.
type saver struct {
	folders folders
	load    func(types.UID) *corev1.Pod // the present state, nil when gone
	warn    func(error)

	mu    sync.Mutex
	dirty map[types.UID]bool
	wake  chan struct{}
	quit  chan struct{}
	done  chan struct{}

	writing sync.Mutex // held while a pod's folder is written or removed
}

func newSaver(f folders, load func(types.UID) *corev1.Pod, warn func(error)) *saver {
	return &saver{
		folders: f, load: load, warn: warn, dirty: map[types.UID]bool{},
		wake: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{}),
	}
}

// mark says that a pod has changed. It does not wait.
func (s *saver) mark(uid types.UID) {
	s.mu.Lock()
	s.dirty[uid] = true
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *saver) run() {
	defer close(s.done)
	for {
		select {
		case <-s.wake:
			s.flush(false)
		case <-s.quit:
			s.flush(true)
			return
		}
	}
}

// flush saves everything that is marked.
func (s *saver) flush(sync bool) {
	s.mu.Lock()
	todo := s.dirty
	s.dirty = map[types.UID]bool{}
	s.mu.Unlock()
	for uid := range todo {
		if err := s.save(uid, sync); err != nil {
			s.warn(err)
		}
	}
}

// save writes one pod's present state; nothing if it has gone.
func (s *saver) save(uid types.UID, sync bool) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	pod := s.load(uid)
	if pod == nil {
		return nil
	}
	data, err := json.Marshal(pod)
	if err == nil {
		err = writeFile(filepath.Join(s.folders.pod(uid), "pod.json"), data, sync)
	}
	if err != nil {
		return fmt.Errorf("save pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	return nil
}

// remove deletes a pod's folder, volumes that are the pod's own included.
func (s *saver) remove(uid types.UID) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	// The name of the file goes first: half a folder is no pod that comes back.
	dir := s.folders.pod(uid)
	if err := os.Remove(filepath.Join(dir, "pod.json")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the pod's file: %w", err)
	}
	return removeTree(dir)
}

// close saves what is left and ends the goroutine.
func (s *saver) close() {
	close(s.quit)
	<-s.done
}
