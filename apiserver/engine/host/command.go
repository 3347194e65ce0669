package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine/kubelet"
)

// termType is TERM for commands with a terminal.
const termType = "xterm-256color"

// commandSpec is what a shim needs to run a command in the container: its own
// command and args, or argv if that is given.
func (p *podRun) commandSpec(c *corev1.Container, argv []string, tty bool) (*shimSpec, error) {
	who, err := p.e.userOf(p.pod, c)
	if err != nil {
		return nil, err
	}
	env, lookup, err := p.environmentOf(c, who)
	if err != nil {
		return nil, err
	}
	if argv == nil {
		for _, arg := range slices.Concat(c.Command, c.Args) {
			argv = append(argv, kubelet.Expand(arg, lookup))
		}
	}
	if tty {
		env.setDefault("TERM", termType)
	}
	dir, err := p.workingDir(c, who)
	if err != nil {
		return nil, err
	}
	spec := &shimSpec{Argv: argv, Env: env.list(), Dir: dir, TTY: tty, User: who}
	p.isolate(c, spec)
	if err := checkStrings(spec); err != nil {
		return nil, err
	}
	return spec, nil
}

// setDefault sets a variable that is not set yet.
func (v *environment) setDefault(name, value string) {
	if _, ok := v.values[name]; !ok {
		v.set(name, value)
	}
}

// checkStrings refuses what execve cannot carry.
func checkStrings(spec *shimSpec) error {
	for _, s := range slices.Concat(spec.Argv, spec.Env, []string{spec.Dir}) {
		if strings.ContainsRune(s, 0) {
			return errors.New("the command or its environment has a zero byte in it")
		}
	}
	return nil
}

// isolate adds to the spec what a namespace of its own can give.
func (p *podRun) isolate(c *corev1.Container, spec *shimSpec) {
	if sc := c.SecurityContext; sc != nil {
		spec.NoNewPrivs = sc.AllowPrivilegeEscalation != nil && !*sc.AllowPrivilegeEscalation
		spec.ReadOnlyRoot = sc.ReadOnlyRootFilesystem != nil && *sc.ReadOnlyRootFilesystem
	}
	if !p.e.mapping {
		return
	}
	if name := p.pod.Spec.Hostname; name != "" && name != p.e.node {
		spec.Hostname = name
	}
	for _, m := range p.mountsOf(c) {
		if p.e.mapped(m) {
			spec.Binds = append(spec.Binds, shimBind{Source: m.source, Target: m.target, ReadOnly: m.readOnly})
		}
	}
	if spec.ReadOnlyRoot {
		spec.Writable = append(spec.Writable, p.dir)
		for _, m := range p.mountsOf(c) {
			if !m.readOnly && !p.e.mapped(m) && !strings.HasPrefix(m.source, p.dir+"/") {
				spec.Writable = append(spec.Writable, m.source)
			}
		}
	}
}

// workingDir is the folder in which the container's commands begin: its own
// when it names none, a folder inside that for a relative one. An absolute one
// must exist, or lie below a mountPath that is not mapped: then it is the place
// in the volume.
func (p *podRun) workingDir(c *corev1.Container, who *shimUser) (string, error) {
	own := p.workDir(c.Name)
	if c.WorkingDir == "" {
		return own, nil
	}
	if !filepath.IsAbs(c.WorkingDir) {
		dir := filepath.Join(own, filepath.Join("/", c.WorkingDir))
		return dir, makeDir(dir, who)
	}
	dir := filepath.Clean(c.WorkingDir)
	for _, m := range p.mountsOf(c) {
		if rel, err := filepath.Rel(m.target, dir); err == nil && filepath.IsLocal(rel) {
			inside := filepath.Join(m.source, rel)
			if !p.e.mapped(m) {
				return inside, makeDir(inside, who)
			}
			return dir, makeDir(inside, who)
		}
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("the working directory %s does not exist on this machine: make it, or give a relative one, which is made in the pod's folder", dir)
	case err != nil:
		return "", fmt.Errorf("the working directory cannot be used: %w", err)
	case !info.IsDir():
		return "", fmt.Errorf("the working directory %s is no folder", dir)
	}
	return dir, nil
}

// userOf is whom the container's commands run as; nil for the server's own
// user. With a nil container it is the pod's choice. Only root can choose: for
// others, another user is an error.
func (e *Engine) userOf(pod *corev1.Pod, c *corev1.Container) (*shimUser, error) {
	var uid, gid *int64
	var groups []int64
	if sc := pod.Spec.SecurityContext; sc != nil {
		uid, gid, groups = sc.RunAsUser, sc.RunAsGroup, sc.SupplementalGroups
	}
	if c != nil && c.SecurityContext != nil {
		if c.SecurityContext.RunAsUser != nil {
			uid = c.SecurityContext.RunAsUser
		}
		if c.SecurityContext.RunAsGroup != nil {
			gid = c.SecurityContext.RunAsGroup
		}
	}
	if uid == nil && gid == nil && len(groups) == 0 {
		return nil, nil
	}
	me := os.Geteuid()
	if me != 0 {
		return nil, onlyMyself(me, uid, gid, groups)
	}
	who := &shimUser{}
	if uid != nil {
		who.UID = uint32(*uid)
		// Without a group of its own an account that the machine does not
		// know gets its number, not the group of root.
		who.GID = primaryGroup(who.UID)
	}
	if gid != nil {
		who.GID = uint32(*gid)
	}
	for _, g := range groups {
		who.Groups = append(who.Groups, uint32(g))
	}
	return who, nil
}

