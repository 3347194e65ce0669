package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unsafe"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // golden views show times of day
	// A tick that is still to come ends by itself.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("charm.land/bubbletea/v2.Tick.func1"))
}

func TestViews(t *testing.T) {
	for _, size := range modelstest.Sizes[:4] {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			u := sit(t, client("api-1", "web-1"), size[0], size[1])
			u.Until("a live list", func() bool { return u.root.list.Listing().Live })
			view := u.View()
			if u.root.View().Content != u.root.View().Content {
				t.Error("View is not the same twice")
			}
			modelstest.CheckView(t, view, size[0], size[1])
			golden.RequireEqual(t, view)
		})
	}
}

func TestOverlaysFitEverySize(t *testing.T) {
	for _, size := range modelstest.Sizes {
		for _, keys := range []string{"?", ":", "!", "ctrl+d", "ctrl+c", "enter", "l", "ctrl+g"} {
			u := sit(t, client("api-1", "web-1"), size[0], size[1])
			u.Until("a live list", func() bool { return u.root.list.Listing().Live })
			u.Press(keys)
			u.root.leader.show(leaderShowMsg{u.root.leader.press})
			u.root.refresh()
			modelstest.CheckView(t, u.View(), size[0], size[1])
			if t.Failed() {
				t.Fatalf("with %s at %v", keys, size)
			}
		}
	}
}

func TestTheFrameIsThereBeforeTheServerAnswers(t *testing.T) {
	c := client()
	waiting := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	c.OnInfo = func(ctx context.Context) (api.Info, error) { return nil, waiting(ctx) }
	c.OnList = func(ctx context.Context, _ api.ListOptions, _ func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, waiting(ctx)
	}
	u := sit(t, c, 80, 24)
	if !strings.Contains(u.View(), "Asking test for its pods…") || !strings.Contains(u.View(), "listing…") {
		t.Errorf("the first frame is\n%s", u.View())
	}
}

func TestBrowsing(t *testing.T) {
	c := client("api-1", "web-1")
	u := sit(t, c, 80, 24)
	u.Sees("api-1", "web-1", "2 pods", "live").
		Press("j enter").Sees("web-1 overview").
		Press("esc").Sees("NAME↑").
		Press("l").Sees("web-1 log").
		Press("q").Sees("NAME↑").
		Press("/").Type("api").Sees("1/2 pods").Press("q").Sees("apiq"). // q is text here
		Press("esc").Sees("web-1")
}

func TestHelpRunsWhatItShows(t *testing.T) {
	u := sit(t, client("api-1"), 80, 50)
	u.Sees("live").Press("?").Sees("podium 1.2", "the pod", "inspect", "sort by age", "everywhere", "ctrl-g")
	u.Press("j j j enter").Sees("api-1 log").Misses("everywhere") // the fourth is logs
}

func TestPalette(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live").Press(":").Type("yam").Sees("YAML").Press("enter").Sees("api-1 YAML")
	u.Press(":").Type("pods").Press("enter").Sees("NAME↑")
	u.Press(":").Type("nonsense").Sees("nothing of that name").Press("enter").Sees(`"nonsense" is no command`)
}

func TestQuitting(t *testing.T) {
	quits := func(u *user) bool { return u.root.quitting }
	t.Run("nothing ends", func(t *testing.T) {
		u := sit(t, client("api-1"), 80, 24)
		u.Sees("live").Press("q")
		if !quits(u) {
			t.Error("q at the top does not quit")
		}
	})
	t.Run("esc never quits", func(t *testing.T) {
		u := sit(t, client("api-1"), 80, 24)
		u.Sees("live").Press("esc").Sees("q quits")
		if quits(u) {
			t.Error("esc quit")
		}
	})
	t.Run("a shell ends", func(t *testing.T) {
		u := sit(t, client("api-1"), 80, 24)
		u.Sees("live")
		u.shell("api-1")
		u.Press("ctrl+g d q").Sees("Quit podium?", "shell in api-1", "1 pod goes on")
		u.Press("y")
		if quits(u) {
			t.Error("a key typed ahead quit")
		}
		u.later(time.Second)
		u.Press("enter").Misses("Quit podium?") // the focus is on Cancel
		u.Press("q").Sees("Quit podium?")
		u.later(time.Second)
		u.Press("y")
		if !quits(u) {
			t.Error("y does not quit")
		}
	})
	t.Run("shells that are alike are counted", func(t *testing.T) {
		u := sit(t, client("api-1"), 80, 24)
		u.Sees("live")
		for range 10 {
			u.shell("api-1")
		}
		u.shell("web-1")
		u.Press("ctrl+g d q").Sees("These 11 end with it:", "shell in api-1 (10)", "shell in web-1").Misses("more")
	})
	t.Run("ctrl-c asks", func(t *testing.T) {
		u := sit(t, client("api-1"), 80, 24)
		u.Sees("live").Press("ctrl+c").Sees("Quit podium?", "Nothing ends with it.").Press("ctrl+c").Misses("Quit podium?")
		if quits(u) {
			t.Error("ctrl-c quit")
		}
	})
	t.Run("q! never asks", func(t *testing.T) {
		u := sit(t, client("api-1"), 80, 24)
		u.Sees("live")
		u.shell("api-1")
		u.Press("ctrl+g d :").Type("q!").Press("enter")
		if !quits(u) {
			t.Error(":q! does not quit")
		}
	})
}

