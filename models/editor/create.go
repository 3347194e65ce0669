package editor

import (
	"context"
	"errors"
	"maps"
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

// createdMsg is the result of checking the text and sending its documents.
type createdMsg struct {
	to       *Model
	revision uint64
	problems []manifest.Problem // with an error among them nothing was sent
	done     []string           // JSON of the documents the server took
	refs     []api.PodRef
	warnings []string
	failed   *manifest.Document
	err      error
}

// create checks the text and sends every document that has not been taken yet,
// all of it off the event loop.
func (m *Model) create() tea.Cmd {
	switch {
	case m.sending:
		return nil
	case m.env.ReadOnly:
		m.say(themes.Error, "This endpoint is read-only here: nothing is created.")
		return nil
	}
	m.sending = true
	m.say(themes.Pending, "creating …")
	namespace := m.env.Namespace
	if namespace == "" {
		namespace = api.DefaultNamespace
	}
	client, text, revision, sent, rules := m.env.Client, []byte(m.buf.Text()), m.buf.Revision(), maps.Clone(m.sent), m.rules()
	return func() tea.Msg {
		msg := createdMsg{to: m, revision: revision}
		found := manifest.Inspect(text, rules)
		msg.problems = found.Problems
		if found.Errors() == 0 {
			msg.send(client, namespace, slices.DeleteFunc(found.Docs, func(d manifest.Document) bool { return sent[string(d.JSON)] }))
		}
		return msg
	}
}

// send creates the documents in order, up to the first that fails.
func (msg *createdMsg) send(client models.Client, namespace string, docs []manifest.Document) {
	for i := range docs {
		ns := docs[i].Namespace
		if ns == "" {
			ns = namespace
		}
		ctx, cancel := context.WithTimeout(context.Background(), createTimeout)
		pod, warnings, err := client.Create(ctx, ns, docs[i].JSON)
		cancel()
		msg.warnings = append(msg.warnings, warnings...)
		if err != nil {
			msg.failed, msg.err = &docs[i], err
			return
		}
		msg.done = append(msg.done, string(docs[i].JSON))
		msg.refs = append(msg.refs, pod.Row().Ref())
	}
}

func (m *Model) gotCreated(msg createdMsg) tea.Cmd {
	m.sending = false
	for _, json := range msg.done {
		m.sent[json] = true
	}
	if msg.revision == m.buf.Revision() {
		m.show(msg.problems)
	}
	if n := countErrors(msg.problems); n > 0 {
		m.say(themes.Error, "Nothing was sent: %s to mend first. F8 goes from one to the next.", plural(n, "problem"))
		m.buf.NextProblem()
		return nil
	}
	switch {
	case msg.err != nil:
		return m.refused(msg)
	case len(msg.refs) == 0:
		m.say(themes.Warning, "There is no pod in this text that has not been created already.")
		return nil
	}
	if msg.revision != m.buf.Revision() {
		// Typed on while it was sent: that text is not created, so it stays.
		m.say(themes.OK, "Created %s; what was typed since is still here.", names(msg.refs))
		return nil
	}
	m.buf.MarkClean()
	store, draft := m.env.Store, m.draft
	forget := func() tea.Msg {
		if err := store.DeleteDraft(draft); err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: "The draft of the created pod is still kept: " + err.Error()}
		}
		return nil
	}
	level, text := models.LevelInfo, "Created "+names(msg.refs)
	if len(msg.warnings) > 0 {
		level, text = models.LevelWarning, text+". The server warns: "+strings.Join(msg.warnings, "; ")
	}
	m.env.Wish(models.BackMsg{})
	m.env.Wish(models.ListMsg{Ref: msg.refs[len(msg.refs)-1]})
	m.env.Wish(models.NoticeMsg{Level: level, Text: text})
	return forget
}

// refused pins the server's words to the fields they name; the text stays as it
// is, and so does its draft.
func (m *Model) refused(msg createdMsg) tea.Cmd {
	said := safetext.Clean(msg.err.Error())
	if len(msg.done) > 0 {
		said = plural(len(msg.done), "pod") + " created, then: " + said
	}
	m.say(themes.Error, "%s", said)
	var status apierrors.APIStatus
	if msg.revision != m.buf.Revision() || !errors.As(msg.err, &status) || status.Status().Details == nil {
		return m.saveSoon()
	}
	if pinned := manifest.CausesToProblems(msg.failed, status.Status().Details.Causes); len(pinned) > 0 {
		m.pin(pinned)
		m.buf.Goto(max(pinned[0].Start.Line, 1), max(pinned[0].Start.Column, 1))
	}
	return m.saveSoon()
}

func countErrors(problems []manifest.Problem) int {
	n := 0
	for _, p := range problems {
		if p.Severity == manifest.Error {
			n++
		}
	}
	return n
}

func names(refs []api.PodRef) string {
	all := make([]string, len(refs))
	for i, r := range refs {
		all[i] = r.Name
	}
	return strings.Join(all, ", ")
}
