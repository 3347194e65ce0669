package pods

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"podium/api"
	"podium/models/modelstest"
)

// labelled are pods with labels.
func labelled() []api.PodRow {
	rows := sample()
	rows[0].Labels, rows[1].Labels = "app=web,tier=front", "app=api,tier=back"
	rows[2].Labels, rows[2].Node = "app=db,release=2026.1", "node-2"
	return rows
}

func (m *Model) typedLine() string { return m.edit.line.Value() }

func TestCompletion(t *testing.T) {
	tests := []struct {
		typed, keys, want string
	}{
		{"sta", "tab", "status="},
		{"status=C", "tab", "status=C"}, // Completed, CrashLoopBackOff
		{"status=C", "tab tab", "status=Completed"},
		{"status=C", "tab tab tab", "status=CrashLoopBackOff"},
		{"status=C", "tab tab tab tab", "status=C"},
		{"status=C", "tab shift+tab", "status=CrashLoopBackOff"},
		{"status=C", "tab down down up", "status=Completed"},
		{"status=cr", "tab", "status=CrashLoopBackOff"},
		{"node=", "tab tab tab", "node=node-2"},
		{"!node=node-2", "tab", "!node=node-2"},
		{"we", "tab", "web-1"},
		{"!we", "tab", "!web-1"},
		{"-", "tab tab", "-l "},
		{"-l a", "tab", "-l app="},
		{"-l app=w", "tab", "-l app=web"},
		{"-l app=web,ti", "tab", "-l app=web,tier="},
		{"-l app n", "tab", "-l app notin ("},
		{"-l app in (web,a", "tab", "-l app in (web,api"},
		{"web -l release=", "tab", "web -l release=2026.1"},
		{"zzz", "tab", "zzz"},
	}
	for _, tt := range tests {
		m, _, d := open(t, modelstest.NewClient(labelled()...), 80, 24)
		d.Until("the list", listed(m)).Press("/").Type(tt.typed)
		for _, k := range strings.Fields(tt.keys) {
			d.Press(k)
			d.Until("the values", func() bool { return m.edit.values.place == "" || m.edit.values.known })
		}
		if got := m.typedLine(); got != tt.want {
			t.Errorf("%q, %s: %q, want %q", tt.typed, tt.keys, got, tt.want)
		}
		m.Close()
	}
}

func TestTheMenuOfCompletions(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(labelled()...), 80, 24)
	d.Until("the list", listed(m)).Press("/").Type("-l app=")
	d.Sees("   api", "   db", "   web")
	d.Press("tab tab").Sees("-l app=api", "1 of 4").Misses("web-1")
	modelstest.CheckView(t, m.View(), 80, 24)
	golden.RequireEqual(t, m.View())
	d.Press("esc") // of the menu only
	if !m.typing || m.edit.menu.open {
		t.Errorf("typing %v, menu %v", m.typing, m.edit.menu.open)
	}
	d.Press("esc").Sees("web-1")
	if m.typing {
		t.Error("esc did not end the typing")
	}
}

func TestTheHistoryOfFilters(t *testing.T) {
	c := modelstest.NewClient(labelled()...)
	m, b, d := open(t, c, 80, 24)
	d.Until("the list", listed(m))
	for _, f := range []string{"web", "status=pending", "web"} {
		d.Press("/").Type(f).Press("enter esc")
	}
	d.Press("/").Type("dra").Press("up")
	if m.typedLine() != "web" {
		t.Errorf("up gives %q", m.typedLine())
	}
	d.Sees("1 of 4").Press("up up up up")
	if m.typedLine() != "web" && m.typedLine() != "status=pending" {
		t.Errorf("up gives %q", m.typedLine())
	}
	d.Press("down down down down")
	if m.typedLine() != "dra" {
		t.Errorf("behind the last stands %q", m.typedLine())
	}
	d.Until("the history written", func() bool {
		lines, err := b.Store.History("filter test")
		return err == nil && len(lines) == 3
	})

	// The next start knows it.
	again := New(b.Env)
	d2 := modelstest.Drive(t, again, 80, 24)
	defer again.Close()
	d2.Until("the list", listed(again)).Press("/")
	d2.Until("the history", func() bool { return len(again.edit.past) > 0 })
	if got := fmt.Sprint(again.edit.past); got != "[status=pending web]" {
		t.Errorf("remembered are %s", got)
	}
	d2.Press("up").Sees("web-1", "1 of 4")
}

