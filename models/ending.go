package models

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// endTimeout bounds the questions about a session that has ended.
const endTimeout = 5 * time.Second

// EndKind is what is known of an end.
type EndKind int

// The kinds of ends.
const (
	EndUntold     EndKind = iota // the output came to its end, but how the command did is not told
	EndExited                    // the server told the exit code
	EndLost                      // the connection broke and the server tells no exit code
	EndCutShort                  // the output ended inside a frame, and the server tells no exit code
	EndGoesOn                    // the output came to its end, and the server says that the command still runs
	EndCancelled                 // it was ended from here
	EndNotStarted                // it never ran
)

// End is how an exec ended, in words that never guess: only the server knows an
// exit code, and where it cannot be asked the end is unknown.
type End struct {
	Kind     EndKind
	OK       bool   // exit 0, and nothing was lost on the way
	Known    bool   // the exit code is known
	ExitCode int    // where Known
	Partial  bool   // output is missing, as far as can be told from here
	Line     string // the short of it: "exit 3", "unknown: connection lost after 12s"
	More     string // what it means and what can be done, may be empty
}

// NotStarted is the end of what never ran, for the reason given.
func NotStarted(err error) End {
	if errors.Is(err, context.Canceled) {
		return End{Kind: EndCancelled, Line: "cancelled", More: "It was given up before it had started."}
	}
	more := err.Error()
	var refused apierrors.APIStatus
	if errors.As(err, &refused) && refused.Status().Message != "" {
		more = refused.Status().Message // which request it was says nothing more
	}
	return End{Kind: EndNotStarted, Line: "not started", More: asSentence(more)}
}

// Cancelled is the end of what was ended from here. killed says that the server
// was told to end the process, and took it.
func Cancelled(killed bool) End {
	if killed {
		return End{Kind: EndCancelled, Line: "cancelled", More: "The server was told to end the command; its exit code was not waited for."}
	}
	return End{Kind: EndCancelled, Line: "cancelled", More: "The connection was closed, on which a server ends the command; its exit code was not waited for."}
}

// Stream is how an exec's stream ended, as its reader saw it.
type Stream struct {
	Lost  bool          // the connection broke: output may be missing
	Cut   bool          // framed output ended inside a frame: something is missing
	Cause error         // what broke, may be nil
	After time.Duration // since the start, 0 where that is not to be told
}

// A server stores the exit code before it closes the stream. Some do a moment
// later: they are asked again, a few times.
const (
	askAgain      = 4
	askAgainAfter = 150 * time.Millisecond // doubled each time
)

// AskEnd asks the server how the exec in the pod ended. It may block for some
// seconds, so screens call it in commands; safe for concurrent use.
func AskEnd(client Client, control api.ExecControl, ref api.PodRef, stream Stream) End {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	status, err := inspect(ctx, control, !stream.Lost && !stream.Cut)
	end := describeEnd(stream, status, err)
	if end.OK {
		return end
	}
	switch podPresence(ctx, client, ref) {
	case podMissing:
		end.More = sentences("The pod was deleted.", end.More)
	case serverGone:
		if end.Known {
			break // told before it went
		}
		end.Kind, end.Line = EndLost, "unknown: server gone"+after(stream)
		end.More = sentences("The server does not answer; whether the command still runs is not known.", end.More)
	case podThere:
	}
	return end
}

// inspect asks for the state of the process. Where its output has ended in order
// and it still runs, that is asked again.
func inspect(ctx context.Context, control api.ExecControl, ended bool) (api.ExecStatus, error) {
	pause := askAgainAfter
	for try := 0; ; try++ {
		status, err := control.Inspect(ctx)
		if err != nil || !status.Running || !ended || try == askAgain {
			return status, err
		}
		select {
		case <-time.After(pause):
			pause *= 2
		case <-ctx.Done():
			return status, nil
		}
	}
}

// describeEnd puts an end into words. status and err are what the server says
// of the process.
func describeEnd(stream Stream, status api.ExecStatus, err error) End {
	missing, kind := "", EndUntold
	switch {
	case stream.Cut:
		missing, kind = "cut short", EndCutShort
	case stream.Lost:
		missing, kind = "connection lost"+after(stream), EndLost
	}
	cause := ""
	if missing != "" && stream.Cause != nil {
		cause = fmt.Sprintf("Output may be missing: %v.", stream.Cause)
	}
	e := End{Kind: kind, Partial: missing != ""}
	switch {
	case err == nil && !status.Running && status.Unknown:
		if missing == "" {
			e.Kind, missing = EndLost, "the server lost the command"
		}
		e.Line, e.More = "unknown: "+missing, sentences(asSentence(capital(status.Reason)), cause)
	case err == nil && !status.Running:
		e.Kind, e.Known, e.ExitCode = EndExited, true, status.ExitCode
		e.OK = status.ExitCode == 0 && missing == ""
		e.Line = exitLine(status.ExitCode)
		if missing != "" {
			e.Line += ", " + missing
		}
		e.More = sentences(asSentence(capital(status.Reason)), cause)
	case missing != "" && err == nil:
		e.Line, e.More = "unknown: "+missing, sentences(cause, "The command still runs there, until the server notices that nobody listens.")
	case missing != "":
		e.Line, e.More = "unknown: "+missing, sentences(cause, asSentence(err.Error()))
	case err == nil:
		e.Kind, e.Line = EndGoesOn, "unknown: stream closed"
		e.More = "The stream was closed, yet the server says that the command still runs. Something on the way may have cut the connection; a server ends the command once it notices."
	case errors.Is(err, api.ErrNotServed):
		e.Line, e.More = "unknown: this server does not tell exit codes", "All output is here; how the command did is not told."
	case apierrors.IsNotFound(err):
		e.Line = "unknown: the server forgot the command"
		e.More = "The server closed the stream and does not know the command any more: it was probably restarted, and the command ended with it."
	default:
		e.Line, e.More = "unknown: the server did not tell the exit code", asSentence(err.Error())
	}
	return e
}

// after says when a stream ended, where that is to be told.
func after(s Stream) string {
	if s.After <= 0 {
		return ""
	}
	unit := time.Second
	if s.After < 10*time.Second {
		unit = 100 * time.Millisecond
	}
	return " after " + max(s.After.Round(unit), unit).String()
}

// signals are the names of those that commonly end a process.
var signals = map[int]string{
	1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE", 9: "KILL", 10: "USR1", 11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM",
}

// exitLine is an exit code in words. 128+N stands for death by signal N: see
// api.ExecStatus.
func exitLine(code int) string {
	if name, ok := signals[code-128]; ok {
		return fmt.Sprintf("exit %d (signal %s)", code, name)
	}
	return fmt.Sprintf("exit %d", code)
}

// capital begins a text as sentences begin.
func capital(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[n:]
}

func asSentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, ".") {
		return s
	}
	return s + "."
}

func sentences(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

type presence int

const (
	podThere presence = iota
	podMissing
	serverGone
)

// podPresence tells whether the pod, and the server, are still there.
func podPresence(ctx context.Context, client Client, ref api.PodRef) presence {
	pod, err := client.Get(ctx, ref.Namespace, ref.Name)
	var status apierrors.APIStatus
	switch {
	case apierrors.IsNotFound(err):
		return podMissing
	case err != nil && !errors.As(err, &status):
		return serverGone
	case err != nil || pod.Pod == nil:
		return podThere
	case ref.UID != "" && string(pod.Pod.UID) != ref.UID, pod.Pod.DeletionTimestamp != nil:
		return podMissing
	}
	return podThere
}
