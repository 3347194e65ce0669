package docker

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// signalHere sends a signal to a process of a container on this machine, or to
// its tree: its descendants, and all in the container that carry the mark. A
// process counts as the container's only if its cgroup is named after it, so
// that the number of a process on another machine means nobody here. done is
// false when it must be tried from elsewhere.
func signalHere(pid int, container, mark, name string, tree bool) (done bool, err error) {
	sig := unix.SignalNum("SIG" + name)
	if sig == 0 {
		return false, nil
	}
	var pids []int
	if inContainer(pid, container) {
		pids = append(pids, pid)
	}
	if tree {
		pids = append(pids, treeOf(pid, container, mark)...)
	}
	if len(pids) == 0 {
		return false, nil
	}
	for _, p := range pids {
		switch kill := unix.Kill(p, sig); {
		case errors.Is(kill, unix.EPERM):
			return false, nil
		case kill != nil && !errors.Is(kill, unix.ESRCH):
			err = fmt.Errorf("send SIG%s to process %d: %w", name, p, kill)
		}
	}
	return true, err
}

func inContainer(pid int, container string) bool {
	if pid <= 1 || len(container) < 32 {
		return false
	}
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cgroup"))
	return err == nil && bytes.Contains(data, []byte(container))
}

// treeOf lists the descendants of a process, and the container's processes
// that carry the mark.
func treeOf(root int, container, mark string) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	parents := map[int]int{}
	var out []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == root || !inContainer(pid, container) {
			continue
		}
		parents[pid] = parentOf(pid)
		env, err := os.ReadFile(filepath.Join("/proc", entry.Name(), "environ"))
		if err == nil && bytes.Contains(env, []byte(mark)) {
			out = append(out, pid)
			delete(parents, pid)
		}
	}
	for pid := range parents {
		for at, steps := pid, 0; steps < len(parents)+1; steps++ {
			parent, ok := parents[at]
			if !ok {
				break
			}
			if parent == root && root > 1 {
				out = append(out, pid)
				break
			}
			at = parent
		}
	}
	return out
}

// parentOf reads the parent of a process, 0 when it has gone (proc(5), stat:
// the name in brackets may have brackets and blanks in it).
func parentOf(pid int) int {
	data, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(data[bytes.LastIndexByte(data, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	parent, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		return 0
	}
	return parent
}
