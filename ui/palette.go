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

// commands are the words that have a use right now.
func (r *root) commands() []word {
	return slices.DeleteFunc(r.allWords(), func(w word) bool { return !r.works(w.name) })
}

// allWords are the words that there are, those that take no argument.
func (r *root) allWords() []word {
	return []word{
		{"pods", "the list of pods", func(r *root) { r.home() }},
		{"columns", "choose the columns of the list", func(r *root) { r.wish(models.ColumnsMsg{}) }},
		{"new", "a new pod", func(r *root) { r.wish(models.EditMsg{}) }},
		{"help", "the keys that work right now", func(r *root) { r.openHelp() }},
		{"errors", "what went wrong so far", func(r *root) { r.openLog() }},
		{"undo", "undo the last delete", func(r *root) { r.undo() }},
		{"draft", "reopen the last draft", func(r *root) { r.reopenDraft() }},
		{"journal", "what was done, here and earlier", func(r *root) { r.openJournal() }},
		{"copied", "write what was copied last to a file", func(r *root) { r.saveCopied() }},
		{"sessions", "the terminals that are open", func(r *root) { r.openSessions() }},
		{"config", "what is configured, and where each value came from", func(r *root) { r.openConfigured() }},
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
}

// works tells whether a word of the palette has a use right now.
func (r *root) works(name string) bool {
	open := r.env.Client != nil
	switch name {
	case "copied":
		return r.copied != ""
	case "pods", "sessions", "columns", "pod", "yaml":
		return open
	case "logs":
		return open && r.env.Info.Has(api.CapLog)
	case "new", "undo", "draft", "shell", "edit":
		return open && !r.env.ReadOnly
	case "ns":
		return open && r.env.Info.Has(api.CapNamespaces)
	case "ctx":
		return r.env.Contexts != nil
	case "unlock":
		return open && r.env.ReadOnly && !r.sealed()
	case "lock":
		return open && !r.env.ReadOnly
	}
	return true
}

// namesChoice tells whether what is typed names the choice.
func namesChoice(c choice, typed string) bool { return fit(c, typed) < notNamed }

// openPalette opens the line that takes commands and the keys' actions by name.
func (r *root) openPalette() {
	p := &picker{root: r, title: "command", typed: true, prompt: ": ", exact: true, match: namesChoice}
	p.all = func() []choice { return r.paletteChoices(p.line.Value()) }
	p.unknown = func(r *root, typed string) {
		line := strings.Join(strings.Fields(typed), " ")
		if r.runLine(line) {
			r.ran(line)
			return
		}
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: fmt.Sprintf("%q is no command; : lists those there are", line)})
	}
	r.findContexts()
	r.show(&layer{screen: p, foot: true})
}

// paletteChoices are what was run lately, the words, and what the keys do here; or
// what can follow the word that is typed.
func (r *root) paletteChoices(typed string) []choice {
	if out, ok := r.argumentChoices(typed); ok {
		return out
	}
	out := r.latelyChoices()
	if len(out) > 0 {
		out = append([]choice{{name: "lately", head: true}}, out...)
		out = append(out, choice{name: "commands", head: true})
	}
	for _, c := range r.commands() {
		out = append(out, choice{name: c.name, detail: c.what, do: c.do, keep: !strings.HasPrefix(c.name, "q")})
	}
	if here := r.bindings(); len(here) > 0 {
		out = append(out, choice{name: "here", head: true})
		for _, b := range here {
			h := b.Help()
			out = append(out, choice{
				name: safetext.Clean(h.Desc), detail: h.Key,
				do: func(r *root) { r.runBinding(b) },
			})
		}
	}
	if r.tab() != nil {
		out = append(out, choice{name: "in terminals", head: true})
		for _, c := range r.leaderChoices() {
			c.name, c.detail = c.detail, c.name
			out = append(out, c)
		}
	}
	out = append(out, choice{name: "by name", head: true})
	for _, a := range r.arguments() {
		out = append(out, choice{name: a.word + " " + a.name, detail: a.what, more: a.word + " "})
	}
	return once(out)
}

// once leaves out words that were run lately and come again.
func once(all []choice) []choice {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(c choice) bool {
		if !c.keep {
			return false
		}
		again := seen[c.name]
		seen[c.name] = true
		return again
	})
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
	inside := r.grabbed()
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
		if inside { // every other key is the program's
			out = append(out, choice{name: "after " + r.keys.Leader.Help().Key, head: true})
			return append(out, r.leaderChoices()...)
		}
		out = append(out, choice{name: "everywhere", head: true})
		for _, b := range []key.Binding{r.keys.Leader, r.keys.Palette, r.keys.Help, r.undoKey(), r.draftKey(), r.keys.Log, r.keys.Journal, r.lockKey(), r.keys.Redraw, r.keys.Interrupt, r.keys.Quit} {
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
		r.notify(models.NoticeMsg{Text: "No terminal is open: " + r.keyName("list.shell", "s") + " on a pod opens one"})
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
