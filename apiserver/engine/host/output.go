package host

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	corev1 "k8s.io/api/core/v1"

	"podium/apiserver/engine"
)

// drainTime is how long output is read on after the last process of a tree has
// gone: longer only if somebody outside of the tree was handed its end.
const drainTime = 500 * time.Millisecond

// outReader reads a command's output from a pipe or a terminal's master side.
// The end of either is io.EOF.
type outReader struct {
	file     *os.File
	terminal bool
}

// Read implements io.Reader.
func (r *outReader) Read(p []byte) (int, error) {
	n, err := r.file.Read(p)
	switch {
	case r.terminal && n >= fullTerminal:
		return n + r.readOn(p[n:]), nil
	case n > 0 || err == nil:
		return n, err
	case errors.Is(err, syscall.EIO): // a terminal whose other side is closed
		return 0, io.EOF
	case errors.Is(err, os.ErrDeadlineExceeded):
		return r.readPresent(p)
	}
	return 0, err
}

// readUnder waits for output and hands it over while it holds the lock, so that
// nobody else who holds it sees a part of the output read and not yet taken.
func (r *outReader) readUnder(turn sync.Locker, p []byte, take func([]byte)) error {
	raw, err := r.file.SyscallConn()
	if err != nil {
		return err
	}
	n := 0
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		turn.Lock()
		defer turn.Unlock()
		n, failed = unix.Read(int(fd), p)
		switch {
		case errors.Is(failed, unix.EAGAIN):
			return false
		case errors.Is(failed, unix.EINTR):
			n, failed = 0, nil
			take(nil)
			return true
		case n > 0:
			take(p[:n])
		case failed == nil:
			failed = io.EOF
		}
		return true
	})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		turn.Lock()
		defer turn.Unlock()
		if n, err = r.readPresent(p); err == nil {
			take(p[:n])
		}
		return err
	}
	return errors.Join(err, failed)
}

// fullTerminal is all that the kernel gives of a terminal's output at once: more
// waits behind it.
const fullTerminal = 4095

// readOn reads what follows on output that filled the kernel's buffer, until p is
// full or a millisecond has passed without any. It waits in poll(2): the
// runtime's own poller costs a flood more than reading it does.
func (r *outReader) readOn(p []byte) (total int) {
	raw, err := r.file.SyscallConn()
	if err != nil {
		return 0 // closed: the next Read says so
	}
	_ = raw.Control(func(fd uintptr) {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		for total < len(p) {
			n, err := unix.Read(int(fd), p[total:])
			switch {
			case n > 0:
				total += n
				continue
			case !errors.Is(err, unix.EAGAIN):
				return // an end shows again at the next Read
			}
			if k, err := unix.Poll(ready, 1); k <= 0 || err != nil {
				return
			}
		}
	})
	return total
}

// readPresent reads what is there without waiting; io.EOF when there is nothing.
func (r *outReader) readPresent(p []byte) (int, error) {
	raw, err := r.file.SyscallConn()
	if err != nil {
		return 0, err
	}
	n := 0
	if ctl := raw.Control(func(fd uintptr) { n, err = unix.Read(int(fd), p) }); ctl != nil {
		return 0, ctl
	}
	if err != nil || n <= 0 {
		return 0, io.EOF
	}
	return n, nil
}

// expire lets reads end soon, whoever still holds the other side.
func (r *outReader) expire() {
	if r != nil {
		// A file that takes no deadline ends with its holders.
		_ = r.file.SetReadDeadline(time.Now().Add(drainTime))
	}
}

// openTerminal makes a pseudo-terminal of the size, if one is known. The
// master waits in the poller, so that it can be closed while it is read.
func openTerminal(size engine.Size) (master, slave *os.File, err error) {
	blocking, slave, err := pty.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	defer blocking.Close()
	if size != (engine.Size{}) {
		if err := pty.Setsize(blocking, &pty.Winsize{Rows: size.Rows, Cols: size.Cols}); err != nil {
			slave.Close()
			return nil, nil, fmt.Errorf("set the terminal's size: %w", err)
		}
	}
	// pty leaves the master in blocking mode; a fresh file around the same
	// master is registered with the poller.
	fd, err := unix.FcntlInt(blocking.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = unix.SetNonblock(fd, true)
	}
	if err != nil {
		slave.Close()
		return nil, nil, fmt.Errorf("open a pseudo-terminal: %w", err)
	}
	return os.NewFile(uintptr(fd), "terminal"), slave, nil
}

