package cli

import (
	"bytes"
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"charm.land/fang/v2"

	"podium/apiserver"
	"podium/apiserver/engine"
	"podium/apiserver/engine/fake"
)

// noon is the time of the tests' engines and of the command line over them.
var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// still is a clock that stands, though waiting takes its time.
type still struct{}

func (still) Now() time.Time                         { return noon }
func (still) After(d time.Duration) <-chan time.Time { return time.After(d) }

// bench is an endpoint with made-up pods, and podium's command line over it.
type bench struct {
	t   *testing.T
	url string
	dir string
}

func newBench(t *testing.T, pods int) *bench {
	t.Helper()
	e, err := fake.New(fake.Options{Pods: pods, Seed: 7, Clock: still{}, StartDelay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return benchOver(t, e)
}

func benchOver(t *testing.T, e engine.Engine) *bench {
	t.Helper()
	server := apiserver.New(apiserver.Options{Engine: e, Version: "test"})
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
		<-done
	})
	return &bench{t: t, url: "unix://" + path, dir: t.TempDir()}
}

// result is what a command line gave.
type result struct {
	out, err string
	status   int
}

// podium runs a command line with standard input.
func (s *bench) podium(stdin string, args ...string) result {
	s.t.Helper()
	return s.within(s.t.Context(), stdin, args...)
}

// alone runs a command line that needs no endpoint.
func (s *bench) alone(args ...string) result {
	s.t.Helper()
	return s.run(s.t.Context(), "", args)
}

func (s *bench) within(ctx context.Context, stdin string, args ...string) result {
	s.t.Helper()
	return s.run(ctx, stdin, append([]string{"--state-dir", s.dir, "--server", s.url}, args...))
}

func (s *bench) run(ctx context.Context, stdin string, args []string) result {
	s.t.Helper()
	root := rootOf(&flags{now: func() time.Time { return noon }})
	var out, errs bytes.Buffer
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var status *statusError
	if err != nil && !(errors.As(err, &status) && status.err == nil) {
		sayError(&errs, fang.Styles{}, err)
	}
	return result{out.String(), errs.String(), exitStatus(ctx, err)}
}

func (s *bench) create(name, labels string, containers ...string) {
	s.t.Helper()
	if len(containers) == 0 {
		containers = []string{"main"}
	}
	text := "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", labels: {" + labels + "}}\nspec:\n  containers:\n"
	for _, c := range containers {
		text += "  - {name: " + c + ", image: busybox, command: [sh, -c, \"echo hello from " + c + "; sleep infinity\"]}\n"
	}
	if r := s.podium(text, "create", "-f", "-"); r.status != 0 || r.out != "pod/"+name+" created\n" {
		s.t.Fatalf("create: %+v", r)
	}
	end := time.Now().Add(time.Minute)
	for !strings.Contains(s.podium("", "get", "pod", name).out, "Running") {
		if time.Now().After(end) {
			s.t.Fatalf("%s does not run: %+v", name, s.podium("", "get", "pod", name))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// words splits as a shell would, as far as the tests need it.
func words(line string) []string {
	var out []string
	for i, part := range strings.Split(line, "'") {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}
