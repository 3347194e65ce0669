package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ShimCommand is the hidden command of the program that is a shim. main looks
// for it as os.Args[1] before anything else, so that a shim stays small.
const ShimCommand = "host-shim"

// How long the parts of ending a tree take at most.
const (
	hangupTime = 100 * time.Millisecond // after HUP
	termTime   = 300 * time.Millisecond // after TERM
	killTime   = 5 * time.Second        // of trying to KILL, then what is left is reported

	// lingerTime is how long processes that a command left behind may go on,
	// and write into its output, once the command itself has ended.
	lingerTime = 250 * time.Millisecond
)

// ShimMain is the whole program of a shim: the small process between the
// engine and each command it runs. It starts the command that the engine names
// on descriptor 3, hands its exit back, and sees to it that nothing of the
// command's tree outlives it: on Linux it is the subreaper of all its
// descendants, those included that went through setsid, nohup or a double fork.
// It ends the tree when it is told to, when the command has ended, and when the
// engine is gone, however that died.
//
// The result is the process's exit status. Nothing but the program's main and
// TestMain calls it, as the first thing in a process whose os.Args[1] is
// ShimCommand.
func ShimMain() int {
	args := os.Args[2:]
	switch {
	case len(args) == 0:
		return runShim()
	case args[0] == webArg:
		return sampleWeb(args[1:])
	case args[0] == LaunchArg:
		return launch(args[1:])
	case args[0] == probeArg:
		return probeNamespace()
	}
	fmt.Fprintf(os.Stderr, "%s: %q is nothing that can be run here; the command is podium's own\n", ShimCommand, args[0])
	return 2
}

// shim is the state of runShim. Everything happens in one goroutine, which is
// why a signal can never hit a process that has been reaped and its number
// given away.
type shim struct {
	control  *os.File
	main     int  // pid of the command
	mainGone bool // it has been reaped
	empty    bool // no descendant is left
}

func runShim() int {
	// Capabilities and no_new_privs belong to a thread: the one that forks.
	runtime.LockOSThread()
	becomeSubreaper()
	control := os.NewFile(controlFD, "control")
	syscall.CloseOnExec(controlFD)
	s := &shim{control: control}
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGCHLD, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)

	reader := newCallReader(control)
	call, err := reader.next()
	if err != nil || call.Op != opStart || call.Spec == nil {
		fmt.Fprintf(os.Stderr, "%s is started by podium's host engine, not by hand (%v)\n", ShimCommand, err)
		return 2
	}
	if code, err := s.start(call.Spec); err != nil {
		fmt.Fprintf(os.Stderr, "podium: %v\n", err)
		s.report(shimReport{Kind: reportFailed, Code: code, Message: err.Error()})
		return 0
	}
	if err := releaseOutput(); err != nil {
		s.report(shimReport{Kind: reportLeft, Message: err.Error()})
	}
	s.report(shimReport{Kind: reportStarted, Pid: s.main, Start: procStart(s.main)})
	s.serve(reader, signals)
	return 0
}

// start makes the command's surroundings and starts it. The code is what the
// command's exit becomes when it could not be started.
func (s *shim) start(spec *shimSpec) (code int, err error) {
	if len(spec.Argv) == 0 {
		return 126, errors.New("there is no command to run")
	}
	if err := prepareNamespace(spec); err != nil {
		return 126, err
	}
	if err := os.Chdir(spec.Dir); err != nil {
		return 126, fmt.Errorf("cannot change to the working directory: %w", err)
	}
	path, code, err := lookPath(spec.Argv[0], spec.Env)
	if err != nil {
		return code, err
	}
	attr := &syscall.ProcAttr{Env: spec.Env, Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Setsid: true}}
	if spec.TTY {
		attr.Sys.Setctty, attr.Sys.Ctty = true, 0
	}
	if u := spec.User; u != nil {
		attr.Sys.Credential = &syscall.Credential{Uid: u.UID, Gid: u.GID, Groups: u.Groups}
	}
	if err := restrict(spec); err != nil {
		return 126, err
	}
	pid, err := syscall.ForkExec(path, spec.Argv, attr)
	if err != nil {
		return exitForError(err), fmt.Errorf("cannot run %q: %w", path, explainExec(path, err))
	}
	s.main = pid
	return 0, nil
}

// lookPath finds the command as a shell would: by the PATH of the command's own
// environment, from the directory that is current already.
func lookPath(name string, env []string) (path string, code int, err error) {
	if name == "" {
		return "", 127, errors.New("the command's name is empty")
	}
	if strings.Contains(name, "/") {
		if err := executable(name); err != nil {
			return "", exitForError(err), fmt.Errorf("cannot run %q: %w", name, err)
		}
		return name, 0, nil
	}
	var denied error
	for _, dir := range filepath.SplitList(envValue(env, "PATH")) {
		if dir == "" {
			dir = "."
		}
		p := filepath.Join(dir, name)
		err := executable(p)
		if err == nil {
			return p, 0, nil
		}
		// A folder of PATH that may not be looked into is passed over.
		if _, unseen := os.Stat(p); unseen == nil && denied == nil {
			denied = fmt.Errorf("cannot run %q: %s: %w", name, p, err)
		}
	}
	if denied != nil {
		return "", 126, denied
	}
	return "", 127, fmt.Errorf("cannot run %q: there is no such command in PATH (%s)", name, envValue(env, "PATH"))
}

