// Command crash is the dashboard with a client that panics, for the test that a
// panic in any goroutine gives the terminal back. Its argument says where: in a
// goroutine that a screen started, or in a command.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
	"podium/ui"
)

func main() {
	client := modelstest.NewClient()
	env := &models.Env{Client: client, Store: modelstest.NewStore(), Namespace: "default", Endpoint: "crash"}
	client.OnList = func(_ context.Context, _ api.ListOptions, _ func(api.PodRow) error) (api.ListMeta, error) {
		if len(os.Args) > 1 && os.Args[1] == "goroutine" {
			env.Go(func() { panic("a goroutine failed on purpose") })
			return api.ListMeta{}, nil
		}
		panic("a command failed on purpose")
	}
	err := ui.Run(context.Background(), ui.Options{Env: env, Environ: os.Environ()})
	var crash *ui.CrashError
	if errors.As(err, &crash) {
		fmt.Fprintln(os.Stderr, crash.Error())
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
