package pods

import (
	"strings"

	"podium/api"
)

// Find are the pods whose names have the text in them, whatever its case, in the
// order of the list and at most limit of them; those that the filter hides are
// among them.
func (m *Model) Find(text string, limit int) []api.PodRow {
	text = strings.ToLower(text)
	var out []api.PodRow
	for _, e := range m.rows.sorted {
		if len(out) == limit {
			break
		}
		if strings.Contains(strings.ToLower(e.row.Name), text) {
			out = append(out, e.row)
		}
	}
	return out
}
