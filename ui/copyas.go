package ui

import (
	"context"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/copyas"
)

// copyAsLimit is how long it may take to have the pods that are copied.
const copyAsLimit = 30 * time.Second

// grantCopyAs offers the forms in which the pods can be copied.
func (r *root) grantCopyAs(msg models.CopyAsMsg) {
	if len(msg.Refs) == 0 {
		return
	}
	what := safetext.Line(msg.Refs[0].Name, 40)
	if n := len(msg.Refs); n > 1 {
		what = models.Count(n, "pod")
	}
	p := &picker{root: r, title: "copy " + what + " as", typed: true, prompt: "as: ", exact: true, match: namesChoice}
	p.all = func() []choice {
		var out []choice
		for _, form := range copyas.Forms(r.env) {
			out = append(out, choice{name: form.Name, detail: form.What, do: func(r *root) { r.copyAs(form, msg, what) }})
		}
		return out
	}
	r.show(&layer{screen: p})
}

// copyAs spells the pods in a command, and copies the text.
func (r *root) copyAs(form copyas.Form, msg models.CopyAsMsg, what string) {
	client := r.env.Client
	r.do(func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), copyAsLimit)
		defer cancel()
		text, err := form.Text(ctx, client, msg.Refs, msg.Container)
		if err != nil {
			return models.NoticeMsg{Level: models.LevelError, Text: err.Error()}
		}
		return models.CopyMsg{Text: text, What: fmt.Sprintf("%s as %s", what, form.Name)}
	})
}
