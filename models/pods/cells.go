package pods

import (
	"strconv"
	"time"

	"podium/api"
	"podium/models"
	"podium/models/widget/table"
	"podium/themes"
)

// Column identities, for the table and its header.
const (
	colNamespace = "namespace"
	colName      = "name"
	colReady     = "ready"
	colStatus    = "status"
	colRestarts  = "restarts"
	colAge       = "age"
	colIP        = "ip"
	colNode      = "node"
	colImage     = "image"
)

// sortOf is what a click on a column's title sorts by.
var sortOf = map[string]sortBy{
	colNamespace: byNamespace, colName: byName, colReady: byReady, colStatus: byStatus,
	colRestarts: byRestarts, colAge: byAge, colIP: byIP, colNode: byNode,
}

// columnOf is the column that is sorted by.
func columnOf(by sortBy) string {
	for id, b := range sortOf {
		if b == by {
			return id
		}
	}
	return ""
}

// columns are the columns of the list; narrow terminals drop those of the
// highest priority.
func columns(namespaces, wide bool) []table.Column {
	var out []table.Column
	if namespaces {
		out = append(out, table.Column{ID: colNamespace, Title: "NAMESPACE", Priority: 5, Min: 9, Max: 30})
	}
	out = append(out,
		table.Column{ID: colName, Title: "NAME", Priority: 0, Min: 16, Max: 90},
		table.Column{ID: colReady, Title: "READY", Priority: 3, Min: 5, Align: table.Right},
		table.Column{ID: colStatus, Title: "STATUS", Priority: 1, Min: 9, Max: 24},
		table.Column{ID: colRestarts, Title: "RESTARTS", Priority: 4, Min: 8, Max: 16, Align: table.Right},
		table.Column{ID: colAge, Title: "AGE", Priority: 2, Min: 5, Align: table.Right},
	)
	if wide {
		out = append(out,
			table.Column{ID: colIP, Title: "IP", Priority: 6, Min: 9, Max: 39},
			table.Column{ID: colNode, Title: "NODE", Priority: 7, Min: 8, Max: 40},
			table.Column{ID: colImage, Title: "IMAGE", Priority: 8, Min: 10, Max: 60},
		)
	}
	return out
}

// provider gives the table its rows.
type provider struct{ m *Model }

// Len is the number of rows shown.
func (p provider) Len() int { return len(p.m.rows.order) }

// Key is the pod's identity.
func (p provider) Key(i int) string { return p.m.rows.order[i].key }

// Cells are the cells of a row.
func (p provider) Cells(i int, dst []table.Cell) []table.Cell {
	e := p.m.rows.order[i]
	r := &e.row
	now := p.m.now
	var flash changes
	if now.Before(e.until) {
		flash = e.flash
	}
	role := func(normal themes.Role, c changes) themes.Role {
		if flash&c != 0 {
			return themes.MatchCurrent
		}
		return normal
	}
	if p.m.env.Namespace == "" {
		dst = append(dst, table.Cell{Text: r.Namespace, Role: themes.Muted})
	}
	ready := themes.Text
	if r.Ready < r.Total && !r.Finished() {
		ready = themes.Warning
	}
	restarts := themes.Text
	if r.Restarts == 0 {
		restarts = themes.Muted
	}
	dst = append(dst,
		table.Cell{Text: r.Name, Role: themes.Text, Matches: p.m.rows.filter.spans(r.Name)},
		table.Cell{Text: strconv.Itoa(r.Ready) + "/" + strconv.Itoa(r.Total), Role: role(ready, changedReady)},
		table.Cell{Text: r.Status, Role: role(statusRole(r), changedStatus)},
		table.Cell{Text: restartsText(r, now), Role: role(restarts, changedRestarts)},
		table.Cell{Text: models.AgeSince(r.Created, now), Role: themes.Muted},
	)
	if p.m.wide() {
		dst = append(dst, table.Cell{Text: orNone(r.IP), Role: themes.Muted},
			table.Cell{Text: orNone(r.Node), Role: themes.Muted},
			table.Cell{Text: r.Images, Role: themes.Muted})
	}
	return dst
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
