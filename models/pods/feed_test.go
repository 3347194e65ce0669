package pods

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

// While a long list comes in, the server is asked once how long it will be.
func TestTheProgressOfALongList(t *testing.T) {
	c := modelstest.NewClient()
	c.InfoAnswer = everything().With(api.CapLimit)
	more := make(chan struct{})
	c.OnList = func(ctx context.Context, opts api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error) {
		if opts.Limit == 1 {
			return api.ListMeta{Remaining: 49_999}, each(row("first", "Running"))
		}
		for _, r := range many(countFrom) {
			if err := each(r); err != nil {
				return api.ListMeta{}, err
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
		}
		return api.ListMeta{ResourceVersion: "1"}, ctx.Err()
	}
	m, _, d := open(t, c, 80, 24)
	d.Until("the total", func() bool { return m.Listing().Total == 50_000 })
	if s := m.Listing(); !s.Loading || s.All != countFrom {
		t.Errorf("Listing is %+v", s)
	}
	close(more)
	d.Until("the whole list", listed(m))
	if s := m.Listing(); s.Total != 0 || c.Called("list") != 2 {
		t.Errorf("after the list Listing is %+v, %d requests were made", s, c.Called("list"))
	}
}

// A server that asks for time gets it.
func TestRetryAfterIsKept(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	m, b, d := open(t, c, 80, 24)
	d.Until("the list", listed(m))
	c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, apierrors.NewTooManyRequests("too many requests", 90)
	}
	d.Send(b.Step(time.Minute))
	d.Sees("next try in 90s")
	before := c.Called("list")
	d.Send(b.Step(80 * time.Second))
	if c.Called("list") != before || m.feed.source != idle {
		t.Error("it was asked again before its time")
	}
	c.OnList = nil
	d.Send(b.Step(11 * time.Second))
	d.Until("another list", func() bool { return m.feed.lost == nil })
}

func TestAttemptsGetRarer(t *testing.T) {
	c := modelstest.NewClient()
	c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, errors.New("connection refused")
	}
	m, b, d := open(t, c, 80, 24)
	var waits []time.Duration
	for range 8 {
		d.Until("a failure", func() bool { return m.feed.lost != nil && m.feed.source == idle })
		wait := m.feed.due.Sub(b.Now())
		waits = append(waits, wait)
		d.Send(b.Step(wait))
	}
	for i, wait := range waits {
		most := min(time.Second<<i, backoffMax)
		if wait > most || wait < most*4/5 {
			t.Errorf("attempt %d comes after %v, at most %v were due", i+2, wait, most)
		}
	}
}

func TestRequestsAreCounted(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	m, b, d := open(t, c, 80, 24)
	d.Until("the list", listed(m))
	for range 5 {
		d.Send(b.Step(3 * time.Second))
		d.Until("a poll", func() bool { return m.feed.source == idle })
	}
	if n := m.Listing().PerMinute; n != 6 {
		t.Errorf("%d requests in a minute, 6 were made", n)
	}
	d.Send(tea.BlurMsg{})
	d.Send(b.Step(50 * time.Second))
	if s := m.Listing(); s.PerMinute != 4 || !s.Paused {
		t.Errorf("while nobody looks Listing is %+v", s)
	}
	d.Send(tea.FocusMsg{})
	d.Until("a poll", func() bool { return m.feed.source == idle })
	if s := m.Listing(); s.PerMinute != 5 || s.Paused {
		t.Errorf("looked at again Listing is %+v", s)
	}
}

// Pods that share their UID, or have none and share their name, are bad manners
// and no reason to hide one.
func TestDuplicates(t *testing.T) {
	a, b, e := row("a", "Running"), row("b", "Pending"), row("e", "Running")
	a.UID, b.UID = "same", "same"
	e.UID = ""
	c := modelstest.NewClient(a, b, e, e)
	m, bench, d := open(t, c, 80, 24)
	d.Until("the list", listed(m)).Sees(" a ", " b ", " e ")
	if s := m.Listing(); s.All != 3 {
		t.Errorf("Listing is %+v", s)
	}
	d.Press("j space")
	for range 3 {
		d.Send(bench.Step(time.Minute))
		d.Until("a poll", func() bool { return m.feed.source == idle })
		if r, _ := m.current(); r.Name != "e" || m.table.Marks() != 1 {
			t.Errorf("selected is %s, %d are marked", r.Name, m.table.Marks())
		}
	}
	c.SetRows(b, e)
	d.Send(bench.Step(time.Minute))
	d.Misses(" a ").Sees("*b ", " e ")
}

