package confirm

import (
	"fmt"
	"strings"
	"time"

	"podium/internal/safetext"
	"podium/themes"
)

// Title says what the dialog is about to do.
func (d *Delete) Title() string {
	switch d.phase {
	case failed:
		return fmt.Sprintf("Not deleted: %d of %d", d.count(refused), len(d.targets))
	case running:
		return "Deleting " + d.what()
	}
	return "Delete " + d.what() + "?"
}

// SetTheme changes the look.
func (d *Delete) SetTheme(th themes.Theme) {
	d.theme = th
	d.draw()
}

// SetSize sets the rectangle.
func (d *Delete) SetSize(cols, rows int) {
	d.cols, d.rows = cols, rows
	d.draw()
}

// WantSize asks for room for every name, and for reasons should any fail.
func (d *Delete) WantSize(maxCols, maxRows int) (int, int) {
	cols := 50
	for _, t := range d.targets {
		cols = max(cols, safetext.Width(safetext.Line(t.row.Name, 80))+noteCols)
	}
	for i := range d.targets {
		if t := &d.targets[i]; t.state == refused {
			cols = max(cols, safetext.Width(safetext.Line(t.row.Name, 80))+2+safetext.Width(safetext.Line(t.why(), 100)))
		}
	}
	cols = min(cols, maxCols, 100)
	return cols, min(len(d.targets)+len(d.foot(cols))+1, maxRows)
}

