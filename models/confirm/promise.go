package confirm

import (
	"sync"
	"time"

	"podium/models"
)

// A deletion that was said to be done promises a word to the next start, and takes
// it back when it is over: so whoever believes that pods are gone is told when
// podium was killed before.

// promise is that word, safe for concurrent use. All that waits is in commands.
type promise struct {
	store models.Store

	mu   sync.Mutex
	word models.Word
	said string
	over bool
}

// promisedMsg says that the word is on disk.
type promisedMsg struct {
	models.Answer
	err error
}

func newPromise(env *models.Env) *promise { return &promise{store: env.Store} }

// say is what the next start would tell from now on.
func (p *promise) say(text string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over || p.said == text {
		return nil
	}
	var err error
	if p.word == nil {
		p.word, err = p.store.PromiseWord(text)
	} else {
		err = p.word.Change(text)
	}
	if err == nil {
		p.said = text
	}
	return err
}

// forget takes the word back for good.
func (p *promise) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	if p.word != nil {
		_ = p.word.Drop() // then the next start says too much
		p.word = nil
	}
}

// Forget takes back what the next start would say of the deletion. It may wait.
func (d *Delete) Forget() {
	if d.promise != nil {
		d.promise.forget()
	}
}

// forget takes it back beside the loop: the deletion is over.
func (d *Delete) forget() {
	if p := d.promise; p != nil {
		d.promise = nil
		d.env.Go(p.forget)
	}
}

// unsentText is what the next start says while nothing was sent.
func (d *Delete) unsentText() string {
	return clock(d.env.Now()) + "podium was ended before the deletion of " + d.someNames() + " was sent: nothing was deleted"
}

// sendingText is what it says from the first request on.
func (d *Delete) sendingText() string {
	return clock(d.began) + "podium was ended during the deletion of " + d.someNames() + ": " +
		d.verb("it may be deleted or not", "of these some may be deleted and others not")
}

func clock(t time.Time) string { return t.Local().Format("2 Jan 15:04:05") + ": " }
