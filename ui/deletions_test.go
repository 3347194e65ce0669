package ui

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
	"podium/models/confirm"
	"podium/models/modelstest"
)

// deletes says yes to the deletion of the pod under the cursor.
func (u *user) deletes() *user {
	u.later(time.Second)
	u.Press("ctrl+d")
	u.later(time.Second)
	n := len(u.root.deletions)
	u.Press("y")
	if u.root.env.Settings.UndoWindow > 0 {
		u.Until("the countdown", func() bool { return len(u.root.deletions) > n })
	}
	return u
}

// press writes keys into the terminal.
func (o *outer) press(keys string) {
	o.t.Helper()
	if _, err := o.master.WriteString(keys); err != nil {
		o.t.Fatal(err)
	}
}

func TestUndoBeforeAnythingIsSent(t *testing.T) {
	c := client("api-1", "web-1")
	u := sit(t, c, 100, 24)
	u.Sees("live")
	u.deletes().Sees("api-1 goes in 5 s, z undoes", "deleting in 5 s")
	u.later(3 * time.Second).Sees("deleting in 2 s")
	u.Press("ctrl+d").Sees("about to be deleted already")
	u.Press("z").Sees("Undone: nothing was sent, api-1 stays").Misses("goes in", "deleting in")
	u.later(time.Minute)
	u.deletes().Sees("goes in").Press("ctrl+c").Sees("Undone") // ctrl-c cancels what runs
	u.later(time.Minute)
	if c.Called("delete") > 0 || c.Called("get") > 0 {
		t.Errorf("called %v", c.Calls())
	}
}

func TestUndoFromATerminal(t *testing.T) {
	c := client("api-1", "web-1")
	u := sit(t, c, 100, 24)
	u.Sees("live")
	u.deletes()
	s := u.shell("web-1")
	u.Press("z")
	if len(s.got) != 1 {
		t.Error("z did not reach the shell")
	}
	u.Sees("ctrl-g u undoes")
	u.Press("ctrl+g")
	u.root.leader.show(leaderShowMsg{u.root.leader.press})
	u.root.refresh()
	u.Sees("undo the delete").Press("u").Sees("Undone")
}

func TestQuittingWithinTheTimeToUndoAsks(t *testing.T) {
	c := client("api-1")
	u := sit(t, c, 100, 24)
	u.Sees("live")
	u.deletes().Press("q").Sees("Quit podium?", "the deletion of api-1, of which nothing was sent yet")
	u.later(time.Second)
	u.Press("y").Until("the end", func() bool { return u.root.quitting })
	if c.Called("delete") > 0 {
		t.Error("it was sent")
	}
}

func TestADroppedDeletionIsToldAtTheNextStart(t *testing.T) {
	c := client("api-1")
	ctx, cancel := context.WithCancel(context.Background())
	var opts *Options
	o := runIn(ctx, t, c, func(o *Options) { opts = o })
	o.sees("api-1")
	o.press("\x04")
	o.sees("Delete api-1?")
	for !strings.Contains(o.text(), "undoes") { // what is typed ahead is swallowed
		o.press("y")
		time.Sleep(50 * time.Millisecond)
	}
	cancel()
	if err := o.end(); !errors.Is(err, ErrEnded) {
		t.Errorf("ended with %v", err)
	}
	if c.Called("delete") > 0 {
		t.Error("it was sent")
	}
	u := sit(t, client("api-1"), 120, 24, func(o *Options) { o.Env.Store = opts.Env.Store })
	u.Sees("before the deletion of api-1 was sent: nothing was deleted")
	if words, err := opts.Env.Store.TakeWords(); err != nil || len(words) > 0 {
		t.Errorf("left are %v, %v", words, err)
	}
}

func TestAFailureTakesNoKeyFromWhoTypes(t *testing.T) {
	c := client("api-1", "web-1")
	c.OnDelete = func(string, string, api.DeleteOptions) error { return errors.New("forbidden") }
	u := sit(t, c, 100, 24)
	u.Sees("live")
	u.deletes()
	s := u.shell("web-1")
	u.later(10 * time.Second)
	u.Sees("Delete api-1: forbidden")
	u.Press("r")
	if len(s.got) != 1 || c.Called("delete") != 1 {
		t.Errorf("the shell got %v, calls %v", s.got, c.Calls())
	}
	u.Press("ctrl+g d").Sees("Not deleted: 1 of 1", "Retry")
	u.Press("r") // typed ahead
	if c.Called("delete") != 1 {
		t.Error("a key typed ahead tried again")
	}
	u.later(time.Second)
	u.Press("r").Until("another try", func() bool { return c.Called("delete") == 2 })
}

func TestUndoAfterwardsMakesAManifest(t *testing.T) {
	c := client("api-1", "web-1")
	c.SetObject(`{"metadata":{"name":"api-1","namespace":"default","uid":"uid-api-1"},"spec":{"containers":[{"name":"main","image":"nginx"}]},"status":{}}`,
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "api-1", Namespace: "default", UID: "uid-api-1"}})
	u := sit(t, c, 100, 24)
	u.Sees("live").Press("z").Sees("nothing to undo")
	u.deletes()
	u.later(10 * time.Second)
	u.Sees("z makes it anew").Press("z").Sees("recreate api-1", "image: nginx", "ctrl-s makes it anew").Misses("uid-api-1")
	u.Press("esc").Until("the list", func() bool { return len(u.root.stack) == 1 })
	u.Press("z").Sees("Nothing else was deleted")
	u.Press("z").Sees("recreate api-1")
	u.Press("esc").Until("the list", func() bool { return len(u.root.stack) == 1 })
	u.Press("@").Sees("delete default/api-1 → accepted", "sha256:")
}

