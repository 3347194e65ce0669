package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
)

// CheckExec implements engine.ExecChecker: beside what is true of any engine,
// a placeholder takes commands although it does not run, as long as its pod
// has not ended.
func (e *Engine) CheckExec(pod *corev1.Pod, container string) error {
	if c := kubelet.Container(pod, container); c != nil && placeholder(c) && !kubelet.Ended(pod) && pod.DeletionTimestamp == nil {
		if s := statusOf(pod, container); s != nil && s.State.Waiting != nil && s.State.Waiting.Reason == reasonPlaceholder {
			return nil
		}
	}
	return engine.CheckExec(pod, container)
}

// Exec implements engine.Engine. The command runs in the container's working
// directory with its environment and volumes, as its user. When it has ended,
// what it left running may go on and write for a quarter of a second, then it
// is ended: nothing survives an exec.
func (e *Engine) Exec(ctx context.Context, namespace, name, container string, cfg api.ExecConfig, size engine.Size) (engine.Process, error) {
	pod, err := e.find(namespace, name)
	if err != nil {
		return nil, err
	}
	if container == "" {
		container = engine.ContainerNames(pod)[0]
	}
	if err := e.CheckExec(pod, container); err != nil {
		return nil, err
	}
	if len(cfg.Cmd) == 0 {
		return nil, apierrors.NewBadRequest("an exec needs a command")
	}
	p := e.runOf(pod.UID)
	if p == nil {
		return nil, apierrors.NewNotFound(engine.PodResource, name)
	}
	spec, err := p.commandSpec(kubelet.Container(pod, container), cfg.Cmd, cfg.TTY)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("cannot exec in container %q of pod %q: %v", container, name, err))
	}
	proc := &process{p: p, closed: make(chan struct{})}
	if err := proc.start(ctx, spec, cfg, size, container); err != nil {
		return nil, err
	}
	return proc, nil
}

// process implements engine.Process.
type process struct {
	p    *podRun
	tree *tree // nil when the command could not be started
	exit engine.Exit

	stdin          io.WriteCloser
	stdout, stderr *outReader
	master         *os.File
	hidden         *outReader // a terminal's output that nobody attached

	ours   []*os.File // closed at the end
	theirs []*os.File // the command's ends
	work   sync.WaitGroup
	once   sync.Once
	closed chan struct{}
}

// start makes the streams and starts the command.
func (x *process) start(ctx context.Context, spec *shimSpec, cfg api.ExecConfig, size engine.Size, container string) error {
	files, err := x.streams(cfg, size)
	if err != nil {
		x.release()
		return err
	}
	x.tree, err = x.p.e.trees.start(ctx, spec, files)
	for _, f := range x.theirs {
		f.Close()
	}
	x.theirs = nil
	var failure *startError
	switch {
	case errors.As(err, &failure):
		x.exit = engine.Exit{Code: failure.code, Reason: failure.message}
		x.expire()
	case err != nil:
		x.release()
		return fmt.Errorf("start the command: %w", err)
	default:
		if err := x.p.addExec(x.tree, container); err != nil {
			x.tree.end(opKill)
			x.release()
			return apierrors.NewBadRequest(fmt.Sprintf("cannot exec in pod %q: %v", x.p.key.Name, err))
		}
		x.work.Go(func() {
			<-x.tree.gone
			x.p.removeExec(x.tree)
			x.exit = x.tree.exit
			x.expire()
		})
	}
	if x.hidden != nil {
		x.work.Go(func() {
			_, _ = io.Copy(io.Discard, x.hidden) // so that the command is not held up
		})
	}
	return nil
}

// streams makes the command's standard files and our sides of them.
func (x *process) streams(cfg api.ExecConfig, size engine.Size) (files [3]*os.File, err error) {
	if cfg.TTY {
		master, slave, err := openTerminal(size)
		if err != nil {
			return files, err
		}
		x.master = master
		x.ours, x.theirs = append(x.ours, master), append(x.theirs, slave)
		if cfg.AttachStdin {
			x.stdin = terminalInput{master}
		}
		if r := (&outReader{file: master, terminal: true}); cfg.AttachStdout {
			x.stdout = r
		} else {
			x.hidden = r
		}
		return [3]*os.File{slave, slave, slave}, nil
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return files, fmt.Errorf("open the command's streams: %w", err)
	}
	x.theirs = append(x.theirs, null)
	files = [3]*os.File{null, null, null}
	for i, attach := range []bool{cfg.AttachStdin, cfg.AttachStdout, cfg.AttachStderr} {
		if !attach {
			continue
		}
		r, w, err := os.Pipe()
		if err != nil {
			return files, fmt.Errorf("make a pipe for the command: %w", err)
		}
		if i == 0 {
			r, w = w, r
			x.stdin = r
		} else if i == 1 {
			x.stdout = &outReader{file: r}
		} else {
			x.stderr = &outReader{file: r}
		}
		files[i] = w
		x.ours, x.theirs = append(x.ours, r), append(x.theirs, w)
	}
	return files, nil
}

// terminalInput writes to a terminal. Its Close says nothing to the command:
// a terminal has no end of input but the characters that mean one.
type terminalInput struct{ master *os.File }

func (t terminalInput) Write(p []byte) (int, error) { return t.master.Write(p) }
func (t terminalInput) Close() error                { return nil }

func (x *process) expire() {
	x.stdout.expire()
	x.stderr.expire()
	x.hidden.expire()
}

// release closes what start had opened when it fails.
func (x *process) release() {
	for _, f := range append(x.theirs, x.ours...) {
		f.Close()
	}
}

// Stdin implements engine.Process.
func (x *process) Stdin() io.WriteCloser { return x.stdin }

// Stdout implements engine.Process.
func (x *process) Stdout() io.Reader {
	if x.stdout == nil {
		return nil
	}
	return x.stdout
}

// Stderr implements engine.Process.
func (x *process) Stderr() io.Reader {
	if x.stderr == nil {
		return nil
	}
	return x.stderr
}

// Resize implements engine.Process.
func (x *process) Resize(size engine.Size) error {
	if x.master == nil {
		return apierrors.NewBadRequest("the command has no terminal to resize")
	}
	if size.Rows == 0 || size.Cols == 0 {
		return apierrors.NewBadRequest("a terminal has at least one row and one column")
	}
	return resizeTerminal(x.master, size)
}

// Signal implements engine.Process. To a command that has ended it is nothing.
func (x *process) Signal(name string) error {
	sig, ok := signalNamed(name)
	if !ok {
		return apierrors.NewBadRequest(fmt.Sprintf("%q is no signal", name))
	}
	if x.tree != nil {
		x.tree.signal(sig)
	}
	return nil
}

// Wait implements engine.Process.
func (x *process) Wait(ctx context.Context) (engine.Exit, error) {
	if x.tree == nil {
		return x.exit, nil
	}
	select {
	case <-x.tree.gone:
		return x.tree.exit, nil
	default:
	}
	select {
	case <-x.tree.gone:
		return x.tree.exit, nil
	case <-ctx.Done():
		return engine.Exit{}, ctx.Err()
	}
}

// Close implements engine.Process. It waits until nothing of the tree is left,
// for less than half a second unless the machine is busy.
func (x *process) Close() error {
	x.once.Do(func() {
		defer close(x.closed)
		if x.tree != nil {
			x.tree.end(opHangup)
		}
		for _, f := range x.ours {
			f.Close() // stdin may have been closed already
		}
		x.work.Wait()
	})
	<-x.closed
	return nil
}
