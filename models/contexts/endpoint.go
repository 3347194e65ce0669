package contexts

import (
	"context"
	"errors"
	"net/url"
	"strings"
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

// The fields and buttons of the form.
const (
	fieldName, fieldServer, fieldToken, fieldCA, fieldPrint = "name", "server", "token", "ca", "fingerprint"

	buttonSave, buttonTrust, buttonAnyway, buttonCancel = "save", "trust", "anyway", "cancel"
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

// build makes the form of what it is to hold and of what went wrong.
func (d *Dialog) build(e models.Endpoint, focus string) {
	keys := form.DefaultKeyMap()
	if d.form != nil {
		keys = d.form.Keys
	}
	token := ""
	if e.HasToken {
		token = "kept as it is; - removes it"
	}
	buttons := []form.Button{{ID: buttonSave, Label: "Try and save"}}
	if d.untrust != "" {
		buttons = append(buttons, form.Button{ID: buttonTrust, Label: "Trust this certificate", Danger: true})
	} else if d.refused {
		buttons = append(buttons, form.Button{ID: buttonAnyway, Label: "Save all the same", Danger: true})
	}
	buttons = append(buttons, form.Button{ID: buttonCancel, Label: "Cancel", Skip: true})
	d.form = form.New(d.theme, form.Config{
		Body: d.body(),
		Fields: []form.Field{
			{ID: fieldName, Label: "name", Value: e.Name, Placeholder: "what you call it", Limit: 63, Check: checkName},
			{ID: fieldServer, Label: "URL", Value: e.Server, Placeholder: "https://pods.example:8443 or unix:///path", Check: checkServer},
			{ID: fieldToken, Label: "token", Value: e.Token, Placeholder: token, Secret: true},
			{ID: fieldCA, Label: "CA file", Value: e.CAFile, Placeholder: "only for an authority of your own"},
			{ID: fieldPrint, Label: "fingerprint", Value: e.Fingerprint, Placeholder: "SHA-256, in place of an authority", Check: checkFingerprint},
		},
		Buttons: buttons, Focus: focus, Default: buttonSave,
	})
	d.form.Keys = keys
	d.form.SetError(d.problem)
	d.form.SetSize(d.cols, d.rows)
	d.env.Wish(models.ResizeMsg{From: d})
}

// body is the text above the fields.
func (d *Dialog) body() []form.Text {
	switch {
	case d.state == trying:
		return []form.Text{{Text: "Asking the server…", Role: themes.Notice}}
	case d.state == saving:
		return []form.Text{{Text: "Keeping it…", Role: themes.Notice}}
	case d.untrust != "":
		return []form.Text{{
			Text: d.reason + " Its fingerprint (SHA-256) is\n" + halves(d.untrust) +
				"\nCompare it with what the server's side says, such as podium serve's first line, before you trust it.",
			Role: themes.Warning,
		}}
	}
	return []form.Text{{Text: "An endpoint that speaks the pod API. The token is kept in a file that only you can read, and never shown.", Role: themes.Muted}}
}

// halves breaks a fingerprint into two lines that can be compared.
func halves(fingerprint string) string {
	if i := len(fingerprint) / 2; len(fingerprint) > 60 && fingerprint[i] == ':' {
		return "  " + fingerprint[:i] + "\n  " + fingerprint[i+1:]
	}
	return fingerprint
}

func checkName(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("a name is needed")
	}
	return nil
}

func checkServer(text string) error {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "unix" {
		return errors.New("a URL begins with http://, https:// or unix://")
	}
	return nil
}

func checkFingerprint(text string) error {
	digits := 0
	for _, r := range strings.ToLower(text) {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'f' {
			digits++
		}
	}
	if strings.TrimSpace(text) != "" && digits < 64 {
		return errors.New("a fingerprint has 64 hexadecimal digits (SHA-256)")
	}
	return nil
}

// filled is the endpoint as it is typed.
func (d *Dialog) filled() models.Endpoint {
	value := func(id string) string { return strings.TrimSpace(d.form.Value(id)) }
	e := models.Endpoint{
		Name: value(fieldName), Server: value(fieldServer), Token: value(fieldToken),
		CAFile: value(fieldCA), Fingerprint: value(fieldPrint), HasToken: d.before.HasToken,
	}
	if e.Token == "-" {
		e.Token, e.RemoveToken, e.HasToken = "", true, false
	}
	return e
}

// typed is the same for building the form anew: what was typed stays as it was.
func (d *Dialog) typed() models.Endpoint {
	e := d.filled()
	e.HasToken = d.before.HasToken
	if e.RemoveToken {
		e.Token = "-"
	}
	return e
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

// tokenOfElsewhere says that the kept token would go to another server than the
// one it was given for, which nobody has asked for.
func (d *Dialog) tokenOfElsewhere() bool {
	e := d.filled()
	before, err := url.Parse(d.before.Server)
	now, err2 := url.Parse(e.Server)
	return e.HasToken && e.Token == "" &&
		(err != nil || err2 != nil || before.Scheme != now.Scheme || before.Host != now.Host || before.Scheme == "unix" && before.Path != now.Path)
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
		return keyHelp{{back}}
	}
	return keyHelp{{k.Next, k.Prev, k.Press, k.Cancel}}
}

// label is an endpoint's name for a sentence.
func label(c models.Context) string { return safetext.Line(c.Name, 60) }
