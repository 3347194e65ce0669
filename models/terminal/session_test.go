package terminal

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
)

var web = api.PodRef{Namespace: "default", Name: "web", UID: "u1"}

// session is an exec whose program the test plays: what the screen sends is
// read from input, what the program prints is written by say.
type session struct {
	input  *io.PipeReader
	typed  *io.PipeWriter
	prints *io.PipeReader
	output *io.PipeWriter

	mu     sync.Mutex
	sizes  []string
	status api.ExecStatus
	err    error
	closed bool
	asked  int // by Inspect
}

func newSession() *session {
	s := &session{}
	s.input, s.typed = io.Pipe()
	s.prints, s.output = io.Pipe()
	return s
}

func (s *session) Read(p []byte) (int, error)  { return s.prints.Read(p) }
func (s *session) Write(p []byte) (int, error) { return s.typed.Write(p) }
func (s *session) CloseWrite() error           { return s.typed.Close() }
func (s *session) Control() api.ExecControl    { return s }
func (s *session) ID() string                  { return "exec-1" }

func (s *session) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.typed.Close()
	return s.prints.CloseWithError(io.ErrClosedPipe)
}

func (s *session) Resize(_ context.Context, rows, cols uint16) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sizes = append(s.sizes, fmt.Sprintf("%dx%d", cols, rows))
	return nil
}

func (s *session) Inspect(context.Context) (api.ExecStatus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return s.status, s.err
}

func (s *session) Kill(context.Context, string) error { return api.ErrNotServed }

func (s *session) say(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(s.output, text); err != nil {
		t.Fatal(err)
	}
}

// exit ends the program: its code is known before the stream ends.
func (s *session) exit(code int) {
	s.mu.Lock()
	s.status = api.ExecStatus{ExitCode: code}
	s.mu.Unlock()
	s.output.Close()
}

func (s *session) sawSize(size string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sizes) > 0 && s.sizes[len(s.sizes)-1] == size
}

func pod(containers ...string) *corev1.Pod {
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: "u1"}}
	for _, c := range containers {
		p.Spec.Containers = append(p.Spec.Containers, corev1.Container{Name: c})
	}
	return p
}

// open drives a terminal in the pod's container main to where its program runs.
func open(t *testing.T, wish models.ExecMsg) (*mt.Driver, *mt.Bench, *Model, *session) {
	t.Helper()
	s := newSession()
	client := mt.NewClient()
	client.SetObject("{}", pod("main"))
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) { return s, nil }
	bench := mt.NewBench(client)
	m := New(bench.Env, wish)
	d := mt.Drive(t, m, 60, 12)
	t.Cleanup(m.Close)
	d.Until("the program to run", func() bool { return m.state == running })
	return d, bench, m, s
}

func shell() models.ExecMsg { return models.ExecMsg{Ref: web, Container: "main"} }