func TestLeader(t *testing.T) {
	u := sit(t, client("api-1", "web-1"), 80, 24)
	u.Sees("live")
	a := u.shell("api-1")
	u.Press("q : ? ctrl+c")
	if got := strings.Join(a.got, " "); got != "q : ? ctrl+c" {
		t.Errorf("the terminal got %q", got)
	}
	u.Press("ctrl+g").Sees("leave running", "send the size again", "send ctrl-g") // the menu comes by itself
	u.Press("Z").Sees("ctrl-g Z does nothing here; nothing was sent")
	u.Press("ctrl+g T ctrl+g ctrl+g")
	want := fmt.Sprintf("q : ? ctrl+c action %d ctrl+g", models.ActionResize)
	if got := strings.Join(a.got, " "); got != want {
		t.Errorf("the terminal got %q, want %q", got, want)
	}
	b := u.shell("web-1")
	u.Sees("inside web-1", "2 sessions").
		Press("ctrl+g p").Sees("inside api-1").
		Press("ctrl+g n").Sees("inside web-1").
		Press("ctrl+g 1").Sees("inside api-1").
		Press("ctrl+g d").Sees("NAME↑").
		Press("ctrl+g ctrl+g").Sees("inside api-1"). // to the one shown last
		Press("ctrl+g n").Sees("inside web-1")
	if a.closed || b.closed || a.focused || !b.focused {
		t.Errorf("closed %v %v, focused %v %v", a.closed, b.closed, a.focused, b.focused)
	}
	u.Press("ctrl+g w").Sees("1 api-1", "2 web-1", "running, shown").Press("k enter").Sees("inside api-1")
	u.Press("ctrl+g x").Sees("Close the session?", "shell in api-1")
	u.later(time.Second)
	u.Press("y").Sees("NAME↑", "1 session")
	if !a.closed {
		t.Error("x and y do not close")
	}
	b.running = false
	u.Press("ctrl+g 1").Sees("inside web-1").Press("ctrl+g d").Misses("session")
	if !b.closed {
		t.Error("leaving an ended session does not close it")
	}
}

// TestAnEndIsKeptUntilItIsLeft: going from tab to tab loses no screen of a session
// that has ended, leaving it does.
func TestAnEndIsKeptUntilItIsLeft(t *testing.T) {
	u := sit(t, client("api-1", "web-1"), 80, 24)
	u.Sees("live")
	a, b := u.shell("api-1"), u.shell("web-1")
	a.running, b.running = false, false
	u.Press("ctrl+g p").Sees("inside api-1").
		Press("ctrl+g n").Sees("inside web-1").
		Press("ctrl+g 1").Sees("inside api-1", "1 api-1 x")
	c := u.shell("job-1") // as the leader and c
	if u.Sees("inside job-1", "3 sessions"); a.closed || b.closed {
		t.Errorf("closed: %v %v", a.closed, b.closed)
	}
	u.Press("ctrl+g 2").Sees("inside web-1").Press("ctrl+g d").Sees("NAME↑", "2 sessions")
	if a.closed || !b.closed || c.closed {
		t.Errorf("after leaving the second, closed: %v %v %v", a.closed, b.closed, c.closed)
	}
}

func TestTheMenuNamesNoSessionThatIsShown(t *testing.T) {
	u := sit(t, client("api-1", "web-1"), 80, 24)
	u.Sees("live")
	u.shell("api-1")
	u.Press("ctrl+g").Sees("list sessions").Misses("go to the session").Press("d")
	u.Press("ctrl+g").Sees("go to the session").Press("1").Sees("inside api-1")
	u.shell("web-1")
	u.Press("ctrl+g").Sees("go to that session").Press("esc")
}

func TestTheLeaderGivesWayToItsHost(t *testing.T) {
	for env, want := range map[string]string{"ZELLIJ=0": "ctrl+y", "TERM_PROGRAM=vscode": "ctrl+y", "TERM_PROGRAM=iTerm.app": "ctrl+g"} {
		if got := leaderKey([]string{env}); got != want {
			t.Errorf("with %s the leader is %s", env, got)
		}
	}
	own := sit(t, client("api-1"), 80, 24, func(o *Options) {
		o.Environ = append(o.Environ, "ZELLIJ=0")
		o.Configured = &Configured{Settings: models.DefaultSettings(), Bindings: models.Bindings{models.LeaderAction: {"ctrl+a"}}}
	})
	own.Misses("as zellij takes").Press("ctrl+a").Sees("ctrl-a")
	u := sit(t, client("api-1"), 80, 24, func(o *Options) { o.Environ = append(o.Environ, "ZELLIJ=0") })
	u.Sees("ctrl-y is the leader key here, as zellij takes ctrl-g")
}