// TestWhatWasDeletedElsewhereIsNotMadeAnewHere: not where a context is called the
// same, and not by an answer that comes after the switch.
func TestWhatWasDeletedElsewhereIsNotMadeAnewHere(t *testing.T) {
	docker, kube := cluster("docker:staging", "staging"), cluster("kube:staging", "staging")
	docker.Unlocked, kube.Unlocked = true, true
	all := modelstest.NewContexts(docker, kube)
	all.Clients["docker:staging"], all.Clients["kube:staging"] = client("api-1"), client("web-1")
	all.Clients["docker:staging"].SetObject(`{"metadata":{"name":"api-1","namespace":"default","uid":"uid-api-1"},"spec":{"containers":[{"name":"main","image":"nginx"}]},"status":{}}`,
		&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "api-1", Namespace: "default", UID: "uid-api-1"}})
	u := sitAt(t, all, "docker:staging", 100, 24)
	u.Sees("live")
	u.deletes()
	u.later(10 * time.Second)
	u.Sees("z makes it anew")
	made, err := confirm.Recreate(u.bench.Store, u.root.env.Place(), nil)
	if err != nil || len(made.Names) != 1 {
		t.Fatalf("kept %+v, %v", made, err)
	}
	late := recreatedMsg{client: u.root.env.Client, made: made}
	u.Press(":").Type("ctx kube:staging").Press("enter").Sees("web-1")
	u.Press("z").Sees("has deleted nothing here lately")
	u.Send(late)
	if len(u.root.stack) != 1 {
		t.Error("a late answer opens the editor on another context's pod")
	}
}

func TestADeletionThatIsLeftIsInTheJournal(t *testing.T) {
	u, all := two(t, 100, 24)
	sent, stuck := make(chan struct{}, 1), make(chan struct{})
	defer close(stuck)
	all.Clients["host"].OnDelete = func(string, string, api.DeleteOptions) error {
		sent <- struct{}{}
		<-stuck
		return nil
	}
	u.Sees("live")
	u.deletes()
	u.later(10 * time.Second)
	<-sent
	u.Press(":").Type("ctx kube:prod").Press("enter").Sees("Leave this machine?", "1 of them were sent")
	u.later(time.Second).Press("y").Sees("cart-1")
	u.Press("@").Sees("delete default/api-1", "left unanswered: it may be deleted or not", "this machine")
}

func TestReopenTheLastDraft(t *testing.T) {
	u := sit(t, client("api-1"), 100, 24)
	u.Sees("live").Press("Z").Sees("No draft is kept")
	if err := u.bench.Store.SaveDraft("pod-1", []byte("kind: Pod\nmetadata: {name: kept}\n")); err != nil {
		t.Fatal(err)
	}
	u.Press("Z").Sees("name: kept")
}

func TestNothingIsMadeAnewReadOnly(t *testing.T) {
	u := sit(t, client("api-1"), 100, 24, func(o *Options) { o.Env.ReadOnly = true })
	u.Sees("live").Press("z").Sees("nothing can be made anew").Press("Z").Sees("nothing can be created")
}

func TestLockingStopsADeletion(t *testing.T) {
	c := client("api-1", "web-1")
	sent := make(chan struct{}, 10)
	stuck := make(chan struct{})
	c.OnDelete = func(string, string, api.DeleteOptions) error {
		sent <- struct{}{}
		<-stuck
		return context.Canceled
	}
	u := sit(t, c, 100, 24, func(o *Options) { o.Env.Settings.DeleteParallel = 1 })
	u.Sees("live").Press("*")
	u.deletes()
	u.later(10 * time.Second)
	<-sent
	u.Press("L").Sees("READ-ONLY")
	close(stuck)
	u.Sees("Not deleted: 2 of 2")
	u.later(time.Second).Press("r").Sees("nothing is deleted")
	if n := c.Called("delete"); n != 1 {
		t.Errorf("%d deletions were sent", n)
	}
}

func TestDeletionsFitEverySize(t *testing.T) {
	for _, size := range modelstest.Sizes {
		u := sit(t, client("api-1", "web-1"), size[0], size[1])
		u.Until("a live list", func() bool { return u.root.list.Listing().Live })
		u.deletes()
		modelstest.CheckView(t, u.View(), size[0], size[1])
		if size[0] >= 40 && !strings.Contains(modelstest.Strip(u.View()), "goes in 5 s") {
			t.Errorf("at %v the countdown is not seen:\n%s", size, u.View())
		}
	}
}

func TestUndoWhileItIsSent(t *testing.T) {
	c := client("api-1", "web-1")
	stuck := make(chan struct{})
	c.OnDelete = func(string, string, api.DeleteOptions) error {
		<-stuck
		return context.Canceled
	}
	u := sit(t, c, 100, 24)
	u.Sees("live")
	u.deletes()
	u.later(10 * time.Second)
	u.Sees("deleting 0/1").Press("z").Sees("Too late to undo (deleting 0/1): ctrl-c stops the rest")
	u.Press("ctrl+c") // stops it, and asks nothing
	close(stuck)
	u.Sees("Not deleted: 1 of 1", "it may be deleted or not")
}
