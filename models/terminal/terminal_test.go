package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
	"podium/termbridge/keys"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestShellShowsOutputAndCarriesKeysInOrder(t *testing.T) {
	d, bench, m, s := open(t, shell())
	if got := bench.Client.Called("exec default/web main [sh -c"); got != 1 {
		t.Fatalf("calls %q: want one exec of a shell finder", bench.Client.Calls())
	}
	s.say(t, "hello \x1b[1mbold\x1b[m\r\n$ ")
	d.Sees("hello bold", "$ ")
	if c := m.Cursor(); c == nil || c.X != 2 || c.Y != 1 {
		t.Errorf("the cursor is %+v: want column 2 of row 1", c)
	}
	want := strings.Repeat("abc", 1000)
	got := make(chan string)
	go func() {
		p := make([]byte, len(want))
		_, err := io.ReadFull(s.input, p)
		got <- fmt.Sprint(string(p), err)
	}()
	for _, r := range want {
		m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	if got := <-got; got != want+"<nil>" {
		t.Errorf("the program read %d bytes which differ from what was typed", len(got))
	}
}

func TestKeysTypedAheadReachTheProgram(t *testing.T) {
	s := newSession()
	gate := make(chan struct{})
	client := mt.NewClient()
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) {
		<-gate
		return s, nil
	}
	m := New(mt.NewBench(client).Env, shell())
	d := mt.Drive(t, m, 60, 12)
	t.Cleanup(m.Close)
	d.Sees("opening shell in web/main").Type("ls").Press("enter")
	close(gate)
	d.Until("the program to run", func() bool { return m.state == running })
	line, err := bufio.NewReader(s.input).ReadString('\r')
	if line != "ls\r" || err != nil {
		t.Errorf("the program read %q, %v: want what was typed ahead", line, err)
	}
}

func TestSizeReachesProgramFirstAndOnChange(t *testing.T) {
	d, _, m, s := open(t, shell())
	d.Until("the first size", func() bool { return s.sawSize("60x12") })
	m.SetSize(40, 9)
	d.Until("the new size", func() bool { return s.sawSize("40x9") })
	lines := strings.Split(m.View(), "\n")
	if len(lines) != 9 {
		t.Errorf("the view has %d lines: want 9", len(lines))
	}
}

func TestEndsSayWhy(t *testing.T) {
	gone := func(b *mt.Bench, _ *session) {
		b.Client.OnGet = func(_, _ string) (api.PodObject, error) { return api.PodObject{}, errors.New("dial: refused") }
	}
	cases := map[string]struct {
		wish models.ExecMsg
		end  func(b *mt.Bench, s *session)
		want []string
	}{
		"exit code": {shell(), func(_ *mt.Bench, s *session) { s.exit(3) }, []string{"exit 3", "enter: new shell here"}},
		"connection lost": {shell(), func(_ *mt.Bench, s *session) {
			s.err = errors.New("reset")
			s.output.CloseWithError(errors.New("connection reset by peer"))
		}, []string{"unknown: connection lost", "Output may be missing"}},
		"server gone": {shell(), func(b *mt.Bench, s *session) { gone(b, s); s.err = errors.New("refused"); s.output.Close() }, []string{"server gone"}},
		"server restarted": {shell(), func(_ *mt.Bench, s *session) {
			s.err = apierrors.NewNotFound(schema.GroupResource{Resource: "exec"}, "x")
			s.output.Close()
		}, []string{"unknown: the server forgot", "probably restarted"}},
		"no inspect": {shell(), func(_ *mt.Bench, s *session) { s.err = api.ErrNotServed; s.output.Close() }, []string{"unknown: this server", "is not told"}},
		"pod deleted": {shell(), func(b *mt.Bench, s *session) {
			b.Client.OnGet = func(_, name string) (api.PodObject, error) {
				p := pod("main")
				p.UID = "other"
				return api.PodObject{Pod: p}, nil
			}
			s.exit(137)
		}, []string{"exit 137", "The pod was deleted"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d, bench, m, s := open(t, c.wish)
			s.say(t, "last words\r\n")
			d.Sees("last words")
			c.end(bench, s)
			d.Sees(c.want...)
			d.Sees("last words") // the screen stays
			if m.Grabbing() || m.Holds() || m.Ends() != "" {
				t.Error("an ended session still takes keys, or claims to run")
			}
		})
	}
}

