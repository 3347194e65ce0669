package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
	"podium/termbridge/frame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// session is an exec whose framed output the test writes.
type session struct {
	prints *io.PipeReader
	output *io.PipeWriter

	mu     sync.Mutex
	status api.ExecStatus
	err    error
}

func newSession() *session {
	s := &session{status: api.ExecStatus{Running: true}}
	s.prints, s.output = io.Pipe()
	return s
}

func (s *session) Read(p []byte) (int, error)                   { return s.prints.Read(p) }
func (s *session) Write(p []byte) (int, error)                  { return len(p), nil }
func (s *session) CloseWrite() error                            { return nil }
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
	header := []byte{to, 0, 0, 0, 0, 0, 0, byte(len(text))}
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
		if cfg.TTY || cfg.AttachStdin {
			return nil, fmt.Errorf("the configuration is %+v: a quick command has no terminal and no stdin", cfg)
		}
		if s := sessions[pod]; s != nil {
			return s, nil
		}
		return nil, errors.New("pod " + pod + " has ended")
	}
	return mt.NewBench(client)
}

func TestStreamsAreToldApartAndTheEndIsTrue(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	m := New(b.Env, models.CommandMsg{Refs: []api.PodRef{ref("web")}})
	d := mt.Drive(t, m, 80, 12)
	t.Cleanup(m.Close)
	if !m.Typing() {
		t.Fatal("the command line is not asked for")
	}
	d.Type("echo out; exit 3").Press("enter")
	d.Until("the command to run", func() bool { return m.running() == 1 && m.runs[0].state == running })
	if b.Client.Called("exec default/web  [sh -c echo out; exit 3]") != 1 {
		t.Errorf("calls %q: want the line given to sh", b.Client.Calls())
	}
	s.print(t, byte(frame.Stdout), "out\n")
	s.print(t, byte(frame.Stderr), "err \x1b]0;evil\a\n")
	d.Sees("│ out", "┃ err")
	if strings.Contains(m.View(), "\x1b]0;") {
		t.Error("a control sequence of the program reached the view")
	}
	if m.Ends() == "" {
		t.Error("nothing says that leaving ends a running command")
	}
	s.exit(3)
	d.Sees("exit 3 · ", "stdout 4 B")
	if m.Ends() != "" || m.Typing() {
		t.Error("an ended command still claims to run, or to be typed")
	}
	if got, _ := b.Store.History(historyName); len(got) != 1 || got[0] != "echo out; exit 3" {
		t.Errorf("the history is %q", got)
	}
}

func TestUnfinishedLineShowsWhileItGrows(t *testing.T) {
	s := newSession()
	m := New(bench(map[string]*session{"web": s}).Env, models.CommandMsg{Refs: []api.PodRef{ref("web")}, Line: "x"})
	d := mt.Drive(t, m, 80, 12)
	t.Cleanup(m.Close)
	d.Until("the command to run", func() bool { return len(m.runs) == 1 && m.runs[0].state == running })
	s.print(t, 1, "loading")
	d.Sees("│ loading")
	s.print(t, 1, " done\nnext\n")
	d.Sees("│ loading done", "│ next")
	s.exit(0)
	d.Sees("exit 0")
	if n := strings.Count(mt.Strip(m.View()), "loading"); n != 1 {
		t.Errorf("the growing line is shown %d times", n)
	}
}

func TestEndsNeverGuess(t *testing.T) {
	cases := map[string]struct {
		end  func(s *session)
		want []string
	}{
		"cut in a frame": {func(s *session) {
			_, _ = s.output.Write([]byte{1, 0, 0, 0, 0, 0, 0, 9, 'c', 'u', 't'})
			s.exit(0)
		}, []string{"exit 0, cut short", "Output may be missing"}},
		"connection lost": {func(s *session) {
			s.err = errors.New("refused")
			s.output.CloseWithError(errors.New("reset by peer"))
		}, []string{"unknown: connection lost", "reset by peer"}},
		"no exit code": {func(s *session) { s.err = api.ErrNotServed; s.output.Close() }, []string{"does not tell exit codes"}},
		"not a frame":  {func(s *session) { _, _ = s.output.Write([]byte("HTTP/1.1 500 oops")); s.output.Close() }, []string{"unknown"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newSession()
			m := New(bench(map[string]*session{"web": s}).Env, models.CommandMsg{Refs: []api.PodRef{ref("web")}, Line: "x"})
			d := mt.Drive(t, m, 100, 12)
			t.Cleanup(m.Close)
			d.Until("the command to run", func() bool { return len(m.runs) == 1 && m.runs[0].state == running })
			c.end(s)
			d.Sees(c.want...)
			if m.runs[0].end.OK {
				t.Error("a lost or unknown end counts as success")
			}
		})
	}
}

