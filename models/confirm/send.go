package confirm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"time"

	tea "charm.land/bubbletea/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/models"
)

const (
	// patience is how long one deletion may take to be accepted.
	patience = 30 * time.Second
	// lookTime is how long it may take to have a pod before it is deleted.
	lookTime = 10 * time.Second
)

// deletedMsg is the server's answer to one deletion.
type deletedMsg struct {
	models.Answer
	try    int
	index  int
	err    error
	digest string          // of what the server had before
	unkept error           // why that could not be kept
	more   context.Context // of the attempt, for the deletions that follow
}

// Close gives up what is still under way. The word for the next start stays, since
// it may be the end of the program that closes: Forget takes it back.
func (d *Delete) Close() {
	if d.phase == keeping {
		d.forget()
	}
	if d.cancel != nil {
		d.cancel()
	}
}

// Cancel undoes a deletion of which nothing was sent, and gives up what the
// server has not answered of one that was.
func (d *Delete) Cancel() (tea.Cmd, bool) {
	switch d.phase {
	case counting:
		return nil, d.Undo()
	case running:
		d.cancel()
		return nil, true
	}
	return nil, false
}

// send deletes what is not deleted yet. Where changes are no longer allowed it
// sends nothing.
func (d *Delete) send() tea.Cmd {
	if d.env.ReadOnly {
		if !d.Undo() {
			d.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: d.endpoint + " is open read-only: nothing is deleted"})
		}
		return nil
	}
	d.phase, d.focus, d.began = running, 0, d.env.Now()
	if d.promise == nil {
		d.promise = newPromise(d.env)
	}
	d.try++
	ctx, cancel := context.WithCancel(context.Background())
	d.cancel = cancel
	for i := range d.targets {
		if d.targets[i].state != done {
			d.set(i, waiting)
			d.targets[i].reason = ""
		}
	}
	d.waits, d.order = 0, nil
	var cmds []tea.Cmd
	for range max(d.env.Settings.DeleteParallel, 1) {
		if cmd := d.next(ctx); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	return tea.Batch(cmds...)
}

// next sends the next deletion, nil when all are on their way.
func (d *Delete) next(ctx context.Context) tea.Cmd {
	for ; d.waits < len(d.targets); d.waits++ {
		i := d.waits
		t := &d.targets[i]
		if t.state != waiting {
			continue
		}
		d.set(i, sent)
		opts := d.options()
		opts.UID = t.row.UID
		job := deletion{
			client: d.client, store: d.env.Store, promise: d.promise, sending: d.sendingText(), row: t.row, opts: opts,
			keep: models.Deleted{At: d.began, Endpoint: d.place, Batch: d.batch(), Ref: t.row.Ref(), Owner: t.row.Owner},
		}
		try := d.try
		return func() tea.Msg {
			msg := deletedMsg{Answer: models.To(d), try: try, index: i, more: ctx}
			msg.digest, msg.unkept, msg.err = job.run(ctx)
			return msg
		}
	}
	return nil
}

// batch is what the pods that go together have in common.
func (d *Delete) batch() string { return strconv.FormatInt(d.opened.UnixNano(), 36) }

// deletion is the deletion of one pod.
type deletion struct {
	client  models.Client
	store   models.Store
	promise *promise
	sending string // what the next start would say from now on
	row     api.PodRow
	opts    api.DeleteOptions
	keep    models.Deleted
}

