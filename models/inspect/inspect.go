// Package inspect is the screen about one pod: an overview that says in plain
// words what is wrong when something is, the YAML and the raw JSON as the server
// sent them, and the events. It refreshes itself while somebody looks.
package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
	"podium/models/widget/syntax"
	"podium/models/widget/table"
	"podium/models/widget/textview"
	"podium/themes"
)

const (
	// every is how often the pod is asked for while somebody looks.
	every = 2 * time.Second
	// patience is how long one answer may take.
	patience = 20 * time.Second
	// backoffMax is the longest wait after failures.
	backoffMax = 30 * time.Second
)

// tab is one way to look at the pod.
type tab int

const (
	overview tab = iota
	yaml
	raw
	events
)

// tabNames are what the tabs are called on the screen.
var tabNames = [...]string{"overview", "YAML", "JSON", "events"}

// Model is the screen. It is a models.Screen.
type Model struct {
	env   *models.Env
	theme themes.Theme
	keys  KeyMap
	ref   api.PodRef
	tab   tab
	texts [3]*textview.View // of the tabs that are text
	list  *table.Table      // of the events

	object  api.PodObject
	events  []corev1.Event
	evErr   error     // why there are no events
	made    [3]bool   // which texts show the object
	at      time.Time // when the object was known to be true
	err     error     // of the last request, nil when it was answered
	gone    bool      // the pod does not exist any more
	asking  bool
	run     int
	tries   int
	due     time.Time
	reveal  bool // secret-looking values are shown
	ctx     context.Context
	cancel  context.CancelFunc
	focused bool
	blurred bool

	cols, rows int
	drawn      string
}

var (
	_ models.Screen   = (*Model)(nil)
	_ models.Titled   = (*Model)(nil)
	_ models.Typing   = (*Model)(nil)
	_ models.Pointing = (*Model)(nil)
	_ models.Themed   = (*Model)(nil)
	_ models.Focusing = (*Model)(nil)
	_ models.Grouping = (*Model)(nil)
)

// New makes the screen for the wish.
func New(env *models.Env, wish models.InspectMsg) *Model {
	m := &Model{env: env, theme: env.Theme, keys: DefaultKeyMap(), ref: wish.Ref, focused: true}
	m.tab = map[models.View]tab{models.ViewYAML: yaml, models.ViewEvents: events}[wish.View]
	for i := range m.texts {
		v := textview.New(env.Theme, 0)
		v.Keys.Right.SetKeys("right")
		v.Keys.Left.SetKeys("left")
		v.Keys.HalfDown.SetEnabled(false) // ctrl-d deletes
		v.SetEmpty("Asking for the pod…")
		v.OnCopy = func(text string) tea.Cmd {
			env.Wish(models.CopyMsg{Text: text, What: "the " + tabNames[i] + " of " + m.ref.Name})
			return nil
		}
		v.OnSave = func(text string) tea.Cmd { return m.save(tab(i), text) }
		m.texts[i] = v
	}
	m.texts[overview].SetWrap(true)
	m.texts[yaml].SetHighlighter(syntax.YAML)
	m.texts[raw].SetHighlighter(syntax.YAML)
	m.list = table.New(env.Theme, eventColumns(), eventRows{m})
	m.list.SetEmpty("\nAsking for the events…")
	m.ctx, m.cancel = context.WithCancel(context.Background())
	return m
}

// Init asks for the pod.
func (m *Model) Init() tea.Cmd { return m.ask() }

// Close gives up what was asked for.
func (m *Model) Close() { m.cancel() }

// Title names the pod.
func (m *Model) Title() string { return safetext.Line(m.ref.Name, 60) + " " + tabNames[m.tab] }

// Typing tells whether a search is typed.
func (m *Model) Typing() bool { return m.tab != events && m.texts[m.tab].Typing() }

// SetFocus tells whether anybody looks.
func (m *Model) SetFocus(on bool) {
	m.focused = on
	m.list.SetFocused(on)
	m.draw()
}

