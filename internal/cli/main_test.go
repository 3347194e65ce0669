package cli

import (
	"os"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // golden output shows times of day
	os.Exit(m.Run())
}
