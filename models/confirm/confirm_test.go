package confirm

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"
	"go.uber.org/goleak"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func rows(names ...string) []api.PodRow {
	var out []api.PodRow
	for i, n := range names {
		r := api.PodRow{Namespace: "default", Name: n, UID: "u" + n}
		if i%2 == 1 {
			r.Owner = "ReplicaSet/x"
		}
		out = append(out, r)
	}
	return out
}

// open makes a delete dialog that already listens.
func open(t *testing.T, c *modelstest.Client, ask models.DeleteMsg, sessions ...string) (*Delete, *modelstest.Bench, *modelstest.Driver) {
	b := modelstest.NewBench(c)
	d := NewDelete(b.Env, ask, sessions, "z")
	d.undo = 0
	drv := modelstest.Drive(t, d, 70, 14)
	b.Step(time.Second)
	t.Cleanup(d.Close)
	return d, b, drv
}

func last(b *modelstest.Bench) any {
	if len(b.Wishes) == 0 {
		return nil
	}
	return b.Wishes[len(b.Wishes)-1]
}

// wished is the last wish of a type.
func wished[T any](b *modelstest.Bench) (T, bool) {
	for _, w := range slices.Backward(b.Wishes) {
		if t, ok := w.(T); ok {
			return t, true
		}
	}
	var none T
	return none, false
}

func TestDeleteViews(t *testing.T) {
	ask := models.DeleteMsg{Rows: rows("web-1", "web-2"), Hidden: rows("db-1")}
	for _, size := range modelstest.Sizes[:4] {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			b := modelstest.NewBench(modelstest.NewClient())
			d := NewDelete(b.Env, ask, []string{"shell in web-1/main"}, "z")
			cols, lines := d.WantSize(size[0], size[1])
			d.SetSize(cols, lines)
			modelstest.CheckView(t, d.View(), cols, lines)
			golden.RequireEqual(t, d.View())
		})
	}
}

// TestDeleteFailedViews are the dialog when some were not deleted.
func TestDeleteFailedViews(t *testing.T) {
	for _, size := range modelstest.Sizes[:4] {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			c := modelstest.NewClient()
			c.OnDelete = func(_, name string, _ api.DeleteOptions) error {
				if name == "ok" {
					return nil
				}
				return errors.New("DELETE /api/v1/namespaces/default/pods/" + name + ": pods is forbidden: User \"ann\" cannot delete resource \"pods\"")
			}
			d, b, drv := open(t, c, models.DeleteMsg{Rows: rows("ok", "bad-1", "bad-2")})
			drv.Press("y").Until("the end", func() bool { _, ok := last(b).(FailedMsg); return ok })
			cols, lines := d.WantSize(size[0], size[1])
			d.SetSize(cols, lines)
			modelstest.CheckView(t, d.View(), cols, lines)
			golden.RequireEqual(t, d.View())
		})
	}
}

func TestDialogsFillEverySizeAndDrawNothingHarmful(t *testing.T) {
	ask := models.DeleteMsg{Hidden: rows(modelstest.Hostile...)}
	text := strings.Join(modelstest.Hostile, "\n")
	b := modelstest.NewBench(modelstest.NewClient())
	dialogs := []models.Screen{
		NewDelete(b.Env, ask, modelstest.Hostile, "z"),
		NewQuestion(b.Env, models.ConfirmMsg{Title: text, Question: text, Yes: text}),
	}
	for _, size := range modelstest.Sizes {
		for _, d := range dialogs {
			d.SetSize(size[0], size[1])
			modelstest.CheckView(t, d.View(), size[0], size[1])
			modelstest.CheckView(t, d.(models.Titled).Title(), 0, 0)
		}
	}
}

func TestKeysTypedAheadAreSwallowed(t *testing.T) {
	c := modelstest.NewClient()
	b := modelstest.NewBench(c)
	d := NewDelete(b.Env, models.DeleteMsg{Rows: rows("web")}, nil, "z")
	q := NewQuestion(b.Env, models.ConfirmMsg{Question: "Sure?"})
	for range 3 {
		for _, s := range []models.Screen{d, q} {
			modelstest.Drive(t, s, 60, 10).Press("y enter tab enter esc")
		}
		b.Step(Quiet / 4)
	}
	if len(b.Wishes) > 0 || len(c.Calls()) > 0 {
		t.Fatalf("within the first moments: wishes %v, calls %v", b.Wishes, c.Calls())
	}
	b.Step(Quiet / 4)
	modelstest.Drive(t, q, 60, 10).Press("y")
	if a, ok := last(b).(AnswerMsg); !ok || !a.Yes {
		t.Errorf("afterwards y wished %v", last(b))
	}
}

