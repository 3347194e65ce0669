package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
	"podium/termbridge/vt"
	"podium/themes"
)

func TestEndHidesNothingOfTheScreen(t *testing.T) {
	d, _, m, s := open(t, shell())
	for i := range 11 {
		s.say(t, fmt.Sprintf("row %d\r\n", i))
	}
	s.say(t, "last words")
	d.Sees("last words", "row 0")
	s.exit(1)
	d.Sees("exit 1", "last words", "enter: new shell here").Misses("row 0")
	d.Send(models.ActionMsg{Action: models.ActionCopyMode})
	d.Sees("row 0", "last words", "copy mode")
	if !m.Grabbing() {
		t.Error("copy mode over an ended session does not take every key")
	}
	d.Press("q").Sees("exit 1")
	if m.Grabbing() {
		t.Error("an ended session takes every key")
	}
}

func TestBellsTitlesAndNewOutput(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "\x1b]2;top - web\a$ ")
	d.Until("the title", func() bool { return m.Title() == "shell in web/main · top - web" })
	if m.Ends() != "shell in web/main" {
		t.Errorf("quitting would say %q: titles are the program's", m.Ends())
	}
	rings := func(cmd tea.Cmd) bool {
		for cmd != nil {
			raw, ok := cmd().(tea.RawMsg)
			return ok && raw.Msg == "\a"
		}
		return false
	}
	if !rings(m.event(vt.Event{Kind: vt.EventBell})) || rings(m.event(vt.Event{Kind: vt.EventBell})) {
		t.Error("the bell of the pane in focus is not passed on, or too often")
	}
	m.SetFocus(false)
	m.SetShown(false)
	before := m.View()
	bench.Step(2 * time.Second)
	s.say(t, "done\a")
	d.Until("the bell", func() bool { return m.Session().Bell })
	state := m.Session()
	if !state.Unread || !state.Running || m.LastLine() != "$ done" || !state.Printed.Equal(bench.Now()) || !told(bench, "bell in shell in web/main") {
		t.Errorf("the session is %+v; wishes %v", state, bench.Wishes)
	}
	if m.View() != before {
		t.Error("what nobody sees was drawn")
	}
	m.SetShown(true)
	d.Sees("$ done")
	if state := m.Session(); !state.Bell || state.Unread {
		t.Errorf("the session is %+v once it is in view", state)
	}
	m.SetFocus(true)
	if state := m.Session(); state.Bell || state.Unread {
		t.Errorf("the session is %+v after it was looked at", state)
	}
	s.exit(2)
	d.Sees("exit 2")
	if state := m.Session(); state.Running || state.Trouble != "exit 2" {
		t.Errorf("the session is %+v", state)
	}
}

// TestAPromptDrawnAnewIsNoNews: the row of tabs comes and goes, and with it the
// size of those that nobody looks at.
func TestAPromptDrawnAnewIsNoNews(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "$ ")
	d.Sees("$ ")
	m.SetShown(false)
	bench.Step(2 * time.Second)
	m.SetSize(60, 9)
	s.say(t, "\r\x1b[K$ ")
	heard := m.Session().Printed
	d.Until("what was drawn anew", func() bool { return m.Session().Printed.After(heard) })
	if m.Session().Unread {
		t.Error("a prompt that was drawn anew counts as new output")
	}
	bench.Step(redrawTime)
	s.say(t, "done")
	d.Until("new output", func() bool { return m.Session().Unread })
}

func TestClipboardOfTheProgramNeedsAYes(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "\x1b]52;c;aGVsbG8=\a")
	d.Until("to be told", func() bool { return told(bench, "wants to copy 5 characters") })
	if got := copied(bench); got.Text != "" {
		t.Fatalf("%q was copied unasked", got.Text)
	}
	d.Send(models.ActionMsg{Action: models.ActionAllowCopy})
	if got := copied(bench); got.Text != "hello" || !strings.Contains(got.What, "shell in web/main") {
		t.Errorf("copied %+v", got)
	}
	s.say(t, "\x1b]52;c;d29ybGQ=\a")
	d.Until("the next", func() bool { return copied(bench).Text == "world" })
	if m.clip.waiting != "" {
		t.Error("a text waits although copying is allowed")
	}
}

