// Package external is the screen in which the user's own editor works on a text
// of podium's, or the pager shows one: a program of this machine in the very pane
// that shells in pods have.
//
// It touches neither files nor processes: whoever wires the program together
// says how one is started (Start). It is no shell and keeps no scrollback.
package external

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/terminal"
	"podium/termbridge"
	"podium/termbridge/vt"
	"podium/themes"
)

// Request is what a program is started for.
type Request struct {
	Cols, Rows int                     // of the pane, at least 1
	Write      func(w io.Writer) error // the text to work on
	Command    string                  // the editor with its arguments, "" for that of the environment
	Width      vt.WidthMethod          // of the renderer
	Dark       bool                    // the background is dark
	OnPanic    func(value any, stack []byte)
}

// Job is a running program. Who got it ends it: Close of the bridge, then
// Discard.
type Job struct {
	Name   string // of the program, harmless to draw
	Bridge *termbridge.Bridge
	// Text reads what the program has left so far, and Discard removes it. Both
	// may block.
	Text    func() (string, error)
	Discard func() error
}

// Start starts a program of the user's. It may block for as long as it takes to write
// a file and to start a process. An error says what can be done.
type Start func(Request) (*Job, error)

// Model is the screen; see models.Screen for how it is called.
type Model struct {
	env   *models.Env
	wish  models.LocalEditMsg
	page  models.PagerMsg // in place of an edit where it has a Write
	start Start
	held  *holder

	*terminal.Model        // the pane
	job             *Job   // nil before it runs
	failure         string // why there is no editor, or no text from it
	over            bool

	keys       KeyMap
	cols, rows int
}

var (
	_ models.Screen      = (*Model)(nil)
	_ models.Titled      = (*Model)(nil)
	_ models.Grabbing    = (*Model)(nil)
	_ models.Holding     = (*Model)(nil)
	_ models.Ending      = (*Model)(nil)
	_ models.Acting      = (*Model)(nil)
	_ models.Session     = (*Model)(nil)
	_ models.Showing     = (*Model)(nil)
	_ models.Pointing    = (*Model)(nil)
	_ models.Mousing     = (*Model)(nil)
	_ models.Focusing    = (*Model)(nil)
	_ models.Keyboarding = (*Model)(nil)
	_ models.Themed      = (*Model)(nil)
)

type (
	startedMsg struct {
		models.Answer
		job *Job
		err error
	}
	doneMsg struct {
		models.Answer
		text string
		code int
		err  error
	}
)

// holder passes the job from the command that starts it to the screen that may
// have been closed by then.
type holder struct {
	mu     sync.Mutex
	closed bool
	job    *Job
}

// New makes the screen that the wish asks for.
func New(env *models.Env, start Start, wish models.LocalEditMsg) *Model {
	return newModel(&Model{env: env, wish: wish, start: start})
}

// NewPager makes the screen on which the user's pager shows a text.
func NewPager(env *models.Env, start Start, wish models.PagerMsg) *Model {
	return newModel(&Model{env: env, page: wish, start: start})
}

func newModel(m *Model) *Model {
	m.keys, m.held = DefaultKeyMap(), &holder{}
	m.Model = terminal.NewLocal(m.env, m.what(), m.ended)
	return m
}

// pages tells whether it is a pager, which leaves nothing to take back.
func (m *Model) pages() bool { return m.page.Write != nil }

// what is what is started, in a word.
func (m *Model) what() string {
	if m.pages() {
		return "pager"
	}
	return "editor"
}

// Init starts the program.
func (m *Model) Init() tea.Cmd {
	req := Request{Cols: max(m.cols, 1), Rows: max(m.rows, 1), Write: m.page.Write, Dark: m.env.Theme.Dark()}
	if !m.pages() {
		req.Command = m.env.Settings.EditorCommand
		req.Write = func(w io.Writer) error {
			_, err := io.WriteString(w, m.wish.Text)
			return err
		}
	}
	if m.env.Graphemes {
		req.Width = vt.WidthGrapheme
	}
	env := m.env
	req.OnPanic = func(value any, stack []byte) {
		env.Go(func() { panic(fmt.Sprintf("%v\n\n%s", value, stack)) })
	}
	return func() tea.Msg {
		if m.start == nil {
			return startedMsg{Answer: models.To(m), err: fmt.Errorf("no %s can be run here", m.what())}
		}
		job, err := m.start(req)
		if err == nil && !m.held.put(job) {
			m.rescue(job)
		}
		return startedMsg{Answer: models.To(m), job: job, err: err}
	}
}

// put keeps the job for Close; false when the screen is closed already.
func (h *holder) put(job *Job) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.job = job
	return !h.closed
}

// take ends the holding and returns what was held, once.
func (h *holder) take() *Job {
	h.mu.Lock()
	defer h.mu.Unlock()
	job := h.job
	h.job, h.closed = nil, true
	return job
}

// rescue ends a program that nobody looks at any more and keeps an editor's text.
func (m *Model) rescue(job *Job) {
	job.Bridge.Close()
	if m.pages() {
		_ = job.Discard() // a file too many harms nobody
		return
	}
	if text, err := job.Text(); err != nil || m.keep(text) != nil {
		return // the file is left where the user can find it
	}
	_ = job.Discard() // a file too many harms nobody
}

