package models

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// endTimeout bounds the questions about a session that has ended.
const endTimeout = 5 * time.Second

// End is how an exec ended, in words that never guess: only the server knows an
// exit code, and where it cannot be asked the end is unknown.
type End struct {
	OK       bool   // exit 0, and nothing was lost on the way
	Known    bool   // the exit code is known
	ExitCode int    // where Known
	Line     string // the short of it: "exit 3", "unknown: connection lost"
	More     string // what it means and what can be done, may be empty
}

// Stream is how an exec's stream ended, as its reader saw it.
type Stream struct {
	Lost  bool  // the connection broke: output may be missing
	Cut   bool  // framed output ended inside a frame: something is missing
	Cause error // what broke, may be nil
}

// AskEnd asks the server how the exec in the pod ended. It may block for some
// seconds, so screens call it in commands; safe for concurrent use.
func AskEnd(client Client, control api.ExecControl, ref api.PodRef, stream Stream) End {
	ctx, cancel := context.WithTimeout(context.Background(), endTimeout)
	defer cancel()
	status, err := control.Inspect(ctx)
	end := describeEnd(stream, status, err)
	switch podPresence(ctx, client, ref) {
	case podMissing:
		end.More = sentences("The pod was deleted.", end.More)
	case serverGone:
		end.Line = "unknown: server gone"
		end.More = sentences("The server does not answer; whether the command still runs is not known.", end.More)
	case podThere:
	}
	return end
}

// describeEnd puts an end into words. status and err are what the server says
// of the process.
func describeEnd(stream Stream, status api.ExecStatus, err error) End {
	missing := ""
	switch {
	case stream.Cut:
		missing = "cut short"
	case stream.Lost:
		missing = "connection lost"
	}
	cause := ""
	if missing != "" && stream.Cause != nil {
		cause = fmt.Sprintf("Output may be missing: %v.", stream.Cause)
	}
	switch {
	case err == nil && !status.Running:
		e := End{Known: true, ExitCode: status.ExitCode, OK: status.ExitCode == 0 && missing == "", Line: fmt.Sprintf("exit %d", status.ExitCode)}
		if missing != "" {
			e.Line += ", " + missing
		}
		e.More = sentences(asSentence(status.Reason), cause)
		return e
	case missing != "" && err == nil:
		return End{Line: "unknown: " + missing, More: sentences(cause, "The command still runs there, until the server notices that nobody listens.")}
	case missing != "":
		return End{Line: "unknown: " + missing, More: sentences(cause, asSentence(err.Error()))}
	case err == nil:
		return End{Line: "unknown: stream closed", More: "The server closed the stream although the command still runs."}
	case errors.Is(err, api.ErrNotServed):
		return End{Line: "ended, exit unknown", More: "This server does not tell exit codes."}
	case apierrors.IsNotFound(err):
		return End{Line: "ended, exit unknown", More: "The server closed the stream and does not know the command any more: it was probably restarted, and the command ended with it."}
	}
	return End{Line: "ended, exit unknown", More: asSentence(err.Error())}
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
