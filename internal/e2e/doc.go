// Package e2e holds the end-to-end tests: the built binary in a
// pseudo-terminal, its screen read with podium's own emulator, driven in the
// user's words. It has no code of its own outside the tests. They run when
// PODIUM_E2E is set (make test-e2e), on the binary that PODIUM_BIN names.
package e2e
