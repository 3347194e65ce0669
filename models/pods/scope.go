package pods

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/models"
)

// recent wishes for the namespace of a key: the place of the key among those of
// the binding is that of the namespace among the recent ones.
func (m *Model) recent(k tea.KeyPressMsg) {
	i := slices.Index(m.keys.RecentNamespace.Keys(), k.String())
	switch {
	case i < 0:
	case i >= len(m.env.Recent):
		m.say("No namespace has the key %s yet: :ns goes to one, and it gets a key", k.String())
	default:
		m.env.Wish(models.NamespaceMsg{Namespace: m.env.Recent[i]})
	}
}

// scoped takes a change of what the program shows: another namespace is listed
// anew.
func (m *Model) scoped() tea.Cmd {
	if m.scope == m.env.Namespace {
		m.explain()
		return nil
	}
	m.scope, m.answered = m.env.Namespace, ""
	m.relayout()
	m.table.ClearMarks()
	for key := range m.rows.byKey {
		m.rows.remove(key)
	}
	m.rows.arrange(m.now)
	m.table.Reload()
	m.feed.forget()
	m.explain()
	return m.feed.list()
}

// watchForbidden says that polling takes the place of a watch that one may not
// have.
func (m *Model) watchForbidden(err error) {
	m.env.Wish(models.NoticeMsg{
		Level: models.LevelWarning,
		Text:  fmt.Sprintf("You may not watch pods here: asking every few seconds instead (%v)", err),
	})
}

// refused tells whether the server answers but does not give the list: who asks
// may not have it, or it is not there.
func refused(err error) bool {
	var status apierrors.APIStatus
	if err == nil || !errors.As(err, &status) {
		return false
	}
	code := status.Status().Code
	return code >= http.StatusBadRequest && code < http.StatusInternalServerError && code != http.StatusTooManyRequests
}

// wayOut says what can be done about a list that is not to be had.
func (m *Model) wayOut() string {
	text := m.keys.Refresh.Help().Key + " tries again at once, " + m.env.Key("global.log", "!") + " shows the log."
	switch {
	case apierrors.IsUnauthorized(m.feed.lost) && m.env.Info.Engine() != "kube": // whose engine says it better
		text = "Who you are is not accepted: give another token, to the endpoint in :ctx or in the file of --token-file. It counts by itself.\n" + text
	case !apierrors.IsForbidden(m.feed.lost):
	case m.env.Namespace == "" && m.env.Info.Has(api.CapNamespaces):
		text = "You may see the pods of some namespaces all the same: :ns goes to one.\n" + text
	case m.env.Info.Has(api.CapNamespaces):
		text = "You may see those of other namespaces all the same: :ns goes to one, also to one that is not listed.\n" + text
	}
	if m.env.Contexts != nil {
		text += " :ctx opens another context."
	}
	return text
}

// forget makes the feed begin as at the start: what it knew was of other pods.
func (f *feed) forget() {
	f.stop()
	f.loaded, f.version, f.at = false, "", time.Time{}
	f.memo, f.broken, f.noWatch, f.counted = nil, 0, false, false
	f.found()
}
