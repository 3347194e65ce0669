package ui

import (
	"fmt"
	"time"

	"podium/models"
	"podium/themes"
)

// freshness are the number of pods and how far it can be trusted.
func (r *root) freshness() []span {
	s := r.list.Listing()
	count := models.Count(s.All, "pod")
	if s.Shown != s.All {
		count = models.Thousands(s.Shown) + "/" + count
	}
	switch {
	case s.Refused && s.At.IsZero():
		return []span{{text: "refused", role: themes.Error, rank: 1}}
	case s.Lost && s.At.IsZero():
		return []span{{text: "no answer", role: themes.Error, rank: 1}}
	case s.Lost:
		return []span{
			{text: count, role: themes.Bar, rank: 8},
			{text: "as of " + ago(r.env.Now().Sub(s.At)), role: themes.Error, rank: 1},
		}
	case s.Loading && s.All == 0:
		return []span{{text: "listing…", role: themes.BarMuted, rank: 3}}
	case s.Loading && s.Total > s.All:
		return []span{{text: "listing " + models.Thousands(s.All) + "/" + models.Thousands(s.Total) + "…", role: themes.BarMuted, rank: 3}}
	case s.Loading:
		return []span{{text: "listing " + count + "…", role: themes.BarMuted, rank: 3}}
	case s.Live:
		return append(r.counts(count, s.Faulty), span{text: "live", role: themes.OK, rank: 9})
	case s.At.IsZero():
		return nil
	}
	out := append(r.counts(count, s.Faulty), span{text: ago(r.env.Now().Sub(s.At)), role: themes.BarMuted, rank: 9})
	switch {
	case s.Paused:
		out = append(out, span{text: "paused", role: themes.BarMuted, rank: 11})
	case s.PerMinute > 0:
		out = append(out, span{text: fmt.Sprintf("%d requests/min", s.PerMinute), role: themes.BarMuted, rank: 11})
	}
	return out
}

// counts are the number of pods and of those that want attention; a click on the
// latter leaves them alone in the list.
func (r *root) counts(all string, faulty int) []span {
	out := []span{{text: all, role: themes.Bar, rank: 5}}
	if faulty > 0 {
		out = append(out, span{
			text: models.Thousands(faulty) + " not healthy", role: themes.Warning, rank: 10,
			do: func(r *root) {
				r.home()
				r.do(r.list.OnlyFaults())
			},
		})
	}
	return out
}

// ago is a duration as a header has room for.
func ago(d time.Duration) string {
	switch {
	case d < 2*time.Second:
		return "now"
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds ago", d/time.Second)
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", d/time.Hour)
	}
	return fmt.Sprintf("%dd ago", d/(24*time.Hour))
}
