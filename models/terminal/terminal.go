// Package terminal is the screen with a terminal in it: a shell or another
// command in a pod's container, on a pseudo-terminal of the dashboard's own,
// bridged to the hijacked stream of an exec.
//
// It is not the emulator (termbridge/vt) nor the bridge (termbridge): it turns
// keys into input, pictures into a view, and ends into sentences.
package terminal

import (
	"context"
	"strings"
	"time"

	"charm.land/bubbles/v2/help"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/input"
	"podium/termbridge"
	"podium/termbridge/vt"
	"podium/themes"
)

// startTimeout bounds how long opening a session may take before it is called
// a failure; the user can leave earlier.
const startTimeout = 30 * time.Second

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
	local     *local   // in place of all that, nil for an exec

	state state
	gen   int // counts sessions in this place; answers of earlier ones are dropped

	cancel  context.CancelFunc // of what is being started
	bridge  *termbridge.Bridge
	control api.ExecControl
	pace    *pace
	ahead   []func(*termbridge.Bridge) // typed before the session was there
	handed  []func(*termbridge.Bridge) // what of that it got, to give to the next way to a shell
	asked   asked
	alive   alive
	dead    bool // the connection was given up: nothing came over it any more
	opened  time.Time
	endedAt time.Time
	end     models.End
	podGone bool // this program deleted the pod

	choice []string // containers to choose from
	at     int

	shell     string            // that the user chose, "" for any
	images    map[string]string // of the containers, as far as known
	shells    map[string]string // chosen last in the containers' images
	tries     []attempt         // ways to a shell: the one under way, then those left
	tried     []string          // shells that are not there
	typedInto bool              // keys reached this session's program
	shellKept bool
	picking   bool // the list of shells is shown

	news      news
	clip      clip
	signalMap SignalKeyMap
	signals   bool // the list of signals is shown

	cols, rows int
	width      vt.WidthMethod
	focused    bool
	hidden     bool // nothing of it is in view: nothing is drawn
	frame      vt.Frame
	used       int // rows of the last screen that hold something, once ended
	look       look
	copyMap    CopyKeyMap
	copyKeys   []command    // with the keys of copyMap
	lineKeys   input.KeyMap // of what is searched for
	painter    painter
	trouble    string // what is wrong with the connection, for the pane's mark
	view       string
	stale      bool // view does not show all of the above yet
}

var (
	_ models.Screen   = (*Model)(nil)
	_ models.Titled   = (*Model)(nil)
	_ models.Grabbing = (*Model)(nil)
	_ models.Pointing = (*Model)(nil)
	_ models.Mousing  = (*Model)(nil)

	_ models.Keyboarding = (*Model)(nil)
	_ models.Focusing    = (*Model)(nil)
	_ models.Themed      = (*Model)(nil)
	_ models.Ending      = (*Model)(nil)
	_ models.Holding     = (*Model)(nil)
	_ models.Inside      = (*Model)(nil)
	_ models.Acting      = (*Model)(nil)
	_ models.Canceling   = (*Model)(nil)
	_ models.Session     = (*Model)(nil)
	_ models.Showing     = (*Model)(nil)
)

// New makes the screen of a session that Init opens: a shell, whichever the
// container has, unless wish.Cmd says what to run.
func New(env *models.Env, wish models.ExecMsg) *Model {
	m := &Model{
		env: env, keys: DefaultKeyMap(), copyMap: DefaultCopyKeyMap(), signalMap: DefaultSignalKeyMap(), lineKeys: input.DefaultKeyMap(),
		ref: wish.Ref, container: wish.Container, cmd: wish.Cmd, shell: wish.Shell,
		state: starting, focused: true, pace: newPace(), stale: true,
		width: widthMethod(env),
	}
	m.copyKeys = copyCommands(&m.copyMap)
	if wish.Image != "" {
		m.images = map[string]string{wish.Container: wish.Image}
	}
	return m
}

// widthMethod is how the outer terminal, and so the renderer, measures text.
func widthMethod(env *models.Env) vt.WidthMethod {
	if env.Graphemes {
		return vt.WidthGrapheme
	}
	return vt.WidthWC
}

