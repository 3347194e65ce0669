package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/modelstest"
	"podium/ui/layout"
)

// beside opens a session in a pane beside the one with the keys, as a granted
// wish does.
func (u *user) beside(name string, side bool) *session {
	u.t.Helper()
	s := &session{name: name, ref: pod(name).Ref(), running: true}
	if !u.root.tab().split(u.root.top(), s, side) {
		u.t.Fatalf("there is no room for %s", name)
	}
	u.root.begin(s)
	u.root.focus()
	u.root.refresh()
	return s
}

// panes opens one session to the left and two to the right.
func panes(t testing.TB, cols, rows int) (u *user, a, b, c *session) {
	u = sit(t, client("api-1"), cols, rows)
	u.Sees("live")
	a = u.shell("alpha")
	b = u.beside("beta", true)
	c = u.beside("gamma", false)
	return u, a, b, c
}

func size(s *session) string { return fmt.Sprintf("%dx%d", s.cols, s.rows) }

func TestSplitPanes(t *testing.T) {
	u, a, b, c := panes(t, 80, 24)
	modelstest.CheckView(t, u.View(), 80, 24)
	golden.RequireEqual(t, u.View())
	if size(a) != "40x21" || size(b) != "39x10" || size(c) != "39x10" {
		t.Errorf("the panes are %s, %s and %s", size(a), size(b), size(c))
	}
	keys := func(press string, want *session) {
		t.Helper()
		u.Press(press)
		for _, s := range []*session{a, b, c} {
			if s.focused != (s == want) {
				t.Errorf("after %s %s has the keys: %v", press, s.name, s.focused)
			}
		}
	}
	keys("ctrl+g k", b)
	keys("ctrl+g left", a)
	keys("ctrl+g l", b)
	keys("ctrl+g down", c)
	keys("ctrl+g right", c) // there is none
	keys("ctrl+g o", a)
	keys("ctrl+g o ctrl+g o", c)
	u.Press("z")
	if got := strings.Join(c.got, " "); got != "z" || len(a.got)+len(b.got) != 0 {
		t.Errorf("the pane got %q, the others %q %q", got, a.got, b.got)
	}
	u.Press("ctrl+g H ctrl+g K")
	if size(a) != "35x21" || size(b) != "44x8" || size(c) != "44x12" {
		t.Errorf("after moving borders the panes are %s, %s and %s", size(a), size(b), size(c))
	}
	u.Press("ctrl+g z").Sees("gamma · pane 3 of 3, zoomed", "inside gamma").Misses("inside alpha", "inside beta")
	if size(c) != "80x21" || size(a) != "35x21" || !a.hidden || c.hidden {
		t.Errorf("zoomed the panes are %s and %s, hidden %v %v", size(a), size(c), a.hidden, c.hidden)
	}
	u.Press("ctrl+g z").Sees("inside alpha", "inside beta")
	if size(c) != "44x12" || a.hidden {
		t.Errorf("then it is %s", size(c))
	}
	u.Send(tea.WindowSizeMsg{Width: 160, Height: 44})
	if a.cols+b.cols != 159 || a.rows != 41 || b.rows+c.rows != 40 {
		t.Errorf("in a larger window the panes are %s, %s and %s", size(a), size(b), size(c))
	}
	u.Send(tea.WindowSizeMsg{Width: 20, Height: 8}).Sees("inside gamma").Misses("inside alpha")
	modelstest.CheckView(t, u.View(), 20, 8)
	u.Send(tea.WindowSizeMsg{Width: 80, Height: 24}).Sees("inside alpha", "inside beta", "inside gamma")
}

func TestClosingAPaneGivesItsRoomBack(t *testing.T) {
	u, a, b, c := panes(t, 80, 24)
	c.running = false
	u.root.back(c) // what esc does after an end
	u.root.focus()
	u.root.refresh()
	u.Misses("inside gamma").Sees("inside beta")
	if !c.closed || size(b) != "39x21" || !b.focused {
		t.Errorf("closed %v, beside it %s, focused %v", c.closed, size(b), b.focused)
	}
	u.Press("ctrl+g x").Sees("Close the session?", "shell in beta")
	u.later(dialogRest)
	u.Press("y").Misses("inside beta")
	if !b.closed || size(a) != "80x22" || !a.focused {
		t.Errorf("closed %v, what is left is %s, focused %v", b.closed, size(a), a.focused)
	}
	u.Press("ctrl+g z").Sees("does nothing here") // one pane has nothing to zoom
}

