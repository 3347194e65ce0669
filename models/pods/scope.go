package pods

import (
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

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

// forget makes the feed begin as at the start: what it knew was of other pods.
func (f *feed) forget() {
	f.stop()
	f.loaded, f.version, f.at = false, "", f.m.env.Now()
	f.memo, f.broken, f.noWatch, f.counted = nil, 0, false, false
	f.found()
}
