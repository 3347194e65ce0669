package command

import (
	"context"
	enc "encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
)

// session is an exec whose framed output the test writes.
type session struct {
	prints *io.PipeReader
	output *io.PipeWriter

	mu     sync.Mutex
	status api.ExecStatus
	err    error
	input  string
	closed bool // the input has ended
}

func newSession() *session {
	s := &session{status: api.ExecStatus{Running: true}}
	s.prints, s.output = io.Pipe()
	return s
}

func (s *session) Read(p []byte) (int, error) { return s.prints.Read(p) }
func (s *session) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.input += string(p)
	return len(p), nil
}

func (s *session) CloseWrite() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func (s *session) Close() error                                 { return s.prints.CloseWithError(io.ErrClosedPipe) }
func (s *session) Resize(context.Context, uint16, uint16) error { return errors.New("no terminal") }
func (s *session) Control() api.ExecControl                     { return s }
func (s *session) ID() string                                   { return "exec-1" }
func (s *session) Kill(context.Context, string) error           { return api.ErrNotServed }

func (s *session) Inspect(context.Context) (api.ExecStatus, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status, s.err
}

func (s *session) print(t *testing.T, to byte, text string) {
	t.Helper()
	header := enc.BigEndian.AppendUint32([]byte{to, 0, 0, 0}, uint32(len(text)))
	if _, err := s.output.Write(append(header, text...)); err != nil {
		t.Fatal(err)
	}
}

func (s *session) exit(code int) {
	s.mu.Lock()
	s.status = api.ExecStatus{ExitCode: code}
	s.mu.Unlock()
	s.output.Close()
}

func ref(name string) api.PodRef { return api.PodRef{Namespace: "default", Name: name} }

// bench makes a client whose execs are handed out per pod by sessions.
func bench(sessions map[string]*session) *mt.Bench {
	client := mt.NewClient()
	client.OnExec = func(_ context.Context, _, pod, _ string, cfg api.ExecConfig) (api.ExecSession, error) {
		if cfg.TTY {
			return nil, fmt.Errorf("the configuration is %+v: a quick command has no terminal", cfg)
		}
		if s := sessions[pod]; s != nil {
			return s, nil
		}
		return nil, errors.New("pod " + pod + " has ended")
	}
	return mt.NewBench(client)
}

// open drives a screen on the pods with the line, if there is one.
func open(t *testing.T, b *mt.Bench, line string, cols, rows int, names ...string) (*mt.Driver, *Model) {
	t.Helper()
	wish := models.CommandMsg{Line: line}
	for _, name := range names {
		wish.Refs = append(wish.Refs, ref(name))
	}
	m := New(b.Env, wish)
	d := mt.Drive(t, m, cols, rows)
	t.Cleanup(m.Close)
	return d, m
}

// runs waits until the shown card's command runs.
func runs(d *mt.Driver, m *Model) {
	d.T.Helper()
	d.Until("the command to run", func() bool { return m.card() != nil && m.card().state == running })
}
