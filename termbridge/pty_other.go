//go:build !unix

package termbridge

// OpenPTY returns a pair in memory: this platform has no pseudo-terminals. It
// carries a remote session; a local process cannot be started on it.
func OpenPTY(cols, rows uint16) (PTY, error) { return NewMemoryPTY(cols, rows) }
