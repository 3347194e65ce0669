package ui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// copyLimit is how long a clipboard program may take.
const copyLimit = 3 * time.Second

// copiedMsg is how a copy went.
type copiedMsg struct {
	msg models.CopyMsg
	way string
	err error
}

// copyText puts text on the clipboard: this machine's where there is one, else
// the terminal's, which never says whether it listened.
func (r *root) copyText(msg models.CopyMsg) {
	if msg.Text == "" {
		r.notify(models.NoticeMsg{Text: "There is nothing to copy"})
		return
	}
	r.copied = msg.Text
	put := r.opts.Copy
	if put == nil {
		r.sayCopied(copiedMsg{msg: msg, err: fmt.Errorf("this machine has no clipboard")})
		return
	}
	r.do(func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), copyLimit)
		defer cancel()
		way, err := put(ctx, msg.Text)
		return copiedMsg{msg: msg, way: way, err: err}
	})
}

// sayCopied says which way the text went.
func (r *root) sayCopied(c copiedMsg) {
	what := c.msg.What
	if what == "" {
		what = models.Count(len([]rune(c.msg.Text)), "character")
	}
	if c.err == nil {
		r.notify(models.NoticeMsg{Text: fmt.Sprintf("Copied %s (%s)", what, c.way)})
		return
	}
	r.do(tea.SetClipboard(c.msg.Text))
	if size := len(c.msg.Text); size > oscLimit {
		r.notify(models.NoticeMsg{
			Level: models.LevelWarning,
			Text:  fmt.Sprintf("Sent %s by OSC 52, but few terminals take %d kB; :copied writes a file", what, size>>10),
		})
		return
	}
	r.notify(models.NoticeMsg{Text: fmt.Sprintf("Sent %s by OSC 52, which never answers; :copied writes a file", what)})
}

// oscLimit is how much most terminals and multiplexers take by OSC 52, in bytes
// before they are encoded.
const oscLimit = 74_994

// saveCopied writes what was copied last to a file, the way that always works.
func (r *root) saveCopied() {
	store, text := r.env.Store, r.copied
	name := "copied-" + r.env.Now().Format(time.DateOnly+"-150405") + ".txt"
	r.do(func() tea.Msg {
		path, err := store.Save(name, []byte(text))
		if err != nil {
			return models.NoticeMsg{Level: models.LevelError, Text: "What was copied could not be saved: " + err.Error()}
		}
		return models.NoticeMsg{Text: "What was copied is in " + path}
	})
}
