//go:build unix

package apiserver

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// refused tells whether nobody listens behind a socket.
func refused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT)
}

// lockFolder keeps two servers from replacing a stale socket at the same time.
// The lock is on the folder itself, so that no file is left behind.
func lockFolder(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock its folder: %w", err), f.Close())
	}
	return func() { _ = f.Close() }, nil // which unlocks
}

// privateSocket gives the socket its permissions before it has a name, so that
// there is no moment in which others could connect. Systems that do not
// understand it get them right after.
func privateSocket(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		_ = unix.Fchmod(int(fd), 0o600) // see above
	})
}
