package ui

import (
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/modelstest"
)

func TestTheJournalKeepsWhatWasDone(t *testing.T) {
	u := sit(t, client("web"), 100, 20)
	u.Press("@").Sees("Nothing was changed so far")
	u.Send(models.JournalMsg{Entry: models.Entry{
		Action: "delete", Target: "default/web", Result: "accepted", Digest: "sha256:abc",
	}})
	u.Sees("Friday, 2026-05-01", "delete default/web → accepted (test) sha256:abc") // open, it shows what comes
	u.Send(models.JournalMsg{Entry: models.Entry{Action: "create", Target: "default/\x1b[2Jdb", Result: "for\nbidden", Failed: true}})
	u.Sees("db → for bidden (test)")
	modelstest.CheckView(t, u.View(), 100, 20)
	u.Press("/").Type("create").Press("enter c").Until("a copy", func() bool { return strings.Contains(u.root.copied, "delete default/web") })
	u.Press("ctrl+s").Until("a file", func() bool { _, ok := u.bench.Store.Saved("podium-journal.txt"); return ok })
	u.Press("esc").Sees("journal") // the search ends first
	u.Press("@").Misses("accepted")
	entries, err := u.bench.Store.JournalEntries(10)
	if err != nil || len(entries) != 2 || entries[0].Endpoint != "test" || !entries[0].At.Equal(modelstest.Noon()) {
		t.Errorf("kept %v, %v", entries, err)
	}
}

func TestAJournalThatCannotBeWrittenSaysSo(t *testing.T) {
	u := sit(t, client("web"), 100, 20)
	u.bench.Store.SetFail(errors.New("the disk is full"))
	u.Send(models.JournalMsg{Entry: models.Entry{Action: "delete"}})
	u.Sees("The journal was not written: the disk is full")
	u.Press("@").Sees("The journal cannot be read: the disk is full")
}

func TestLongWorkIsAnnouncedToPeopleWhoLookElsewhere(t *testing.T) {
	u := sit(t, client("web"), 80, 20)
	announced := func(took time.Duration) bool {
		u.root.cmds = nil
		u.root.route(models.FinishedMsg{Text: "3 pods deleted", Began: u.bench.Now().Add(-took)})
		cmds := u.root.cmds
		u.root.cmds = nil
		if len(cmds) == 0 {
			return false
		}
		raw, ok := cmds[0]().(tea.RawMsg)
		return ok && strings.Contains(raw.Msg.(string), "\a")
	}
	if announced(time.Minute) {
		t.Error("announced although the window has the focus")
	}
	u.Send(tea.BlurMsg{})
	if !announced(time.Minute) {
		t.Error("not announced")
	}
	if announced(time.Second) {
		t.Error("announced although it was short")
	}
	u.Send(tea.FocusMsg{})
	if announced(time.Minute) {
		t.Error("announced although the window has the focus again")
	}
}

func TestAlert(t *testing.T) {
	tests := []struct{ env, want string }{
		{"TERM=xterm-kitty", "\x1b]9;podium: a;b\a"},
		{"TERM=xterm-256color VTE_VERSION=7600", "\x1b]777;notify;podium;a,b\a"},
		{"TERM=foot", "\x1b]777;notify;podium;a,b\a"},
		{"TERM=rxvt-unicode-256color", "\x1b]777;notify;podium;a,b\a"},
		{"TERM=tmux-256color TMUX=/tmp/x,1,0", "\x1bPtmux;\x1b\x1b]9;podium: a;b\a\x1b\\\a"},
		{"TERM=screen STY=1.x", "\a"},
		{"TERM=linux", "\a"},
		{"", "\a"},
	}
	for _, tt := range tests {
		o := Options{Environ: strings.Fields(tt.env)}
		if got := alert(o.getenv, "a;b"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.env, got, tt.want)
		}
	}
}

func TestAClosedSessionIsWrittenDown(t *testing.T) {
	u := sit(t, client("web"), 100, 24)
	u.Sees("live")
	u.shell("web")
	u.Press("ctrl+g x").Sees("Close the session?")
	u.later(time.Second)
	u.Press("y").Press("@").Sees("close default/web → shell in web")
}

// words are the words on the screen, one blank between them and no borders.
func (u *user) words() string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "┃", " ").Replace(modelstest.Strip(u.View()))), " ")
}

// TestNothingIsCutOffThatMatters: what stands in an empty place, and a notice, is
// read to its end in small windows.
func TestNothingIsCutOffThatMatters(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {60, 20}} {
		u := sit(t, client("api-1"), size[0], size[1])
		u.Sees("live").Press("@").Sees("Nothing was changed so far")
		if !strings.Contains(u.words(), "what is deleted, created or run is written down here.") {
			t.Errorf("at %v the journal is\n%s", size, u.View())
		}
		u.Press("esc")
		for level, text := range map[models.Level]string{
			models.LevelWarning: "30 Nov 03:44:12: podium was ended before the deletion of counter was sent: nothing was deleted",
			models.LevelError:   "POST http://localhost/api/v1/namespaces/default/pods: the image busybox:1.2.3.4 does not exist in that registry of yours",
		} {
			u.Send(models.NoticeMsg{Level: level, Text: text})
			if !strings.Contains(u.words(), text[:40]) || !strings.Contains(u.words(), text[len(text)-12:]) {
				t.Errorf("at %v %q is shown as\n%s", size, text, u.View())
			}
			modelstest.CheckView(t, u.View(), size[0], size[1])
		}
		u.later(time.Minute).Misses("registry of yours")
		// Who types sees what is typed.
		u.Press("/").Send(models.NoticeMsg{Text: strings.Repeat("word ", 40)})
		if rows := strings.Split(modelstest.Strip(u.View()), "\n"); strings.Contains(rows[len(rows)-2], "word") {
			t.Errorf("a notice lies over the filter:\n%s", u.View())
		}
	}
}
