package ui

import (
	"fmt"
	"strings"
	"time"

	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// logLimit is how many messages the error log keeps.
const logLimit = 500

// errorLog keeps the warnings and errors of this run, the oldest going first.
type errorLog struct {
	entries []logEntry
}

type logEntry struct {
	at    time.Time
	level models.Level
	text  string
	times int // how often it came in a row
}

func (l *errorLog) add(now time.Time, level models.Level, text string) {
	if n := len(l.entries); n > 0 && l.entries[n-1].text == text {
		l.entries[n-1].at = now
		l.entries[n-1].times++
		return
	}
	if len(l.entries) == logLimit {
		l.entries = append(l.entries[:0], l.entries[1:]...)
	}
	l.entries = append(l.entries, logEntry{at: now, level: level, text: text, times: 1})
}

// lines are the entries for a text view.
func (l *errorLog) lines() []textview.Line {
	var out []textview.Line
	for _, e := range l.entries {
		role := themes.Warning
		if e.level == models.LevelError {
			role = themes.Error
		}
		again := ""
		if e.times > 1 {
			again = fmt.Sprintf(" (%d times)", e.times)
		}
		for i, line := range strings.Split(strings.TrimSpace(e.text), "\n") {
			gutter := e.at.Format("15:04:05 ")
			if i > 0 {
				gutter = "         "
			} else {
				line += again
			}
			out = append(out, textview.Line{Text: line, Role: role, Gutter: gutter, GutterRole: themes.Muted})
		}
	}
	return out
}

const logTitle = "error log"

// logGrew shows what came in a log that is open.
func (r *root) logGrew() {
	for _, l := range r.layers {
		if d, ok := l.screen.(*textDialog); ok && d.title == logTitle {
			d.view.UpdateLines(r.log.lines())
		}
	}
}

// openLog shows the error log.
func (r *root) openLog() {
	d := r.newTextDialog(logTitle, "podium-errors.txt", r.keys.Log)
	d.view.SetFollow(true) // the latest is what one looks for
	d.view.SetEmpty("Nothing has gone wrong so far.")
	d.view.SetLines(r.log.lines())
	r.showText(d)
}
