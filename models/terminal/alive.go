package terminal

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
)

// alive is what the server says of the session's command when it is asked. The
// question goes over a connection of its own: on the session's, every byte is
// something that was typed.
type alive struct {
	asking bool
	at     time.Time // of the last question
	deaf   bool      // the server cannot be asked
	ends   int       // answers in a row that the command has ended
	said   string    // what the answer adds to the pane's mark
}

// aliveMsg is the server's answer.
type aliveMsg struct {
	models.Answer
	gen    int
	status api.ExecStatus
	err    error
}

// askTimeout bounds the question, and is how soon at most it is asked again
// while nothing comes back for what was typed.
const askTimeout = 10 * time.Second

// noAnswer is said of a server that gives none.
const noAnswer = "server: no answer"

// endsToBelieve is how often the server must say that the command has ended
// before a connection that brings nothing is given up: its last output may still
// be on the way.
const endsToBelieve = 2

// ask asks the server whether the command runs: every keep-alive of a silent
// terminal, and when nothing comes back for what was typed.
func (m *Model) ask(quiet bool) tea.Cmd {
	a := &m.alive
	now := m.env.Now()
	every := m.env.Settings.KeepAlive
	silent := now.Sub(laterOf(m.news.last, m.opened))
	due := every > 0 && silent >= every && now.Sub(a.at) >= every
	due = due || (quiet || a.ends > 0) && now.Sub(a.at) >= askTimeout
	if a.asking || a.deaf || !due || m.control == nil {
		return nil
	}
	a.asking, a.at = true, now
	control, gen := m.control, m.gen
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
		defer cancel()
		status, err := control.Inspect(ctx)
		return aliveMsg{Answer: models.To(m), gen: gen, status: status, err: err}
	}
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// gotAlive takes the answer.
func (m *Model) gotAlive(msg aliveMsg) tea.Cmd {
	if msg.gen != m.gen || m.state != running {
		return nil
	}
	a := &m.alive
	a.asking, a.said = false, ""
	switch {
	case errors.Is(msg.err, api.ErrNotServed):
		if a.deaf = true; m.env.Settings.KeepAlive > 0 {
			m.env.Wish(models.NoticeMsg{Text: "This server cannot be asked whether " + m.what() + " still runs: keep-alive does nothing here"})
		}
		return nil
	case msg.err != nil:
		a.ends, a.said = 0, noAnswer
	case msg.status.Running:
		a.ends, a.said = 0, "server: it runs"
	default:
		a.said = "server: it has ended"
		if a.ends++; a.ends >= endsToBelieve {
			return m.giveUp()
		}
	}
	return m.watch()
}

// giveUp ends a connection over which nothing comes although the command has
// ended: what it printed last is lost.
func (m *Model) giveUp() tea.Cmd {
	bridge := m.bridge
	m.env.Go(func() { bridge.Close() })
	m.dead = true
	return nil
}

// errSilent is why a connection was given up.
var errSilent = errors.New("nothing came over the connection although the command has ended")
