package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// dashboard opens podium on the host engine with a state folder of its own,
// whose background server is ended with the test.
func dashboard(t *testing.T, o options) (*terminal, string) {
	t.Helper()
	dir := t.TempDir()
	// Before start, so that it comes after the end of the dashboard, which
	// would bring the server up again.
	t.Cleanup(func() { stopHost(t, dir) })
	return start(t, o, "--engine", "host", "--state-dir", dir), dir
}

func podium(t *testing.T, args ...string) (string, error) {
	t.Helper()
	out, err := exec.Command(binary(t), args...).CombinedOutput()
	return string(out), err
}

func stopHost(t *testing.T, dir string) {
	t.Helper()
	if out, err := podium(t, "host", "stop", "--state-dir", dir); err != nil {
		t.Errorf("stopping the host server: %v\n%s", err, out)
	}
}

// prompt waits for a shell's prompt and gives it one that tests can wait for.
func (tm *terminal) prompt() {
	tm.t.Helper()
	tm.until("a prompt", prompting)
	tm.types("PS1='ready> '; clear\r")
	tm.until("the new prompt", func(s string) bool { return strings.Contains(s, "ready>") && !strings.Contains(s, "PS1=") })
}

// prompting tells whether a line of the screen ends as prompts do.
func prompting(screen string) bool {
	for line := range strings.SplitSeq(screen, "\n") {
		if line = strings.TrimRight(line, " "); strings.HasSuffix(line, "#") || strings.HasSuffix(line, "$") {
			return true
		}
	}
	return false
}

// leave goes back from a terminal to the list, which it leaves running.
func (tm *terminal) leave() {
	tm.t.Helper()
	tm.press("ctrl+g", "d")
	tm.sees("NAME", "STATUS")
}

func TestFirstMinute(t *testing.T) {
	tm, _ := dashboard(t, options{})
	tm.sees("counter", "web", "crasher", "NAME", "STATUS", "RESTARTS")

	// A pod from YAML, with a mistake first.
	tm.press("n")
	tm.sees("Start the new pod from", "minimal")
	tm.press("enter")
	tm.sees("kind: Pod", "no problems")
	tm.types("colour: red\r")
	tm.sees("1 error", "colour")
	tm.press("ctrl+s")
	tm.sees("Nothing was sent: 1 problem")
	for range 3 { // the last of these is undone by the first
		tm.press("ctrl+z")
	}
	tm.sees("no problems")
	tm.press("ctrl+s")
	tm.until("the new pod", func(s string) bool { return listed(s, "clock") })

	// A shell in it, since it is selected: first size is the pane's, and follows a resize.
	tm.press("s")
	tm.sees("shell in clock")
	tm.prompt()
	tm.types("stty size\r")
	tm.sees("28 100")
	tm.resize(90, 25)
	tm.until("the new size", func(s string) bool {
		tm.types("stty size\r")
		return strings.Contains(s, "23 90")
	})
	tm.types("clear\r")

	// vim opens and leaves.
	if _, err := exec.LookPath("vim"); err == nil {
		tm.types("vim -u NONE -N note\r")
		tm.sees("~", "\"note\"")
		tm.types("ihello from vim")
		tm.sees("-- INSERT --", "hello from vim")
		tm.press("esc")
		tm.lacks("-- INSERT --")
		tm.types(":wq\r")
		tm.sees("ready>")
		tm.types("cat note\r")
		tm.sees("hello from vim")
	} else if os.Getenv("PODIUM_NO_SKIP") != "" {
		t.Error("vim is not installed")
	}
	tm.leave()
	tm.sees("1 session")

	// A quick command with both kinds of output and its exit.
	tm.press("x")
	tm.sees("$ ")
	tm.types("echo out; echo err >&2; exit 3\r")
	tm.sees("│ out", "┃ err", "exit 3 · ")
	tm.press("esc")
	tm.sees("NAME", "STATUS")

	// Delete: two deliberate keys, and it is gone.
	tm.press("ctrl+d")
	tm.sees("Delete clock?", "Cancel", "shell in clock")
	time.Sleep(450 * time.Millisecond) // the dialog swallows what was typed ahead
	tm.types("y")
	tm.lacks("Delete clock?")
	tm.until("clock to be gone", func(s string) bool { return !listed(s, "clock") })

	// Quitting says what ends.
	tm.press("q")
	tm.until("the question or the end", func(s string) bool { return strings.Contains(s, "Quit") || tm.ended() })
	if !tm.ended() {
		tm.press("y")
	}
	if code := tm.exits(); code != 0 {
		t.Errorf("podium ended with status %d", code)
	}
	tm.isRestored()
}

// listed tells whether the list on the screen has a row of the pod.
func listed(screen, pod string) bool {
	for line := range strings.SplitSeq(screen, "\n") {
		if f := strings.Fields(line); len(f) > 2 && strings.Trim(f[0], "*>▸•") == pod && strings.Contains(f[1], "/") {
			return true
		}
	}
	return false
}

func TestTerminalIsRestoredOnSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(sig.String(), func(t *testing.T) {
			tm, _ := dashboard(t, options{})
			tm.sees("counter", "Running")
			tm.press("s")
			tm.prompt()
			if err := tm.cmd.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if code := tm.exits(); code != 128+int(sig) {
				t.Errorf("podium ended with status %d: want %d", code, 128+int(sig))
			}
			tm.isRestored()
		})
	}
}