// onlyMyself tells why somebody who is not root cannot run as asked; nil if he
// is what is asked already.
func onlyMyself(me int, uid, gid *int64, groups []int64) error {
	if uid != nil && *uid != int64(me) {
		return fmt.Errorf("cannot run as user %d: podium runs as user %d, and only root can run as others", *uid, me)
	}
	mine, err := os.Getgroups()
	if err != nil {
		return fmt.Errorf("cannot tell the groups of podium's user: %w", err)
	}
	mine = append(mine, os.Getegid())
	if gid != nil && *gid != int64(os.Getegid()) {
		return fmt.Errorf("cannot run with group %d: only root can choose groups", *gid)
	}
	for _, g := range groups {
		if !slices.Contains(mine, int(g)) {
			return fmt.Errorf("cannot run with the supplemental group %d: podium's user is not in it, and only root can choose groups", g)
		}
	}
	return nil
}

func primaryGroup(uid uint32) uint32 {
	if account, err := user.LookupId(strconv.FormatUint(uint64(uid), 10)); err == nil {
		if gid, err := strconv.ParseUint(account.Gid, 10, 32); err == nil {
			return uint32(gid)
		}
	}
	return uid
}

// setAccount makes HOME and the names those of the user, as login would.
func setAccount(v *environment, uid uint32) {
	name, home := strconv.FormatUint(uint64(uid), 10), "/"
	if account, err := user.LookupId(name); err == nil {
		name, home = account.Username, account.HomeDir
	}
	v.set("USER", name)
	v.set("LOGNAME", name)
	v.set("HOME", home)
}

// signalNamed finds a signal by its name, with or without SIG, or its number.
func signalNamed(name string) (syscall.Signal, bool) {
	if n, err := strconv.Atoi(name); err == nil && n > 0 && n < 65 {
		return syscall.Signal(n), true
	}
	name = strings.ToUpper(name)
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	sig := unix.SignalNum(name)
	return sig, sig != 0
}

// shimCommand is the command line of shims; see Options.Shim.
func shimCommand(given []string) ([]string, error) {
	if len(given) > 0 {
		return slices.Clone(given), nil
	}
	if _, err := os.Stat("/proc/self/exe"); err == nil {
		return []string{"/proc/self/exe", ShimCommand}, nil
	}
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, which runs shims: %w", err)
	}
	return []string{exe, ShimCommand}, nil
}

// probeMapping tries whether a shim can have namespaces of its own.
func (e *Engine) probeMapping() bool {
	attr := &syscall.SysProcAttr{Setsid: true}
	namespaceAttr(attr)
	process, err := os.StartProcess(e.trees.shim[0], slices.Concat(e.trees.shim, []string{probeArg}), &os.ProcAttr{
		Dir: e.folders.running(), Env: shimEnv, Sys: attr,
	})
	if err != nil {
		return false
	}
	state, err := process.Wait()
	return err == nil && state.Success()
}

// How often and how fast a lock is tried again.
const (
	lockTries = 10
	lockPause = 10 * time.Millisecond
)

// lockFile takes the lock of a file for this process; an error if another one
// has it.
func lockFile(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	// One who looks whether it is locked has it for a moment himself.
	for range lockTries {
		if !errors.Is(err, unix.EWOULDBLOCK) {
			break
		}
		time.Sleep(lockPause)
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	}
	if err != nil {
		f.Close()
		if errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.New("another podium host server is using it")
		}
		return nil, fmt.Errorf("lock it: %w", err)
	}
	// Whoever finds it locked can tell by whom.
	if err := f.Truncate(0); err != nil {
		f.Close()
		return nil, fmt.Errorf("write into it: %w", err)
	}
	if _, err := fmt.Fprintln(f, os.Getpid()); err != nil {
		f.Close()
		return nil, fmt.Errorf("write into it: %w", err)
	}
	return f, nil
}

// Server tells which process has the state folder open; 0 when none has.
func Server(dir string) (pid int, err error) {
	f, err := os.Open(folders{dir}.lock())
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for the host server: %w", err)
	}
	defer f.Close()
	err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
	if err == nil {
		return 0, nil // nobody has it; closing gives it back
	}
	if !errors.Is(err, unix.EWOULDBLOCK) {
		return 0, fmt.Errorf("look for the host server: %w", err)
	}
	if _, err := fmt.Fscan(f, &pid); err != nil {
		return 0, fmt.Errorf("the host server of %s has just started: %w", dir, err)
	}
	return pid, nil
}
