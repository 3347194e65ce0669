package pods

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// row is a running pod, an hour old.
func row(name, status string) api.PodRow {
	r := api.PodRow{
		Namespace: "default", Name: name, UID: "uid-" + name, ResourceVersion: "1",
		Phase: "Running", Status: status, Ready: 1, Total: 1,
		Created: modelstest.Noon().Add(-time.Hour), IP: "10.0.0.1", Node: "node-1", Images: "nginx:1.25",
	}
	switch status {
	case "Pending":
		r.Phase, r.Ready = "Pending", 0
	case "Completed":
		r.Phase, r.Ready = "Succeeded", 0
	case "CrashLoopBackOff":
		r.Ready, r.Restarts, r.LastRestart = 0, 7, modelstest.Noon().Add(-3*time.Minute)
	}
	return r
}

func sample() []api.PodRow {
	return []api.PodRow{row("web-1", "Running"), row("api-1", "CrashLoopBackOff"), row("db-1", "Pending"), row("job-1", "Completed")}
}

// everything is what an endpoint says that can do all.
func everything() api.Info {
	return api.Info{api.InfoEngine: "fake"}.With(api.CapWatch, api.CapLog, api.CapEvents)
}

// open makes a list over the client and waits until it has read it.
func open(t testing.TB, c *modelstest.Client, cols, rows int) (*Model, *modelstest.Bench, *modelstest.Driver) {
	t.Helper()
	b := modelstest.NewBench(c)
	b.Env.Info = c.InfoAnswer
	m := New(b.Env)
	d := modelstest.Drive(t, m, cols, rows)
	t.Cleanup(m.Close)
	return m, b, d
}

func listed(m *Model) func() bool { return func() bool { return m.feed.loaded } }

func TestViews(t *testing.T) {
	for _, size := range modelstest.Sizes[:4] {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			m, _, d := open(t, modelstest.NewClient(sample()...), size[0], size[1])
			d.Until("the list", listed(m))
			if m.View() != m.View() {
				t.Error("the view changes without a message")
			}
			modelstest.CheckView(t, m.View(), size[0], size[1])
			golden.RequireEqual(t, m.View())
		})
	}
}

func TestEverySizeIsFilledAndHarmless(t *testing.T) {
	var rows []api.PodRow
	for i, text := range modelstest.Hostile {
		r := row("p", text)
		r.Name, r.UID, r.Node, r.IP, r.Images, r.Owner, r.Namespace = text, fmt.Sprint(i), text, text, text, text, text
		r.Created = modelstest.Noon().Add(time.Duration(i) * time.Hour) // in the future too
		rows = append(rows, r)
	}
	c := modelstest.NewClient()
	c.OnList = func(_ context.Context, _ api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error) {
		for _, r := range rows { // whichever namespace they say they are of
			if err := each(r); err != nil {
				return api.ListMeta{}, err
			}
		}
		return api.ListMeta{}, nil
	}
	for _, size := range modelstest.Sizes {
		m, b, d := open(t, c, size[0], size[1])
		d.Until("the list", listed(m))
		for _, keys := range []string{"w", "space j space V", "/ a", "esc w"} {
			d.Press(keys)
			modelstest.CheckView(t, m.View(), size[0], size[1])
		}
		d.Send(b.Step(time.Second))
		modelstest.CheckView(t, m.View(), size[0], size[1])
	}
}

func TestAnEmptyListExplainsItself(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(), 80, 24)
	d.Until("the list", listed(m)).Sees("There is no pod in namespace default yet.", "n writes a new one")
	golden.RequireEqual(t, m.View())
}

