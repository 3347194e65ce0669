package logs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // golden views show times of day
	goleak.VerifyTestMain(m)
}

// logServer gives logs that a test writes, one per request.
type logServer struct {
	mu    sync.Mutex
	opts  []*corev1.PodLogOptions
	pipes []*io.PipeWriter
	fail  error
}

func (s *logServer) log(_ context.Context, _, _ string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opts = append(s.opts, o)
	if s.fail != nil {
		return nil, s.fail
	}
	r, w := io.Pipe()
	s.pipes = append(s.pipes, w)
	return r, nil
}

func (s *logServer) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.opts)
}

func (s *logServer) setFail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

func (s *logServer) last() (*corev1.PodLogOptions, *io.PipeWriter) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.pipes) == 0 {
		return s.opts[len(s.opts)-1], nil
	}
	return s.opts[len(s.opts)-1], s.pipes[len(s.pipes)-1]
}

// write sends a line as the server does, with its time.
func (s *logServer) write(t *testing.T, at time.Time, text string) {
	t.Helper()
	_, w := s.last()
	if _, err := fmt.Fprintf(w, "%s %s\n", at.Format(time.RFC3339Nano), text); err != nil {
		t.Fatal(err)
	}
}

func aPod(state corev1.ContainerState, restarts int32) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"},
		Spec: corev1.PodSpec{
			RestartPolicy: corev1.RestartPolicyAlways,
			Containers:    []corev1.Container{{Name: "main"}, {Name: "side"}},
		},
		Status: corev1.PodStatus{
			Phase:             corev1.PodRunning,
			ContainerStatuses: []corev1.ContainerStatus{{Name: "main", State: state, RestartCount: restarts}},
		},
	}
}

var running = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}

// open makes a log that follows and has asked for its lines.
func open(t *testing.T, cols, rows int) (*Model, *logServer, *modelstest.Bench, *modelstest.Driver) {
	t.Helper()
	c := modelstest.NewClient()
	s := &logServer{}
	c.OnLog = s.log
	c.SetObject("{}", aPod(running, 0))
	b := modelstest.NewBench(c)
	m := New(b.Env, models.LogMsg{Ref: api.PodRef{Namespace: "default", Name: "web"}})
	d := modelstest.Drive(t, m, cols, rows)
	t.Cleanup(m.Close)
	d.Until("a request", func() bool { return s.requests() == 1 })
	return m, s, b, d
}

func TestFollowing(t *testing.T) {
	m, s, _, d := open(t, 80, 24)
	o, _ := s.last()
	if o.Container != "main" || !o.Follow || o.Previous || !o.Timestamps || o.TailLines == nil {
		t.Errorf("asked for %+v", o)
	}
	at := modelstest.Noon()
	s.write(t, at, "one \x1b[32mgreen\x1b[0m \x1b[2J\x1b]0;x\x07")
	s.write(t, at.Add(time.Second), "two")
	d.Sees("one green", "two", "live")
	modelstest.CheckView(t, m.View(), 80, 24)
	if !strings.Contains(m.View(), "32m") {
		t.Error("the log's colours are lost")
	}
	d.Press("t").Sees(at.Local().Format(stampLayout) + " one")
	d.Press("m").Sees("── mark 12:00:00 ──")
	golden.RequireEqual(t, m.View())
}

func TestABrokenLogGoesOnWhereItWas(t *testing.T) {
	_, s, b, d := open(t, 80, 24)
	at := modelstest.Noon()
	s.write(t, at, "one")
	d.Sees("one")
	_, w := s.last()
	w.CloseWithError(errors.New("connection reset"))
	d.Sees("the log broke off at 12:00:00", "connection reset", "waiting")
	d.Send(b.Step(2 * time.Second))
	d.Until("another request", func() bool { return s.requests() == 2 })
	if o, _ := s.last(); o.SinceTime == nil || !o.SinceTime.Time.Equal(at) {
		t.Errorf("asked from %v on", o.SinceTime)
	}
	s.write(t, at, "one") // the server repeats what is as old
	s.write(t, at.Add(time.Second), "two")
	d.Sees("connected again", "two")
	if n := strings.Count(modelstest.Strip(d.View()), "one"); n != 1 {
		t.Errorf("a line is there %d times", n)
	}
}

