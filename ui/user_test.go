package ui

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models/modelstest"
)

// user drives the whole program but for Bubble Tea, in words of its user.
type user struct {
	*modelstest.Driver
	t     testing.TB
	root  *root
	bench *modelstest.Bench
}

// loop lets the driver update the root.
type loop struct{ r *root }

func (l loop) Update(msg tea.Msg) tea.Cmd {
	_, cmd := l.r.Update(msg)
	return cmd
}

// sit opens the program at a size.
func sit(t testing.TB, c *modelstest.Client, cols, rows int, change ...func(*Options)) *user {
	t.Helper()
	b := modelstest.NewBench(c)
	opts := Options{Env: b.Env, Environ: []string{"NO_COLOR=1"}, Version: "1.2"}
	for _, f := range change {
		f(&opts)
	}
	r := newRoot(opts, newCrashes(opts.Report))
	u := &user{t: t, root: r, bench: b}
	u.Driver = modelstest.NewDriver(t, loop{r}, func() string { return r.View().Content })
	u.Run(withoutTicks(r.Init()))
	u.Send(tea.WindowSizeMsg{Width: cols, Height: rows})
	t.Cleanup(r.closeAll)
	return u
}

// withoutTicks leaves the program's own clock out: tests step it.
func withoutTicks(cmd tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		batch := cmd().(tea.BatchMsg)
		return append(tea.BatchMsg{}, batch[2:]...)
	}
}

// later lets time pass, so that dialogs listen.
func (u *user) later(d time.Duration) *user {
	tick := u.bench.Step(d)
	u.root.cmds = nil
	u.root.route(tick)
	u.root.grantWishes()
	for _, cmd := range u.root.cmds[1:] { // the first is the next tick
		u.Run(cmd)
	}
	u.root.cmds = nil
	u.root.refresh()
	return u
}

func pod(name string) api.PodRow {
	return api.PodRow{
		Namespace: "default", Name: name, UID: "uid-" + name, ResourceVersion: "1",
		Phase: "Running", Status: "Running", Ready: 1, Total: 1, Created: modelstest.Noon().Add(-time.Hour),
	}
}

func able() api.Info {
	return api.Info{api.InfoEngine: "fake"}.With(api.CapWatch, api.CapLog, api.CapEvents)
}

func client(names ...string) *modelstest.Client {
	var rows []api.PodRow
	for _, n := range names {
		rows = append(rows, pod(n))
	}
	c := modelstest.NewClient(rows...)
	c.InfoAnswer = able()
	return c
}
