package docker

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// Kubernetes' bounds of a termination message.
const (
	maxMessage      = 4096
	maxLogMessage   = 2048
	maxMessageLines = 80
)

// messageLocked looks for the termination message of a run that has ended,
// until the daemon has answered: while Podman clears up behind a container,
// the archive of a file in it may be empty. Called with Engine.mu held.
func (e *Engine) messageLocked(p *podState, c *corev1.Container, o *observed) {
	m := p.mark(o.id)
	if m.told || o.started.IsZero() {
		return
	}
	m.told = true
	fallback := c.TerminationMessagePolicy == corev1.TerminationMessageFallbackToLogsOnError && o.exit != 0
	if !keptPath(c.TerminationMessagePath) && !fallback {
		return
	}
	e.goWorkLocked(func() {
		text, err := e.readMessage(c, o, fallback)
		if err == nil {
			if text != "" {
				e.change(p, func() { m.message = text })
			}
			return
		}
		if m.unread == 0 && e.life.Err() == nil {
			e.warn(fmt.Errorf("read the termination message of container %s of pod %s/%s, which is tried again: %w", c.Name, p.key.Namespace, p.key.Name, err))
		}
		kubelet.Pause(e.life, min(firstRetry<<min(m.unread, 10), idle))
		e.change(p, func() { m.told, m.unread = false, m.unread+1 })
	})
}

// readMessage asks the daemon for a run's termination message; "" where there
// is none.
func (e *Engine) readMessage(c *corev1.Container, o *observed, fallback bool) (text string, err error) {
	ctx, cancel := context.WithTimeout(e.life, callTime)
	defer cancel()
	if keptPath(c.TerminationMessagePath) {
		text, err = e.readFile(ctx, o.id, c.TerminationMessagePath, maxMessage)
	}
	if err == nil && text == "" && fallback {
		text, err = e.lastLines(ctx, o)
	}
	return text, err
}

// keptPath tells whether a file at the path is still there when the container
// has ended: what is in /dev, Kubernetes' default, goes with its mount.
func keptPath(path string) bool {
	return path != "" && !strings.HasPrefix(cleanTarget(path)+"/", "/dev/")
}

// readFile reads the beginning of a file of a container; "" where there is
// none.
func (e *Engine) readFile(ctx context.Context, id, path string, limit int64) (string, error) {
	if st, err := e.stat(ctx, id, path); err != nil || st == nil || !st.Stat.Mode.IsRegular() {
		return "", err
	}
	got, err := e.cli.CopyFromContainer(ctx, id, client.CopyFromContainerOptions{SourcePath: path})
	if err != nil {
		return "", err
	}
	defer got.Content.Close()
	t := tar.NewReader(got.Content)
	h, err := t.Next()
	if err != nil {
		return "", fmt.Errorf("read the archive of %s: %w", path, err)
	}
	if h.Typeflag != tar.TypeReg {
		return "", nil
	}
	data, err := io.ReadAll(io.LimitReader(t, limit))
	if err != nil {
		return "", err
	}
	return strings.ToValidUTF8(string(data), "\uFFFD"), nil
}

// lastLines is the end of a run's log.
func (e *Engine) lastLines(ctx context.Context, o *observed) (string, error) {
	lines := int64(maxMessageLines)
	r, err := e.openLog(ctx, o, &corev1.PodLogOptions{TailLines: &lines})
	if err != nil {
		return "", err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return "", fmt.Errorf("read the log of container %.12s: %w", o.id, err)
	}
	text := string(data[max(0, len(data)-maxLogMessage):])
	return strings.ToValidUTF8(text, "\uFFFD"), nil
}
