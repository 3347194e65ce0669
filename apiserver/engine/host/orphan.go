package host

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// orphanTime bounds the hunt for what a killed shim left behind.
const orphanTime = 3 * time.Second

// record is what the state folder remembers of a running tree, so that a next
// server finds it when this one and the shim were killed at once.
type record struct {
	ID        string `json:"id"`
	Boot      string `json:"boot"`
	Shim      int    `json:"shim,omitempty"`
	ShimStart uint64 `json:"shimStart,omitempty"`
	Main      int    `json:"main,omitempty"`
	MainStart uint64 `json:"mainStart,omitempty"`
}

// records is the folder of them.
type records struct {
	dir  string
	boot string
	warn func(error)
}

func (r records) path(id string) string { return filepath.Join(r.dir, id+".json") }

// add notes a tree before it exists, running completes the note, remove ends it.
func (r records) add(id string) error {
	return r.write(record{ID: id, Boot: r.boot})
}

func (r records) running(id string, shim int, started shimReport) {
	err := r.write(record{ID: id, Boot: r.boot, Shim: shim, ShimStart: procStart(shim), Main: started.Pid, MainStart: started.Start})
	if err != nil {
		r.warn(err) // the first note is there, and finds all but those that hide
	}
}

func (r records) write(rec record) error {
	data, err := json.Marshal(rec)
	if err == nil {
		err = writeFile(r.path(rec.ID), data, false)
	}
	if err != nil {
		return fmt.Errorf("note a process tree: %w", err)
	}
	return nil
}

func (r records) remove(id string) {
	if err := os.Remove(r.path(id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.warn(fmt.Errorf("forget a process tree: %w", err))
	}
}

// cleanUp ends what an earlier server and its shims left running when they
// were killed, and says how many processes that were. They are known by their
// environment, by the session that the command began, and by being below one
// that is known; what has left all three is nobody's any more.
func (r records) cleanUp() (int, error) {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return 0, fmt.Errorf("look for what an earlier server left running: %w", err)
	}
	var markers []string
	var roots []record
	for _, e := range entries {
		var rec record
		data, err := os.ReadFile(filepath.Join(r.dir, e.Name()))
		if err == nil {
			err = json.Unmarshal(data, &rec)
		}
		id := strings.TrimSuffix(e.Name(), ".json")
		// The name alone is enough to find processes by.
		if err != nil {
			rec = record{ID: id, Boot: r.boot}
		}
		if rec.Boot == r.boot && validID(id) {
			markers = append(markers, marker(id))
			roots = append(roots, rec)
		}
	}
	killed := 0
	if len(markers) > 0 {
		killed = killUntilGone(func() []int {
			found := withMarker(markers)
			for _, rec := range roots {
				found = append(found, alive(rec.Shim, rec.ShimStart)...)
				found = append(found, alive(rec.Main, rec.MainStart)...)
				found = append(found, sessionOf(rec.Main, rec.MainStart)...)
			}
			return found
		})
	}
	for _, e := range entries {
		if err := os.Remove(filepath.Join(r.dir, e.Name())); err != nil {
			return killed, fmt.Errorf("forget a process tree: %w", err)
		}
	}
	return killed, nil
}

func validID(id string) bool {
	return len(id) == 32 && strings.Trim(id, "0123456789abcdef") == ""
}

// alive is the process if it is still the one that began at start.
func alive(pid int, start uint64) []int {
	if pid > 1 && start != 0 && procStart(pid) == start {
		return []int{pid}
	}
	return nil
}

// killOrphans ends what a shim that was killed left behind: this process, the
// next subreaper above, has become its parent. They are known as in cleanUp; where this process has no other children than shims, every
// child that is none of them is known too.
func (ts *trees) killOrphans(id string, main shimReport) {
	mark := []string{marker(id)}
	killUntilGone(func() []int {
		found := append(withMarker(mark), sessionOf(main.Pid, main.Start)...)
		if ts.soleParent {
			found = append(found, ts.strangers()...)
		}
		return found
	})
}

// strangers are the children of this process that are no shims.
func (ts *trees) strangers() []int {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	children, _ := childrenOf(os.Getpid())
	return slices.DeleteFunc(children, func(pid int) bool {
		for _, t := range ts.live {
			if t.cmd.Process != nil && t.cmd.Process.Pid == pid {
				return true
			}
		}
		return false
	})
}

// killUntilGone kills the processes that find gives and all below them, again
// until it gives none but the dead, and counts them. Children of this process
// among them are reaped.
func killUntilGone(find func() []int) int {
	killed := map[int]bool{}
	for deadline := time.Now().Add(orphanTime); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		var pids []int
		for _, pid := range find() {
			pids = append(append(pids, pid), descendants(pid)...)
		}
		left := false
		for _, pid := range pids {
			st, err := readStat(pid)
			if err != nil || pid == os.Getpid() {
				continue
			}
			if st.state == 'Z' && st.parent != os.Getpid() {
				continue
			}
			left = true
			killed[pid] = true
			_ = syscall.Kill(pid, syscall.SIGKILL) // who has gone meanwhile is as wished
		}
		for pid := range killed {
			var status syscall.WaitStatus
			_, _ = syscall.Wait4(pid, &status, syscall.WNOHANG, nil) // ECHILD: another's child
		}
		if !left {
			break
		}
	}
	return len(killed)
}