func TestWhatIsWrongIsMarked(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m)).Press("/").Type("web restarts>x")
	d.Sees("needs a number")
	golden.RequireEqual(t, m.View())
	modelstest.CheckViews(t, m)
}

// Where many rows are to be looked at, what is typed is echoed first and the
// rows follow; what was typed over is dropped.
func TestManyRowsAreSiftedBesideTheLoop(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(many(atOnce+100)...), 80, 24)
	d.Until("the list", listed(m)).Press("/")
	all := len(m.rows.order)
	d.Type("^service-7-.*1c4$|x")
	if m.sieve == nil || len(m.rows.order) != all {
		t.Fatalf("the expression was sifted in Update: %d rows", len(m.rows.order))
	}
	if !strings.Contains(modelstest.Strip(m.View()), "^service-7-.*1c4$|x") {
		t.Errorf("what is typed is not shown:\n%s", modelstest.Strip(m.View()))
	}
	for range 2 {
		d.Send(modelstest.Key("backspace"))
	}
	d.Until("the rows", func() bool { return m.sieve == nil })
	var want int
	for _, e := range m.rows.sorted {
		if strings.HasPrefix(e.row.Name, "service-7-") && strings.HasSuffix(e.row.Name, "1c4") {
			want++
		}
	}
	if len(m.rows.order) != want || m.rows.filter.text != "^service-7-.*1c4$" {
		t.Errorf("%q leaves %d rows, want %d", m.rows.filter.text, len(m.rows.order), want)
	}
	// esc while it runs: the answer comes too late.
	d.Type(".*").Press("esc")
	if m.rows.filter != nil || m.sieve != nil || len(m.rows.order) != all {
		t.Errorf("after esc %d rows are left, filter %v", len(m.rows.order), m.rows.filter)
	}
	// enter while it runs: it is kept.
	d.Press("/").Type("[s]ervice-8-").Press("enter")
	d.Until("the rows", func() bool { return m.sieve == nil })
	if m.typing || len(m.rows.order) == all || !strings.Contains(modelstest.Strip(m.View()), "/[s]ervice-8-") {
		t.Errorf("after enter %d rows are left", len(m.rows.order))
	}
}

func TestAClickOnTheFilterChangesIt(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m)).Press("/").Type("web").Press("enter")
	d.Send(tea.MouseClickMsg{X: 4, Y: 23, Button: tea.MouseLeft})
	if !m.typing || m.typedLine() != "web " {
		t.Errorf("typing %v, %q", m.typing, m.typedLine())
	}
}

// Half a requirement has no pod: the rows stay until there is a whole one.
func TestHalfASelectorLeavesTheRows(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(labelled()...), 80, 24)
	d.Until("the list", listed(m)).Press("/")
	for _, step := range []struct {
		typed string
		shown int
	}{
		{"-l ", 4}, {"ti", 4}, {"er=", 4}, {"fron", 4}, {"t", 1}, {",", 1}, {"app=", 1}, {"api", 0}, {"x", 1},
	} {
		d.Type(step.typed)
		d.Until("the values", func() bool { return m.edit.values.known })
		if n := len(m.rows.order); n != step.shown {
			t.Errorf("%q leaves %d pods, want %d", m.typedLine(), n, step.shown)
		}
	}
	d.Press("enter").Sees("/-l tier=front,app=apix", "0 of 4")
}

func TestOnlyWhatIsNotHealthy(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(sample()...), 80, 24)
	d.Until("the list", listed(m)).Press("F").Sees("/healthy=no", "2 of 4", "api-1", "db-1").Misses("web-1")
	d.Press("F").Sees("web-1").Misses("healthy")
	d.Press("/").Type("-1 !db").Press("enter F").Sees("/healthy=no -1 !db", "1 of 4")
	d.Press("F").Sees("/-1 !db", "3 of 4")
}
