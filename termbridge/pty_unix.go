//go:build unix

package termbridge

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// ttyPair is the kernel's pseudo-terminal.
//
// What this process itself writes to the slave, which is the output of a stream,
// reaches the master through memory. The slave is raw, so the line discipline
// would change nothing in it, but it hands on 4 kB at a time, each by way of a
// kernel thread, and a flood would spend more on that than on being shown.
type ttyPair struct {
	master *masterFile
	slave  *os.File
	output *memoryPipe // from our writes to the master; nil with a process on the slave
	name   string
	cooked *term.State // what the slave was before it was made raw

	closed               atomic.Bool
	slaveOnce, closeOnce sync.Once
	slaveErr, closeErr   error
}

var (
	_ PTY     = (*ttyPair)(nil)
	_ Starter = (*ttyPair)(nil)
)

// OpenPTY opens a pseudo-terminal of the given size with a raw slave. The
// caller closes it. The error wraps ErrNoPTY when there is none to be had, and
// ErrZeroSize.
func OpenPTY(cols, rows uint16) (PTY, error) {
	if err := checkSize(cols, rows); err != nil {
		return nil, err
	}
	m, s, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("open a pseudo-terminal: %w: %w", ErrNoPTY, err)
	}
	defer m.Close()
	defer s.Close()

	p := &ttyPair{name: s.Name(), output: newMemoryPipe()}
	// Raw before anything is written: else the line discipline would echo our
	// own replies back to us and translate line feeds.
	if p.cooked, err = term.MakeRaw(int(s.Fd())); err != nil {
		return nil, fmt.Errorf("make the pseudo-terminal raw: %w", err)
	}
	if p.slave, err = pollable(s); err != nil {
		return nil, err
	}
	if p.master, err = openMaster(m); err != nil {
		_ = p.slave.Close()
		return nil, err
	}
	if err := p.Resize(cols, rows); err != nil {
		_ = p.Close()
		return nil, err
	}
	return p, nil
}

// pollable duplicates f so that the runtime waits for it in its poller: then
// Close and deadlines interrupt a Read, which they do not on a file whose
// descriptor has been handed out.
func pollable(f *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("duplicate the descriptor of %s: %w", f.Name(), err)
	}
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("switch %s to non-blocking: %w", f.Name(), err)
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// Master implements PTY.
func (p *ttyPair) Master() io.ReadWriter {
	if p.output == nil {
		return p.master
	}
	return readWriter{p.output, p.master}
}

// Slave implements PTY.
func (p *ttyPair) Slave() io.ReadWriter {
	if p.output == nil {
		return p.slave
	}
	return readWriter{p.slave, p.output}
}

// Resize implements PTY by TIOCSWINSZ.
func (p *ttyPair) Resize(cols, rows uint16) error {
	if err := checkSize(cols, rows); err != nil {
		return err
	}
	rc, err := p.master.f.SyscallConn()
	if err != nil {
		return fmt.Errorf("resize the pseudo-terminal: %w", err)
	}
	var ioErr error
	err = rc.Control(func(fd uintptr) {
		ioErr = unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: cols})
	})
	if p.closed.Load() {
		err, ioErr = os.ErrClosed, nil // the runtime has an error of its own for this
	}
	if err = errors.Join(err, ioErr); err != nil {
		return fmt.Errorf("resize the pseudo-terminal to %dx%d: %w", cols, rows, err)
	}
	return nil
}

// CloseSlave implements PTY.
func (p *ttyPair) CloseSlave() error {
	p.slaveOnce.Do(func() {
		if p.output != nil {
			p.output.end(io.EOF, false)
		}
		p.slaveErr = p.slave.Close()
	})
	return p.slaveErr
}

// Close implements PTY. The slave goes first: on some systems that alone wakes
// a Read of the master.
func (p *ttyPair) Close() error {
	p.closeOnce.Do(func() {
		p.closed.Store(true)
		err := p.CloseSlave()
		if p.output != nil {
			p.output.end(os.ErrClosed, true)
		}
		p.closeErr = errors.Join(err, p.master.f.Close())
	})
	return p.closeErr
}

// Start implements Starter.
func (p *ttyPair) Start(cmd *exec.Cmd) error {
	// Opened anew: O_NONBLOCK belongs to the open file, and a child that finds
	// it set on its standard input fails with EAGAIN.
	s, err := os.OpenFile(p.name, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return fmt.Errorf("open the pseudo-terminal for %s: %w", cmd.Path, err)
	}
	defer s.Close()
	fd := int(s.Fd()) // asking for it makes the file blocking
	if err := term.Restore(fd, p.cooked); err != nil {
		return fmt.Errorf("set up the pseudo-terminal for %s: %w", cmd.Path, err)
	}
	if cmd.Stdin == nil {
		cmd.Stdin = s
	}
	if cmd.Stdout == nil {
		cmd.Stdout = s
	}
	if cmd.Stderr == nil {
		cmd.Stderr = s
	}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setsid = true
	cmd.SysProcAttr.Setctty = true
	cmd.SysProcAttr.Ctty = 0 // the child's descriptor: its standard input
	if cmd.Stdin != s {
		cmd.ExtraFiles = append(cmd.ExtraFiles, s)
		cmd.SysProcAttr.Ctty = 2 + len(cmd.ExtraFiles)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p.output = nil
	return p.CloseSlave()
}

// ended says whether err is how the end of the slave shows at the master: EIO
// on Linux, an end of file elsewhere.
func ended(err error) bool {
	return errors.Is(err, syscall.EIO) || errors.Is(err, io.EOF)
}
