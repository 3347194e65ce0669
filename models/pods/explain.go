package pods

import (
	"fmt"
	"strings"
	"time"

	"podium/internal/safetext"
	"podium/models"
)

// explain says in the table's place why there is no row.
func (m *Model) explain() {
	f := &m.feed
	change, drop := m.keys.Filter.Help().Key, m.keys.Back.Help().Key
	where := m.env.Namespace
	if where == "" {
		where = "any namespace"
	} else {
		where = "namespace " + safetext.Line(where, 60)
	}
	switch {
	case len(m.rows.byKey) > 0 && m.rows.filter != nil:
		m.table.SetEmpty("\nNone of the " + models.Count(len(m.rows.byKey), "pod") + " matches the filter.\n" + change + " changes it, " + drop + " clears it.")
	case f.lost != nil && !f.loaded:
		m.table.SetEmpty("\nThe pods of " + m.env.Endpoint + " cannot be listed.\n\n" + safetext.Line(f.lost.Error(), maxReason) + "\n\n" + m.wayOut())
	case !f.loaded:
		m.table.SetEmpty("\nAsking " + m.env.Endpoint + " for its pods…")
	case m.selector != "":
		m.table.SetEmpty("\nNo pod has the labels " + m.selector + ".\n" + change + " changes the filter, " + drop + " clears it.")
	case m.env.ReadOnly:
		m.table.SetEmpty("\nThere is no pod in " + where + ".\nThe endpoint is open read-only; the list changes by itself when one appears.")
	default:
		m.table.SetEmpty("\nThere is no pod in " + where + " yet.\n" + m.keys.New.Help().Key + " writes a new one from a template; it appears here by itself.\n" +
			m.env.Key("global.help", "?") + " shows every key that works, " + m.env.Key("global.palette", ":") + " takes commands.")
	}
}

// maxReason is how much of an error is shown in place of the rows.
const maxReason = 1000

// lostText is the line that says since when and why the server is gone.
func (m *Model) lostText() string {
	f := &m.feed
	if f.lost == nil {
		return ""
	}
	next := "trying again now"
	if !f.due.IsZero() {
		if wait := f.due.Sub(m.env.Now()); wait > 0 {
			next = fmt.Sprintf("next try in %ds", (wait+time.Second-1)/time.Second)
		}
	}
	what := "No answer"
	if refused(f.lost) {
		what = "Refused"
	}
	text := fmt.Sprintf("%s for %s, %s (%s: now)", what, models.Age(m.env.Now().Sub(f.since)), next, m.keys.Refresh.Help().Key)
	if f.loaded { // else the place of the rows says why
		text += ": " + f.lost.Error()
	}
	return safetext.Line(strings.ReplaceAll(text, "\n", " "), max(m.cols-2, 0))
}
