package ui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
)

// finished has the terminal announce the end of long work to people who look
// elsewhere.
func (r *root) finished(msg models.FinishedMsg) {
	after := r.env.Settings.NotifyAfter
	if !r.blurred || after <= 0 || r.env.Now().Sub(msg.Began) < after {
		return
	}
	r.do(tea.Raw(alert(r.opts.getenv, safetext.Line(strings.TrimSpace(msg.Text), 200))))
}

// alert are the bytes that make the terminal around us announce a text. There
// are two spellings: OSC 777 of rxvt, which foot and VTE's terminals took over,
// and OSC 9 of iTerm2, which most others did. Where neither gets through, the
// bell does.
func alert(getenv func(string) string, text string) string {
	const bell = "\a"
	term := getenv("TERM")
	switch {
	case term == "linux" || term == "dumb" || term == "" || getenv("STY") != "":
		return bell
	case getenv("TMUX") != "":
		// tmux passes on what is wrapped so, when allow-passthrough is on; the bell
		// it always knows.
		return "\x1bPtmux;\x1b\x1b]9;podium: " + text + "\a\x1b\\" + bell
	case strings.HasPrefix(term, "rxvt"), strings.HasPrefix(term, "foot"), getenv("VTE_VERSION") != "":
		return "\x1b]777;notify;podium;" + strings.ReplaceAll(text, ";", ",") + bell
	}
	return "\x1b]9;podium: " + text + bell
}
