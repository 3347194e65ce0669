package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/client"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/kubelet"
	"podium/apiserver/engine/podstore"
	"podium/termbridge/frame"
)

// detachKeys are what Docker and Podman are told to leave a terminal at: by
// default they eat ctrl-p. Only ASCII can be told, so the sequence is one that
// nobody types; of its first key, which they hold back until the next one,
// the least is seen (it sets a mark in editors).
const detachKeys = "ctrl-@,ctrl-^,ctrl-@,ctrl-_,ctrl-@,ctrl-],ctrl-@,ctrl-^,ctrl-@,ctrl-_,ctrl-@,ctrl-]"

// consoleSizeAPI is the version of the API that gives a terminal its size when
// it is made.
const consoleSizeAPI = "1.42"

// envTag marks the processes of one exec, children included, by a variable.
const envTag = "PODIUM_EXEC"

var noSize engine.Size

// Exec implements engine.Engine. Containers that podium did not make can be
// entered, too.
func (e *Engine) Exec(ctx context.Context, namespace, name, container string, cfg api.ExecConfig, size engine.Size) (engine.Process, error) {
	pod, err := e.find(ctx, namespace, name)
	if err != nil {
		return nil, err
	}
	if container == "" {
		container = engine.ContainerNames(pod)[0]
	}
	if err := engine.CheckExec(pod, container); err != nil {
		return nil, err
	}
	if len(cfg.Cmd) == 0 {
		return nil, apierrors.NewBadRequest("an exec needs a command")
	}
	e.mu.Lock()
	o := e.seen[string(pod.UID)]
	if p := e.pods[pod.UID]; p != nil {
		o = p.latest(container)
	}
	e.mu.Unlock()
	if o == nil {
		return nil, apierrors.NewNotFound(engine.PodResource, name)
	}
	x, err := e.startExec(ctx, o, cfg, size)
	if err == nil {
		return x, nil
	}
	// Docker answers 409 for a container that does not run, Podman 500: what
	// counts is how it is.
	if refreshed := e.refresh(ctx, o.id); refreshed == nil {
		if pod, err := e.store.Get(podstore.Key{Namespace: namespace, Name: name}); err == nil {
			if err := engine.CheckExec(pod.Pod, container); err != nil {
				return nil, err
			}
		}
	}
	return nil, err
}

// process implements engine.Process over an exec of the daemon's.
type process struct {
	e   *Engine
	o   *observed
	id  string
	tag string
	tty bool

	conn           client.HijackedResponse
	stdin          io.WriteCloser
	stdout, stderr io.Reader
	readers        []*io.PipeReader

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	begun  chan struct{} // closed when output has come
	done   chan struct{} // closed when exit is known
	exit   engine.Exit

	sizeMu sync.Mutex // held while one is sent
	wishMu sync.Mutex
	wish   engine.Size

	once   sync.Once
	closed chan struct{}
}

