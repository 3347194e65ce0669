// Package inspect is the screen about one pod: an overview that says in plain
// words what is wrong when something is, the YAML and the raw JSON as the server
// sent them, and the events. It refreshes itself while somebody looks.
package inspect

import (
	"context"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	corev1 "k8s.io/api/core/v1"

	"podium/api"
	"podium/internal/safetext"
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
	whole [3]string         // the YAML and the JSON, with what is folded away
	folds [3]folds
	list  *table.Table // of the events

	object  api.PodObject
	events  []corev1.Event
	evErr   error // why there are no events
	words   lastWords
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
			text = m.unfolded(tab(i), text)
			env.Wish(models.CopyMsg{Text: text, What: "the " + tabNames[i] + " of " + m.ref.Name})
			return nil
		}
		v.OnSave = func(text string) tea.Cmd {
			m.save(tab(i), m.unfolded(tab(i), text))
			return nil
		}
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

// Update takes keys, ticks and answers.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, m) {
		return nil
	}
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
		if msg.run != m.run {
			return nil
		}
		m.got(msg)
		cmd = m.askWords()
	case wordsMsg:
		m.gotWords(msg)
	default:
		return nil
	}
	m.draw()
	return cmd
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
	case m.folding() && key.Matches(k, m.keys.Fold):
		m.refold((*folds).more)
	case m.folding() && key.Matches(k, m.keys.Unfold):
		m.refold((*folds).less)
	case m.folding() && key.Matches(k, m.texts[m.tab].Keys.Search):
		m.refold((*folds).open) // what is searched for may be folded away
		return m.handle(k)
	case m.tab == events && key.Matches(k, m.texts[overview].Keys.Copy):
		m.env.Wish(models.CopyMsg{Text: m.eventsText(), What: "the events of " + m.ref.Name})
	case m.tab == events && key.Matches(k, m.texts[overview].Keys.Save):
		m.env.Wish(models.SaveMsg{Name: m.ref.Name + "-events.tsv", Text: m.eventsText(), What: "the events of " + m.ref.Name})
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
	case key.Matches(k, m.keys.Edit):
		m.env.Wish(models.EditMsg{Ref: row.Ref()})
	case key.Matches(k, m.keys.CopyAs):
		m.env.Wish(models.CopyAsMsg{Refs: []api.PodRef{row.Ref()}})
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
		if m.folding() && msg.Button == tea.MouseLeft {
			if i, ok := m.texts[m.tab].LineAt(msg.Y - m.headRows()); ok && m.folds[m.tab].toggle(i) {
				m.refold(func(*folds) {})
				return nil
			}
		}
		return m.handle(msg)
	}
	x := 1
	for t, name := range tabNames {
		w := len(name) + 2
		if msg.X >= x && msg.X < x+w {
			m.turn(tab(t))
			break
		}
		x += w + 1
	}
	return nil
}
