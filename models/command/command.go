// Package command is the screen of quick commands: one command line, run
// without a terminal in one pod or in several, its standard output and standard
// error told apart, each run ending with its true end.
//
// What needs a terminal belongs in models/terminal.
package command

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

const (
	atOnce      = 4       // commands that run at the same time
	historyName = "exec"  // of the lines that were run
	keptLines   = 200_000 // of a run's output, in the view
)

// Model is the screen; see models.Screen for how it is called.
type Model struct {
	env   *models.Env
	keys  KeyMap
	theme themes.Theme

	refs      []api.PodRef
	container string

	input   textinput.Model
	asking  bool
	history []string
	recall  int // place in history, len(history) for a new line

	line string // what runs, or ran last
	gen  int    // counts the times it was run; answers of earlier ones are dropped
	runs []*run
	at   int // the run that is shown

	out        *textview.View
	now        time.Time // of the last tick
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
)

// New makes the screen for the wish's pods. A line that the wish brings runs at
// once.
func New(env *models.Env, wish models.CommandMsg) *Model {
	m := &Model{
		env: env, keys: DefaultKeyMap(), theme: env.Theme,
		refs: wish.Refs, container: wish.Container, line: wish.Line,
		input: textinput.New(), asking: wish.Line == "",
		out: textview.New(env.Theme, keptLines),
	}
	m.input.Prompt = "$ "
	m.input.Placeholder = "a command line for sh; = before it runs a program without sh"
	m.input.CharLimit = 8 << 10
	m.input.SetVirtualCursor(false)
	m.input.Focus()
	m.out.SetFollow(true)
	m.out.OnCopy = func(text string) tea.Cmd {
		env.Wish(models.CopyMsg{Text: text, What: "the output"})
		return nil
	}
	m.out.OnSave = m.save
	return m
}

// KeyMap are the screen's keys beside those of the output's view.
type KeyMap struct {
	Run, Earlier, Later, Back         key.Binding // while asking
	Again, Edit, NextRun, PreviousRun key.Binding // afterwards
}

// DefaultKeyMap is the keys as they come.
func DefaultKeyMap() KeyMap {
	bind := func(help, what string, keys ...string) key.Binding {
		return key.NewBinding(key.WithKeys(keys...), key.WithHelp(help, what))
	}
	return KeyMap{
		Run:         bind("enter", "run", "enter"),
		Earlier:     bind("↑", "earlier line", "up", "ctrl+p"),
		Later:       bind("↓", "later line", "down", "ctrl+n"),
		Back:        bind("esc", "back", "esc"),
		Again:       bind("r", "run again", "r"),
		Edit:        bind("e", "edit and run", "e", "x"),
		NextRun:     bind("tab", "next pod", "tab"),
		PreviousRun: bind("shift+tab", "previous pod", "shift+tab"),
	}
}

type helpKeys [][]key.Binding

func (k helpKeys) ShortHelp() []key.Binding  { return k[0] }
func (k helpKeys) FullHelp() [][]key.Binding { return k }

// Keys are the bindings that work now.
func (m *Model) Keys() help.KeyMap {
	if m.asking {
		return helpKeys{{m.keys.Run, m.keys.Earlier, m.keys.Later, m.keys.Back}}
	}
	again, edit := m.keys.Again, m.keys.Edit
	again.SetEnabled(again.Enabled() && !m.env.ReadOnly)
	edit.SetEnabled(edit.Enabled() && !m.env.ReadOnly)
	first := []key.Binding{again, edit}
	if len(m.runs) > 1 {
		first = append(first, m.keys.NextRun, m.keys.PreviousRun)
	}
	v := m.out.Keys
	return helpKeys{append(first, v.Search, v.Wrap, m.keys.Back), {v.Next, v.Prev, v.Copy, v.Save, v.Follow, v.Top, v.Bottom}}
}

type historyMsg struct {
	to    *Model
	lines []string
	err   error
}

