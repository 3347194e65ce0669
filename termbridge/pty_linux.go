package termbridge

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
)

// masterFile is the master's end on Linux, where the runtime's poller can wait
// for it.
type masterFile struct {
	f  *os.File
	rc syscall.RawConn
}

func openMaster(m *os.File) (*masterFile, error) {
	f, err := pollable(m)
	if err != nil {
		return nil, err
	}
	rc, err := f.SyscallConn()
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("wait for the pseudo-terminal: %w", err)
	}
	return &masterFile{f: f, rc: rc}, nil
}

// Read waits once and then reads until nothing is left or p is full. The kernel
// gives at most 4 kB at a time; taken together they cost one lock of the screen
// and one visit to the poller.
func (m *masterFile) Read(p []byte) (int, error) {
	total := 0
	var readErr error
	err := m.rc.Read(func(fd uintptr) bool {
		for total < len(p) {
			n, err := syscall.Read(int(fd), p[total:])
			switch {
			case errors.Is(err, syscall.EINTR):
				continue
			case errors.Is(err, syscall.EAGAIN):
				return total > 0
			case err != nil:
				readErr = err
				return true
			case n == 0:
				readErr = io.EOF
				return true
			}
			total += n
		}
		return true
	})
	if total > 0 {
		return total, nil // an end shows again at the next call
	}
	if ended(readErr) {
		return 0, io.EOF
	}
	return 0, errors.Join(err, readErr)
}

// Write writes all of p, waiting for room.
func (m *masterFile) Write(p []byte) (int, error) { return m.f.Write(p) }
