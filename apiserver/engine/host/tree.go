package host

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"podium/apiserver/engine"
)

// shimPatience is how long a shim may take longer than its own bounds before
// it is killed itself.
const shimPatience = killTime + 2*time.Second

// tree is a running command with all its descendants: the engine's side of a
// shim. Its methods are safe for concurrent use.
type tree struct {
	id    string // also in the environment of every process of the tree
	cmd   *exec.Cmd
	conn  net.Conn
	trees *trees

	writing sync.Mutex // one call at a time on conn
	started chan shimReport
	exited  chan struct{} // closed when the command has ended and exit is set
	gone    chan struct{} // closed when nothing of the tree is left
	exit    engine.Exit   // read after exited
}

// trees starts shims and knows those that run.
type trees struct {
	shim       []string
	soleParent bool
	records    records
	warn       func(error)

	mu   sync.Mutex
	live map[string]*tree
}

// shimEnv is a shim's own environment: it needs one processor, and where it is
// built with the race detector, no second of rest at its end.
var shimEnv = []string{"GOMAXPROCS=1", "GORACE=atexit_sleep_ms=0"}

// marker is the environment variable by which the processes of a tree are
// known, even when their parents have gone.
func marker(id string) string { return envRun + "=" + id }

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, and never returns less
	return hex.EncodeToString(b[:])
}

// startError is a command that could not be started.
type startError struct {
	code    int
	message string
}

func (f *startError) Error() string { return f.message }

// start runs the spec under a shim with the given standard files, which stay
// the caller's. It returns once the command's process exists; a *startError
// says that it could not be started, and has been said on files[2] too. The
// context ends the wait and, with it, the attempt.
func (ts *trees) start(ctx context.Context, spec *shimSpec, files [3]*os.File) (*tree, error) {
	t := &tree{
		id: newID(), trees: ts,
		started: make(chan shimReport, 1), exited: make(chan struct{}), gone: make(chan struct{}),
	}
	spec.Env = append(spec.Env, marker(t.id))
	if err := t.spawn(spec, files); err != nil {
		return nil, err
	}
	go t.listen()
	if err := t.call(shimCall{Op: opStart, Spec: spec}); err != nil {
		t.abandon()
		return nil, fmt.Errorf("tell the shim what to run: %w", err)
	}
	select {
	case r, ok := <-t.started:
		switch {
		case !ok:
			<-t.gone
			return nil, errors.New("the shim ended before it could start the command")
		case r.Kind == reportFailed:
			<-t.gone
			return nil, &startError{code: r.Code, message: r.Message}
		}
		ts.records.running(t.id, t.cmd.Process.Pid, r)
		return t, nil
	case <-ctx.Done():
		t.abandon()
		return nil, ctx.Err()
	}
}

// spawn starts the shim's process.
func (t *tree) spawn(spec *shimSpec, files [3]*os.File) error {
	ours, theirs, err := socketPair()
	if err != nil {
		return err
	}
	defer theirs.Close()
	cmd := exec.Command(t.trees.shim[0], t.trees.shim[1:]...)
	cmd.Dir = "/"
	cmd.Env = append([]string{marker(t.id)}, shimEnv...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = files[0], files[1], files[2]
	cmd.ExtraFiles = []*os.File{theirs}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if spec.needsNamespace() {
		namespaceAttr(cmd.SysProcAttr)
	}
	t.cmd, t.conn = cmd, ours
	if err := t.trees.records.add(t.id); err != nil {
		ours.Close()
		return err
	}
	t.trees.mu.Lock()
	defer t.trees.mu.Unlock()
	if err := cmd.Start(); err != nil {
		t.trees.records.remove(t.id)
		ours.Close()
		return fmt.Errorf("start the shim %q: %w", t.trees.shim[0], err)
	}
	t.trees.live[t.id] = t
	return nil
}

// socketPair makes the control connection; the second end is for the shim.
func socketPair() (net.Conn, *os.File, error) {
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("make the shim's control connection: %w", err)
	}
	ours, theirs := os.NewFile(uintptr(fds[0]), "control"), os.NewFile(uintptr(fds[1]), "control of the shim")
	defer ours.Close()
	conn, err := net.FileConn(ours)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("make the shim's control connection: %w", err)
	}
	return conn, theirs, nil
}

// listen reads the shim's reports to their end and then takes leave of it.
func (t *tree) listen() {
	ended := false
	var main shimReport
	dec := json.NewDecoder(bufio.NewReader(t.conn))
	for {
		var r shimReport
		if err := dec.Decode(&r); err != nil {
			break
		}
		switch r.Kind {
		case reportStarted:
			main = r
			t.started <- r
		case reportFailed:
			ended = true
			t.exit = engine.Exit{Code: r.Code, Reason: r.Message}
			close(t.exited)
			t.started <- r
		case reportExited:
			ended = true
			t.exit = engine.Exit{Code: r.Code}
			close(t.exited)
		case reportLeft:
			t.trees.warn(fmt.Errorf("end a process tree: %s", r.Message))
		}
	}
	close(t.started)
	// The shim's own status says nothing that its reports do not.
	_ = t.cmd.Wait()
	t.conn.Close()
	if !ended {
		t.exit = engine.Exit{Code: 128 + int(syscall.SIGKILL), Reason: "the process that supervised the command was killed"}
		close(t.exited)
	}
	t.trees.mu.Lock()
	delete(t.trees.live, t.id)
	t.trees.mu.Unlock()
	if !ended {
		t.trees.killOrphans(t.id, main)
	}
	t.trees.records.remove(t.id)
	close(t.gone)
}

// call sends the shim a line. An error means that the shim has gone or is about to.
func (t *tree) call(c shimCall) error {
	line, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("spell a call to the shim: %w", err)
	}
	t.writing.Lock()
	defer t.writing.Unlock()
	_, err = t.conn.Write(append(line, '\n'))
	return err
}

// signal sends a signal to the command; to one that has ended, nothing.
func (t *tree) signal(sig syscall.Signal) {
	// A shim that cannot be told has gone, and with it what it ran.
	_ = t.call(shimCall{Op: opSignal, Signal: int(sig)})
}

// end asks for the end of the whole tree in one of the ways opHangup, opEnd
// and opKill, and returns when nothing is left of it.
func (t *tree) end(op string) {
	_ = t.call(shimCall{Op: op}) // as in signal
	patience := time.NewTimer(shimPatience)
	defer patience.Stop()
	select {
	case <-t.gone:
	case <-patience.C:
		t.abandon()
	}
}

// abandon kills a shim that does not do its work; its orphans are found by
// listen.
func (t *tree) abandon() {
	_ = t.cmd.Process.Kill() // it may just have ended
	<-t.gone
}

// endAll ends every tree and returns when they have gone.
func (ts *trees) endAll(op string) {
	ts.mu.Lock()
	var all []*tree
	for _, t := range ts.live {
		all = append(all, t)
	}
	ts.mu.Unlock()
	var wg sync.WaitGroup
	for _, t := range all {
		wg.Go(func() { t.end(op) })
	}
	wg.Wait()
}