func TestPanesRunOnTogether(t *testing.T) {
	u, a, b, c := panes(t, 80, 24)
	b.running = false
	d := u.shell("delta") // in a tab of its own
	u.Sees("4 sessions", "1 gamma (3)", "2 delta").Misses("inside alpha")
	if a.closed || b.closed || c.closed || !a.hidden || d.hidden {
		t.Error("a tab with panes that run does not go on as it is")
	}
	u.Press("ctrl+g w").Sees("1.1 alpha", "1.2 beta", "1.3 gamma", "2 delta")
	u.Press("k k enter").Sees("inside alpha", "inside beta") // 1.2
	if !b.focused {
		t.Error("the list does not lead to the pane")
	}
	u.Press("ctrl+g d").Sees("NAME↑")
	u.Press("q").Sees("These 3 end with it:", "shell in alpha", "shell in gamma", "shell in delta")
}

func TestMouseInPanes(t *testing.T) {
	u, a, b, c := panes(t, 80, 24)
	at := func(x, y int) tea.Mouse { return tea.Mouse{X: x, Y: y, Button: tea.MouseLeft} }
	u.Send(tea.MouseClickMsg(at(2, 5)))
	u.Send(tea.MouseMotionMsg(at(60, 5))) // dragged over the border: still alpha's
	u.Send(tea.MouseReleaseMsg(at(60, 5)))
	if got := strings.Join(a.mouse, " "); got != "tea.MouseClickMsg 2,3 tea.MouseMotionMsg 60,3 tea.MouseReleaseMsg 60,3" || len(b.mouse) != 0 {
		t.Errorf("alpha got %s, beta %v", got, b.mouse)
	}
	if !a.focused {
		t.Error("a click does not give the keys")
	}
	u.Send(tea.MouseWheelMsg{X: 50, Y: 4, Button: tea.MouseWheelUp})
	if len(b.mouse) != 1 || b.mouse[0] != "tea.MouseWheelMsg 9,2" || !a.focused {
		t.Errorf("the wheel over beta: %v", b.mouse)
	}
	u.Send(tea.MouseClickMsg(at(45, 12))) // the title of gamma, which is a border too
	if !c.focused || len(c.mouse) != 0 {
		t.Errorf("a click on a title: focused %v, the pane got %v", c.focused, c.mouse)
	}
	u.Send(tea.MouseMotionMsg(at(45, 9)))
	u.Send(tea.MouseReleaseMsg(at(45, 9)))
	if size(b) != "39x7" || size(c) != "39x13" {
		t.Errorf("dragging the title left %s and %s", size(b), size(c))
	}
	u.Send(tea.MouseClickMsg(at(40, 6))) // the line between
	for _, x := range []int{30, 2, 30} { // beyond what is possible, and back
		u.Send(tea.MouseMotionMsg(at(x, 6)))
	}
	u.Send(tea.MouseReleaseMsg(at(30, 6)))
	if size(a) != "30x21" || size(b) != "49x7" {
		t.Errorf("dragging the line left %s and %s", size(a), size(b))
	}
	u.Send(tea.MouseClickMsg(at(75, 9))).Sees("leave running") // the leader in the border of gamma
	u.Send(tea.MouseClickMsg(at(2, 5))).Misses("leave running")
	if len(a.mouse) != 3 || !c.focused {
		t.Error("a click that closes the menu is taken for the pane's")
	}
}

func TestTheMenuIsClicked(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	a := u.shell("alpha")
	click := func(what string) {
		t.Helper()
		u.Press("ctrl+g").Sees(what)
		for y, line := range strings.Split(ansi.Strip(u.View()), "\n") {
			if before, _, ok := strings.Cut(line, what); ok {
				u.Send(tea.MouseClickMsg{X: safetext.Width(before) + 1, Y: y, Button: tea.MouseLeft})
				return
			}
		}
	}
	click("send the size again")
	click("send ctrl-g")
	if got := strings.Join(a.got, " "); got != fmt.Sprintf("action %d ctrl+g", models.ActionResize) || len(a.mouse) > 0 {
		t.Errorf("the screen got %q and %q", got, a.mouse)
	}
	click("leave running")
	u.Sees("NAME↑")
}

func TestTabsAreClicked(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	u.shell("alpha")
	u.shell("beta")
	at := func(x int) tea.MouseClickMsg { return tea.MouseClickMsg{X: x, Y: 1, Button: tea.MouseLeft} }
	u.Send(at(3)).Sees("inside alpha")
	u.Send(at(12)).Sees("inside beta")
	u.Send(at(40)).Sees("inside beta") // beside the tabs
	u.Send(at(72)).Sees("leave running")
}

