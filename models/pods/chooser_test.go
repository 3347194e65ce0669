package pods

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"podium/models"
	"podium/models/modelstest"
)

// titles are the titles over the list.
func titles(m *Model) string {
	head, _, _ := strings.Cut(modelstest.Strip(m.View()), "\n")
	return strings.Join(strings.Fields(head), " ")
}

// over is the dialog over its list: keys are the dialog's, answers reach both.
type over struct {
	m  *Model
	ch *Chooser
}

func (o over) Update(msg tea.Msg) tea.Cmd {
	if _, ok := msg.(tea.KeyPressMsg); ok {
		return o.ch.Update(msg)
	}
	return tea.Batch(o.m.Update(msg), o.ch.Update(msg))
}

func TestColumnsAreChosenAndPutInOrder(t *testing.T) {
	c := modelstest.NewClient(labelled()...)
	m, b, d := open(t, c, 80, 24)
	d.Until("the list", listed(m)).Press("C")
	if fmt.Sprint(b.Wishes) != fmt.Sprint([]any{models.ColumnsMsg{}}) {
		t.Fatalf("C wishes for %v", b.Wishes)
	}
	ch := m.Chooser()
	ch.SetSize(60, 12)
	dd := modelstest.NewDriver(t, over{m, ch}, ch.View)
	dd.Run(ch.Init())
	golden.RequireEqual(t, ch.View())
	dd.Until("the labels", func() bool { return len(ch.labels) > 0 })

	for _, step := range []struct{ keys, want string }{
		{"space", "NAME↑ READY STATUS RESTARTS AGE"},      // the namespace is no matter of one namespace
		{"down space", "NAME↑ READY STATUS RESTARTS AGE"}, // the name stays
		{"j space", "NAME↑ STATUS RESTARTS AGE"},          // READY: wide only
		{"space space", "NAME↑ READY STATUS RESTARTS AGE"},
		{"J J", "NAME↑ STATUS RESTARTS READY AGE"},
		{"K", "NAME↑ STATUS READY RESTARTS AGE"},
	} {
		dd.Press(step.keys)
		if got := titles(m); got != step.want {
			t.Errorf("after %q the list has %s, want %s", step.keys, got, step.want)
		}
	}
	dd.Press("a").Type("ti").Sees("tier").Press("tab enter")
	if got := titles(m); got != "NAME↑ STATUS READY RESTARTS AGE TIER" {
		t.Errorf("with a label the list has %s", got)
	}
	d.Sees("front", "back")
	if m.sortBy("label:tier"); m.rows.order[3].row.Name != "web-1" {
		t.Errorf("sorted by the label the last is %s", m.rows.order[3].row.Name)
	}
	dd.Press("a").Type("not a key").Press("enter").Sees("no label's key").Press("esc")
	want := "namespace:wide,name,status,ready,restarts,age,label:tier,ip:wide,node:wide,image:wide"
	dd.Until("the layout written", func() bool {
		lines, err := b.Store.History("columns")
		return err == nil && len(lines) > 0 && lines[len(lines)-1] == want+" "+defaultLayout().String()
	})

	// The next start has them.
	again := New(b.Env)
	d2 := modelstest.Drive(t, again, 80, 24)
	defer again.Close()
	d2.Until("the columns", func() bool { return titles(again) == "NAME↑ STATUS READY RESTARTS AGE TIER" })

	dd.Press("x")
	if got := titles(m); got != "NAME↑ STATUS READY RESTARTS AGE" {
		t.Errorf("without the label the list has %s", got)
	}
	dd.Press("r")
	if got := titles(m); got != "NAME↑ READY STATUS RESTARTS AGE" {
		t.Errorf("reset the list has %s", got)
	}
	b.Wishes = nil
	dd.Press("esc")
	if fmt.Sprint(b.Wishes) != fmt.Sprint([]any{models.BackMsg{From: ch}}) {
		t.Errorf("esc wishes for %v", b.Wishes)
	}
}

