package fanout

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"podium/api"
	"podium/apiclient"
	"podium/internal/faultserver"
	"podium/models"
	"podium/termbridge/frame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// over is a client of the server.
func over(t testing.TB, s *faultserver.Server) *apiclient.Client {
	t.Helper()
	c, err := apiclient.New(apiclient.Config{Server: s.URL, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

var web = Target{Ref: api.PodRef{Namespace: "default", Name: faultserver.Pod, UID: "u1"}, Container: faultserver.Container}

var printing = api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: []string{"x"}}

// one runs a command in the pod to its end.
func one(t testing.TB, c models.Client) *Outcome {
	t.Helper()
	f := Start([]Target{web}, Options{Client: c, Config: printing})
	select {
	case <-f.Done():
	case <-time.After(time.Minute):
		t.Fatal("the run does not end")
	}
	return f.Progress().Outcomes[0]
}

// TestEveryCut: wherever a stream is cut, what came before is kept and the end
// says that something is missing, unless nothing can be known to be.
func TestEveryCut(t *testing.T) {
	texts := []string{"out\n", "err\n", "more"}
	stream, whole := faultserver.Frames(texts...), faultserver.Boundaries(texts...)
	s := faultserver.New(t, faultserver.Script{})
	c := over(t, s)
	for cut := range len(stream) + 1 {
		for _, exit := range []int{0, 3, -1} {
			script := faultserver.Script{Stream: stream, Cut: cut, CutAll: cut == 0, Inspect: faultserver.Exited(exit)}
			if exit < 0 {
				script.Inspect = faultserver.NotServed()
			}
			s.Set(script)
			o := one(t, c)
			e := o.End
			if want := exit == 0 && whole[cut]; e.OK != want {
				t.Errorf("cut at %d, exit %d: OK is %v: %+v", cut, exit, e.OK, e)
			}
			if e.Partial == whole[cut] || strings.Contains(e.Line, "cut short") == whole[cut] {
				t.Errorf("cut at %d: %+v", cut, e)
			}
			want := fmt.Sprintf("exit %d", exit)
			if exit < 0 {
				want = "unknown: "
			}
			if e.Known != (exit >= 0) || !strings.HasPrefix(e.Line, want) {
				t.Errorf("cut at %d, exit %d: %q", cut, exit, e.Line)
			}
			out, errs := o.Text.Bytes(frame.Stdout), o.Text.Bytes(frame.Stderr)
			if !strings.HasPrefix("out\nmore", string(out)) || !strings.HasPrefix("err\n", string(errs)) {
				t.Errorf("cut at %d: kept %q and %q", cut, out, errs)
			}
			if payload := max(cut-8, 0); cut <= 12 && len(out) != payload {
				t.Errorf("cut at %d: kept %q of %d bytes that came", cut, out, payload)
			}
		}
	}
}

func kept(o *Outcome) string {
	return string(o.Text.Bytes(frame.Stdout)) + string(o.Text.Bytes(frame.Stderr))
}

// TestEndsAreTrue holds every wording of an end against a server that goes wrong
// in that way.
func TestEndsAreTrue(t *testing.T) {
	text := faultserver.Frames("out\n", "err\n")
	for name, row := range map[string]struct {
		script faultserver.Script
		kind   models.EndKind
		line   string // begins with
		more   string // contains
		ok     bool
	}{
		"exit 0":        {faultserver.Script{Stream: text}, models.EndExited, "exit 0", "", true},
		"exit 3":        {faultserver.Script{Stream: text, Inspect: faultserver.Exited(3)}, models.EndExited, "exit 3", "", false},
		"signal":        {faultserver.Script{Stream: text, Inspect: faultserver.Exited(137)}, models.EndExited, "exit 137 (signal KILL)", "", false},
		"slow drip":     {faultserver.Script{Stream: text, Chunk: 1, Pause: time.Millisecond}, models.EndExited, "exit 0", "", true},
		"runs a moment": {faultserver.Script{Stream: text, StillRunning: 2, Inspect: faultserver.Exited(4)}, models.EndExited, "exit 4", "", false},
		"still runs":    {faultserver.Script{Stream: text, Inspect: faultserver.Running()}, models.EndGoesOn, "unknown: stream closed", "still runs", false},
		"connection lost": {
			faultserver.Script{Stream: text, Reset: true, Inspect: faultserver.NotServed()},
			models.EndLost, "unknown: connection lost after ", "Output may be missing", false,
		},
		"lost, but it ended": {faultserver.Script{Stream: text, Reset: true}, models.EndExited, "exit 0, connection lost after ", "Output may be missing", false},
		"lost and it runs":   {faultserver.Script{Stream: text, Reset: true, Inspect: faultserver.Running()}, models.EndLost, "unknown: connection lost after ", "still runs there", false},
		"server gone":        {faultserver.Script{Stream: text, Vanish: true}, models.EndLost, "unknown: server gone after ", "does not answer", false},
		"no exit codes":      {faultserver.Script{Stream: text, Inspect: faultserver.NotServed()}, models.EndUntold, "unknown: this server does not tell exit codes", "", false},
		"forgotten": {
			faultserver.Script{Stream: text, Inspect: faultserver.Answer{Code: 404, Body: `{"kind":"Status","status":"Failure","reason":"NotFound","message":"exec \"x\" not found","details":{"name":"x"},"code":404}`}},
			models.EndUntold, "unknown: the server forgot the command", "probably restarted", false,
		},
		"inspect is empty":    {faultserver.Script{Stream: text, Inspect: faultserver.Answer{Code: 200, Body: `{}`}}, models.EndUntold, "unknown: the server did not tell", "exec inspect", false},
		"inspect is no JSON":  {faultserver.Script{Stream: text, Inspect: faultserver.Answer{Code: 200, Body: `ok`}}, models.EndUntold, "unknown: the server did not tell", "", false},
		"inspect fails":       {faultserver.Script{Stream: text, Inspect: faultserver.Answer{Code: 500, Body: `boom`, Type: "text/plain"}}, models.EndUntold, "unknown: the server did not tell", "boom", false},
		"inspect never comes": {faultserver.Script{Stream: text, Hang: true}, models.EndUntold, "unknown: the server did not tell", "", false},
		"cut in a header":     {faultserver.Script{Stream: text, Cut: 5}, models.EndExited, "exit 0, cut short", "header", false},
		"cut in a frame":      {faultserver.Script{Stream: text, Cut: 10, Inspect: faultserver.NotServed()}, models.EndCutShort, "unknown: cut short", "stdout", false},
		"no frames":           {faultserver.Script{Stream: []byte("HTTP/1.1 500 oops"), Inspect: faultserver.NotServed()}, models.EndLost, "unknown: connection lost", "not sending frames", false},
		"4 GB announced":      {faultserver.Script{Stream: []byte("\x01\x00\x00\x00\xff\xff\xff\xffbig")}, models.EndExited, "exit 0, cut short", "", false},
		"garbage for a start": {faultserver.Script{Head: "\x1b[2J\x00 not http"}, models.EndNotStarted, "not started", "", false},
		"nothing for a start": {faultserver.Script{NoHead: true}, models.EndNotStarted, "not started", "closed the connection", false},
		"refused": {
			faultserver.Script{Create: faultserver.Answer{Code: 409, Body: `{"kind":"Status","status":"Failure","message":"the pod is ending","reason":"Conflict","code":409}`}},
			models.EndNotStarted, "not started", "the pod is ending", false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := one(t, over(t, faultserver.New(t, row.script)))
			e := o.End
			if e.Kind != row.kind || !strings.HasPrefix(e.Line, row.line) || !strings.Contains(e.More, row.more) || e.OK != row.ok {
				t.Errorf("the end is %+v; want kind %d, %q, %q", e, row.kind, row.line, row.more)
			}
			if e.Known && e.ExitCode == 0 && !strings.HasPrefix(e.Line, "exit 0") {
				t.Errorf("an exit code that nobody sent: %+v", e)
			}
			if e.Kind != models.EndNotStarted && row.script.Cut == 0 && len(row.script.Stream) == len(text) && kept(o) != "out\nerr\n" {
				t.Errorf("kept %q", kept(o))
			}
		})
	}
}

// TestCancelEndsAStalledRun: it tells the server, and does not wait for it.
func TestCancelEndsAStalledRun(t *testing.T) {
	s := faultserver.New(t, faultserver.Script{Stream: faultserver.Frames("so far\n"), Stall: true})
	f := Start([]Target{web}, Options{Client: over(t, s), Config: printing})
	for s.Started() == 0 {
		time.Sleep(time.Millisecond)
	}
	f.Cancel()
	<-f.Done()
	o := f.Progress().Outcomes[0]
	if o.End.Kind != models.EndCancelled || o.End.Line != "cancelled" || o.End.OK {
		t.Errorf("%+v", o.End)
	}
	if o.Started && len(s.Killed()) != 1 {
		t.Errorf("signals %q", s.Killed())
	}
}