// run keeps the pod as it is, as far as it can be had, and deletes it. What keeps
// it from being kept does not keep it from being deleted.
func (j deletion) run(ctx context.Context) (digest string, unkept, err error) {
	look, cancel := context.WithTimeout(ctx, lookTime)
	object, err := j.client.Get(look, j.row.Namespace, j.row.Name)
	cancel()
	switch {
	case err == nil && len(object.Raw) > 0 && (object.Pod == nil || j.row.UID == "" || string(object.Pod.UID) == j.row.UID):
		sum := sha256.Sum256(object.Raw)
		digest = "sha256:" + hex.EncodeToString(sum[:])
		j.keep.Pod = object.Raw
		unkept = j.store.KeepDeleted(j.keep)
	case err != nil && !apierrors.IsNotFound(err):
		unkept = err
	}
	// The word that nothing was sent must not outlive the first request: better
	// none than a wrong one.
	if j.promise.say(j.sending) != nil {
		j.promise.forget()
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = j.client.Delete(limited, j.row.Namespace, j.row.Name, j.opts)
	if j.keep.Pod != nil && unkept == nil && models.Declined(err) {
		j.keep.Pod, j.keep.Spared = nil, true
		unkept = j.store.KeepDeleted(j.keep)
	}
	return digest, unkept, err
}

// answered takes an answer in and sends what is next, or finishes.
func (d *Delete) answered(msg deletedMsg) tea.Cmd {
	t := &d.targets[msg.index]
	t.digest = msg.digest
	if d.unkept == nil {
		d.unkept = msg.unkept
	}
	switch {
	case msg.err == nil, apierrors.IsNotFound(msg.err): // gone is what was asked for
		d.set(msg.index, done)
	case errors.Is(msg.err, context.Canceled) && msg.more.Err() != nil:
		d.set(msg.index, refused)
		t.reason = "Stopped before the server answered: it may be deleted or not."
	default:
		d.set(msg.index, refused)
		t.reason = msg.err.Error()
	}
	d.journal(t, msg.err)
	if msg.more.Err() == nil {
		if cmd := d.next(msg.more); cmd != nil {
			return cmd
		}
	}
	if d.count(sent) > 0 {
		return nil
	}
	d.cancel()
	d.finish()
	return nil
}

// journal keeps how the deletion of a pod went.
func (d *Delete) journal(t *target, err error) {
	e := models.Entry{
		Endpoint: d.endpoint, Action: "delete", Target: t.row.Ref().String(), Result: "accepted",
		Failed: t.state == refused, Digest: t.digest,
	}
	switch {
	case t.state == refused:
		e.Result = t.reason
	case err != nil:
		e.Result = "was gone already"
	}
	d.env.Wish(models.JournalMsg{Entry: e})
}

// finish tells what was deleted, and closes unless something failed.
func (d *Delete) finish() {
	for i := range d.targets {
		if t := &d.targets[i]; t.state == waiting {
			d.set(i, refused)
			t.reason = "It was not sent any more: the deletion was stopped."
		}
	}
	var gone, spared []api.PodRef
	for i := range d.targets {
		if t := &d.targets[i]; t.state == done {
			gone = append(gone, t.row.Ref())
		} else {
			spared = append(spared, t.row.Ref())
		}
	}
	if len(gone) > 0 {
		d.env.Wish(models.PodsGoneMsg{Refs: gone})
	}
	if d.unkept != nil {
		d.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Quiet: true, Text: "A deleted pod cannot be made anew with " + d.undoKey + ": " + d.unkept.Error()})
		d.unkept = nil
	}
	d.forget()
	if len(spared) > 0 {
		d.phase, d.focus = failed, 0
		d.failedFirst()
		text := d.failureText(len(spared))
		d.env.Wish(models.DoomedMsg{Refs: spared})
		d.env.Wish(models.FinishedMsg{Text: text, Began: d.began})
		d.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: text})
		d.env.Wish(FailedMsg{From: d})
		return
	}
	d.phase = over
	text := "Deleting " + d.what()
	d.env.Wish(models.FinishedMsg{Text: text + ": accepted", Began: d.began})
	if d.bare > 0 {
		text += "; " + d.undoKey + " makes " + d.verb("it", "them") + " anew"
	}
	d.env.Wish(models.NoticeMsg{Text: text})
	d.env.Wish(models.BackMsg{From: d})
}

// set puts a target into a state.
func (d *Delete) set(i int, s state) {
	d.counts[d.targets[i].state]--
	d.counts[s]++
	d.targets[i].state = s
}

// failedFirst shows what is left to do before what is done.
func (d *Delete) failedFirst() {
	d.order, d.top = make([]int, 0, len(d.targets)), 0
	for _, s := range []state{refused, done} {
		for i := range d.targets {
			if d.targets[i].state == s {
				d.order = append(d.order, i)
			}
		}
	}
}

func (d *Delete) failureText(bad int) string {
	for i := range d.targets {
		if t := &d.targets[i]; t.state == refused {
			if bad == 1 {
				return fmt.Sprintf("Delete %s: %s", t.row.Name, t.reason)
			}
			return fmt.Sprintf("%d of %d pods were not deleted; the first, %s: %s", bad, len(d.targets), t.row.Name, t.reason)
		}
	}
	return ""
}

// Shown tells the dialog that it is in view again, so that it swallows what was
// typed before.
func (d *Delete) Shown() {
	d.opened, d.away = d.env.Now(), false
	d.draw()
}
