package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
)

// infoState is the asking after the endpoint's Info, which goes on until it is
// answered: what the endpoint can do depends on it.
type infoState struct {
	asking bool
	known  bool
	tries  int
	next   time.Time // when to ask again
	cancel context.CancelFunc
}

// infoMsg is the answer.
type infoMsg struct {
	client models.Client // who was asked: another may be open meanwhile
	info   api.Info
	err    error
}

// infoLimit is how long one answer may take.
const infoLimit = 20 * time.Second

// askInfo asks in a command.
func (r *root) askInfo() tea.Cmd {
	if r.env.Client == nil { // nothing is open yet
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), infoLimit)
	r.info.asking, r.info.cancel = true, cancel
	client := r.env.Client
	return func() tea.Msg {
		defer cancel()
		info, err := client.Info(ctx)
		return infoMsg{client: client, info: info, err: err}
	}
}

// gotInfo keeps the answer and tells the screens. A failure is not shown: the
// list has the same one, and shows it.
func (r *root) gotInfo(msg infoMsg) {
	if msg.client != r.env.Client {
		return
	}
	r.info.asking = false
	if msg.err != nil {
		wait := min(time.Second<<min(r.info.tries, 5), 30*time.Second)
		r.info.tries++
		r.info.next = r.env.Now().Add(wait)
		return
	}
	r.info.known = true
	r.env.Info = msg.info
	r.broadcast(models.InfoMsg{Info: msg.info})
}

// retryInfo asks again when it is time to.
func (r *root) retryInfo() {
	if r.env.Client != nil && !r.info.known && !r.info.asking && !r.env.Now().Before(r.info.next) {
		r.do(r.askInfo())
	}
}
