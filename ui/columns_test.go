package ui

import (
	"slices"
	"strings"
	"testing"

	"podium/models/modelstest"
)

// The columns are chosen over the list, which follows at once.
func TestColumnsAreChosenOverTheList(t *testing.T) {
	u := sit(t, modelstest.NewClient(pod("web-1"), pod("api-1")), 100, 30)
	u.Sees("web-1", "READY").Press("C").Sees("columns", "what made it", "space show")
	u.Press("j j space").Misses(" READY  STATUS")
	u.Press("esc").Misses("what made it").Misses("READY")
	u.Press(":").Type("columns").Press("enter").Sees("what made it")
	// A click on the sign of READY hides it in the wide view too.
	lines := strings.Split(modelstest.Strip(u.View()), "\n")
	y := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "[w] READY") })
	u.clickOn("[w] READY", y).Sees("[ ] READY").Press("esc").Misses("what made it")
	u.Press("w").Misses("READY")
}
