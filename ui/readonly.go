package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
)

// grantUnlock asks before changes are allowed. Taking that back needs no question.
func (r *root) grantUnlock(msg models.UnlockMsg) {
	switch {
	case r.env.Client == nil: // nothing is open that could be changed
	case msg.Lock && r.env.ReadOnly, !msg.Lock && !r.env.ReadOnly:
	case msg.Lock:
		r.setReadOnly(true)
	case r.opts.Sealed:
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: "podium was started with --read-only: nothing can be changed until it is started without"})
	case r.sealed():
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: r.at() + " is read-only by contexts.read-only in the configuration (:config says where): nothing can be changed until that says otherwise"})
	default:
		r.ask(nil, models.ConfirmMsg{
			Title: "Allow changes here?", Question: r.whatUnlocks(), Yes: "Allow changes", Do: unlockedMsg{},
		})
	}
}

// whatUnlocks says where changes are about to be allowed.
func (r *root) whatUnlocks() string {
	why, remembered := ", as every context is at first", "This is remembered; "
	if r.here.locked {
		why = ", as you made it"
	}
	if e := r.here.context.Engine; e == "host" || e == "fake" { // these begin unlocked every time
		remembered = ""
	}
	lines := []string{fmt.Sprintf("%s is open read-only%s.", r.at(), why), ""}
	add := func(what, text string) {
		if text != "" {
			lines = append(lines, fmt.Sprintf("  %-9s %s", what, safetext.Line(text, 60)))
		}
	}
	add("engine", r.engine())
	add("address", r.here.context.Address)
	add("identity", r.identity())
	return strings.Join(append(lines, "", "Shall pods be created and deleted here, and shells opened in them? "+remembered+r.lockName()+" locks it again."), "\n")
}

// lockKey is the key that allows changes or forbids them, as it works right now.
func (r *root) lockKey() key.Binding {
	b := r.keys.Lock
	if !r.env.ReadOnly {
		b.SetHelp(b.Help().Key, "lock: read-only")
	}
	b.SetEnabled(r.env.Client != nil && !r.sealed())
	return b
}

// lockName is the key of that as people write it.
func (r *root) lockName() string { return r.keys.Lock.Help().Key }

// sealed tells whether no change may be allowed here.
func (r *root) sealed() bool { return r.opts.Sealed || r.env.Settings.Seals(r.here.context) }

// forbid allows no change from now on.
func (r *root) forbid() {
	r.env.ReadOnly = true
	for _, d := range slices.Clone(r.deletions) {
		cmd, _ := d.Cancel()
		r.do(cmd)
	}
}

// setReadOnly allows changes or forbids them, from now on and the next time.
func (r *root) setReadOnly(on bool) {
	if r.env.ReadOnly = on; on {
		r.forbid()
	}
	r.here.context.Unlocked, r.here.locked = !on, on
	text := "Changes are allowed in " + r.at() + "; " + r.lockName() + " locks it again"
	if on {
		text = r.at() + " is read-only now; " + r.lockName() + " unlocks it"
	}
	if n := len(r.endings()); on && n > 0 {
		text += fmt.Sprintf(". What is open goes on (%s)", models.Count(n, "session"))
	}
	r.notify(models.NoticeMsg{Text: text})
	action := "unlock"
	if on {
		action = "lock"
	}
	r.journal(models.Entry{Action: action, Target: r.at()})
	if all, here := r.env.Contexts, r.here.context; all != nil && here.ID != "" {
		r.do(func() tea.Msg { return rememberedMsg{all.SetUnlocked(here, !on)} })
	}
	r.broadcast(models.EnvMsg{})
}

// sayLocked says how changes are allowed where a context was opened read-only.
func (r *root) sayLocked() {
	if r.env.ReadOnly && !r.sealed() && !r.here.context.Unlocked && r.here.context.ID != "" {
		r.notify(models.NoticeMsg{Text: r.at() + " is open read-only, as every context is at first: " + r.lockName() + " allows changes"})
	}
}

// refuseReadOnly says that the endpoint takes no changes, where that is so.
func (r *root) refuseReadOnly(what string) bool {
	if r.env.ReadOnly {
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: "This endpoint is open read-only: " + what})
	}
	return r.env.ReadOnly
}
