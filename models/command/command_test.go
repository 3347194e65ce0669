package command

import (
	"context"
	enc "encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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

func TestDifferencesAreShown(t *testing.T) {
	sessions := map[string]*session{}
	for name, text := range map[string]string{"a": "one\ntwo\n", "b": "one\ntwo\n", "c": "one\nTWO\n"} {
		s := newSession()
		sessions[name] = s
		go func() {
			_, _ = s.output.Write(append([]byte{1, 0, 0, 0, 0, 0, 0, byte(len(text))}, text...))
			s.exit(0)
		}()
	}
	b := bench(sessions)
	d, m := open(t, b, "x", 100, 24, "a", "b", "c")
	d.Sees("2 of 3 alike, 1 differs", "3 of 3")
	d.Press("j d").Sees("--- a and 1 more (stdout)", "+++ c (stdout)", "-two", "+TWO")
	if m.page != pageDiff {
		t.Error("this is no difference")
	}
	d.Press("esc").Send(tea.MouseClickMsg{X: 8, Y: 3, Button: tea.MouseLeft})
	if m.group != 0 || m.page != pageGroups {
		t.Errorf("a click on the first group selects %d, page %d", m.group, m.page)
	}
	d.Send(tea.MouseClickMsg{X: 8, Y: 2, Button: tea.MouseLeft}).Sees("2 pods: a b", "│ two")
	d.Sees("1/2  a · exit 0 · ").Press("tab").Sees("2/2  b · exit 0 · ").Press("tab shift+tab enter")
	if got, ok := b.Wishes[len(b.Wishes)-1].(models.InspectMsg); !ok || got.Ref != ref("b") {
		t.Errorf("it wishes %+v", b.Wishes)
	}
	d.Press("esc").Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown}).Press("enter").Sees("1 pod: c", "│ TWO")
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

func TestHistoryIsThePodsThenTheImagesThenAll(t *testing.T) {
	b := bench(nil)
	b.Client.SetObject(`{}`, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web"}, Spec: corev1.PodSpec{
		Containers: []corev1.Container{{Name: "main", Image: "nginx"}, {Name: "side", Image: "envoy"}},
	}})
	for name, lines := range map[string][]string{
		historyName:                           {"elsewhere", "here"},
		historyName + " image nginx":          {"nginx -v", "=nginx -T"},
		historyName + " pod default/web/main": {"here"},
		historyName + " pod default/web/side": {"beside"},
	} {
		for _, line := range lines {
			if err := b.Store.AppendHistory(name, line); err != nil {
				t.Fatal(err)
			}
		}
	}
	d, m := open(t, b, "", 80, 12, "web")
	d.Until("the history", func() bool { return len(m.history) == 4 })
	for _, want := range []string{"sh $ here", "argv $ nginx -T", "sh $ nginx -v", "sh $ elsewhere"} {
		d.Press("up").Sees(want)
	}
	d.Press("down down down down")
	if got := m.line.Value(); got != "" {
		t.Errorf("below the latest the line is %q", got)
	}
	d.Type("ngi").Press("up")
	if got := m.line.Value(); got != "nginx -v" && got != "nginx -T" {
		t.Errorf("what begins with ngi is %q", got)
	}
	d.Sees("in web/main (ctrl-o: next of 2 containers)").Press("ctrl+o").Sees("in web/side")
	d.Until("the other history", func() bool { return len(m.history) > 0 && m.history[len(m.history)-1] == "beside" })
}