func TestKeysWish(t *testing.T) {
	ref := row("api-1", "").Ref()
	web := row("web-1", "").Ref()
	tests := []struct {
		keys string
		want string
	}{
		{"enter", fmt.Sprintf("%#v", models.InspectMsg{Ref: ref})},
		{"d", fmt.Sprintf("%#v", models.InspectMsg{Ref: ref})},
		{"y", fmt.Sprintf("%#v", models.InspectMsg{Ref: ref, View: models.ViewYAML})},
		{"E", fmt.Sprintf("%#v", models.InspectMsg{Ref: ref, View: models.ViewEvents})},
		{"l", fmt.Sprintf("%#v", models.LogMsg{Ref: ref})},
		{"p", fmt.Sprintf("%#v", models.LogMsg{Ref: ref, Previous: true})},
		{"n", fmt.Sprintf("%#v", models.EditMsg{})},
		{"s", fmt.Sprintf("%#v", models.ExecMsg{Ref: ref})},
		{"x", fmt.Sprintf("%#v", models.CommandMsg{Refs: []api.PodRef{ref}})},
		{"space G space x", fmt.Sprintf("%#v", models.CommandMsg{Refs: []api.PodRef{ref, web}})},
		{"c", fmt.Sprintf("%#v", models.CopyMsg{Text: "api-1", What: "the name api-1"})},
		{"G k s", ""}, // job-1 is over
		{"G k k s", fmt.Sprintf("%#v", models.ExecMsg{Ref: row("db-1", "").Ref()})},
		{"ctrl+k", fmt.Sprintf("%#v", models.NoticeMsg{Text: "ctrl-k does nothing here; ctrl-d deletes"})},
	}
	for _, tt := range tests {
		t.Run(tt.keys, func(t *testing.T) {
			c := modelstest.NewClient(sample()...)
			c.InfoAnswer = everything()
			m, b, d := open(t, c, 80, 24)
			d.Until("the list", listed(m))
			b.Wishes = nil
			d.Press(tt.keys)
			if tt.want == "" {
				if n, ok := b.Wishes[0].(models.NoticeMsg); !ok || !strings.Contains(n.Text, "no shell runs in it") {
					t.Errorf("wished %#v", b.Wishes)
				}
				return
			}
			if len(b.Wishes) != 1 || fmt.Sprintf("%#v", b.Wishes[0]) != tt.want {
				t.Errorf("wished %#v, want %s", b.Wishes, tt.want)
			}
		})
	}
}

func TestDeleteNamesHiddenMarksToo(t *testing.T) {
	m, b, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m)).Press("space").Press("/").Type("web").Press("enter space")
	d.Press("ctrl+d")
	del, ok := b.Wishes[len(b.Wishes)-1].(models.DeleteMsg)
	if !ok || len(del.Rows) != 1 || del.Rows[0].Name != "web-1" || len(del.Hidden) != 1 || del.Hidden[0].Name != "api-1" {
		t.Fatalf("wished %#v", b.Wishes)
	}
	d.Sees("2 marked, 1 of them hidden by the filter")
}

func TestWhatTheEndpointLacksIsHiddenAndSaid(t *testing.T) {
	m, b, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m))
	for _, group := range m.Keys().FullHelp() {
		for _, k := range group {
			if k.Enabled() && (k.Help().Desc == "logs" || k.Help().Desc == "events") {
				t.Errorf("%s is offered", k.Help().Desc)
			}
		}
	}
	d.Press("l")
	if n, ok := b.Wishes[0].(models.NoticeMsg); !ok || n.Text != "test serves no logs" {
		t.Errorf("wished %#v", b.Wishes)
	}
}

func TestTypingAFilter(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m)).Press("/").Type("status=crash*")
	if !m.Typing() || m.Cursor() == nil || m.Cursor().Y != 23 {
		t.Errorf("typing %v, cursor %v", m.Typing(), m.Cursor())
	}
	d.Sees("api-1", "1 of 4").Misses("web-1")
	d.Type(" restarts>=")
	d.Sees("restarts>= needs a value", "api-1") // the last good one holds
	d.Press("enter")
	if !m.Typing() {
		t.Error("a bad filter was kept")
	}
	d.Press("esc").Sees("web-1")
	if m.Typing() {
		t.Error("esc did not end the typing")
	}
	d.Press("/").Type("!web").Press("enter").Sees("/!web", "3 of 4").Misses("web-1")
	d.Press("esc").Sees("web-1").Misses("3 of 4")
}

func TestASelectorGoesToTheServer(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	m, _, d := open(t, c, 80, 24)
	d.Until("the list", listed(m)).Press("/").Type("web -l app in (a,b),!x")
	if c.Called("list") != 1 {
		t.Error("the server was asked while the selector was typed")
	}
	d.Press("enter").Until("the list anew", func() bool { return m.feed.loaded && c.Called("list") == 2 })
	if last := c.Calls()[len(c.Calls())-1]; last != "list default app in (a,b),!x" {
		t.Errorf("asked %q", last)
	}
	d.Press("esc").Until("the whole list", func() bool { return m.feed.loaded && c.Called("list") == 3 })
}