// SetTheme changes the look.
func (m *Model) SetTheme(th themes.Theme) {
	m.theme = th
	for _, v := range m.texts {
		v.SetTheme(th)
	}
	m.list.SetTheme(th)
	m.draw()
}

// SetSize sets the rectangle.
func (m *Model) SetSize(cols, rows int) {
	changed := m.cols != cols
	m.cols, m.rows = max(cols, 0), max(rows, 0)
	if changed {
		m.made[overview] = false
	}
	m.show()
	m.draw()
}

// answerMsg is the pod, and its events, as the server sent them.
type answerMsg struct {
	owner  *Model
	run    int
	object api.PodObject
	err    error
	events []corev1.Event
	evErr  error
}

// ask asks for the pod and its events in a command.
func (m *Model) ask() tea.Cmd {
	m.asking = true
	m.run++
	ctx, client, ref, run := m.ctx, m.env.Client, m.ref, m.run
	withEvents := m.env.Info.Has(api.CapEvents)
	return func() tea.Msg {
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		a := answerMsg{owner: m, run: run}
		a.object, a.err = client.Get(limited, ref.Namespace, ref.Name)
		if a.err == nil && a.object.Pod == nil {
			a.err = fmt.Errorf("get %s: the answer holds no pod", ref)
		}
		if withEvents && a.err == nil {
			a.events, a.evErr = client.Events(limited, ref.Namespace, selectorOf(ref, a.object.Pod))
		}
		return a
	}
}

// selectorOf asks for the events of this pod, not of an earlier one of its name.
func selectorOf(ref api.PodRef, pod *corev1.Pod) string {
	s := "involvedObject.name=" + ref.Name + ",involvedObject.namespace=" + ref.Namespace
	if pod.UID != "" {
		s += ",involvedObject.uid=" + string(pod.UID)
	}
	return s
}

// got takes an answer in.
func (m *Model) got(a answerMsg) {
	m.asking = false
	now := m.env.Now()
	m.due = now.Add(every)
	switch {
	case apierrors.IsNotFound(a.err):
		m.err, m.gone = a.err, true
		m.say(a.err)
		return
	case a.err != nil:
		m.err = a.err
		m.due = now.Add(min(every<<min(m.tries, 4), backoffMax))
		m.tries++
		m.say(a.err)
		return
	}
	m.err, m.tries, m.gone, m.at = nil, 0, false, now
	if !bytes.Equal(a.object.Raw, m.object.Raw) || m.object.Pod == nil {
		m.made = [3]bool{}
	}
	m.object, m.events, m.evErr = a.object, a.events, a.evErr
	m.made[overview] = false
	m.sayEvents()
	m.list.Reload()
	m.show()
}

// say explains in place of the pod why it is not there.
func (m *Model) say(err error) {
	if m.object.Pod != nil {
		return
	}
	text := err.Error()
	for _, v := range m.texts {
		v.SetEmpty(text + "\n\nctrl-r asks again, esc goes back.")
	}
	m.list.SetEmpty("\n" + text)
}

func (m *Model) sayEvents() {
	switch {
	case !m.env.Info.Has(api.CapEvents):
		m.list.SetEmpty("\n" + m.env.Endpoint + " serves no events.")
	case m.evErr != nil:
		m.list.SetEmpty("\nThe events could not be had: " + m.evErr.Error())
	default:
		m.list.SetEmpty("\nNothing has been said about this pod lately.")
	}
}

// show makes the text of the current tab, if it is not made yet.
func (m *Model) show() {
	if m.tab == events || m.object.Pod == nil || m.made[m.tab] {
		return
	}
	m.made[m.tab] = true
	v := m.texts[m.tab]
	switch m.tab {
	case overview:
		v.UpdateLines(m.overview())
	case yaml:
		text, err := manifest.ToYAML(m.object.Raw)
		if err != nil {
			text = []byte("# The server's JSON cannot be shown as YAML: " + err.Error() + "\n# The JSON is one tab on.\n")
		}
		v.UpdateLines(textLines(string(text)))
	case raw:
		v.UpdateLines(textLines(indented(m.object.Raw)))
	}
}