// keep saves a changed text as the draft that the wish names.
func (m *Model) keep(text string) error {
	if text == m.wish.Text || m.wish.Draft == "" {
		return nil
	}
	return m.env.Store.SaveDraft(m.wish.Draft, []byte(text))
}

// Close ends the program; a text that an editor has saved becomes a draft.
func (m *Model) Close() {
	m.over = true
	m.Leave()
	if job := m.held.take(); job != nil {
		m.env.Go(func() { m.rescue(job) })
	}
}

// Update handles a message.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case startedMsg:
		if !models.ForAnother(msg, m) {
			return m.started(msg)
		}
	case doneMsg:
		if !models.ForAnother(msg, m) && !m.over {
			m.done(msg)
		}
	case tea.KeyPressMsg:
		if m.failure != "" && key.Matches(msg, m.keys.Back) {
			m.env.Wish(models.BackMsg{From: m})
		}
	}
	if m.over || m.failure != "" {
		return nil
	}
	return m.Model.Update(msg)
}

func (m *Model) started(msg startedMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		m.failure = "The " + m.what() + " did not start: " + safetext.Clean(msg.err.Error())
		return nil
	case m.over:
		return nil // and it is being ended
	}
	m.job = msg.job
	return m.Run(m.job.Name, m.job.Bridge)
}

// ended takes what the editor has left.
func (m *Model) ended() tea.Cmd {
	job := m.job
	return func() tea.Msg {
		msg := doneMsg{Answer: models.To(m)}
		msg.code, _ = job.Bridge.ExitCode()
		if m.pages() {
			return msg
		}
		if msg.text, msg.err = job.Text(); msg.err != nil {
			return msg
		}
		if msg.code == 0 || died(msg.code) {
			msg.err = m.keep(msg.text)
		}
		return msg
	}
}

// died tells whether the editor was ended by a signal: it has not said that what
// it saved is not to be taken.
func died(code int) bool { return code > 128 }

// done gives the text back to who asked, unless the editor said that it is not
// to be taken.
func (m *Model) done(msg doneMsg) {
	m.over = true
	if msg.err != nil {
		m.failure = "What " + m.job.Name + " left could not be read or kept: " + safetext.Clean(msg.err.Error())
		return
	}
	if job := m.held.take(); job != nil {
		m.env.Go(func() {
			job.Bridge.Close()
			_ = job.Discard() // a file too many harms nobody
		})
	}
	switch {
	case m.pages():
	case msg.code == 0:
		m.env.Wish(models.EditedMsg{Asker: m.wish.Asker, Text: msg.text})
	default:
		text := fmt.Sprintf("%s ended with status %d: the text is as it was", m.job.Name, msg.code)
		if died(msg.code) && msg.text != m.wish.Text && m.wish.Draft != "" {
			text += "; what it had saved is a draft"
		}
		m.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: text})
	}
	m.env.Wish(models.BackMsg{From: m})
}

// Grabbing is true while the program runs: every key is its own.
func (m *Model) Grabbing() bool { return m.failure == "" }

// Holds is true while the program runs: leaving it does not end it.
func (m *Model) Holds() bool { return m.failure == "" && !m.over }

// Ends says what would end with the program.
func (m *Model) Ends() string {
	if m.job == nil || !m.Holds() || m.pages() {
		return ""
	}
	return m.job.Name + " with a manifest"
}

// KeyMap are the screen's own keys; while the program runs all are the program's.
type KeyMap struct {
	Back key.Binding // once it could not be started, or its text not be had
}

// DefaultKeyMap is the keys as they come.
func DefaultKeyMap() KeyMap {
	return KeyMap{Back: key.NewBinding(key.WithKeys("esc", "enter", "q"), key.WithHelp("esc", "back"))}
}

// Keys are the bindings that work now.
func (m *Model) Keys() help.KeyMap {
	if m.failure == "" {
		return m.Model.Keys()
	}
	return models.Help{Short: []key.Binding{m.keys.Back}}
}

// KeyMaps are the keys that can be bound anew: of this screen and of the pane.
func (m *Model) KeyMaps() []models.KeyScope {
	return append([]models.KeyScope{{Name: "external", Map: &m.keys}}, m.Model.KeyMaps()...)
}

// SetSize gives the rectangle.
func (m *Model) SetSize(cols, rows int) {
	m.cols, m.rows = cols, rows
	m.Model.SetSize(cols, rows)
}

// View draws the program's screen, or why there is none.
func (m *Model) View() string {
	if m.failure == "" {
		return m.Model.View()
	}
	lines := make([]string, max(m.rows, 0))
	said := safetext.Wrap(m.failure, m.cols)
	for i := range lines {
		lines[i] = strings.Repeat(" ", max(m.cols, 0))
		if i < len(said) {
			lines[i] = m.env.Theme.Paint(themes.Error, safetext.Fit(said[i], m.cols))
		}
	}
	return strings.Join(lines, "\n")
}

// Cursor is the program's cursor, in its own shape.
func (m *Model) Cursor() *tea.Cursor {
	if m.failure != "" {
		return nil
	}
	return m.Model.Cursor()
}
