package docker

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/moby/moby/client"
	corev1 "k8s.io/api/core/v1"
)

// Kubernetes' bounds of a termination message.
const (
	maxMessage      = 4096
	maxLogMessage   = 2048
	maxMessageLines = 80
)

// messageLocked looks for the termination message of a run that has ended,
// once. Called with Engine.mu held.
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
		ctx, cancel := context.WithTimeout(e.life, callTime)
		defer cancel()
		text := ""
		if keptPath(c.TerminationMessagePath) {
			var err error
			if text, err = e.readFile(ctx, o.id, c.TerminationMessagePath, maxMessage); err != nil && e.life.Err() == nil {
				e.warn(fmt.Errorf("read the termination message of container %s of pod %s/%s: %w", c.Name, p.key.namespace, p.key.name, err))
			}
		}
		if text == "" && fallback {
			text = e.lastLines(ctx, o)
		}
		if text != "" {
			e.change(p, func() { m.message = text })
		}
	})
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
	if h, err := t.Next(); err != nil || h.Typeflag != tar.TypeReg {
		return "", err
	}
	data, err := io.ReadAll(io.LimitReader(t, limit))
	if err != nil {
		return "", err
	}
	return strings.ToValidUTF8(string(data), "\uFFFD"), nil
}

// lastLines is the end of a run's log.
func (e *Engine) lastLines(ctx context.Context, o *observed) string {
	lines := int64(maxMessageLines)
	r, err := e.openLog(ctx, o, &corev1.PodLogOptions{TailLines: &lines})
	if err != nil {
		return ""
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return ""
	}
	text := string(data[max(0, len(data)-maxLogMessage):])
	return strings.ToValidUTF8(text, "\uFFFD")
}
