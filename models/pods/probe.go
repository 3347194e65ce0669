package pods

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
)

const (
	// quiet is for how long a watch may say nothing before the server is asked
	// whether it is there: a link that froze is silent as well, and what it hides
	// must not be called live.
	quiet = 15 * time.Second
	// probeTime is how long the answer to that may take.
	probeTime = 5 * time.Second
)

// errFrozen is why a list that was live no longer is.
var errFrozen = errors.New("the watch has been silent, and the server does not answer when it is asked")

// probedMsg says whether the server was there during a run of the feed.
type probedMsg struct {
	models.Answer
	run int
	err error
}

// probe asks a server whose watch has been quiet whether it is there.
func (f *feed) probe(now time.Time) tea.Cmd {
	if f.source != watching || !f.live || f.probing || now.Sub(f.at) < quiet {
		return nil
	}
	f.probing = true
	m, client, parent, run := f.m, f.m.env.Client, f.ctx, f.run
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(parent, probeTime)
		defer cancel()
		_, err := client.Info(ctx)
		if parent.Err() != nil {
			return nil
		}
		return probedMsg{Answer: models.To(m), run: run, err: err}
	}
}

// probed takes the answer in: any answer at all will do, and none ends the watch.
func (f *feed) probed(msg probedMsg, now time.Time) {
	if f.source != watching {
		return
	}
	f.probing = false
	err := msg.err
	if errors.Is(err, context.DeadlineExceeded) {
		err = errFrozen
	} else if !errors.Is(err, api.ErrUnreachable) {
		f.at = now
		return
	}
	f.stop()
	f.version = ""
	f.lose(err, now)
}
