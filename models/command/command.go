// Package command is the screen of quick commands: a command line, run without a
// terminal in one pod or in several. Each run is a card: where and when it ran,
// its standard output and standard error told apart, and its true end. A card of
// several pods groups what is alike; a card of one can be run again every few
// seconds.
//
// What needs a terminal belongs in models/terminal.
package command

import (
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/input"
	"podium/models/widget/textview"
	"podium/themes"
)

const (
	keptLines = 200_000 // of a run's output, in the view
	maxCards  = 10      // kept, the oldest going first
)

// field is a line of text that is being typed.
type field int

const (
	fieldNone field = iota
	fieldLine
	fieldStdin
	fieldFilter
	fieldWatch
)

// page is what of a card is in view.
type page int

const (
	pageOutput page = iota // of the one pod, or of the opened group
	pageGroups             // of a card of many pods
	pageDiff
)

// Model is the screen; see models.Screen for how it is called.
type Model struct {
	env   *models.Env
	keys  KeyMap
	theme themes.Theme

	refs       []api.PodRef
	container  string
	containers []string
	images     map[string]string
	image      string

	field   field
	line    input.Line
	argv    bool
	stdin   input.Line
	other   input.Line // the filter or the watch that is being typed
	wrong   string     // what is wrong with what was typed
	saving  bool       // it is asked which stream to save
	first   string     // a line that the wish brought, to run at once
	history []string
	fresh   []string // lines run here
	recall  int      // place in history, len(history) for a new line
	typed   string   // what was typed before recalling
	snippet int

	cards []*card
	at    int // the card that is shown

	page   page
	group  int  // of a card of many pods, the one that is selected or open
	pod    int  // of the open group, the one that is told of
	moved  bool // it was selected by the user: it stays selected as others come
	filter string
	match  textview.Finder
	not    bool // the filter leaves out what it finds
	hex    int  // 0: as the output is, 1: hex, 2: text

	out        *textview.View
	now        time.Time // of the last tick
	opened     time.Time
	cols, rows int
}

var (
	_ models.Screen    = (*Model)(nil)
	_ models.Titled    = (*Model)(nil)
	_ models.Typing    = (*Model)(nil)
	_ models.Pointing  = (*Model)(nil)
	_ models.Themed    = (*Model)(nil)
	_ models.Ending    = (*Model)(nil)
	_ models.Canceling = (*Model)(nil)
	_ models.Holding   = (*Model)(nil)
	_ models.Session   = (*Model)(nil)
	_ models.Inside    = (*Model)(nil)
	_ models.Keyed     = (*Model)(nil)
)

// New makes the screen for the wish's pods. A line that the wish brings runs at
// once.
func New(env *models.Env, wish models.CommandMsg) *Model {
	m := &Model{
		env: env, keys: DefaultKeyMap(), theme: env.Theme,
		refs: wish.Refs, container: wish.Container, first: wish.Line,
		out: textview.New(env.Theme, keptLines), opened: env.Now(),
	}
	if wish.Line == "" {
		m.field = fieldLine
	}
	for _, l := range []*input.Line{&m.line, &m.stdin, &m.other} {
		l.Keys = &m.out.LineKeys
	}
	m.out.SetFollow(true)
	m.out.OnCopy = func(text string) tea.Cmd {
		env.Wish(models.CopyMsg{Text: text, What: "the output"})
		return nil
	}
	m.out.OnSave = m.save
	return m
}

// Init fetches what there is to know of the pod, and runs what the wish brought.
func (m *Model) Init() tea.Cmd {
	if m.first != "" {
		return tea.Batch(m.look(), m.begin(parseSpec(m.first)))
	}
	return m.look()
}

// card is the one that is shown, nil before the first.
func (m *Model) card() *card {
	if m.at < len(m.cards) {
		return m.cards[m.at]
	}
	return nil
}

// asks tells whether a command line is being asked for.
func (m *Model) asks() bool { return m.field == fieldLine || m.field == fieldStdin }

// Update handles a message.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, m) {
		return nil
	}
	switch msg := msg.(type) {
	case placeMsg:
		return m.gotPlace(msg)
	case historyMsg:
		m.gotHistory(msg)
	case models.TickMsg:
		m.now = time.Time(msg)
	case selectedMsg:
		return m.selected(msg)
	case startedMsg:
		return m.started(msg)
	case changedMsg:
		return m.changed(msg.run)
	case moreMsg:
		if msg.run == m.shownRun() {
			return m.pull()
		}
	case endedMsg:
		return m.ended(msg)
	case dueMsg:
		return m.due(msg)
	case fanMsg:
		return m.fanChanged(msg.card)
	case tea.KeyPressMsg:
		return m.press(msg)
	case tea.PasteMsg:
		if l := m.typedLine(); l != nil {
			l.Handle(msg)
			return nil
		}
		return m.out.Update(msg)
	case tea.MouseClickMsg, tea.MouseWheelMsg:
		if c := m.card(); c != nil && m.page == pageGroups {
			m.mouseGroup(c, msg)
			return nil
		}
		return m.out.Update(msg)
	}
	return nil
}

func (m *Model) press(msg tea.KeyPressMsg) tea.Cmd {
	m.wrong = ""
	switch {
	case m.saving:
		return m.chooseSave(msg)
	case m.asks():
		return m.askKey(msg)
	case m.field != fieldNone:
		return m.typeKey(msg)
	case m.out.Typing():
		return m.out.Update(msg)
	}
	return m.cardKey(msg)
}

