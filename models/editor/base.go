package editor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/aymanbagabas/go-udiff"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
	"podium/themes"
)

const (
	getTimeout = 20 * time.Second
	// goneEvery and goneTimeout are how often and how long it is looked whether
	// a deleted pod is gone, beyond the time that it may take to end.
	goneEvery   = 400 * time.Millisecond
	goneTimeout = 30 * time.Second
	// defaultGrace is how long a pod may take to end that says nothing of it.
	defaultGrace = 30 * time.Second
)

// base is the pod on the server that the text is to replace.
type base struct {
	ref  api.PodRef
	gone bool // deleted: what is left to do is creating
}

// The messages about the pod that is edited.
type (
	basedMsg struct {
		models.Answer
		text string
		own  string // what makes the pod anew by itself
		err  error
	}
	comparedMsg struct {
		models.Answer
		revision uint64
		docs     []manifest.Document
		over     int  // the document that replaces the pod
		recreate bool // the user wants it deleted and created again
		ref      api.PodRef
		old      api.PodObject
		diff     string // "" when nothing differs
		patch    []byte // what makes the new one of the old one
		missing  bool   // there is no such pod
		err      error
	}
	// recreateMsg is the answer yes to the question.
	recreateMsg struct {
		models.Answer
		compared comparedMsg
	}
	patchedMsg struct {
		models.Answer
		compared comparedMsg
		row      api.PodRow
		warnings []string
		err      error
	}
	removedMsg struct {
		models.Answer
		compared comparedMsg
		err      error
		deleted  bool // the server has taken the deletion
	}
)

// loadPod fetches the pod that is to be edited.
func (m *Model) loadPod(ref api.PodRef) tea.Cmd {
	m.base = &base{ref: ref}
	m.draft = draftOf(ref, m.env.Now())
	client := m.env.Client
	m.say(themes.Pending, "fetching %s …", safetext.Line(ref.Name, 60))
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), getTimeout)
		defer cancel()
		msg := basedMsg{Answer: models.To(m)}
		pod, err := client.Get(ctx, ref.Namespace, ref.Name)
		if err != nil {
			msg.err = err
			return msg
		}
		msg.own = pod.Row().Owner
		msg.text, msg.err = recreatableYAML(pod.Raw)
		return msg
	}
}

// recreatableYAML is a server's JSON as one would write it to create the pod.
func recreatableYAML(raw []byte) (string, error) {
	bare, err := manifest.Recreatable(raw)
	if err != nil {
		return "", err
	}
	text, err := manifest.ToYAML(bare)
	return string(text), err
}

func (m *Model) gotBase(msg basedMsg) tea.Cmd {
	if msg.err != nil {
		m.base, m.draft = nil, newDraft(m.env.Now())
		m.open("")
		m.say(themes.Error, "The pod could not be read: %s", safetext.Clean(msg.err.Error()))
		return nil
	}
	m.open(msg.text)
	switch {
	case msg.own != "":
		m.say(themes.Warning, "%s makes this pod anew by itself: what is changed here does not last.", safetext.Line(msg.own, 60))
	case m.patches():
		m.say(themes.Notice, "%s shows what you have changed, then changes it; %s deletes and creates anew.",
			m.keys.Create.Help().Key, m.keys.Over.Help().Key)
	default:
		m.say(themes.Notice, "%s shows what you have changed, then deletes the pod and creates it again.", m.keys.Create.Help().Key)
	}
	return m.opened()
}

// patches says that the endpoint changes pods that exist.
func (m *Model) patches() bool { return m.env.Info.Has(api.CapPatch) }

// compare holds the text against the pod as it is on the server now.
func (m *Model) compare(msg preparedMsg) tea.Cmd {
	docs := msg.found.Docs
	out := comparedMsg{Answer: models.To(m), revision: msg.revision, docs: docs, over: -1, recreate: msg.over || !m.patches()}
	namespace := m.env.Namespace
	if namespace == "" {
		namespace = api.DefaultNamespace
	}
	for i, d := range docs {
		ns := d.Namespace
		if ns == "" {
			ns = namespace
		}
		ref := api.PodRef{Namespace: ns, Name: d.Name}
		if m.base != nil && d.Name == m.base.ref.Name && ns == m.base.ref.Namespace || m.base == nil && !m.sent[string(d.JSON)] {
			out.over, out.ref = i, ref
			break
		}
	}
	if out.over < 0 {
		// Renamed: it is another pod, and the first one stays.
		return m.begin(msg.revision, docs)
	}
	m.preparing = true
	m.say(themes.Pending, "comparing with %s on the server …", safetext.Line(out.ref.Name, 60))
	client, json := m.env.Client, docs[out.over].JSON
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), getTimeout)
		defer cancel()
		out.old, out.err = client.Get(ctx, out.ref.Namespace, out.ref.Name)
		if apierrors.IsNotFound(out.err) {
			out.missing, out.err = true, nil
			return out
		}
		if out.err == nil {
			out.diff, out.patch, out.err = difference(out.old.Raw, json, out.old.Row().UID)
		}
		return out
	}
}

