// Package contexts is the screen that lists the places where pods may be:
// contexts of a kubeconfig, Docker and Podman daemons, endpoints of the pod API,
// this machine. One of them is opened from here; at the first start, with more
// than one to choose from, it is what the program begins with.
//
// Nothing is contacted from here but the local sockets, which are asked how they
// do: other answers cost credentials, money or patience.
package contexts

import (
	"context"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/widget/input"
	"podium/models/widget/table"
	"podium/themes"
)

// Model is the screen. It is a models.Screen.
type Model struct {
	env   *models.Env
	theme themes.Theme
	keys  KeyMap
	table *table.Table

	chooser bool   // the program begins with it: explain
	at      string // ID of the context that is open, "" for none

	all     []models.Context
	shown   []models.Context
	health  map[string]health // of the local ones, by ID
	problem string            // what could not be read
	found   bool              // the first answer is there
	asked   int               // counts the searches; answers of earlier ones are dropped
	due     time.Time         // when to look again
	wanted  string            // ID of the one to select once it is there

	typing   bool // the filter is typed
	line     input.Line
	lineKeys input.KeyMap
	filter   string

	focused    bool
	cols, rows int
	view       string
}

// health is how a local socket does.
type health struct {
	words string
	ok    bool
}

var (
	_ models.Screen   = (*Model)(nil)
	_ models.Titled   = (*Model)(nil)
	_ models.Typing   = (*Model)(nil)
	_ models.Pointing = (*Model)(nil)
	_ models.Themed   = (*Model)(nil)
	_ models.Focusing = (*Model)(nil)
	_ models.Keyed    = (*Model)(nil)
)

// lookEvery is how often the screen looks again: daemons come and go.
const lookEvery = 5 * time.Second

// askLimit is how long a local socket may take to answer.
const askLimit = 5 * time.Second

// New makes the screen; at is the ID of the context that is open, "" for none:
// then it explains itself. env.Contexts must be there.
func New(env *models.Env, at string) *Model {
	m := &Model{
		env: env, theme: env.Theme, keys: DefaultKeyMap(), lineKeys: input.DefaultKeyMap(), at: at, chooser: at == "", focused: true,
		health: map[string]health{},
	}
	m.table = table.New(env.Theme, columns, provider{m})
	m.explain()
	return m
}

// Init looks for contexts.
func (m *Model) Init() tea.Cmd { return m.look() }

// Close does nothing: what is being asked ends by itself.
func (m *Model) Close() {}

// Title is what the screen shows.
func (m *Model) Title() string {
	if m.chooser {
		return "where are the pods?"
	}
	return "contexts"
}

// Typing tells whether the filter is typed.
func (m *Model) Typing() bool { return m.typing }

// SetTheme changes the look.
func (m *Model) SetTheme(th themes.Theme) {
	m.theme = th
	m.table.SetTheme(th)
	m.draw()
}

// SetFocus tells whether keys come here.
func (m *Model) SetFocus(on bool) {
	m.focused = on
	m.table.SetFocused(on)
	m.draw()
}

// SetSize sets the rectangle.
func (m *Model) SetSize(cols, rows int) {
	m.cols, m.rows = max(cols, 0), max(rows, 0)
	m.draw()
}

// foundMsg is what a search found.
type foundMsg struct {
	models.Answer
	asked int
	all   []models.Context
	err   error
}

// healthMsg is how one of them does.
type healthMsg struct {
	models.Answer
	id    string
	words string
	err   error
}

// look searches in a command.
func (m *Model) look() tea.Cmd {
	m.asked++
	m.due = time.Time{}
	asked, where := m.asked, m.env.Contexts
	return func() tea.Msg {
		all, err := where.Find()
		return foundMsg{Answer: models.To(m), asked: asked, all: all, err: err}
	}
}

// ask asks a local one how it does, in a command.
func (m *Model) ask(id string) tea.Cmd {
	where := m.env.Contexts
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), askLimit)
		defer cancel()
		words, err := where.Ask(ctx, id)
		return healthMsg{Answer: models.To(m), id: id, words: words, err: err}
	}
}

// Update takes keys, clicks, ticks and answers.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, m) {
		return nil
	}
	var cmd tea.Cmd
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		cmd = m.press(msg)
	case tea.PasteMsg:
		if m.typing && m.line.Handle(msg) {
			m.narrow()
		}
	case tea.MouseClickMsg:
		m.click(msg)
	case tea.MouseWheelMsg:
		m.table.Handle(msg)
	case models.TickMsg:
		if m.focused && !m.due.IsZero() && !time.Time(msg).Before(m.due) {
			cmd = m.look()
		}
		m.table.Reload() // what was used a while ago ages
	case models.EnvMsg:
		cmd = m.look()
	case models.EndpointSavedMsg:
		m.wanted = msg.ID
		cmd = m.look()
	case removeMsg:
		cmd = m.remove(msg.id)
	case removedMsg:
		cmd = m.removed(msg)
	case foundMsg:
		if msg.asked != m.asked {
			return nil
		}
		cmd = m.gotFound(msg)
	case healthMsg:
		m.gotHealth(msg)
	default:
		return nil
	}
	m.draw()
	return cmd
}

