package pods

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"podium/api"
	"podium/models"
	"podium/models/widget/table"
	"podium/themes"
)

// Column identities, for the table, the layout and sorting. That of a column
// which shows a label is labelPrefix and the label's key.
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
	colOwner     = "owner"
	colLabels    = "labels"

	labelPrefix = "label:"
)

// column is what the list knows of one of its columns. A narrow terminal drops
// the columns of the highest priority.
type column struct {
	table.Column
	what    string // for who chooses columns
	cell    func(r *api.PodRow, now time.Time) table.Cell
	compare func(a, b *known) int
	changed changes // the change that highlights it
	matched bool    // words of a filter look at it
}

// allColumns are the columns there are beside those of labels, in the order in
// which they stand unless somebody chooses another.
var allColumns = []column{
	{
		Column: table.Column{ID: colNamespace, Title: "NAMESPACE", Priority: 5, Min: 9, Max: 30}, what: "where all namespaces are listed",
		cell:    muted(func(r *api.PodRow) string { return r.Namespace }),
		compare: byText(func(r *api.PodRow) string { return r.Namespace }), matched: true,
	},
	{
		Column: table.Column{ID: colName, Title: "NAME", Priority: 0, Min: 16, Max: 90, Fixed: true, Middle: true}, what: "the pod's name",
		cell:    func(r *api.PodRow, _ time.Time) table.Cell { return table.Cell{Text: r.Name} },
		compare: byText(func(r *api.PodRow) string { return r.Name }), matched: true,
	},
	{
		Column: table.Column{ID: colReady, Title: "READY", Priority: 3, Min: 5, Align: table.Right}, what: "containers that are ready",
		cell: readyCell, compare: byReady, changed: changedReady,
	},
	{
		Column: table.Column{ID: colStatus, Title: "STATUS", Priority: 1, Min: 9, Max: 24}, what: "how the pod does",
		cell:    func(r *api.PodRow, _ time.Time) table.Cell { return table.Cell{Text: r.Status, Role: statusRole(r)} },
		compare: byText(func(r *api.PodRow) string { return r.Status }), changed: changedStatus, matched: true,
	},
	{
		Column: table.Column{ID: colRestarts, Title: "RESTARTS", Priority: 4, Min: 8, Max: 16, Align: table.Right}, what: "how often containers were restarted",
		cell: restartsCell, changed: changedRestarts,
		// The most first: they are what is looked for.
		compare: func(a, b *known) int { return cmp.Compare(b.row.Restarts, a.row.Restarts) },
	},
	{
		Column: table.Column{ID: colAge, Title: "AGE", Priority: 2, Min: 5, Align: table.Right}, what: "since it was created",
		cell: func(r *api.PodRow, now time.Time) table.Cell {
			return table.Cell{Text: models.AgeSince(r.Created, now), Role: themes.Muted}
		},
		// The youngest first, as its age is the smallest.
		compare: func(a, b *known) int { return b.row.Created.Compare(a.row.Created) },
	},
	{
		Column: table.Column{ID: colIP, Title: "IP", Priority: 6, Min: 9, Max: 39}, what: "its address",
		cell:    muted(func(r *api.PodRow) string { return orNone(r.IP) }),
		compare: byText(func(r *api.PodRow) string { return r.IP }), changed: changedIP, matched: true,
	},
	{
		Column: table.Column{ID: colNode, Title: "NODE", Priority: 7, Min: 8, Max: 40}, what: "the machine it runs on",
		cell:    muted(func(r *api.PodRow) string { return orNone(r.Node) }),
		compare: byText(func(r *api.PodRow) string { return r.Node }), changed: changedNode, matched: true,
	},
	{
		Column: table.Column{ID: colImage, Title: "IMAGE", Priority: 8, Min: 10, Max: 60}, what: "the images of its containers",
		cell:    muted(func(r *api.PodRow) string { return r.Images }),
		compare: byText(func(r *api.PodRow) string { return r.Images }),
	},
	{
		Column: table.Column{ID: colOwner, Title: "OWNER", Priority: 9, Min: 8, Max: 50}, what: "what made it and would make it again",
		cell:    muted(func(r *api.PodRow) string { return orNone(r.Owner) }),
		compare: byText(func(r *api.PodRow) string { return r.Owner }),
	},
	{
		Column: table.Column{ID: colLabels, Title: "LABELS", Priority: 10, Min: 10, Max: 120}, what: "all its labels",
		cell:    muted(func(r *api.PodRow) string { return orNone(r.Labels) }),
		compare: byText(func(r *api.PodRow) string { return r.Labels }),
	},
}

// columnOf is the column of that identity; false when there is none.
func columnOf(id string) (column, bool) {
	if key, ok := strings.CutPrefix(id, labelPrefix); ok && key != "" {
		return labelColumn(key), true
	}
	i := slices.IndexFunc(allColumns, func(c column) bool { return c.ID == id })
	if i < 0 {
		return column{}, false
	}
	return allColumns[i], true
}

