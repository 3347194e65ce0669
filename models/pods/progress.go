package pods

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
)

// asking notes a request, for perMinute.
func (f *feed) asking() {
	now := f.m.env.Now()
	f.asked = append(f.recent(now), now)
}

// recent are the requests of the minute before now.
func (f *feed) recent(now time.Time) []time.Time {
	i := slices.IndexFunc(f.asked, func(t time.Time) bool { return now.Sub(t) < time.Minute })
	if i < 0 {
		return nil
	}
	return f.asked[i:]
}

// perMinute is how many requests were made in the last minute.
func (f *feed) perMinute(now time.Time) int { return len(f.recent(now)) }

// countFrom is from how many rows on it is worth a request to know how many
// there will be.
const countFrom = 1000

// totalMsg is how many pods there are, for the progress of the first list.
type totalMsg struct {
	models.Answer
	run   int
	total int
}

// count asks how long the first list will be, once it turns out to be long and
// the server can tell: a page of one row says how many are behind it.
func (f *feed) count() tea.Cmd {
	m := f.m
	if f.source != listing || f.loaded || f.counted || m.selector != "" ||
		len(m.rows.byKey) < countFrom || !m.env.Info.Has(api.CapLimit) {
		return nil
	}
	f.counted = true
	f.asking()
	ctx, run, client, ns := f.ctx, f.run, m.env.Client, m.env.Namespace
	return func() tea.Msg {
		rows := 0
		meta, err := client.List(ctx, ns, api.ListOptions{Limit: 1}, func(api.PodRow) error {
			rows++
			return nil
		})
		if err != nil || meta.Remaining == 0 {
			return nil // it is for the progress only: the list itself says what is wrong
		}
		return totalMsg{Answer: models.To(m), run: run, total: rows + int(meta.Remaining)}
	}
}