// Rows as only a broken server sends them.
func TestSensibleScreensForSenselessPods(t *testing.T) {
	long := row(strings.Repeat("long-", 800), "Running")
	future := row("future", "Running")
	future.Created, future.LastRestart, future.Restarts = modelstest.Noon().Add(24*time.Hour), modelstest.Noon().Add(time.Hour), 3
	none := api.PodRow{Namespace: "default", Name: "statusless", UID: "x"}
	many := row("numbers", "Running")
	many.Ready, many.Total, many.Restarts = -5, -1, 1<<40
	rows := []api.PodRow{long, future, none, many}
	for i, text := range modelstest.Hostile {
		r := row(fmt.Sprint("evil", i), text)
		r.Labels = "app=" + text + "," + text + "=x"
		rows = append(rows, r)
	}
	for _, size := range modelstest.Sizes {
		m, b, d := open(t, modelstest.NewClient(rows...), size[0], size[1])
		m.layout = append(defaultLayout(), placed{labelPrefix + "app", always}, placed{colLabels, always})
		m.relayout()
		d.Until("the list", listed(m))
		for _, keys := range []string{"G", "right right right right", "left left left left", "/ - l space a p p =", "tab tab", "esc esc", "* %", "N N T"} {
			d.Press(keys)
			modelstest.CheckView(t, m.View(), size[0], size[1])
		}
		d.Send(b.Step(time.Second))
		modelstest.CheckView(t, m.View(), size[0], size[1])
		if size[0] == 200 {
			d.Sees("statusless", "<unknown>", "0s", "long-long", "…")
		}
		m.Close()
	}
}

// Where the server gives no versions, pods that have not changed are known by
// what is said of them, whichever field that is.
func TestUnchangedPodsWithoutVersions(t *testing.T) {
	base := row("web-1", "Running")
	base.ResourceVersion, base.Containers, base.InitNames = "", []string{"main"}, []string{"init"}
	fields := reflect.ValueOf(&base).Elem()
	for i := range fields.NumField() {
		other := base
		name, f := fields.Type().Field(i).Name, reflect.ValueOf(&other).Elem().Field(i)
		switch v := f.Addr().Interface().(type) {
		case *string:
			*v += "x"
		case *int:
			*v++
		case *bool:
			*v = !*v
		case *time.Time:
			*v = v.Add(time.Second)
		case *[]string:
			*v = []string{"another"}
		default:
			t.Fatalf("the field %s is of a kind that the test does not know", name)
		}
		again := base
		if !same(&base, &again) || same(&base, &other) {
			t.Errorf("another %s counts as the same", name)
		}
	}
}

// Behind another screen a lost server is looked for all the same.
func TestALostServerIsLookedForBehindAnotherScreen(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	m, b, d := open(t, c, 80, 24)
	d.Until("the list", listed(m))
	c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, errors.New("connection refused")
	}
	d.Send(b.Step(time.Minute))
	d.Sees("No answer")
	m.SetFocus(false)
	c.OnList = nil
	d.Send(tea.BlurMsg{}, b.Step(time.Minute))
	if m.feed.source != idle {
		t.Error("it is looked for while the window has not the focus")
	}
	d.Send(tea.FocusMsg{}, b.Step(time.Minute))
	d.Until("the server back", func() bool { return m.feed.lost == nil && m.feed.source == idle })
	before := c.Called("list")
	d.Send(b.Step(time.Minute))
	if c.Called("list") != before || !m.Listing().Paused {
		t.Error("it is polled behind another screen")
	}
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