// startExec makes and starts an exec in a container.
func (e *Engine) startExec(ctx context.Context, o *observed, cfg api.ExecConfig, size engine.Size) (*process, error) {
	tag := string(podstore.NewUID())
	opts := client.ExecCreateOptions{
		TTY: cfg.TTY, AttachStdin: cfg.AttachStdin, DetachKeys: detachKeys, Cmd: cfg.Cmd,
		// Always, so that the stream tells the end; what nobody wants is dropped.
		AttachStdout: true, AttachStderr: true,
		Env: []string{envTag + "=" + tag},
	}
	attach := client.ExecAttachOptions{TTY: cfg.TTY}
	if cfg.TTY {
		opts.Env = append(opts.Env, "TERM=xterm-256color")
		if size != noSize {
			console := client.ConsoleSize{Height: uint(size.Rows), Width: uint(size.Cols)}
			if d := e.about(); !d.podman && d.speaks(consoleSizeAPI) {
				opts.ConsoleSize, attach.ConsoleSize = console, console
			} else {
				opts.Cmd = e.sizedCommand(ctx, o, cfg.Cmd, size)
			}
		}
	}
	made, err := e.cli.ExecCreate(ctx, o.id, opts)
	if err != nil {
		return nil, fmt.Errorf("make an exec in container %.12s: %w", o.id, err)
	}
	conn, err := e.cli.ExecAttach(ctx, made.ID, attach)
	if err != nil {
		return nil, fmt.Errorf("start an exec in container %.12s: %w", o.id, err)
	}
	x := &process{e: e, o: o, id: made.ID, tag: tag, tty: cfg.TTY, conn: conn.HijackedResponse, begun: make(chan struct{}), done: make(chan struct{}), closed: make(chan struct{})}
	x.ctx, x.cancel = context.WithCancel(e.life)
	out, errs := io.Discard, io.Discard
	if cfg.AttachStdout {
		x.stdout, out = x.pipe()
	}
	if cfg.AttachStderr && !cfg.TTY {
		x.stderr, errs = x.pipe()
	}
	if cfg.AttachStdin {
		x.stdin = execInput{x}
	}
	go x.pump(out, errs) // ends with the connection, which Close closes
	if cfg.TTY && size != noSize {
		x.wish = size
		go func() { // ends with the process, Close or its time
			// A size that was not taken is sent again by the next Resize.
			_ = x.sendSize(size, firstSizeTime)
		}()
	}
	e.keepExec(x)
	x.awaitStart(ctx)
	return x, nil
}

// awaitStart waits until the process exists, or does not any more: the stream
// is there before. What the daemon says of an exec that has not begun and of
// one that is over may be the same, but one that is over has closed its stream
// or said something.
func (x *process) awaitStart(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, awaitTime)
	defer cancel()
	for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
		if in, err := x.e.inspectExec(ctx, x.id); err == nil && in.Running && in.Pid > 0 || isGone(err) {
			return
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
			continue
		case <-x.begun:
		case <-x.done:
		case <-ctx.Done():
		}
		timer.Stop()
		return
	}
}

// keepExec notes that a process runs in a container: the engines may leave its
// stream open when the container ends.
func (e *Engine) keepExec(x *process) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.execs[x.o.id] == nil {
		e.execs[x.o.id] = map[*process]bool{}
	}
	e.execs[x.o.id][x] = true
}

func (e *Engine) dropExec(x *process) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.execs[x.o.id], x)
	if len(e.execs[x.o.id]) == 0 {
		delete(e.execs, x.o.id)
	}
}

// endExecs lets go the streams of a container that has ended. Called with
// Engine.mu held.
func (e *Engine) endExecs(id string) {
	for x := range e.execs[id] {
		go x.orphaned() // ends within lingerTime
	}
}

// orphaned gives the daemon some time to end the stream in order.
func (x *process) orphaned() {
	timer := time.NewTimer(lingerTime)
	defer timer.Stop()
	select {
	case <-timer.C:
		x.conn.Close()
	case <-x.done:
	case <-x.ctx.Done():
	}
}

// sizedCommand sets the size of the terminal from within before the command
// runs: the engines at hand make it 0x0, and a resize from outside may come
// after the command has looked. Containers without a shell do without.
func (e *Engine) sizedCommand(ctx context.Context, o *observed, argv []string, size engine.Size) []string {
	e.mu.Lock()
	has, known := e.shells[o.id]
	e.mu.Unlock()
	if !known {
		st, err := e.stat(ctx, o.id, "/bin/sh")
		if err != nil {
			return argv // and the next one asks again
		}
		has = st != nil && !(st.Stat.Mode.IsDir() && st.Stat.Mode&os.ModeSymlink == 0)
		e.mu.Lock()
		e.shells[o.id] = has
		e.mu.Unlock()
	}
	if !has {
		return argv
	}
	script := fmt.Sprintf(`stty rows %d cols %d 2>/dev/null; exec "$@"`, size.Rows, size.Cols)
	return append([]string{"/bin/sh", "-c", script, "sh"}, argv...)
}

