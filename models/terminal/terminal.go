// Package terminal is the screen with a terminal in it: a shell or another
// command in a pod's container, on a pseudo-terminal of the dashboard's own,
// bridged to the hijacked stream of an exec.
//
// It is not the emulator (termbridge/vt) nor the bridge (termbridge): it turns
// keys into input, pictures into a view, and ends into sentences.
package terminal

import (
	"context"
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/help"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/termbridge"
	"podium/termbridge/vt"
	"podium/themes"
)

// startTimeout bounds how long opening a session may take before it is called
// a failure; the user can leave earlier.
const startTimeout = 30 * time.Second

// scrollbackBytes is what a session's scrollback may take: some ten thousand
// lines.
const scrollbackBytes = 8 << 20

// state is where a session stands.
type state int

const (
	choosing state = iota // which container? the user is asked
	starting              // exec is being created and started
	running
	ended // the screen stays, the last lines say why
)

// Model is one terminal session, kept while the user looks at something else.
// It is a models.Screen; see there for how it is called.
type Model struct {
	env  *models.Env
	keys KeyMap

	ref       api.PodRef
	container string
	cmd       []string // empty for a shell

	state state
	gen   int // counts sessions in this place; answers of earlier ones are dropped

	cancel  context.CancelFunc // of what is being started
	bridge  *termbridge.Bridge
	control api.ExecControl
	pace    *pace
	ahead   []func(*termbridge.Bridge) // typed before the session was there
	opened  time.Time
	endedAt time.Time
	end     models.End
	podGone bool // this program deleted the pod

	choice []string // containers to choose from
	at     int

	cols, rows int
	focused    bool
	frame      vt.Frame
	offset     int // lines scrolled back
	view       string
	stale      bool // view does not show all of the above yet
}

var (
	_ models.Screen    = (*Model)(nil)
	_ models.Titled    = (*Model)(nil)
	_ models.Grabbing  = (*Model)(nil)
	_ models.Pointing  = (*Model)(nil)
	_ models.Mousing   = (*Model)(nil)
	_ models.Focusing  = (*Model)(nil)
	_ models.Themed    = (*Model)(nil)
	_ models.Ending    = (*Model)(nil)
	_ models.Holding   = (*Model)(nil)
	_ models.Inside    = (*Model)(nil)
	_ models.Acting    = (*Model)(nil)
	_ models.Canceling = (*Model)(nil)
)

// New makes the screen of a session that Init opens: a shell, whichever the
// container has, unless wish.Cmd says what to run.
func New(env *models.Env, wish models.ExecMsg) *Model {
	return &Model{
		env: env, keys: DefaultKeyMap(),
		ref: wish.Ref, container: wish.Container, cmd: wish.Cmd,
		state: starting, focused: true, pace: newPace(), stale: true,
	}
}

// The answers to the screen's commands. Each carries the model and the session
// it belongs to.
type (
	containersMsg struct {
		to  *Model
		gen int
		pod api.PodObject
		err error
	}
	startedMsg struct {
		to      *Model
		gen     int
		session api.ExecSession
		err     error
	}
	changedMsg struct {
		to  *Model
		gen int
	}
	endedMsg struct {
		to  *Model
		gen int
		end models.End
	}
	pasteMsg struct {
		to   *Model
		gen  int
		text string
	}
)

// Init opens the session. A container that was not named is looked up first.
func (m *Model) Init() tea.Cmd {
	if m.container == "" {
		return m.findContainer()
	}
	return m.start()
}

func (m *Model) findContainer() tea.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	m.cancel = cancel
	client, gen := m.env.Client, m.gen
	return func() tea.Msg {
		defer cancel()
		pod, err := client.Get(ctx, m.ref.Namespace, m.ref.Name)
		return containersMsg{to: m, gen: gen, pod: pod, err: err}
	}
}

