package terminal

import (
	"context"
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
	client, gen, ref, container := m.env.Client, m.gen, m.ref, m.container
	cfg := api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: m.cmd}
	if len(cfg.Cmd) == 0 {
		cfg.Cmd = findShell()
	}
	return func() tea.Msg {
		defer cancel()
		session, err := openExec(ctx, client, ref, container, cfg)
		if err == nil && ctx.Err() != nil { // the screen has gone, and its messages with it
			session.Close()
			session, err = nil, ctx.Err()
		}
		return startedMsg{to: m, gen: gen, session: session, err: err}
	}
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
		Terminal: m.emulator(),
		OnPanic: func(value any, stack []byte) {
			m.env.Go(func() { panic(fmt.Sprintf("%v\n\n%s", value, stack)) })
		},
	})
	if err != nil {
		m.env.Go(func() { msg.session.Close() })
		return m.failed(err)
	}
	m.bridge, m.control = bridge, msg.session.Control()
	m.state, m.frame, m.look, m.stale = running, vt.Frame{}, look{}, true
	m.asked, m.trouble, m.news, m.clip = asked{}, "", news{}, clip{}
	for _, typed := range m.ahead {
		typed(bridge)
	}
	m.ahead = nil
	return m.wait()
}

// emulator is the options of the pane's screen. A program that asks for the
// background (OSC 11) learns whether it is dark, which is all that is known of
// it here, and what editors choose their colours by.
func (m *Model) emulator() vt.Options {
	black, white := vt.RGBColor(0, 0, 0), vt.RGBColor(255, 255, 255)
	o := vt.Options{
		ScrollbackBytes: scrollbackBytes, Width: m.width, AllowClipboard: true,
		Foreground: black, Background: white,
	}
	if m.env.Theme.Dark() {
		o.Foreground, o.Background = white, black
	}
	return o
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
	if !m.hidden || reason != termbridge.Running {
		m.draw()
	}
	m.heard()
	var cmds []tea.Cmd
	for _, e := range m.bridge.TakeEvents() {
		cmds = append(cmds, m.event(e))
	}
	if reason == termbridge.Running {
		return tea.Batch(append(cmds, m.wait())...)
	}
	return tea.Batch(append(cmds, m.learnEnd(reason, err))...)
}