func TestArgvModeIsSeenAndRunsWithoutAShell(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	d, m := open(t, b, "", 80, 12, "web")
	d.Sees("sh $ ").Press("=").Sees("argv $ ")
	d.Type("printf '%s|' a\\ b \"c d\"").Press("enter")
	runs(d, m)
	if b.Client.Called("exec default/web  [printf %s| a b c d]") != 1 {
		t.Errorf("calls %q", b.Client.Calls())
	}
	s.exit(0)
	d.Sees("argv $ printf", "exit 0").Press("e").Sees("argv $ printf").Press("ctrl+t").Sees("sh $ printf")
	d.Press("ctrl+t ctrl+u").Type("'open").Press("enter").Sees("a quote (') is not closed")
}

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		`ls -l`: {"ls", "-l"}, `  a   b `: {"a", "b"}, `'a b' "c d"`: {"a b", "c d"}, `a'b'"c"d`: {"abcd"},
		`""`: {""}, `a ''`: {"a", ""}, `a\ b`: {"a b"}, `"a\"b"`: {`a"b`}, `"a\nb"`: {`a\nb`}, `'a\b'`: {`a\b`}, "ü 世": {"ü", "世"},
	} {
		if got, err := split(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
	for _, line := range []string{"", "  ", "'a", `"a`, `a\`} {
		if got, err := split(line); err == nil {
			t.Errorf("%s is taken as %q", line, got)
		}
	}
}

func TestSnippetsAreOffered(t *testing.T) {
	b := bench(nil)
	b.Env.Settings.Snippets = []models.Snippet{{Name: "disk", Line: "df -h"}, {Name: "version", Line: "=nginx -v"}}
	d, _ := open(t, b, "", 90, 12, "web")
	d.Sees("2 snippets").Press("tab").Sees("sh $ df -h", "(disk)").Press("tab").Sees("argv $ nginx -v", "(version)").Press("tab").Sees("sh $ df -h")
}

func TestStdinComesFromAFile(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	b.Store.SetInput("/data/in.sql", "select 1;")
	d, m := open(t, b, "", 80, 12, "web")
	d.Type("psql").Press("ctrl+x").Type("/data/in.sql").Sees("stdin < /data/in.sql").Press("enter")
	runs(d, m)
	d.Until("the input", func() bool { s.mu.Lock(); defer s.mu.Unlock(); return s.input == "select 1;" && s.closed })
	s.exit(0)
	d.Sees("exit 0", "psql  < /data/in.sql")
	d.Press("x").Type("cat").Press("ctrl+x").Type("/none").Press("enter").Sees("not started", "/none")
}

// pipe is a store whose input nobody writes to.
type pipe struct {
	models.Store
	opening, written chan struct{}
}

func (p pipe) Input(string) (io.ReadCloser, error) {
	close(p.opening)
	<-p.written
	return io.NopCloser(strings.NewReader("late")), nil
}

func TestAPipeThatNobodyWritesToIsGivenUp(t *testing.T) {
	b := bench(map[string]*session{"web": newSession()})
	p := pipe{b.Store, make(chan struct{}), make(chan struct{})}
	defer close(p.written)
	b.Env.Store = p
	d, m := open(t, b, "", 80, 12, "web")
	d.Type("psql").Press("ctrl+x").Type("/tmp/fifo").Press("enter")
	<-p.opening
	if _, done := m.Cancel(); !done {
		t.Error("ctrl-c does nothing")
	}
	d.Until("the end", func() bool { return m.card().state == done })
}

func TestOutputIsFiltered(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "x", 80, 14, "web")
	runs(d, m)
	s.print(t, 1, "GET /a 200\nGET /b 500\nPOST /c 200\n")
	d.Sees("GET /a", "POST /c").Press("&").Type("get.*\\d00").Press("enter").Sees("lines & get", "GET /a", "GET /b").Misses("POST")
	s.print(t, 2, "GET /d 404\n")
	s.print(t, 1, "GET /e 300\n")
	d.Sees("GET /e").Misses("/d")
	d.Press("&").Press("ctrl+u").Type("!get").Press("enter").Sees("POST /c").Misses("GET /a")
	d.Press("esc").Sees("GET /a", "GET /d", "POST /c")
	s.exit(0)
	d.Sees("exit 0")
}

func TestBinaryIsShownAsHex(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	d, m := open(t, b, "cat logo", 100, 14, "web")
	runs(d, m)
	s.print(t, 1, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\n")
	d.Sees("binary output, shown as hex", "00000000  89 50 4e 47 0d 0a 1a 0a  00 00 00 0d 49 48 44 52", "|.PNG........IHDR|")
	s.exit(0)
	d.Sees("exit 0").Press("b").Sees("IHDR").Misses("49 48 44 52").Press("b").Sees("49 48 44 52")
	d.Press("ctrl+s")
	d.Until("the file", func() bool {
		data, ok := b.Store.Saved("web-20260501-120000.out")
		return ok && string(data) == "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\n"
	})
}

// TestBinaryHidesNoErrors: what standard error says stands below the hex, even
// if it came before it was known that the output is binary.
func TestBinaryHidesNoErrors(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "cat logo", 100, 14, "web")
	runs(d, m)
	s.print(t, 2, "first words\n")
	d.Sees("first words")
	s.print(t, 1, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\n")
	d.Sees("49 48 44 52", "┃ first words")
	s.print(t, 2, "more\nhalf a")
	d.Sees("┃ more").Misses("half")
	s.print(t, 2, " line")
	s.exit(1)
	d.Sees("exit 1", "┃ half a line")
	view := mt.Strip(m.View())
	for _, text := range []string{"first words", "more", "half a"} {
		if strings.Count(view, "┃ "+text) != 1 || strings.Index(view, text) < strings.Index(view, "49 48 44 52") {
			t.Errorf("%q is not once below the hex:\n%s", text, view)
		}
	}
	d.Press("b").Sees("IHDR", "┃ first words").Press("b").Sees("49 48 44 52", "┃ half a line")
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

// TestBinaryIsBounded: of very many lines beside the hex the first are shown.
func TestBinaryIsBounded(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "cat logo", 100, 14, "web")
	runs(d, m)
	s.print(t, 1, "\x00\x01\n")
	s.print(t, 2, strings.Repeat("e\n", 3*budget))
	s.exit(0)
	d.Sees("exit 0").Press("G").Sees("and more of standard error")
	d.Until("the end", func() bool { return m.shownRun().view.closed })
	if n := len(m.shownRun().view.beside); n != besides+1 {
		t.Errorf("%d lines are shown", n)
	}
}

func TestStreamsAreSavedApart(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	d, m := open(t, b, "x", 80, 14, "web")
	runs(d, m)
	s.print(t, 1, "out 1\n")
	s.print(t, 2, "err\n")
	s.print(t, 1, "out 2\r\n")
	s.exit(0)
	d.Sees("exit 0")
	for key, row := range map[string]struct{ file, want string }{
		"o": {"web-20260501-120000.stdout", "out 1\nout 2\r\n"},
		"e": {"web-20260501-120000.stderr", "err\n"},
		"b": {"web-20260501-120000.out", "out 1\nerr\nout 2\r\n"},
	} {
		d.Press("ctrl+s").Sees("Save: o standard output").Press(key)
		d.Until(row.file, func() bool { data, ok := b.Store.Saved(row.file); return ok && string(data) == row.want })
	}
	d.Press("p")
	var page models.PagerMsg
	for _, w := range b.Wishes {
		if p, ok := w.(models.PagerMsg); ok {
			page = p
		}
	}
	var text strings.Builder
	if page.Write == nil || page.Write(&text) != nil || text.String() != "out 1\nerr\nout 2\r\n" {
		t.Errorf("the pager is given %q", text.String())
	}
}

// TestLongOutputIsKeptInAFile and let go with the card.
func TestLongOutputIsKeptInAFile(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	b.Env.Settings.CommandRing, b.Env.Settings.CommandSpill = 64<<10, 1<<20
	d, m := open(t, b, "x", 80, 14, "web")
	runs(d, m)
	line := strings.Repeat("x", 99) + "\n"
	for range 12_000 {
		s.print(t, 1, line)
	}
	s.exit(0)
	d.Sees("exit 0", "are not kept: the file takes 1.0 MiB")
	d.Press("g").Sees("lines (", "are no longer in memory")
	if b.Store.Temps() != 1 {
		t.Errorf("%d temporary files", b.Store.Temps())
	}
	d.Press("ctrl+s")
	d.Until("the file", func() bool {
		data, ok := b.Store.Saved("web-20260501-120000.out")
		return ok && len(data) > 900_000 && len(data) < 1<<20 && strings.HasPrefix(string(data), line)
	})
	m.Close()
	d.Until("the temporary file to go", func() bool { return b.Store.Temps() == 0 })
}

func TestWatchRunsAgainAndHighlights(t *testing.T) {
	texts := make(chan string, 10)
	client := mt.NewClient()
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) {
		s := newSession()
		text := <-texts
		go func() {
			_, _ = s.output.Write(append([]byte{1, 0, 0, 0, 0, 0, 0, byte(len(text))}, text...))
			s.exit(0)
		}()
		return s, nil
	}
	b := mt.NewBench(client)
	texts <- "one\ntwo\n"
	d, m := open(t, b, "x", 80, 14, "web")
	d.Sees("exit 0", "│ two")
	d.Press("W").Sees("watch every 2s").Press("ctrl+u").Type("100ms match=four").Press("enter").Sees("watched every 100ms")
	if !m.Holds() {
		t.Error("a watched command does not hold the screen")
	}
	texts <- "one\nthree\n"
	d.Sees("▌ three", "│ one", "1 line changed")
	texts <- "one\nfour\n"
	d.Sees("▌ four").Misses("watched every")
	if m.Holds() {
		t.Error("the watch has ended and still holds the screen")
	}
	var said []string
	for _, w := range b.Wishes {
		switch w := w.(type) {
		case models.NoticeMsg:
			said = append(said, w.Text)
		case models.FinishedMsg:
			said = append(said, w.Text)
		}
	}
	if all := strings.Join(said, "\n"); !strings.Contains(all, `The watch of x has ended: "four" is in the output`) {
		t.Errorf("it said %q", all)
	}
}

func TestWatchIsParsed(t *testing.T) {
	for text, want := range map[string]string{
		"": "2s", "5s": "5s", "5": "5s", "500ms change": "500ms change", "exit": "2s exit", "1m exit=0": "1m0s exit=0", "match=a b": "2s match=a b",
		"change exit=3 match=(": "2s change exit=3 match=(",
	} {
		w, err := parseWatch(text, 2*time.Second)
		if err != nil || w.text(0) != want {
			t.Errorf("%q: %v, %v", text, w, err)
		}
	}
	for _, text := range []string{"1x", "10ms", "often", "exit=x", "change=1"} {
		if w, err := parseWatch(text, time.Second); err == nil {
			t.Errorf("%q is taken as %+v", text, w)
		}
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
		for _, size := range mt.Sizes {
			m.SetSize(size[0], size[1])
			first := m.View()
			if m.View() != first {
				t.Errorf("%s at %v: the view differs when drawn twice", what, size)
			}
			mt.CheckView(t, first, size[0], size[1])
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
