package host

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/apiserver/engine"
)

// needLinux skips what only subreapers and /proc make possible.
func needLinux(t *testing.T) {
	t.Helper()
	if _, err := os.Stat("/proc/self/task"); err != nil {
		t.Skip("this system has no /proc, by which processes are found")
	}
}

// spread is a script that leaves processes behind in every way there is, each
// having written its number into the file: in the background, with nohup, in a
// session of its own, forked twice, forked twice in a session of its own with
// an empty environment, and stopped.
func spread(file string) string {
	sleep := fmt.Sprintf(`sh -c 'trap "" HUP TERM INT; echo $$ >> %s; while :; do sleep 1; done'`, file)
	return fmt.Sprintf(`
		: >> %[2]s
		%[1]s &
		nohup %[1]s >/dev/null 2>&1 &
		setsid %[1]s &
		( ( %[1]s & ) & )
		( setsid env -i PATH="$PATH" %[1]s & )
		( setsid sh -c 'echo $$ >> %[2]s; kill -STOP $$' & )
		while [ "$(wc -l < %[2]s)" -lt 6 ]; do sleep 0.02; done
		echo spread`, sleep, file)
}

func pidsIn(t *testing.T, file string) []int {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for field := range strings.FieldsSeq(string(data)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// living are those of the processes that still are.
func living(pids []int) []int {
	var out []int
	for _, pid := range pids {
		if st, err := readStat(pid); err == nil && st.state != 'Z' {
			out = append(out, pid)
		}
	}
	return out
}

func awaitDead(t *testing.T, pids []int) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for len(living(pids)) > 0 {
		if time.Now().After(deadline) {
			for _, pid := range living(pids) {
				status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
				t.Logf("left: %.300s", status)
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			t.Fatal("processes were left")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// awaitLog waits until the pod's log has the line.
func awaitLog(t *testing.T, e *Engine, pod, line string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	r, err := e.Log(ctx, "default", pod, &corev1.PodLogOptions{Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var text strings.Builder
	buf := make([]byte, 4096)
	for !strings.Contains(text.String(), line+"\n") {
		n, err := r.Read(buf)
		if err != nil {
			t.Fatalf("waiting for %q in the log: %v\n%s", line, err, text.String())
		}
		text.Write(buf[:n])
	}
}

func TestDeleteEndsTheWholeTree(t *testing.T) {
	t.Parallel()
	needLinux(t)
	e := open(t)
	for name, grace := range map[string]int64{"graceful": 1, "at-once": 0} {
		file := filepath.Join(t.TempDir(), "pids")
		create(t, e, podOf(name, spread(file)+`; while :; do sleep 1; done`))
		awaitRunning(t, e, name)
		awaitLog(t, e, name, "spread")
		pids := pidsIn(t, file)
		if got := len(living(pids)); got != 6 {
			t.Fatalf("%d of 6 processes live", got)
		}
		if err := e.Delete(testContext(t), "default", name, metav1.DeleteOptions{GracePeriodSeconds: &grace}); err != nil {
			t.Fatal(err)
		}
		if grace == 0 {
			if left := living(pids); len(left) > 0 {
				t.Errorf("after the delete returned: %v", left)
			}
			if _, err := e.Get(testContext(t), "default", name); err == nil {
				t.Error("the pod is still there")
			}
		}
		awaitGone(t, e, name)
		awaitDead(t, pids)
	}
}

func TestExecEndsTheWholeTree(t *testing.T) {
	t.Parallel()
	needLinux(t)
	e := open(t)
	create(t, e, podOf("p", "sleep 1000"))
	awaitRunning(t, e, "p")
	ctx := testContext(t)
	for _, tty := range []bool{false, true} {
		for _, how := range []string{"by itself", "closed", "pod deleted"} {
			if how == "pod deleted" && !tty {
				continue
			}
			file := filepath.Join(t.TempDir(), "pids")
			script := spread(file)
			if how != "by itself" {
				script += "; sleep 1000"
			}
			cfg := sh(script)
			cfg.TTY = tty
			p, err := e.Exec(ctx, "default", "p", "c", cfg, engine.Size{})
			if err != nil {
				t.Fatal(err)
			}
			buf := make([]byte, 100)
			n, err := p.Stdout().Read(buf)
			if !strings.HasPrefix(string(buf[:n]), "spread") {
				t.Fatalf("read %q, %v", buf[:n], err)
			}
			switch how {
			case "by itself":
				if exit, err := p.Wait(ctx); err != nil || exit.Code != 0 {
					t.Errorf("exit %+v, %v", exit, err)
				}
			case "pod deleted":
				zero := int64(0)
				if err := e.Delete(ctx, "default", "p", metav1.DeleteOptions{GracePeriodSeconds: &zero}); err != nil {
					t.Fatal(err)
				}
				if exit, err := p.Wait(ctx); err != nil || exit.Code == 0 {
					t.Errorf("exit %+v, %v", exit, err)
				}
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
			if left := living(pidsIn(t, file)); len(left) > 0 {
				t.Errorf("tty %v, %s: left %v", tty, how, left)
			}
		}
	}
}

// A process that forks and ends all the time is never there long enough to be
// found and killed, unless everybody is stopped first.
func TestKillWinsAgainstRunaways(t *testing.T) {
	t.Parallel()
	needLinux(t)
	e := open(t)
	create(t, e, podOf("p", "sleep 1000"))
	awaitRunning(t, e, "p")
	ctx := testContext(t)
	dir := t.TempDir()
	script := filepath.Join(dir, "hop")
	hop := "#!/bin/sh\ntrap '' HUP TERM\nsetsid " + script + " >/dev/null 2>&1 &\n"
	if err := os.WriteFile(script, []byte(hop), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := e.Exec(ctx, "default", "p", "c", sh(script+" & "+script+" & echo go; sleep 1000"), engine.Size{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Stdout().Read(make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if left := withMarker([]string{marker(p.(*process).tree.id)}); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestKilledShimLeavesNothing(t *testing.T) {
	t.Parallel()
	needLinux(t)
	e := open(t)
	file := filepath.Join(t.TempDir(), "pids")
	create(t, e, podOf("p", hiding.Replace(spread(file))+`; while :; do sleep 1; done`))
	awaitRunning(t, e, "p")
	awaitLog(t, e, "p", "spread")
	pids := pidsIn(t, file)
	e.trees.mu.Lock()
	var shim int
	for _, tr := range e.trees.live {
		shim = tr.cmd.Process.Pid
	}
	e.trees.mu.Unlock()
	if err := syscall.Kill(shim, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	pod := await(t, e, "p", "fail", func(p *corev1.Pod) bool { return p.Status.Phase == corev1.PodFailed })
	term := pod.Status.ContainerStatuses[0].State.Terminated
	if term == nil || term.ExitCode != 137 || !strings.Contains(term.Message, "supervised") {
		t.Errorf("state: %+v", pod.Status.ContainerStatuses[0].State)
	}
	awaitDead(t, pids)
}

func TestExecsLeaveNoTrace(t *testing.T) {
	needLinux(t)
	e := open(t)
	create(t, e, podOf("p", "sleep 1000"))
	awaitRunning(t, e, "p")
	once := func(i int) {
		cfg := shTTY("read x; echo got $x")
		cfg.TTY = i%2 == 0
		p, err := e.Exec(testContext(t), "default", "p", "c", cfg, engine.Size{Rows: 24, Cols: 80})
		if err != nil {
			t.Fatal(err)
		}
		if i%3 != 0 {
			if _, err := io.WriteString(p.Stdin(), "it\n"); err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(p.Stdout()); err != nil || !strings.Contains(string(text), "got it") {
				t.Fatalf("%q, %v", text, err)
			}
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	once(1)
	files, children := openFiles(t), len(descendants(os.Getpid()))
	for i := range 100 {
		once(i)
	}
	if got := openFiles(t); got > files {
		t.Errorf("descriptors: %d before, %d after", files, got)
	}
	if got := len(descendants(os.Getpid())); got > children {
		t.Errorf("processes: %d before, %d after", children, got)
	}
	if entries, err := os.ReadDir(e.folders.running()); err != nil || len(entries) != 1 {
		t.Errorf("records: %v, %v", entries, err)
	}
}
