package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// journalShown is how many entries of the journal its dialog shows.
const journalShown = 2000

// journaledMsg says how the writing of an entry went.
type journaledMsg struct{ err error }

// journalMsg are the entries that a dialog asked for.
type journalMsg struct {
	asker   *textDialog
	entries []models.Entry
	err     error
}

// journal keeps an entry, in a command of its own.
func (r *root) journal(e models.Entry) {
	if e.At.IsZero() {
		e.At = r.env.Now()
	}
	if e.Endpoint == "" {
		e.Endpoint = r.env.Endpoint
	}
	store := r.env.Store
	r.do(func() tea.Msg { return journaledMsg{err: store.Journal(e)} })
}

// journalClosed keeps that something which ran in a pod was closed here.
func (r *root) journalClosed(s models.Screen) {
	in, ok := s.(models.Inside)
	e, ok2 := s.(models.Ending)
	if ok && ok2 && e.Ends() != "" && in.Inside() != (api.PodRef{}) {
		r.journal(models.Entry{Action: "close", Target: in.Inside().String(), Result: e.Ends()})
	}
}

// journaled says so when the journal cannot be written, and shows what was
// written in a journal that is open.
func (r *root) journaled(msg journaledMsg) {
	if msg.err != nil {
		r.notify(models.NoticeMsg{Level: models.LevelError, Text: "The journal was not written: " + msg.err.Error()})
		return
	}
	for _, l := range r.layers {
		if d, ok := l.screen.(*textDialog); ok && d.title == journalTitle {
			r.do(r.readJournal(d))
		}
	}
}

const journalTitle = "journal"

// openJournal shows what was done, here and in earlier runs.
func (r *root) openJournal() {
	d := r.newTextDialog(journalTitle, "podium-journal.txt", r.keys.Journal)
	d.view.SetEmpty("Reading the journal…")
	d.view.SetFollow(true)
	r.showText(d)
	r.do(r.readJournal(d))
}

func (r *root) readJournal(d *textDialog) tea.Cmd {
	store := r.env.Store
	return func() tea.Msg {
		entries, err := store.JournalEntries(journalShown)
		return journalMsg{asker: d, entries: entries, err: err}
	}
}

// gotJournal fills the dialog, if it is still open.
func (r *root) gotJournal(msg journalMsg) {
	if r.layerOf(msg.asker) < 0 {
		return
	}
	v := msg.asker.view
	switch {
	case msg.err != nil:
		v.SetEmpty("The journal cannot be read: " + msg.err.Error())
		msg.entries = nil
	default:
		v.SetEmpty("Nothing was changed so far: what is deleted, created or run is written down here.")
	}
	v.UpdateLines(journalLines(msg.entries))
}

// journalLines are the entries for a text view, a heading for every day.
func journalLines(entries []models.Entry) []textview.Line {
	var out []textview.Line
	day := ""
	for _, e := range entries {
		at := e.At.Local()
		if d := at.Format("Monday, 2006-01-02"); d != day {
			day = d
			out = append(out, textview.Line{Text: d, Role: themes.Title})
		}
		text := e.Action
		for _, part := range []string{e.Target, arrow(e.Result), in(e.Endpoint), short(e.Digest)} {
			if part != "" {
				text += " " + part
			}
		}
		role := themes.Text
		if e.Failed {
			role = themes.Error
		}
		out = append(out, textview.Line{
			Text: strings.ReplaceAll(text, "\n", " "), Role: role,
			Gutter: at.Format("15:04:05"), GutterRole: themes.Muted,
		})
	}
	return out
}

// short is as much of a digest as tells one from another.
func short(digest string) string {
	const enough = len("sha256:") + 12
	return digest[:min(len(digest), enough)]
}

func arrow(result string) string {
	if result == "" {
		return ""
	}
	return "→ " + result
}

func in(endpoint string) string {
	if endpoint == "" {
		return ""
	}
	return "(" + endpoint + ")"
}