func TestTheEndIsReadInANarrowPane(t *testing.T) {
	d, _, m, s := open(t, shell())
	s.err = apierrors.NewNotFound(schema.GroupResource{Resource: "exec"}, "x")
	s.output.Close()
	d.Sees("shell in web/main: unknown: the server forgot the command")
	m.SetSize(24, 14)
	d.Sees("shell in web/main:", "unknown: the server", "forgot the command", "probably restarted", "enter: new shell here", "s: another shell", "esc: back")
	for rows := 3; rows > 0; rows-- {
		m.SetSize(24, rows)
		d.Sees("shell in web/main:")
	}
	m.SetSize(60, 12)
	d.Sees("enter: new shell here   s: another shell   esc: back")
}

func TestEnterAfterEndOpensShellNotTheCommandAgain(t *testing.T) {
	d, bench, m, s := open(t, models.ExecMsg{Ref: web, Container: "main", Cmd: []string{"rm", "-i", "x"}})
	s.exit(0)
	d.Sees("exit 0")
	d.Press("enter")
	if m.state != ended {
		t.Fatal("enter right after the end was meant for the program, and was not swallowed")
	}
	bench.Step(time.Second)
	next := newSession()
	bench.Client.OnExec = func(_ context.Context, _, _, _ string, cfg api.ExecConfig) (api.ExecSession, error) {
		if cfg.Cmd[0] != "sh" {
			t.Errorf("%q was run again unasked", cfg.Cmd)
		}
		return next, nil
	}
	d.Press("enter")
	d.Until("a new shell", func() bool { return m.state == running })
	next.say(t, "fresh\r\n")
	d.Sees("fresh")
}

func TestSeveralContainersAreAChoice(t *testing.T) {
	client := mt.NewClient()
	client.SetObject("{}", pod("app", "sidecar"))
	s := newSession()
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) { return s, nil }
	bench := mt.NewBench(client)
	m := New(bench.Env, models.ExecMsg{Ref: web})
	d := mt.Drive(t, m, 60, 12)
	t.Cleanup(m.Close)
	d.Sees("Which container of web?", "app", "sidecar")
	if m.Grabbing() {
		t.Error("the choice takes every key")
	}
	d.Press("j enter")
	d.Until("the program to run", func() bool { return m.state == running })
	if bench.Client.Called("exec default/web sidecar") != 1 {
		t.Errorf("calls %q: want a shell in sidecar", bench.Client.Calls())
	}
}

func TestFailureToStartIsASentence(t *testing.T) {
	client := mt.NewClient()
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) {
		return nil, errors.New("container \"main\" is waiting\x1b]0;evil\a (CrashLoopBackOff)")
	}
	m := New(mt.NewBench(client).Env, shell())
	d := mt.Drive(t, m, 60, 12)
	t.Cleanup(m.Close)
	d.Sees("could not be opened", "CrashLoopBackOff")
	if strings.Contains(m.View(), "\x1b]0;") {
		t.Error("a control sequence from outside reached the view")
	}
}

func TestContainerOnItsWayUpIsWaitedFor(t *testing.T) {
	waiting := func(reason string) *corev1.Pod {
		p := pod("main")
		p.Status.Phase = corev1.PodPending
		p.Status.ContainerStatuses = []corev1.ContainerStatus{{Name: "main", State: corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: reason}}}}
		return p
	}
	tries := 0
	client := mt.NewClient()
	client.SetObject("{}", waiting("ContainerCreating"))
	s := newSession()
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) {
		if tries++; tries < 3 {
			return nil, apierrors.NewBadRequest("it is waiting")
		}
		return s, nil
	}
	m := New(mt.NewBench(client).Env, shell())
	d := mt.Drive(t, m, 60, 12)
	t.Cleanup(m.Close)
	d.Sees("opening shell in web/main").Until("the program to run", func() bool { return m.state == running })

	client = mt.NewClient()
	client.SetObject("{}", waiting("ImagePullBackOff"))
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) {
		return nil, apierrors.NewBadRequest("it waits for its image")
	}
	stuck := New(mt.NewBench(client).Env, shell())
	mt.Drive(t, stuck, 60, 12).Sees("could not be opened", "it waits for its image")
}

func TestARefusalIsToldInTheServersWords(t *testing.T) {
	client := mt.NewClient()
	client.SetObject("{}", pod("main"))
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) {
		return nil, fmt.Errorf("POST /api/v1/namespaces/default/pods/web/exec: %w (400 BadRequest)", apierrors.NewBadRequest("it waits (CrashLoopBackOff)"))
	}
	m := New(mt.NewBench(client).Env, shell())
	d := mt.Drive(t, m, 60, 12)
	t.Cleanup(m.Close)
	d.Sees("could not be opened", "it waits (CrashLoopBackOff)").Misses("POST", "400")
}

