package host

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// LaunchArg makes a shim start a program detached and wait until it serves a
// socket. Its further arguments are LOG SOCKET TIMEOUT PROGRAM ARGUMENT...; it
// exits with 0 when the socket answers and else says why on stderr. The
// program is then nobody's child that could leave a zombie, and its output
// goes to LOG. For host/background.
const LaunchArg = "launch"

// launchPoll is how often the socket is tried.
const launchPoll = 10 * time.Millisecond

func launch(args []string) int {
	if len(args) < 4 {
		fmt.Fprintf(os.Stderr, "usage: %s %s LOG SOCKET TIMEOUT PROGRAM ARGUMENT...\n", ShimCommand, LaunchArg)
		return 2
	}
	if err := launchServer(args[0], args[1], args[2], args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func launchServer(logPath, socket, timeout string, argv []string) error {
	patience, err := time.ParseDuration(timeout)
	if err != nil {
		return fmt.Errorf("read the timeout: %w", err)
	}
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open the server's log: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the server: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	deadline := time.NewTimer(patience)
	poll := time.NewTicker(launchPoll)
	for {
		select {
		case err := <-ended:
			if err == nil {
				return fmt.Errorf("the server ended at once")
			}
			return fmt.Errorf("the server ended at once (%w)", err)
		case <-deadline.C:
			_ = cmd.Process.Kill() // it may be just ending
			return fmt.Errorf("the server did not answer on %s within %s", socket, patience)
		case <-poll.C:
			if conn, err := net.Dial("unix", socket); err == nil {
				return conn.Close()
			}
		}
	}
}
