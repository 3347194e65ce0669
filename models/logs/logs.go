// Package logs is the screen with the log of a container, or those of several
// containers and pods together: followed, or of the run before, with search, a
// filter, marks, times, and plain words about every break in it. It keeps the last
// lines only; a file has the rest.
package logs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// Model is the screen. It is a models.Screen.
type Model struct {
	env   *models.Env
	theme themes.Theme
	keys  KeyMap
	view  *textview.View

	refs       []api.PodRef
	container  string // of the only pod, "" while not chosen
	all        bool   // every container of every pod
	containers map[api.PodRef][]string
	previous   bool
	since      time.Duration // 0 for all
	times      bool

	ctx      context.Context // of everything that reads
	cancel   context.CancelFunc
	gen      int // counts the times of reading anew, so that late lines are known
	queue    *queue
	sources  []*source
	left     int       // containers that are not shown, as there are too many
	settling time.Time // until then lines of several sources are put in order anew

	keep    int // lines kept
	entries []entry
	bytes   int
	gone    int       // entries let go
	newest  time.Time // of all entries
	filter  filter

	cols, rows int
	drawn      string
}

var (
	_ models.Screen   = (*Model)(nil)
	_ models.Titled   = (*Model)(nil)
	_ models.Typing   = (*Model)(nil)
	_ models.Pointing = (*Model)(nil)
	_ models.Themed   = (*Model)(nil)
)

// New makes the screen for the wish.
func New(env *models.Env, wish models.LogMsg) *Model {
	keep := max(env.Settings.LogLines, 1)
	m := &Model{
		env: env, theme: env.Theme, keys: DefaultKeyMap(), view: textview.New(env.Theme, keep), keep: keep,
		refs: append([]api.PodRef{wish.Ref}, wish.More...), container: wish.Container, previous: wish.Previous,
		times: env.Settings.LogTimes, containers: map[api.PodRef][]string{},
	}
	m.view.SetWrap(env.Settings.LogWrap)
	m.view.SetFollow(!wish.Previous)
	m.view.OnCopy = func(string) tea.Cmd {
		env.Wish(models.CopyMsg{Text: m.text(m.entries), What: "the log"})
		return nil
	}
	m.view.OnSave = func(string) tea.Cmd {
		m.save()
		return nil
	}
	m.say()
	return m
}

// Init asks for the pods, to know their containers, and then for the logs.
func (m *Model) Init() tea.Cmd { return m.anew() }

// Close ends what reads the logs.
func (m *Model) Close() { m.stop() }

// Title names the pod and the container.
func (m *Model) Title() string {
	what := "log"
	if m.previous {
		what = "previous log"
	}
	if n := len(m.refs); n > 1 {
		return fmt.Sprintf("%d pods %s", n, what)
	}
	name := safetext.Line(m.refs[0].Name, 60)
	switch {
	case m.all:
		name += "/*"
	case m.container != "":
		name += "/" + safetext.Line(m.container, 40)
	}
	return name + " " + what
}

// Typing tells whether a search or a filter is typed.
func (m *Model) Typing() bool { return m.view.Typing() || m.filter.typing }

// SetTheme changes the look.
func (m *Model) SetTheme(th themes.Theme) {
	m.theme = th
	m.view.SetTheme(th)
	m.draw()
}

// SetSize sets the rectangle.
func (m *Model) SetSize(cols, rows int) {
	narrow := m.narrow()
	m.cols, m.rows = max(cols, 0), max(rows, 0)
	if m.narrow() != narrow && len(m.sources) > 1 {
		m.rebuild()
	}
	m.draw()
}

// Update takes keys, ticks and the logs' lines.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, m) {
		return nil
	}
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		cmd = m.press(msg)
	case tea.PasteMsg:
		if m.filter.typing {
			m.filter.line.Handle(msg)
		} else {
			cmd, _ = m.view.Handle(msg)
		}
	case tea.MouseWheelMsg, tea.MouseClickMsg:
		cmd, _ = m.view.Handle(msg)
	case linesMsg:
		if msg.gen != m.gen {
			return nil
		}
		cmd = m.got(msg)
	case podMsg:
		if msg.gen != m.gen {
			return nil
		}
		cmd = m.gotPod(msg)
	case sievedMsg:
		m.sieved(msg)
	case models.TickMsg:
		if cmd = m.tick(time.Time(msg)); cmd == nil {
			return nil
		}
	default:
		return nil
	}
	m.draw()
	return cmd
}

func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	switch {
	case m.filter.typing:
		return m.typeFilter(k)
	case m.view.Typing():
		cmd, _ := m.view.Handle(k)
		return cmd
	}
	for i, b := range m.keys.Since {
		if key.Matches(k, b) {
			m.since = sinces[i]
			return m.anew()
		}
	}
	switch {
	case key.Matches(k, m.keys.Filter):
		m.filter.typing, m.filter.line.Keys = true, &m.view.LineKeys
		m.filter.line.Set(m.filter.expr)
	case key.Matches(k, m.keys.Times):
		m.times = !m.times
		m.rebuild()
	case key.Matches(k, m.keys.Previous):
		m.previous = !m.previous
		m.view.SetFollow(!m.previous)
		return m.anew()
	case key.Matches(k, m.keys.Container):
		return m.nextContainer()
	case key.Matches(k, m.keys.Mark):
		m.note(nil, "mark "+m.env.Now().Format("15:04:05"))
	case key.Matches(k, m.keys.Refresh):
		return m.anew()
	case key.Matches(k, m.keys.Back):
		if _, handled := m.view.Handle(k); handled {
			return nil
		}
		if m.filter.expr != "" {
			return m.setFilter("")
		}
		m.env.Wish(models.BackMsg{})
	default:
		cmd, _ := m.view.Handle(k)
		return cmd
	}
	return nil
}

// nextContainer goes through the containers of the only pod, and all of them at
// the end; of several pods it shows one or all of each.
func (m *Model) nextContainer() tea.Cmd {
	names := m.containers[m.refs[0]]
	switch {
	case len(m.refs) > 1:
		m.all = !m.all
	case len(names) < 2:
		m.env.Wish(models.NoticeMsg{Text: "The pod has one container only"})
		return nil
	case m.all:
		m.all, m.container = false, names[0]
	default:
		i := slices.Index(names, m.container) + 1
		if m.all = i == len(names); !m.all {
			m.container = names[i]
		}
	}
	return m.anew()
}
