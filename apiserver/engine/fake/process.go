package fake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"

	"podium/api"
	"podium/apiserver/engine"
)

// process is a run of the tiny shell: a command of an exec, or a container. It
// is an engine.Process.
type process struct {
	pid   int
	clock Clock
	term  *terminal // with a TTY

	stdin          io.WriteCloser // the other side's end, nil unless attached
	stdout, stderr io.Reader
	closers        []io.Closer // what ends its reads and writes when it is to die

	cancel context.CancelFunc
	done   chan struct{}

	mu         sync.Mutex
	ignored    map[string]bool
	foreground context.CancelFunc
	exit       engine.Exit
	killed     bool // exit tells of a signal
}

var _ engine.Process = (*process)(nil)

// job is what a process runs, and where.
type job struct {
	pid    int
	clock  Clock
	cmd    []string
	env    map[string]string
	cfg    api.ExecConfig
	size   engine.Size
	stdout io.Writer // takes both streams of a container; nil makes pipes
}

// startProcess runs a job. Everything about it ends with its process.
func startProcess(j job) *process {
	ctx, cancel := context.WithCancel(context.Background())
	p := &process{pid: j.pid, clock: j.clock, cancel: cancel, done: make(chan struct{}), ignored: map[string]bool{}}
	sh := &shell{proc: p, vars: maps.Clone(j.env)}
	if sh.vars == nil {
		sh.vars = map[string]string{}
	}
	switch {
	case j.stdout != nil:
		sh.in, sh.out, sh.err = strings.NewReader(""), j.stdout, j.stdout
	case j.cfg.TTY:
		p.wireTerminal(sh, j)
	default:
		p.wirePipes(sh, j.cfg)
	}
	go p.main(ctx, sh, j.cmd)
	return p
}

func (p *process) wireTerminal(sh *shell, j job) {
	out := io.Discard
	if j.cfg.AttachStdout {
		r, w := io.Pipe()
		p.stdout, out = r, w
		p.closers = append(p.closers, r, w)
	}
	p.term = newTerminal(out, j.size, func() { p.interrupt("INT") })
	sh.in, sh.out, sh.err = p.term, p.term.output(), p.term.output()
	p.closers = append(p.closers, p.term)
	if j.cfg.AttachStdin {
		p.stdin = keyboard{p.term}
	}
}

func (p *process) wirePipes(sh *shell, cfg api.ExecConfig) {
	pipe := func() (*io.PipeReader, *io.PipeWriter) {
		r, w := io.Pipe()
		p.closers = append(p.closers, r, w)
		return r, w
	}
	sh.in, sh.out, sh.err = strings.NewReader(""), io.Discard, io.Discard
	if cfg.AttachStdin {
		r, w := pipe()
		sh.in, p.stdin = r, w
	}
	if cfg.AttachStdout {
		r, w := pipe()
		p.stdout, sh.out = r, w
	}
	if cfg.AttachStderr {
		r, w := pipe()
		p.stderr, sh.err = r, w
	}
}

// main is the process's goroutine.
func (p *process) main(ctx context.Context, sh *shell, cmd []string) {
	stop := context.AfterFunc(ctx, p.closeStreams) // wakes what waits to read or write
	err := sh.call(ctx, cmd)
	stop()
	code := sh.last
	var exit exitError
	if errors.As(err, &exit) {
		code = int(exit)
	}
	p.mu.Lock()
	if !p.killed {
		p.exit = engine.Exit{Code: code}
	}
	p.mu.Unlock()
	p.closeStreams()
	p.cancel()
	close(p.done)
}

func (p *process) closeStreams() {
	for _, c := range p.closers {
		_ = c.Close() // pipes in memory
	}
}

func (p *process) setForeground(stop context.CancelFunc) {
	p.mu.Lock()
	p.foreground = stop
	p.mu.Unlock()
}

func (p *process) ignore(names ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range names {
		p.ignored[n] = true
	}
}

func (p *process) heed(name string) {
	p.mu.Lock()
	delete(p.ignored, name)
	p.mu.Unlock()
}

// interrupt is ^C: it ends the command in the foreground, or the process if it
// is no interactive shell.
func (p *process) interrupt(name string) {
	p.mu.Lock()
	fg := p.foreground
	p.mu.Unlock()
	if fg != nil {
		fg()
		return
	}
	if _, shell := p.ignoring("QUIT"); !shell { // a shell at its prompt starts a new line
		p.die(name)
	}
}

func (p *process) ignoring(name string) (string, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return name, p.ignored[name]
}

// numbers of the signals that end a process.
var signalNumbers = map[string]int{
	"HUP": 1, "INT": 2, "QUIT": 3, "ABRT": 6, "KILL": 9, "USR1": 10, "USR2": 12, "ALRM": 14, "TERM": 15,
}

// Signal sends the named signal.
func (p *process) Signal(name string) error {
	select {
	case <-p.done:
		return errors.New("the process has ended")
	default:
	}
	switch name {
	case "CONT", "STOP", "TSTP", "WINCH":
		return nil // nothing here can be stopped
	}
	if _, ok := signalNumbers[name]; !ok {
		return fmt.Errorf("there is no signal %q", name)
	}
	if _, ignored := p.ignoring(name); ignored && name != "KILL" {
		return nil
	}
	p.die(name)
	return nil
}

func (p *process) die(signal string) {
	p.mu.Lock()
	if !p.killed {
		p.killed = true
		p.exit = engine.Exit{Code: 128 + signalNumbers[signal]}
	}
	p.mu.Unlock()
	p.cancel()
}

// dieOf ends the process with words about why.
func (p *process) dieOf(reason string) {
	p.mu.Lock()
	if !p.killed {
		p.killed = true
		p.exit = engine.Exit{Code: 137, Reason: reason}
	}
	p.mu.Unlock()
	p.cancel()
}

func (p *process) Stdin() io.WriteCloser { return p.stdin }
func (p *process) Stdout() io.Reader     { return p.stdout }
func (p *process) Stderr() io.Reader     { return p.stderr }

// Resize sets the terminal's size.
func (p *process) Resize(size engine.Size) error {
	if p.term == nil {
		return errors.New("the process has no terminal")
	}
	p.term.resize(size)
	return nil
}

// Wait waits for the end.
func (p *process) Wait(ctx context.Context) (engine.Exit, error) {
	select {
	case <-p.done:
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.exit, nil
	case <-ctx.Done():
		return engine.Exit{}, ctx.Err()
	}
}

// Close ends the process and waits until it has gone. Nothing here survives a
// hang-up, so no more is needed.
func (p *process) Close() error {
	p.die("HUP")
	<-p.done
	return nil
}
