package ui

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	"podium/models/confirm"
	"podium/themes"
)

// Deletions that were said to be done leave the view and go on by themselves:
// they count down while they can be undone, then they are sent. One of which
// something failed is shown again as soon as that takes no key from anybody.

// aside takes a deletion from view and keeps it.
func (r *root) aside(d *confirm.Delete) {
	if i := r.layerOf(d); i >= 0 {
		r.layers = slices.Delete(r.layers, i, i+1)
		r.dialogAt = r.env.Now()
	}
	r.deletions = append(r.deletions, d)
}

// deletionFailed shows a deletion again, at once or when its time has come.
func (r *root) deletionFailed(d *confirm.Delete) {
	if r.layerOf(d) < 0 {
		r.failed = append(r.failed, d)
	}
}

// showFailed shows the deletion that failed first, unless somebody types or has
// another dialog.
func (r *root) showFailed() {
	if len(r.failed) == 0 || len(r.layers) > 0 || r.grabbed() || r.leader.pending {
		return
	}
	if r.typing() {
		return
	}
	d := r.failed[0]
	r.forgetDeletion(d)
	r.show(&layer{screen: d})
	d.Shown()
}

// forgetDeletion lets a deletion go that is over, or shown; false for any other
// screen.
func (r *root) forgetDeletion(s models.Screen) bool {
	is := func(d *confirm.Delete) bool { return models.Screen(d) == s }
	n := len(r.deletions)
	r.deletions = slices.DeleteFunc(r.deletions, is)
	r.failed = slices.DeleteFunc(r.failed, is)
	return len(r.deletions) < n
}

// undoable is the latest deletion that can still be undone, nil for none.
func (r *root) undoable() *confirm.Delete {
	for _, d := range slices.Backward(r.deletions) {
		if _, undo := d.Working(); undo {
			return d
		}
	}
	return nil
}

// undo takes the last deletion back; when it is too late for that it makes a
// manifest of what was deleted last.
func (r *root) undo() {
	if d := r.undoable(); d != nil {
		d.Undo()
		return
	}
	for _, d := range r.deletions {
		if text, _ := d.Working(); text != "" {
			r.notify(models.NoticeMsg{Text: fmt.Sprintf("Too late to undo (%s): %s stops the rest, and %s makes anew what went",
				text, r.keys.Interrupt.Help().Key, r.keys.Undo.Help().Key)})
			return
		}
	}
	if r.refuseReadOnly("nothing can be made anew") {
		return
	}
	store, client, place, skip := r.env.Store, r.env.Client, r.env.Place(), slices.Clone(r.remade)
	r.do(func() tea.Msg {
		made, err := confirm.Recreate(store, place, skip)
		return recreatedMsg{client: client, made: made, err: err}
	})
}

// undoKey is the key that undoes as it works right now, draftKey the one that
// reopens a draft.
func (r *root) undoKey() key.Binding {
	b := r.keys.Undo
	b.SetEnabled(b.Enabled() && (!r.env.ReadOnly || r.undoable() != nil))
	return b
}

func (r *root) draftKey() key.Binding {
	b := r.keys.Draft
	b.SetEnabled(b.Enabled() && !r.env.ReadOnly)
	return b
}

// recreatedMsg is the manifest of what was deleted last.
type recreatedMsg struct {
	client models.Client // where: another may be open meanwhile
	made   confirm.Recreation
	err    error
}

