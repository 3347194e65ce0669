// Command podium is a terminal dashboard for pods, a client of the pod API,
// and a server of that API over engines. See README.md.
package main

import (
	"os"

	"podium/apiserver/engine/host"
	"podium/internal/cli"
)

func main() {
	// The host engine runs every command under a shim, which is this program
	// again; it must not pay for anything else.
	if len(os.Args) > 1 && os.Args[1] == host.ShimCommand {
		os.Exit(host.ShimMain())
	}
	os.Exit(cli.Main(os.Args[1:]))
}
