package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"

	"podium/api"
	"podium/internal/safetext"
	"podium/models"
)

// word is a word of the palette.
type word struct {
	name string
	what string
	do   func(r *root)
}

// commands are the words that work everywhere.
func (r *root) commands() []word {
	out := []word{
		{"pods", "the list of pods", func(r *root) { r.home() }},
		{"columns", "choose the columns of the list", func(r *root) { r.wish(models.ColumnsMsg{}) }},
		{"new", "a new pod", func(r *root) { r.wish(models.EditMsg{}) }},
		{"help", "the keys that work right now", func(r *root) { r.openHelp() }},
		{"errors", "what went wrong so far", func(r *root) { r.openLog() }},
		{"undo", "undo the last delete", func(r *root) { r.undo() }},
		{"draft", "reopen the last draft", func(r *root) { r.reopenDraft() }},
		{"journal", "what was done, here and earlier", func(r *root) { r.openJournal() }},
		{"sessions", "the terminals that are open", func(r *root) { r.openSessions() }},
		{themeWord, "choose a theme", func(r *root) { r.openThemes() }},
		{"light", "the theme for light backgrounds", func(r *root) { r.force(false) }},
		{"dark", "the theme for dark backgrounds", func(r *root) { r.force(true) }},
		{"ns", "another namespace", func(r *root) { r.wish(models.NamespaceMsg{Ask: true}) }},
		{"ctx", "another context: cluster, daemon, endpoint", func(r *root) { r.wish(models.ContextsMsg{}) }},
		{"unlock", "allow changes here", func(r *root) { r.wish(models.UnlockMsg{}) }},
		{"lock", "read-only from now on", func(r *root) { r.wish(models.UnlockMsg{Lock: true}) }},
		{"q", "back; at the top, quit", func(r *root) { r.back(r.top()) }},
		{"q!", "quit without asking", func(r *root) { r.quitNow() }},
	}
	return slices.DeleteFunc(out, func(w word) bool { return !r.works(w.name) })
}

// works tells whether a word of the palette has a use right now.
func (r *root) works(name string) bool {
	open := r.env.Client != nil
	switch name {
	case "pods", "sessions", "columns", "undo", "draft":
		return open
	case "new":
		return open && !r.env.ReadOnly
	case "ns":
		return open && r.env.Info.Has(api.CapNamespaces)
	case "ctx":
		return r.env.Contexts != nil
	case "unlock":
		return open && r.env.ReadOnly && !r.opts.Sealed
	case "lock":
		return open && !r.env.ReadOnly
	}
	return true
}

// namesChoice tells whether what is typed names the choice: by its beginning, or
// from two letters on by anything in it.
func namesChoice(c choice, typed string) bool {
	typed = strings.ToLower(typed)
	return strings.HasPrefix(strings.ToLower(c.name), typed) ||
		len(typed) > 1 && strings.Contains(strings.ToLower(c.name+" "+c.detail), typed)
}

// openPalette opens the line that takes commands and the keys' actions by name.
func (r *root) openPalette() {
	p := &picker{root: r, title: "command", typed: true, prompt: ": "}
	p.all = func() []choice {
		var out []choice
		for _, c := range r.commands() {
			out = append(out, choice{name: c.name, detail: c.what, do: c.do})
		}
		if strings.HasPrefix(p.line.Value(), themeWord+" ") {
			out = append(out, r.themeChoices(themeWord+" ")...)
		}
		for _, b := range r.bindings() {
			h := b.Help()
			out = append(out, choice{
				name: safetext.Clean(h.Desc), detail: h.Key,
				do: func(r *root) { r.runBinding(b) },
			})
		}
		return out
	}
	p.match = namesChoice
	p.exact = true
	p.unknown = func(r *root, typed string) {
		if r.withArgument(typed) {
			return
		}
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: fmt.Sprintf("%q is no command; : lists those there are", strings.TrimSpace(typed))})
	}
	r.show(&layer{screen: p, foot: true})
}

