package e2e

import (
	"os"
	"testing"
)

// binary is the podium under test. Without PODIUM_E2E the calling test is
// skipped: these tests take a built binary and minutes, which make test-e2e
// gives them.
func binary(t *testing.T) string {
	t.Helper()
	if os.Getenv("PODIUM_E2E") == "" && os.Getenv("PODIUM_BENCH") == "" {
		t.Skip("the end-to-end suite runs by make test-e2e")
	}
	bin := os.Getenv("PODIUM_BIN")
	if bin == "" {
		t.Fatal("PODIUM_BIN must name the built binary: run make test-e2e")
	}
	return bin
}