// Update handles a message.
func (m *Model) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, m) {
		return nil
	}
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
		if msg.gen == m.gen && m.bridge != nil {
			return m.changed()
		}
	case endedMsg:
		if msg.gen == m.gen {
			return m.gotEnd(msg)
		}
	case dragMsg:
		return m.dragged(msg)
	case foundMsg:
		m.found(msg)
	case models.TickMsg:
		return tea.Batch(m.watch(), m.keepShell())
	case aliveMsg:
		return m.gotAlive(msg)
	case tea.ModeReportMsg:
		m.measure(widthMethod(m.env))
	case tea.FocusMsg:
		m.report(true)
	case tea.BlurMsg:
		m.report(false)
	case pasteMsg:
		if msg.gen == m.gen {
			return m.typed(func(b *termbridge.Bridge) error { return b.Paste(msg.text) })
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

// SetSize gives the pane's size; program and screen follow.
func (m *Model) SetSize(cols, rows int) {
	if cols == m.cols && rows == m.rows {
		return
	}
	m.cols, m.rows, m.stale = cols, rows, true
	if m.bridge != nil && cols > 0 && rows > 0 {
		m.news.size = m.env.Now()
		// The bridge keeps the newest size and repeats it until accepted; an
		// error here could only be a size that the line above rules out.
		resize := func() { _ = m.bridge.Resize(cols, rows) }
		if m.look.active() {
			m.rewrap(resize)
		} else {
			resize()
		}
		m.countUsed()
		m.draw()
	}
	m.render()
}

// measure changes how text is measured, to what the renderer does.
func (m *Model) measure(width vt.WidthMethod) {
	if width == m.width {
		return
	}
	m.width = width
	if m.bridge != nil {
		m.bridge.View(func(t *vt.Terminal) { t.SetWidthMethod(width) })
		m.draw()
	}
	m.stale = true
}

// SetFocus tells the program in the terminal, if it asked.
func (m *Model) SetFocus(focused bool) {
	if m.focused == focused {
		return
	}
	m.focused = true // so that a loss of the focus is reported, too
	m.report(focused)
	m.focused = focused
	if focused {
		m.news.bell = false
	}
}

// SetShown tells whether the pane is in view. While it is not, nothing is drawn,
// so that a program that floods in the background costs little.
func (m *Model) SetShown(shown bool) {
	m.hidden = !shown
	if shown {
		m.news.unread = false
		m.pace.show()
		m.draw()
		m.render()
	} else {
		m.pace.hide()
	}
}

// report tells the program that the pane got or lost the focus, also when it is
// the window around that did.
func (m *Model) report(in bool) {
	if m.focused && m.bridge != nil {
		_ = m.bridge.Focus(in) // an ended session needs no focus report
	}
}

// SetTheme takes a new theme for what the screen itself draws; the program's
// colours are the program's, which is told of another background when it asks.
func (m *Model) SetTheme(themes.Theme) {
	if m.bridge != nil {
		m.bridge.SetDefaultColors(m.defaultColors())
	}
	m.render()
}

// Title names what runs where, and what the program calls itself.
func (m *Model) Title() string {
	if t := safetext.Line(strings.TrimSpace(m.news.title), 40); t != "" {
		return m.what() + " · " + t
	}
	return m.what()
}

// what names what runs where.
func (m *Model) what() string {
	if m.local != nil {
		return m.local.what
	}
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

// Grabbing is true while keys go to the program, wait for it, or move in copy
// mode.
func (m *Model) Grabbing() bool {
	return m.state == running || m.state == starting || m.look.copying || m.signals || m.picking
}

// Holds is true while leaving the screen must not end the session.
func (m *Model) Holds() bool { return m.state == running || m.state == starting }

// Ends says what quitting would end.
func (m *Model) Ends() string {
	if m.Holds() {
		return m.what()
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
	if m.look.copying {
		return m.copyHelp()
	}
	switch m.state {
	case choosing:
		return models.Help{Short: m.keys.choosing()}
	case ended:
		return models.Help{Short: m.keys.ended(m.env.ReadOnly)}
	}
	return models.Help{Short: m.keys.running(m.local != nil || m.bridge != nil && m.bridge.Modes().AltScreen)}
}

// Close ends the session and its process, without waiting.
func (m *Model) Close() {
	m.gen++
	m.look.search.stop()
	if m.cancel != nil {
		m.cancel()
	}
	if bridge := m.bridge; bridge != nil {
		m.bridge = nil
		m.env.Go(func() { bridge.Close() })
	}
}
