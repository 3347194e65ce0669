package kube

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
)

// Exec implements engine.Engine. The command runs in the container as kubectl
// runs it, with one more variable in its environment, PODIUM_RUN, by which it
// can be signalled and ended. A container without a shell gets the bare
// command; the cluster then offers no way to end it before it ends by itself.
//
// It returns once the cluster has agreed to the command; that it cannot be
// found shows on stderr and in the code 127.
func (e *Engine) Exec(ctx context.Context, namespace, pod, container string, cfg api.ExecConfig, size engine.Size) (engine.Process, error) {
	if len(cfg.Cmd) == 0 {
		return nil, apierrors.NewBadRequest("an exec needs a command")
	}
	if container == "" {
		p, err := e.Get(ctx, namespace, pod)
		if err != nil {
			return nil, err
		}
		names := engine.ContainerNames(p)
		if len(names) == 0 {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("pod %q has no container", pod))
		}
		container = names[0]
	}
	p := newProcess(e, execRequest{
		namespace: namespace, pod: pod, container: container, cmd: cfg.Cmd,
		stdin: cfg.AttachStdin, tty: cfg.TTY,
		// The cluster wants at least one stream.
		stdout: cfg.AttachStdout || !cfg.AttachStdin && !cfg.AttachStderr || cfg.TTY,
		stderr: cfg.AttachStderr && !cfg.TTY,
	}, cfg, size)
	if err := p.start(ctx); err != nil {
		return nil, err
	}
	return p, nil
}

// newMark names one exec's processes.
func newMark() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return hex.EncodeToString(b[:])
}

// maxScriptWords bounds what is kept of a script's stderr.
const maxScriptWords = 4 << 10

// script runs one of this package's scripts in a container, to its end.
func (e *Engine) script(ctx context.Context, namespace, pod, container, text string, args ...string) (ending, string, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	w, _, err := e.dial(ctx, execRequest{
		namespace: namespace, pod: pod, container: container,
		cmd: append([]string{shell, "-c", text, shell}, args...), stderr: true,
	})
	if err != nil {
		return ending{}, "", err
	}
	defer w.Close()
	defer context.AfterFunc(ctx, func() { _ = w.Close() })() // closed again above
	var words bytes.Buffer
	status, err := w.run(io.Discard, &limitedWriter{to: &words, left: maxScriptWords})
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return endingOf(status, err, shell), strings.TrimSpace(words.String()), nil
}

// limitedWriter keeps the beginning of what is written and takes the rest.
type limitedWriter struct {
	to   io.Writer
	left int
}

func (l *limitedWriter) Write(p []byte) (int, error) {
	keep := p[:min(len(p), l.left)]
	l.left -= len(keep)
	if _, err := l.to.Write(keep); err != nil {
		return 0, err // a writer's error is its own
	}
	return len(p), nil
}

// bareContainer remembers that a container has no shell.
type bareContainer struct{ until time.Time }

const (
	bareFor = 10 * time.Minute // a container of the same name may be another by then
	maxBare = 1024
)

func (r execRequest) key() string { return r.namespace + "/" + r.pod + "/" + r.container }

func (e *Engine) isBare(r execRequest) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return time.Now().Before(e.bare[r.key()].until)
}

func (e *Engine) setBare(r execRequest) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.bare) >= maxBare {
		clear(e.bare)
	}
	e.bare[r.key()] = bareContainer{until: time.Now().Add(bareFor)}
}
