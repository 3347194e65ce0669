package command

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/internal/fanout"
	"podium/models"
	mt "podium/models/modelstest"
	"podium/termbridge/frame"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStreamsAreToldApartAndTheEndIsTrue(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	d, m := open(t, b, "", 80, 12, "web")
	if !m.Typing() {
		t.Fatal("the command line is not asked for")
	}
	d.Type("echo out; exit 3").Press("enter")
	runs(d, m)
	if b.Client.Called("exec default/web  [sh -c echo out; exit 3]") != 1 {
		t.Errorf("calls %q: want the line given to sh", b.Client.Calls())
	}
	s.print(t, byte(frame.Stdout), "out\n")
	s.print(t, byte(frame.Stderr), "err \x1b]0;evil\a\n")
	d.Sees("│ out", "┃ err")
	if strings.Contains(m.View(), "\x1b]0;") {
		t.Error("a control sequence of the program reached the view")
	}
	if m.Inside() != ref("web") {
		t.Errorf("it runs inside %v", m.Inside())
	}
	if m.Ends() == "" || !m.Holds() {
		t.Error("nothing says that closing ends a running command")
	}
	s.exit(3)
	d.Sees("exit 3 · ", "stdout 4 B", "at 12:00:00")
	if m.Ends() != "" || m.Typing() || m.Holds() {
		t.Error("an ended command still claims to run, or to be typed")
	}
	for _, name := range []string{historyName, historyName + " pod default/web/"} {
		if got, _ := b.Store.History(name); len(got) != 1 || got[0] != "echo out; exit 3" {
			t.Errorf("the history %q is %q", name, got)
		}
	}
}

func TestUnfinishedLineShowsWhileItGrows(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "x", 80, 12, "web")
	runs(d, m)
	s.print(t, 1, "loading")
	d.Sees("│ loading")
	s.print(t, 2, "meanwhile\n")
	d.Sees("┃ meanwhile")
	s.print(t, 1, " done\nnext\n50%\r100%")
	d.Sees("│ loading done", "│ next", "│ 100%").Misses("50%")
	s.exit(0)
	d.Sees("exit 0")
	for _, text := range []string{"loading", "meanwhile", "next", "100%"} {
		if n := strings.Count(mt.Strip(m.View()), text); n != 1 {
			t.Errorf("%q is shown %d times:\n%s", text, n, mt.Strip(m.View()))
		}
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
		"signal":       {func(s *session) { s.exit(137) }, []string{"exit 137 (signal KILL)"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := newSession()
			d, m := open(t, bench(map[string]*session{"web": s}), "x", 100, 12, "web")
			runs(d, m)
			c.end(s)
			d.Sees(c.want...)
			if m.card().end.OK {
				t.Error("a lost or unknown end counts as success")
			}
		})
	}
}

func TestManyPodsAreGroupedAndRunAgainWhereTheyFailed(t *testing.T) {
	sessions := map[string]*session{}
	var names []string
	for i := range 12 {
		name := fmt.Sprintf("pod-%02d", i)
		names = append(names, name)
		if i != 5 {
			sessions[name] = newSession()
		}
	}
	b := bench(sessions)
	d, m := open(t, b, "uptime", 100, 24, names...)
	d.Until("the first to run", func() bool { return b.Client.Called("exec") >= 8 })
	for i, name := range names {
		if s := sessions[name]; s != nil {
			go func() {
				_, _ = s.output.Write([]byte("\x01\x00\x00\x00\x00\x00\x00\x03up\n"))
				s.exit(map[bool]int{true: 4}[i == 2])
			}()
		}
	}
	d.Sees("12 of 12", "2 failed", "10 of 12 alike, 2 differ in 2 ways", "10 exit 0  pod-00 pod-01", "1 exit 4  pod-02", "1 not started  pod-05")
	view := mt.Strip(m.View())
	if strings.Index(view, "exit 4") > strings.Index(view, "exit 0  ") {
		t.Errorf("what failed is not first:\n%s", view)
	}
	if m.Holds() {
		t.Error("it holds although all has ended")
	}
	d.Press("G enter").Sees("10 pods: pod-00 pod-01 pod-03", "│ up")
	d.Press("esc g d").Sees("1 pod: pod-02", "the output is the same as that of most")
	d.Press("esc")
	before := b.Client.Called("exec")
	sessions["pod-02"] = newSession()
	sessions["pod-02"].exit(0)
	d.Press("R").Sees("2 of 2", "1 failed", " 2/2")
	if n := b.Client.Called("exec") - before; n != 2 {
		t.Errorf("%d were run again, want the 2 that failed", n)
	}
	d.Press("[").Sees("12 of 12", " 1/2")
}

