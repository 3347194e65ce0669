package pods

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
)

// press handles a key: typing, the order of the list, what is done with pods, the
// list, and the table's own keys.
func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	if m.typing {
		return m.pressTyping(k)
	}
	keys := m.keys
	for _, s := range keys.sorts() {
		if key.Matches(k, s.binding) {
			return m.sortBy(s.by)
		}
	}
	switch {
	case m.pressOnPods(k):
	case key.Matches(k, keys.SortLeft):
		return m.sortBeside(-1)
	case key.Matches(k, keys.SortRight):
		return m.sortBeside(1)
	case key.Matches(k, keys.Wide):
		wide := !m.wide()
		m.wideSet = &wide
		m.relayout()
	case key.Matches(k, keys.Columns):
		m.env.Wish(models.ColumnsMsg{})
	case key.Matches(k, keys.Refresh):
		return m.refreshNow()
	case key.Matches(k, keys.Save):
		return m.save()
	case key.Matches(k, keys.Faults):
		return m.toggleFaults()
	case key.Matches(k, keys.Filter):
		return m.beginTyping()
	case key.Matches(k, keys.Back):
		return m.clear()
	case key.Matches(k, keys.AllNamespaces):
		m.need(api.CapNamespaces, "namespaces", func() { m.env.Wish(models.NamespaceMsg{}) })
	case key.Matches(k, keys.RecentNamespace):
		m.need(api.CapNamespaces, "namespaces", func() { m.recent(k) })
	default:
		m.table.Handle(k)
	}
	return nil
}

// pressOnPods handles the keys that do something with the pod under the cursor,
// the marked ones, or a new one.
func (m *Model) pressOnPods(k tea.KeyPressMsg) bool {
	keys := m.keys
	switch {
	case key.Matches(k, keys.Inspect):
		m.inspect(models.ViewOverview)
	case key.Matches(k, keys.YAML):
		m.inspect(models.ViewYAML)
	case key.Matches(k, keys.Events):
		m.need(api.CapEvents, "events", func() { m.inspect(models.ViewEvents) })
	case key.Matches(k, keys.Logs):
		m.need(api.CapLog, "logs", func() { m.logs(false) })
	case key.Matches(k, keys.Previous):
		m.need(api.CapLog, "logs", func() { m.logs(true) })
	case key.Matches(k, keys.New):
		m.env.Wish(models.EditMsg{})
	case key.Matches(k, keys.Edit):
		m.editPod()
	case key.Matches(k, keys.Shell):
		m.shell()
	case key.Matches(k, keys.Command):
		m.command()
	case key.Matches(k, keys.Delete):
		m.delete()
	case key.Matches(k, keys.NoDelete):
		m.say("%s does nothing here; %s deletes", keys.NoDelete.Help().Key, keys.Delete.Help().Key)
	case key.Matches(k, keys.Copy):
		m.copyNames()
	case key.Matches(k, keys.CopyAs):
		m.copyAs()
	default:
		return false
	}
	return true
}

// say shows a passing word.
func (m *Model) say(format string, args ...any) {
	m.env.Wish(models.NoticeMsg{Text: fmt.Sprintf(format, args...)})
}

// current is the row under the cursor.
func (m *Model) current() (api.PodRow, bool) {
	keyOf, ok := m.table.Selected()
	if !ok {
		return api.PodRow{}, false
	}
	e := m.rows.byKey[keyOf]
	if e == nil {
		return api.PodRow{}, false
	}
	return e.row, true
}

// marked are the marked rows, those that the filter hides apart.
func (m *Model) marked() (shown, hidden []api.PodRow) {
	rowsOf := func(keys []string) []api.PodRow {
		var out []api.PodRow
		for _, k := range keys {
			if e := m.rows.byKey[k]; e != nil {
				out = append(out, e.row)
			}
		}
		return out
	}
	s, h := m.table.Marked()
	return rowsOf(s), rowsOf(h)
}

// targets are the marked rows, or the one under the cursor.
func (m *Model) targets() (shown, hidden []api.PodRow) {
	shown, hidden = m.marked()
	if len(shown)+len(hidden) > 0 {
		return shown, hidden
	}
	if row, ok := m.current(); ok {
		return []api.PodRow{row}, nil
	}
	return nil, nil
}

// targetRefs name all of them.
func (m *Model) targetRefs() []api.PodRef {
	shown, hidden := m.targets()
	var refs []api.PodRef
	for _, row := range append(shown, hidden...) {
		refs = append(refs, row.Ref())
	}
	return refs
}

