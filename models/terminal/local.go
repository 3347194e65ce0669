package terminal

import (
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge"
	"podium/termbridge/vt"
)

// local is a program of this machine in the pane, in place of an exec: an editor,
// a pager. Who started it sees to its end.
type local struct {
	what  string         // before it has a name
	ended func() tea.Cmd // is asked what to do once it has ended
}

// NewLocal makes the pane of a program that somebody else starts and Run is given.
// Until then what is typed is kept. Once the program has ended, and its last
// picture is drawn, ended is called.
func NewLocal(env *models.Env, what string, ended func() tea.Cmd) *Model {
	m := New(env, models.ExecMsg{})
	m.local = &local{what: what, ended: ended}
	return m
}

// Run shows a program under its name. The bridge stays the caller's to close.
func (m *Model) Run(name string, bridge *termbridge.Bridge) tea.Cmd {
	m.local.what = name
	if m.cols > 0 && m.rows > 0 {
		_ = bridge.Resize(m.cols, m.rows) // only a size that the line above rules out is refused
	}
	bridge.View(func(t *vt.Terminal) { t.SetWidthMethod(m.width) })
	m.opened = m.env.Now()
	return m.begin(bridge, nil)
}

// Leave lets go of the program, which goes on until its bridge is closed.
func (m *Model) Leave() {
	m.gen++
	m.look.search.stop()
	m.state, m.bridge = ended, nil
}