func TestASelectorSaysWhereItRuns(t *testing.T) {
	b := bench(nil)
	b.Client.SetRows(
		api.PodRow{Namespace: "default", Name: "a", Containers: []string{"main"}}, api.PodRow{Namespace: "default", Name: "b"},
		api.PodRow{Namespace: "default", Name: "over", Phase: "Succeeded"},
	)
	d, _ := open(t, b, "", 100, 24, "web")
	d.Type("-l app=web -- uptime").Sees("in all pods with app=web").Press("enter").Sees("sh $ -l app=web -- uptime", "2 of 2")
	if n := b.Client.Called("list default app=web"); n != 1 {
		t.Errorf("it was listed %d times", n)
	}
	if b.Client.Called("exec default/a main [sh -c uptime]") != 1 || b.Client.Called("exec default/over") != 0 {
		t.Errorf("calls %q", b.Client.Calls())
	}
	b.Client.SetRows()
	d.Press("r").Sees("No pod that runs has the labels app=web", "sh $ -l app=web -- uptime")
}

func TestCancelEndsWhatRuns(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "sleep 1000", 80, 12, "web")
	runs(d, m)
	if _, done := m.Cancel(); !done {
		t.Fatal("there was nothing to cancel")
	}
	d.Sees("cancelled")
	if _, done := m.Cancel(); done {
		t.Error("a cancelled command can be cancelled")
	}
}

// TestWhatRunsIsCancelled: the keys say how, as long as there is something to
// cancel.
func TestWhatRunsIsCancelled(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "sleep 100", 100, 14, "web")
	runs(d, m)
	if got := m.Keys().ShortHelp()[0].Help().Key; got != "ctrl-c" {
		t.Errorf("the first key while it runs is %s", got)
	}
	d.Press("ctrl+c").Sees("cancelled")
	if got := m.Keys().ShortHelp()[0].Help().Key; got != "r" {
		t.Errorf("the first key afterwards is %s", got)
	}
}

func TestViewIsPureAndFitsAnySize(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "x", 80, 12, "web")
	runs(d, m)
	s.print(t, 1, strings.Join(mt.Hostile[:3], "\n"))
	d.Sees("running")
	check := func(what string) {
		t.Helper()
		mt.CheckViews(t, m)
		if t.Failed() {
			t.Fatal("this was ", what)
		}
	}
	check("running")
	for _, keys := range []string{"e", "ctrl+x", "esc esc", "&", "esc", "W", "esc"} {
		d.Press(keys)
		check(keys)
	}
	d.Press("e")
	m.SetSize(80, 12)
	if m.Cursor() == nil {
		t.Error("the command line has no cursor")
	}
	s.exit(0)
	d.Press("esc").Sees("exit 0")
	m2 := New(bench(nil).Env, models.CommandMsg{Refs: []api.PodRef{ref("a"), ref("b")}, Line: "x"})
	d2 := mt.Drive(t, m2, 80, 24)
	t.Cleanup(m2.Close)
	d2.Sees("2 of 2", "not started")
	m = m2
	check("of many")
}

// TestCards holds how cards look by golden files.
func TestCards(t *testing.T) {
	t.Run("one", func(t *testing.T) {
		s := newSession()
		b := bench(map[string]*session{"web": s})
		b.Client.SetObject(`{}`, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web"}})
		d, m := open(t, b, "make test", 80, 12, "web")
		runs(d, m)
		s.print(t, 1, "compiling\n")
		s.print(t, 2, "main.c:3: warning\n")
		s.print(t, 1, "ok\n")
		s.exit(2)
		d.Sees("exit 2")
		golden.RequireEqual(t, []byte(mt.Strip(m.View())))
	})
	t.Run("many", func(t *testing.T) {
		sessions := map[string]*session{}
		for name, code := range map[string]int{"a": 0, "b": 0, "c": 1, "d": 0} {
			s := newSession()
			sessions[name] = s
			go func() {
				_, _ = s.output.Write([]byte("\x01\x00\x00\x00\x00\x00\x00\x03up\n"))
				s.exit(code)
			}()
		}
		d, m := open(t, bench(sessions), "uptime", 80, 12, "a", "b", "c", "d", "e")
		d.Sees("5 of 5", "3 of 5 alike")
		golden.RequireEqual(t, []byte(mt.Strip(m.View())))
	})
	t.Run("prompt", func(t *testing.T) {
		d, m := open(t, bench(nil), "", 80, 12, "web")
		d.Type("ls -l")
		golden.RequireEqual(t, []byte(mt.Strip(m.View())))
	})
}

// Messages reach only screens that are open: a session that opens while its screen
// goes must not be left to a message.
func TestSessionThatOpensAsItsScreenGoesIsClosed(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	_, m := open(t, b, "", 80, 20, "web")
	c := &card{spec: spec{line: "x"}, targets: []fanout.Target{{Ref: ref("web"), Container: "main"}}}
	start := m.startRun(c)
	m.add(c)
	start()
	m.Close()
	if _, err := s.output.Write([]byte("nobody reads")); !errors.Is(err, io.ErrClosedPipe) { // waits for that
		t.Errorf("the session is not closed: %v", err)
	}
}
