package editor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
	"podium/themes"
)

// createTimeout bounds one create.
const createTimeout = 30 * time.Second

// The messages of creating.
type (
	// preparedMsg is the text, read and checked before anything is sent.
	preparedMsg struct {
		models.Answer
		revision uint64
		found    manifest.Inspection
		over     bool // an existing pod is to be replaced
	}
	// sentMsg is what a server made of one pod.
	sentMsg struct {
		models.Answer
		job      *job
		row      api.PodRow
		warnings []string
		err      error
	}
)

// job is the pods of a text on their way to the server, one after the other.
type job struct {
	revision  uint64
	namespace string // of pods that name none
	results   []result
	at        int // the one that is being sent
	began     time.Time
	stopped   bool // the user wants no more of them to be sent
}

// result is what has become of one pod.
type result struct {
	doc      manifest.Document
	name     string
	state    outcome
	ref      api.PodRef
	err      error
	warnings []string
}

// outcome is how far a pod has come.
type outcome uint8

const (
	waiting outcome = iota
	created
	createdBefore
	failed
)

// create checks the text, off the event loop; gotPrepared goes on. over says
// that a pod which exists is to be replaced by the one in the text.
func (m *Model) create(over bool) tea.Cmd {
	switch {
	case m.job != nil || m.preparing:
		return nil
	case m.env.ReadOnly:
		m.say(themes.Error, "This endpoint is read-only here: nothing is created.")
		return nil
	}
	m.preparing = true
	m.popup, m.docs = nil, nil
	m.say(themes.Pending, "checking …")
	text, revision, inspect := m.buf.Text(), m.buf.Revision(), m.inspector()
	return func() tea.Msg {
		return preparedMsg{Answer: models.To(m), revision: revision, found: inspect(text), over: over}
	}
}

// gotPrepared sends a text without errors.
func (m *Model) gotPrepared(msg preparedMsg) tea.Cmd {
	m.preparing = false
	m.note = ""
	if msg.revision == m.buf.Revision() {
		m.checked = msg.revision
		m.show(msg.found.Problems)
	}
	if n := msg.found.Errors(); n > 0 {
		m.say(themes.Error, "Nothing was sent: %s to mend first. F8 goes from one to the next, alt-enter mends.", models.Count(n, "problem"))
		m.buf.NextProblem()
		return m.look(wantPath)
	}
	if msg.over || m.base != nil && !m.base.gone {
		return m.compare(msg)
	}
	return m.begin(msg.revision, msg.found.Docs)
}

// begin sends the documents that the server has not taken yet.
func (m *Model) begin(revision uint64, docs []manifest.Document) tea.Cmd {
	j := &job{revision: revision, namespace: m.env.Namespace, began: m.env.Now()}
	if j.namespace == "" {
		j.namespace = api.DefaultNamespace
	}
	for _, d := range docs {
		r := result{doc: d, name: d.Name}
		if r.name == "" && d.Pod != nil {
			r.name = d.Pod.GenerateName + "…"
		}
		if m.sent[string(d.JSON)] {
			r.state = createdBefore
		}
		j.results = append(j.results, r)
	}
	if j.left() == 0 {
		m.say(themes.Warning, "There is no pod in this text that has not been created already.")
		return nil
	}
	m.job = j
	return m.sendNext()
}

// left counts the pods that are still to be sent.
func (j *job) left() int { return j.count(waiting) }

func (j *job) count(o outcome) int {
	n := 0
	for i := range j.results {
		if j.results[i].state == o {
			n++
		}
	}
	return n
}

// namespaceOf is where a pod is created.
func (j *job) namespaceOf(r *result) string {
	if r.doc.Namespace != "" {
		return r.doc.Namespace
	}
	return j.namespace
}

// sendNext sends the next pod, or ends the job.
func (m *Model) sendNext() tea.Cmd {
	j := m.job
	for j.at < len(j.results) && j.results[j.at].state != waiting {
		j.at++
	}
	if j.stopped || j.at == len(j.results) {
		return m.ended()
	}
	r := &j.results[j.at]
	if len(j.results) > 1 {
		m.say(themes.Pending, "creating %d of %d: %s … (esc sends no more)", j.at+1, len(j.results), safetext.Line(r.name, 60))
	} else {
		m.say(themes.Pending, "creating %s …", safetext.Line(r.name, 60))
	}
	client, namespace, pod := m.env.Client, j.namespaceOf(r), r.doc.JSON
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), createTimeout)
		defer cancel()
		made, warnings, err := client.Create(ctx, namespace, pod)
		msg := sentMsg{Answer: models.To(m), job: j, warnings: warnings, err: err}
		if err == nil {
			msg.row = made.Row()
		}
		return msg
	}
}

// gotSent notes what has become of a pod, and goes on.
func (m *Model) gotSent(msg sentMsg) tea.Cmd {
	if msg.job != m.job || m.job == nil {
		return nil
	}
	r := &m.job.results[m.job.at]
	r.warnings, r.err = msg.warnings, msg.err
	entry := models.Entry{Action: "create", Target: m.job.namespaceOf(r) + "/" + r.name, Result: "accepted", Digest: digest(r.doc.JSON)}
	if msg.err == nil {
		r.state, r.ref = created, msg.row.Ref()
		m.sent[string(r.doc.JSON)] = true
		entry.Target = r.ref.Namespace + "/" + r.ref.Name
	} else {
		r.state = failed
		entry.Result, entry.Failed = safetext.Line(msg.err.Error(), 300), true
		if errors.Is(msg.err, api.ErrUnreachable) {
			m.job.stopped = true // the next ones would fare no better
		}
	}
	m.env.Wish(models.JournalMsg{Entry: entry})
	return m.sendNext()
}