func TestColumnsAreChosenByTheMouse(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(labelled()...), 80, 24)
	d.Until("the list", listed(m))
	ch := m.Chooser()
	dd := modelstest.Drive(t, ch, 60, 12)
	dd.Send(tea.MouseClickMsg{X: 1, Y: 2, Button: tea.MouseLeft}) // the sign of READY
	if got := titles(m); got != "NAME↑ STATUS RESTARTS AGE" {
		t.Errorf("the list has %s", got)
	}
	dd.Send(tea.MouseClickMsg{X: 10, Y: 3, Button: tea.MouseLeft})
	if ch.at != 3 || titles(m) != "NAME↑ STATUS RESTARTS AGE" {
		t.Errorf("a click beside the sign selects: at %d, %s", ch.at, titles(m))
	}
	dd.Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown})
	if ch.at != 4 {
		t.Errorf("the wheel goes to %d", ch.at)
	}
}

func TestTheChooserFillsEverySize(t *testing.T) {
	m, _, d := open(t, modelstest.NewClient(labelled()...), 80, 24)
	d.Until("the list", listed(m))
	ch := m.Chooser()
	for _, size := range modelstest.Sizes {
		dd := modelstest.Drive(t, ch, size[0], size[1])
		for _, keys := range []string{"j j j j j j j j", "space J", "a", "t e", "down down", "esc"} {
			dd.Press(keys)
			modelstest.CheckView(t, ch.View(), size[0], size[1])
		}
	}
}

func TestLayouts(t *testing.T) {
	for _, text := range []string{"name", "age,name,label:app/x:wide,ip:wide", defaultLayout().String()} {
		l, err := parseLayout(strings.Split(text, ","))
		if err != nil || l.String() != text {
			t.Errorf("%q: %q, %v", text, l.String(), err)
		}
	}
	for text, want := range map[string]string{
		"name,colour": `no column "colour"`, "age": "name is missing", "name,age,age": "named twice", "name,label:": "no column",
		strings.Repeat("name,", 60): "at most",
	} {
		if _, err := parseLayout(strings.Split(text, ",")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

func TestColumnsAreConfigured(t *testing.T) {
	b := modelstest.NewBench(modelstest.NewClient(labelled()...))
	b.Env.Settings.ListColumns = []string{"age", "name", "label:app", "ip:wide"}
	b.Env.Settings.ListSort = "age"
	open := func() (*Model, *modelstest.Driver) {
		m := New(b.Env)
		d := modelstest.Drive(t, m, 80, 24)
		t.Cleanup(m.Close)
		d.Until("the list", listed(m))
		return m, d
	}
	m, d := open()
	if got := titles(m); got != "AGE↑ NAME APP" {
		t.Errorf("the list has %s", got)
	}
	d.Press("w")
	if got := titles(m); got != "AGE↑ NAME APP IP" {
		t.Errorf("wide, the list has %s", got)
	}
	// What is chosen holds at the next start, until something else is configured.
	m.Chooser()
	d.Run(m.setLayout(layout{{colName, always}, {colAge, always}}))
	d.Until("it to be written", func() bool { return !m.writes.busy })
	again, d2 := open()
	d2.Until("what was chosen", func() bool { return titles(again) == "NAME AGE↑" })
	b.Env.Settings.ListColumns = []string{"name", "status"}
	third, d3 := open()
	d3.Until("the history read", func() bool { return titles(third) == "NAME STATUS AGE↑" })

	// While it runs, what is configured anew holds at once.
	before := b.Env.Settings
	b.Env.Settings.ListColumns = []string{"name", "nonsense"}
	b.Env.Settings.ListSort = "status"
	d3.Send(models.SettingsMsg{Before: before})
	if got := titles(third); got != "NAME READY STATUS↑ RESTARTS AGE" {
		t.Errorf("after a wrong configuration the list has %s", got)
	}
	if !strings.Contains(fmt.Sprint(b.Wishes), `no column "nonsense"`) {
		t.Errorf("nothing says what is wrong: %v", b.Wishes)
	}
}
