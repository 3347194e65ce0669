package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"charm.land/bubbles/v2/key"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"podium/models"
)

// route gives a message to whom it is for. What the root does not know is an
// answer, and goes to every screen.
func (r *root) route(msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		r.resize(msg.Width, msg.Height)
	case tea.KeyPressMsg:
		r.press(tea.KeyPressMsg(models.DecodedKey(tea.Key(msg))))
	case tea.KeyReleaseMsg:
		r.release(tea.KeyReleaseMsg(models.DecodedKey(tea.Key(msg))))
	case tea.PasteMsg, tea.PasteStartMsg, tea.PasteEndMsg:
		r.update(r.active(), msg)
	case tea.MouseMsg:
		r.mouse(msg)
	case tea.FocusMsg:
		r.blurred = false
		r.do(tea.RequestBackgroundColor) // of a terminal that tells of no change
		r.broadcast(msg)
	case tea.BlurMsg:
		r.blurred = true
		r.broadcast(msg)
	case tea.BackgroundColorMsg:
		r.background(msg.IsDark())
	case uv.DarkColorSchemeEvent, uv.LightColorSchemeEvent:
		_, dark := msg.(uv.DarkColorSchemeEvent)
		r.background(dark)
	case tea.ModeReportMsg:
		r.reported(msg)
	case tea.ColorProfileMsg:
		r.profile(msg.Profile)
	case models.TickMsg:
		r.ticked(msg)
	case leaderShowMsg:
		r.leader.show(msg)
	case changedMsg:
		r.changed(msg)
	case infoMsg:
		r.gotInfo(msg)
	case copiedMsg:
		r.sayCopied(msg)
	case pastedMsg:
		r.pasted(msg)
	case tea.ClipboardMsg:
		r.gotClipboard(msg.Content)
	case savedMsg:
		r.saySaved(msg)
	case journaledMsg:
		r.journaled(msg)
	case journalMsg:
		r.gotJournal(msg)
	case recreatedMsg:
		r.gotRecreated(msg)
	case lastDraftMsg:
		r.gotLastDraft(msg)
	case latelyMsg:
		r.gotLately(msg)
	case wordsMsg:
		r.gotWords(msg)
	default:
		if !r.grant(wish{what: msg}) {
			r.broadcast(msg)
		}
	}
}

// reported takes what the terminal says of a mode. When it knows grapheme
// clusters, the renderer measures by them from now on.
func (r *root) reported(msg tea.ModeReportMsg) {
	if msg.Mode == ansi.ModeUnicodeCore && !msg.Value.IsNotRecognized() && !msg.Value.IsPermanentlyReset() {
		r.env.Graphemes = true
	}
	r.broadcast(msg)
}

// ticked passes the second on and forgets what is over.
func (r *root) ticked(msg models.TickMsg) {
	r.do(tick(r.env.Now))
	r.notices.expire(r.env.Now())
	r.retryInfo()
	r.pasteOver()
	r.broadcast(msg)
}

// press routes a key: the leader first, whatever is shown; then dialogs; then
// screens that take everything, screens that are being typed into, the global
// keys, and the screen.
func (r *root) press(told tea.KeyPressMsg) {
	k := models.BoundKey(told)
	r.notices.seen(r.env.Now())
	if len(r.layers) > 0 {
		r.pressLayer(k)
		return
	}
	if r.leader.pending {
		r.pressAfterLeader(k)
		return
	}
	if key.Matches(k, r.keys.Leader) {
		r.do(r.leader.begin(r.env.Settings.LeaderDelay))
		return
	}
	top := r.top()
	if g, ok := top.(models.Grabbing); ok && g.Grabbing() {
		if r.draw.keyboard.ReportEventTypes && !slices.Contains(r.down, k.Code) {
			r.down = append(r.down, k.Code)
		}
		r.update(top, told)
		return
	}
	if key.Matches(k, r.keys.Interrupt) {
		r.interrupt()
		return
	}
	if r.typing() {
		r.update(top, k)
		return
	}
	if !r.pressGlobal(k) {
		r.update(top, k)
	}
}

// release tells the screen of the release of a key whose press it got: the
// leader's, and those of its commands, are nothing that a program should hear of.
func (r *root) release(k tea.KeyReleaseMsg) {
	if i := slices.Index(r.down, k.Code); i >= 0 {
		r.down = slices.Delete(r.down, i, i+1)
		r.update(r.active(), k)
	}
}