func TestDeleting(t *testing.T) {
	tests := []struct{ keys, calls string }{
		{"y", "delete default/web grace=own"},
		{"g 5 enter y", "delete default/web grace=5"},
		{"g 1 2 backspace enter y", "delete default/web grace=1"},
		{"g 5 esc y", "delete default/web grace=own"},
		{"f y", "delete default/web grace=0"},
		{"f f y", "delete default/web grace=own"},
		{"f g 9 enter y", "delete default/web grace=9"},
		{"tab enter", "delete default/web grace=own"},
		{"left enter", "delete default/web grace=own"},
		{"enter", ""}, // the focus is on Cancel
		{"tab tab enter", ""},
		{"esc", ""},
		{"n", ""},
		{"x j k", ""},
	}
	for _, tt := range tests {
		t.Run(tt.keys, func(t *testing.T) {
			c := modelstest.NewClient()
			_, b, d := open(t, c, models.DeleteMsg{Rows: rows("web")})
			d.Press(tt.keys)
			if tt.calls == "" {
				if len(c.Calls()) > 0 {
					t.Errorf("called %v", c.Calls())
				}
				return
			}
			d.Until("the end", func() bool { _, ok := last(b).(models.BackMsg); return ok })
			if got := strings.Join(c.Calls(), "; "); got != "get default/web; "+tt.calls {
				t.Errorf("called %q, want the get and %q", got, tt.calls)
			}
			if g, ok := wished[models.PodsGoneMsg](b); !ok || g.Refs[0].Name != "web" {
				t.Errorf("wished %v", b.Wishes)
			}
			if e, ok := wished[models.JournalMsg](b); !ok || e.Entry.Target != "default/web" || e.Entry.Failed {
				t.Errorf("wished %v", b.Wishes)
			}
		})
	}
}

func TestFailuresStayAndCanBeTriedAgain(t *testing.T) {
	c := modelstest.NewClient()
	healed := false
	c.OnDelete = func(_, name string, o api.DeleteOptions) error {
		switch {
		case o.UID != "u"+name:
			return errors.New("the UID was not sent")
		case name == "gone":
			return apierrors.NewNotFound(schema.GroupResource{Resource: "pods"}, name)
		case name == "bad" && !healed:
			return errors.New("delete default/bad: forbidden")
		}
		return nil
	}
	d, b, drv := open(t, c, models.DeleteMsg{Rows: rows("ok", "bad", "gone")})
	drv.Press("y").Sees("forbidden", "Retry", "accepted")
	modelstest.CheckView(t, d.View(), 70, 14)
	if g, ok := wished[models.PodsGoneMsg](b); !ok || len(g.Refs) != 2 {
		t.Errorf("wished %v", b.Wishes)
	}
	if n, ok := wished[models.NoticeMsg](b); !ok || n.Level != models.LevelError {
		t.Errorf("wished %v", b.Wishes)
	}
	if f, ok := last(b).(FailedMsg); !ok || f.From != d {
		t.Errorf("wished last %v", last(b))
	}
	if e, ok := wished[models.JournalMsg](b); !ok || !e.Entry.Failed && e.Entry.Result == "" {
		t.Errorf("wished %v", b.Wishes)
	}
	healed = true
	drv.Press("r").Until("the end", func() bool { _, ok := last(b).(models.BackMsg); return ok })
	if n := c.Called("delete default/ok"); n != 1 {
		t.Errorf("ok was deleted %d times", n)
	}
}

