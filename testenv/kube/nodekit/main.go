// Command nodekit is what the test cluster needs beside Kubernetes itself and
// a bare Debian machine does not have: keys and certificates, container images
// without a registry, the pause program of pods, and a way from the host into
// the cluster's network namespace. It uses nothing but Go's own library.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "nodekit:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "pause":
		return pause()
	case len(args) == 3 && args[0] == "pki":
		return makeKeys(args[1], args[2])
	case len(args) == 2 && args[0] == "images":
		return makeImages(args[1])
	case len(args) == 4 && args[0] == "forward":
		return forward(args[1], args[2], args[3])
	}
	return fmt.Errorf("usage: nodekit pki FOLDER NODE-IP | images FOLDER | forward NETNS LISTEN TO | pause")
}
