package inspect

import (
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/table"
	"podium/themes"
)

func eventColumns() []table.Column {
	return []table.Column{
		{ID: "last", Title: "LAST SEEN", Priority: 2, Min: 6, Max: 12, Align: table.Right},
		{ID: "type", Title: "TYPE", Priority: 3, Min: 7, Max: 10},
		{ID: "reason", Title: "REASON", Priority: 1, Min: 8, Max: 24},
		{ID: "count", Title: "TIMES", Priority: 4, Min: 5, Max: 7, Align: table.Right},
		{ID: "from", Title: "FROM", Priority: 5, Min: 6, Max: 20},
		{ID: "message", Title: "MESSAGE", Priority: 0, Min: 10, Flex: 1},
	}
}

// eventRows gives the table the events, the latest first.
type eventRows struct{ m *Model }

func (r eventRows) Len() int { return len(r.m.events) }

func (r eventRows) event(i int) *corev1.Event { return &r.m.events[len(r.m.events)-1-i] }

// Key is the event's identity; an endpoint that gives none is helped out.
func (r eventRows) Key(i int) string {
	e := r.event(i)
	if e.UID != "" {
		return string(e.UID)
	}
	return e.Name + "#" + strconv.Itoa(len(r.m.events)-1-i)
}

// Cells are the cells of an event.
func (r eventRows) Cells(i int, dst []table.Cell) []table.Cell {
	e := r.event(i)
	role := themes.Text
	if e.Type == corev1.EventTypeWarning {
		role = themes.Warning
	}
	from := e.Source.Component
	if from == "" {
		from = e.ReportingController
	}
	return append(dst,
		table.Cell{Text: models.AgeSince(lastSeen(e), r.m.env.Now()), Role: themes.Muted},
		table.Cell{Text: e.Type, Role: role},
		table.Cell{Text: e.Reason, Role: role},
		table.Cell{Text: times(e), Role: themes.Muted},
		table.Cell{Text: from, Role: themes.Muted},
		table.Cell{Text: e.Message},
	)
}

func times(e *corev1.Event) string {
	n := int(e.Count)
	if e.Series != nil {
		n = max(n, int(e.Series.Count))
	}
	return strconv.Itoa(max(n, 1))
}

// lastSeen is when the event happened last, by whichever field says it.
func lastSeen(e *corev1.Event) time.Time {
	switch {
	case e.Series != nil && !e.Series.LastObservedTime.IsZero():
		return e.Series.LastObservedTime.Time
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	case !e.EventTime.IsZero():
		return e.EventTime.Time
	case !e.FirstTimestamp.IsZero():
		return e.FirstTimestamp.Time
	}
	return e.CreationTimestamp.Time
}

// eventsText are the events as a file has them, the latest first, with tabs
// between the cells.
func (m *Model) eventsText() string {
	var b strings.Builder
	b.WriteString("LAST SEEN\tTYPE\tREASON\tTIMES\tFROM\tMESSAGE\n")
	rows := eventRows{m}
	for i := range rows.Len() {
		for j, cell := range rows.Cells(i, nil) {
			text := cell.Text
			if j == 0 { // an age says nothing later on
				text = lastSeen(rows.event(i)).UTC().Format(time.RFC3339)
			}
			if j > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(safetext.Clean(strings.NewReplacer("\t", " ", "\n", " ").Replace(text)))
		}
		b.WriteByte('\n')
	}
	return b.String()
}
