//go:build !unix

package termbridge

import "os/exec"

func hangUpProcess(cmd *exec.Cmd) { killProcess(cmd) }

// killProcess ends the process; gone already is as good.
func killProcess(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func exitStatus(cmd *exec.Cmd) int { return cmd.ProcessState.ExitCode() }