func (m *Model) start() tea.Cmd {
	m.state, m.stale = starting, true
	m.opened = m.env.Now()
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	m.cancel = cancel
	client, gen := m.env.Client, m.gen
	cfg := api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: m.cmd}
	if len(cfg.Cmd) == 0 {
		cfg.Cmd = findShell()
	}
	return func() tea.Msg {
		defer cancel()
		session, err := client.Exec(ctx, m.ref.Namespace, m.ref.Name, m.container, cfg)
		if err == nil && ctx.Err() != nil { // the screen has gone, and its messages with it
			session.Close()
			session, err = nil, ctx.Err()
		}
		return startedMsg{to: m, gen: gen, session: session, err: err}
	}
}

// Update handles a message.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	cmd := m.handle(msg)
	if m.stale {
		m.render()
	}
	return cmd
}

func (m *Model) handle(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case containersMsg:
		return m.gotContainers(msg)
	case startedMsg:
		return m.gotSession(msg)
	case changedMsg:
		if msg.to == m && msg.gen == m.gen && m.bridge != nil {
			return m.changed()
		}
	case endedMsg:
		if msg.to == m && msg.gen == m.gen {
			m.end, m.state, m.endedAt, m.stale = msg.end, ended, m.env.Now(), true
		}
	case pasteMsg:
		if msg.to == m && msg.gen == m.gen {
			return m.input(func(b *termbridge.Bridge) error { return b.Paste(msg.text) })
		}
	case models.PodsGoneMsg:
		for _, ref := range msg.Refs {
			m.podGone = m.podGone || ref == m.ref
		}
	case models.ActionMsg:
		return m.act(msg)
	default:
		return m.fromUser(msg)
	}
	return nil
}

func (m *Model) gotContainers(msg containersMsg) tea.Cmd {
	if msg.to != m || msg.gen != m.gen {
		return nil
	}
	if msg.err != nil {
		return m.failed(msg.err)
	}
	for _, c := range msg.pod.Pod.Spec.Containers {
		m.choice = append(m.choice, c.Name)
	}
	if m.ref.UID == "" {
		m.ref.UID = string(msg.pod.Pod.UID)
	}
	switch len(m.choice) {
	case 0:
		return m.failed(fmt.Errorf("pod %s has no containers", m.ref))
	case 1:
		m.container = m.choice[0]
		return m.start()
	}
	m.state, m.stale = choosing, true
	return nil
}

func (m *Model) gotSession(msg startedMsg) tea.Cmd {
	if msg.to != m {
		return nil // another shell's, which sees it too
	}
	if msg.gen != m.gen {
		if msg.session != nil { // nobody waits for it any more
			m.env.Go(func() { msg.session.Close() })
		}
		return nil
	}
	if msg.err != nil {
		return m.failed(msg.err)
	}
	cols, rows := max(m.cols, 1), max(m.rows, 1)
	bridge, err := termbridge.New(termbridge.Options{
		Cols: cols, Rows: rows, Stream: msg.session,
		Terminal: vt.Options{ScrollbackBytes: scrollbackBytes},
		OnPanic: func(value any, stack []byte) {
			m.env.Go(func() { panic(fmt.Sprintf("%v\n\n%s", value, stack)) })
		},
	})
	if err != nil {
		m.env.Go(func() { msg.session.Close() })
		return m.failed(err)
	}
	m.bridge, m.control = bridge, msg.session.Control()
	m.state, m.frame, m.offset, m.stale = running, vt.Frame{}, 0, true
	for _, typed := range m.ahead {
		typed(bridge)
	}
	m.ahead = nil
	return m.wait()
}

func (m *Model) failed(err error) tea.Cmd {
	m.state, m.endedAt, m.stale = ended, m.env.Now(), true
	m.end = startFailure(err)
	return nil
}