func TestSorting(t *testing.T) {
	names := func(m *Model) string {
		var out []string
		for _, e := range m.rows.order {
			out = append(out, e.row.Name)
		}
		return strings.Join(out, " ")
	}
	m, _, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m))
	for _, tt := range []struct{ keys, want string }{
		{"N", "web-1 job-1 db-1 api-1"}, // by name already: inverts
		{"N", "api-1 db-1 job-1 web-1"},
		{"S", "job-1 api-1 db-1 web-1"},
		{"T", "api-1 db-1 job-1 web-1"},
		{"R", "api-1 db-1 job-1 web-1"},
		{"R", "web-1 api-1 db-1 job-1"},
	} {
		d.Press(tt.keys)
		if got := names(m); got != tt.want {
			t.Errorf("after %s: %s, want %s", tt.keys, got, tt.want)
		}
	}
	d.Send(tea.MouseClickMsg{X: 3, Y: 0, Button: tea.MouseLeft})
	if got := names(m); got != "api-1 db-1 job-1 web-1" {
		t.Errorf("after a click on NAME: %s", got)
	}
}

func TestSortingByWhatIsNotShown(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m))
	for _, tt := range []struct{ keys, want string }{
		{"O", "NAME READY STATUS RESTARTS AGE NODE↑"},
		{"I", "NAME READY STATUS RESTARTS AGE IP↑"},
		{"<", "NAME READY STATUS RESTARTS AGE↑"},
		{"< <", "NAME READY STATUS↑ RESTARTS AGE"},
		{"> > >", "NAME↑ READY STATUS RESTARTS AGE"},
		{"<", "NAME READY STATUS RESTARTS AGE↑"},
	} {
		d.Press(tt.keys)
		if got := titles(m); got != tt.want {
			t.Errorf("after %s the list has %s, want %s", tt.keys, got, tt.want)
		}
	}
	d.Press("T")
	m.SetSize(40, 12)
	if got := titles(m); got != "NAME STATUS RESTARTS↑" {
		t.Errorf("the narrow list has %s", got)
	}
}

func TestSelectWaitsForThePod(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	c.InfoAnswer = everything()
	m, _, d := open(t, c, 80, 24)
	d.Until("a watch", func() bool { return m.feed.live })
	fresh := row("new-1", "Pending")
	m.Select(fresh.Ref())
	c.Watches()[0].Send(api.EventAdded, fresh)
	d.Sees("new-1")
	if r, _ := m.current(); r.Name != "new-1" {
		t.Errorf("selected is %s", r.Name)
	}
}

func TestTheFirstStartOnHostExplains(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	c.InfoAnswer = api.Info{api.InfoEngine: "host"}
	m, b, d := open(t, c, 80, 24)
	d.Send(models.InfoMsg{Info: c.InfoAnswer})
	d.Sees("processes on this machine").Press("esc").Misses("processes on this machine")
	again := New(b.Env)
	d2 := modelstest.Drive(t, again, 80, 24)
	d2.Send(models.InfoMsg{Info: c.InfoAnswer})
	d2.Until("the list", listed(again))
	if again.intro {
		t.Error("it explains itself twice")
	}
	again.Close()
	_ = m
}

func TestSave(t *testing.T) {
	evil := append(sample(), row("evil\t\n\x1b[2J", "Running"))[1:]
	m, b, d := open(t, modelstest.NewClient(evil...), 80, 24)
	d.Until("the list", listed(m)).Press("ctrl+s").Until("the notice", func() bool { return len(b.Wishes) > 0 })
	data, ok := b.Store.Saved("pods.tsv")
	if !ok || !strings.HasPrefix(string(data), "NAME\tREADY\t") || strings.Count(string(data), "\n") != 5 ||
		strings.Count(string(data), "\t") != 5*4 || strings.Contains(string(data), "\x1b") {
		t.Errorf("saved %q", data)
	}
}

func TestADoubleClickOpens(t *testing.T) {
	m, b, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m))
	click := func(y int) int {
		d.Send(tea.MouseClickMsg{X: 3, Y: y, Button: tea.MouseLeft})
		return len(b.Wishes)
	}
	click(1)
	b.Step(time.Second)
	if click(1) != 0 {
		t.Error("a click on the selected pod opens it")
	}
	if click(2) != 0 || m.table.Cursor() != 1 {
		t.Error("a click on another pod does not select it")
	}
	b.Step(200 * time.Millisecond)
	if click(2) != 1 || fmt.Sprint(b.Wishes[0]) != fmt.Sprint(models.InspectMsg{Ref: row("db-1", "").Ref()}) {
		t.Errorf("a double click wishes for %v", b.Wishes)
	}
	if click(2) != 1 {
		t.Error("a third click opens it again")
	}
	d.Send(tea.MouseClickMsg{X: 3, Y: 3, Button: tea.MouseRight})
	d.Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if m.table.Cursor() != 3 {
		t.Errorf("after the wheel the cursor is on %d", m.table.Cursor())
	}
}
