package editor

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"podium/api"
	"podium/manifest"
	"podium/models"
	mt "podium/models/modelstest"
)

var podsResource = schema.GroupResource{Resource: "pods"}

const onServer = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default","uid":"u1","resourceVersion":"7","extra":"kept"},
"spec":{"containers":[{"name":"main","image":"nginx:1"}],"nodeName":"n1"},"status":{"phase":"Running"}}`

// cluster is a server with one pod, web, and a memory of what was asked of it.
type cluster struct {
	mu      sync.Mutex
	there   bool
	failing error // of creates
	calls   []string
	made    string
}

func serve(b *mt.Bench) *cluster {
	c := &cluster{there: true}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "web", UID: "u1"}}
	b.Client.OnGet = func(ns, name string) (api.PodObject, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if !c.there || name != "web" {
			return api.PodObject{}, apierrors.NewNotFound(podsResource, name)
		}
		return api.PodObject{Raw: []byte(onServer), Pod: pod}, nil
	}
	b.Client.OnDelete = func(ns, name string, opts api.DeleteOptions) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.calls = append(c.calls, "delete "+name+" "+opts.UID)
		c.there = false
		return nil
	}
	b.Client.OnCreate = func(ns string, pod []byte) (api.PodObject, []string, error) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.calls = append(c.calls, "create")
		switch {
		case c.failing != nil:
			return api.PodObject{}, nil, c.failing
		case c.there:
			return api.PodObject{}, nil, apierrors.NewAlreadyExists(podsResource, "web")
		}
		c.there, c.made = true, string(pod)
		return api.PodObject{Raw: pod, Pod: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "web", UID: "u2"}}}, nil, nil
	}
	return c
}

// answer says yes to the question that was asked.
func answer(t *testing.T, d *mt.Driver, b *mt.Bench) models.ConfirmMsg {
	t.Helper()
	for _, w := range slices.Backward(b.Wishes) {
		if q, ok := w.(models.ConfirmMsg); ok {
			d.Send(q.Do)
			return q
		}
	}
	t.Fatal("nothing was asked")
	return models.ConfirmMsg{}
}

func wished[M tea.Msg](b *mt.Bench) func() bool {
	return func() bool {
		return slices.ContainsFunc(b.Wishes, func(w tea.Msg) bool { _, ok := w.(M); return ok })
	}
}

func editing(t *testing.T) (*mt.Driver, *mt.Bench, *Model, *cluster) {
	t.Helper()
	b := mt.NewBench(mt.NewClient())
	c := serve(b)
	m := New(b.Env, models.EditMsg{Ref: api.PodRef{Namespace: "default", Name: "web"}}, nil)
	t.Cleanup(m.Close)
	d := mt.Drive(t, m, 100, 24)
	d.Sees("image: nginx:1")
	return d, b, m, c
}

func TestEditingShowsTheDifferenceAndRecreates(t *testing.T) {
	d, b, m, c := editing(t)
	if text := m.buf.Text(); strings.Contains(text, "uid") || strings.Contains(text, "status") || strings.Contains(text, "nodeName") || !strings.Contains(text, "extra: kept") {
		t.Fatalf("the text to edit is\n%s", text)
	}
	if m.Title() != "edit web" {
		t.Errorf("the title is %q", m.Title())
	}
	d.Press("ctrl+s").Sees("is as it is here")
	at := strings.Index(m.buf.Text(), "nginx:1") + len("nginx:1")
	m.buf.GotoOffset(at)
	d.Press("backspace").Type("2")
	m.buf.GotoOffset(0)
	d.Type("# a comment makes no difference\n")
	d.Press("esc") // the menu of completions, if there is one
	if wished[models.BackMsg](b)() {
		b.Wishes = nil
	}
	d.Press("ctrl+s").Sees("What is to change")
	view := mt.Strip(m.View())
	for _, want := range []string{"nginx:1", "nginx:2", "on the server"} {
		if !strings.Contains(view, want) {
			t.Errorf("the difference does not show %q:\n%s", want, view)
		}
	}
	if strings.Contains(view, "a comment") {
		t.Error("a comment counts as a difference")
	}
	d.Press("esc").Misses("What is to change")
	d.Press("ctrl+s").Sees("What is to change").Press("ctrl+s")
	if len(c.calls) > 0 {
		t.Fatalf("sent before the answer: %v", c.calls)
	}
	q := answer(t, d, b)
	if !strings.Contains(q.Question, "deleted, and created again") || q.Yes != "Recreate" {
		t.Errorf("the question is %+v", q)
	}
	d.Until("the list", wished[models.ListMsg](b))
	if got := strings.Join(c.calls, ", "); got != "delete web u1, create" || !strings.Contains(c.made, `"image":"nginx:2"`) || !strings.Contains(c.made, `"extra":"kept"`) {
		t.Errorf("the server was asked to %s, and has %s", got, c.made)
	}
	kept, err := b.Store.DeletedPods()
	if err != nil || len(kept) != 1 || string(kept[0].Pod) != onServer {
		t.Errorf("the old pod is not kept: %v, %v", kept, err)
	}
}

// TestADraftOfAnEditIsStillAnEdit: opened again after a crash, it is held against
// the pod that it is of, rather than created beside it.
func TestADraftOfAnEditIsStillAnEdit(t *testing.T) {
	d, b, m, c := editing(t)
	if err := m.buf.ReplaceAll(strings.Replace(m.buf.Text(), "nginx:1", "nginx:2", 1)); err != nil {
		t.Fatal(err)
	}
	d.Type("# mine\n").Press("esc")
	d.Until("the draft", func() bool {
		text, err := b.Store.LoadDraft(m.draft)
		return err == nil && strings.Contains(string(text), "# mine")
	})

	again := New(b.Env, models.EditMsg{}, nil)
	t.Cleanup(again.Close)
	d = mt.Drive(t, again, 100, 24)
	d.Sees("kept draft").Press("enter").Sees("# mine", "of an edit of web")
	if again.Title() != "edit web" {
		t.Errorf("the title is %q", again.Title())
	}
	d.Press("ctrl+s").Sees("What is to change").Press("ctrl+s")
	answer(t, d, b)
	d.Until("the list", wished[models.ListMsg](b))
	if got := strings.Join(c.calls, ", "); got != "delete web u1, create" || !strings.Contains(c.made, `"image":"nginx:2"`) {
		t.Errorf("the server was asked to %s, and has %s", got, c.made)
	}
	d.Until("the draft to be forgotten", func() bool {
		left, err := b.Store.Drafts()
		return err == nil && len(left) == 0
	})
}

func TestTheIDOfADraft(t *testing.T) {
	ref := api.PodRef{Namespace: "default", Name: "web"}
	for id, want := range map[string]api.PodRef{
		draftOf(ref, mt.Noon()):              ref,
		draftOf(ref, mt.Noon()) + lentSuffix: ref,
		newDraft(mt.Noon()):                  {},
		"edit ":                              {},
		"edit web 20260501":                  {},
		"edit /web 20260501":                 {},
		"edit default/ 20260501":             {},
		"edit default/web":                   {},
	} {
		if got, ok := draftedPod(id); ok != (want.Name != "") || ok && got != want {
			t.Errorf("%q is of %v, %v", id, got, ok)
		}
	}
}

// TestRecreatingThatFailsLosesNothing: the pod is gone, the new one refused. The
// text and its draft are there, and creating can be tried again.
func TestRecreatingThatFailsLosesNothing(t *testing.T) {
	d, b, m, c := editing(t)
	text := strings.Replace(m.buf.Text(), "nginx:1", "nginx:2", 1)
	if err := m.buf.ReplaceAll(text); err != nil {
		t.Fatal(err)
	}
	c.failing = apierrors.NewForbidden(podsResource, "web", errors.New("quota"))
	d.Press("ctrl+s").Sees("What is to change").Press("enter")
	answer(t, d, b)
	d.Sees("quota")
	if m.buf.Text() != text {
		t.Errorf("the text is %q", m.buf.Text())
	}
	d.Until("the draft", func() bool {
		draft, err := b.Store.LoadDraft(m.draft)
		return err == nil && string(draft) == text
	})
	c.mu.Lock()
	c.failing = nil
	c.mu.Unlock()
	d.Press("ctrl+s")
	d.Until("the list", wished[models.ListMsg](b))
	if got := strings.Join(c.calls, ", "); got != "delete web u1, create, create" {
		t.Errorf("the server was asked to %s", got)
	}
}

func TestADeletionThatIsDeclinedIsNotKept(t *testing.T) {
	d, b, m, _ := editing(t)
	b.Client.OnDelete = func(string, string, api.DeleteOptions) error {
		return apierrors.NewForbidden(podsResource, "web", errors.New("no"))
	}
	if err := m.buf.ReplaceAll(good); err != nil {
		t.Fatal(err)
	}
	d.Press("ctrl+s").Sees("What is to change").Press("ctrl+s")
	answer(t, d, b)
	d.Sees("Nothing was deleted")
	if kept, err := b.Store.DeletedPods(); err != nil || len(kept) == 0 || !kept[0].Spared {
		t.Errorf("kept %+v, %v", kept, err)
	}
}

// TestAPodThatExistsCanBeReplaced: the server's refusal says how, and nothing is
// deleted without a question.
func TestAPodThatExistsCanBeReplaced(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	c := serve(b)
	m := New(b.Env, models.EditMsg{Text: good}, nil)
	t.Cleanup(m.Close)
	d := mt.Drive(t, m, 140, 24)
	d.Press("ctrl+s").Sees("already exists", "alt-s replaces it")
	d.Press("alt+s").Sees("What is to change").Press("ctrl+s")
	if len(c.calls) != 1 {
		t.Fatalf("asked without an answer: %v", c.calls)
	}
	answer(t, d, b)
	d.Until("the list", wished[models.ListMsg](b))
	if got := strings.Join(c.calls, ", "); got != "create, delete web u1, create" {
		t.Errorf("the server was asked to %s", got)
	}
}

func TestNothingIsDeletedWhenItCannotBeKept(t *testing.T) {
	d, b, m, c := editing(t)
	if err := m.buf.ReplaceAll(good); err != nil {
		t.Fatal(err)
	}
	d.Press("ctrl+s").Sees("What is to change").Press("ctrl+s")
	b.Store.Fail = errors.New("disk full")
	answer(t, d, b)
	d.Sees("Nothing was deleted", "disk full")
	if len(c.calls) > 0 {
		t.Errorf("the server was asked to %v", c.calls)
	}
	b.Store.Fail = nil
}

// TestARenamedPodIsAnotherOne: the edited one stays as it is.
func TestARenamedPodIsAnotherOne(t *testing.T) {
	d, b, m, c := editing(t)
	c.there = false // the name is free on this server, whatever it is
	if err := m.buf.ReplaceAll(strings.Replace(good, "name: web", "name: web-2", 1)); err != nil {
		t.Fatal(err)
	}
	d.Press("ctrl+s").Until("the list", wished[models.ListMsg](b))
	if got := strings.Join(c.calls, ", "); got != "create" {
		t.Errorf("the server was asked to %s", got)
	}
}

func TestAnEndpointThatIsGoneStopsTheRest(t *testing.T) {
	d, b, _ := edit(t, models.EditMsg{Text: good + "---\n" + strings.Replace(good, "name: web", "name: db", 1)})
	b.Client.OnCreate = func(string, []byte) (api.PodObject, []string, error) {
		return api.PodObject{}, nil, errors.Join(errors.New("no answer"), api.ErrUnreachable)
	}
	d.Press("ctrl+s").Sees("1 failed, 1 not sent", "db: not sent")
	if n := b.Client.Called("create"); n != 1 {
		t.Errorf("%d creates were tried", n)
	}
}

// TestARealEditWhereTheEndpointCan: what is shown is sent as a patch, without
// deleting anything; what the server will not change can be recreated.
func TestARealEditWhereTheEndpointCan(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	c := serve(b)
	b.Env.Info = api.Info{}.With(api.CapPatch)
	var sent record
	var refuse sync.Map
	b.Client.OnPatch = func(ns, name string, patch []byte) (api.PodObject, []string, error) {
		sent.add(ns + "/" + name + " " + string(patch))
		if _, no := refuse.Load("on"); no {
			return api.PodObject{}, nil, apierrors.NewInvalid(schema.GroupKind{Kind: "Pod"}, "web", field.ErrorList{
				field.Forbidden(field.NewPath("spec", "containers").Index(0).Child("image"), "may not be changed"),
			})
		}
		return api.PodObject{Pod: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name, UID: "u1"}}}, nil, nil
	}
	m := New(b.Env, models.EditMsg{Ref: api.PodRef{Namespace: "default", Name: "web"}}, nil)
	t.Cleanup(m.Close)
	d := mt.Drive(t, m, 140, 24)
	d.Sees("image: nginx:1", "shows what you have changed, then changes it")
	if err := m.buf.ReplaceAll(strings.Replace(m.buf.Text(), "nginx:1", "nginx:2", 1)); err != nil {
		t.Fatal(err)
	}
	refuse.Store("on", true)
	d.Press("ctrl+s").Sees("What is to change", "ctrl-s changes the pod").Press("ctrl+s")
	d.Sees("may not be changed", "alt-s deletes it and creates it again")
	if p := m.found[0]; p.Code != manifest.CodeServer || p.Start.Line != strings.Count(m.buf.Text()[:strings.Index(m.buf.Text(), "image:")], "\n")+1 {
		t.Errorf("the server's words are pinned as %+v", p)
	}
	refuse.Delete("on")
	d.Press("ctrl+s").Sees("What is to change")
	b.Env.ReadOnly = true // it may become so while one looks
	d.Press("ctrl+s").Sees("read-only here")
	b.Env.ReadOnly = false
	d.Press("ctrl+s").Sees("What is to change").Press("ctrl+s")
	d.Until("the list", wished[models.ListMsg](b))
	want := `default/web {"spec":{"containers":[{"name":"main","image":"nginx:2"}]},"metadata":{"uid":"u1"}}`
	if all := sent.all(); len(all) != 2 || all[1] != want || len(c.calls) > 0 {
		t.Errorf("sent %q and %v: want the patch %s", all, c.calls, want)
	}
}

// TestNobodyLeavesBetweenDeletingAndCreating: the half of a recreation is no
// place to stop at.
func TestNobodyLeavesBetweenDeletingAndCreating(t *testing.T) {
	d, b, m, _ := editing(t)
	ending := make(chan struct{})
	remove := b.Client.OnDelete
	b.Client.OnDelete = func(ns, name string, opts api.DeleteOptions) error {
		<-ending
		return remove(ns, name, opts)
	}
	if err := m.buf.ReplaceAll(good); err != nil {
		t.Fatal(err)
	}
	d.Press("ctrl+s").Sees("What is to change").Press("ctrl+s")
	answer(t, d, b)
	d.Press("esc").Sees("stay until it is created again")
	if wished[models.BackMsg](b)() || m.Ends() == "" {
		t.Errorf("the screen lets go of a pod that is deleted; quitting would end %q", m.Ends())
	}
	close(ending)
	d.Until("the list", wished[models.ListMsg](b))
	if m.Ends() != "" {
		t.Errorf("it still says %q", m.Ends())
	}
}
