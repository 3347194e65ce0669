package api

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ExecConfig is the body of exec create and, again, of exec start (API page,
// PodExecConfig; the page swaps the descriptions of attachStdout and
// attachStderr). The last four fields are not on the page; its original client
// sends them, so servers must take them, and podium sends them only when set.
type ExecConfig struct {
	TTY          bool     `json:"tty"`          // allocate a pseudo-terminal: the stream is raw
	AttachStdin  bool     `json:"attachStdin"`  // the client's bytes reach the process
	AttachStderr bool     `json:"attachStderr"` // the process's stderr reaches the client
	AttachStdout bool     `json:"attachStdout"` // the process's stdout reaches the client
	Cmd          []string `json:"cmd"`          // program and arguments, at least one

	// Rows and Cols are the terminal's size at first, 0 for unknown. The body has
	// no place for it: a client tells it by a resize between create and start.
	Rows uint16 `json:"-"`
	Cols uint16 `json:"-"`

	User       string `json:"user,omitempty"`
	Privileged bool   `json:"privileged,omitempty"`
	Detach     bool   `json:"detach,omitempty"`
	DetachKeys string `json:"detachKeys,omitempty"`
}

// ExecCreated answers exec create (API page, PodExecCreateResponse; the page
// types Id as a bool, it is a string).
type ExecCreated struct {
	ID string `json:"Id"`
}

// ExecStatus answers exec inspect. ExitCode means something only once Running
// is false and Started true: 128+N stands for death by signal N, 126 and 127
// for a command that could not be run or found.
type ExecStatus struct {
	ExecID      string `json:"ExecID"`
	PodName     string `json:"PodName"`
	ContainerID string `json:"ContainerID"`
	Running     bool   `json:"Running"`
	ExitCode    int    `json:"ExitCode"`

	// Reason says in words why the process ended when its exit code alone
	// would mislead, such as the engine going down. podium's own, may be
	// empty.
	Reason string `json:"Reason,omitempty"`

	// Unknown says that nobody knows how the process ended, nor for certain that
	// it did: ExitCode is a stand-in, and Reason says what happened. podium's own.
	Unknown bool `json:"Unknown,omitempty"`
}

// ErrNotServed is wrapped by calls to something that the endpoint does not
// offer, such as inspect at a server that knows only the API page.
var ErrNotServed = errors.New("not served by this endpoint")

// ExecSession is a started exec: its hijacked stream and the calls about it.
//
// Read gives the process's output: raw bytes with a TTY, frames of eight bytes
// of header and payload without (API page, Stream details). io.EOF means that
// the server closed the stream in order; a connection that broke gives another
// error. Write carries stdin, unframed in both cases. One Read and one Write
// may run at the same time; Close unblocks both, may be called repeatedly and
// must be called at the end.
type ExecSession interface {
	io.ReadWriteCloser

	// CloseWrite ends the process's stdin and nothing else: output goes on.
	CloseWrite() error

	// Resize sets the terminal's size in cells. Servers may refuse until the
	// process exists: callers repeat it. Zero rows or columns are an error.
	Resize(ctx context.Context, rows, cols uint16) error

	// Control is what can be asked about the process, also after the stream
	// has ended and been closed.
	Control() ExecControl
}

// ExecControl asks and signals one exec process over requests of its own. Safe
// for concurrent use.
type ExecControl interface {
	// ID is the server's id of the exec. It is a capability: whoever knows
	// it can act on the process, so it is never shown.
	ID() string

	// Inspect tells whether the process runs and how it ended. Where the
	// endpoint has no such call the error wraps ErrNotServed.
	Inspect(ctx context.Context) (ExecStatus, error)

	// Kill sends the named signal (TERM, KILL, HUP, INT, …). Where the
	// endpoint has no such call the error wraps ErrNotServed.
	Kill(ctx context.Context, signal string) error
}

// PodRef names a pod. UID tells two pods of the same name apart; it is empty
// where the endpoint gives none.
type PodRef struct {
	Namespace string
	Name      string
	UID       string
}

// String is namespace/name, as people write it.
func (r PodRef) String() string {
	return fmt.Sprintf("%s/%s", r.Namespace, r.Name)
}