// difference is what is to change: as a unified diff of the two as YAML, and as
// a patch of the pod with that uid.
func difference(old, now []byte, uid string) (diff string, patch []byte, err error) {
	before, err := manifest.Recreatable(old)
	if err != nil {
		return "", nil, fmt.Errorf("read the pod of the server: %w", err)
	}
	after, err := manifest.Recreatable(now)
	if err != nil {
		return "", nil, err
	}
	a, err := manifest.ToYAML(before)
	if err != nil {
		return "", nil, err
	}
	b, err := manifest.ToYAML(after)
	if err != nil || bytes.Equal(a, b) {
		return "", nil, err
	}
	patch, err = manifest.Patch(before, after, uid)
	return udiff.Unified("on the server", "to be sent", string(a), string(b)), patch, err
}

func (m *Model) gotCompared(msg comparedMsg) tea.Cmd {
	m.preparing = false
	m.note = ""
	switch {
	case msg.err != nil:
		m.say(themes.Error, "Nothing was sent: %s", safetext.Clean(msg.err.Error()))
	case msg.revision != m.buf.Revision():
		m.say(themes.Warning, "Nothing was sent: the text was changed meanwhile.")
	case msg.missing:
		return m.begin(msg.revision, msg.docs) // somebody has deleted it: there is nothing to replace
	case msg.diff == "":
		m.say(themes.Warning, "Nothing was sent: the pod on the server is as it is here.")
	default:
		m.openDiff(msg)
	}
	return nil
}

// sendDiff sends what is shown: as a patch, or after a question anew.
func (m *Model) sendDiff() tea.Cmd {
	msg := m.diff.compared
	if m.env.ReadOnly {
		m.diff = nil
		m.say(themes.Error, "This endpoint is read-only here: nothing is changed.")
		return nil
	}
	if msg.recreate {
		m.askRecreate()
		return nil
	}
	m.diff = nil
	if msg.patch == nil {
		m.say(themes.Warning, "Nothing was sent: only the order differs, which cannot be changed.")
		return nil
	}
	m.preparing = true
	m.say(themes.Pending, "changing %s …", safetext.Line(msg.ref.Name, 60))
	client := m.env.Client
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), createTimeout)
		defer cancel()
		out := patchedMsg{Answer: models.To(m), compared: msg}
		pod, warnings, err := client.Patch(ctx, msg.ref.Namespace, msg.ref.Name, msg.patch)
		if out.err, out.warnings = err, warnings; err == nil {
			out.row = pod.Row()
		}
		return out
	}
}

func (m *Model) gotPatched(msg patchedMsg) tea.Cmd {
	m.preparing = false
	m.note = ""
	entry := models.Entry{
		Action: "edit", Target: msg.compared.ref.Namespace + "/" + msg.compared.ref.Name, Result: "accepted", Digest: digest(msg.compared.patch),
	}
	if msg.err != nil {
		entry.Result, entry.Failed = safetext.Line(msg.err.Error(), 300), true
	}
	m.env.Wish(models.JournalMsg{Entry: entry})
	same := msg.compared.revision == m.buf.Revision()
	switch {
	case msg.err != nil:
		m.say(themes.Error, "%s %s deletes it and creates it again with your changes.", safetext.Clean(msg.err.Error()), m.keys.Over.Help().Key)
		var status apierrors.APIStatus
		if same && errors.As(msg.err, &status) && status.Status().Details != nil {
			m.pin(manifest.CausesToProblems(&msg.compared.docs[msg.compared.over], status.Status().Details.Causes))
		}
		return m.saveSoon()
	case !same:
		m.say(themes.OK, "Changed %s; what was typed since is still here.", safetext.Line(msg.compared.ref.Name, 60))
		return nil
	}
	notice := models.NoticeMsg{Text: "Changed " + msg.compared.ref.Name}
	if len(msg.warnings) > 0 {
		notice = models.NoticeMsg{Level: models.LevelWarning, Text: notice.Text + ". The server warns: " + strings.Join(msg.warnings, "; ")}
	}
	return m.leave(msg.row.Ref(), notice)
}

