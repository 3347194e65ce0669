package confirm

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"podium/api"
	"podium/models"
	"podium/models/modelstest"
)

const webJSON = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"uweb","labels":{"app":"web"}},` +
	`"spec":{"nodeName":"n1","containers":[{"name":"main","image":"nginx:1.27"}]},"status":{"phase":"Running"}}`

// sayYes opens a dialog and says yes.
func sayYes(t *testing.T, c *modelstest.Client, rows ...api.PodRow) (*Delete, *modelstest.Bench, *modelstest.Driver) {
	b := modelstest.NewBench(c)
	d := NewDelete(b.Env, models.DeleteMsg{Rows: rows}, nil, "z")
	drv := modelstest.Drive(t, d, 70, 14)
	t.Cleanup(d.Close)
	b.Step(time.Second)
	drv.Press("y").Until("the countdown", func() bool { return d.phase == counting })
	return d, b, drv
}

func TestNothingIsSentWhileItCanBeUndone(t *testing.T) {
	c := modelstest.NewClient()
	d, b, drv := sayYes(t, c, rows("web", "db")...)
	if a, ok := last(b).(AsideMsg); !ok || a.From != d {
		t.Fatalf("y wished %v", b.Wishes)
	}
	doomed, ok := wished[models.DoomedMsg](b)
	if !ok || len(doomed.Refs) != 2 || !doomed.At.Equal(b.Now().Add(b.Env.Settings.UndoWindow)) {
		t.Errorf("doomed %v", doomed)
	}
	for left := 5; left > 0; left-- {
		if text, undo := d.Working(); !undo || text != fmt.Sprintf("2 pods go in %d s", left) {
			t.Errorf("working %q, %v", text, undo)
		}
		drv.Send(b.Step(time.Second))
		if left > 1 && len(c.Calls()) > 0 {
			t.Fatalf("%d s before the end: %v", left-1, c.Calls())
		}
	}
	drv.Until("the end", func() bool { _, ok := last(b).(models.BackMsg); return ok })
	if c.Called("delete") != 2 {
		t.Errorf("called %v", c.Calls())
	}
	if d.Undo() {
		t.Error("undone too late")
	}
}

func TestUndo(t *testing.T) {
	c := modelstest.NewClient()
	d, b, drv := sayYes(t, c, rows("web")...)
	if !strings.Contains(d.Ends(), "web") || !d.Dooms(rows("web")[0].Ref()) {
		t.Errorf("ends %q", d.Ends())
	}
	if !d.Undo() {
		t.Fatal("not undone")
	}
	if m, ok := wished[models.DoomedMsg](b); !ok || !m.At.IsZero() {
		t.Errorf("doomed %v", m)
	}
	if back, ok := last(b).(models.BackMsg); !ok || back.From != models.Screen(d) {
		t.Errorf("wished %v", b.Wishes)
	}
	drv.Send(b.Step(time.Minute))
	if len(c.Calls()) > 0 || d.Ends() != "" {
		t.Errorf("called %v, ends %q", c.Calls(), d.Ends())
	}
}

func TestADeletionStaysWithItsEndpoint(t *testing.T) {
	first, second := modelstest.NewClient(), modelstest.NewClient()
	_, b, drv := sayYes(t, first, rows("web")...)
	b.Env.Client, b.Env.Endpoint = second, "elsewhere"
	drv.Send(b.Step(time.Minute))
	drv.Until("the end", func() bool { _, ok := last(b).(models.BackMsg); return ok })
	if first.Called("delete") != 1 || len(second.Calls()) > 0 {
		t.Errorf("called %v and %v", first.Calls(), second.Calls())
	}
	if e, _ := wished[models.JournalMsg](b); e.Entry.Endpoint != "test" {
		t.Errorf("journal %v", e)
	}
}

func TestDeletedPodsAreKeptAndMadeAnew(t *testing.T) {
	c := modelstest.NewClient()
	c.SetObject(webJSON, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default", UID: types.UID("uweb")}})
	c.SetObject(`{"metadata":{"name":"owned"}}`, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "owned", Namespace: "default", UID: types.UID("uowned")}})
	c.SetObject(`{"metadata":{"name":"other"}}`, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "other", Namespace: "default", UID: types.UID("a new one")}})
	_, b, drv := sayYes(t, c, rows("web", "owned", "other")...)
	drv.Send(b.Step(time.Minute))
	drv.Until("the end", func() bool { _, ok := last(b).(models.BackMsg); return ok })
	if n, _ := wished[models.NoticeMsg](b); !strings.Contains(n.Text, "z makes them anew") {
		t.Errorf("notice %q", n.Text)
	}
	kept, err := b.Store.DeletedPods()
	if err != nil || len(kept) != 2 {
		t.Fatalf("kept %v, %v", kept, err)
	}
	r, err := Recreate(b.Store, "test", nil)
	if err != nil || len(r.Names) != 1 || len(r.Owned) != 1 || !strings.Contains(r.Owned[0], "ReplicaSet/x") {
		t.Fatalf("recreation %+v, %v", r, err)
	}
	for _, want := range []string{"# web as it was", "name: web", "app: web", "image: nginx:1.27"} {
		if !strings.Contains(r.Text, want) {
			t.Errorf("%q is not in\n%s", want, r.Text)
		}
	}
	for _, not := range []string{"uid", "status", "nodeName"} {
		if strings.Contains(r.Text, not+":") {
			t.Errorf("%q is in\n%s", not, r.Text)
		}
	}
	for _, r := range []Recreation{must(Recreate(b.Store, "test", []string{r.Batch})), must(Recreate(b.Store, "elsewhere", nil))} {
		if r.Batch != "" {
			t.Errorf("found %+v", r)
		}
	}
}

func TestWhatWasNotDeletedIsNotMadeAnew(t *testing.T) {
	c := modelstest.NewClient()
	for _, name := range []string{"web", "slow"} {
		c.SetObject(webJSON, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID("u" + name)}})
	}
	c.OnDelete = func(_, name string, _ api.DeleteOptions) error {
		if name == "slow" {
			return errors.New("the answer did not come in time") // it may be deleted
		}
		return apierrors.NewForbidden(schema.GroupResource{Resource: "pods"}, name, errors.New("no"))
	}
	_, b, drv := open(t, c, models.DeleteMsg{Rows: rows("web")})
	drv.Press("y").Sees("forbidden")
	if r, err := Recreate(b.Store, "test", nil); err != nil || r.Batch != "" {
		t.Errorf("found %+v, %v", r, err)
	}
	b.Step(time.Second)
	d := NewDelete(b.Env, models.DeleteMsg{Rows: rows("slow", "web")}, nil, "z")
	d.undo = 0
	t.Cleanup(d.Close)
	drv = modelstest.Drive(t, d, 70, 14)
	b.Step(time.Second)
	drv.Press("y").Sees("forbidden", "in time")
	if r, err := Recreate(b.Store, "test", nil); err != nil || len(r.Names) != 1 || r.Names[0] != "slow" {
		t.Errorf("found %+v, %v", r, err)
	}
}

func must(r Recreation, err error) Recreation {
	if err != nil {
		panic(err)
	}
	return r
}

func TestAPodThatCannotBeKeptIsDeletedAllTheSame(t *testing.T) {
	c := modelstest.NewClient()
	c.OnGet = func(string, string) (api.PodObject, error) { return api.PodObject{}, errors.New("too slow") }
	_, b, drv := sayYes(t, c, rows("web")...)
	drv.Send(b.Step(time.Minute))
	drv.Until("the end", func() bool { _, ok := last(b).(models.BackMsg); return ok })
	warned := false
	for _, w := range b.Wishes {
		n, ok := w.(models.NoticeMsg)
		warned = warned || ok && n.Quiet && strings.Contains(n.Text, "too slow")
	}
	if c.Called("delete") != 1 || !warned {
		t.Errorf("called %v, wished %v", c.Calls(), b.Wishes)
	}
}

func TestNothingIsTriedAgainReadOnly(t *testing.T) {
	c := modelstest.NewClient()
	c.OnDelete = func(string, string, api.DeleteOptions) error { return errors.New("too slow") }
	_, b, drv := open(t, c, models.DeleteMsg{Rows: rows("web")})
	drv.Press("y").Sees("too slow")
	b.Env.ReadOnly = true
	drv.Press("r")
	if n, _ := wished[models.NoticeMsg](b); c.Called("delete") != 1 || !strings.Contains(n.Text, "read-only") {
		t.Errorf("called %v, told %q", c.Calls(), n.Text)
	}
	b.Env.ReadOnly = false
	drv.Press("r").Until("another try", func() bool { return c.Called("delete") == 2 })
}

// TestTheNextStartIsTold: from before the countdown on, of what is true at each
// moment.
func TestTheNextStartIsTold(t *testing.T) {
	told := func(b *modelstest.Bench, text string) {
		t.Helper()
		words, err := b.Store.TakeWords()
		if err != nil || len(words) != 1 || !strings.Contains(words[0], text) {
			t.Errorf("left are %q, %v", words, err)
		}
	}
	b := modelstest.NewBench(modelstest.NewClient())
	d := NewDelete(b.Env, models.DeleteMsg{Rows: rows("web")}, nil, "z")
	drv := modelstest.Drive(t, d, 70, 14)
	t.Cleanup(d.Close)
	b.Step(time.Second)
	keep := d.Update(modelstest.Key("y"))
	if _, undo := d.Working(); undo {
		t.Error("it counts down before the word is kept")
	}
	if cmd := d.Update(modelstest.Key("y")); cmd != nil {
		t.Error("it is confirmed twice")
	}
	drv.Send(keep())
	if _, undo := d.Working(); !undo {
		t.Error("it does not count down")
	}
	told(b, "12:00:01: podium was ended before the deletion of web was sent: nothing was deleted")

	c := modelstest.NewClient()
	sent, answer := make(chan struct{}), make(chan struct{})
	c.OnDelete = func(string, string, api.DeleteOptions) error {
		sent <- struct{}{}
		<-answer
		return nil
	}
	_, b, drv = sayYes(t, c, rows("web")...)
	drv.Send(b.Step(time.Minute))
	<-sent
	told(b, "during the deletion of web: it may be deleted or not")
	close(answer)
	drv.Until("the end", func() bool { _, ok := last(b).(models.BackMsg); return ok })
}

// TestNothingIsToldOfWhatIsOver: done, undone, or left while the word was written.
func TestNothingIsToldOfWhatIsOver(t *testing.T) {
	for name, end := range map[string]func(d *Delete, b *modelstest.Bench, drv *modelstest.Driver){
		"done":   func(_ *Delete, b *modelstest.Bench, drv *modelstest.Driver) { drv.Send(b.Step(time.Minute)) },
		"undone": func(d *Delete, _ *modelstest.Bench, _ *modelstest.Driver) { d.Undo() },
		"forgotten": func(d *Delete, _ *modelstest.Bench, _ *modelstest.Driver) {
			d.Forget()
			d.Undo()
		},
	} {
		t.Run(name, func(t *testing.T) {
			d, b, drv := sayYes(t, modelstest.NewClient(), rows("web", "db")...)
			end(d, b, drv)
			drv.Until("the end", func() bool { _, ok := last(b).(models.BackMsg); return ok })
			drv.Until("no word", func() bool { return b.Store.Words() == 0 })
		})
	}
	b := modelstest.NewBench(modelstest.NewClient())
	d := NewDelete(b.Env, models.DeleteMsg{Rows: rows("web")}, nil, "z")
	drv := modelstest.Drive(t, d, 70, 14)
	b.Step(time.Second)
	keep := d.Update(modelstest.Key("y"))
	d.Close()
	drv.Send(keep())
	drv.Until("no word", func() bool { return b.Store.Words() == 0 })
}

// TestAWordThatCannotBeKeptHoldsNothingUp: the deletion counts down all the same.
func TestAWordThatCannotBeKeptHoldsNothingUp(t *testing.T) {
	b := modelstest.NewBench(modelstest.NewClient())
	d := NewDelete(b.Env, models.DeleteMsg{Rows: rows("web")}, nil, "z")
	drv := modelstest.Drive(t, d, 70, 14)
	t.Cleanup(d.Close)
	b.Store.SetFail(errors.New("disk full"))
	b.Step(time.Second)
	drv.Press("y").Until("the countdown", func() bool { _, undo := d.Working(); return undo })
	if n, ok := wished[models.NoticeMsg](b); !ok || !strings.Contains(n.Text, "the next start will not tell: disk full") {
		t.Errorf("said %v", n)
	}
}