// resizeTerminal sets the size on the master.
func resizeTerminal(master *os.File, size engine.Size) error {
	raw, err := master.SyscallConn()
	if err == nil {
		ctl := raw.Control(func(fd uintptr) {
			err = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: size.Rows, Col: size.Cols})
		})
		err = errors.Join(err, ctl)
	}
	if err != nil {
		return fmt.Errorf("set the terminal's size: %w", err)
	}
	return nil
}

// containerOutput carries a container's output into its log. stdin is there
// too: a container that asks for it has one in which nothing ever comes.
type containerOutput struct {
	log     *runLog
	turn    sync.Mutex // one stream at a time
	theirs  []*os.File // the container's ends, ours until it has started
	held    []*os.File // closed at the end
	readers []*outReader
	pumps   sync.WaitGroup
}

// open makes the standard files for the container and begins to read.
func (o *containerOutput) open(c *corev1.Container) ([3]*os.File, error) {
	var files [3]*os.File
	if c.TTY {
		master, slave, err := openTerminal(engine.Size{})
		if err != nil {
			return files, err
		}
		o.theirs = append(o.theirs, slave)
		o.held = append(o.held, master)
		o.pump(master, streamOut, nil)
		return [3]*os.File{slave, slave, slave}, nil
	}
	var before func()
	for i, stream := range []string{streamOut, streamErr} {
		r, w, err := os.Pipe()
		if err != nil {
			return files, fmt.Errorf("make a pipe for the container's output: %w", err)
		}
		files[i+1] = w
		o.theirs = append(o.theirs, w)
		o.held = append(o.held, r)
		before = o.pump(r, stream, before)
	}
	if c.Stdin {
		r, w, err := os.Pipe()
		if err != nil {
			return files, fmt.Errorf("make a pipe for the container's input: %w", err)
		}
		files[0] = r
		o.theirs = append(o.theirs, r)
		o.held = append(o.held, w)
		return files, nil
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return files, fmt.Errorf("open the container's input: %w", err)
	}
	files[0] = null
	o.theirs = append(o.theirs, null)
	return files, nil
}

// pump copies a stream into the log until its end. What is in the stream
// before is written first: of two streams that a program wrote to one after
// the other, the second is often seen as soon as the first. It returns what
// makes a later stream do the same with this one.
func (o *containerOutput) pump(f *os.File, stream string, before func()) (catchUp func()) {
	r := &outReader{file: f}
	o.readers = append(o.readers, r)
	w := &lineWriter{log: o.log, stream: stream}
	buf := make([]byte, 32<<10)
	o.pumps.Go(func() {
		take := func(p []byte) {
			if before != nil {
				before()
			}
			_, _ = w.Write(p) // it never fails
		}
		for r.readUnder(&o.turn, buf, take) == nil {
		}
		// The end of the output, in whatever way, is the end of the log.
		o.turn.Lock()
		defer o.turn.Unlock()
		take(nil)
		w.finish()
	})
	mine := make([]byte, len(buf))
	return func() {
		for {
			n, err := r.readPresent(mine)
			if err != nil {
				return
			}
			_, _ = w.Write(mine[:n])
		}
	}
}

// started lets go of the container's ends.
func (o *containerOutput) started() {
	for _, f := range o.theirs {
		f.Close()
	}
	o.theirs = nil
}

// finish waits until everything that the tree has written is in the log. The
// tree has gone, or never was.
func (o *containerOutput) finish() {
	o.started()
	for _, r := range o.readers {
		r.expire()
	}
	o.pumps.Wait()
	for _, f := range o.held {
		f.Close()
	}
}
