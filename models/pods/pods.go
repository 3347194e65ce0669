// Package pods is the screen that lists pods: live, filtered, sorted, with
// marks, and the keys that act on the pod under the cursor or on the marked
// ones. It keeps a row per pod and no more; whole pods are other screens'.
package pods

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	"podium/models/widget/input"
	"podium/models/widget/table"
	"podium/themes"
)

// wideAt is the width from which the wide columns are shown unasked.
const wideAt = 140

// Model is the list. It is a models.Screen and never leaves the program: the
// root keeps it at the bottom of its stack.
type Model struct {
	env      *models.Env
	theme    themes.Theme
	keys     KeyMap
	lineKeys input.KeyMap // of what is typed, the columns' dialog's too
	table    *table.Table
	rows     *rows
	feed     feed
	now      time.Time // what ages are counted from; changed by ticks

	selector string  // what the server is asked for
	scope    string  // the namespace that is listed: Env's, as of the last EnvMsg
	sieve    *sieve  // what sifts the rows beside the loop, nil for nothing
	sorter   *sorter // what sorts the rows beside the loop, nil for nothing
	typing   bool    // the filter is being typed
	edit     typing
	past     []string // filters that were kept
	recalled bool     // the history was asked for them
	selected string   // key of the pod to select once it is there
	layout   layout
	base     layout   // the configured one
	columns  []column // those that are shown
	kept     string   // the layout that was written, or read, last
	writes   writes
	answered string               // the selector of the last whole list
	doomed   map[string]time.Time // pods that are deleted at a time to come, by key
	clicked  click                // the last click on a row
	wideSet  *bool                // what w chose, nil for by the width

	cols, rowsHigh int
	focused        bool // the screen has the keys
	blurred        bool // the terminal's window has not the focus
	intro          bool // the first start: explain
	view           string
}

var (
	_ models.Screen    = (*Model)(nil)
	_ models.Titled    = (*Model)(nil)
	_ models.Typing    = (*Model)(nil)
	_ models.Pointing  = (*Model)(nil)
	_ models.Themed    = (*Model)(nil)
	_ models.Focusing  = (*Model)(nil)
	_ models.Listing   = (*Model)(nil)
	_ models.Grouping  = (*Model)(nil)
	_ models.Canceling = (*Model)(nil)
)

// New makes the list of the pods that env names.
func New(env *models.Env) *Model {
	m := &Model{
		env: env, theme: env.Theme, keys: DefaultKeyMap(), lineKeys: input.DefaultKeyMap(), rows: newRows(), focused: true, now: env.Now(),
		scope: env.Namespace,
	}
	m.feed.m = m
	m.table = table.New(env.Theme, nil, provider{m})
	m.table.SetSort(colName, false)
	m.layout = defaultLayout()
	m.relayout()
	m.explain()
	return m
}

// Init starts reading pods.
func (m *Model) Init() tea.Cmd {
	return tea.Batch(m.begin(), m.feed.list(), m.recallLayout())
}

// Close ends what reads pods.
func (m *Model) Close() { m.feed.stop() }

// Title is what the screen shows.
func (m *Model) Title() string { return "pods" }

// Typing tells whether the filter is being typed.
func (m *Model) Typing() bool { return m.typing }

// SetTheme changes the look.
func (m *Model) SetTheme(th themes.Theme) {
	m.theme = th
	m.table.SetTheme(th)
	m.refresh()
}

// SetFocus tells whether keys come here. Polling rests while they do not.
func (m *Model) SetFocus(on bool) {
	m.focused = on
	m.table.SetFocused(on)
	m.refresh()
}

// SetSize sets the rectangle.
func (m *Model) SetSize(cols, rows int) {
	wide := m.wide()
	m.cols, m.rowsHigh = max(cols, 0), max(rows, 0)
	if m.wide() != wide {
		m.relayout()
	}
	m.refresh()
}

