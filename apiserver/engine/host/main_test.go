package host

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == ShimCommand {
		os.Exit(ShimMain())
	}
	if len(os.Args) > 2 && os.Args[1] == testServer {
		os.Exit(runTestServer(os.Args[2]))
	}
	goleak.VerifyTestMain(m)
}
