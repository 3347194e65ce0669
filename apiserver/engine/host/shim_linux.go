package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// probeArg makes a shim tell, by its exit status, whether the namespaces that
// it was started in can be used.
const probeArg = "probe"

// becomeSubreaper makes this process the parent of every orphan among its
// descendants. It holds for the whole process and cannot fail on a kernel that
// Go runs on.
func becomeSubreaper() {
	_ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}

func dupOver(from, to int) error { return unix.Dup3(from, to, 0) }

// tree lists every descendant of the shim, the dead but unreaped included.
func (s *shim) tree() []int { return descendants(os.Getpid()) }

// namespaceAttr asks for a shim with mount and UTS namespaces of its own. One
// who is not root needs a user namespace around them, in which he stays who he
// is, and the capability in it to mount.
func namespaceAttr(attr *syscall.SysProcAttr) {
	attr.Cloneflags |= unix.CLONE_NEWNS | unix.CLONE_NEWUTS
	if uid := os.Geteuid(); uid != 0 {
		attr.Cloneflags |= unix.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
		attr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN}
	}
}

// probeNamespace does in small what prepareNamespace does.
func probeNamespace() int {
	runtime.LockOSThread()
	dir, err := os.Getwd()
	if err == nil {
		err = prepareNamespace(&shimSpec{
			Hostname: "probe", Binds: []shimBind{{Source: dir, Target: dir, ReadOnly: true}},
			ReadOnlyRoot: true, Writable: []string{dir},
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// prepareNamespace names the machine and mounts what the spec says. What it
// does is seen by this shim and its command alone.
func prepareNamespace(spec *shimSpec) error {
	if spec.Hostname != "" {
		if err := unix.Sethostname([]byte(spec.Hostname)); err != nil {
			return fmt.Errorf("set the hostname %q: %w", spec.Hostname, err)
		}
	}
	if len(spec.Binds) == 0 && !spec.ReadOnlyRoot {
		return nil
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make the mounts private: %w", err)
	}
	if spec.ReadOnlyRoot {
		for _, dir := range spec.Writable {
			if err := bind(dir, dir); err != nil {
				return err
			}
		}
		if err := setReadOnly("/", true, unix.AT_RECURSIVE); err != nil {
			return fmt.Errorf("make the root file system read-only: %w", err)
		}
		for _, dir := range spec.Writable {
			if err := setReadOnly(dir, false, 0); err != nil {
				return fmt.Errorf("keep %s writable: %w", dir, err)
			}
		}
	}
	for _, b := range spec.Binds {
		if err := bind(b.Source, b.Target); err != nil {
			return err
		}
		// A bind takes over the state of its source, which the read-only
		// root may have changed.
		if b.ReadOnly || spec.ReadOnlyRoot {
			if err := setReadOnly(b.Target, b.ReadOnly, 0); err != nil {
				return fmt.Errorf("mount %s read-only=%v: %w", b.Target, b.ReadOnly, err)
			}
		}
	}
	return nil
}

func bind(source, target string) error {
	if err := unix.Mount(source, target, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mount %s at %s: %w", source, target, err)
	}
	return nil
}

func setReadOnly(path string, on bool, flags uint) error {
	attr := &unix.MountAttr{}
	if on {
		attr.Attr_set = unix.MOUNT_ATTR_RDONLY
	} else {
		attr.Attr_clr = unix.MOUNT_ATTR_RDONLY
	}
	return unix.MountSetattr(unix.AT_FDCWD, path, flags, attr)
}

// restrict gives up, for the thread that forks next, what the command must not
// have.
func restrict(spec *shimSpec) error {
	if spec.needsNamespace() && os.Geteuid() != 0 {
		if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
			return fmt.Errorf("give up the capability to mount: %w", err)
		}
	}
	if spec.NoNewPrivs {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return fmt.Errorf("forbid privilege escalation: %w", err)
		}
	}
	return nil
}

// descendants lists the processes below root. A process that is being born
// may be missed: who needs all of them asks again until nothing changes.
func descendants(root int) []int {
	var out []int
	seen := map[int]bool{root: true}
	queue := []int{root}
	for len(queue) > 0 {
		children, ok := childrenOf(queue[0])
		if !ok {
			return descendantsByScan(root)
		}
		queue = queue[1:]
		for _, pid := range children {
			if !seen[pid] {
				seen[pid] = true
				out = append(out, pid)
				queue = append(queue, pid)
			}
		}
	}
	return out
}

// childrenOf reads the kernel's list of a process's children; false where the
// kernel keeps none. It is quick, unlike a walk over all of /proc.
func childrenOf(pid int) (children []int, ok bool) {
	tasks := filepath.Join("/proc", strconv.Itoa(pid), "task")
	entries, err := os.ReadDir(tasks)
	if err != nil {
		return nil, true // it has ended
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(tasks, e.Name(), "children"))
		if errors.Is(err, os.ErrNotExist) {
			if _, gone := os.Stat(filepath.Join(tasks, e.Name())); gone == nil {
				return nil, false
			}
			continue
		}
		for field := range strings.FieldsSeq(string(data)) {
			if n, err := strconv.Atoi(field); err == nil {
				children = append(children, n)
			}
		}
	}
	return children, true
}

// descendantsByScan finds descendants by the parents that all processes name.
func descendantsByScan(root int) []int {
	children := map[int][]int{}
	for _, pid := range allProcesses() {
		if st, err := readStat(pid); err == nil {
			children[st.parent] = append(children[st.parent], pid)
		}
	}
	var out []int
	queue := []int{root}
	for len(queue) > 0 {
		out = append(out, children[queue[0]]...)
		queue = append(queue[1:], children[queue[0]]...)
	}
	return out
}

// allProcesses lists the numbers of all processes that can be seen.
func allProcesses() []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// procStat is what is used of /proc/PID/stat.
type procStat struct {
	state   byte
	parent  int
	session int
	start   uint64 // in clock ticks since boot
}

// readStat reads /proc/PID/stat (proc_pid_stat(5)). The command's name, second
// in the line, may hold spaces and brackets: the fields are counted from its end.
func readStat(pid int) (procStat, error) {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return procStat{}, fmt.Errorf("look at process %d: %w", pid, err)
	}
	return parseStat(string(data))
}

