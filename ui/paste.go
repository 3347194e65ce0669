package ui

import (
	"context"
	"errors"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
)

// pasteLimit is how long a clipboard may take to answer.
const pasteLimit = 3 * time.Second

// pastedMsg is what a clipboard program of this machine has given.
type pastedMsg struct {
	asker models.Screen
	text  string
	err   error
}

// paste is a question to the terminal that has not been answered.
type paste struct {
	asker models.Screen // nil for none
	until time.Time     // when it had its time
}

// readClipboard asks this machine's clipboard, and the terminal where there is
// none.
func (r *root) readClipboard(asker models.Screen) {
	read := r.opts.Paste
	if read == nil {
		r.askTerminal(asker)
		return
	}
	r.do(func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), pasteLimit)
		defer cancel()
		text, err := read(ctx)
		return pastedMsg{asker: asker, text: text, err: err}
	})
}

func (r *root) pasted(msg pastedMsg) {
	if msg.err != nil {
		r.askTerminal(msg.asker)
		return
	}
	r.broadcast(models.ClipboardTextMsg{Asker: msg.asker, Text: msg.text})
}

// askTerminal asks the terminal for its clipboard (OSC 52), which most do not
// give, and say nothing.
func (r *root) askTerminal(asker models.Screen) {
	r.paste = paste{asker: asker, until: r.env.Now().Add(pasteLimit)}
	r.do(tea.ReadClipboard)
}

// gotClipboard passes on what the terminal gave to who asked for it.
func (r *root) gotClipboard(text string) {
	asker := r.paste.asker
	r.paste.asker = nil
	if asker != nil {
		r.broadcast(models.ClipboardTextMsg{Asker: asker, Text: text})
	}
}

var errNoClipboard = errors.New("nothing here gives what was copied; use the terminal's own paste key")

// pasteOver says that the terminal had its time to answer.
func (r *root) pasteOver() {
	if asker := r.paste.asker; asker != nil && r.env.Now().After(r.paste.until) {
		r.paste.asker = nil
		r.broadcast(models.ClipboardTextMsg{Asker: asker, Err: errNoClipboard})
	}
}
