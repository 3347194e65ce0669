package editor

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"
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

func TestMain(m *testing.M) {
	// A tick that is waited for cannot be ended.
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("charm.land/bubbletea/v2.Tick.func1"))
}

const good = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: main
    image: nginx
`

func edit(t *testing.T, wish models.EditMsg) (*mt.Driver, *mt.Bench, *Model) {
	t.Helper()
	b := mt.NewBench(mt.NewClient())
	m := New(b.Env, wish, nil)
	d := mt.Drive(t, m, 80, 24)
	t.Cleanup(m.Close)
	return d, b, m
}

// record remembers lines from any goroutine.
type record struct {
	mu    sync.Mutex
	lines []string
}

func (r *record) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

func (r *record) all() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.lines)
}

// takes makes the client accept pods and remember what was sent.
func takes(b *mt.Bench) *record {
	var sent record
	b.Client.OnCreate = func(namespace string, pod []byte) (api.PodObject, []string, error) {
		sent.add(namespace + " " + string(pod))
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "web", UID: "u1"}}
		return api.PodObject{Raw: pod, Pod: p}, nil, nil
	}
	return &sent
}

func TestNewPodStartsFromATemplateAndIsCreated(t *testing.T) {
	d, b, m := edit(t, models.EditMsg{})
	sent := takes(b)
	d.Sees("Start the new pod from", "minimal")
	if m.Typing() {
		t.Error("letters are text before there is any")
	}
	d.Press("enter")
	d.Sees("kind: Pod", "no problems")
	d.Press("ctrl+s")
	d.Until("the pod to be sent", func() bool { return len(sent.all()) == 1 })
	if !strings.HasPrefix(sent.all()[0], `default {"apiVersion":"v1","kind":"Pod"`) {
		t.Errorf("sent %q", sent.all()[0])
	}
}

func TestProblemsAreShownByLineAndNothingIsSent(t *testing.T) {
	d, b, m := edit(t, models.EditMsg{Text: strings.Replace(good, "image:", "imag:", 1)})
	sent := takes(b)
	d.Sees("1 error")
	d.Press("ctrl+s")
	d.Sees("Nothing was sent: 1 problem")
	if len(sent.all()) != 0 {
		t.Error("a manifest with an error was sent")
	}
	m.buf.Goto(8, 5)
	d.Press("right")
	d.Sees("imag")
	if line, _ := m.buf.Position(); line != 8 {
		t.Fatalf("the cursor is in line %d", line)
	}
	if mark, ok := m.buf.Problem(); !ok || !strings.Contains(mark.Message, "did you mean image?") {
		t.Errorf("the problem of line 8 is %+v, %v", mark, ok)
	}
}

func TestServerErrorIsPinnedAndTheTextStays(t *testing.T) {
	d, b, m := edit(t, models.EditMsg{Text: good})
	b.Client.OnCreate = func(string, []byte) (api.PodObject, []string, error) {
		return api.PodObject{}, nil, apierrors.NewInvalid(schema.GroupKind{Kind: "Pod"}, "web", field.ErrorList{
			field.Invalid(field.NewPath("spec", "containers").Index(0).Child("image"), "nginx", "no such\x1b[2J image"),
		})
	}
	d.Press("ctrl+s")
	d.Sees("no such")
	if line, _ := m.buf.Position(); line != 8 {
		t.Errorf("the cursor is in line %d: want 8, where the image is", line)
	}
	if m.buf.Text() != good {
		t.Error("the text was changed")
	}
	if strings.Contains(m.View(), "\x1b[2J") {
		t.Error("a control sequence of the server reached the view")
	}
	d.Until("the draft", func() bool {
		text, err := b.Store.LoadDraft(m.draft)
		return err == nil && string(text) == good
	})
}

func TestDraftIsKeptWhileTypingAndOfferedAgain(t *testing.T) {
	d, b, m := edit(t, models.EditMsg{Text: good})
	d.Type("# mine")
	d.Until("the draft", func() bool {
		text, err := b.Store.LoadDraft(m.draft)
		return err == nil && strings.Contains(string(text), "# mine")
	})
	d.Sees("draft kept")

	again := New(b.Env, models.EditMsg{}, nil)
	d2 := mt.Drive(t, again, 80, 24)
	d2.Sees("kept draft").Press("enter").Sees("# mine")
}

func TestEscapeKeepsTheDraftBeforeItLeaves(t *testing.T) {
	d, b, m := edit(t, models.EditMsg{Text: good})
	d.Type("x").Press("esc")
	d.Until("the draft", func() bool {
		text, err := b.Store.LoadDraft(m.draft)
		return err == nil && strings.HasPrefix(string(text), "x")
	})
}

func TestEscapeStaysWhenTheDraftCannotBeKept(t *testing.T) {
	d, b, m := edit(t, models.EditMsg{Text: good})
	b.Store.Fail = errors.New("disk full")
	d.Type("x").Press("esc").Sees("could not be kept", "disk full")
	if !strings.HasPrefix(m.buf.Text(), "x") {
		t.Error("the text is gone")
	}
	b.Store.Fail = nil
}

func TestSeveralDocumentsAreCreatedInOrderAndNoneTwice(t *testing.T) {
	second := strings.Replace(good, "name: web", "name: db", 1)
	third := strings.Replace(good, "name: web", "name: cache", 1)
	d, b, m := edit(t, models.EditMsg{Text: good + "---\n" + second + "---\n" + third})
	var names record
	var fail atomic.Bool
	fail.Store(true)
	b.Client.OnCreate = func(ns string, pod []byte) (api.PodObject, []string, error) {
		name := "web"
		if strings.Contains(string(pod), `"db"`) {
			name = "db"
		}
		if strings.Contains(string(pod), `"cache"`) {
			name = "cache"
		}
		if name == "db" && fail.Load() {
			return api.PodObject{}, nil, apierrors.NewAlreadyExists(schema.GroupResource{Resource: "pods"}, "db")
		}
		names.add(name)
		return api.PodObject{Pod: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: name}}}, nil, nil
	}
	d.Press("ctrl+s").Sees("2 created, 1 failed", "web: created", "already exists", "cache: created")
	d.Press("enter") // the one that failed is chosen
	if line, _ := m.buf.Position(); line != 10 {
		t.Errorf("choosing a pod goes to line %d: want 10, where it begins", line)
	}
	fail.Store(false)
	d.Press("ctrl+s")
	d.Until("the rest", func() bool { return len(names.all()) == 3 })
	if strings.Join(names.all(), " ") != "web cache db" {
		t.Errorf("created %q: want each once, in order", names.all())
	}
	d.Until("the list", func() bool {
		return slices.ContainsFunc(b.Wishes, func(w tea.Msg) bool { _, ok := w.(models.ListMsg); return ok })
	})
	n := 0
	for _, w := range b.Wishes {
		if e, ok := w.(models.JournalMsg); ok {
			n++
			if e.Entry.Action != "create" || !strings.HasPrefix(e.Entry.Digest, "sha256:") || e.Entry.Failed != (n == 2) {
				t.Errorf("entry %d of the journal is %+v", n, e.Entry)
			}
		}
	}
	if n != 4 {
		t.Errorf("the journal got %d entries: want 4", n)
	}
}

func TestReadOnlySendsNothing(t *testing.T) {
	d, b, _ := edit(t, models.EditMsg{Text: good})
	b.Env.ReadOnly = true
	d.Press("ctrl+s").Sees("read-only")
	if b.Client.Called("create") != 0 {
		t.Error("a pod was created")
	}
}

func TestTenMegabytesAreRefusedWithASentence(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: good})
	d.Send(tea.PasteMsg{Content: strings.Repeat("x", 11<<20)})
	if m.buf.Text() != good {
		t.Error("the text was changed by a paste that is too large")
	}
	d.Until("a sentence", func() bool { return strings.TrimSpace(mt.Strip(m.sayLine())) != "" })
}

func TestViewIsPureAndFitsAnySize(t *testing.T) {
	for _, wish := range []models.EditMsg{{}, {Text: good}} {
		_, _, m := edit(t, wish)
		mt.CheckViews(t, m)
	}
}

// TestTheUsersOwnEditor: the text goes out and comes back as one step of undo,
// checked and kept; a text that was changed here meanwhile stays.
func TestTheUsersOwnEditor(t *testing.T) {
	d, b, m := edit(t, models.EditMsg{Text: good})
	var lent []models.LocalEditMsg
	b.Env.Wish = func(w tea.Msg) {
		if msg, ok := w.(models.LocalEditMsg); ok {
			lent = append(lent, msg)
		}
	}
	d.Press("alt+e")
	if len(lent) != 1 || lent[0].Text != good || lent[0].Asker != models.Screen(m) || lent[0].Draft == m.draft {
		t.Fatalf("the wishes are %+v", lent)
	}
	wrong := strings.Replace(good, "image:", "imag:", 1)
	if err := b.Env.Store.SaveDraft(lent[0].Draft, []byte(wrong)); err != nil {
		t.Fatal(err)
	}
	d.Send(models.EditedMsg{Asker: nil, Text: "not mine"}, models.EditedMsg{Asker: m, Text: wrong})
	d.Sees("imag:", "1 error")
	d.Until("the draft", func() bool {
		draft, err := b.Env.Store.LoadDraft(m.draft)
		_, other := b.Env.Store.LoadDraft(lent[0].Draft)
		return err == nil && string(draft) == wrong && other != nil
	})
	d.Press("ctrl+z")
	if m.buf.Text() != good {
		t.Errorf("undone it is %q", m.buf.Text())
	}

	d.Press("alt+e")
	d.Type("# here\n")
	here := m.buf.Text()
	d.Send(models.EditedMsg{Asker: m, Text: wrong})
	d.Sees("changed here too")
	if m.buf.Text() != here {
		t.Errorf("the text is %q", m.buf.Text())
	}
}

// TestRulesFollowTheEndpoint: until it has told its engine the page's hold.
func TestRulesFollowTheEndpoint(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	none := manifest.NewRuleSet("none", nil, manifest.Limits{})
	m := New(b.Env, models.EditMsg{Text: strings.Replace(good, "spec:", "spec:\n  hostPID: true", 1)}, func(engine string) manifest.RuleSet {
		if engine == "kube" {
			return none
		}
		return manifest.PageRules()
	})
	t.Cleanup(m.Close)
	d := mt.Drive(t, m, 80, 24)
	d.Sees("1 warning")
	b.Env.Info = api.Info{api.InfoEngine: "kube"}
	d.Send(models.InfoMsg{Info: b.Env.Info})
	d.Sees("no problems")
}

func TestSavingToAFile(t *testing.T) {
	d, b, _ := edit(t, models.EditMsg{Text: good})
	d.Press("ctrl+o").Until("the file", func() bool {
		text, ok := b.Store.Saved("web.yaml")
		return ok && string(text) == good
	})
}
