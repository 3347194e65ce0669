package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/apiserver/engine"
)

var _ engine.Process = (*process)(nil)

// process is a command that runs in a container of the cluster. It implements
// engine.Process.
type process struct {
	e    *Engine
	req  execRequest // as it was asked for
	cfg  api.ExecConfig
	mark string // empty where the container has no shell

	stdin          *input // nil unless attached
	stdout, stderr *sink  // where the outputs go; they take everything

	mu   sync.Mutex
	wire wire
	via  protocol
	size engine.Size

	done chan struct{} // closed once end is known and all output is taken
	end  ending

	left     atomic.Bool // nobody asks any more how it ends
	closing  sync.Once
	closeErr error
}

func newProcess(e *Engine, req execRequest, cfg api.ExecConfig, size engine.Size) *process {
	p := &process{e: e, req: req, cfg: cfg, size: size, done: make(chan struct{})}
	p.stdout = newSink(cfg.AttachStdout)
	p.stderr = newSink(req.stderr)
	if cfg.AttachStdin {
		p.stdin = &input{tty: cfg.TTY}
	}
	return p
}

// start asks the cluster for the command.
func (p *process) start(ctx context.Context) error {
	if !p.e.isBare(p.req) && wrappable(p.req.cmd) {
		p.mark = newMark()
	}
	if err := p.connect(ctx); err != nil {
		return err
	}
	go p.carry() // ends with the command, or by Close
	return nil
}

// connect makes the connection under which the command runs.
func (p *process) connect(ctx context.Context) error {
	req := p.req
	p.mu.Lock()
	size := p.size
	p.mu.Unlock()
	if p.mark != "" {
		req.cmd = wrap(req.cmd, p.mark, size, req.tty)
	}
	w, via, err := p.e.dial(ctx, req)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.wire, p.via = w, via
	latest := p.size
	p.mu.Unlock()
	if p.stdin != nil {
		p.stdin.connect(w, p.mark != "")
	}
	if p.cfg.TTY && latest != (engine.Size{}) {
		if err := w.resize(latest); err != nil {
			return errors.Join(fmt.Errorf("give the terminal its size: %w", err), w.Close())
		}
	}
	return nil
}

// carry takes the output to its end.
func (p *process) carry() {
	p.end = p.carryOnce()
	if p.end.bare && p.mark != "" && p.unheard() {
		p.end = p.carryBare()
	}
	p.tell()
	p.stdout.finish()
	p.stderr.finish()
	close(p.done)
}

func (p *process) carryOnce() ending {
	p.mu.Lock()
	w, via := p.wire, p.via
	p.mu.Unlock()
	program := p.req.cmd[0]
	if p.mark != "" {
		program = shell
	}
	status, err := w.run(p.stdout, p.stderr)
	_ = w.Close() // over either way
	end := endingOf(status, err, program)
	if via == closingSocket && end == (ending{}) && !p.left.Load() {
		return p.doubt()
	}
	return end
}

// doubt looks whether a command that is said to have succeeded has ended.
func (p *process) doubt() ending {
	unknown := func(why string) ending {
		return ending{lost: true, exit: engine.Exit{Code: codeUnknown, Unknown: true, Reason: "how the command ended is not known, it may go on running: " + why}}
	}
	if p.mark == "" {
		return ending{} // there is no way to look, and most ends are what they seem
	}
	end, words, err := p.e.script(p.e.life, p.req.namespace, p.req.pod, p.req.container, aliveScript, p.mark)
	switch {
	case err != nil:
		return unknown(err.Error())
	case end.exit.Code == noProcess:
		return ending{}
	case end.exit.Code == 0:
		return unknown("the cluster lost its connection to the node")
	}
	return unknown(words + end.exit.Reason)
}

// unheard tells whether nothing of the command has shown, and all its input is
// still there to be sent again.
func (p *process) unheard() bool {
	return !p.stdout.used() && !p.stderr.used() && (p.stdin == nil || p.stdin.whole())
}

// carryBare runs the command anew without a shell around it, since there is
// none: nothing has run yet.
func (p *process) carryBare() ending {
	p.e.setBare(p.req)
	p.mark = ""
	ctx, cancel := context.WithTimeout(p.e.life, dialTime)
	defer cancel()
	if err := p.connect(ctx); err != nil {
		return ending{exit: engine.Exit{Code: 126, Reason: "the command could not be started: " + err.Error()}}
	}
	return p.carryOnce()
}

// tell says on stderr why the command could not run, as a shell would.
func (p *process) tell() {
	if p.end.words == "" {
		return
	}
	if p.req.tty {
		_, _ = io.WriteString(p.stdout, p.end.words+"\r\n") // a sink takes everything
	} else {
		_, _ = io.WriteString(p.stderr, p.end.words+"\n")
	}
}

// Stdin implements engine.Process.
func (p *process) Stdin() io.WriteCloser {
	if p.stdin == nil {
		return nil
	}
	return p.stdin
}

// Stdout implements engine.Process.
func (p *process) Stdout() io.Reader { return p.stdout.reader() }