// labelColumn shows the value of one label. Rows are sorted by the value that
// they were given when sorting by this column began, see known.labelled.
func labelColumn(key string) column {
	title := key
	if _, name, ok := strings.Cut(key, "/"); ok && name != "" {
		title = name
	}
	return column{
		Column: table.Column{ID: labelPrefix + key, Title: strings.ToUpper(title), Priority: 4, Min: 6, Max: 40},
		what:   "the label " + key,
		cell: func(r *api.PodRow, _ time.Time) table.Cell {
			value, _ := labelValue(r.Labels, key)
			return table.Cell{Text: value, Role: themes.Muted}
		},
		compare: func(a, b *known) int { return strings.Compare(a.label, b.label) },
	}
}

// labelValue is the value of a label in "a=b,c=d"; false when the pod has no
// such label.
func labelValue(labels, key string) (value string, ok bool) {
	for rest := labels; rest != ""; {
		var one string
		one, rest, _ = strings.Cut(rest, ",")
		if k, v, _ := strings.Cut(one, "="); k == key {
			return v, true
		}
	}
	return "", false
}

// muted makes the cell of a text that is secondary.
func muted(text func(r *api.PodRow) string) func(*api.PodRow, time.Time) table.Cell {
	return func(r *api.PodRow, _ time.Time) table.Cell { return table.Cell{Text: text(r), Role: themes.Muted} }
}

func byText(text func(r *api.PodRow) string) func(a, b *known) int {
	return func(a, b *known) int { return strings.Compare(text(&a.row), text(&b.row)) }
}

func byReady(a, b *known) int {
	x, y := &a.row, &b.row
	return cmp.Or(cmp.Compare(x.Ready*max(y.Total, 1), y.Ready*max(x.Total, 1)), cmp.Compare(x.Total, y.Total))
}

// place is a column's place in a layout: shown always, in the wide view only,
// or not at all.
type place int

const (
	hidden place = iota
	always
	onlyWide
)

// placed is a column of a layout.
type placed struct {
	id    string
	place place
}

// layout says which columns the list shows, and in which order. Columns that it
// does not name are hidden.
type layout []placed

// wideSuffix marks, in a written layout, a column of the wide view.
const wideSuffix = ":wide"

// maxColumns bounds what a layout may name.
const maxColumns = 40

// defaultLayout is the one that holds until somebody chooses another.
func defaultLayout() layout {
	return layout{
		{colNamespace, always},
		{colName, always},
		{colReady, always},
		{colStatus, always},
		{colRestarts, always},
		{colAge, always},
		{colIP, onlyWide},
		{colNode, onlyWide},
		{colImage, onlyWide},
	}
}

// String writes the layout as parseLayout reads it: "name,ready,ip:wide".
func (l layout) String() string {
	var out []string
	for _, p := range l {
		switch p.place {
		case always:
			out = append(out, p.id)
		case onlyWide:
			out = append(out, p.id+wideSuffix)
		case hidden:
		}
	}
	return strings.Join(out, ",")
}

// parseLayout reads a written layout. The error says what is wrong with it.
func parseLayout(words []string) (layout, error) {
	if len(words) > maxColumns {
		return nil, fmt.Errorf("a list has at most %d columns", maxColumns)
	}
	var out layout
	for _, w := range words {
		id, wide := strings.CutSuffix(strings.TrimSpace(w), wideSuffix)
		if _, ok := columnOf(id); !ok {
			return nil, fmt.Errorf("there is no column %q: there are %s, and label:KEY", id, columnNames())
		}
		if slices.ContainsFunc(out, func(p placed) bool { return p.id == id }) {
			return nil, fmt.Errorf("the column %s is named twice", strconv.Quote(id))
		}
		p := placed{id, always}
		if wide && id != colName {
			p.place = onlyWide
		}
		out = append(out, p)
	}
	if !slices.ContainsFunc(out, func(p placed) bool { return p.id == colName }) {
		return nil, errors.New("the column name is missing: a list without it cannot be read")
	}
	return out, nil
}

// columnNames are the names that a written layout may use, for messages.
func columnNames() string {
	names := make([]string, len(allColumns))
	for i, c := range allColumns {
		names[i] = c.ID
	}
	return strings.Join(names, ", ")
}

// shown are the columns that the list shows now, that by which it is sorted
// whatever its place is.
func (l layout) shown(namespaces, wide bool, sorted string) []column {
	var out []column
	seen := false
	for _, p := range l {
		seen = seen || p.id == sorted
		if p.id == colNamespace && !namespaces || p.id != sorted && (p.place == hidden || p.place == onlyWide && !wide) {
			continue
		}
		if c, ok := columnOf(p.id); ok {
			out = append(out, c)
		}
	}
	if c, ok := columnOf(sorted); ok && !seen && (sorted != colNamespace || namespaces) {
		out = append(out, c)
	}
	return out
}