// wide tells whether the wide columns are shown.
func (m *Model) wide() bool {
	if m.wideSet != nil {
		return *m.wideSet
	}
	return m.cols >= wideAt
}

// Listing is what the header says of the list.
func (m *Model) Listing() models.ListState {
	f := &m.feed
	return models.ListState{
		Shown: len(m.rows.order), All: len(m.rows.byKey), Running: m.rows.running, Faulty: m.rows.faulty,
		Loading: !f.loaded && f.lost == nil, Total: f.total, Live: f.live, At: f.at, Lost: f.lost != nil, Refused: refused(f.lost),
		PerMinute: f.perMinute(m.env.Now()), Paused: f.source == idle && !f.due.IsZero() && !m.watched(),
	}
}

// Coming are the names of the pods that are on their way up with nothing known to
// be in it, in their order. It looks at all pods, so it is not for each frame.
func (m *Model) Coming() []string {
	var names []string
	for _, e := range m.rows.byKey {
		if e.row.Coming() {
			names = append(names, e.row.Name)
		}
	}
	slices.Sort(names)
	return names
}

// Select puts the cursor on a pod, as soon as it is there.
func (m *Model) Select(ref api.PodRef) {
	if ref == (api.PodRef{}) {
		return
	}
	m.selected = api.PodRow{Namespace: ref.Namespace, Name: ref.Name, UID: ref.UID}.Key()
	if ref.UID == "" {
		for key, e := range m.rows.byKey {
			if e.row.Name == ref.Name && e.row.Namespace == ref.Namespace {
				m.selected = key
			}
		}
	}
	m.selectWanted()
	m.refresh()
}

func (m *Model) selectWanted() {
	if m.selected != "" && m.table.Select(m.selected) {
		m.selected = ""
	}
}

// Cancel ends a list that is being read, once there is something to look at.
func (m *Model) Cancel() (tea.Cmd, bool) {
	if m.feed.source != listing || m.feed.loaded || len(m.rows.byKey) == 0 {
		return nil, false
	}
	m.feed.stop()
	m.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: "Listing stopped: " + models.Count(len(m.rows.byKey), "pod") + " read; " + m.keys.Refresh.Help().Key + " reads on"})
	return nil, true
}

// Update takes keys, clicks, ticks and the batches of its feed.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, m) {
		return nil
	}
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		cmd = m.press(msg)
	case tea.PasteMsg:
		if m.typing && m.edit.line.Handle(msg) {
			cmd = m.typed()
		}
	case tea.MouseClickMsg:
		cmd = m.pressMouse(msg)
	case tea.MouseWheelMsg:
		m.table.Handle(msg)
	case tea.FocusMsg:
		m.blurred = false
		cmd = m.feed.tick(m.env.Now(), m.watched())
	case tea.BlurMsg:
		m.blurred = true
	case models.TickMsg:
		cmd = m.tick(time.Time(msg))
	case models.SettingsMsg:
		cmd = m.settled(msg.Before)
	case models.InfoMsg:
		cmd = m.informed()
	case models.EnvMsg:
		cmd = m.scoped()
	case introMsg:
		m.intro = true
	case feedMsg:
		if msg.run != m.feed.run {
			return nil
		}
		cmd = m.feed.got(msg)
		m.changed()
	case probedMsg:
		if msg.run == m.feed.run {
			m.feed.probed(msg, m.env.Now())
		}
	case totalMsg:
		if msg.run == m.feed.run {
			m.feed.total = msg.total
		}
	case siftedMsg:
		cmd = m.gotSifted(msg)
	case sortedMsg:
		m.gotSorted(msg)
	case valuesMsg:
		cmd = m.gathered(msg)
	case pastMsg:
		m.recalledPast(msg.past)
	case layoutMsg:
		m.recalledLayout(msg.line)
	case wroteMsg:
		cmd = m.wrote(msg)
	case savedMsg:
		m.saved(msg)
	case models.PodsGoneMsg:
		// The watch tells; where there is none the next list need not wait.
		if m.feed.source == idle && m.feed.loaded {
			m.feed.due = m.env.Now()
		}
		m.table.ClearMarks()
		m.doom(models.DoomedMsg{Refs: msg.Refs})
	case models.DoomedMsg:
		m.doom(msg)
	default:
		return nil
	}
	m.refresh()
	return cmd
}

