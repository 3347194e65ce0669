package contexts

import (
	"context"
	"errors"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/form"
	"podium/themes"
)

// Dialog adds an endpoint of the pod API or edits one. What is typed is tried
// before it is kept, and what the server says is shown. It is a models.Screen.
type Dialog struct {
	env    *models.Env
	theme  themes.Theme
	id     string // of the one that is edited, "" for a new one
	before models.Endpoint
	form   *form.Form

	state   dialogState
	asked   int // counts the questions; answers of earlier ones are dropped
	cancel  context.CancelFunc
	untrust string // fingerprint of the certificate that is not trusted
	reason  string // why it is not
	refused bool   // the last try failed
	problem string // in the server's words
	cols    int
	rows    int
}

// dialogState is what the dialog is doing.
type dialogState int

const (
	loading dialogState = iota // reading what is kept
	filling                    // the user types
	trying                     // the server is asked
	saving                     // it is being kept
)

var (
	_ models.Screen   = (*Dialog)(nil)
	_ models.Titled   = (*Dialog)(nil)
	_ models.Sized    = (*Dialog)(nil)
	_ models.Pointing = (*Dialog)(nil)
	_ models.Themed   = (*Dialog)(nil)
	_ models.Keyed    = (*Dialog)(nil)
)

// tryLimit is how long a server may take to answer.
const tryLimit = 20 * time.Second

// NewDialog makes the dialog for a new endpoint, or for the one with the ID.
// env.Contexts must be models.Endpoints too.
func NewDialog(env *models.Env, id string) *Dialog {
	d := &Dialog{env: env, theme: env.Theme, id: id}
	if id == "" {
		d.state = filling
	}
	d.build(models.Endpoint{}, "")
	return d
}

// kept are the endpoints as they can be changed.
func (d *Dialog) kept() models.Endpoints { return d.env.Contexts.(models.Endpoints) }

// loadedMsg is what is kept of the endpoint.
type loadedMsg struct {
	models.Answer
	endpoint models.Endpoint
	err      error
}

// triedMsg is what the server said.
type triedMsg struct {
	models.Answer
	asked int
	words string
	err   error
}

// savedMsg is how keeping it went.
type savedMsg struct {
	models.Answer
	id    string
	words string
	err   error
}

// Init reads what is kept of the endpoint that is edited.
func (d *Dialog) Init() tea.Cmd {
	if d.id == "" {
		return nil
	}
	kept, id := d.kept(), d.id
	return func() tea.Msg {
		e, err := kept.Endpoint(id)
		return loadedMsg{Answer: models.To(d), endpoint: e, err: err}
	}
}

// Title says what the dialog does.
func (d *Dialog) Title() string {
	if d.id == "" {
		return "new endpoint"
	}
	return "endpoint"
}

// Close ends a question that is under way.
func (d *Dialog) Close() {
	if d.cancel != nil {
		d.cancel()
	}
}

// KeyMaps are the keys that can be bound anew.
func (d *Dialog) KeyMaps() []models.KeyScope {
	return []models.KeyScope{{Name: "form", Map: &d.form.Keys}}
}

// Update takes keys, clicks and answers.
func (d *Dialog) Update(msg tea.Msg) tea.Cmd {
	if models.ForAnother(msg, d) {
		return nil
	}
	switch msg := msg.(type) {
	case loadedMsg:
		d.loaded(msg)
	case triedMsg:
		if msg.asked == d.asked && d.state == trying {
			return d.tried(msg)
		}
	case savedMsg:
		d.saved(msg)
	case tea.KeyPressMsg, tea.PasteMsg, tea.MouseClickMsg, tea.MouseWheelMsg:
		return d.handle(msg)
	}
	return nil
}

func (d *Dialog) loaded(msg loadedMsg) {
	if msg.err != nil {
		d.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: msg.err.Error()})
		d.env.Wish(models.BackMsg{From: d})
		return
	}
	d.before, d.state = msg.endpoint, filling
	d.build(msg.endpoint, "")
}