// askRecreate asks before the pod is deleted.
func (m *Model) askRecreate() {
	msg := m.diff.compared
	name := safetext.Line(msg.ref.Name, 60)
	m.env.Wish(models.ConfirmMsg{
		Title: "Recreate " + name + "?",
		Question: name + " is deleted, and created again with these changes when it has ended.\n" +
			"What runs in it ends, shells too. The text here, and the pod as it is now, are kept should that fail.",
		Yes: "Recreate", Do: recreateMsg{Answer: models.To(m), compared: msg},
	})
}

// recreate deletes the pod, and waits until it is gone.
func (m *Model) recreate(msg comparedMsg) tea.Cmd {
	if m.env.ReadOnly || m.preparing || m.job != nil {
		return nil
	}
	m.diff = nil
	m.preparing, m.recreating = true, msg.ref.Name
	m.say(themes.Pending, "deleting %s, and waiting for its end …", safetext.Line(msg.ref.Name, 60))
	client, store, draft, text := m.env.Client, m.env.Store, m.draft, []byte(m.buf.Text())
	kept := models.Deleted{
		At: m.env.Now(), Endpoint: m.env.Place(), Batch: m.draft, Ref: msg.ref, Owner: msg.old.Row().Owner, Pod: msg.old.Raw,
	}
	kept.Ref.UID = msg.old.Row().UID
	grace := defaultGrace
	if s := msg.old.Pod.Spec.TerminationGracePeriodSeconds; s != nil {
		grace = time.Duration(min(max(*s, 0), 3600)) * time.Second
	}
	return func() tea.Msg {
		out := removedMsg{Answer: models.To(m), compared: msg}
		// Both manifests are on disk before anything is deleted.
		if out.err = errors.Join(store.SaveDraft(draft, text), store.KeepDeleted(kept)); out.err != nil {
			return out
		}
		ctx, cancel := context.WithTimeout(context.Background(), grace+goneTimeout)
		defer cancel()
		out.err = client.Delete(ctx, msg.ref.Namespace, msg.ref.Name, api.DeleteOptions{UID: kept.Ref.UID})
		if apierrors.IsNotFound(out.err) {
			out.err = nil
		}
		if models.Declined(out.err) {
			kept.Pod, kept.Spared = nil, true
			out.err = errors.Join(out.err, store.KeepDeleted(kept))
		}
		if out.err != nil {
			return out
		}
		out.deleted = true
		out.err = waitGone(ctx, client, msg.ref, kept.Ref.UID)
		return out
	}
}

// waitGone waits until a pod is gone, or another has its name.
func waitGone(ctx context.Context, client models.Client, ref api.PodRef, uid string) error {
	tick := time.NewTicker(goneEvery)
	defer tick.Stop()
	for {
		pod, err := client.Get(ctx, ref.Namespace, ref.Name)
		switch {
		case apierrors.IsNotFound(err):
			return nil
		case err == nil && uid != "" && pod.Row().UID != uid:
			return fmt.Errorf("another pod has taken the name %s", ref.Name)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("%s has not ended yet", ref.Name)
		}
	}
}

func (m *Model) gotRemoved(msg removedMsg) tea.Cmd {
	m.preparing, m.recreating = false, ""
	m.note = ""
	target := msg.compared.ref.Namespace + "/" + msg.compared.ref.Name
	if !msg.deleted {
		m.env.Wish(models.JournalMsg{Entry: models.Entry{
			Action: "delete", Target: target, Result: safetext.Line(msg.err.Error(), 300), Failed: true,
		}})
		m.say(themes.Error, "Nothing was deleted: %s", safetext.Clean(msg.err.Error()))
		return m.saveSoon()
	}
	m.env.Wish(models.JournalMsg{Entry: models.Entry{
		Action: "delete", Target: target, Result: "accepted, to be recreated", Digest: digest(msg.compared.old.Raw),
	}})
	m.base = &base{ref: msg.compared.ref, gone: true}
	m.env.Wish(models.PodsGoneMsg{Refs: []api.PodRef{msg.compared.ref}})
	if msg.err != nil {
		m.say(themes.Error, "The old pod is deleted, the new one not created: %s. The text is kept; %s creates it.",
			safetext.Clean(msg.err.Error()), m.keys.Create.Help().Key)
		return m.saveSoon()
	}
	return m.begin(msg.compared.revision, msg.compared.docs)
}