func TestARestartIsSaid(t *testing.T) {
	m, s, b, d := open(t, 80, 24)
	s.write(t, modelstest.Noon(), "one")
	d.Sees("one")
	ended := corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff"}}
	b.Client.SetObject("{}", aPod(ended, 1))
	_, w := s.last()
	w.Close()
	d.Sees("main is not running now")
	b.Client.SetObject("{}", aPod(running, 2))
	d.Send(b.Step(3 * time.Second))
	d.Sees("main was started again (restart 2)").Until("the log again", func() bool { return s.requests() == 2 })
	_ = m
}

func TestTheEndIsSaid(t *testing.T) {
	_, s, b, d := open(t, 80, 24)
	p := aPod(corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{ExitCode: 3, Reason: "Error"}}, 0)
	p.Status.Phase = corev1.PodFailed
	b.Client.SetObject("{}", p)
	_, w := s.last()
	w.Close()
	d.Sees("main ended: exit 3 (Error)", "ended")
	d.Send(b.Step(time.Minute))
	if s.requests() != 1 {
		t.Error("what is over is asked for again")
	}
}

func TestKeysAskAnew(t *testing.T) {
	_, s, _, d := open(t, 80, 24)
	n := 1
	ask := func(keys string) *corev1.PodLogOptions {
		d.Press(keys)
		n++
		d.Until("a request", func() bool { return s.requests() == n })
		o, _ := s.last()
		return o
	}
	if o := ask("3"); o.SinceSeconds == nil || *o.SinceSeconds != 900 {
		t.Errorf("3 asks for %+v", o)
	}
	if o := ask("0"); o.SinceSeconds != nil || o.TailLines == nil {
		t.Errorf("0 asks for %+v", o)
	}
	if o := ask("C"); o.Container != "side" {
		t.Errorf("C asks for %s", o.Container)
	}
	if o := ask("p"); !o.Previous || o.Follow {
		t.Errorf("p asks for %+v", o)
	}
	d.Sees("previous run")
}

func TestARefusalIsShownAsItIs(t *testing.T) {
	_, s, b, d := open(t, 80, 24)
	s.setFail(apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, "web", errors.New("no")))
	d.Press("ctrl+r").Sees("forbidden")
	d.Send(b.Step(time.Minute))
	if s.requests() != 2 {
		t.Error("a refused request is repeated")
	}
}

func TestAPodThatIsNotThere(t *testing.T) {
	b := modelstest.NewBench(modelstest.NewClient())
	m := New(b.Env, models.LogMsg{Ref: api.PodRef{Namespace: "default", Name: "web"}})
	d := modelstest.Drive(t, m, 60, 10)
	t.Cleanup(m.Close)
	d.Sees(`"web" not found`)
	d.Press("esc")
	if _, ok := b.Wishes[len(b.Wishes)-1].(models.BackMsg); !ok {
		t.Errorf("esc wished %v", b.Wishes)
	}
}

func TestLongLinesAndMany(t *testing.T) {
	m, s, _, d := open(t, 80, 24)
	at := modelstest.Noon()
	s.write(t, at, strings.Repeat("x", 3*maxLine))
	for i := range m.keep + 100 {
		s.write(t, at.Add(time.Duration(i+1)*time.Millisecond), fmt.Sprint("line ", i))
		if i%1000 == 0 { // the reader waits for the screen
			d.Until("the lines", func() bool { return len(m.entries) > i-2000 || len(m.entries) == m.keep })
		}
	}
	d.Sees(fmt.Sprint("line ", m.keep+99), "older ones let go")
	if len(m.entries) > m.keep || m.view.Lines() > m.keep {
		t.Errorf("%d lines are kept", len(m.entries))
	}
	for _, e := range m.entries {
		if len(e.text) > maxLine+64 {
			t.Errorf("a line of %d bytes is kept", len(e.text))
		}
	}
}

func TestEverySizeIsFilledAndHarmless(t *testing.T) {
	for _, size := range modelstest.Sizes {
		m, s, _, d := open(t, size[0], size[1])
		for _, text := range modelstest.Hostile {
			s.write(t, modelstest.Noon(), text)
		}
		_, w := s.last()
		w.Close()
		d.Until("the lines", func() bool { return len(m.entries) > 0 })
		for _, keys := range []string{"t", "w", "/"} {
			d.Press(keys)
			modelstest.CheckView(t, m.View(), size[0], size[1])
		}
		m.Close()
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("2026-05-01T12:00:00Z hello")
	f.Add("no time")
	f.Add("")
	f.Fuzz(func(t *testing.T, line string) {
		e := split(line)
		if e.at.IsZero() && e.text != line {
			t.Fatalf("%q became %q", line, e.text)
		}
	})
}