// digest names what was sent without telling it.
func digest(json []byte) string {
	sum := sha256.Sum256(json)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// ended says how a job has ended. Where all went well the list follows, with the
// new pod selected; else the text stays.
func (m *Model) ended() tea.Cmd {
	j := m.job
	m.job = nil
	m.note = ""
	if j.count(failed)+j.left() > 0 {
		return m.refused(j)
	}
	var refs []api.PodRef
	var warnings []string
	for _, r := range j.results {
		if r.state == created {
			refs = append(refs, r.ref)
		}
		warnings = append(warnings, r.warnings...)
	}
	text := "Created " + names(refs)
	if m.base != nil && m.base.gone {
		text = "Recreated " + names(refs)
		m.base = nil
	}
	m.env.Wish(models.FinishedMsg{Text: text, Began: j.began})
	if j.revision != m.buf.Revision() {
		// Typed on while it was sent: that text is not created, so it stays.
		m.say(themes.OK, "%s; what was typed since is still here.", text)
		return nil
	}
	level := models.LevelInfo
	if len(warnings) > 0 {
		level, text = models.LevelWarning, text+". The server warns: "+strings.Join(warnings, "; ")
	}
	return m.leave(refs[len(refs)-1], models.NoticeMsg{Level: level, Text: text})
}

// leave goes to the list once the text has done its duty.
func (m *Model) leave(ref api.PodRef, notice models.NoticeMsg) tea.Cmd {
	m.buf.MarkClean()
	store, draft := m.env.Store, m.draft
	m.env.Wish(models.BackMsg{})
	m.env.Wish(models.ListMsg{Ref: ref})
	m.env.Wish(notice)
	return func() tea.Msg {
		if err := store.DeleteDraft(draft); err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: "The draft of the created pod is still kept: " + err.Error()}
		}
		return nil
	}
}

// refused pins the server's words to the fields they name, and lists what has
// become of each pod; the text stays as it is, and so does its draft.
func (m *Model) refused(j *job) tea.Cmd {
	var pinned []manifest.Problem
	first := -1
	for i := range j.results {
		r := &j.results[i]
		if r.state != failed {
			continue
		}
		if first < 0 {
			first = i
		}
		var status apierrors.APIStatus
		if errors.As(r.err, &status) && status.Status().Details != nil {
			pinned = append(pinned, manifest.CausesToProblems(&r.doc, status.Status().Details.Causes)...)
		}
	}
	same := j.revision == m.buf.Revision()
	if len(pinned) > 0 && same {
		m.pin(pinned)
		m.buf.Goto(max(pinned[0].Start.Line, 1), max(pinned[0].Start.Column, 1))
	}
	if len(j.results) > 1 {
		m.listResults(j)
		m.say(themes.Error, "%s", j.summary())
		return m.saveSoon()
	}
	r := &j.results[first]
	said := safetext.Clean(r.err.Error())
	switch {
	case apierrors.IsAlreadyExists(r.err):
		said += fmt.Sprintf(" %s replaces it by this one, after showing the difference.", m.keys.Over.Help().Key)
	case errors.Is(r.err, api.ErrUnreachable):
		said += " It may have been created all the same: look at the list before sending it again."
	}
	m.say(themes.Error, "%s", said)
	return m.saveSoon()
}

// summary counts the outcomes.
func (j *job) summary() string {
	var parts []string
	for _, c := range []struct {
		o    outcome
		what string
	}{{created, "created"}, {createdBefore, "created before"}, {failed, "failed"}, {waiting, "not sent"}} {
		if n := j.count(c.o); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.what))
		}
	}
	return strings.Join(parts, ", ") + ". Mend the text and send it again: what is there already is not sent twice."
}

// listResults shows what has become of each pod; choosing one goes to it.
func (m *Model) listResults(j *job) {
	p := &popup{asked: true, center: true, menu: menu{title: "what has become of each pod", wide: true}}
	for i := range j.results {
		r := &j.results[i]
		item := menuItem{role: themes.OK}
		said := "created"
		switch r.state {
		case createdBefore:
			said, item.role = "created before", themes.Muted
		case waiting:
			said, item.role = "not sent", themes.Muted
		case failed:
			said, item.role = r.err.Error(), themes.Error
			if p.items == nil || !slices.ContainsFunc(p.items, func(it menuItem) bool { return it.role == themes.Error }) {
				p.chosen = i
			}
		case created:
			if len(r.warnings) > 0 {
				said, item.role = "created; the server warns: "+strings.Join(r.warnings, "; "), themes.Warning
			}
		}
		item.label = r.name + ": " + said
		if len(said) > 50 {
			item.doc = said
		}
		p.items = append(p.items, item)
	}
	p.pick = func(i int) tea.Cmd {
		m.buf.Goto(j.results[i].doc.Start.Line, 1)
		return m.look(wantPath)
	}
	m.popup = p
}

// stop has the pods that were not sent yet stay so.
func (m *Model) stop() {
	if m.job != nil && !m.job.stopped {
		m.job.stopped = true
		m.say(themes.Pending, "no more pods are sent; waiting for the one under way …")
	}
}

func names(refs []api.PodRef) string {
	if len(refs) > 5 {
		return fmt.Sprintf("%d pods", len(refs))
	}
	all := make([]string, len(refs))
	for i, r := range refs {
		all[i] = r.Name
	}
	return strings.Join(all, ", ")
}
