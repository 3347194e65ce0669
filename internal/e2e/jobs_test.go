package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fingers press keys in a terminal and count them.
type fingers struct {
	*terminal
	pressed int
}

func (f *fingers) press(keys ...string) {
	f.pressed += len(keys)
	f.terminal.press(keys...)
}

func (f *fingers) types(text string) {
	f.pressed += len([]rune(text))
	f.terminal.types(text)
}

// rest waits until a dialog listens, as a reader of it would.
func (f *fingers) rest() { time.Sleep(450 * time.Millisecond) }

// oldPods are three pods that nobody needs any more, and one in another
// namespace.
const oldPods = `
apiVersion: v1
kind: Pod
metadata: {name: old-1, labels: {app: old, tier: back}}
spec: {containers: [{name: main, image: "busybox:1.36", command: [sleep, "100000"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: old-2, labels: {app: old, tier: back}}
spec: {containers: [{name: main, image: "busybox:1.36", command: [sleep, "100000"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: old-3, labels: {app: old, tier: back}}
spec: {containers: [{name: main, image: "busybox:1.36", command: [sleep, "100000"]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: theirs, namespace: team}
spec: {containers: [{name: main, image: "busybox:1.36", command: [sleep, "100000"]}]}
`

// TestBenchEverydayJobs does what people open such a program for, and counts
// the keys. What a job leaves on the screen is cleared by the next one, whose
// keys count for it.
func TestBenchEverydayJobs(t *testing.T) {
	tm, dir := dashboard(t, options{cols: 120, rows: 30})
	tm.sees("counter", "web", "crasher")
	file := filepath.Join(t.TempDir(), "old.yaml")
	if err := os.WriteFile(file, []byte(oldPods), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := podium(t, "create", "-f", file, "--state-dir", dir); err != nil {
		t.Fatalf("podium create: %v\n%s", err, out)
	}
	tm.until("the pods", func(s string) bool { return listed(s, "old-3") })
	tm.until("a crash", func(s string) bool { return strings.Contains(s, "Error") || strings.Contains(s, "CrashLoopBackOff") })

	f := &fingers{terminal: tm}
	jobs := []struct {
		job, keys string
		do        func()
	}{
		{"find the crashing pod", "`/crash` `enter`", func() {
			f.types("/crash")
			f.press("enter")
			f.sees("1 of 6", "crasher")
			f.lacks("counter")
		}},
		{"read why it crashes", "`enter`", func() {
			f.press("enter")
			f.sees("Why it is not healthy", "ended with exit 1")
		}},
		{"see its last log", "`p`", func() {
			f.types("p")
			f.sees("crasher/crasher previous log", "this sample always fails")
		}},
		{"open a shell in another pod", "`esc` `esc` `esc` `g` `s`", func() {
			f.press("esc")
			f.sees("Why it is not healthy")
			f.press("esc")
			f.sees("1 of 6")
			f.press("esc")
			f.lacks("1 of 6")
			f.press("g", "s")
			f.until("a prompt", prompting)
			f.sees("shell in counter")
		}},
		{"copy its YAML", "`ctrl-g` `d` `Y` `y` `enter`", func() {
			f.press("ctrl+g", "d")
			f.until("the list", func(s string) bool { return listed(s, "counter") })
			f.types("Y")
			f.sees("copy counter as")
			f.types("y")
			f.press("enter")
			f.sees("counter as YAML")
		}},
		{"filter by a label", "`/-l a` `tab` `o` `tab` `enter`", func() {
			f.types("/-l a")
			f.sees("   app=")
			f.press("tab")
			f.sees("   old")
			f.types("o")
			f.press("tab")
			f.sees("-l app=old")
			f.press("enter")
			f.sees("old-1", "old-2", "old-3")
			f.lacks("counter")
		}},
		{"delete three pods", "`*` `ctrl-d` `y`", func() {
			f.types("*")
			f.sees("3 marked")
			f.press("ctrl+d")
			f.sees("Delete 3 pods?", "old-1", "old-2", "old-3")
			f.rest()
			f.types("y")
			f.sees("deleting in")
		}},
		{"undo that", "`z`", func() {
			f.types("z")
			f.lacks("deleting in")
			f.sees("old-1", "old-2", "old-3", "Running")
		}},
		{"make one anew with another image", "`e` `ctrl-f` `1.36` `enter` `1.37` `ctrl-s` `ctrl-s` `y`", func() {
			f.types("e")
			f.sees("image: busybox:1.36", "deletes the pod and creates it again")
			f.press("ctrl+f")
			f.sees("find:")
			f.types("1.36")
			f.press("enter")
			f.lacks("find:")
			f.types("1.37")
			f.sees("image: busybox:1.37")
			f.press("ctrl+s")
			f.sees("+    image: busybox:1.37")
			f.press("ctrl+s")
			f.sees("Cancel")
			f.rest()
			f.types("y")
			f.lacks("Cancel")
			f.until("the pod made anew", func(s string) bool {
				out, err := podium(t, "get", "pods", "-l", "app=old", "-o", "yaml", "--state-dir", dir)
				return listed(s, "old-1") && err == nil && strings.Contains(out, "image: busybox:1.37")
			})
		}},
		{"switch the namespace", "`esc` `:ns` `enter` `te` `enter`", func() {
			f.press("esc")
			f.sees("counter")
			f.types(":ns")
			f.press("enter")
			f.sees("all namespaces", "team")
			f.types("te")
			f.press("enter")
			f.until("the other namespace", func(s string) bool { return listed(s, "theirs") && !listed(s, "counter") })
		}},
	}
	heading("Everyday jobs, on the host engine", "job", "keys", "keystrokes")
	sum := 0
	for _, j := range jobs {
		f.pressed = 0
		j.do()
		row(j.job, j.keys, fmt.Sprint(f.pressed))
		sum += f.pressed
	}
	row("all of them, one after the other", "", fmt.Sprint(sum))
}