func TestTerminalIsRestoredAfterAPanicInAnyGoroutine(t *testing.T) {
	binary(t) // or skip
	crash := filepath.Join(t.TempDir(), "crash")
	if out, err := exec.Command("go", "build", "-o", crash, "podium/internal/e2e/crash").CombinedOutput(); err != nil {
		t.Fatalf("building the crashing dashboard: %v\n%s", err, out)
	}
	for _, where := range []string{"goroutine", "command"} {
		t.Run(where, func(t *testing.T) {
			tm := startProgram(t, options{}, []string{crash, where})
			if code := tm.exits(); code != 2 {
				t.Errorf("it ended with status %d: want 2", code)
			}
			tm.sees("on purpose")
			tm.isRestored()
		})
	}
}

func TestHundredShellsLeaveNothingBehind(t *testing.T) {
	tm, dir := dashboard(t, options{})
	tm.sees("counter", "Running")
	server := serverPID(t, dir)
	open := func() {
		tm.press("s")
		tm.until("a prompt", prompting)
		tm.types("exit\r")
		tm.sees("exit 0", "enter: new shell here")
		tm.press("esc")
		tm.sees("NAME", "STATUS")
	}
	open() // what is made once is not what is counted
	settle := func() (fds, procs int) {
		return countFDs(t, tm.cmd.Process.Pid) + countFDs(t, server), descendants(t, server)
	}
	fds, procs := settle()
	for range 100 {
		open()
	}
	deadline := time.Now().Add(patience)
	for {
		f, p := settle()
		// The crashing sample comes and goes: it is two processes and their
		// pipes.
		if f <= fds+8 && p <= procs+2 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after 100 shells there are %d descriptors (%d before) and %d processes (%d before)", f, fds, p, procs)
		}
		time.Sleep(50 * time.Millisecond) // nothing announces the end of a process that is not ours
	}
}

func TestTwoDashboardsSeeTheSamePodsAndSurviveTheServer(t *testing.T) {
	one, dir := dashboard(t, options{})
	one.sees("counter", "Running")
	two := start(t, options{}, "--state-dir", dir)
	two.sees("counter", "Running")

	one.press("n")
	one.sees("Start the new pod from")
	one.press("enter")
	one.sees("no problems")
	one.press("ctrl+s")
	one.sees("clock", "Running")
	two.sees("clock", "Running")

	// kill -9 of the server ends its pods, whatever they did to escape.
	two.until("the list", func(s string) bool { return listed(s, "clock") })
	server := serverPID(t, dir)
	before := tree(t, server)
	if len(before) < 3 {
		t.Fatalf("the server has only %d processes", len(before))
	}
	if err := syscall.Kill(server, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(patience)
	for pid, started := range before {
		for alive(pid, started) {
			if time.Now().After(deadline) {
				t.Fatalf("process %d of a pod outlived the killed server", pid)
			}
			time.Sleep(20 * time.Millisecond) // nothing announces the end of a process that is not ours
		}
	}
	// The dashboards bring up the next server, and the pods come back.
	one.until("the pods to be back", func(s string) bool {
		return strings.Contains(s, "live") && listed(s, "clock") && listed(s, "counter")
	})
	if next := serverPID(t, dir); next == server {
		t.Error("the killed server still counts as running")
	}
	two.until("the pods to be back", func(s string) bool { return strings.Contains(s, "live") && listed(s, "clock") })
}

func (tm *terminal) ended() bool {
	select {
	case <-tm.done:
		return true
	default:
		return false
	}
}

// serverPID asks podium itself who serves the state folder.
func serverPID(t *testing.T, dir string) int {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		out, err := podium(t, "host", "status", "--state-dir", dir)
		if _, after, ok := strings.Cut(out, "running as process "); ok && err == nil {
			pid, err := strconv.Atoi(strings.Fields(after)[0])
			if err != nil {
				t.Fatal(err)
			}
			return pid
		}
		if time.Now().After(deadline) {
			t.Fatalf("there is no host server: %v\n%s", err, out)
		}
		time.Sleep(50 * time.Millisecond) // the server's start is announced to podium, not to us
	}
}

func countFDs(t *testing.T, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func descendants(t *testing.T, pid int) int { return len(tree(t, pid)) }

// tree is the processes below pid, each with its start time, which together
// name it for good.
func tree(t *testing.T, pid int) map[int]string {
	t.Helper()
	parent, started := map[int]int{}, map[int]string{}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if f := stat(n); f != nil {
			if p, err := strconv.Atoi(f[1]); err == nil {
				parent[n], started[n] = p, f[19]
			}
		}
	}
	out := map[int]string{}
	for n := range parent {
		for up := parent[n]; up > 1; up = parent[up] {
			if up == pid {
				out[n] = started[n]
				break
			}
		}
	}
	return out
}

// stat is the fields of /proc/PID/stat from the state on, nil for no process.
func stat(pid int) []string {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	_, after, ok := strings.Cut(string(data), ") ")
	f := strings.Fields(after)
	if !ok || len(f) < 20 || f[0] == "Z" {
		return nil
	}
	return f
}

func alive(pid int, started string) bool {
	f := stat(pid)
	return f != nil && f[19] == started
}
