package ui

import (
	"fmt"
	"strings"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

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

// logView is the dialog that shows the error log.
type logView struct {
	root *root
	view *textview.View
}

var (
	_ models.Screen = (*logView)(nil)
	_ models.Titled = (*logView)(nil)
)

// openLog shows the error log.
func (r *root) openLog() {
	v := textview.New(r.env.Theme, 0)
	v.SetWrap(true)
	v.SetEmpty("Nothing has gone wrong so far.")
	v.SetLines(r.log.lines())
	v.OnCopy = func(text string) tea.Cmd {
		r.wish(models.CopyMsg{Text: text, What: "the error log"})
		return nil
	}
	r.show(&layer{screen: &logView{root: r, view: v}, whole: true})
}

func (l *logView) Title() string { return "error log" }
func (l *logView) Init() tea.Cmd { return nil }

func (l *logView) SetSize(cols, rows int) { l.view.SetSize(cols, rows) }

func (l *logView) SetTheme(th themes.Theme) { l.view.SetTheme(th) }

func (l *logView) Typing() bool { return l.view.Typing() }

func (l *logView) Update(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok && !l.view.Typing() {
		switch k.String() {
		case "esc", "q", "!":
			l.root.drop(l)
			return nil
		}
	}
	return l.view.Update(msg)
}

func (l *logView) View() string { return l.view.View() }

func (l *logView) Cursor() *tea.Cursor {
	if x, y, ok := l.view.Cursor(); ok {
		return tea.NewCursor(x, y)
	}
	return nil
}

func (l *logView) Close() {}

func (l *logView) Keys() help.KeyMap { return l }

// ShortHelp are the keys for the footer.
func (l *logView) ShortHelp() []key.Binding {
	return []key.Binding{
		key.NewBinding(key.WithKeys("esc"), key.WithHelp("esc", "close")),
		l.view.Keys.Search, l.view.Keys.Copy, l.view.Keys.Wrap,
	}
}

// FullHelp are the same keys.
func (l *logView) FullHelp() [][]key.Binding { return [][]key.Binding{l.ShortHelp()} }
