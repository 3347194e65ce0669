package ui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/modelstest"
)

// clickOn clicks on a text of the screen's line y, the last for -1.
func (u *user) clickOn(text string, y int) *user {
	u.t.Helper()
	lines := strings.Split(modelstest.Strip(u.View()), "\n")
	if y < 0 {
		y += len(lines)
	}
	before, _, ok := strings.Cut(lines[y], text)
	if !ok {
		u.t.Fatalf("%q is not in line %d: %q", text, y, lines[y])
	}
	u.Send(tea.MouseClickMsg{X: safetext.Width(before) + 1, Y: y, Button: tea.MouseLeft})
	return u
}

func TestTheHeaderCanBeClicked(t *testing.T) {
	c := client("api-1")
	c.InfoAnswer = able().With(api.CapNamespaces)
	u := sit(t, c, 120, 24)
	u.Sees("live")
	u.clickOn("default", 0).Sees("ns: ").Press("esc")
	u.shell("api-1")
	u.Press("ctrl+g d")
	u.clickOn("1 session", 0).Sees("sessions", "running").Press("esc")
	u.deletes().Sees("goes in")
	u.clickOn("z undoes", 0).Sees("Undone")
	u.clickOn("live", 0) // says nothing and does nothing
	u = sit(t, c, 120, 24, func(o *Options) { o.Env.ReadOnly = true })
	u.Sees("live")
	u.clickOn("READ-ONLY", 0).Sees("Allow changes here?")
}

func TestANoticeIsClickedAndNotTheKeysBelow(t *testing.T) {
	u := sit(t, client("api-1"), 120, 24)
	u.Sees("live", "enter inspect")
	u.Send(models.NoticeMsg{Level: models.LevelError, Text: "it went wrong"})
	u.clickOn("it went", -1).Sees("error log", "it went wrong")
	u.Send(models.NoticeMsg{Level: models.LevelWarning, Text: "and again", Quiet: true}).Sees("and again").Press("esc")
	u.later(time.Minute)
	u.clickOn("inspect", -1).Sees("api-1 overview")
}
