package kube

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"podium/apiserver/engine"
)

// shells are those of usual images: Debian's, Alpine's and Red Hat's.
func shells(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for name, cmd := range map[string][]string{"dash": {"dash"}, "busybox": {"busybox", "sh"}, "bash": {"bash", "--posix"}} {
		if path, err := exec.LookPath(cmd[0]); err == nil {
			out[name] = append([]string{path}, cmd[1:]...)
		}
	}
	if len(out) == 0 {
		t.Skip("this machine has none of dash, busybox and bash")
	}
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("this machine has no /proc")
	}
	return out
}

// in runs a command line of wrap or a script in another shell.
func in(shell []string, line ...string) *exec.Cmd {
	return exec.Command(shell[0], append(shell[1:len(shell):len(shell)], line...)...)
}

func TestWrappedCommands(t *testing.T) {
	for name, sh := range shells(t) {
		run := func(cmd ...string) (string, int) {
			b, err := in(sh, wrap(cmd, "m", engine.Size{Rows: 1, Cols: 2}, false)[1:]...).Output()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			code := 0
			if exit != nil {
				code = exit.ExitCode()
			}
			return string(b), code
		}
		if out, code := run("printf", "%s|", "a b", "$HOME", "", "*"); out != "a b|$HOME||*|" || code != 0 {
			t.Errorf("%s: arguments: %q, %d", name, out, code)
		}
		if out, code := run("sh", "-c", "echo $PODIUM_RUN; exit 3"); out != "m\n" || code != 3 {
			t.Errorf("%s: mark and code: %q, %d", name, out, code)
		}
		if _, code := run("no-such-program"); code != 127 {
			t.Errorf("%s: missing: %d", name, code)
		}
		if _, code := run("/"); code != 126 {
			t.Errorf("%s: a folder: %d", name, code)
		}
	}
}

func TestScriptsEndAndSignal(t *testing.T) {
	for name, sh := range shells(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mark := newMark()
			start := func(script string) *exec.Cmd {
				cmd := in(sh, wrap([]string{"sh", "-c", script}, mark, engine.Size{}, false)[1:]...)
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				return cmd
			}
			code := func(script string, args ...string) int {
				cmd := in(sh, append([]string{"-c", script, "sh", mark}, args...)...)
				out, err := cmd.CombinedOutput()
				if len(out) > 0 {
					t.Errorf("a script says %q", out)
				}
				var exit *exec.ExitError
				if errors.As(err, &exit) {
					return exit.ExitCode()
				}
				if err != nil {
					t.Fatal(err)
				}
				return 0
			}
			alive := func() bool { return code(aliveScript) == 0 }

			cmd := start("setsid sleep 60 & trap '' HUP TERM; sleep 60; sleep 60")
			for !alive() {
			}
			if got := code(endScript); got != 0 || alive() {
				t.Errorf("end: %d, alive %t", got, alive())
			}
			_ = cmd.Wait() // it was killed
			if got := code(endScript); got != 0 {
				t.Errorf("end of nothing: %d", got)
			}

			cmd = start("sleep 60")
			for !alive() {
			}
			builtins := in(sh, "-c", aliveScript, "sh", mark)
			builtins.Env = []string{"PATH=" + t.TempDir()} // without grep
			if out, err := builtins.CombinedOutput(); err != nil {
				t.Errorf("without grep: %v %s", err, out)
			}
			_ = code(endScript)
			_ = cmd.Wait() // it was killed

			cmd = start("trap 'exit 9' USR1; while true; do sleep 0.05; done")
			time.Sleep(300 * time.Millisecond) // until its trap is set: there is nothing to wait for
			if got := code(signalScript, "USR1"); got != 0 {
				t.Errorf("signal: %d", got)
			}
			if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "exit status 9") {
				t.Errorf("the first process got another signal: %v", err)
			}
			cmd = start("sleep 60 & sleep 60")
			for !alive() {
			}
			if got := code(signalScript, "KILL"); got != 0 || alive() {
				t.Errorf("kill: %d, alive %t", got, alive())
			}
			_ = cmd.Wait() // it was killed
			if got := code(signalScript, "TERM"); got != noProcess {
				t.Errorf("signal to nothing: %d", got)
			}
		})
	}
}