func TestMultiLinePasteAsksBeforeTheSessionIsThere(t *testing.T) {
	client := mt.NewClient()
	client.OnExec = func(ctx context.Context, _, _, _ string, _ api.ExecConfig) (api.ExecSession, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	bench := mt.NewBench(client)
	m := New(bench.Env, shell())
	defer m.Close()
	m.Update(tea.PasteMsg{Content: "one line\n"})
	if len(bench.Wishes) > 0 || len(m.ahead) != 1 {
		t.Errorf("one line: wishes %v, kept %d", bench.Wishes, len(m.ahead))
	}
	m.Update(tea.PasteMsg{Content: "rm -r a\r\nrm -r b"})
	ask, ok := bench.Wishes[0].(models.ConfirmMsg)
	if !ok || !strings.Contains(ask.Question, "not there yet") || !strings.Contains(ask.Question, "2 lines") || len(m.ahead) != 1 {
		t.Fatalf("wishes %v, kept %d", bench.Wishes, len(m.ahead))
	}
	m.Update(ask.Do)
	if len(m.ahead) != 2 {
		t.Error("what was agreed to is not kept")
	}
}

func TestMultiLinePasteAsksWithoutBrackets(t *testing.T) {
	d, bench, m, s := open(t, shell())
	d.Send(tea.PasteMsg{Content: "rm -r a\rrm -r b\r"}) // as terminals send it
	if len(bench.Wishes) != 1 {
		t.Fatalf("wishes %v: want a question", bench.Wishes)
	}
	ask, ok := bench.Wishes[0].(models.ConfirmMsg)
	if !ok || !strings.Contains(ask.Question, "2 lines") {
		t.Fatalf("the wish is %+v: want a question about 2 lines", bench.Wishes[0])
	}
	s.say(t, "\x1b[?2004h")
	d.Until("brackets", func() bool { return m.bridge.Modes().BracketedPaste })
	d.Send(tea.PasteMsg{Content: "a\nb"})
	got := make([]byte, len("\x1b[200~a\nb\x1b[201~"))
	if _, err := io.ReadFull(s.input, got); err != nil || !strings.HasPrefix(string(got), "\x1b[200~a") {
		t.Errorf("the program read %q, %v: want a bracketed paste", got, err)
	}
}

func TestScrollingBackAndTypingSnapsToTheEnd(t *testing.T) {
	d, _, m, s := open(t, shell())
	for i := range 40 {
		s.say(t, fmt.Sprintf("line %d\r\n", i))
	}
	d.Sees("line 39")
	d.Send(tea.MouseWheelMsg{Button: tea.MouseWheelUp})
	d.Sees("lines back").Misses("line 39")
	if m.Cursor() != nil {
		t.Error("the cursor is shown in the scrollback")
	}
	go func() { _, _ = io.Copy(io.Discard, s.input) }()
	d.Type("x")
	d.Sees("line 39").Misses("lines back")
}

func TestCloseDoesNotWaitAndEndsTheSession(t *testing.T) {
	d, _, m, s := open(t, shell())
	m.Close()
	d.Until("the session to be closed", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.closed
	})
}

// Every open shell sees the answers for all of them.
func TestAnswerForAnotherShellIsLeftAlone(t *testing.T) {
	_, bench, m, _ := open(t, shell())
	bench.Env.Go = func(func()) { t.Error("something was done about a session of another shell") }
	m.Update(startedMsg{Answer: models.To(New(bench.Env, shell())), session: newSession()})
	bench.Env.Go = func(f func()) { go f() }
	if m.state != running {
		t.Errorf("the shell's state is %v", m.state)
	}
}

// Messages reach only screens that are open: a session that opens while its screen
// goes must not be left to a message.
func TestSessionThatOpensAsItsScreenGoesIsClosed(t *testing.T) {
	for name, late := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			s, client := newSession(), mt.NewClient()
			client.OnExec = func(ctx context.Context, _, _, _ string, _ api.ExecConfig) (api.ExecSession, error) {
				if late {
					<-ctx.Done()
				}
				return s, nil
			}
			m := New(mt.NewBench(client).Env, shell())
			m.Init() // the look at the pod
			start := m.Update(containersMsg{Answer: models.To(m), pod: api.PodObject{Pod: pod("main")}})
			if late {
				m.Close()
				start()
			} else {
				start()
				m.Close()
			}
			if _, err := s.output.Write([]byte("nobody reads")); !errors.Is(err, io.ErrClosedPipe) { // waits for that
				t.Errorf("the session is not closed: %v", err)
			}
		})
	}
}