// gotRecreated opens the manifest in the editor: it is looked at before it is
// sent.
func (r *root) gotRecreated(msg recreatedMsg) {
	if msg.client != r.env.Client {
		return
	}
	made := msg.made
	if made.Batch != "" {
		r.remade = append(r.remade, made.Batch)
	}
	switch {
	case msg.err != nil:
		r.notify(models.NoticeMsg{Level: models.LevelError, Text: msg.err.Error()})
	case made.Batch == "" && len(r.remade) > 0:
		r.remade = nil // z begins with the last one again
		r.notify(models.NoticeMsg{Text: "Nothing else was deleted here lately"})
	case made.Batch == "":
		r.notify(models.NoticeMsg{Text: "There is nothing to undo: podium has deleted nothing here lately"})
	case made.Text == "":
		r.notify(models.NoticeMsg{Text: "Made anew by itself: " + strings.Join(made.Owned, ", ")})
	default:
		title := "recreate " + strings.Join(made.Names, ", ")
		if len(made.Names) > 3 {
			title = fmt.Sprintf("recreate %d pods", len(made.Names))
		}
		r.wish(models.EditMsg{Text: made.Text, Title: title})
		text := "Deleted already: " + r.keyName("editor.create", "ctrl-s") + " makes " + pronoun(len(made.Names)) + " anew as it is here"
		if len(made.Owned) > 0 {
			text += fmt.Sprintf("; left out, as owners do it: %s", strings.Join(made.Owned, ", "))
		}
		r.wish(models.NoticeMsg{Text: text})
	}
}

func pronoun(n int) string {
	if n == 1 {
		return "it"
	}
	return "them"
}

// lastDraftMsg is the draft that was saved last.
type lastDraftMsg struct {
	draft models.Draft
	err   error
}

// reopenDraft opens the draft that was saved last.
func (r *root) reopenDraft() {
	store := r.env.Store
	r.do(func() tea.Msg {
		drafts, err := store.Drafts()
		if err != nil || len(drafts) == 0 {
			return lastDraftMsg{err: err}
		}
		return lastDraftMsg{draft: drafts[0]}
	})
}

func (r *root) gotLastDraft(msg lastDraftMsg) {
	switch {
	case msg.err != nil:
		r.notify(models.NoticeMsg{Level: models.LevelError, Text: msg.err.Error()})
	case msg.draft.ID == "":
		r.notify(models.NoticeMsg{Text: "No draft is kept: what is typed into a new pod and left becomes one"})
	default:
		r.wish(models.EditMsg{Draft: msg.draft.ID})
	}
}

// deletionSpans are what the header says of deletions out of view.
func (r *root) deletionSpans() []span {
	var out []span
	for _, d := range r.deletions {
		text, undo := d.Working()
		switch {
		case text == "":
		case undo:
			out = append(out, span{text: text + ", " + r.undoHint(), role: themes.Warning, rank: 1, do: func(*root) { d.Undo() }})
		default:
			out = append(out, span{text: text, role: themes.Warning, rank: 2})
		}
	}
	return out
}

// undoHint is how the deletion can be undone from here.
func (r *root) undoHint() string {
	if r.grabbed() {
		return r.keys.Leader.Help().Key + " " + r.leaderKeys.Undo.Help().Key + " undoes"
	}
	return r.keys.Undo.Help().Key + " undoes"
}

// notDoomed are the rows that no deletion holds already.
func (r *root) notDoomed(rows []api.PodRow) []api.PodRow {
	return slices.DeleteFunc(slices.Clone(rows), func(row api.PodRow) bool {
		return slices.ContainsFunc(r.deletions, func(d *confirm.Delete) bool { return d.Dooms(row.Ref()) })
	})
}

// forgetWords leaves the next start nothing to say of deletions that the user has
// dropped by quitting. The program's loop has ended, so it may wait.
func (r *root) forgetWords() {
	for _, d := range r.deletions {
		d.Forget()
	}
}

// wordsMsg are the words that were left for this start.
type wordsMsg struct {
	words []string
	err   error
}

func (r *root) takeWords() tea.Cmd {
	store := r.env.Store
	return func() tea.Msg {
		words, err := store.TakeWords()
		return wordsMsg{words: words, err: err}
	}
}

func (r *root) gotWords(msg wordsMsg) {
	if msg.err != nil {
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: msg.err.Error()})
	}
	for _, w := range msg.words {
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: w})
	}
}
