package table

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"podium/models/modelstest"
	"podium/themes"
)

// pods is a provider of rows that tests put in any order.
type pods []pod

type pod struct {
	name, status string
	restarts     int
	matches      []themes.Span
}

func (p pods) Len() int         { return len(p) }
func (p pods) Key(i int) string { return p[i].name }
func (p pods) Cells(i int, dst []Cell) []Cell {
	role := themes.OK
	if p[i].status != "Running" {
		role = themes.Error
	}
	return append(dst,
		Cell{Text: p[i].name, Matches: p[i].matches},
		Cell{Text: p[i].status, Role: role},
		Cell{Text: fmt.Sprint(p[i].restarts)},
		Cell{Text: "10.0.0." + fmt.Sprint(i%250)},
		Cell{Text: "node-" + fmt.Sprint(i%7), Role: themes.Muted})
}

func columns() []Column {
	return []Column{
		{ID: "name", Title: "NAME", Min: 8, Flex: 1},
		{ID: "status", Title: "STATUS", Priority: 1, Min: 6},
		{ID: "restarts", Title: "RESTARTS", Priority: 2, Min: 5, Align: Right},
		{ID: "ip", Title: "IP", Priority: 4, Min: 9},
		{ID: "node", Title: "NODE", Priority: 3, Min: 6},
	}
}

func sample() pods {
	return pods{
		{name: "web-0", status: "Running"},
		{name: "日本語のとても長い名前のポッドでありまして列に入りません", status: "CrashLoopBackOff", restarts: 1234},
		{name: "evil\x1b[31m\u202ename", status: "Run\nning", matches: []themes.Span{{Start: 2, End: 6}}},
		{name: "web-found-here", status: "Running", matches: []themes.Span{{Start: 4, End: 9}}},
		{name: "e\u0301clair👨‍👩‍👧", status: "Running"},
	}
}

func many(n int) pods {
	p := make(pods, n)
	for i := range p {
		p[i] = pod{name: fmt.Sprintf("deployment-%05d-66b6c48dd5-x7x2p", i), status: "Running", restarts: i % 9}
	}
	return p
}

func open(rows RowProvider, w, h int) *Table {
	t := New(themes.Dark(), columns(), rows)
	t.SetSize(w, h)
	return t
}

func press(t *Table, keys ...string) {
	for _, k := range keys {
		t.Update(modelstest.Key(k))
	}
}

// The golden views hold what the widget looks like, in the theme without colours.
// "go test -update" writes them anew; look at the difference before committing.
func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}, {1, 1}} {
		for name, theme := range map[string]themes.Theme{"zero": {}, "plain": themes.Plain()} {
			t.Run(fmt.Sprintf("%dx%d-%s", size[0], size[1], name), func(t *testing.T) {
				tb := New(theme, columns(), sample())
				tb.SetSize(size[0], size[1])
				tb.SetSort("restarts", true)
				tb.SetMark("web-found-here", true)
				press(tb, "down")
				view := tb.View()
				modelstest.CheckView(t, view, size[0], size[1])
				if tb.View() != view {
					t.Error("drawing twice differs")
				}
				golden.RequireEqual(t, view)
			})
		}
	}
}

func TestEverySizeIsExact(t *testing.T) {
	for w := range 100 {
		for h := range 9 {
			tb := open(sample(), w, h)
			tb.SetEmpty("nothing here\nyet")
			press(tb, "down", "down")
			modelstest.CheckView(t, tb.View(), w, h)
			press(tb, "right", "right")
			modelstest.CheckView(t, tb.View(), w, h)
			tb.SetRows(pods{})
			modelstest.CheckView(t, tb.View(), w, h)
		}
	}
	New(themes.Theme{}, nil, pods{}).SetSize(-1, -5)
}

func TestColumnsAreDroppedByPriority(t *testing.T) {
	for w, want := range map[int]string{
		120: "name status restarts ip node", 44: "name status restarts ip node",
		38: "name status restarts node", 28: "name status restarts", 20: "name status", 12: "name", 3: "name",
	} {
		tb := open(many(3), w, 5)
		if got := strings.Join(tb.Columns(), " "); got != want {
			t.Errorf("width %d: %s, want %s", w, got, want)
		}
	}
}

