package ui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// keyed is a session whose program wants to hear of releases.
type keyed struct{ *session }

func (keyed) Keyboard() tea.KeyboardEnhancements {
	return tea.KeyboardEnhancements{ReportEventTypes: true}
}

func (s keyed) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyReleaseMsg); ok {
		s.got = append(s.got, "-"+k.String())
	}
	return s.session.Update(msg)
}

func TestReleasesAreToldOfKeysThatTheScreenGot(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24)
	u.Sees("live")
	if u.root.View().KeyboardEnhancements.ReportEventTypes {
		t.Error("the list asks for releases")
	}
	s := keyed{&session{name: "alpha", running: true}}
	u.root.keep(s)
	u.root.refresh()
	u.Press("a")
	if !u.root.View().KeyboardEnhancements.ReportEventTypes {
		t.Error("what the program wants is not asked for")
	}
	up := func(code rune) { u.Send(tea.KeyReleaseMsg{Code: code}) }
	up('a')
	u.Press("ctrl+g")
	up('g')
	u.Send(tea.KeyPressMsg{Code: tea.KeyLeftShift}) // on its way to another key
	if !u.root.leader.pending {
		t.Error("a modifier is taken for the command")
	}
	u.Press("T")
	up('t')
	u.Press("b b")
	up('b')
	up('b')
	if got := strings.Join(s.got, " "); got != "a -a action "+fmt.Sprint(int(models.ActionResize))+" b b -b" {
		t.Errorf("the screen got %q", got)
	}
	u.Press("ctrl+g d")
	if u.root.View().KeyboardEnhancements.ReportEventTypes {
		t.Error("the list asks for releases")
	}
}

func TestTheMenuIsDrawnWhenConfigured(t *testing.T) {
	u := sit(t, client("api-1"), 80, 24, func(o *Options) {
		c := Configured{Settings: models.DefaultSettings()}
		c.Settings.LeaderDelay = 0
		o.Configured = &c
	})
	u.Sees("live")
	u.shell("alpha")
	u.Press("ctrl+g").Sees("leave running")
}

func TestHelpInATerminalTellsWhatTheLeaderDoes(t *testing.T) {
	u := sit(t, client("api-1"), 80, 50)
	u.Sees("live")
	a := u.shell("alpha")
	u.Press("ctrl+g ?").Sees("after ctrl-g", "ctrl-g d esc", "leave running").Misses("everywhere")
	u.Press("esc ctrl+g :").Type("send the").Sees("send the size again", "ctrl-g T").Press("enter")
	if got := strings.Join(a.got, " "); got != fmt.Sprint("action ", int(models.ActionResize)) {
		t.Errorf("the screen got %q", got)
	}
}

func TestTheBordersNameTheLeaderThatIs(t *testing.T) {
	u, _, _, _ := panes(t, 80, 24)
	u.Sees("ctrl-g menu")
	u.Send(changedMsg{now: &Configured{Settings: models.DefaultSettings(), Bindings: models.Bindings{models.LeaderAction: {"ctrl+a"}}}})
	u.Sees("ctrl-a menu").Misses("ctrl-g")
	u.Press("ctrl+a z").Sees("zoomed")
}
