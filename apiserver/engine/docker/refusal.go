package docker

import (
	"bytes"
	"io"
	"slices"

	"podium/apiserver/engine"
)

// refusalPrefixes begin what an engine writes into the stream, after it has
// promised one, when it cannot run the command.
var refusalPrefixes = [][]byte{[]byte("OCI runtime exec failed"), []byte("OCI runtime attempted"), []byte("Error: OCI runtime"), []byte("Error: crun:"), []byte("Error: runc:"), []byte("OCI permission denied"), []byte("executable file `"), []byte("Error: executable file")}

// maxRefusal bounds what is held back of it.
const maxRefusal = 8 << 10

// refusal stands before the output of a command. It looks whether the first
// that comes are the engine's own words, and holds these back until the exit
// code tells.
type refusal struct {
	out    io.Writer
	some   bool
	theirs bool
	held   []byte
}

func (r *refusal) Write(p []byte) (int, error) {
	if !r.some && len(p) > 0 {
		// They come in one piece: nothing of a command's is held that is not
		// exactly so.
		r.some = true
		r.theirs = slices.ContainsFunc(refusalPrefixes, func(prefix []byte) bool { return bytes.HasPrefix(p, prefix) })
	}
	if r.theirs && len(r.held)+len(p) <= maxRefusal {
		r.held = append(r.held, p...)
		return len(p), nil
	}
	if len(r.held) > 0 { // too much for a refusal
		held := r.held
		r.held, r.theirs = nil, false
		if _, err := r.out.Write(held); err != nil {
			return 0, err
		}
	}
	return r.out.Write(p)
}

// release lets go what is held: to stderr, with the code that a shell would
// give, if the command was not run.
func (r *refusal) release(exit *engine.Exit, errs io.Writer) {
	if len(r.held) == 0 {
		return
	}
	to := r.out
	if exit.Code == 126 || exit.Code == 127 {
		to = errs
		exit.Code = int(cannotRunCode(string(r.held), exit.Code))
	}
	_, _ = to.Write(r.held) // a drain never fails
	r.held = nil
}
