package docker

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
)

// broughtUp is set when a test has brought a daemon up, which the end of the
// tests takes down.
var broughtUp atomic.Bool

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		if broughtUp.Load() {
			if out, err := exec.Command(filepath.Join("..", "..", "..", "testenv", "engines-down.sh")).CombinedOutput(); err != nil {
				fmt.Fprintf(os.Stderr, "take the daemons down: %v\n%s", err, out)
				code = max(code, 1)
			}
		}
		os.Exit(code)
	}))
}