// cardKey handles the keys on a card.
func (m *Model) cardKey(msg tea.KeyPressMsg) tea.Cmd {
	c := m.card()
	switch {
	case key.Matches(msg, m.keys.New):
		m.ask(spec{})
	case key.Matches(msg, m.keys.Back):
		return m.leave(msg)
	case c == nil:
	case key.Matches(msg, m.keys.Cancel):
		if c.busy() {
			m.stop(c)
		}
	case key.Matches(msg, m.keys.Again):
		if c.spec.on != "" {
			return m.selectPods(c.spec)
		}
		return m.rerun(c, c.targets)
	case key.Matches(msg, m.keys.Edit):
		m.ask(c.spec)
	case key.Matches(msg, m.keys.NextCard):
		m.show((m.at + 1) % len(m.cards))
		return m.pull()
	case key.Matches(msg, m.keys.PreviousCard):
		m.show((m.at + len(m.cards) - 1) % len(m.cards))
		return m.pull()
	case key.Matches(msg, m.keys.Filter) && m.page != pageGroups:
		m.field = fieldFilter
		m.other.Set(m.filter)
		m.layout()
	case key.Matches(msg, m.keys.Pager):
		return m.pager()
	case c.fan != nil:
		return m.fanKey(c, msg)
	case key.Matches(msg, m.keys.Watch):
		m.field = fieldWatch
		m.other.Set(c.watch.text(m.env.Settings.WatchInterval))
		m.layout()
	case key.Matches(msg, m.keys.Binary) && binary(c.run.kept):
		m.hex = 2 - m.hex/2
		return m.refill()
	default:
		return m.out.Update(msg)
	}
	return nil
}

// leave goes one step back: out of a search, of a group, of the screen.
func (m *Model) leave(msg tea.KeyPressMsg) tea.Cmd {
	if cmd, handled := m.out.Handle(msg); handled {
		return cmd
	}
	if c := m.card(); c != nil && c.fan != nil && m.page != pageGroups {
		m.page = pageGroups
		m.layout()
		return m.refill()
	}
	if m.filter != "" && msg.Code == tea.KeyEscape {
		return m.setFilter("")
	}
	m.env.Wish(models.BackMsg{From: m})
	return nil
}

// show brings a card into view.
func (m *Model) show(i int) {
	m.at, m.page, m.group, m.pod, m.moved, m.hex, m.saving = i, pageOutput, 0, 0, false, 0, false
	m.filter, m.match = "", nil
	if c := m.card(); c != nil && c.fan != nil {
		m.page = pageGroups
	}
	m.layout()
	m.refillLater()
}

// add puts a new card in front and lets the oldest go.
func (m *Model) add(c *card) {
	m.cards = append(m.cards, c)
	if len(m.cards) > maxCards {
		m.drop(m.cards[0])
		m.cards = slices.Delete(m.cards, 0, 1)
	}
	m.show(len(m.cards) - 1)
}

// drop lets a card go with all that it holds.
func (m *Model) drop(c *card) {
	m.stop(c)
	if c.run != nil {
		c.run.release(m.env.Go)
	}
	if c.fan != nil {
		fan := c.fan
		m.env.Go(fan.Close)
	}
}

// Title names what runs where.
func (m *Model) Title() string {
	where := models.Count(len(m.refs), "pod")
	if len(m.refs) == 1 {
		where = m.refs[0].Name
		if m.container != "" {
			where += "/" + m.container
		}
	}
	if c := m.card(); c != nil && !m.asks() {
		where = c.where()
	}
	return safetext.Line("command in "+where, 80)
}

// Typing is true while letters are text.
func (m *Model) Typing() bool { return m.field != fieldNone || m.out.Typing() }

// Ends says what closing would end.
func (m *Model) Ends() string {
	var out []string
	for _, c := range m.cards {
		if c.busy() {
			out = append(out, safetext.Line(c.spec.line, 40)+" in "+c.where())
		}
	}
	return strings.Join(out, ", ")
}

// Inside is the pod of a command that runs in one.
func (m *Model) Inside() api.PodRef {
	for _, c := range m.cards {
		if c.busy() && len(c.targets) == 1 {
			return c.targets[0].Ref
		}
	}
	return api.PodRef{}
}

// Holds tells whether something goes on when the user looks elsewhere.
func (m *Model) Holds() bool { return slices.ContainsFunc(m.cards, (*card).busy) }

// Session is how the latest command does.
func (m *Model) Session() models.SessionState {
	s := models.SessionState{Running: m.Holds(), Opened: m.opened}
	if n := len(m.cards); n > 0 {
		c := m.cards[n-1]
		s.Opened = c.began
		if c.state == done && !c.end.OK {
			s.Trouble = c.end.Line
		}
		if c.run != nil && c.run.output != nil {
			s.Printed = c.run.output.LastByte()
		}
	}
	return s
}

// LastLine is the command line, and how it stands.
func (m *Model) LastLine() string {
	if n := len(m.cards); n > 0 {
		c := m.cards[n-1]
		return safetext.Line(c.spec.line+": "+c.standing(m.env.Now()), 120)
	}
	return ""
}

// Cancel ends what runs on the card that is shown, else on any.
func (m *Model) Cancel() (tea.Cmd, bool) {
	if c := m.card(); c != nil && c.busy() {
		m.stop(c)
		return nil, true
	}
	stopped := false
	for _, c := range m.cards {
		if c.busy() {
			m.stop(c)
			stopped = true
		}
	}
	return nil, stopped
}

// Close ends the commands that run, without waiting, and lets their output go.
func (m *Model) Close() {
	for _, c := range m.cards {
		m.drop(c)
	}
	m.cards, m.at = nil, 0
}
