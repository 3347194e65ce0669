package host

import (
	"encoding/json"
	"fmt"
	"io"
)

// The engine and a shim talk over a socket pair in lines of JSON: the engine
// sends one start call and then any number of others, the shim answers with
// reports. The end of the socket is the death of the other side.

// controlFD is the descriptor at which a shim finds its end of the pair.
const controlFD = 3

// maxCall bounds what a shim reads as one call: a command line and environment
// that execve would take are far smaller.
const maxCall = 16 << 20

// The calls of the engine.
const (
	opStart  = "start"  // run Spec; the first call
	opSignal = "signal" // send Signal to the command
	opHangup = "hangup" // end the tree: HUP, TERM, KILL in quick succession
	opEnd    = "end"    // end the tree: TERM, then KILL
	opKill   = "kill"   // end the tree at once
)

// shimCall is what the engine asks of a shim.
type shimCall struct {
	Op     string    `json:"op"`
	Signal int       `json:"signal,omitempty"`
	Spec   *shimSpec `json:"spec,omitempty"`
}

// shimSpec is the command that a shim runs, and the surroundings it makes for
// it first.
type shimSpec struct {
	Argv []string `json:"argv"`
	Env  []string `json:"env"`
	Dir  string   `json:"dir"`
	TTY  bool     `json:"tty,omitempty"`

	User       *shimUser `json:"user,omitempty"`
	NoNewPrivs bool      `json:"noNewPrivs,omitempty"`

	// What follows needs the namespaces that the engine starts the shim in.
	Hostname     string     `json:"hostname,omitempty"`
	Binds        []shimBind `json:"binds,omitempty"`
	ReadOnlyRoot bool       `json:"readOnlyRoot,omitempty"`
	Writable     []string   `json:"writable,omitempty"` // folders left writable under ReadOnlyRoot
}

// shimUser is whom the command runs as.
type shimUser struct {
	UID    uint32   `json:"uid"`
	GID    uint32   `json:"gid"`
	Groups []uint32 `json:"groups,omitempty"`
}

// shimBind shows one folder in the place of another.
type shimBind struct {
	Source   string `json:"source"`
	Target   string `json:"target"`
	ReadOnly bool   `json:"readOnly,omitempty"`
}

// needsNamespace tells whether the spec asks for what only works in a mount
// and UTS namespace of its own.
func (s *shimSpec) needsNamespace() bool {
	return s.Hostname != "" || len(s.Binds) > 0 || s.ReadOnlyRoot
}

// The reports of a shim.
const (
	reportStarted = "started" // Pid and Start say which process
	reportFailed  = "failed"  // Code and Message say why there is none
	reportExited  = "exited"  // Code and Signal: how the command ended; the rest of the tree may still run
	reportLeft    = "left"    // Message: what could not be ended
)

// shimReport is what a shim tells.
type shimReport struct {
	Kind    string `json:"kind"`
	Pid     int    `json:"pid,omitempty"`
	Start   uint64 `json:"start,omitempty"` // the process's start time as procStart has it
	Code    int    `json:"code,omitempty"`
	Signal  int    `json:"signal,omitempty"`
	Message string `json:"message,omitempty"`
}

// callReader reads calls of bounded length.
type callReader struct {
	limit *io.LimitedReader
	dec   *json.Decoder
}

func newCallReader(r io.Reader) *callReader {
	l := &io.LimitedReader{R: r, N: maxCall}
	return &callReader{limit: l, dec: json.NewDecoder(l)}
}

func (r *callReader) next() (shimCall, error) {
	r.limit.N = maxCall
	var c shimCall
	if err := r.dec.Decode(&c); err != nil {
		return c, fmt.Errorf("read a call of the engine: %w", err)
	}
	return c, nil
}
