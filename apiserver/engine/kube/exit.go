package kube

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/remotecommand"

	"podium/apiserver/engine"
)

// codeUnknown is the exit code of a command whose end is not known. The reason
// says so; it is never 0.
const codeUnknown = 255

// ending is how an exec ended.
type ending struct {
	exit  engine.Exit
	words string // what a shell would have said on stderr, empty otherwise
	lost  bool   // the command may still run
	bare  bool   // there is no shell in the container
}

// endingOf reads the status that ended the exec, or what kept it from coming.
func endingOf(status []byte, err error, program string) ending {
	if len(status) == 0 {
		return ending{lost: true, exit: engine.Exit{
			Code: codeUnknown, Unknown: true,
			Reason: fmt.Sprintf("how the command ended is not known, it may go on running: %v", err),
		}}
	}
	var st metav1.Status
	if json.Unmarshal(status, &st) != nil {
		return ending{exit: engine.Exit{Code: codeUnknown, Unknown: true, Reason: fmt.Sprintf("how the command ended is not known: the cluster says %q", status)}}
	}
	if st.Status == metav1.StatusSuccess {
		return ending{}
	}
	if code, ok := exitCode(st); ok {
		return ending{exit: engine.Exit{Code: code}}
	}
	return failed(st.Message, program)
}

// exitCode is the code of a command that ran and ended with another than 0.
func exitCode(st metav1.Status) (int, bool) {
	if st.Reason != remotecommand.NonZeroExitCodeReason || st.Details == nil {
		return 0, false
	}
	for _, c := range st.Details.Causes {
		if c.Type == remotecommand.ExitCodeCauseType {
			code, err := strconv.Atoi(c.Message)
			return code, err == nil
		}
	}
	return 0, false
}

// failed tells a command that could not be run from a cluster that could not
// run one. The runtimes have no codes for it, only words.
func failed(message, program string) ending {
	says := func(phrases ...string) bool {
		low := strings.ToLower(message)
		for _, p := range phrases {
			if strings.Contains(low, p) {
				return true
			}
		}
		return false
	}
	absent := says("executable file not found", "executable file `", "no such file or directory", "error finding executable")
	if absent && program == shell && says(`"sh"`, "`sh`", "'sh'") {
		return ending{bare: true, exit: engine.Exit{Code: 127}, words: "sh: not found"}
	}
	switch {
	case absent:
		return ending{exit: engine.Exit{Code: 127}, words: program + ": not found"}
	case says("permission denied", "is a directory", "exec format error"):
		return ending{exit: engine.Exit{Code: 126}, words: program + ": cannot be run: " + lastClause(message)}
	}
	return ending{lost: true, exit: engine.Exit{Code: codeUnknown, Unknown: true, Reason: "the cluster could not carry the command to its end: " + withoutURL(message)}}
}

// withoutURL takes the URL out of an error of Go's HTTP client: it has the
// whole command in it.
func withoutURL(message string) string {
	const before, after = ` "http`, `": `
	i := strings.Index(message, before)
	if i < 0 {
		return message
	}
	j := strings.Index(message[i:], after)
	if j < 0 {
		return message[:i]
	}
	return message[:i] + message[i+j+1:]
}

// lastClause is the innermost of the causes that a runtime's message strings
// together.
func lastClause(message string) string {
	message = strings.TrimSuffix(message, ": unknown")
	if i := strings.LastIndex(message, ": "); i >= 0 {
		return message[i+2:]
	}
	return message
}

// containerGone tells by the runtimes' words that there is nothing left to end.
func containerGone(message string) bool {
	for _, words := range []string{"not found", "not running", "is stopped", "cannot exec in a deleted state", "container not created", "no such container", "no running task", "not created or has been deleted"} {
		if strings.Contains(strings.ToLower(message), words) {
			return true
		}
	}
	return false
}
