package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
)

// podTable prints rows under the headers that kubectl has. Rows are held until
// flush, which knows the widths then; those of later ones grow with what comes.
type podTable struct {
	w          io.Writer
	now        func() time.Time
	namespaces bool
	wide       bool
	labels     bool
	headers    bool
	watched    bool // more rows are to come

	held   [][]string
	widths []int
}

// columnGap is the blank between two columns.
const columnGap = 3

func (t *podTable) titles() []string {
	titles := []string{"NAME", "READY", "STATUS", "RESTARTS", "AGE"}
	if t.namespaces {
		titles = append([]string{"NAMESPACE"}, titles...)
	}
	if t.wide {
		titles = append(titles, "IP", "NODE")
	}
	if t.labels {
		titles = append(titles, "LABELS")
	}
	return titles
}

func (t *podTable) pod(row api.PodRow, _ []byte) error {
	now := t.now()
	restarts := fmt.Sprint(row.Restarts)
	if row.Restarts > 0 && !row.LastRestart.IsZero() {
		restarts += " (" + models.AgeSince(row.LastRestart, now) + " ago)"
	}
	cells := []string{row.Name, fmt.Sprintf("%d/%d", row.Ready, row.Total), row.Status, restarts, models.AgeSince(row.Created, now)}
	if t.namespaces {
		cells = append([]string{row.Namespace}, cells...)
	}
	if t.wide {
		cells = append(cells, row.IP, row.Node)
	}
	if t.labels {
		cells = append(cells, row.Labels)
	}
	for i, cell := range cells {
		if cells[i] = safetext.Clean(cell); cells[i] == "" {
			cells[i] = "<none>"
		}
	}
	t.held = append(t.held, cells)
	return nil
}

func (t *podTable) flush() error {
	if len(t.held) == 0 {
		return nil
	}
	if t.widths == nil {
		titles := t.titles()
		t.widths = make([]int, len(titles))
		if t.watched {
			// What pods become has room from the start.
			for i, title := range titles {
				t.widths[i] = map[string]int{"READY": 5, "STATUS": len("ContainerCreating"), "RESTARTS": len("1 (10m ago)"), "AGE": 6}[title]
			}
		}
		if t.headers {
			t.held = append([][]string{titles}, t.held...)
		}
	}
	for _, cells := range t.held {
		for i, cell := range cells {
			t.widths[i] = max(t.widths[i], safetext.Width(cell))
		}
	}
	var b strings.Builder
	for _, cells := range t.held {
		for i, cell := range cells {
			b.WriteString(cell)
			if i < len(cells)-1 {
				b.WriteString(safetext.Spaces(t.widths[i] - safetext.Width(cell) + columnGap))
			}
		}
		b.WriteByte('\n')
	}
	t.held = t.held[:0]
	_, err := io.WriteString(t.w, b.String())
	return err
}