func parseStat(line string) (procStat, error) {
	_, rest, ok := cutLast(line, ")")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 || len(fields[0]) != 1 {
		return procStat{}, fmt.Errorf("a process's stat line cannot be read: %.80q", line)
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return procStat{}, fmt.Errorf("a process's parent cannot be read: %w", err)
	}
	session, err := strconv.Atoi(fields[3])
	if err != nil {
		return procStat{}, fmt.Errorf("a process's session cannot be read: %w", err)
	}
	start, err := strconv.ParseUint(fields[19], 10, 64)
	if err != nil {
		return procStat{}, fmt.Errorf("a process's start cannot be read: %w", err)
	}
	return procStat{state: fields[0][0], parent: parent, session: session, start: start}, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// procStart is the time at which a process began, which with its number tells
// it from any other of this boot; 0 if it has ended.
func procStart(pid int) uint64 {
	st, err := readStat(pid)
	if err != nil {
		return 0
	}
	return st.start
}

// bootID tells one boot of this machine from another.
func bootID() string {
	data, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// sessionOf lists the processes of the session that a leader began at start.
// The number of a session is not given away as long as somebody is in it.
func sessionOf(leader int, start uint64) []int {
	if leader <= 1 || start == 0 {
		return nil
	}
	if now := procStart(leader); now != 0 && now != start {
		return nil
	}
	var out []int
	for _, pid := range allProcesses() {
		if st, err := readStat(pid); err == nil && st.session == leader && st.start >= start {
			out = append(out, pid)
		}
	}
	return out
}

// withMarker lists the processes in whose first environment one of the
// variables (NAME=value) is. Those of other users cannot be looked at.
func withMarker(markers []string) []int {
	var out []int
	for _, pid := range allProcesses() {
		data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
		if err != nil {
			continue
		}
		if slices.ContainsFunc(strings.Split(string(data), "\x00"), func(v string) bool { return slices.Contains(markers, v) }) {
			out = append(out, pid)
		}
	}
	return out
}
