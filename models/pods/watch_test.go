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
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/models/modelstest"
)

// A watch that says the same again and again changes nothing.
func TestAWatchThatRepeatsItself(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	c.InfoAnswer = everything()
	m, _, d := open(t, c, 80, 24)
	d.Until("a watch", func() bool { return m.feed.live })
	d.Press("j space")
	before := modelstest.Strip(m.View())
	w := c.Watches()[0]
	for range 1000 {
		for _, r := range sample() {
			w.Send(api.EventAdded, r)
			w.Send(api.EventModified, r)
		}
		w.Send(api.EventDeleted, row("nobody", "Running"))
		w.Send(api.EventBookmark, api.PodRow{ResourceVersion: "9"})
		w.Send(api.EventModified, api.PodRow{}) // no pod at all
	}
	w.Send(api.EventAdded, row("last", "Running"))
	d.Sees("last")
	w.Send(api.EventDeleted, row("last", "Running"))
	d.Misses("last")
	if after := modelstest.Strip(m.View()); after != before {
		t.Errorf("the list changed from\n%s\nto\n%s", before, after)
	}
}

// silent is a watch without an event.
type silent struct{ closed chan struct{} }

func (s silent) Watch(context.Context, string, api.ListOptions) (api.RowWatch, error) { return s, nil }

func (s silent) Close() error { close(s.closed); return nil }

func (s silent) Next(ctx context.Context) (api.RowEvent, error) {
	<-ctx.Done()
	return api.RowEvent{}, ctx.Err()
}

// A watch that is silent for longer than it was asked for is given up.
func TestAWatchThatGoesSilent(t *testing.T) {
	s := silent{make(chan struct{})}
	e := readWatch(t.Context(), s, "default", api.ListOptions{Timeout: time.Millisecond - watchSlack, ResourceVersion: "7"}, newPipe())
	if !errors.Is(e.err, errSilent) || e.version != "7" {
		t.Errorf("it ended with %+v", e)
	}
	<-s.closed
}

// A resume begins where the last event or bookmark left off.
func TestAWatchResumesAfterItsLastEvent(t *testing.T) {
	c := modelstest.NewClient(sample()...)
	c.InfoAnswer = everything()
	m, _, d := open(t, c, 80, 24)
	d.Until("a watch", func() bool { return m.feed.live })
	w := c.Watches()[0]
	changed := row("web-1", "Pending")
	changed.ResourceVersion = "41"
	w.Send(api.EventModified, changed)
	w.Send(api.EventBookmark, api.PodRow{ResourceVersion: "55"})
	d.Until("the change", func() bool { return strings.Count(modelstest.Strip(m.View()), "Pending") == 2 })
	e := ending{version: "55", err: io.EOF, lasted: time.Minute}
	w.Fail(io.EOF)
	d.Until("the end", func() bool { return m.feed.source == idle || len(c.Watches()) == 2 })
	// It ended within moments of its start, which is no reason to hurry.
	if m.feed.source == idle {
		if m.feed.version != e.version {
			t.Errorf("it would resume at %q", m.feed.version)
		}
		m.feed.source = watching
		m.feed.broken = 0
		d.Run(m.feed.unwatched(e, m.env.Now()))
	}
	d.Until("another watch", func() bool { return c.Called("watch default 55") == 1 })
	if c.Called("list") != 1 || m.Listing().Lost {
		t.Errorf("%v", c.Calls())
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