// What was given up while its answer was on the way stays given up.
func TestCancelledAsItOpens(t *testing.T) {
	s, client := newSession(), mt.NewClient()
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) { return s, nil }
	m := New(mt.NewBench(client).Env, shell())
	t.Cleanup(m.Close)
	m.SetSize(60, 12)
	m.Init()
	start := m.Update(containersMsg{Answer: models.To(m), pod: api.PodObject{Pod: pod("main")}})
	msg := start()
	if _, done := m.Cancel(); !done {
		t.Fatal("there was nothing to cancel")
	}
	m.Update(msg)
	if m.state != ended || m.end.Line != "cancelled" {
		t.Errorf("state %v, end %+v", m.state, m.end)
	}
	if _, err := s.output.Write([]byte("nobody reads")); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("the session is not closed: %v", err)
	}
}

func TestViewIsPureAndFitsAnySize(t *testing.T) {
	d, _, m, s := open(t, shell())
	s.say(t, "wide 世界 and e\u0301 text\r\n")
	d.Sees("wide 世界")
	mt.CheckViews(t, m)
}

// The encoder and Bubble Tea number keys alike; translate relies on it.
func TestKeyNumbersAgree(t *testing.T) {
	pairs := map[rune]rune{
		tea.KeyUp: keys.Up, tea.KeyDown: keys.Down, tea.KeyLeft: keys.Left, tea.KeyRight: keys.Right,
		tea.KeyBegin: keys.Begin, tea.KeyInsert: keys.Insert, tea.KeyDelete: keys.Delete, tea.KeyPgUp: keys.PgUp,
		tea.KeyPgDown: keys.PgDown, tea.KeyHome: keys.Home, tea.KeyEnd: keys.End, tea.KeyKpEnter: keys.KpEnter,
		tea.KeyKp0: keys.Kp0, tea.KeyKp9: keys.Kp9, tea.KeyKpBegin: keys.KpBegin, tea.KeyF1: keys.F1, tea.KeyF20: keys.F20,
		tea.KeyF63: keys.F63, tea.KeyCapsLock: keys.CapsLockKey, tea.KeyMenu: keys.Menu, tea.KeyMediaPlay: keys.MediaPlay,
		tea.KeyMute: keys.Mute, tea.KeyLeftShift: keys.LeftShift, tea.KeyIsoLevel5Shift: keys.IsoLevel5Shift,
		tea.KeyTab: keys.Tab, tea.KeyEnter: keys.Enter, tea.KeyEscape: keys.Escape, tea.KeyBackspace: keys.Backspace, tea.KeySpace: keys.Space,
	}
	for theirs, ours := range pairs {
		if theirs != ours {
			t.Errorf("Bubble Tea's key %U is %U for the encoder", theirs, ours)
		}
	}
	if got := mods(tea.ModShift | tea.ModCtrl | tea.ModMeta); got != keys.Shift|keys.Ctrl|keys.Meta {
		t.Errorf("modifiers translate to %b", got)
	}
}

func TestPaceDrawsAQuietProgramAtOnceAndAFloodSeldom(t *testing.T) {
	now, come := time.Unix(0, 0), int64(0)
	p := newPace()
	p.last = now
	if d := p.take(now, come); d != 0 {
		t.Errorf("the first picture waits %s", d)
	}
	second := func(bytes int64) (pictures int) { // with so many bytes between two pictures
		for end := now.Add(time.Second); now.Before(end); pictures++ {
			come += bytes
			now = now.Add(max(p.take(now, come), time.Millisecond))
		}
		return pictures
	}
	if n := second(1); n > framesPerSecond+framesInHand+1 {
		t.Errorf("a busy program was drawn %d times in a second", n)
	}
	if n := second(1); n < framesPerSecond-1 {
		t.Errorf("a busy program was drawn %d times in a second", n)
	}
	if n := second(floodBytes); n > floodsPerSecond+1 {
		t.Errorf("a flood was drawn %d times in a second", n)
	}
	now = now.Add(time.Second)
	if d := p.take(now, come); d != 0 {
		t.Errorf("after a quiet second a picture waits %s", d)
	}
}
