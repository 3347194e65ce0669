package ui

import (
	"fmt"
	"strings"
	"time"

	"podium/internal/safetext"
	"podium/models"
)

// lastLineCols is how much of a session's last line the list shows.
const lastLineCols = 60

// howIsSession is a session in the list: whether it runs and for how long, what
// asks for attention, and its last line.
func (r *root) howIsSession(s models.Screen) string {
	state := "ended"
	if h, ok := s.(models.Holding); ok && h.Holds() {
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
	for _, s := range r.sessions {
		said, ok := s.(models.Session)
		if !ok || s == r.top() {
			continue
		}
		switch state := said.Session(); {
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