func envValue(env []string, name string) string {
	for i := len(env) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(env[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// executable tells why the file at path cannot be run, by the rights of this
// process. What it cannot see, execve will tell.
func executable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		var pathErr *fs.PathError
		if errors.As(err, &pathErr) {
			return pathErr.Err
		}
		return err
	}
	if info.IsDir() {
		return syscall.EISDIR
	}
	return unix.Access(path, unix.X_OK)
}

// exitForError is the exit status that shells give to a command that could not
// be started.
func exitForError(err error) int {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return 127
	}
	return 126
}

// explainExec adds what the bare error number hides: the file was found a
// moment ago, so it is its interpreter that is missing.
func explainExec(path string, err error) error {
	if errors.Is(err, syscall.ENOENT) && executable(path) == nil {
		return fmt.Errorf("its interpreter is missing: %w", err)
	}
	return err
}

// releaseOutput lets go of the command's terminal or pipes, so that their end
// is the end of the command's tree and not of the shim.
func releaseOutput() error {
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("let go of the command's output: %w", err)
	}
	defer unix.Close(null)
	for fd := range 3 {
		if err := dupOver(null, fd); err != nil {
			return fmt.Errorf("let go of the command's output: %w", err)
		}
	}
	return nil
}

// report sends a line to the engine. An engine that is gone is noticed by the
// end of the socket, not here.
func (s *shim) report(r shimReport) {
	line, err := json.Marshal(r)
	if err == nil {
		_, err = s.control.Write(append(line, '\n'))
	}
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		fmt.Fprintf(os.Stderr, "podium: report to the engine: %v\n", err)
	}
}

// serve runs until nothing is left of the command's tree.
func (s *shim) serve(reader *callReader, signals <-chan os.Signal) {
	calls := make(chan shimCall)
	go func() {
		defer close(calls)
		for {
			call, err := reader.next()
			if err != nil {
				return
			}
			calls <- call
		}
	}()
	end := ending{shim: s}
	s.reap()
	for !s.empty {
		wasGone := s.mainGone
		select {
		case <-end.stage:
			end.goOn()
		case sig := <-signals:
			if sig != syscall.SIGCHLD {
				end.begin(syscall.SIGTERM)
			}
		case call, ok := <-calls:
			if !ok { // the engine is gone
				calls = nil
				end.begin(syscall.SIGTERM)
				break
			}
			s.obey(call, &end)
		}
		s.reap()
		if s.mainGone && !wasGone && !end.begun {
			end.stage = time.After(lingerTime)
		}
	}
}

// obey does what the engine says.
func (s *shim) obey(call shimCall, end *ending) {
	switch call.Op {
	case opSignal:
		if !s.mainGone {
			// One that has just ended needs no signal.
			_ = syscall.Kill(s.main, syscall.Signal(call.Signal))
		}
	case opHangup:
		end.begin(syscall.SIGHUP, syscall.SIGTERM)
	case opEnd:
		end.begin(syscall.SIGTERM)
	case opKill:
		end.begin()
		s.killTree()
	}
}

// ending is how a tree comes to its end: by signals, each of which has its time,
// and by KILL after the last.
type ending struct {
	shim  *shim
	begun bool
	stage <-chan time.Time // when to go on; before the beginning: when to begin
	steps []syscall.Signal // what is sent then
}

// begin begins, or goes over to fewer steps than are left.
func (e *ending) begin(order ...syscall.Signal) {
	if !e.begun || len(order) < len(e.steps) {
		e.begun, e.steps = true, order
		e.next()
	}
}

// goOn is called when the time of a stage is over.
func (e *ending) goOn() {
	e.stage = nil
	if !e.begun {
		e.begin(syscall.SIGTERM)
	} else {
		e.next()
	}
}

func (e *ending) next() {
	if len(e.steps) == 0 {
		e.shim.killTree()
		return
	}
	sig := e.steps[0]
	e.steps = e.steps[1:]
	e.shim.signalTree(sig)
	wait := termTime
	if sig == syscall.SIGHUP {
		wait = hangupTime
	}
	e.stage = time.After(wait)
}

// reap takes leave of every descendant that has ended.
func (s *shim) reap() {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case err != nil: // ECHILD
			s.empty = true
			return
		case pid == 0:
			return
		case pid == s.main && (status.Exited() || status.Signaled()):
			s.mainGone = true
			r := shimReport{Kind: reportExited, Code: status.ExitStatus()}
			if status.Signaled() {
				r.Code, r.Signal = 128+int(status.Signal()), int(status.Signal())
			}
			s.report(r)
		}
	}
}

// signalTree sends a signal to every descendant, and wakes those that are
// stopped so that they can follow it.
func (s *shim) signalTree(sig syscall.Signal) {
	for _, pid := range s.tree() {
		if syscall.Kill(pid, sig) == nil {
			_ = syscall.Kill(pid, syscall.SIGCONT)
		}
	}
}

// killTree kills until nobody is left. Stopping everybody first, again and
// again until nobody new appears, wins against those that fork faster than
// they can be found. What may not be killed (a program that runs as somebody
// else) is given up after killTime and reported.
func (s *shim) killTree() {
	deadline := time.Now().Add(killTime)
	stopped := map[int]bool{}
	for !s.empty {
		found := false
		for _, pid := range s.tree() {
			if !stopped[pid] {
				stopped[pid] = true
				found = true
				_ = syscall.Kill(pid, syscall.SIGSTOP)
			}
		}
		if found && time.Now().Before(deadline) {
			continue
		}
		for pid := range stopped {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		clear(stopped)
		s.reap()
		if s.empty {
			return
		}
		if time.Now().After(deadline) {
			s.report(shimReport{Kind: reportLeft, Message: fmt.Sprintf("processes %v could not be ended", s.tree())})
			s.empty = true
			return
		}
		time.Sleep(time.Millisecond)
	}
}
