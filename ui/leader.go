package ui

import (
	"fmt"
	"slices"
	"strconv"
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

// leaderDelay is how long the menu waits for somebody who knows the keys.
const leaderDelay = 250 * time.Millisecond

// leaderShowMsg draws the menu of that press.
type leaderShowMsg struct{ press int }

func (l *leader) begin() tea.Cmd {
	l.pending, l.visible = true, false
	l.press++
	press := l.press
	return tea.Tick(leaderDelay, func(time.Time) tea.Msg { return leaderShowMsg{press} })
}

func (l *leader) show(msg leaderShowMsg) {
	l.visible = l.pending && msg.press == l.press
}

func (l *leader) end() { l.pending, l.visible = false, false }

// leaderItem is a line of the menu.
type leaderItem struct {
	keys []string // as presses say it
	name string   // as people read it
	what string
	do   func(r *root)
}

// actions are the terminal's own commands, in the order of the menu.
var actions = []struct {
	action models.Action
	key    string
	what   string
}{
	{models.ActionSameShell, "c", "another shell"},
	{models.ActionNewShell, "R", "new shell here"},
	{models.ActionCopyMode, "[", "copy mode"},
	{models.ActionScroll, "pgup", "scroll back"},
	{models.ActionSearch, "/", "search"},
	{models.ActionPaste, "]", "paste what was copied"},
	{models.ActionCopy, "y", "copy last output"},
	{models.ActionSave, "s", "save transcript"},
	{models.ActionResize, "T", "send the size again"},
	{models.ActionSignal, "!", "signals"},
	{models.ActionAllowCopy, "C", "let it copy (OSC 52)"},
}

// leaderItems are the commands that work right now.
func (r *root) leaderItems() []leaderItem {
	var items []leaderItem
	add := func(name, what string, do func(*root), keys ...string) {
		items = append(items, leaderItem{keys: keys, name: name, what: what, do: do})
	}
	top := r.top()
	inside := r.isSession(top)
	if inside {
		add("d esc", "leave running", func(r *root) { r.leave(top) }, "d", "esc")
		add("x", "close", func(r *root) { r.askClose(top) }, "x")
	}
	if n := len(r.sessions); n > 0 {
		if n > 1 || !inside {
			add("n p", "next, previous", func(r *root) { r.step(1) }, "n")
			items = append(items, leaderItem{keys: []string{"p"}, do: func(r *root) { r.step(-1) }})
		}
		add("w", "list sessions", func(r *root) { r.openSessions() }, "w")
		for i, s := range r.sessions[:min(n, 9)] {
			it := leaderItem{keys: []string{strconv.Itoa(i + 1)}, do: func(r *root) { r.switchTo(s) }}
			if i == 0 {
				it.name, it.what = "1–"+strconv.Itoa(min(n, 9)), "go to that session"
				if n == 1 {
					it.name, it.what = "1", "go to the session"
				}
			}
			items = append(items, it)
		}
	}
	if a, ok := top.(models.Acting); ok {
		can := a.Actions()
		for _, act := range actions {
			if slices.Contains(can, act.action) {
				add(spell(act.key), act.what, func(r *root) { r.act(top, act.action) }, act.key)
			}
		}
	}
	add(":", "commands", func(r *root) { r.openPalette() }, ":")
	add("?", "help", func(r *root) { r.openHelp() }, "?")
	return items
}

// pressAfterLeader runs the command of a key; a key that is none says so and
// reaches nobody.
func (r *root) pressAfterLeader(k tea.KeyPressMsg) {
	r.leader.end()
	if key.Matches(k, r.keys.Leader) {
		r.leaderTwice(k)
		return
	}
	for _, it := range r.leaderItems() {
		if slices.Contains(it.keys, k.String()) {
			it.do(r)
			return
		}
	}
	if k.String() == "esc" { // nothing to leave: the menu is closed, that is all
		return
	}
	r.notify(models.NoticeMsg{Text: fmt.Sprintf("%s %s does nothing here; nothing was sent",
		r.keys.Leader.Help().Key, spell(k.String()))})
}

// leaderTwice is the leader itself for a terminal, and elsewhere the way back to
// the last one.
func (r *root) leaderTwice(k tea.KeyPressMsg) {
	if a, ok := r.top().(models.Acting); ok && slices.Contains(a.Actions(), models.ActionLiteral) {
		r.update(r.top(), k)
		return
	}
	if s := r.lastSession(); s != nil && s != r.top() {
		r.switchTo(s)
		return
	}
	r.notify(models.NoticeMsg{Text: "No shell is open: s on a pod opens one"})
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

// step goes n sessions on, around the end.
func (r *root) step(n int) {
	count := len(r.sessions)
	if count == 0 {
		return
	}
	i := slices.Index(r.sessions, r.top())
	if i < 0 && n < 0 {
		i = 0
	}
	r.switchTo(r.sessions[((i+n)%count+count)%count])
}

// leaderMenu draws the menu: two columns, as wide as they need.
func (r *root) leaderMenu() string {
	th := r.env.Theme
	var items []leaderItem
	keyCols, whatCols := 0, 0
	for _, it := range r.leaderItems() {
		if it.name == "" {
			continue
		}
		items = append(items, it)
		keyCols = max(keyCols, safetext.Width(it.name))
		whatCols = max(whatCols, safetext.Width(it.what))
	}
	twice := "the last session"
	if a, ok := r.top().(models.Acting); ok && slices.Contains(a.Actions(), models.ActionLiteral) {
		twice = "send " + r.keys.Leader.Help().Key
	}
	if len(r.sessions) > 0 {
		items = append(items, leaderItem{name: r.keys.Leader.Help().Key, what: twice})
		keyCols = max(keyCols, safetext.Width(r.keys.Leader.Help().Key))
		whatCols = max(whatCols, safetext.Width(twice))
	}
	cell := keyCols + 2 + whatCols
	room := r.cols - 2*frameCols
	columns := min(max((room+3)/(cell+3), 1), 3)
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
