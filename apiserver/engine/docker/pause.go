package docker

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/containerd/errdefs"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// pauseImage is podium's own infra image: one program of some two hundred
// bytes, made here and handed to the daemon, so that no registry is needed.
const pauseImage = "localhost/podium-pause:1"

// waiters are the machine code of the program by architecture: it ignores
// SIGCHLD, so that the kernel itself buries what is orphaned in the pod, and
// then waits for ever. The data behind it is a struct sigaction with SIG_IGN.
var waiters = map[string]waiter{
	"amd64": {machine: 62, code: []byte{
		0xb8, 0x0d, 0, 0, 0, // mov eax, 13 (rt_sigaction)
		0xbf, 0x11, 0, 0, 0, // mov edi, 17 (SIGCHLD)
		0x48, 0x8d, 0x35, 0x17, 0, 0, 0, // lea rsi, [rip+23]
		0x31, 0xd2, // xor edx, edx
		0x41, 0xba, 0x08, 0, 0, 0, // mov r10d, 8
		0x0f, 0x05, // syscall
		0xb8, 0x22, 0, 0, 0, // again: mov eax, 34 (pause)
		0x0f, 0x05, // syscall
		0xeb, 0xf7, // jmp again
		0x90, 0x90, 0x90, 0x90,
	}},
	"arm64": {machine: 183, code: []byte{
		0xc8, 0x10, 0x80, 0xd2, // mov x8, #134 (rt_sigaction)
		0x20, 0x02, 0x80, 0xd2, // mov x0, #17 (SIGCHLD)
		0x81, 0x01, 0x00, 0x10, // adr x1, #48
		0x02, 0x00, 0x80, 0xd2, // mov x2, #0
		0x03, 0x01, 0x80, 0xd2, // mov x3, #8
		0x01, 0x00, 0x00, 0xd4, // svc #0
		0x00, 0x00, 0x80, 0xd2, // again: mov x0, #0
		0x01, 0x00, 0x80, 0xd2, // mov x1, #0
		0x02, 0x00, 0x80, 0xd2, // mov x2, #0
		0x03, 0x00, 0x80, 0xd2, // mov x3, #0
		0x28, 0x09, 0x80, 0xd2, // mov x8, #73 (ppoll, for nothing and without end)
		0x01, 0x00, 0x00, 0xd4, // svc #0
		0xfa, 0xff, 0xff, 0x17, // b again
		0x1f, 0x20, 0x03, 0xd5, // nop
	}},
}

// waiter is machine code and the number that ELF has for its machine.
type waiter struct {
	machine uint16
	code    []byte
}

// ELF's sizes of its header and of one program header, and where a program is
// loaded.
const (
	elfHeader  = 64
	elfSegment = 56
	elfBase    = 0x400000
)

// program is a static ELF executable of one segment with the code in it (ELF-64
// Object File Format, version 1.5).
func (w waiter) program() []byte {
	body := append(bytes.Clone(w.code), 1, 0, 0, 0, 0, 0, 0, 0) // sa_handler = SIG_IGN
	body = append(body, make([]byte, 24)...)
	size := uint64(elfHeader + elfSegment + len(body))
	out := []byte{0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	le := binary.LittleEndian
	out = le.AppendUint16(out, 2) // an executable
	out = le.AppendUint16(out, w.machine)
	out = le.AppendUint32(out, 1)
	out = le.AppendUint64(out, elfBase+elfHeader+elfSegment) // where it begins
	out = le.AppendUint64(out, elfHeader)                    // where the segments are told
	out = le.AppendUint64(out, 0)
	out = le.AppendUint32(out, 0)
	for _, n := range []uint16{elfHeader, elfSegment, 1, 0, 0, 0} {
		out = le.AppendUint16(out, n)
	}
	out = le.AppendUint32(out, 1) // to be loaded
	out = le.AppendUint32(out, 5) // read and run
	for _, n := range []uint64{0, elfBase, elfBase, size, size, 0x1000} {
		out = le.AppendUint64(out, n)
	}
	return append(out, body...)
}

// imageArchive is an image of one file, /pause, as `docker save` writes them.
func imageArchive(name, arch string, program []byte) ([]byte, error) {
	layer, err := archive(map[string][]byte{"pause": program}, "pause")
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(layer)
	config, err := json.Marshal(map[string]any{
		"architecture": arch, "os": "linux", "created": "2026-01-01T00:00:00Z",
		"config":  map[string]any{"Entrypoint": []string{"/pause"}},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])}},
		"history": []map[string]any{{"created": "2026-01-01T00:00:00Z", "created_by": "podium"}},
	})
	if err != nil {
		return nil, err
	}
	sum = sha256.Sum256(config)
	configName := hex.EncodeToString(sum[:]) + ".json"
	manifest, err := json.Marshal([]map[string]any{{"Config": configName, "RepoTags": []string{name}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		return nil, err
	}
	return archive(map[string][]byte{"manifest.json": manifest, configName: config, "layer.tar": layer}, "manifest.json", configName, "layer.tar")
}

func archive(files map[string][]byte, order ...string) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range order {
		header := &tar.Header{Name: name, Mode: 0o755, Size: int64(len(files[name])), ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR}
		if err := w.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// shellWaiter waits with nothing but a shell.
var shellWaiter = []string{"/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done"}

// infraImage finds the image of the pod's infra container and the command to
// give it, nil for the image's own. It makes sure that the daemon has it.
func (e *Engine) infraImage(ctx context.Context, pod *corev1.Pod) (image string, command []string, err error) {
	name := e.infra
	if name == "" {
		name = pauseImage
	}
	_, err = e.cli.ImageInspect(ctx, name)
	switch {
	case err == nil:
		return name, nil, nil
	case !errdefs.IsNotFound(err):
		return "", nil, fmt.Errorf("look for the infra image %s: %w", name, err)
	case e.infra != "":
		if err := e.pullImage(ctx, name, func(string) {}); err != nil {
			return "", nil, fmt.Errorf("pull the infra image %s: %w", name, err)
		}
		return name, nil, nil
	}
	err = e.loadPause(ctx)
	if err == nil {
		return name, nil, nil
	}
	e.warn(fmt.Errorf("the infra image could not be made, the pod's first image serves: %w", err))
	first := kubelet.Containers(pod)[0].Image
	if _, missing := e.cli.ImageInspect(ctx, first); missing != nil {
		if pulling := e.pullImage(ctx, first, func(string) {}); pulling != nil {
			return "", nil, fmt.Errorf("make the pod's infra container: %w", errors.Join(err, pulling))
		}
	}
	return first, shellWaiter, nil
}

// loadPause hands podium's infra image to the daemon.
func (e *Engine) loadPause(ctx context.Context) error {
	arch := e.about().arch
	w, ok := waiters[arch]
	if !ok {
		return fmt.Errorf("there is none for the architecture %q", arch)
	}
	data, err := imageArchive(pauseImage, arch, w.program())
	if err != nil {
		return fmt.Errorf("make the infra image: %w", err)
	}
	result, err := e.cli.ImageLoad(ctx, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("hand the infra image to the daemon: %w", err)
	}
	defer result.Close()
	said, err := io.ReadAll(io.LimitReader(result, 64<<10))
	if err != nil {
		return fmt.Errorf("hand the infra image to the daemon: %w", err)
	}
	if _, err := e.cli.ImageInspect(ctx, pauseImage); err != nil {
		return fmt.Errorf("the daemon took the infra image and does not have it (%w); it said %s", err, clip(oneLine(string(said))))
	}
	return nil
}