// why is the reason without the request that it answers: what was asked for is
// plain to see.
func (t *target) why() string {
	if request, rest, ok := strings.Cut(t.reason, ": "); ok && strings.HasPrefix(request, "DELETE ") {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(t.reason)
}

// noteCols is the room for what is said beside a name.
const noteCols = 44

// View is the dialog as it was drawn last.
func (d *Delete) View() string { return d.view }

// draw lays out the names, which scroll where they do not fit, what else there
// is to know, and the buttons.
func (d *Delete) draw() {
	foot := d.foot(d.cols)
	room := d.rows - len(foot) - 1
	if room < min(3, len(d.targets)) { // little room: names before explanations
		room = min(max(d.rows-2, 0), len(d.targets))
		foot = foot[:min(max(d.rows-room-1, 0), len(foot))]
	}
	lines := d.window(max(room, 0))
	lines = append(lines, foot...)
	d.spans = nil
	buttons := ""
	if set := d.buttons(); len(set) > 0 {
		buttons, d.spans = buttonsView(d.theme, set, d.focus, d.cols)
	} else {
		buttons = d.theme.Paint(themes.Muted, d.progress())
	}
	if d.rows > 0 {
		lines = append(lines[:min(len(lines), d.rows-1)], buttons)
	}
	d.view = joinLines(lines, d.cols, d.rows)
}

// window are the names in view, room lines of them; where some are not in view,
// the last line says so. Nothing is done for those that are not: there may be tens
// of thousands.
func (d *Delete) window(room int) []string {
	all := len(d.targets)
	if all <= room || room < 2 {
		d.top = 0
		return append(d.names(0, min(all, room)), make([]string, max(room-all, 0))...)
	}
	shown := room - 1
	d.top = min(max(d.top, 0), all-shown)
	where := fmt.Sprintf("%d to %d of %d, ↑ ↓ scroll", d.top+1, d.top+shown, all)
	return append(d.names(d.top, d.top+shown), d.theme.Paint(themes.Muted, where))
}

func (d *Delete) buttons() []button {
	switch d.phase {
	case running:
		return nil
	case failed:
		return []button{{label: "Close"}, {label: "Retry", danger: true}}
	}
	do := "Delete"
	if d.force {
		do = "Delete at once"
	}
	return []button{{label: "Cancel"}, {label: do, danger: true}}
}

func (d *Delete) progress() string {
	return fmt.Sprintf("Deleting %d/%d, %s stops", d.count(done)+d.count(refused), len(d.targets), d.keys.Cancel.Help().Key)
}

// names are a line for each of the pods from to to: its name, and what becomes of
// it.
func (d *Delete) names(from, to int) []string {
	cols := d.cols
	width := min(d.nameCells, max(cols-24, cols/2, 1))
	var out []string
	for i := from; i < to; i++ {
		t := &d.targets[i]
		if d.order != nil {
			t = &d.targets[d.order[i]]
		}
		role, note := themes.Muted, ""
		switch {
		case t.state == refused:
			role, note = themes.Error, t.why()
		case t.state == done:
			role, note = themes.OK, "accepted"
		case t.state == sent:
			note = "deleting…"
		case t.row.Owner != "":
			note = t.row.Owner + " makes it anew"
			if strings.HasPrefix(t.row.Owner, "Job/") {
				note += " unless it is done"
			}
		default:
			note = "will not come back"
		}
		if t.hidden && d.phase == asking {
			role, note = themes.Warning, "hidden by the filter; "+note
		}
		name := safetext.Fit(safetext.Line(t.row.Name, 80), width)
		out = append(out, d.theme.Paint(themes.Strong, name)+"  "+d.theme.Paint(role, safetext.Line(note, max(cols-width-2, 0))))
	}
	return out
}

// foot is what is said below the names: the sessions that end, and the grace.
func (d *Delete) foot(cols int) []string {
	out := []string{""}
	for i, s := range d.sessions {
		if i == 3 && len(d.sessions) > 4 {
			out = append(out, d.theme.Paint(themes.Warning, fmt.Sprintf("and %d more", len(d.sessions)-i)))
			break
		}
		for _, line := range safetext.Wrap("Ends: "+safetext.Clean(s), cols) {
			out = append(out, d.theme.Paint(themes.Warning, line))
		}
	}
	var grace string
	switch {
	case d.phase == failed:
		return append(out, d.reasons(cols)...)
	case d.phase != asking:
		return out
	case d.force:
		grace = "Force: no grace at all, what runs is killed (f takes it back)"
	case d.typing:
		grace = "Grace: " + d.grace + "▏ seconds (empty: the pod's own)"
	case d.grace != "":
		grace = "Grace: " + d.grace + " seconds"
	default:
		grace = "Grace: the pod's own"
	}
	role := themes.Text
	if d.force {
		role = themes.Error
	}
	for _, line := range safetext.Wrap(grace, cols) {
		out = append(out, d.theme.Paint(role, line))
	}
	if text := d.outlook(); text != "" {
		for _, line := range safetext.Wrap(text, cols) {
			out = append(out, d.theme.Paint(themes.Muted, line))
		}
	}
	return append(out, "")
}

// outlook says in one line what becomes of many pods, and how long it can be
// undone.
func (d *Delete) outlook() string {
	var parts []string
	if n := len(d.targets); n > 1 {
		bare := d.bare
		switch {
		case bare == n:
			parts = append(parts, fmt.Sprintf("None of the %d will come back.", n))
		case bare == 0:
			parts = append(parts, fmt.Sprintf("Owners make all %d anew.", n))
		default:
			parts = append(parts, fmt.Sprintf("%d will not come back; owners make %d anew.", bare, n-bare))
		}
	}
	if d.undo > 0 {
		parts = append(parts, fmt.Sprintf("It can be undone for %d s (%s).", d.undo/time.Second, d.undoKey))
	}
	return strings.Join(parts, " ")
}

// reasons are the distinct reasons of what failed, in full.
func (d *Delete) reasons(cols int) []string {
	var out []string
	seen := map[string]bool{}
	for _, t := range d.targets {
		if t.state != refused || seen[t.why()] {
			continue
		}
		seen[t.why()] = true
		for _, line := range safetext.Wrap(safetext.Line(t.why(), 600), cols) {
			out = append(out, d.theme.Paint(themes.Error, line))
		}
	}
	return append(out, "")
}
