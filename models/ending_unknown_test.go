package models

import (
	"strings"
	"testing"

	"podium/api"
)

// TestAnEndThatTheServerDoesNotKnowIsNoExitCode: the code that such an answer
// brings is a stand-in.
func TestAnEndThatTheServerDoesNotKnowIsNoExitCode(t *testing.T) {
	status := api.ExecStatus{ExitCode: 255, Unknown: true, Reason: "how the command ended is not known: the connection to the cluster broke"}
	for _, stream := range []Stream{{}, {Lost: true}, {Cut: true}} {
		e := describeEnd(stream, status, nil)
		if e.Known || e.OK || e.Kind == EndExited || strings.Contains(e.Line, "255") || !strings.HasPrefix(e.Line, "unknown: ") {
			t.Errorf("with %+v it is %+v", stream, e)
		}
		if !strings.HasPrefix(e.More, "How the command ended is not known") {
			t.Errorf("it says %q", e.More)
		}
	}
}