func TestManyAreDeletedAFewAtATime(t *testing.T) {
	var names []string
	for i := range 40 {
		names = append(names, fmt.Sprint("pod-", i))
	}
	c := modelstest.NewClient()
	busy, most := make(chan struct{}, 100), 0
	release := make(chan struct{})
	c.OnDelete = func(string, string, api.DeleteOptions) error {
		busy <- struct{}{}
		<-release
		<-busy
		return nil
	}
	_, b, drv := open(t, c, models.DeleteMsg{Rows: rows(names...)})
	drv.Press("y").Until("eight under way", func() bool { most = max(most, len(busy)); return most == 8 }).Sees("Deleting 0/40", "to")
	close(release)
	drv.Until("the end", func() bool { most = max(most, len(busy)); _, ok := last(b).(models.BackMsg); return ok })
	if most > 8 || c.Called("delete") != 40 {
		t.Errorf("%d at once, %d in all", most, c.Called("delete"))
	}
}

func TestStoppingADelete(t *testing.T) {
	c := modelstest.NewClient()
	stuck := make(chan struct{})
	c.OnDelete = func(string, string, api.DeleteOptions) error { <-stuck; return errors.New("given up") }
	d, _, drv := open(t, c, models.DeleteMsg{Rows: rows("web")})
	drv.Press("y").Sees("esc stops")
	if _, ok := d.Cancel(); !ok {
		t.Error("ctrl-c does not stop it")
	}
	close(stuck)
	drv.Sees("given up")
	if _, ok := d.Cancel(); ok {
		t.Error("ctrl-c stops what is over")
	}
}

func TestManyNamesScroll(t *testing.T) {
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprintf("pod-%02d", i))
	}
	_, _, drv := open(t, modelstest.NewClient(), models.DeleteMsg{Rows: rows(names...)})
	drv.Sees("pod-00", "1 to ", "of 30").Misses("pod-29")
	drv.Press(strings.Repeat("j ", 40)).Sees("pod-29", "30 of 30").Press("k").Misses("pod-29")
}

func TestQuestion(t *testing.T) {
	tests := []struct {
		keys string
		yes  bool
	}{{"y", true}, {"enter", false}, {"tab enter", true}, {"esc", false}, {"n", false}, {"right left enter", false}}
	for _, tt := range tests {
		b := modelstest.NewBench(modelstest.NewClient())
		q := NewQuestion(b.Env, models.ConfirmMsg{Title: "Sure?", Question: "It ends.", Yes: "End it", Do: "done"})
		d := modelstest.Drive(t, q, 40, 6)
		b.Step(Quiet)
		d.Press(tt.keys)
		a, ok := last(b).(AnswerMsg)
		if !ok || a.Yes != tt.yes || a.Do != "done" || a.From != models.Screen(q) {
			t.Errorf("%s wished %v", tt.keys, b.Wishes)
		}
	}
}

func TestClickingAButton(t *testing.T) {
	b := modelstest.NewBench(modelstest.NewClient())
	q := NewQuestion(b.Env, models.ConfirmMsg{Question: "It ends.", Yes: "End"})
	d := modelstest.Drive(t, q, 40, 4)
	d.Send(tea.MouseClickMsg{X: q.spans[1][0] + 1, Y: 3, Button: tea.MouseLeft})
	if len(b.Wishes) > 0 {
		t.Fatalf("a click at once wished %v", b.Wishes)
	}
	b.Step(Quiet)
	d.Send(tea.MouseClickMsg{X: q.spans[1][0] + 1, Y: 3, Button: tea.MouseLeft})
	if a, ok := last(b).(AnswerMsg); !ok || !a.Yes {
		t.Errorf("a click wished %v", b.Wishes)
	}
}

// BenchmarkDeleteMany is what the dialog costs for the deletion of ten thousand
// pods, the server's part left out.
func BenchmarkDeleteMany(b *testing.B) {
	var names []string
	for i := range 10_000 {
		names = append(names, fmt.Sprintf("pod-%05d", i))
	}
	bench := modelstest.NewBench(modelstest.NewClient())
	for b.Loop() {
		bench.Wishes = nil
		d := NewDelete(bench.Env, models.DeleteMsg{Rows: rows(names...)}, nil, "z")
		d.SetSize(70, 20)
		d.send()
		for i := range d.targets {
			d.Update(deletedMsg{Answer: models.To(d), try: d.try, index: i, more: b.Context()})
		}
		if d.phase != over {
			b.Fatal("it is not over")
		}
	}
}