func TestSeveralPodsRunAFewAtOnceAndEndOnTheirOwn(t *testing.T) {
	sessions := map[string]*session{}
	var refs []api.PodRef
	for i := range 6 {
		name := fmt.Sprintf("pod-%d", i)
		refs = append(refs, ref(name))
		if i != 5 {
			sessions[name] = newSession()
		}
	}
	b := bench(sessions)
	m := New(b.Env, models.CommandMsg{Refs: refs, Line: "hostname"})
	d := mt.Drive(t, m, 100, 24)
	t.Cleanup(m.Close)
	d.Until("the first to run", func() bool { return b.Client.Called("exec") == atOnce })
	for i := range 5 {
		name := fmt.Sprintf("pod-%d", i)
		d.Until(name, func() bool { return m.runs[i].state == running })
		sessions[name].print(t, 1, "I am "+name+"\n")
		sessions[name].exit(i)
	}
	d.Sees("exit 4", "not started", "I am pod-0")
	d.Press("tab")
	d.Sees("I am pod-1").Misses("I am pod-0")
	d.Press("shift+tab shift+tab")
	d.Sees("pod pod-5 has ended")
}

func TestCancelEndsWhatRuns(t *testing.T) {
	s := newSession()
	m := New(bench(map[string]*session{"web": s}).Env, models.CommandMsg{Refs: []api.PodRef{ref("web")}, Line: "sleep 1000"})
	d := mt.Drive(t, m, 80, 12)
	d.Until("the command to run", func() bool { return len(m.runs) == 1 && m.runs[0].state == running })
	if _, done := m.Cancel(); !done {
		t.Fatal("there was nothing to cancel")
	}
	d.Sees("cancelled")
	if _, done := m.Cancel(); done {
		t.Error("a cancelled command can be cancelled")
	}
}

func TestHistoryIsRecalled(t *testing.T) {
	b := bench(nil)
	for _, line := range []string{"one", "two"} {
		if err := b.Store.AppendHistory(historyName, line); err != nil {
			t.Fatal(err)
		}
	}
	m := New(b.Env, models.CommandMsg{Refs: []api.PodRef{ref("web")}})
	d := mt.Drive(t, m, 80, 12)
	d.Until("the history", func() bool { return len(m.history) == 2 })
	d.Press("up up")
	if got := m.input.Value(); got != "one" {
		t.Errorf("after two times up the line is %q", got)
	}
	d.Press("down down")
	if got := m.input.Value(); got != "" {
		t.Errorf("below the latest the line is %q", got)
	}
}

func TestViewIsPureAndFitsAnySize(t *testing.T) {
	s := newSession()
	m := New(bench(map[string]*session{"web": s}).Env, models.CommandMsg{Refs: []api.PodRef{ref("web"), ref("db")}, Line: "x"})
	d := mt.Drive(t, m, 80, 12)
	t.Cleanup(m.Close)
	d.Until("the runs", func() bool { return len(m.runs) == 2 && m.runs[0].state == running })
	for _, size := range [][2]int{{80, 24}, {200, 50}, {40, 12}, {3, 2}, {1, 1}, {0, 0}} {
		m.SetSize(size[0], size[1])
		first := m.View()
		if m.View() != first {
			t.Errorf("at %v the view differs when drawn twice", size)
		}
		if n := strings.Count(first, "\n") + 1; size[1] > 0 && n != size[1] {
			t.Errorf("at %v the view has %d lines", size, n)
		}
	}
	m.Update(tea.KeyPressMsg{Code: 'e', Text: "e"})
	if m.Cursor() == nil {
		t.Error("the command line has no cursor")
	}
}
