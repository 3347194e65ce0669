package ui

import (
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// leader is the one-shot menu behind the leader key. It works locally, so that
// it works whatever the network does.
type leader struct {
	pending bool // the next key is a command
	visible bool // the menu is drawn
	press   int  // counts, so that a late timer draws no later menu
}

// leaderShowMsg draws the menu of that press.
type leaderShowMsg struct{ press int }

// begin waits for a key, and draws the menu once delay has passed without one.
func (l *leader) begin(delay time.Duration) tea.Cmd {
	l.pending, l.visible = true, delay <= 0
	l.press++
	press := l.press
	if l.visible {
		return nil
	}
	return tea.Tick(delay, func(time.Time) tea.Msg { return leaderShowMsg{press} })
}

func (l *leader) show(msg leaderShowMsg) {
	l.visible = l.pending && msg.press == l.press
}

func (l *leader) end() { l.pending, l.visible = false, false }

// clickLeader opens the menu for somebody who clicked: there is no knowing the
// keys to wait for.
func (r *root) clickLeader() {
	r.leader.begin(0)
}

// pressAfterLeader runs the command of a key; a key that is none says so and
// reaches nobody.
func (r *root) pressAfterLeader(k tea.KeyPressMsg) {
	if k.Code >= tea.KeyLeftShift && k.Code <= tea.KeyIsoLevel5Shift {
		return // a modifier on its way to a key, told of where a program wants that
	}
	r.leader.end()
	if key.Matches(k, r.keys.Leader) {
		r.leaderTwice(k)
		return
	}
	for _, it := range r.leaderItems() {
		for _, b := range it.keys {
			if key.Matches(k, b.Binding) {
				b.do(r)
				return
			}
		}
	}
	if k.String() == "esc" { // nothing to leave: the menu is closed, that is all
		return
	}
	r.notify(models.NoticeMsg{Text: fmt.Sprintf("%s %s does nothing here; nothing was sent",
		r.keys.Leader.Help().Key, models.SpellKey(k.String()))})
}

// leaderTwice is the leader itself for a terminal, and elsewhere the way back to
// the last one.
func (r *root) leaderTwice(k tea.KeyPressMsg) {
	if r.can(models.ActionLiteral) {
		r.update(r.top(), k)
		return
	}
	if t := r.lastSession(); t != nil && t != r.tab() {
		r.switchTo(t)
		return
	}
	r.notify(models.NoticeMsg{Text: "No shell is open: " + r.keyName("list.shell", "s") + " on a pod opens one"})
}

// act asks the screen for an action. A paste is the root's to give: it knows what
// was copied last.
func (r *root) act(s models.Screen, action models.Action) {
	switch {
	case action != models.ActionPaste:
		r.update(s, models.ActionMsg{Action: action})
	case r.copied == "":
		r.notify(models.NoticeMsg{Text: "Nothing was copied here yet; your terminal's own key pastes its clipboard"})
	default:
		r.update(s, tea.PasteMsg{Content: r.copied})
	}
}

// step goes n tabs on, around the end.
func (r *root) step(n int) {
	count := len(r.sessions)
	if count == 0 {
		return
	}
	i := slices.Index(r.sessions, r.tab())
	if i < 0 && n < 0 {
		i = 0
	}
	r.switchTo(r.sessions[((i+n)%count+count)%count])
}
