//go:build unix

package termbridge

import (
	"os/exec"
	"syscall"
)

// signalGroup sends sig to the session that the process leads.
func signalGroup(cmd *exec.Cmd, sig syscall.Signal) {
	// Gone already is as good: then there is nobody to tell.
	_ = syscall.Kill(-cmd.Process.Pid, sig)
}

func hangUpProcess(cmd *exec.Cmd) { signalGroup(cmd, syscall.SIGHUP) }

func killProcess(cmd *exec.Cmd) { signalGroup(cmd, syscall.SIGKILL) }

// exitStatus is what a shell would report.
func exitStatus(cmd *exec.Cmd) int {
	if ws, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return cmd.ProcessState.ExitCode()
}
