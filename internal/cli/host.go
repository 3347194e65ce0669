package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"podium/apiserver/engine/host/background"
)

// stopTimeout is how long a host server may take to end its pods in order.
const stopTimeout = 60 * time.Second

func newHost(f *flags) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "host",
		Short: "The background server of this machine's pods",
		Args:  cobra.NoArgs,
	}
	cmd.AddCommand(
		&cobra.Command{
			Use: "status", Short: "Say whether the server runs, and where", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error { return hostStatus(f) },
		},
		&cobra.Command{
			Use: "stop", Short: "End the server and the pods it runs; they come back with the next one", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return hostStop(cmd.Context(), f) },
		},
	)
	return cmd
}

func hostStatus(f *flags) error {
	dir, err := f.dir()
	if err != nil {
		return err
	}
	s, err := background.Status(dir.Path())
	switch {
	case err != nil:
		return err
	case s.PID == 0:
		fmt.Printf("not running; state in %s\n", dir.Path())
		return &statusError{status: exitError}
	case !s.Answer:
		fmt.Printf("process %d has the state folder %s open, but does not answer on unix://%s; its log: %s\n", s.PID, dir.Path(), s.Socket, s.Log)
		return &statusError{status: exitError}
	}
	fmt.Printf("running as process %d on unix://%s; log: %s\n", s.PID, s.Socket, s.Log)
	return nil
}

func hostStop(ctx context.Context, f *flags) error {
	dir, err := f.dir()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	err = background.Stop(ctx, dir.Path())
	if errors.Is(err, background.ErrNotRunning) {
		fmt.Println("not running")
		return nil
	}
	if err == nil {
		fmt.Println("stopped")
	}
	return err
}
