package ui

import (
	"context"
	"errors"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models/modelstest"
)

// TestStartingFromTheClipboard: from this machine's, from the terminal's, and
// from neither.
func TestStartingFromTheClipboard(t *testing.T) {
	const text = "apiVersion: v1 # from elsewhere\n"
	open := func(read func(context.Context) (string, error)) *user {
		u := sit(t, modelstest.NewClient(pod("web")), 80, 30, func(o *Options) { o.Paste = read })
		u.Sees("web").Press("n").Sees("clipboard")
		u.Press("up up enter") // round the end; the last is an empty text
		return u
	}
	u := open(func(context.Context) (string, error) { return text, nil })
	u.Sees("from elsewhere")

	u = open(func(context.Context) (string, error) { return "", errors.New("no program") })
	u.Until("the terminal to be asked", func() bool { return u.root.paste.asker != nil })
	u.Send(tea.ClipboardMsg{Content: text})
	u.Sees("from elsewhere")

	u = open(nil)
	u.Until("the terminal to be asked", func() bool { return u.root.paste.asker != nil })
	u.later(time.Second).later(pasteLimit).Sees("own paste key")
	u.Send(tea.ClipboardMsg{Content: text}) // late: nobody waits for it any more
	u.Misses("from elsewhere")
}
