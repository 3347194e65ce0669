package termbridge

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// PTY is a pseudo-terminal pair, seen from both of its ends. What is written to
// the slave is read from the master and the other way round; the slave is raw,
// so that no byte is echoed, translated or taken as a signal on the way.
//
// Each end may be read and written by one goroutine each at the same time.
type PTY interface {
	// Master is the terminal's end. Its Read waits for something and then takes
	// all that is there, up to the size of the slice; once the slave is closed
	// it gives the rest and then io.EOF.
	Master() io.ReadWriter

	// Slave is the program's end. Its Read and Write fail once it is closed.
	Slave() io.ReadWriter

	// Resize sets the size in cells. It does not wait. Zero columns or rows
	// are an error (ErrZeroSize) and change nothing; after Close it may fail
	// with os.ErrClosed.
	Resize(cols, rows uint16) error

	// CloseSlave ends the program's end: the master reads what is left, then
	// io.EOF. It may be called repeatedly.
	CloseSlave() error

	// Close ends both ends, unblocks whoever waits at them and gives back the
	// descriptors. What has not been read is lost. It may be called
	// repeatedly.
	Close() error
}

// Starter is a PTY that can be the controlling terminal of a local process.
type Starter interface {
	// Start starts cmd on the slave: its standard streams, unless cmd has some
	// set, and its controlling terminal in a session of its own. The process
	// finds a terminal in its usual cooked state. Afterwards the slave is
	// closed on this side, so that the end of the process and its children is
	// the end of the terminal. The caller waits for cmd.
	Start(cmd *exec.Cmd) error
}

// ErrZeroSize is returned for a size without columns or rows.
var ErrZeroSize = errors.New("a terminal needs at least one column and one row")

// checkSize refuses what no program can draw on.
func checkSize(cols, rows uint16) error {
	if cols == 0 || rows == 0 {
		return fmt.Errorf("resize to %d columns and %d rows: %w", cols, rows, ErrZeroSize)
	}
	return nil
}