// pressLayer gives a key to the dialog on top; ctrl-c leaves it.
func (r *root) pressLayer(k tea.KeyPressMsg) {
	l := r.layers[len(r.layers)-1]
	if key.Matches(k, r.keys.Interrupt) {
		if c, ok := l.screen.(models.Canceling); ok {
			if cmd, done := c.Cancel(); done {
				r.do(cmd)
				return
			}
		}
		r.drop(l.screen)
		return
	}
	r.update(l.screen, k)
}

// pressGlobal handles the keys that mean the same on every screen.
func (r *root) pressGlobal(k tea.KeyPressMsg) bool {
	switch {
	case key.Matches(k, r.keys.Quit):
		r.back(r.top())
	case key.Matches(k, r.keys.Palette):
		r.openPalette()
	case key.Matches(k, r.keys.Help):
		r.openHelp()
	case key.Matches(k, r.keys.Log):
		r.openLog()
	case key.Matches(k, r.keys.Journal):
		r.openJournal()
	case r.env.Client == nil && key.Matches(k, r.keys.Undo, r.keys.Draft): // there is no pod yet
	case key.Matches(k, r.keys.Undo):
		r.undo()
	case key.Matches(k, r.keys.Draft):
		if !r.refuseReadOnly("nothing can be created") {
			r.reopenDraft()
		}
	case key.Matches(k, r.keys.Lock):
		r.wish(models.UnlockMsg{Lock: !r.env.ReadOnly})
	case key.Matches(k, r.keys.Redraw):
		r.draw.forget()
		r.do(tea.ClearScreen)
	default:
		return false
	}
	return true
}

// interrupt is ctrl-c: it cancels what runs, and at rest it asks.
func (r *root) interrupt() {
	if c, ok := r.top().(models.Canceling); ok {
		if cmd, done := c.Cancel(); done {
			r.do(cmd)
			return
		}
	}
	for _, d := range slices.Backward(r.deletions) {
		if cmd, done := d.Cancel(); done {
			r.do(cmd)
			return
		}
	}
	r.askQuit()
}

// mouse gives a mouse event to the screen under it, in its own coordinates. A
// button pressed beside a dialog is nobody's.
func (r *root) mouse(msg tea.MouseMsg) {
	m := msg.Mouse()
	if r.leader.visible && len(r.layers) == 0 {
		if _, ok := msg.(tea.MouseClickMsg); ok {
			r.clickMenu(m.X, m.Y)
		}
		return
	}
	area := r.body()
	target := r.top()
	if n := len(r.layers); n > 0 {
		l := r.layers[n-1]
		area, target = l.inner, l.screen
		if !area.has(m.X, m.Y) {
			return
		}
	} else if !area.has(m.X, m.Y) {
		if click, ok := msg.(tea.MouseClickMsg); ok {
			r.clickBar(click.X, click.Y)
			return
		}
		if _, wheel := msg.(tea.MouseWheelMsg); wheel {
			return
		}
	}
	if t := r.tab(); t != nil && len(r.layers) == 0 {
		in := m
		in.X, in.Y = m.X-area.x, m.Y-area.y
		if click, ok := msg.(tea.MouseClickMsg); ok && click.Button == tea.MouseLeft && t.onHint(in.X, in.Y) {
			r.clickLeader()
			return
		}
		to, place := t.mouse(moved(msg, in).(tea.MouseMsg))
		if to == nil {
			return
		}
		// A drag may go beyond the pane, which is told how far.
		at := place.moved(area.x, area.y)
		m.X, m.Y = m.X-at.x, m.Y-at.y
		r.update(to, moved(msg, m))
		return
	}
	// A drag may end outside; other screens see it end at their edge.
	m.X = min(max(m.X-area.x, 0), max(area.cols-1, 0))
	m.Y = min(max(m.Y-area.y, 0), max(area.rows-1, 0))
	r.update(target, moved(msg, m))
}

// moved is the event at other coordinates.
func moved(msg tea.MouseMsg, m tea.Mouse) tea.Msg {
	switch msg.(type) {
	case tea.MouseClickMsg:
		return tea.MouseClickMsg(m)
	case tea.MouseReleaseMsg:
		return tea.MouseReleaseMsg(m)
	case tea.MouseWheelMsg:
		return tea.MouseWheelMsg(m)
	case tea.MouseMotionMsg:
		return tea.MouseMotionMsg(m)
	}
	return msg
}
