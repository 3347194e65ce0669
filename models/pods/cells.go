package pods

import (
	"strconv"
	"time"

	"podium/api"
	"podium/models"
	"podium/models/widget/table"
	"podium/themes"
)

// provider gives the table its rows.
type provider struct{ m *Model }

var _ table.Matcher = provider{}

// Len is the number of rows shown.
func (p provider) Len() int { return len(p.m.rows.order) }

// Key is the pod's identity.
func (p provider) Key(i int) string { return p.m.rows.order[i].key }

// Cells are the cells of a row.
func (p provider) Cells(i int, dst []table.Cell) []table.Cell {
	e := p.m.rows.order[i]
	now := p.m.now
	var flash changes
	if now.Before(e.until) {
		flash = e.flash
	}
	for j := range p.m.columns {
		c := &p.m.columns[j]
		cell := c.cell(&e.row, now)
		if flash&c.changed != 0 {
			cell.Role = themes.MatchCurrent
		}
		if at, ok := p.m.doomed[e.key]; ok && c.ID == colStatus && !e.row.Deleting {
			cell = table.Cell{Text: doomText(at, now), Role: themes.Terminating}
		}
		dst = append(dst, cell)
	}
	return dst
}

// Matches says in the cells of a row what the filter found there.
func (p provider) Matches(_ int, cells []table.Cell) {
	f := p.m.rows.filter
	if f == nil {
		return
	}
	for j := range p.m.columns {
		if c := &p.m.columns[j]; j < len(cells) {
			cells[j].Matches = f.spans(c.ID, c.matched, cells[j].Text)
		}
	}
}

func readyCell(r *api.PodRow, _ time.Time) table.Cell {
	role := themes.Text
	if r.Ready < r.Total && !r.Finished() {
		role = themes.Warning
	}
	return table.Cell{Text: strconv.Itoa(r.Ready) + "/" + strconv.Itoa(r.Total), Role: role}
}

func restartsCell(r *api.PodRow, now time.Time) table.Cell {
	role := themes.Text
	if r.Restarts == 0 {
		role = themes.Muted
	}
	return table.Cell{Text: restartsText(r, now), Role: role}
}

func orNone(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

// restartsText is the number of restarts and when the last was.
func restartsText(r *api.PodRow, now time.Time) string {
	n := strconv.Itoa(r.Restarts)
	if r.Restarts == 0 || r.LastRestart.IsZero() {
		return n
	}
	return n + " (" + models.Age(now.Sub(r.LastRestart)) + " ago)"
}

// statusRole is how a status is painted: by what is known of the pod, whatever
// word the server chose.
func statusRole(r *api.PodRow) themes.Role {
	switch {
	case r.Deleting:
		return themes.Terminating
	case r.Status == "Completed" || r.Phase == "Succeeded":
		return themes.Completed
	case r.Phase == "Failed":
		return themes.Error
	case r.Status == "Running" && r.Ready == r.Total:
		return themes.OK
	case r.Status == "Running":
		return themes.Warning
	}
	switch r.Status {
	case "Pending", "ContainerCreating", "PodInitializing", "Created", "Placeholder":
		return themes.Pending
	case "Unknown", "NodeLost", "":
		return themes.Unknown
	case "NotReady":
		return themes.Warning
	}
	if len(r.Status) > 5 && r.Status[:5] == "Init:" && r.Status[5] >= '0' && r.Status[5] <= '9' {
		return themes.Pending
	}
	return themes.Error
}