// Stderr implements engine.Process.
func (p *process) Stderr() io.Reader { return p.stderr.reader() }

// Resize implements engine.Process. What is asked for before the cluster can
// take it counts from the first moment.
func (p *process) Resize(size engine.Size) error {
	if !p.req.tty {
		return apierrors.NewBadRequest("the command has no terminal to resize")
	}
	if size.Rows == 0 || size.Cols == 0 {
		return apierrors.NewBadRequest("a terminal has at least one row and one column")
	}
	p.mu.Lock()
	p.size = size
	w := p.wire
	p.mu.Unlock()
	if err := w.resize(size); err != nil && !p.ended() {
		return err
	}
	return nil
}

func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// Signal implements engine.Process, through a second exec.
func (p *process) Signal(name string) error {
	switch {
	case p.ended():
		return nil
	case p.mark == "":
		return apierrors.NewBadRequest(fmt.Sprintf("container %q has no shell, so nothing in it can send a signal", p.req.container))
	}
	end, words, err := p.e.script(p.e.life, p.req.namespace, p.req.pod, p.req.container, signalScript, p.mark, name)
	switch {
	case err != nil:
		return fmt.Errorf("send the signal: %w", err)
	case end.exit.Code == 0, p.ended():
		return nil
	case end.exit.Code == noProcess:
		return errors.New("the process is not to be found in its container; does it belong to another user by now?")
	}
	return fmt.Errorf("send the signal: the container's shell ended with code %d %s%s", end.exit.Code, words, end.exit.Reason)
}

// Wait implements engine.Process.
func (p *process) Wait(ctx context.Context) (engine.Exit, error) {
	if p.ended() {
		return p.end.exit, nil
	}
	select {
	case <-p.done:
		return p.end.exit, nil
	case <-ctx.Done():
		return engine.Exit{}, ctx.Err() // the contract says so
	}
}

const (
	// endTime is how long ending a command may take, with the cluster's delays.
	endTime = 8 * time.Second
	// farewell is how long the cluster may take to tell of an end.
	farewell = time.Second
)

// Close implements engine.Process. The command and all that it started are
// ended by a second exec; the connection stays for the exit code meanwhile.
func (p *process) Close() error {
	p.closing.Do(func() {
		running := !p.ended()
		p.left.Store(true)
		p.stdout.abandon()
		p.stderr.abandon()
		switch {
		case running:
			p.closeErr = p.stop()
			p.hangUp()
		case p.end.lost && p.mark != "":
			p.e.endLater(p.req, p.mark)
		}
	})
	<-p.done
	return p.closeErr
}

// stop ends the command in its container.
func (p *process) stop() error {
	if p.mark == "" {
		return fmt.Errorf("the command %q may go on in container %q of pod %s/%s: there is no shell to end it with",
			p.req.cmd[0], p.req.container, p.req.namespace, p.req.pod)
	}
	ctx, cancel := context.WithTimeout(p.e.life, endTime)
	defer cancel()
	return p.e.endMarked(ctx, p.req, p.mark)
}

// hangUp waits a moment for the exit code, then closes the connection.
func (p *process) hangUp() {
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	for !p.ended() {
		select {
		case <-p.done:
		case <-timer.C:
			timer.Reset(farewell)
			p.mu.Lock()
			w := p.wire
			p.mu.Unlock()
			_ = w.Close() // ending it is all that is wanted
		}
	}
}

// endMarked ends the marked processes of a container. That the container or
// its pod has gone is as good.
func (e *Engine) endMarked(ctx context.Context, r execRequest, mark string) error {
	end, words, err := e.script(ctx, r.namespace, r.pod, r.container, endScript, mark)
	if apierrors.IsNotFound(err) { // a kubelet that has just been started says so of every pod
		if _, gerr := e.Get(ctx, r.namespace, r.pod); apierrors.IsNotFound(gerr) {
			return nil
		}
	}
	switch {
	case apierrors.IsBadRequest(err):
		return nil
	case err != nil:
		return fmt.Errorf("end a command in container %q of pod %s/%s: %w", r.container, r.namespace, r.pod, err)
	case end.lost && containerGone(end.exit.Reason), end.exit.Code == 0, end.exit.Code == 137:
		return nil // 137: the whole container was ended
	}
	return fmt.Errorf("end a command in container %q of pod %s/%s: code %d %s%s", r.container, r.namespace, r.pod, end.exit.Code, words, end.exit.Reason)
}

// endLater ends what a broken connection has left behind, once the cluster can
// be reached again.
func (e *Engine) endLater(r execRequest, mark string) {
	e.work.Go(func() {
		for wait := time.Second; ; wait *= 2 {
			ctx, cancel := context.WithTimeout(e.life, endTime)
			err := e.endMarked(ctx, r, mark)
			cancel()
			if err == nil || e.life.Err() != nil {
				return
			}
			if wait > time.Minute {
				e.opts.Log(err.Error())
				return
			}
			select {
			case <-time.After(wait):
			case <-e.life.Done():
				return
			}
		}
	})
}