// withArgument runs a word that is followed by what it is about, such as
// "ns kube-system"; false when it is none.
func (r *root) withArgument(typed string) bool {
	parts := strings.Fields(typed)
	if len(parts) != 2 || !r.works(parts[0]) {
		return false
	}
	switch parts[0] {
	case "ns":
		r.goToNamespace(parts[1])
	case "ctx":
		r.goToContext(parts[1])
	default:
		return false
	}
	return true
}

// wish grants a wish of the root's own.
func (r *root) wish(what any) { r.wishes = append(r.wishes, wish{what: what}) }

// bindings are the visible screen's keys that work right now, each once.
func (r *root) bindings() []key.Binding {
	var out []key.Binding
	seen := map[string]bool{}
	for _, group := range r.top().Keys().FullHelp() {
		for _, b := range group {
			if !b.Enabled() || b.Help().Desc == "" || seen[b.Help().Key] {
				continue
			}
			seen[b.Help().Key] = true
			out = append(out, b)
		}
	}
	return out
}

// openHelp lists the keys that work right now; enter does what the key does.
func (r *root) openHelp() {
	p := &picker{root: r, title: "keys that work here"}
	if r.opts.Version != "" {
		p.title = "podium " + safetext.Line(r.opts.Version, 20) + " · " + p.title
	}
	p.all = func() []choice {
		heads := []string{"here", "more", "view", "others"}
		if h, ok := r.top().(models.Grouping); ok {
			heads = h.Groups()
		}
		var out []choice
		for i, group := range r.top().Keys().FullHelp() {
			var part []choice
			for _, b := range group {
				if b.Enabled() && b.Help().Desc != "" {
					part = append(part, choice{name: b.Help().Key, detail: b.Help().Desc, do: func(r *root) { r.runBinding(b) }})
				}
			}
			if len(part) == 0 {
				continue
			}
			if i < len(heads) {
				out = append(out, choice{name: heads[i], head: true})
			}
			out = append(out, part...)
		}
		out = append(out, choice{name: "everywhere", head: true})
		for _, b := range []key.Binding{r.keys.Leader, r.keys.Palette, r.keys.Help, r.keys.Undo, r.keys.Draft, r.keys.Log, r.keys.Journal, r.lockKey(), r.keys.Redraw, r.keys.Interrupt, r.keys.Quit} {
			if b.Enabled() {
				out = append(out, choice{name: b.Help().Key, detail: b.Help().Desc, do: func(r *root) { r.runBinding(b) }})
			}
		}
		return out
	}
	r.show(&layer{screen: p})
}

// openSessions lists the terminals; enter goes to one, x closes one.
func (r *root) openSessions() {
	if len(r.sessions) == 0 {
		r.notify(models.NoticeMsg{Text: "No terminal is open: s on a pod opens one"})
		return
	}
	p := &picker{root: r, title: "sessions"}
	p.all = func() []choice {
		var out []choice
		for i, t := range r.sessions {
			for j, id := range t.tree.Panes() {
				pane := t.pane(id)
				number := strconv.Itoa(i + 1)
				if len(t.panes) > 1 {
					number = fmt.Sprintf("%d.%d", i+1, j+1)
				}
				out = append(out, choice{
					name: number + " " + safetext.Line(titleOf(pane.screen), 60), detail: r.howIsSession(pane.screen),
					do: func(r *root) {
						r.switchTo(t)
						t.focus(pane)
					},
				})
			}
		}
		return out
	}
	if now := r.tab(); now != nil { // the one with the keys is chosen first
		for _, t := range r.sessions[:slices.Index(r.sessions, now)] {
			p.at += len(t.panes)
		}
		p.at += slices.Index(now.tree.Panes(), now.at.id)
	}
	p.closes = key.NewBinding(key.WithKeys("x"), key.WithHelp("x", "close the session"))
	p.onClose = func(r *root, i int) {
		for _, t := range r.sessions {
			if order := t.tree.Panes(); i < len(order) {
				r.askClose(t.pane(order[max(i, 0)]).screen)
				return
			}
			i -= len(t.panes)
		}
	}
	r.show(&layer{screen: p})
}