// watched tells whether anybody looks at what the list knows: its rows, and on
// other screens the header, for which a watch and the way back to a lost server
// are worth a request, while asking for all pods again and again is not.
func (m *Model) watched() bool {
	return !m.blurred && (m.focused || m.feed.lost != nil || m.feed.canWatch())
}

// tick lets ages pass and starts what is due.
func (m *Model) tick(now time.Time) tea.Cmd {
	return tea.Batch(m.feed.tick(now, m.watched()), m.aged(now))
}

// aged takes the time over into the rows in view, if any of them shows it, and
// into a filter that looks at it.
func (m *Model) aged(now time.Time) (cmd tea.Cmd) {
	first, last, _ := m.table.Position()
	old := m.now
	differs := len(m.doomed) > 0
	for i := first; i <= last && i < len(m.rows.order) && !differs; i++ {
		e := m.rows.order[i]
		differs = models.AgeSince(e.row.Created, old) != models.AgeSince(e.row.Created, now) ||
			restartsText(&e.row, old) != restartsText(&e.row, now) ||
			e.flash != 0 && old.Before(e.until) && !now.Before(e.until)
	}
	m.now = now
	if f := m.rows.filter; f != nil && f.timed && m.sieve == nil {
		cmd = m.setFilter(f)
	}
	if differs {
		m.table.Reload()
	}
	return cmd
}

// changed brings the table up to date after a batch.
func (m *Model) changed() {
	m.now = m.env.Now()
	if m.rows.arrange(m.now) {
		m.table.Reload()
		m.table.PruneMarks(func(key string) bool { return m.rows.byKey[key] != nil })
	}
	m.selectWanted()
	m.explain()
}

// informed goes on with a watch where the endpoint turns out to have one.
func (m *Model) informed() tea.Cmd {
	var cmds []tea.Cmd
	if m.feed.loaded && m.feed.source == idle && m.feed.canWatch() {
		cmds = append(cmds, m.feed.watch())
	}
	if m.env.Info.Engine() == "host" {
		cmds = append(cmds, m.askIntro())
	}
	m.explain()
	return tea.Batch(cmds...)
}

// refreshNow reads the pods again at once, from the start.
func (m *Model) refreshNow() tea.Cmd {
	m.feed.tries, m.feed.broken, m.feed.noWatch = 0, 0, false
	return m.feed.list()
}

// watchGivenUp says that polling takes the place of watching.
func (m *Model) watchGivenUp(err error) {
	m.env.Wish(models.NoticeMsg{
		Level: models.LevelWarning,
		Text:  fmt.Sprintf("The server's watch only fails: asking every few seconds instead; %s tries it again. %v", m.keys.Refresh.Help().Key, err),
	})
}

// introMsg says that this is the first start on host.
type introMsg struct{ models.Answer }

// introHistory is the history that remembers the first start.
const introHistory = "introduced"

// askIntro finds out whether this is the first start on this machine's own pods.
func (m *Model) askIntro() tea.Cmd {
	store := m.env.Store
	if store == nil {
		return nil
	}
	return func() tea.Msg {
		lines, err := store.History(introHistory)
		if err != nil || len(lines) > 0 {
			return nil
		}
		if err := store.AppendHistory(introHistory, "host"); err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: err.Error()}
		}
		return introMsg{Answer: models.To(m)}
	}
}

// introText is the explanation at the first start.
func (m *Model) introText() string {
	return "These pods are processes on this machine; three samples are there to try. " +
		m.keys.Shell.Help().Key + " opens a shell in one, " + m.keys.New.Help().Key + " makes a new one."
}