// indented is JSON with its fields on lines of their own, each byte of a value
// as it came; what is no JSON is left as it is.
func indented(data []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return string(data)
	}
	return b.String()
}

func textLines(text string) []textview.Line {
	var out []textview.Line
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\n"), "\n") {
		out = append(out, textview.Line{Text: line})
	}
	return out
}

// Update takes keys, ticks and answers.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		cmd = m.press(msg)
	case tea.PasteMsg, tea.MouseWheelMsg:
		cmd = m.handle(msg)
	case tea.MouseClickMsg:
		cmd = m.click(msg)
	case tea.FocusMsg:
		m.blurred = false
	case tea.BlurMsg:
		m.blurred = true
	case models.TickMsg:
		cmd = m.tick(time.Time(msg))
	case models.InfoMsg:
		m.due = m.env.Now()
	case answerMsg:
		if msg.owner != m || msg.run != m.run {
			return nil
		}
		m.got(msg)
	case savedMsg:
		if msg.owner == m {
			m.saved(msg)
		}
	default:
		return nil
	}
	m.draw()
	return cmd
}

// tick asks again when it is time to, and lets ages pass.
func (m *Model) tick(now time.Time) tea.Cmd {
	if !m.focused || m.blurred {
		return nil
	}
	if m.tab == overview {
		m.made[overview] = false
		m.show()
	}
	if m.tab == events {
		m.list.Reload()
	}
	if m.asking || m.gone || now.Before(m.due) {
		return nil
	}
	return m.ask()
}

// handle gives a message to the widget of the tab.
func (m *Model) handle(msg tea.Msg) tea.Cmd {
	if m.tab == events {
		if click, ok := msg.(tea.MouseClickMsg); ok {
			click.Y -= m.headRows()
			msg = click
		}
		return m.list.Update(msg)
	}
	return m.texts[m.tab].Update(msg)
}

func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	if m.Typing() {
		return m.handle(k)
	}
	for t, b := range m.keys.Tabs {
		if key.Matches(k, b) {
			m.turn(tab(t))
			return nil
		}
	}
	switch {
	case key.Matches(k, m.keys.NextTab):
		m.turn((m.tab + 1) % tab(len(tabNames)))
	case key.Matches(k, m.keys.PrevTab):
		m.turn((m.tab + tab(len(tabNames)) - 1) % tab(len(tabNames)))
	case key.Matches(k, m.keys.Reveal):
		m.reveal = !m.reveal
		m.made[overview] = false
		m.show()
	case key.Matches(k, m.keys.Refresh):
		m.gone = false
		return m.ask()
	case key.Matches(k, m.keys.Back):
		if m.tab != events {
			if _, handled := m.texts[m.tab].Handle(k); handled {
				return nil
			}
		}
		m.env.Wish(models.BackMsg{})
	default:
		if !m.act(k) {
			return m.handle(k)
		}
	}
	return nil
}

// act runs the keys that do something with the pod.
func (m *Model) act(k tea.KeyPressMsg) bool {
	row := m.object.Row()
	if m.object.Pod == nil {
		row = api.PodRow{Namespace: m.ref.Namespace, Name: m.ref.Name, UID: m.ref.UID}
	}
	switch {
	case key.Matches(k, m.keys.Shell):
		if row.Finished() {
			m.env.Wish(models.NoticeMsg{Text: row.Name + " is over (" + row.Status + "): no shell runs in it"})
		} else {
			m.env.Wish(models.ExecMsg{Ref: row.Ref()})
		}
	case key.Matches(k, m.keys.Command):
		m.env.Wish(models.CommandMsg{Refs: []api.PodRef{row.Ref()}})
	case key.Matches(k, m.keys.Logs), key.Matches(k, m.keys.Previous):
		if !m.env.Info.Has(api.CapLog) {
			m.env.Wish(models.NoticeMsg{Text: m.env.Endpoint + " serves no logs"})
		} else {
			m.env.Wish(models.LogMsg{Ref: row.Ref(), Previous: key.Matches(k, m.keys.Previous)})
		}
	case key.Matches(k, m.keys.Delete):
		if !m.gone {
			m.env.Wish(models.DeleteMsg{Rows: []api.PodRow{row}})
		}
	default:
		return false
	}
	return true
}

