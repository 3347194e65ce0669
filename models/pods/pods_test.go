package pods

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

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

func TestRowsAppearBeforeTheListEnds(t *testing.T) {
	c := modelstest.NewClient()
	more := make(chan struct{})
	c.OnList = func(ctx context.Context, _ api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error) {
		if err := each(row("first", "Running")); err != nil {
			return api.ListMeta{}, err
		}
		select {
		case <-more:
		case <-ctx.Done():
			return api.ListMeta{}, ctx.Err()
		}
		return api.ListMeta{}, each(row("second", "Running"))
	}
	m, _, d := open(t, c, 80, 24)
	d.Sees("first")
	if s := m.Listing(); !s.Loading || s.All != 1 {
		t.Errorf("while the list comes in, Listing is %+v", s)
	}
	close(more)
	d.Sees("second").Until("the end of the list", listed(m))
	if s := m.Listing(); s.Loading || s.All != 2 || s.Running != 2 {
		t.Errorf("after the list, Listing is %+v", s)
	}
}

func TestWatchChangesTheRows(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	c.InfoAnswer = everything()
	m, _, d := open(t, c, 80, 24)
	d.Until("a watch", func() bool { return m.feed.live })
	w := c.Watches()[0]
	d.Press("j") // api-1, db-1 is selected
	if r, _ := m.current(); r.Name != "db-1" {
		t.Fatalf("the selected pod is %s", r.Name)
	}
	changed := row("db-1", "Running")
	changed.ResourceVersion = "2"
	w.Send(api.EventModified, changed)
	w.Send(api.EventAdded, row("aaa", "Running"))
	w.Send(api.EventDeleted, row("api-1", "Running"))
	d.Sees("aaa").Misses("api-1")
	if r, _ := m.current(); r.Name != "db-1" || r.Status != "Running" {
		t.Errorf("the selection went to %s, %s", r.Name, r.Status)
	}
	if c.Called("list") != 1 {
		t.Errorf("the pods were listed %d times", c.Called("list"))
	}
	m.Close()
	d.Until("the watch closed", w.Closed)
}

func TestWatchEnds(t *testing.T) {
	tests := []struct {
		name  string
		err   error
		calls []string // what follows at once
	}{
		{"410 lists anew", apierrors.NewResourceExpired("too old"), []string{"list default ", "watch default 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := modelstest.NewClient(sample()...)
			c.InfoAnswer = everything()
			m, _, d := open(t, c, 80, 24)
			d.Until("a watch", func() bool { return m.feed.live })
			c.Watches()[0].Fail(tt.err)
			d.Until("another watch", func() bool { return len(c.Watches()) == 2 })
			calls := c.Calls()
			if got := calls[len(calls)-len(tt.calls):]; fmt.Sprint(got) != fmt.Sprint(tt.calls) {
				t.Errorf("after the end came %q, want %q", got, tt.calls)
			}
			if m.Listing().Lost {
				t.Error("the list says that the server is lost")
			}
		})
	}
}

func TestWatchesThatOnlyFailGiveWayToPolling(t *testing.T) {
	for _, end := range []error{io.EOF, errors.New("decode the watch: invalid character '<'")} {
		c := modelstest.NewClient(sample()...)
		c.InfoAnswer = everything()
		c.OnWatch = func(context.Context, api.ListOptions) (api.RowWatch, error) {
			w := modelstest.NewWatch()
			w.Fail(end)
			return w, nil
		}
		m, b, d := open(t, c, 80, 24)
		d.Until("the watch given up", func() bool {
			if m.feed.source == idle && !m.feed.noWatch {
				d.Send(b.Step(40 * time.Second))
			}
			return m.feed.noWatch && m.feed.source == idle
		})
		if n := c.Called("watch"); n != watchTries+1 {
			t.Errorf("%d watches were tried", n)
		}
		before := c.Called("list")
		d.Send(b.Step(40 * time.Second))
		d.Until("another list", func() bool { return c.Called("list") > before && m.feed.source == idle })
		if m.Listing().Lost || !strings.Contains(fmt.Sprint(b.Wishes), "asking every few seconds") {
			t.Errorf("lost %v, wishes %v", m.Listing().Lost, b.Wishes)
		}
		m.Close()
	}
}

func TestPollingRestsWhileNobodyLooks(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	m, b, d := open(t, c, 80, 24)
	d.Until("the list", listed(m))
	poll := func() int {
		before := c.Called("list")
		d.Send(b.Step(time.Minute))
		d.Until("no list under way", func() bool { return m.feed.source == idle })
		return c.Called("list") - before
	}
	if poll() != 1 {
		t.Error("there was no poll after a minute")
	}
	d.Send(tea.BlurMsg{})
	if poll() != 0 {
		t.Error("the list is read while the window has no focus")
	}
	m.SetFocus(false)
	d.Send(tea.FocusMsg{})
	if poll() != 0 {
		t.Error("the list is read while another screen is shown")
	}
	m.SetFocus(true)
	if poll() != 1 {
		t.Error("the list is not read again once it is looked at")
	}
	c.SetRows(row("web-1", "Running"))
	poll()
	d.Misses("api-1")
}

// Polls share a memo, so that the client need not decode what has not changed.
func TestPollsShareAMemo(t *testing.T) {
	c := modelstest.NewClient()
	memos := make(chan *api.RowMemo, 10)
	c.OnList = func(_ context.Context, opts api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error) {
		memos <- opts.Memo
		return api.ListMeta{}, each(row("web-1", "Running"))
	}
	m, b, d := open(t, c, 80, 24)
	d.Until("the list", listed(m))
	for range 2 {
		d.Send(b.Step(time.Minute))
		d.Until("the poll", func() bool { return m.feed.source == idle })
	}
	first, second, third := <-memos, <-memos, <-memos
	if first != nil || second == nil || third != second {
		t.Errorf("the first list has the memo %p, the polls %p and %p", first, second, third)
	}
}

func TestALostServerLeavesTheRows(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	m, b, d := open(t, c, 100, 24)
	d.Until("the list", listed(m))
	c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, errors.New("list pods: connection refused\x1b[31m")
	}
	d.Send(b.Step(time.Minute))
	d.Sees("No answer for 0s", "connection refused", "web-1", "next try in")
	modelstest.CheckView(t, m.View(), 100, 24)
	if s := m.Listing(); !s.Lost || s.At != modelstest.Noon() {
		t.Errorf("Listing is %+v", s)
	}
	if n, ok := b.Wishes[len(b.Wishes)-1].(models.NoticeMsg); !ok || !n.Quiet || n.Level != models.LevelError {
		t.Errorf("the error log was told %v", b.Wishes)
	}
	c.OnList = nil
	d.Press("ctrl+r").Misses("No answer")
}

func TestTheFirstAnswerMissing(t *testing.T) {
	c := modelstest.NewClient()
	c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, errors.New("dial unix: no such file")
	}
	m, _, d := open(t, c, 80, 24)
	d.Sees("The pods of test cannot be listed.", "dial unix: no such file", "ctrl-r tries again at once")
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
