package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
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

// leaderMenu draws the menu: columns as wide as they need, as few as the height
// of the window asks for.
func (r *root) leaderMenu() string {
	type line struct{ name, what string }
	var items []line
	keyCols, whatCols := 0, 0
	add := func(name, what string) {
		items = append(items, line{name, what})
		keyCols, whatCols = max(keyCols, safetext.Width(name)), max(whatCols, safetext.Width(what))
	}
	for _, it := range r.leaderItems() {
		if it.what != "" && it.name() != "" {
			add(it.name(), it.what)
		}
	}
	switch lead := r.keys.Leader.Help().Key; {
	case r.can(models.ActionLiteral):
		add(lead, "send "+lead)
	case len(r.sessions) > 0:
		add(lead, "the last session")
	}
	th := r.env.Theme
	cell := keyCols + 2 + whatCols
	room := r.cols - 2*frameCols
	columns := min(max((room+3)/(cell+3), 1), 3)
	for columns > 1 && (len(items)+columns-2)/(columns-1) <= (r.rows-2*frameRows)/2 {
		columns-- // one less is not too high either
	}
	height := (len(items) + columns - 1) / columns
	width := min(columns*cell+(columns-1)*3, max(room, 1))
	lines := make([]string, 0, height)
	for y := range height {
		var line strings.Builder
		for c := range columns {
			i := c*height + y
			if c > 0 {
				line.WriteString("   ")
			}
			if i >= len(items) {
				line.WriteString(strings.Repeat(" ", cell))
				continue
			}
			line.WriteString(th.Paint(themes.KeyHint, safetext.Fit(items[i].name, keyCols)) + "  " +
				th.Paint(themes.Text, safetext.Fit(items[i].what, whatCols)))
		}
		lines = append(lines, safetext.Fit(line.String(), width))
	}
	return box(th, themes.BorderFocus, r.keys.Leader.Help().Key, strings.Join(lines, "\n"), width)
}

// leaderArea is the place of the menu: the lower right corner.
func (r *root) leaderArea(view string) rect {
	lines := strings.Split(view, "\n")
	area := rect{cols: safetext.Width(lines[0]), rows: len(lines)}
	body := r.body()
	area.cols = min(area.cols, body.cols)
	area.rows = min(area.rows, body.rows)
	area.x = body.x + body.cols - area.cols
	area.y = body.y + body.rows - area.rows
	return area
}
