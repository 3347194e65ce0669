package cli

import (
	"strings"
	"testing"
	"time"

	"podium/internal/faultserver"
)

// TestExecNeverClaimsSuccess: whatever goes wrong, the status is 255 and standard
// error says what; what came is printed all the same.
func TestExecNeverClaimsSuccess(t *testing.T) {
	text := faultserver.Frames("out\n", "err\n")
	for name, row := range map[string]struct {
		script faultserver.Script
		status int
		says   string
	}{
		"well":                 {faultserver.Script{Stream: text}, 0, ""},
		"in a drip":            {faultserver.Script{Stream: text, Chunk: 1, Pause: time.Millisecond}, 0, ""},
		"failed":               {faultserver.Script{Stream: text, Inspect: faultserver.Exited(5)}, 5, ""},
		"killed":               {faultserver.Script{Stream: text, Inspect: faultserver.Exited(143)}, 143, ""},
		"no exit code":         {faultserver.Script{Stream: text, Inspect: faultserver.NotServed()}, 255, "does not tell exit codes"},
		"still running":        {faultserver.Script{Stream: text, Inspect: faultserver.Running()}, 255, "stream closed"},
		"lost":                 {faultserver.Script{Stream: text, Reset: true, Inspect: faultserver.NotServed()}, 255, "connection lost after"},
		"lost, exit 0":         {faultserver.Script{Stream: text, Reset: true}, 255, "exit 0, connection lost after"},
		"lost, exit 6":         {faultserver.Script{Stream: text, Reset: true, Inspect: faultserver.Exited(6)}, 6, ""},
		"server gone":          {faultserver.Script{Stream: text, Vanish: true}, 255, "server gone"},
		"garbage":              {faultserver.Script{Stream: []byte("garbage, not frames"), Inspect: faultserver.NotServed()}, 255, "not sending frames"},
		"refused in the start": {faultserver.Script{Head: "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nboom"}, 255, "boom"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := &bench{t: t, url: faultserver.New(t, row.script).URL, dir: t.TempDir()}
			r := b.podium("", "exec", "web", "--", "x")
			if r.status != row.status || !strings.Contains(r.err, row.says) || row.says == "" && strings.Contains(r.err, "error:") && row.status == 0 {
				t.Errorf("status %d, standard error %q; want %d and %q", r.status, r.err, row.status, row.says)
			}
			if row.script.Head == "" && row.script.Stream[0] == 1 && (r.out != "out\n" || !strings.HasPrefix(r.err, "err\n")) {
				t.Errorf("it printed %q and %q", r.out, r.err)
			}
		})
	}
}

// TestExecCutAtEveryByte: a cut inside a frame is never a success.
func TestExecCutAtEveryByte(t *testing.T) {
	texts := []string{"out\n", "err\n"}
	stream, whole := faultserver.Frames(texts...), faultserver.Boundaries(texts...)
	s := faultserver.New(t, faultserver.Script{})
	b := &bench{t: t, url: s.URL, dir: t.TempDir()}
	for cut := 1; cut <= len(stream); cut++ {
		s.Set(faultserver.Script{Stream: stream, Cut: cut})
		r := b.podium("", "exec", "web", "--", "x")
		if want := map[bool]int{true: 0, false: exitUnknown}[whole[cut]]; r.status != want {
			t.Errorf("cut at %d: status %d, %q", cut, r.status, r.err)
		}
	}
}
