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
	drv.Press("y")
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
	if !strings.Contains(d.Ends(), "web") || !d.Dooms(rows("web")[0].Ref()) || !strings.Contains(d.Dropped(), "nothing was deleted") {
		t.Errorf("ends %q, dropped %q", d.Ends(), d.Dropped())
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
	if len(c.Calls()) > 0 || d.Ends() != "" || d.Dropped() != "" {
		t.Errorf("called %v, ends %q, dropped %q", c.Calls(), d.Ends(), d.Dropped())
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