func (m *Model) turn(t tab) {
	m.tab = t
	m.show()
}

// click turns to a tab, or goes to the widget.
func (m *Model) click(msg tea.MouseClickMsg) tea.Cmd {
	if msg.Y != 0 || m.headRows() == 0 {
		return m.handle(msg)
	}
	x := 1
	for t, name := range tabNames {
		if w := len(name) + 2; msg.X >= x && msg.X < x+w {
			m.turn(tab(t))
			break
		} else {
			x += w + 1
		}
	}
	return nil
}

// Keys are what works right now.
func (m *Model) Keys() help.KeyMap { return keysNow{m} }

// Cursor is in the search while it is typed.
func (m *Model) Cursor() *tea.Cursor {
	if m.tab == events {
		return nil
	}
	if x, y, ok := m.texts[m.tab].Cursor(); ok {
		return tea.NewCursor(x, y+m.headRows())
	}
	return nil
}

// headRows is the number of lines above the text: the tabs, and what is wrong.
func (m *Model) headRows() int {
	n := 0
	if m.rows >= 4 {
		n++
		if m.err != nil && m.object.Pod != nil {
			n++
		}
	}
	return n
}

func (m *Model) draw() {
	if m.cols == 0 || m.rows == 0 {
		m.drawn = ""
		return
	}
	head := m.headRows()
	var b strings.Builder
	if head > 0 {
		b.WriteString(m.tabsLine())
		b.WriteByte('\n')
	}
	if head > 1 {
		b.WriteString(m.theme.Paint(themes.Error, safetext.Fit(" "+m.troubleText(), m.cols)))
		b.WriteByte('\n')
	}
	if m.tab == events {
		m.list.SetSize(m.cols, m.rows-head)
		m.list.SetFaded(m.err != nil)
		b.WriteString(m.list.View())
	} else {
		m.texts[m.tab].SetSize(m.cols, m.rows-head)
		b.WriteString(m.texts[m.tab].View())
	}
	if text := b.String(); text != m.drawn {
		m.drawn = text
	}
}

func (m *Model) troubleText() string {
	if m.gone {
		return "The pod is gone; this is how it was at " + m.at.Format("15:04:05")
	}
	return safetext.Line(fmt.Sprintf("As of %s ago: %v", models.Age(m.env.Now().Sub(m.at)), m.err), m.cols)
}

func (m *Model) tabsLine() string {
	var b strings.Builder
	b.WriteByte(' ')
	used := 1
	for t, name := range tabNames {
		role := themes.Muted
		if tab(t) == m.tab {
			role = themes.Selected
		}
		if used+len(name)+3 > m.cols {
			break
		}
		b.WriteString(m.theme.Paint(role, " "+name+" ") + " ")
		used += len(name) + 3
	}
	b.WriteString(strings.Repeat(" ", max(m.cols-used, 0)))
	return b.String()
}

// View is the screen as it was drawn last.
func (m *Model) View() string { return m.drawn }

// savedMsg is where a text was saved.
type savedMsg struct {
	owner *Model
	path  string
	err   error
}

func (m *Model) save(t tab, text string) tea.Cmd {
	name := m.ref.Name + [...]string{".txt", ".yaml", ".json"}[t]
	store := m.env.Store
	return func() tea.Msg {
		path, err := store.Save(name, []byte(text))
		return savedMsg{owner: m, path: path, err: err}
	}
}

func (m *Model) saved(msg savedMsg) {
	if msg.err != nil {
		m.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: msg.err.Error()})
		return
	}
	m.env.Wish(models.NoticeMsg{Text: "Saved to " + msg.path})
}
