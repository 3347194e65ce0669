package ui

import (
	"strings"
	"testing"

	"podium/models/modelstest"
)

// TestTheFooterNamesTheKeyOfTheHelpThatWorks: where letters are text a question
// mark is one too, and the help stands behind the leader.
func TestTheFooterNamesTheKeyOfTheHelpThatWorks(t *testing.T) {
	u := sit(t, modelstest.NewClient(pod("web")), 80, 24)
	last := func() string {
		lines := strings.Split(modelstest.Strip(u.View()), "\n")
		return strings.TrimSpace(lines[len(lines)-1])
	}
	u.Sees("web")
	if got := last(); !strings.HasSuffix(got, "  ? help") {
		t.Errorf("over the list the footer is %q", got)
	}
	u.Press("n").Sees("minimal").Press("enter").Sees("apiVersion")
	if got := last(); !strings.HasSuffix(got, "  ctrl-g ? help") {
		t.Errorf("under the editor the footer is %q", got)
	}
	u.Press("ctrl+g ?").Sees("keys that work here").Press("esc").Misses("keys that work here")
	u.clickOn("? help", 23).Sees("keys that work here").Press("esc").Misses("keys that work here")
	u.Press("?").Sees("?apiVersion")
}