func TestTabsSayWhatAsksForAttention(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	now := modelstest.Noon()
	say := func(name string, state models.SessionState) *talker {
		s := &talker{session: &session{name: name, running: state.Running}, state: state}
		u.root.keep(s)
		return s
	}
	say("one", models.SessionState{Running: true, Printed: now, Unread: true, Bell: true})
	say("two", models.SessionState{Running: true, Printed: now, Unread: true})
	say("three", models.SessionState{Running: true, Printed: now.Add(-quietAfter), Unread: true})
	four := say("four", models.SessionState{Running: true, Printed: now})
	say("five", models.SessionState{Running: true, Printed: now, Unread: true})
	four.running = false
	u.root.refresh()
	u.Sees("1 one !  2 two +  3 three ~  4 four x  5 five ")
	u.Send(tea.WindowSizeMsg{Width: 40, Height: 12}).Sees("!", "+", "~", "x")
	modelstest.CheckView(t, u.View(), 40, 12)
}

func TestUnchangedPanesAreTheSameString(t *testing.T) {
	u, _, _, _ := panes(t, 80, 24)
	v := u.root.tab().View()
	if !same(v, u.root.tab().View()) {
		t.Error("the tab was drawn anew although nothing changed")
	}
}

// TestANarrowTitleSaysHowThePaneDoes: how its session ended is there where the name
// has no room.
func TestANarrowTitleSaysHowThePaneDoes(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	ended := &talker{session: &session{name: "a-pod-with-a-long-name-7d4b9c6f5d-00007"}, state: models.SessionState{Trouble: "exit 137 (signal KILL)"}}
	u.root.keep(ended)
	u.beside("beta", true)
	u.Sees("─ a-pod-with… · exit 137 (signal KILL) ─")
	ended.state.Trouble = "unknown: connection lost after 12s, and more"
	u.root.refresh()
	u.Sees("a-pod-w… · unknown: connection").Press("ctrl+g z").Sees("pane 2 of 2, zoomed")
	modelstest.CheckView(t, u.View(), 80, 24)
}

func TestTooLittleRoomToSplit(t *testing.T) {
	u := sit(t, client("api-1"), 20, 24)
	u.Until("a live list", func() bool { return u.root.list.Listing().Live })
	a := u.shell("alpha")
	u.root.updating = a
	u.root.env.Wish(models.ExecMsg{Ref: a.ref, Container: "main", Place: models.PlaceBeside})
	u.root.updating = nil
	u.root.grantWishes()
	u.root.refresh()
	if n := u.root.countSessions(); n != 1 {
		t.Errorf("there are %d sessions", n)
	}
	u.Sees("There is no room")
}

// still is a session whose view is there already, as a terminal's is.
type still struct {
	*session
	views [2]string
	now   int
}

func (s *still) View() string { return s.views[s.now] }

func BenchmarkPanes(b *testing.B) {
	u := sit(b, client("api-1"), 200, 50)
	u.Sees("live")
	var all []*still
	for i, name := range []string{"alpha", "beta", "gamma"} {
		s := &still{session: &session{name: name, running: true}}
		if all = append(all, s); i == 0 {
			u.root.keep(s)
			continue
		}
		if !u.root.tab().split(u.root.top(), s, i == 1) {
			b.Fatal("there is no room")
		}
	}
	for _, s := range all {
		view := s.session.View()
		s.views = [2]string{view, strings.Replace(view, "inside", "beside", 1)}
	}
	t := u.root.tab()
	b.Run("nothing changed", func(b *testing.B) {
		for b.Loop() {
			t.View()
		}
	})
	b.Run("one pane changed", func(b *testing.B) {
		for b.Loop() {
			all[0].now = 1 - all[0].now
			t.View()
		}
	})
	b.Run("a border moved", func(b *testing.B) {
		for b.Loop() {
			t.push(layout.Left)
			t.push(layout.Right)
		}
	})
}

// With many panes in a window of hardly any cells no border is wider than it.
func TestTitlesInTinyWindows(t *testing.T) {
	u, _, _, c := panes(t, 80, 24)
	for cols := range 12 {
		u.Send(tea.WindowSizeMsg{Width: cols, Height: 9})
		tab := u.root.tab()
		u.View()
		if title := tab.find(c).title; cols > 0 && safetext.Width(title) != tab.cols {
			t.Errorf("in %d columns the title is %q", tab.cols, ansi.Strip(title))
		}
	}
}

// The leader in a border is as wide as it is drawn, whatever it is called.
func TestTheHintIsWhereItIsDrawn(t *testing.T) {
	u, _, _, _ := panes(t, 80, 24)
	tab := u.root.tab()
	tab.menu = func() string { return "alt-ä" }
	u.View()
	p, n := tab.at, 0
	for x := range tab.cols {
		if tab.onHint(x, p.area.y) {
			n++
		}
	}
	if want := safetext.Width(" alt-ä menu "); n != want {
		t.Errorf("it takes %d cells, drawn on %d", n, want)
	}
}
