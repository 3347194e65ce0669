//go:build unix && !linux

package termbridge

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// masterFile is the master's end on macOS and the BSDs, where the poller cannot
// be relied on to wait for one: it stays blocking, and is woken by closing the
// slave.
type masterFile struct{ f *os.File }

func openMaster(m *os.File) (*masterFile, error) {
	fd, err := unix.FcntlInt(m.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("duplicate the descriptor of the pseudo-terminal: %w", err)
	}
	return &masterFile{f: os.NewFile(uintptr(fd), m.Name())}, nil
}

// Read reads what is there, after waiting for something.
func (m *masterFile) Read(p []byte) (int, error) {
	n, err := m.f.Read(p)
	if n == 0 && ended(err) {
		err = io.EOF
	}
	return n, err
}

// Write writes all of p, waiting for room.
func (m *masterFile) Write(p []byte) (int, error) { return m.f.Write(p) }