// pipe is one of the output streams.
func (x *process) pipe() (io.Reader, io.Writer) {
	r, w := io.Pipe()
	x.readers = append(x.readers, r)
	return r, &drain{w: w}
}

// drain is a pipe's writer that goes on without a reader: the process must not
// block on its way out.
type drain struct {
	w    *io.PipeWriter
	gone bool
}

func (d *drain) Write(p []byte) (int, error) {
	if !d.gone {
		if _, err := d.w.Write(p); err != nil {
			d.gone = true
		}
	}
	return len(p), nil
}

func endOf(w io.Writer) {
	if d, ok := w.(*drain); ok {
		d.w.Close()
	}
}

// pump carries the output and then learns the exit code, which is known before
// the output ends.
func (x *process) pump(out, errs io.Writer) {
	var err error
	early := &refusal{out: out}
	in := &announcer{in: x.conn.Reader, begun: x.begun}
	if x.tty {
		errs = out
		_, err = io.Copy(early, in)
	} else {
		_, err = frame.Demux(early, errs, in)
	}
	x.exit = x.learn(err)
	early.release(&x.exit, errs)
	endOf(out)
	endOf(errs)
	close(x.done)
}

// announcer tells when the first has been read.
type announcer struct {
	in    io.Reader
	begun chan struct{}
	told  bool
}

func (a *announcer) Read(p []byte) (int, error) {
	n, err := a.in.Read(p)
	if n > 0 && !a.told {
		a.told = true
		close(a.begun)
	}
	return n, err
}

// Times of an exec's ends.
const (
	awaitTime     = 3 * time.Second        // for a process to exist
	lingerTime    = 500 * time.Millisecond // of a stream whose container has ended
	learnTime     = 10 * time.Second       // to learn the exit code once the stream has ended
	awayTime      = 3 * time.Second        // the same from a daemon that is away
	firstSizeTime = 3 * time.Second        // to set a new terminal's size
	signalTime    = 10 * time.Second       // for a signal sent from within the container
)

// learn asks for the exit code until the daemon has it: right after the stream
// it may not. A running exec has an exit code of 0, which means nothing.
func (x *process) learn(broken error) engine.Exit {
	ctx, cancel := context.WithTimeout(x.ctx, learnTime)
	defer cancel()
	began := time.Now()
	for wait := 2 * time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		in, err := x.e.inspectExec(ctx, x.id)
		switch {
		case err == nil && !in.Running:
			return engine.Exit{Code: in.ExitCode}
		case errors.Is(err, errAway) && time.Since(began) > awayTime:
			return engine.Exit{Code: 137, Unknown: true, Reason: "the daemon went away, and how the command ended is not known"}
		case errdefs.IsNotFound(err) && x.e.exists(ctx, x.o.id):
			return engine.Exit{Code: 137, Unknown: true, Reason: "the daemon has forgotten the command, and with it how it ended"}
		case errdefs.IsNotFound(err):
			return engine.Exit{Code: 137, Reason: "the container was removed, and the command with it"}
		case (broken != nil || err != nil) && !errors.Is(err, errAway) && !x.e.exists(ctx, x.o.id):
			return engine.Exit{Code: 137, Reason: "the container has ended, and the command with it"}
		}
		if !kubelet.Pause(ctx, wait) {
			reason := "how the command ended cannot be learnt from the daemon"
			if broken != nil {
				reason += ": " + clip(broken.Error())
			} else if err != nil {
				reason += ": " + clip(err.Error())
			}
			return engine.Exit{Code: 137, Unknown: true, Reason: reason}
		}
	}
}

// exists tells whether there is such a container, and it runs.
func (e *Engine) exists(ctx context.Context, id string) bool {
	in, err := e.cli.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
	if err != nil {
		return !isGone(err)
	}
	return in.Container.State != nil && in.Container.State.Running
}
