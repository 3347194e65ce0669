package ui

import (
	"fmt"
	"strings"
	"time"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// lastLineCols is how much of a session's last line the list shows.
const lastLineCols = 60

// howIsSession is a session in the list: whether it runs and for how long, what
// asks for attention, and its last line.
func (r *root) howIsSession(s models.Screen) string {
	state := "ended"
	if holds(s) {
		state = "running"
	}
	said, ok := s.(models.Session)
	if !ok {
		return r.shown(s, state)
	}
	parts := r.attention(s, state, said.Session())
	if line := said.LastLine(); line != "" {
		parts = append(parts, safetext.Line(line, lastLineCols))
	}
	return strings.Join(parts, " · ")
}

// shown marks the state of the session that is in view.
func (r *root) shown(s models.Screen, state string) string {
	if s == r.top() {
		return state + ", shown"
	}
	return state
}

// countSessions is the number of terminals that are open.
func (r *root) countSessions() int {
	n := 0
	for _, t := range r.sessions {
		n += len(t.panes)
	}
	return n
}

// hasTabs tells whether the tabs have a row of their own: when there is more
// than one, and room.
func (r *root) hasTabs() bool { return len(r.sessions) > 1 && r.rows >= 10 }

// quietAfter is how long a program that has printed must be quiet until its tab
// says that it seems done.
const quietAfter = 10 * time.Second

// tabLabels are the tabs as their row shows them: a number, what runs there, and
// a mark where something asks for attention: ! for a bell, + for new output, ~
// once that has gone quiet, x for an end.
func (r *root) tabLabels() []string {
	out := make([]string, len(r.sessions))
	for i, t := range r.sessions {
		out[i] = fmt.Sprintf(" %d %s", i+1, safetext.Line(strings.TrimPrefix(titleOf(t.at.screen), "shell in "), 40)) // most are shells
		if n := len(t.panes); n > 1 {
			out[i] += fmt.Sprintf(" (%d)", n)
		}
		out[i] += r.mark(t) + " "
	}
	return out
}

func (r *root) mark(t *tab) string {
	switch s := t.state(); {
	case !t.holds():
		return " x"
	case t == r.tab():
	case s.Bell:
		return " !"
	case s.Unread && r.env.Now().Sub(s.Printed) >= quietAfter:
		return " ~"
	case s.Unread:
		return " +"
	}
	return ""
}

// fitTabs cuts the labels so that all of them have room, the longest most.
func fitTabs(labels []string, cols int) []string {
	total := 0
	for _, l := range labels {
		total += safetext.Width(l)
	}
	limit := 0
	for _, l := range labels {
		limit = max(limit, safetext.Width(l))
	}
	for total > cols && limit > 4 {
		limit--
		total = 0
		for _, l := range labels {
			total += min(safetext.Width(l), limit)
		}
	}
	out := make([]string, len(labels))
	for i, l := range labels {
		if out[i] = l; safetext.Width(l) > limit {
			// The mark at the end matters more than the end of the name.
			mark := ""
			if n := len(l) - 3; n > 0 && l[n] == ' ' {
				l, mark = l[:n], l[n:]
			}
			out[i] = safetext.Truncate(l, max(limit-safetext.Width(mark)-1, 1)) + mark + " "
			out[i] = safetext.Truncate(out[i], limit)
		}
	}
	return out
}

// tabsRow draws the tabs, and the leader at the end of their line.
func (r *root) tabsRow(cols int) string {
	th := r.env.Theme
	hint := r.tabsHint(cols)
	var b strings.Builder
	room := cols - safetext.Width(hint)
	for i, l := range fitTabs(r.tabLabels(), room) {
		role := themes.BarMuted
		switch {
		case r.sessions[i] == r.tab():
			role = themes.Selected
		case r.mark(r.sessions[i]) != "":
			role = themes.Bar
		}
		l = safetext.Truncate(l, room)
		room -= safetext.Width(l)
		b.WriteString(th.Paint(role, l))
	}
	b.WriteString(th.Paint(themes.Bar, strings.Repeat(" ", max(room, 0))))
	b.WriteString(th.PaintOn(themes.KeyHint, themes.Bar, hint))
	return b.String()
}

func (r *root) tabsHint(cols int) string {
	hint := " " + r.keys.Leader.Help().Key + " menu "
	if safetext.Width(hint) > cols/3 {
		return ""
	}
	return hint
}

// clickTabs goes to the tab at a column of their row, or opens the menu.
func (r *root) clickTabs(x int) {
	if x >= r.cols-safetext.Width(r.tabsHint(r.cols)) {
		r.clickLeader()
		return
	}
	at := 0
	for i, l := range fitTabs(r.tabLabels(), r.cols-safetext.Width(r.tabsHint(r.cols))) {
		if at += safetext.Width(l); x < at {
			r.switchTo(r.sessions[i])
			return
		}
	}
}

// silence is for how long a session must have said nothing for that to be told.
const silence = time.Minute

// attention is what there is to know of a session in a few words.
func (r *root) attention(of models.Screen, state string, s models.SessionState) []string {
	now := r.env.Now()
	if s.Running {
		state += " " + models.Age(now.Sub(s.Opened))
	} else if s.Trouble != "" {
		state = s.Trouble
	}
	parts := []string{r.shown(of, state)}
	if s.Running && s.Trouble != "" {
		parts = append(parts, s.Trouble)
	}
	if s.Bell {
		parts = append(parts, "rang")
	}
	switch quiet := now.Sub(s.Printed); {
	case s.Unread && of != r.top():
		parts = append(parts, "new output")
	case s.Running && !s.Printed.IsZero() && quiet >= silence:
		parts = append(parts, "silent for "+models.Age(quiet))
	}
	return parts
}

// calling says of the sessions that are not in view whether they ask for
// attention, "" when none does.
func (r *root) calling() string {
	rang, printed := 0, 0
	for _, t := range r.sessions {
		if t == r.tab() {
			continue
		}
		switch state := t.state(); {
		case state.Bell:
			rang++
		case state.Unread:
			printed++
		}
	}
	switch {
	case rang > 0:
		return fmt.Sprintf(" (%d rang)", rang)
	case printed > 0:
		return fmt.Sprintf(" (%d new)", printed)
	}
	return ""
}