// handle gives input to the form; while the server is asked only esc counts.
func (d *Dialog) handle(msg tea.Msg) tea.Cmd {
	k, pressed := msg.(tea.KeyPressMsg)
	if d.state != filling {
		if pressed && key.Matches(k, d.form.Keys.Cancel) {
			d.giveUp()
		}
		return nil
	}
	event, cmd := d.form.Update(msg)
	switch {
	case event.Escaped, event.Button == buttonCancel:
		d.env.Wish(models.BackMsg{From: d})
	case (event.Button == buttonSave || event.Button == buttonAnyway) && d.tokenOfElsewhere():
		d.problem = "The kept token was given for " + d.before.Server + ": type the one for the new address, or - for none."
		d.build(d.typed(), fieldToken)
	case event.Button == buttonSave:
		return d.try()
	case event.Button == buttonAnyway:
		return d.save("")
	case event.Button == buttonTrust:
		e := d.typed()
		e.Fingerprint, e.CAFile = d.untrust, ""
		d.untrust, d.problem, d.refused = "", "", false
		d.build(e, buttonSave)
		return d.try()
	}
	return cmd
}

// giveUp ends the question and goes back to the form; before that there is
// nothing to go back to.
func (d *Dialog) giveUp() {
	d.Close()
	if d.state != trying {
		if d.state == loading {
			d.env.Wish(models.BackMsg{From: d})
		}
		return
	}
	d.asked++
	d.state = filling
	d.build(d.typed(), buttonSave)
}

// try asks the server.
func (d *Dialog) try() tea.Cmd {
	ctx, cancel := context.WithTimeout(context.Background(), tryLimit)
	d.cancel = cancel
	d.asked++
	d.state, d.untrust, d.problem, d.refused = trying, "", "", false
	asked, kept, id, e := d.asked, d.kept(), d.id, d.filled()
	d.build(d.typed(), buttonSave)
	return func() tea.Msg {
		defer cancel()
		words, err := kept.Try(ctx, id, e)
		return triedMsg{Answer: models.To(d), asked: asked, words: words, err: err}
	}
}

// tried keeps what works; what does not is said, and can be kept all the same.
func (d *Dialog) tried(msg triedMsg) tea.Cmd {
	if msg.err == nil {
		return d.save(msg.words)
	}
	d.state, d.refused, d.problem = filling, true, msg.err.Error()
	var untrusted *models.UntrustedError
	if errors.As(msg.err, &untrusted) {
		d.untrust, d.reason, d.problem = untrusted.Fingerprint, untrusted.Reason, ""
	}
	d.build(d.typed(), buttonSave)
	return nil
}

func (d *Dialog) save(words string) tea.Cmd {
	d.state = saving
	kept, id, e := d.kept(), d.id, d.filled()
	d.build(d.typed(), buttonSave)
	return func() tea.Msg {
		saved, err := kept.Save(id, e)
		return savedMsg{Answer: models.To(d), id: saved, words: words, err: err}
	}
}

func (d *Dialog) saved(msg savedMsg) {
	if msg.err != nil {
		d.state, d.refused, d.problem = filling, false, msg.err.Error()
		d.build(d.typed(), fieldName)
		return
	}
	text := "The endpoint is kept"
	if msg.words != "" {
		text += ": " + msg.words
	}
	d.env.Wish(models.NoticeMsg{Text: text})
	d.env.Wish(models.EndpointSavedMsg{From: d, ID: msg.id})
}

// SetTheme changes the look.
func (d *Dialog) SetTheme(th themes.Theme) {
	d.theme = th
	d.form.SetTheme(th)
}

// SetSize sets the rectangle.
func (d *Dialog) SetSize(cols, rows int) {
	d.cols, d.rows = max(cols, 0), max(rows, 0)
	d.form.SetSize(d.cols, d.rows)
}

// WantSize asks for room for a URL, and for what a server may say.
func (d *Dialog) WantSize(maxCols, maxRows int) (int, int) {
	cols := min(76, maxCols)
	rows := 10 // two lines of text, the fields, the buttons, and blanks between them
	switch {
	case d.untrust != "":
		rows = 13
	case d.problem != "":
		rows += len(safetext.Wrap(safetext.Clean(d.problem), max(cols, 1)))
	}
	return cols, min(rows, 14, maxRows)
}

// View is the form.
func (d *Dialog) View() string { return d.form.View() }

// Cursor is in the field that is typed.
func (d *Dialog) Cursor() *tea.Cursor {
	x, y, ok := d.form.Cursor()
	if !ok || d.state != filling {
		return nil
	}
	return tea.NewCursor(x, y)
}

// Keys are what works in the dialog.
func (d *Dialog) Keys() help.KeyMap {
	k := d.form.Keys
	if d.state != filling {
		back := k.Cancel
		back.SetHelp(back.Help().Key, "give up")
		return models.Help{Short: []key.Binding{back}}
	}
	return models.Help{Short: []key.Binding{k.Next, k.Prev, k.Press, k.Cancel}}
}