// gotFound shows what was found and asks the local ones how they do.
func (m *Model) gotFound(msg foundMsg) tea.Cmd {
	first := !m.found
	m.found, m.all, m.problem = true, msg.all, ""
	if msg.err != nil {
		m.problem = msg.err.Error()
	}
	m.due = m.env.Now().Add(lookEvery)
	m.narrow()
	if first {
		m.table.Select(m.likely())
	}
	if m.wanted != "" && m.table.Select(m.wanted) {
		m.wanted = ""
	}
	var asks []tea.Cmd
	for _, c := range m.all {
		if c.Local && c.Problem == "" {
			asks = append(asks, m.ask(c.ID))
		}
	}
	return tea.Batch(asks...)
}

// likely is the context to begin with: the one that is open, else the one used
// last, else the first.
func (m *Model) likely() string {
	best := models.Context{}
	for _, c := range m.all {
		if c.ID == m.at && m.at != "" {
			return c.ID
		}
		if c.Used.After(best.Used) {
			best = c
		}
	}
	if best.ID == "" && len(m.all) > 0 {
		return m.all[0].ID
	}
	return best.ID
}

func (m *Model) gotHealth(msg healthMsg) {
	h := health{words: msg.words, ok: msg.err == nil}
	if msg.err != nil {
		h.words = msg.err.Error()
	}
	m.health[msg.id] = h
	m.table.Reload()
}

// narrow shows those that the filter lets pass: all its words are somewhere in
// what is known of them.
func (m *Model) narrow() {
	if m.typing {
		m.filter = m.line.Value()
	}
	words := strings.Fields(strings.ToLower(m.filter))
	m.shown = slices.DeleteFunc(slices.Clone(m.all), func(c models.Context) bool {
		text := strings.ToLower(c.Name + "\n" + c.Engine + "\n" + c.Address + "\n" + c.Identity + "\n" + c.Source)
		return slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) })
	})
	m.table.Reload()
	m.explain()
}

// explain says in the table's place why there is no row.
func (m *Model) explain() {
	switch {
	case !m.found:
		m.table.SetEmpty("\nLooking…")
	case m.filter != "":
		m.table.SetEmpty("\nNothing matches the filter.\nesc clears it.")
	default:
		m.table.SetEmpty("\nThere is nothing to open.")
	}
}

// current is the context under the cursor.
func (m *Model) current() (models.Context, bool) {
	id, ok := m.table.Selected()
	i := slices.IndexFunc(m.shown, func(c models.Context) bool { return c.ID == id })
	if !ok || i < 0 {
		return models.Context{}, false
	}
	return m.shown[i], true
}

func (m *Model) press(k tea.KeyPressMsg) tea.Cmd {
	if m.typing {
		m.pressTyping(k)
		return nil
	}
	switch {
	case key.Matches(k, m.keys.Open):
		m.open()
	case key.Matches(k, m.keys.Refresh):
		return m.look()
	case key.Matches(k, m.keys.Add, m.keys.Edit, m.keys.Remove):
		m.change(k)
	case key.Matches(k, m.keys.Filter):
		m.typing = true
		m.line.Keys = &m.lineKeys
		m.line.Set(m.filter)
	case key.Matches(k, m.keys.Back):
		if m.filter != "" {
			m.filter = ""
			m.narrow()
			return nil
		}
		m.env.Wish(models.BackMsg{From: m})
	default:
		m.table.Handle(k)
	}
	return nil
}

func (m *Model) pressTyping(k tea.KeyPressMsg) {
	on := &m.lineKeys
	switch {
	case key.Matches(k, on.Accept):
		m.typing = false
		if len(m.shown) == 1 {
			m.open()
		}
	case key.Matches(k, on.Cancel):
		m.typing, m.filter = false, ""
		m.narrow()
	case key.Matches(k, on.Earlier):
		m.table.SetCursor(m.table.Cursor() - 1)
	case key.Matches(k, on.Later):
		m.table.SetCursor(m.table.Cursor() + 1)
	case k.Code == tea.KeyPgUp, k.Code == tea.KeyPgDown:
		m.table.Handle(k)
	default:
		if m.line.Handle(k) {
			m.narrow()
		}
	}
}

// open wishes for the context under the cursor.
func (m *Model) open() {
	c, ok := m.current()
	switch {
	case !ok:
	case c.Problem != "":
		m.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: c.Name + " cannot be opened: " + c.Problem})
	default:
		m.env.Wish(models.OpenContextMsg{ID: c.ID})
	}
}

// click selects, and opens with a second click on the same row.
func (m *Model) click(msg tea.MouseClickMsg) {
	msg.Y -= len(m.head())
	if i, ok := m.table.RowAt(msg.X, msg.Y); ok && i == m.table.Cursor() && msg.Button == tea.MouseLeft {
		m.open()
		return
	}
	m.table.Handle(msg)
}

// Cursor is in the filter while it is typed.
func (m *Model) Cursor() *tea.Cursor {
	if !m.typing || m.rows == 0 {
		return nil
	}
	_, x := m.line.View(max(m.cols-len(filterPrompt), 0))
	return tea.NewCursor(len(filterPrompt)+x, m.rows-1)
}

const filterPrompt = " /"
