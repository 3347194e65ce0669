package contexts

import (
	"errors"
	"net/url"
	"strings"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/form"
	"podium/themes"
)

// The fields and buttons of the form.
const (
	fieldName, fieldServer, fieldToken, fieldCA, fieldPrint = "name", "server", "token", "ca", "fingerprint"

	buttonSave, buttonTrust, buttonAnyway, buttonCancel = "save", "trust", "anyway", "cancel"
)

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

// tokenOfElsewhere says that the kept token would go to another server than the
// one it was given for, which nobody has asked for.
func (d *Dialog) tokenOfElsewhere() bool {
	e := d.filled()
	before, err := url.Parse(d.before.Server)
	now, err2 := url.Parse(e.Server)
	return e.HasToken && e.Token == "" &&
		(err != nil || err2 != nil || before.Scheme != now.Scheme || before.Host != now.Host || before.Scheme == "unix" && before.Path != now.Path)
}

// label is an endpoint's name for a sentence.
func label(c models.Context) string { return safetext.Line(c.Name, 60) }