func TestResizingReachesBackgroundSessions(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	s := u.shell("api-1")
	u.Press("ctrl+g d").Send(tea.WindowSizeMsg{Width: 100, Height: 40})
	if s.cols != 100 || s.rows != 38 {
		t.Errorf("the session is %dx%d", s.cols, s.rows)
	}
}

func TestDeleting(t *testing.T) {
	c := client("api-1", "web-1", "web-2")
	c.OnDelete = func(_, name string, _ api.DeleteOptions) error {
		if name == "web-2" {
			return errors.New("delete web-2: forbidden\x1b[31m")
		}
		return nil
	}
	u := sit(t, c, 80, 24)
	u.Sees("live")
	s := u.shell("web-1")
	u.Press("ctrl+g d j space space ctrl+d").Sees("Delete 2 pods?", "web-1", "web-2", "Ends: shell in web-1")
	u.Press("y").Sees("Delete 2 pods?") // typed ahead
	if c.Called("delete") != 0 {
		t.Fatal("a key typed ahead deleted")
	}
	u.later(time.Second)
	u.Press("enter").Misses("Delete 2 pods?")  // Cancel
	u.Press("ctrl+d").Misses("Delete 2 pods?") // too soon after
	u.later(time.Second)
	u.Press("ctrl+d").Sees("Delete 2 pods?")
	u.later(time.Second)
	u.Press("y").Sees("deleting in 5 s", "z undoes").Misses("Delete 2 pods?")
	u.later(6*time.Second).Sees("forbidden", "Retry")
	u.later(time.Second)
	if c.Called("delete default/web-1") != 1 || c.Called("delete default/web-2") != 1 {
		t.Errorf("calls %v", c.Calls())
	}
	u.Press("r").Until("another try", func() bool { return c.Called("delete default/web-2") == 2 })
	if c.Called("delete default/web-1") != 1 {
		t.Error("what was deleted is deleted again")
	}
	u.Press("esc").Misses("Retry").Press("!").Sees("forbidden")
	_ = s
}

func TestReadOnly(t *testing.T) {
	c := client("api-1")
	u := sit(t, c, 80, 24, func(o *Options) { o.Env.ReadOnly = true })
	u.Sees("live", "READ-ONLY").Press("s").Sees("no shell can be opened").
		Press("n").Sees("nothing can be created").Press("ctrl+d").Sees("nothing can be deleted")
}

func TestCopyingSaysWhichWay(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live").Press("c").Sees("OSC 52")
	u.Send(models.CopyMsg{Text: strings.Repeat("x", 200_000)}).Sees("few terminals take 195 kB")
}

func TestThemeFollowsTheTerminal(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24, func(o *Options) { o.Environ = nil })
	u.Sees("live")
	if u.root.env.Theme.Name() != "dark" {
		t.Errorf("the first theme is %s", u.root.env.Theme.Name())
	}
	before := u.View()
	u.Send(tea.BackgroundColorMsg{Color: white{}})
	if u.root.env.Theme.Name() != "light" || u.View() == before {
		t.Errorf("on white the theme is %s", u.root.env.Theme.Name())
	}
}

// same tells whether two strings are one and the same memory.
func same(a, b string) bool { return unsafe.StringData(a) == unsafe.StringData(b) }

// white is the colour.
type white struct{}

func (white) RGBA() (r, g, b, a uint32) { return 0xffff, 0xffff, 0xffff, 0xffff }

func TestTheSameFrameIsTheSameString(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	before := u.View()
	for range 3 {
		u.later(time.Millisecond)
	}
	if after := u.View(); !same(before, after) {
		t.Error("the frame was drawn anew although nothing changed")
	}
}

// TestDialogViews are the dialogs over the list, at every size of a window.
func TestDialogViews(t *testing.T) {
	dialogs := map[string]string{"journal": "@", "errors": "!", "copy as": "Y", "delete": "ctrl+d"}
	for name, key := range dialogs {
		for _, size := range modelstest.Sizes[:4] {
			t.Run(fmt.Sprintf("%s %dx%d", name, size[0], size[1]), func(t *testing.T) {
				u := sit(t, client("api-1", "web-1"), size[0], size[1])
				u.Until("a live list", func() bool { return u.root.list.Listing().Live })
				u.Send(models.NoticeMsg{Level: models.LevelError, Text: "list pods: connection refused"})
				u.Send(models.JournalMsg{Entry: models.Entry{At: modelstest.Noon(), Action: "create", Target: "default/web-1", Result: "created", Digest: "sha256:abc"}})
				u.later(time.Minute)
				u.Press(key)
				if key == "@" {
					u.Until("the journal", func() bool { return u.root.layers[0].screen.(*textDialog).view.Lines() > 0 })
				}
				modelstest.CheckView(t, u.View(), size[0], size[1])
				golden.RequireEqual(t, u.View())
			})
		}
	}
}