func TestSilenceAfterTypingAndStallsAreShown(t *testing.T) {
	d, bench, _, s := open(t, shell())
	d.Send(bench.Step(time.Minute)).Misses("no bytes") // nobody typed: silence is in order
	s.say(t, "$ ")
	d.Sees("$ ")
	d.Type("ls")
	d.Send(bench.Step(11 * time.Second)).Misses("no bytes")
	d.Send(bench.Step(2 * time.Second)).Sees("no bytes for 13s since you typed")
	s.say(t, "ls")
	d.Sees("$ ls").Misses("no bytes")

	// Nobody reads what is typed.
	d.Type("xyz")
	d.Until("the stall to be shown", func() bool {
		d.Send(bench.Step(0))
		return strings.Contains(mt.Strip(d.View()), "input stalled: ")
	})
}

func TestEveryKeyMayBeTheLeader(t *testing.T) {
	d, _, _, s := open(t, shell())
	d.Press("ctrl+y ctrl+g")
	got := make([]byte, 2)
	if _, err := io.ReadFull(s.input, got); err != nil || string(got) != "\x19\a" {
		t.Errorf("the program got %q, %v", got, err)
	}
}

func TestSignals(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "$ ")
	for _, a := range m.Actions() {
		if a == models.ActionSignal {
			t.Error("signals are offered although the endpoint has none")
		}
	}
	bench.Env.Info = bench.Env.Info.With(api.CapExecKill)
	sent := make(chan string, 1)
	m.control = killer{s, sent}
	d.Send(models.ActionMsg{Action: models.ActionSignal}).Sees("Which signal to shell in web/main?", "TERM")
	d.Press("x").Misses("Which signal")
	if !told(bench, "No signal was sent") {
		t.Errorf("wishes %v", bench.Wishes)
	}
	d.Send(models.ActionMsg{Action: models.ActionSignal}).Press("K")
	d.Until("the signal", func() bool { return len(sent) == 1 })
	if got := <-sent; got != "KILL" {
		t.Errorf("%s was sent", got)
	}
	m.signalMap.Kill.SetKeys("x") // bound anew
	d.Send(models.ActionMsg{Action: models.ActionSignal}).Press("K").Misses("Which signal")
	d.Send(models.ActionMsg{Action: models.ActionSignal}).Press("x")
	d.Until("the signal", func() bool { return len(sent) == 1 })
	if got := <-sent; got != "KILL" {
		t.Errorf("%s was sent", got)
	}
}

// killer notes the signals that are sent.
type killer struct {
	api.ExecControl
	sent chan string
}

func (k killer) Kill(_ context.Context, signal string) error {
	k.sent <- signal
	return nil
}

func TestTextIsMeasuredAsTheRendererDoes(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "\U0001f468\u200d\U0001f469\u200d\U0001f467")
	d.Until("the text", func() bool { return m.Cursor() != nil && m.Cursor().X == 6 })
	bench.Env.Graphemes = true
	d.Send(tea.ModeReportMsg{})
	if c := m.Cursor(); c == nil || c.X != 2 {
		t.Errorf("the cursor is at %+v: a family is one character of two cells now", c)
	}
}

func TestWhatNobodySeesIsLookedAtSeldom(t *testing.T) {
	now := time.Unix(0, 0)
	p := newPace()
	p.last = now
	p.hide()
	looks := 0
	for end := now.Add(time.Second); now.Before(end); looks++ {
		now = now.Add(max(p.take(now, 0), time.Millisecond))
	}
	if looks > looksPerSecond+2 {
		t.Errorf("looked at %d times in a second", looks)
	}
	p.last = time.Now()
	p.tokens = -10 // a long wait is ahead
	done := make(chan struct{})
	go func() {
		p.wait(0, nil)
		close(done)
	}()
	for waiting := true; waiting; { // shown again: it must not wait its time out
		p.show()
		select {
		case <-done:
			waiting = false
		case <-time.After(time.Millisecond):
		}
	}
	p.hidden.Store(false)
	if d := p.take(time.Now().Add(time.Second), 0); d != 0 {
		t.Errorf("in view again a picture waits %s", d)
	}
}

func TestAProgramLearnsOfAnotherBackground(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "\x1b[?2031hready")
	d.Sees("ready")
	bench.Env.Theme = themes.Light()
	m.SetTheme(bench.Env.Theme)
	got := make([]byte, len("\x1b[?997;2n"))
	if _, err := io.ReadFull(s.input, got); err != nil || string(got) != "\x1b[?997;2n" {
		t.Errorf("the program got %q, %v", got, err)
	}
}