func TestSelectionStaysOnItsRow(t *testing.T) {
	rows := many(100)
	tb := open(rows, 80, 11)
	press(tb, "pgdown", "down", "down")
	want, _ := tb.Selected()
	line := tb.Cursor() - tb.top

	slices.Reverse(rows)
	tb.Reload()
	if got, _ := tb.Selected(); got != want {
		t.Fatalf("after re-sorting %s is selected, want %s", got, want)
	}
	tb.SetRows(append(pods{{name: "new"}}, rows...))
	if got, _ := tb.Selected(); got != want {
		t.Fatalf("after a new row %s is selected, want %s", got, want)
	}
	if got := tb.Cursor() - tb.top; got != line {
		t.Errorf("the row moved from line %d to %d", line, got)
	}

	i := tb.Cursor()
	without := slices.DeleteFunc(append(pods{{name: "new"}}, rows...), func(p pod) bool { return p.name == want })
	tb.SetRows(without)
	if tb.Cursor() != i {
		t.Errorf("the row is gone: cursor %d, want its place %d", tb.Cursor(), i)
	}
	tb.SetRows(pods{})
	if _, ok := tb.Selected(); ok || tb.Cursor() != -1 {
		t.Error("something is selected among no rows")
	}
}

func TestTheFirstRowStaysSelectedUntilOneIsChosen(t *testing.T) {
	tb := open(many(5), 80, 10)
	tb.SetRows(append(pods{{name: "aaa"}}, many(5)...))
	if got, _ := tb.Selected(); got != "aaa" {
		t.Errorf("%s is selected", got)
	}
}

func TestMarks(t *testing.T) {
	rows := many(10)
	tb := open(rows, 80, 8)
	press(tb, "space", "down", "down", "V")
	shown, hidden := tb.Marked()
	if len(shown) != 4 || len(hidden) != 0 {
		t.Fatalf("marked %v, %v", shown, hidden)
	}
	tb.SetRows(rows[2:])
	shown, hidden = tb.Marked()
	if tb.Marks() != 4 || len(shown) != 2 || !slices.Equal(hidden, []string{rows[0].name, rows[1].name}) {
		t.Errorf("behind a filter: shown %v, hidden %v", shown, hidden)
	}
	tb.PruneMarks(func(key string) bool { return key != rows[0].name })
	if tb.IsMarked(rows[0].name) || tb.Marks() != 3 {
		t.Error("the mark of a dead row is kept")
	}
	press(tb, "U")
	if tb.Marks() != 0 || tb.HiddenMarks() != 0 {
		t.Error("marks are left")
	}
}

