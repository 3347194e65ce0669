package ui

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 50_000: "50,000", 1_234_567: "1,234,567", -1000: "-1,000", -999: "-999"} {
		if got := models.Thousands(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
	if models.Count(1, "pod") != "1 pod" || models.Count(0, "pod") != "0 pods" {
		t.Error("one pod and none are counted wrongly")
	}
}

// The header tells how far a long list is, how old what is polled is and what it
// costs.
func TestTheHeaderTellsHowFreshTheListIs(t *testing.T) {
	c := modelstest.NewClient()
	c.InfoAnswer = api.Info{}.With(api.CapLimit)
	more := make(chan struct{})
	c.OnList = func(ctx context.Context, opts api.ListOptions, each func(api.PodRow) error) (api.ListMeta, error) {
		if opts.Limit == 1 {
			return api.ListMeta{Remaining: 11_999}, each(pod("p"))
		}
		for i := range 3000 {
			if err := each(pod(fmt.Sprint("p", i))); err != nil {
				return api.ListMeta{}, err
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
		}
		return api.ListMeta{}, ctx.Err()
	}
	u := sit(t, c, 100, 24)
	u.Sees("listing 3,000/12,000…")
	close(more)
	u.Sees("3,000 pods · now · 2 requests/min")
	u.Send(tea.BlurMsg{})
	u.later(90 * time.Second).Sees("3,000 pods · 90s ago · paused")
	c.OnList = func(context.Context, api.ListOptions, func(api.PodRow) error) (api.ListMeta, error) {
		return api.ListMeta{}, errors.New("connection refused")
	}
	u.Send(tea.FocusMsg{})
	u.Sees("3,000 pods · as of 90s ago", "connection refused")
}

// The header counts what wants attention; a click leaves it alone in the list.
func TestTheHeaderCountsWhatIsNotHealthy(t *testing.T) {
	bad := pod("bad-1")
	bad.Status, bad.Ready = "CrashLoopBackOff", 0
	c := modelstest.NewClient(pod("web-1"), bad, pod("api-1"))
	u := sit(t, c, 100, 24)
	u.Sees("3 pods · 1 not healthy · now")
	u.clickOn("1 not healthy", 0).Sees("/healthy=no", "bad-1", "1/3 pods").Misses("web-1")
	u.clickOn("1 not healthy", 0).Sees("web-1").Misses("healthy=no")
	good := pod("bad-1")
	good.ResourceVersion = "2"
	c.SetRows(pod("web-1"), good)
	u.Press("ctrl+r").Sees("2 pods · now").Misses("not healthy")
}