// wait is the one command in flight per session: it comes back when there is
// something to draw, as often as the pace allows.
func (m *Model) wait() tea.Cmd {
	bridge, gen, pace := m.bridge, m.gen, m.pace
	return func() tea.Msg {
		select {
		case <-bridge.Changed():
		case <-bridge.Done():
		}
		pace.wait(bridge.Done())
		return changedMsg{to: m, gen: gen}
	}
}

// changed takes the new picture and waits for the next, or learns how the
// session ended once all its output is drawn.
func (m *Model) changed() tea.Cmd {
	reason, err := m.bridge.End()
	m.draw()
	var cmds []tea.Cmd
	for _, e := range m.bridge.TakeEvents() {
		cmds = append(cmds, m.event(e))
	}
	if reason == termbridge.Running {
		return tea.Batch(append(cmds, m.wait())...)
	}
	return tea.Batch(append(cmds, m.learnEnd(reason, err))...)
}

func (m *Model) draw() {
	if m.bridge == nil {
		return
	}
	if m.offset > 0 {
		m.stale = m.bridge.SnapshotAt(&m.frame, m.offset) || m.stale
		m.offset = m.frame.Offset
		return
	}
	m.stale = m.bridge.Snapshot(&m.frame) || m.stale
}

// event answers what a program did besides drawing.
func (m *Model) event(e vt.Event) tea.Cmd {
	if e.Kind == vt.EventBell {
		return func() tea.Msg {
			return models.NoticeMsg{Text: "bell in " + m.Title()}
		}
	}
	return nil
}

// SetSize gives the pane's size; program and screen follow.
func (m *Model) SetSize(cols, rows int) {
	if cols == m.cols && rows == m.rows {
		return
	}
	m.cols, m.rows, m.stale = cols, rows, true
	if m.bridge != nil && cols > 0 && rows > 0 {
		// The bridge keeps the newest size and repeats it until accepted; an
		// error here could only be a size that the line above rules out.
		_ = m.bridge.Resize(cols, rows)
		m.draw()
	}
	m.render()
}

// SetFocus tells the program in the terminal, if it asked.
func (m *Model) SetFocus(focused bool) {
	if m.focused != focused && m.bridge != nil {
		_ = m.bridge.Focus(focused) // an ended session needs no focus report
	}
	m.focused = focused
}

// SetTheme takes a new theme for what the screen itself draws; the program's
// colours are the program's.
func (m *Model) SetTheme(themes.Theme) { m.render() }

// Title names what runs where.
func (m *Model) Title() string {
	what := "shell"
	if len(m.cmd) > 0 {
		what = strings.Join(m.cmd, " ")
	}
	where := m.ref.Name
	if m.container != "" {
		where += "/" + m.container
	}
	return safetext.Line(what+" in "+where, 120)
}

// Grabbing is true while keys go to the program, or wait for it.
func (m *Model) Grabbing() bool { return m.state == running || m.state == starting }

// Holds is true while leaving the screen must not end the session.
func (m *Model) Holds() bool { return m.state == running || m.state == starting }

// Ends says what quitting would end.
func (m *Model) Ends() string {
	if m.Holds() {
		return m.Title()
	}
	return ""
}

// Inside is the pod that the session is in, while it runs.
func (m *Model) Inside() api.PodRef {
	if m.Holds() {
		return m.ref
	}
	return api.PodRef{}
}

// Cancel stops a session that has not started yet.
func (m *Model) Cancel() (tea.Cmd, bool) {
	if m.state != starting || m.cancel == nil {
		return nil, false
	}
	m.cancel()
	return nil, true
}

// Keys are the bindings that work right now.
func (m *Model) Keys() help.KeyMap {
	switch m.state {
	case choosing:
		return m.keys.choosing()
	case ended:
		return m.keys.ended()
	}
	return m.keys.running()
}

// Close ends the session and its process, without waiting.
func (m *Model) Close() {
	m.gen++
	if m.cancel != nil {
		m.cancel()
	}
	if bridge := m.bridge; bridge != nil {
		m.bridge = nil
		m.env.Go(func() { bridge.Close() })
	}
}