func (m *Model) inspect(v models.View) {
	if row, ok := m.current(); ok {
		m.env.Wish(models.InspectMsg{Ref: row.Ref(), View: v})
	}
}

// editPod opens the selected pod in the editor.
func (m *Model) editPod() {
	if row, ok := m.current(); ok {
		m.env.Wish(models.EditMsg{Ref: row.Ref()})
	}
}

// need does something that the endpoint must be able to, or says that it is not.
func (m *Model) need(c api.Capability, what string, do func()) {
	if !m.env.Info.Has(c) {
		m.say("%s serves no %s", m.env.Endpoint, what)
		return
	}
	do()
}

func (m *Model) logs(previous bool) {
	refs := m.targetRefs()
	switch len(refs) {
	case 0:
	case 1:
		m.env.Wish(models.LogMsg{Ref: refs[0], Previous: previous})
	default:
		m.env.Wish(models.LogMsg{Ref: refs[0], More: refs[1:], Previous: previous})
	}
}

func (m *Model) shell() {
	row, ok := m.current()
	switch {
	case !ok:
	case row.Finished():
		m.say("%s is over (%s): no shell runs in it", row.Name, row.Status)
	default:
		m.env.Wish(models.ExecMsg{Ref: row.Ref()})
	}
}

func (m *Model) command() {
	shown, hidden := m.targets()
	var refs []api.PodRef
	over := 0
	for _, row := range append(shown, hidden...) {
		if row.Finished() {
			over++
			continue
		}
		refs = append(refs, row.Ref())
	}
	switch {
	case len(refs) > 0:
		if over > 0 {
			m.say("%d pods are over: no command runs in them", over)
		}
		m.env.Wish(models.CommandMsg{Refs: refs})
	case over == 1:
		m.say("The pod is over: no command runs in it")
	case over > 1:
		m.say("The pods are over: no command runs in them")
	}
}

func (m *Model) delete() {
	shown, hidden := m.targets()
	if len(shown)+len(hidden) > 0 {
		m.env.Wish(models.DeleteMsg{Rows: shown, Hidden: hidden})
	}
}

func (m *Model) copyAs() {
	if refs := m.targetRefs(); len(refs) > 0 {
		m.env.Wish(models.CopyAsMsg{Refs: refs})
	}
}

func (m *Model) copyNames() {
	shown, hidden := m.targets()
	var names []string
	for _, row := range append(shown, hidden...) {
		names = append(names, row.Name)
	}
	switch len(names) {
	case 0:
	case 1:
		m.env.Wish(models.CopyMsg{Text: names[0], What: "the name " + names[0]})
	default:
		m.env.Wish(models.CopyMsg{Text: strings.Join(names, "\n"), What: fmt.Sprintf("%d names", len(names))})
	}
}

// pressMouse selects, opens with a second click on the same row soon after, sorts, or
// goes on with the filter.
func (m *Model) pressMouse(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Button != tea.MouseLeft {
		return nil
	}
	if msg.Y >= m.rowsHigh-m.footRows() {
		if !m.typing && m.wanted() != nil && msg.Y == m.rowsHigh-1 {
			return m.beginTyping()
		}
		return nil
	}
	msg.Y -= m.introRows()
	if id, ok := m.table.HeaderAt(msg.X, msg.Y); ok {
		return m.sortBy(id)
	}
	before := m.clicked
	m.clicked = click{}
	if i, ok := m.table.RowAt(msg.X, msg.Y); ok && msg.Mod == 0 && !m.typing {
		now := click{key: m.rows.order[i].key, at: m.env.Now()}
		if now.key == before.key && now.at.Sub(before.at) <= doubleClick {
			m.inspect(models.ViewOverview)
			return nil
		}
		m.clicked = now
	}
	m.table.Handle(msg)
	return nil
}

// click is the last click on a row, for the next one.
type click struct {
	key string
	at  time.Time
}

// doubleClick is how soon a second click on a row opens it.
const doubleClick = 500 * time.Millisecond

// canClear tells whether esc has something to clear.
func (m *Model) canClear() bool { return m.wanted() != nil || m.intro || m.table.Marks() > 0 }

// clear is esc: the filter, the explanation and the marks go, one at a time.
func (m *Model) clear() tea.Cmd {
	switch {
	case m.wanted() != nil:
		return tea.Batch(m.setFilter(nil), m.reselect())
	case m.intro:
		m.intro = false
	case m.table.Marks() > 0:
		m.table.ClearMarks()
	default:
		m.say("%s quits; %s shows what works here", m.env.Key("global.quit", "q"), m.env.Key("global.help", "?"))
	}
	return nil
}
