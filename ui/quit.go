package ui

import (
	"fmt"
	"io"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/confirm"
)

// quitMsg and closeMsg are what the root's own questions do on yes.
type (
	quitMsg  struct{}
	closeMsg struct{ screen models.Screen }
)

// quit ends the program, asking first as configured: usually when something would
// end with it.
func (r *root) quit() {
	ask := len(r.endings())+len(r.coming()) > 0
	switch r.env.Settings.ConfirmQuit {
	case models.QuitAlways:
		ask = true
	case models.QuitNever:
		ask = false
	}
	if ask {
		r.askQuit()
	} else {
		r.quitNow()
	}
}

// quitNow ends the program.
func (r *root) quitNow() {
	r.quitting = true
	r.do(tea.Quit)
}

// askQuit asks whether to quit and says what ends and what goes on.
func (r *root) askQuit() {
	r.ask(nil, models.ConfirmMsg{
		Title: "Quit podium?", Question: r.consequences(), Yes: "Quit", Do: quitMsg{},
	})
}

// consequences are what quitting ends and what it leaves.
func (r *root) consequences() string {
	lines := []string{endingLines(r.endings())}
	if text := comingLine(r.coming()); text != "" {
		lines = append(lines, text)
	}
	if n := r.list.Listing().Running; n == 1 {
		lines = append(lines, "1 pod goes on.")
	} else if n > 1 {
		lines = append(lines, fmt.Sprintf("%d pods go on.", n))
	}
	return strings.Join(lines, "\n")
}

// coming are the pods that this podium is still bringing up, which nobody does
// once it has gone: those of a daemon whose engine is in this process.
func (r *root) coming() []string {
	if r.here.context.Engine != "docker" {
		return nil
	}
	return r.list.Coming()
}

// comingLine says what becomes of pods that are not up yet, "" of none.
func comingLine(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return safetext.Line(names[0], 60) + " is not up yet:\nthe next podium goes on with it."
	default:
		shown := strings.Join(names[:min(n, 3)], ", ")
		if n > 3 {
			shown += fmt.Sprintf(" and %d more", n-3)
		}
		return safetext.Line(shown, 60) + " are not up yet:\nthe next podium goes on with them."
	}
}

// endingLines name what ends.
func endingLines(ends []string) string {
	var lines []string
	switch len(ends) {
	case 0:
		return "Nothing ends with it."
	case 1:
		lines = append(lines, "This ends with it:")
	default:
		lines = append(lines, fmt.Sprintf("These %d end with it:", len(ends)))
	}
	count := map[string]int{}
	var alike []string // each once
	for _, what := range ends {
		if count[what]++; count[what] == 1 {
			alike = append(alike, what)
		}
	}
	named := 0
	for i, what := range alike {
		if i == 8 && len(alike) > 9 {
			lines = append(lines, fmt.Sprintf("  and %d more", len(ends)-named))
			break
		}
		named += count[what]
		line := "  " + safetext.Line(what, 70)
		if n := count[what]; n > 1 {
			line += fmt.Sprintf(" (%d)", n)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// askClose asks before a session that runs is closed.
func (r *root) askClose(s models.Screen) {
	what := ""
	if e, ok := s.(models.Ending); ok {
		what = e.Ends()
	}
	if what == "" || !r.env.Settings.ConfirmClose {
		r.end(s)
		return
	}
	r.ask(nil, models.ConfirmMsg{
		Title: "Close the session?", Question: "This ends: " + safetext.Line(what, 200) + ".\n" + r.leftBehind(), Yes: "Close", Do: closeMsg{s},
	})
}

// leftBehind says what may stay in the pod after a session was closed. A server
// of podium's, which names its engine, ends what it started.
func (r *root) leftBehind() string {
	if r.env.Info.Engine() != "" {
		return "The server ends what runs in it: HUP, then TERM, then KILL."
	}
	return "This server may leave what runs in it behind: to be sure,\nend it from inside first."
}

// ask shows a question over the screen.
func (r *root) ask(asker models.Screen, q models.ConfirmMsg) {
	r.show(&layer{screen: confirm.NewQuestion(r.env, q), asker: asker})
}

// sayGoodbye tells, on the terminal that is the user's again, what goes on.
func (r *root) sayGoodbye(w io.Writer) {
	n := r.list.Listing().Running
	if w == nil || n == 0 || r.env.Info.Engine() != "host" {
		return
	}
	text := fmt.Sprintf("podium: %d pods go on running; podium host stop ends them.\n", n)
	if n == 1 {
		text = "podium: 1 pod goes on running; podium host stop ends it.\n"
	}
	// The program is over: there is nobody left to tell that this failed.
	_, _ = io.WriteString(w, text)
}
