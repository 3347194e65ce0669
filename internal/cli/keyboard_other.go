//go:build !unix

package cli

import (
	"io"
	"os"
)

// newKeyboard is the input of the dashboard.
func newKeyboard(f *os.File) io.Reader { return f }
