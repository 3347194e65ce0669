package docker

import (
	"bytes"
	"io"

	"podium/apiserver/engine"
)

// refusalPrefixes begin what an engine writes into the stream, after it has
// promised one, when it cannot run the command.
var refusalPrefixes = [][]byte{[]byte("OCI runtime exec failed"), []byte("OCI runtime attempted"), []byte("Error: OCI runtime"), []byte("Error: crun:"), []byte("Error: runc:"), []byte("OCI permission denied"), []byte("executable file `"), []byte("Error: executable file")}

// maxRefusal bounds what is held back of it.
const maxRefusal = 8 << 10

// refusal stands before the output of a command without a terminal. It holds
// back a beginning that may be the engine's own words rather than the
// command's, until the exit code tells which.
type refusal struct {
	out    io.Writer
	passed bool
	held   []byte
}

func (r *refusal) Write(p []byte) (int, error) {
	if r.passed {
		return r.out.Write(p)
	}
	r.held = append(r.held, p...)
	if len(r.held) <= maxRefusal {
		for _, prefix := range refusalPrefixes {
			n := min(len(prefix), len(r.held))
			if bytes.Equal(prefix[:n], r.held[:n]) {
				return len(p), nil
			}
		}
	}
	r.passed = true
	held := r.held
	r.held = nil
	if _, err := r.out.Write(held); err != nil {
		return 0, err
	}
	return len(p), nil
}

// release lets go what is held: to stderr, with the code that a shell would
// give, if the command was not run.
func (r *refusal) release(exit *engine.Exit, errs io.Writer) {
	to := r.out
	if exit.Code == 126 || exit.Code == 127 {
		to = errs
		exit.Code = int(cannotRunCode(string(r.held), exit.Code))
	}
	_, _ = to.Write(r.held) // a drain never fails
	r.held = nil
}
