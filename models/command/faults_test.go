package command

import (
	"strings"
	"testing"
	"time"

	"podium/api"
	"podium/apiclient"
	"podium/internal/faultserver"
	"podium/models"
	mt "podium/models/modelstest"
)

// overServer makes an Env whose client is the real one, over the server.
func overServer(t *testing.T, s *faultserver.Server) *models.Env {
	t.Helper()
	c, err := apiclient.New(apiclient.Config{Server: s.URL, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	env := mt.NewBench(mt.NewClient()).Env
	env.Client, env.Now = c, time.Now
	env.Info = api.Info{}.With(api.CapExecInspect, api.CapExecKill)
	return env
}

// TestCardsOverAServerThatGoesWrong: every wording reaches the card, and so does
// the output that came before.
func TestCardsOverAServerThatGoesWrong(t *testing.T) {
	text := faultserver.Frames("out\n", "err\n")
	for name, row := range map[string]struct {
		script faultserver.Script
		want   []string
	}{
		"well, in a drip": {faultserver.Script{Stream: text, Chunk: 1, Pause: time.Millisecond}, []string{"exit 0 · ", "│ out", "┃ err"}},
		"signal":          {faultserver.Script{Stream: text, Inspect: faultserver.Exited(139)}, []string{"exit 139 (signal SEGV)", "│ out"}},
		"connection lost": {
			faultserver.Script{Stream: text, Reset: true, Inspect: faultserver.NotServed()},
			[]string{"unknown: connection lost after ", "Output may be missing", "│ out", "┃ err"},
		},
		"cut short":   {faultserver.Script{Stream: text, Cut: 10}, []string{"exit 0, cut short", "│ ou"}},
		"server gone": {faultserver.Script{Stream: text, Vanish: true}, []string{"unknown: server gone after ", "│ out"}},
		"untold":      {faultserver.Script{Stream: text, Inspect: faultserver.NotServed()}, []string{"unknown: this server does not tell exit codes", "│ out"}},
		"still runs":  {faultserver.Script{Stream: text, Inspect: faultserver.Running()}, []string{"unknown: stream closed", "still runs", "│ out"}},
		"garbage":     {faultserver.Script{Stream: []byte("garbage, not frames"), Inspect: faultserver.NotServed()}, []string{"unknown: connection lost", "not sending frames"}},
		"refused": {
			faultserver.Script{Create: faultserver.Answer{Code: 403, Body: `{"kind":"Status","status":"Failure","message":"eve may not exec","reason":"Forbidden","code":403}`}},
			[]string{"not started", "eve may not exec"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := New(overServer(t, faultserver.New(t, row.script)), models.CommandMsg{Refs: []api.PodRef{ref(faultserver.Pod)}, Line: "x"})
			d := mt.Drive(t, m, 140, 12)
			t.Cleanup(m.Close)
			d.Sees(row.want...)
			if ok := m.card().end.OK; ok != strings.HasPrefix(row.want[0], "exit 0 ") {
				t.Errorf("OK is %v: %+v", ok, m.card().end)
			}
		})
	}
}

// TestAStalledCommandIsCancelled: the screen does not wait for the server.
func TestAStalledCommandIsCancelled(t *testing.T) {
	s := faultserver.New(t, faultserver.Script{Stream: faultserver.Frames("so far\n"), Stall: true})
	m := New(overServer(t, s), models.CommandMsg{Refs: []api.PodRef{ref(faultserver.Pod)}, Line: "x"})
	d := mt.Drive(t, m, 100, 12)
	t.Cleanup(m.Close)
	d.Sees("│ so far", "running")
	if _, done := m.Cancel(); !done {
		t.Fatal("there was nothing to cancel")
	}
	d.Sees("cancelled", "│ so far", "The server was told to end the command")
	if got := s.Killed(); len(got) != 1 || got[0] != "TERM" {
		t.Errorf("signals %q", got)
	}
}
