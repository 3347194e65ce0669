package ui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"podium/models"
	"podium/models/modelstest"
)

// talker is a session that tells how it does.
type talker struct {
	*session
	state models.SessionState
	line  string
}

func (s *talker) Session() models.SessionState { return s.state }
func (s *talker) LastLine() string             { return s.line }

func TestSessionsTellHowTheyDo(t *testing.T) {
	u := sit(t, client("api-1", "web-1"), 100, 24)
	u.Sees("live")
	now := modelstest.Noon()
	say := func(name string, state models.SessionState, line string) *talker {
		s := &talker{session: &session{name: name, ref: pod(name).Ref(), running: state.Running}, state: state, line: line}
		u.root.keep(s)
		u.root.focus()
		u.root.refresh()
		return s
	}
	opened := now.Add(-5 * time.Minute)
	rang := say("one", models.SessionState{Running: true, Opened: opened, Printed: now, Bell: true, Unread: true}, "build done")
	say("two", models.SessionState{Running: true, Opened: opened, Printed: now.Add(-3 * time.Minute)}, "$")
	last := say("four", models.SessionState{Running: true, Opened: opened, Printed: now, Unread: true, Trouble: "input stalled: 3 bytes not taken"}, "typing")
	u.Sees("3 sessions (1 rang)")
	u.Press("ctrl+g w").Sees(
		"1 one", "running 5m · rang · new output · build done",
		"running 5m · silent for 3m · $",
		"running 5m, shown · input stalled: 3 bytes not taken · typing",
	)
	u.Press("esc")
	rang.state.Bell, last.state.Unread = false, true
	u.root.refresh()
	u.Sees("3 sessions (1 new)")
	rang.state.Unread = false
	u.root.refresh()
	u.Misses("new)", "rang)") // the one in view needs no mark
	last.running, last.state = false, models.SessionState{Trouble: "exit 3"}
	u.Press("ctrl+g w").Sees("exit 3, shown · typing")
}

func TestPasteFromTheMenuIsWhatWasCopied(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	s := u.shell("api-1")
	u.root.act(s, models.ActionPaste)
	u.root.refresh()
	u.Sees("Nothing was copied here yet")
	u.root.copyText(models.CopyMsg{Text: "some text"})
	u.root.refresh()
	u.Sees(":copied writes a file")
	u.Press("ctrl+g :").Type("copied").Press("enter").Sees("What was copied is in /saved/copied-2026-05-01-120000.txt")
	if got, _ := u.bench.Store.Saved("copied-2026-05-01-120000.txt"); string(got) != "some text" {
		t.Errorf("the file holds %q", got)
	}
	u.root.act(s, models.ActionPaste)
	if s.pasted != "some text" {
		t.Errorf("the terminal got %q", s.pasted)
	}
}

func TestTerminalsLearnHowTextIsMeasured(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	for _, mode := range []tea.ModeReportMsg{{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset}, {Mode: ansi.ModeUnicodeCore, Value: ansi.ModeNotRecognized}} {
		u.Send(mode)
		if u.root.env.Graphemes {
			t.Errorf("%+v says nothing of graphemes", mode)
		}
	}
	u.Send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeReset})
	if !u.root.env.Graphemes {
		t.Error("the terminal knows grapheme clusters, and the screens do not hear of it")
	}
}

// TestAPageOnWhichSomethingGoesOnBecomesASession when it is left, and is closed
// when nothing does.
func TestAPageOnWhichSomethingGoesOnBecomesASession(t *testing.T) {
	u := sit(t, client("api-1"), 100, 24)
	u.Sees("live")
	s := &session{name: "command", ref: pod("api-1").Ref(), running: true}
	u.root.push(s)
	u.root.focus()
	u.root.back(s)
	u.root.refresh()
	u.Sees("1 session")
	if s.closed {
		t.Fatal("what runs was closed")
	}
	u.root.switchTo(u.root.lastSession())
	s.running = false
	u.root.back(s)
	u.root.refresh()
	u.Misses("1 session")
	if !s.closed {
		t.Error("nothing runs, and it is kept")
	}
}
