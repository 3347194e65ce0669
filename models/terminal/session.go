package terminal

import (
	"context"
	"errors"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	"podium/termbridge"
	"podium/termbridge/vt"
)

// The answers to the screen's commands. Each carries the model and the session
// it belongs to.
type (
	containersMsg struct {
		models.Answer
		gen    int
		pod    api.PodObject
		shells map[string]string // chosen last in the images of its containers
		err    error
	}
	startedMsg struct {
		models.Answer
		gen     int
		session api.ExecSession
		take    func() bool // must be called to have the session; false when it was given up
		err     error
	}
	changedMsg struct {
		models.Answer
		gen int
	}
	endedMsg struct {
		models.Answer
		gen int
		end models.End
	}
	pasteMsg struct {
		models.Answer
		gen  int
		text string
	}
)

// Init opens the session. The pod is looked at first, for the container if that
// was not named, and for its image.
func (m *Model) Init() tea.Cmd {
	if m.container != "" && len(m.cmd) > 0 {
		return m.start()
	}
	return m.lookUp()
}

// open starts a session in a container that is known.
func (m *Model) open() tea.Cmd {
	m.plan()
	return m.start()
}

func (m *Model) start() tea.Cmd {
	m.state, m.stale = starting, true
	m.opened = m.env.Now()
	wanted, cancel := context.WithCancel(context.Background())
	m.cancel = cancel
	env, client, gen, ref, container := m.env, m.env.Client, m.gen, m.ref, m.container
	cfg := api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: m.cmd}
	if len(cfg.Cmd) == 0 {
		cfg.Cmd = m.tries[0].cmd
	}
	if m.cols > 0 && m.rows > 0 {
		cfg.Rows, cfg.Cols = uint16(min(m.rows, vt.MaxRows)), uint16(min(m.cols, vt.MaxCols))
	}
	return func() tea.Msg {
		ctx, done := context.WithTimeout(wanted, startTimeout)
		defer done()
		session, err := openExec(ctx, client, ref, container, cfg)
		if err != nil {
			return startedMsg{Answer: models.To(m), gen: gen, err: err}
		}
		// The screen may go before the message is there, which then reaches nobody.
		take := context.AfterFunc(wanted, func() { env.Go(func() { session.Close() }) })
		return startedMsg{Answer: models.To(m), gen: gen, session: session, take: take}
	}
}

func (m *Model) gotContainers(msg containersMsg) tea.Cmd {
	if msg.gen != m.gen {
		return nil
	}
	switch {
	case msg.err != nil && (m.container == "" || errors.Is(msg.err, context.Canceled)):
		return m.failed(msg.err)
	case msg.err == nil:
		m.knowPod(msg.pod, msg.shells)
	}
	if m.container != "" {
		return m.open()
	}
	for _, c := range msg.pod.Pod.Spec.Containers {
		m.choice = append(m.choice, c.Name)
	}
	switch len(m.choice) {
	case 0:
		return m.failed(fmt.Errorf("pod %s has no containers", m.ref))
	case 1:
		m.container = m.choice[0]
		return m.open()
	}
	m.state, m.stale = choosing, true
	return nil
}

func (m *Model) gotSession(msg startedMsg) tea.Cmd {
	if msg.gen != m.gen {
		return nil
	}
	if msg.err != nil {
		return m.failed(msg.err)
	}
	if !msg.take() {
		return m.failed(context.Canceled)
	}
	cols, rows := max(m.cols, 1), max(m.rows, 1)
	bridge, err := termbridge.New(termbridge.Options{
		Cols: cols, Rows: rows, Stream: msg.session,
		Terminal: m.emulator(),
		OnPanic: func(value any, stack []byte) {
			m.env.Go(func() { panic(fmt.Sprintf("%v\n\n%s", value, stack)) })
		},
	})
	if err != nil {
		m.env.Go(func() { msg.session.Close() })
		return m.failed(err)
	}
	return m.begin(bridge, msg.session.Control())
}

// begin shows a program that runs, and gives it what was typed before it did.
func (m *Model) begin(bridge *termbridge.Bridge, control api.ExecControl) tea.Cmd {
	m.bridge, m.control = bridge, control
	m.state, m.frame, m.look, m.stale = running, vt.Frame{}, look{}, true
	m.asked, m.alive, m.trouble, m.news = asked{}, alive{}, "", news{}
	m.clip = clip{allowed: m.env.Settings.AllowClipboard}
	m.shellKept, m.dead = false, false
	for _, typed := range m.ahead {
		typed(bridge)
	}
	m.ahead, m.handed = nil, m.ahead
	return m.wait()
}

// emulator is the options of the pane's screen.
func (m *Model) emulator() vt.Options {
	foreground, background := m.defaultColors()
	return vt.Options{
		ScrollbackBytes: int(m.env.Settings.Scrollback), Width: m.width, AllowClipboard: true,
		Foreground: foreground, Background: background,
	}
}

// defaultColors are what programs are told that ask (OSC 10 and 11): whether the
// background is dark, which is all that is known of it here, and what editors
// choose their colours by.
func (m *Model) defaultColors() (foreground, background vt.Color) {
	black, white := vt.RGBColor(0, 0, 0), vt.RGBColor(255, 255, 255)
	if m.env.Theme.Dark() {
		return white, black
	}
	return black, white
}

func (m *Model) failed(err error) tea.Cmd {
	if len(m.cmd) == 0 && notThere(models.End{}, err) {
		if m.nextShell() {
			return m.start()
		}
		m.state, m.endedAt, m.stale = ended, m.env.Now(), true
		m.end = m.noShell(startFailure(err))
		return nil
	}
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
		come, _ := bridge.Counts()
		pace.wait(come, bridge.Done())
		return changedMsg{Answer: models.To(m), gen: gen}
	}
}

// changed takes the new picture and waits for the next, or learns how the
// session ended once all its output is drawn.
func (m *Model) changed() tea.Cmd {
	reason, err := m.bridge.End()
	if m.dead && reason == termbridge.EndClosed {
		reason, err = termbridge.EndBroken, errSilent
	}
	if !m.hidden || reason != termbridge.Running {
		m.draw()
	}
	m.heard()
	var cmds []tea.Cmd
	for _, e := range m.bridge.TakeEvents() {
		cmds = append(cmds, m.event(e))
	}
	switch {
	case reason == termbridge.Running:
		return tea.Batch(append(cmds, m.wait())...)
	case m.local != nil:
		return tea.Batch(append(cmds, m.local.ended())...)
	}
	return tea.Batch(append(cmds, m.learnEnd(reason, err))...)
}