// Init fetches the lines run before, and runs what the wish brought.
func (m *Model) Init() tea.Cmd {
	store := m.env.Store
	fetch := func() tea.Msg {
		lines, err := store.History(historyName)
		return historyMsg{to: m, lines: lines, err: err}
	}
	if m.line != "" {
		return tea.Batch(fetch, m.runAll(m.line))
	}
	return fetch
}

// Update handles a message.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case historyMsg:
		if msg.to == m {
			m.history = append(msg.lines, m.history...)
			m.recall = len(m.history)
		}
	case models.TickMsg:
		m.now = time.Time(msg)
	case startedMsg:
		return m.started(msg)
	case changedMsg:
		return m.changed(msg)
	case endedMsg:
		return m.ended(msg)
	case tea.KeyPressMsg:
		if m.asking {
			return m.askKey(msg)
		}
		return m.key(msg)
	case tea.PasteMsg, tea.MouseClickMsg, tea.MouseWheelMsg:
		if m.asking {
			var cmd tea.Cmd
			m.input, cmd = m.input.Update(msg)
			return cmd
		}
		return m.out.Update(msg)
	}
	return nil
}

func (m *Model) askKey(msg tea.KeyPressMsg) tea.Cmd {
	switch {
	case key.Matches(msg, m.keys.Back):
		if len(m.runs) == 0 {
			m.env.Wish(models.BackMsg{})
		}
		m.asking = false
	case key.Matches(msg, m.keys.Run):
		if line := strings.TrimSpace(m.input.Value()); line != "" {
			return m.runAll(line)
		}
	case key.Matches(msg, m.keys.Earlier):
		m.recallLine(-1)
	case key.Matches(msg, m.keys.Later):
		m.recallLine(+1)
	default:
		var cmd tea.Cmd
		m.input, cmd = m.input.Update(msg)
		return cmd
	}
	return nil
}

func (m *Model) recallLine(step int) {
	to := m.recall + step
	if to < 0 || to > len(m.history) {
		return
	}
	m.recall = to
	line := ""
	if to < len(m.history) {
		line = m.history[to]
	}
	m.input.SetValue(line)
	m.input.CursorEnd()
}

func (m *Model) key(msg tea.KeyPressMsg) tea.Cmd {
	if m.out.Typing() {
		return m.out.Update(msg)
	}
	switch {
	case key.Matches(msg, m.keys.Back), msg.String() == "q":
		m.env.Wish(models.BackMsg{})
	case key.Matches(msg, m.keys.Again):
		return m.runAll(m.line)
	case key.Matches(msg, m.keys.Edit):
		m.asking = true
		m.input.SetValue(m.line)
		m.input.CursorEnd()
	case key.Matches(msg, m.keys.NextRun):
		m.show((m.at + 1) % max(len(m.runs), 1))
	case key.Matches(msg, m.keys.PreviousRun):
		m.show((m.at + len(m.runs) - 1) % max(len(m.runs), 1))
	default:
		return m.out.Update(msg)
	}
	return nil
}

// Title names what runs where.
func (m *Model) Title() string {
	where := fmt.Sprintf("%d pods", len(m.refs))
	if len(m.refs) == 1 {
		where = m.refs[0].Name
		if m.container != "" {
			where += "/" + m.container
		}
	}
	return safetext.Line("command in "+where, 80)
}

// Typing is true while letters are text.
func (m *Model) Typing() bool { return m.asking || m.out.Typing() }

// Ends says what leaving would end.
func (m *Model) Ends() string {
	if n := m.running(); n > 0 {
		return safetext.Line(m.line, 40) + " in " + plural(n, "pod")
	}
	return ""
}

// Cancel ends the commands that run.
func (m *Model) Cancel() (tea.Cmd, bool) {
	if m.running() == 0 {
		return nil, false
	}
	for _, r := range m.runs {
		m.stop(r)
	}
	return nil, true
}

// Close ends the commands that run, without waiting.
func (m *Model) Close() {
	m.gen++
	for _, r := range m.runs {
		m.stop(r)
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// KeyMaps are the keys that can be bound anew.
func (m *Model) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "command", Map: &m.keys}, {Name: "text", Map: &m.out.Keys}, {Name: "line", Map: &m.out.LineKeys}}
}
