//go:build unix

package cli

import (
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// escapeWait is how long the byte ESC may be the beginning of a key's sequence.
// Terminals send a sequence in one go, so it need not be long.
const escapeWait = 10 * time.Millisecond

// loneEscape is the Escape key, spelled so that it is no beginning of anything
// else (the kitty keyboard protocol).
const loneEscape = "\x1b[27u"

// keyboard is the terminal's input, in which an ESC that nothing follows is the
// Escape key without doubt. The library that decodes keys would hold it for 50 ms
// to see what follows, and so would every press of Escape in a vim be late.
type keyboard struct{ *os.File }

// newKeyboard is the input of the dashboard.
func newKeyboard(f *os.File) io.Reader { return keyboard{f} }

// Read reads what was typed.
func (k keyboard) Read(p []byte) (int, error) {
	n, err := k.File.Read(p)
	if n != 1 || err != nil || p[0] != 0x1b || len(p) < len(loneEscape) {
		return n, err
	}
	if !readable(int(k.Fd()), escapeWait) {
		return copy(p, loneEscape), nil
	}
	more, err := k.File.Read(p[n:])
	return n + more, err
}

// readable waits until there is something to read. Where a terminal cannot be
// waited for, it says that there is not.
func readable(fd int, limit time.Duration) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	for deadline := time.Now().Add(limit); ; {
		n, err := unix.Poll(fds, int(max(time.Until(deadline).Milliseconds(), 0)))
		if err != unix.EINTR {
			return n > 0 && fds[0].Revents&(unix.POLLIN|unix.POLLHUP) != 0
		}
	}
}
