package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"

	"podium/api"
	"podium/apiserver/engine"
	"podium/apiserver/engine/fake"
	"podium/internal/faultserver"
)

// gone is a session whose process has ended, and whose server takes nothing more.
type gone struct {
	api.ExecSession
	bytes.Reader
}

func (g *gone) Read(p []byte) (int, error) { return g.Reader.Read(p) }
func (*gone) Write([]byte) (int, error)    { return 0, errors.New("broken pipe") }
func (*gone) Close() error                 { return nil }
func (*gone) CloseWrite() error            { return errors.New("not connected") }

// What a quick command printed is not lost because there is nobody left whose
// input could be ended.
func TestOutputOfACommandThatIsOverAlready(t *testing.T) {
	var out, errs bytes.Buffer
	s := &gone{}
	s.Reset(faultserver.Frames("out\n", "err\n"))
	stream, err := throughPipes(&verb{out: &out, err: &errs}, s, false)
	if err != nil || stream.Lost || stream.Cut || out.String() != "out\n" || errs.String() != "err\n" {
		t.Errorf("%q, %q, %+v, %v", out.String(), errs.String(), stream, err)
	}
}

// waits is a session of a command that says nothing and waits for its input.
type waits struct {
	gone
	closed chan struct{}
	once   sync.Once
	input  bytes.Buffer
	halved bool
}

func (s *waits) Read([]byte) (int, error)    { <-s.closed; return 0, net.ErrClosed }
func (s *waits) Write(p []byte) (int, error) { return s.input.Write(p) }
func (s *waits) CloseWrite() error           { s.halved = true; return nil }
func (s *waits) Close() error                { s.once.Do(func() { close(s.closed) }); return nil }

// A standard input that cannot be read is no end of it, and no reason to wait.
func TestStandardInputThatCannotBeRead(t *testing.T) {
	s := &waits{closed: make(chan struct{})}
	in := io.MultiReader(strings.NewReader("some"), iotest.ErrReader(syscall.EISDIR))
	_, err := throughPipes(&verb{in: in, out: io.Discard, err: io.Discard}, s, true)
	if !errors.Is(err, syscall.EISDIR) || s.halved || s.input.String() != "some" {
		t.Errorf("%v; the command got %q, and an end: %v", err, s.input.String(), s.halved)
	}
}

func TestStatusIsNeverAZeroOfOurOwn(t *testing.T) {
	for code, want := range map[int]int{0: 0, 7: 7, 255: 255, 256: exitUnknown, -1: 255, 1 << 16: exitUnknown, 258: 2} {
		if got := status(code); got != want {
			t.Errorf("%d became %d, want %d", code, got, want)
		}
	}
}

func TestExecHasTheCommandsOwnStatus(t *testing.T) {
	s := newBench(t, 0)
	s.create("one", "app: x", "main", "side")
	s.create("two", "app: x")
	for _, row := range []struct {
		stdin, args string
		want        result
	}{
		{"", "two -- sh -c 'echo out; echo err >&2; exit 7'", result{"out\n", "err\n", 7}},
		{"", "two -- true", result{"", "", 0}},
		{"", "one -q -- hostname", result{"one\n", "", 0}},
		{"", "pod/one -c side -- false", result{"", "", 1}},
		{"a\nb\n", "-i two -- wc -l", result{"2\n", "", 0}},
		{"lost", "two -- wc -c", result{"0\n", "", 0}},
		{"x", "-it two -- cat", result{"x", "Unable to use a TTY: standard input is not a terminal\n", 0}},
		{"", "two -- sh -c 'exit 300'", result{"", "", 300 & 0xff}},
	} {
		if got := s.podium(row.stdin, append([]string{"exec"}, words(row.args)...)...); got != row.want {
			t.Errorf("exec %s: %+v, want %+v", row.args, got, row.want)
		}
	}
	if r := s.podium("", "exec", "two", "-c", "nope", "--", "true"); r.status != exitUnknown || !strings.Contains(r.err, "nope") {
		t.Errorf("in a container that is not there: %+v", r)
	}
}

func TestExecInManyPods(t *testing.T) {
	s := newBench(t, 0)
	for _, name := range []string{"a", "b", "c"} {
		s.create(name, "app: x")
	}
	r := s.podium("", "exec", "-l", "app=x", "--", "echo", "same")
	if want := "── exit 0: 3 pods: a b c\nsame\n\n"; r.out != want || r.err != "all 3 alike\n" || r.status != 0 {
		t.Errorf("alike: %+v", r)
	}
	script := "echo same; [ $HOSTNAME = b ] && echo other && exit 4; true"
	r = s.podium("", "exec", "-l", "app=x", "--", "sh", "-c", script)
	if want := "── exit 4: b\nsame\nother\n\n── exit 0: 2 pods: a c\nsame\n\n"; r.out != want || r.status != 1 ||
		r.err != "2 of 3 alike, 1 differs\nerror: the command failed in 1 of 3 pods\n" {
		t.Errorf("one fails: %+v", r)
	}
	r = s.podium("", "exec", "-l", "app=x", "--diff", "-q", "--", "sh", "-c", script)
	if want := "── exit 4: b\n\n--- a and 1 more (stdout)\n+++ b (stdout)\n@@ -1 +1,2 @@\n same\n+other\n\n── exit 0: 2 pods: a c\nsame\n\n"; r.out != want {
		t.Errorf("diff: %+v", r)
	}
	r = s.podium("", "exec", "-l", "app=x", "--prefix", "--parallel", "1", "--", "sh", "-c", "printf 'one\\ntwo'")
	if want := "[a] one\n[a] two\n[b] one\n[b] two\n[c] one\n[c] two\n"; r.out != want {
		t.Errorf("prefix: %+v", r)
	}
	r = s.podium("", "exec", "-l", "app=x", "-q", "--", "sh", "-c", "seq 400000; echo 'the end' >&2")
	// The streams come mixed as they may.
	lines := strings.Split(strings.Replace(r.out, "\n! the end\n", "\n", 1), "\n")
	if len(lines) != 1+400_000+2 || lines[1] != "1" || lines[400_000] != "400000" || !strings.Contains(r.out, "\n! the end\n") {
		t.Errorf("of a long output there are %d lines, from %q", len(lines), lines[:3])
	}
	var results []execResult
	r = s.podium("", "exec", "-l", "app=x", "-o", "json", "--", "sh", "-c", script)
	if err := json.Unmarshal([]byte(r.out), &results); err != nil || len(results) != 3 || results[0].Pod != "b" || *results[0].ExitCode != 4 || results[0].Stdout != "same\nother\n" {
		t.Errorf("json: %v: %+v", err, results)
	}
}

// deaf is an engine whose pods can be listed and nothing else.
type deaf struct{ engine.Engine }

func (deaf) Exec(context.Context, string, string, string, api.ExecConfig, engine.Size) (engine.Process, error) {
	return nil, errors.New("the disk is on fire")
}

func TestCommandsThatNeverRan(t *testing.T) {
	e, err := fake.New(fake.Options{Pods: 3, Seed: 7, Clock: still{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	s := benchOver(t, deaf{e})
	r := s.podium("", "exec", "-l", "app", "--", "true")
	if r.status != exitUnknown || !strings.Contains(r.err, "the command did not run in 2 of 2 pods") || !strings.Contains(r.out, "not started") || !strings.Contains(r.out, "the disk is on fire") {
		t.Errorf("%+v", r)
	}
}