func TestMouse(t *testing.T) {
	tb := open(many(50), 80, 10)
	if !tb.Handle(tea.MouseClickMsg{X: 3, Y: 4, Button: tea.MouseLeft}) || tb.Cursor() != 3 {
		t.Errorf("click selected row %d", tb.Cursor())
	}
	tb.Update(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if tb.Cursor() != 6 {
		t.Errorf("wheel selected row %d", tb.Cursor())
	}
	header := strings.Split(ansi.Strip(tb.View()), "\n")[0]
	if id, ok := tb.HeaderAt(strings.Index(header, "RESTARTS"), 0); !ok || id != "restarts" {
		t.Errorf("click on RESTARTS hit %q", id)
	}
	if _, ok := tb.HeaderAt(3, 1); ok {
		t.Error("a row is taken for the header")
	}
	if _, ok := tb.RowAt(80, 3); ok {
		t.Error("a click outside hits a row")
	}
}

func TestScrollingSidewaysShowsEveryColumn(t *testing.T) {
	tb := open(many(20), 34, 6)
	press(tb, "right")
	if len(tb.Columns()) != 5 {
		t.Fatalf("columns %v", tb.Columns())
	}
	for range 20 {
		press(tb, "right")
	}
	modelstest.CheckView(t, tb.View(), 34, 6)
	if !strings.Contains(ansi.Strip(tb.View()), "node-3") {
		t.Errorf("the last column is not in view:\n%s", ansi.Strip(tb.View()))
	}
	for range 30 {
		press(tb, "left")
	}
	if tb.left != 0 || len(tb.Columns()) == 5 {
		t.Errorf("back at the left: offset %d, columns %v", tb.left, tb.Columns())
	}
}

func BenchmarkKey10k(b *testing.B) {
	tb := open(many(10000), 200, 50)
	down, up := tea.KeyPressMsg{Code: 'j', Text: "j"}, tea.KeyPressMsg{Code: 'k', Text: "k"}
	tb.SetCursor(5000)
	for b.Loop() {
		tb.Update(down)
		tb.View()
		tb.Update(up)
		tb.View()
	}
}

func BenchmarkPage10k(b *testing.B) {
	tb := open(many(10000), 200, 50)
	for b.Loop() {
		if tb.Cursor() == 9999 {
			tb.SetCursor(0)
		}
		tb.Update(tea.KeyPressMsg{Code: tea.KeyPgDown})
		tb.View()
	}
}

func BenchmarkReload10k(b *testing.B) {
	rows := many(10000)
	tb := open(rows, 200, 50)
	for b.Loop() {
		tb.Reload()
		tb.View()
	}
}

func TestMarkingAllAndTheInverse(t *testing.T) {
	tb := open(many(5), 80, 10)
	tb.SetMark("hidden", true)
	press(tb, "space", "%") // the first is marked; the others are
	if shown, hidden := tb.Marked(); len(shown) != 4 || len(hidden) != 1 || tb.HiddenMarks() != 1 || tb.IsMarked(tb.rows.Key(0)) {
		t.Errorf("marked are %v and %v", shown, hidden)
	}
	press(tb, "*")
	if shown, _ := tb.Marked(); len(shown) != 5 {
		t.Errorf("marked are %v", shown)
	}
	tb.SetRows(many(3))
	if n := tb.HiddenMarks(); n != 3 {
		t.Errorf("%d marks are hidden once two rows are gone", n)
	}
	press(tb, "U")
	if tb.Marks() != 0 || tb.HiddenMarks() != 0 {
		t.Errorf("%d are marked", tb.Marks())
	}
}

func TestClicksMark(t *testing.T) {
	tb := open(many(20), 80, 12)
	click := func(y int, mod tea.KeyMod) {
		tb.Update(tea.MouseClickMsg{X: 3, Y: y, Button: tea.MouseLeft, Mod: mod})
	}
	click(2, tea.ModCtrl)
	click(5, tea.ModShift)
	if shown, _ := tb.Marked(); len(shown) != 4 || tb.Cursor() != 4 {
		t.Errorf("marked are %v, the cursor is on %d", shown, tb.Cursor())
	}
	click(3, tea.ModAlt)
	if shown, _ := tb.Marked(); len(shown) != 3 {
		t.Errorf("marked are %v", shown)
	}
}

// Scrolled to the right, the columns up to the fixed one stay.
func TestFixedColumnsStay(t *testing.T) {
	cols := columns()
	cols[0].Fixed = true
	cols[0].Max = 20
	tb := New(themes.Theme{}, cols, many(3))
	tb.SetSize(50, 4)
	for range 3 {
		press(tb, "right")
		modelstest.CheckView(t, tb.View(), 50, 4)
		for _, line := range strings.Split(tb.View(), "\n")[1:] {
			if !strings.HasPrefix(line, " deployment-0") {
				t.Errorf("the name is scrolled away: %q", line)
			}
		}
	}
	if strings.Contains(tb.View(), "STATUS") {
		t.Errorf("nothing was scrolled:\n%s", tb.View())
	}
	if id, ok := tb.HeaderAt(2, 0); !ok || id != "name" {
		t.Errorf("the title over the fixed column is that of %q", id)
	}
	if id, ok := tb.HeaderAt(49, 0); !ok || id != "node" {
		t.Errorf("the last title is that of %q", id)
	}
}

func TestNamesLoseTheirMiddle(t *testing.T) {
	for _, tt := range []struct {
		text    string
		matches []themes.Span
		want    string
	}{
		{"web-7d4b9c6f5d-00001", nil, "web-7d…00001"},
		{"web-7d4b9c6f5d-00001", []themes.Span{{Start: 0, End: 3}, {Start: 15, End: 20}}, "[web]-7d…[00001]"},
		{"web-7d4b9c6f5d-00001", []themes.Span{{Start: 4, End: 16}}, "web-[7d]…[0]0001"},
		{"web-7d4b9c6f5d-00001", []themes.Span{{Start: 7, End: 12}}, "web-7d…00001"},
		{"short", []themes.Span{{Start: 0, End: 5}}, "[short]"},
		{"日本語のとても長い名前です", nil, "日本語のとても長い名前です"},
	} {
		cell := withoutMiddle(Cell{Text: tt.text, Matches: tt.matches}, 12)
		got := cell.Text
		for _, m := range slices.Backward(cell.Matches) {
			got = got[:m.Start] + "[" + got[m.Start:m.End] + "]" + got[m.End:]
		}
		if got != tt.want {
			t.Errorf("%s with %v is %s, want %s", tt.text, tt.matches, got, tt.want)
		}
	}
}
