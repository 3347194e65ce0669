package logs

import (
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// Cursor is in the search while it is typed.
func (m *Model) Cursor() *tea.Cursor {
	if x, y, ok := m.view.Cursor(); ok {
		return tea.NewCursor(x, y)
	}
	return nil
}

// View is the log as it was drawn last.
func (m *Model) View() string { return m.drawn }

// append adds lines to what is kept and shown.
func (m *Model) append(lines ...entry) {
	m.entries = append(m.entries, lines...)
	if extra := len(m.entries) - keepLines; extra > 0 {
		m.entries = slices.Delete(m.entries, 0, extra)
	}
	out := make([]textview.Line, len(lines))
	for i, e := range lines {
		out[i] = m.line(e)
		if e.at.After(m.last) {
			m.last = e.at
		}
	}
	m.view.Append(out...)
}

// note adds a line of podium's own.
func (m *Model) note(text string) {
	m.append(entry{at: time.Time{}, text: text, note: true})
}

func (m *Model) line(e entry) textview.Line {
	l := textview.Line{Text: e.text, SGR: true}
	if e.note {
		l = textview.Line{Text: "── " + strings.ReplaceAll(e.text, "\n", " ") + " ──", Role: themes.Accent}
	}
	if m.times {
		l.Gutter, l.GutterRole = strings.Repeat(" ", len(stampLayout)), themes.Muted
		if !e.at.IsZero() {
			l.Gutter = e.at.Local().Format(stampLayout)
		}
	}
	return l
}

const stampLayout = "15:04:05.000"

// rebuild shows the kept lines anew.
func (m *Model) rebuild() {
	lines := make([]textview.Line, len(m.entries))
	for i, e := range m.entries {
		lines[i] = m.line(e)
	}
	m.view.UpdateLines(lines)
}

// say sets what an empty log says.
func (m *Model) say() {
	switch {
	case m.over != "":
		m.view.SetEmpty(m.over)
	case m.broken > 0:
		m.view.SetEmpty("Nothing yet.")
	default:
		m.view.SetEmpty("Waiting for the first line…")
	}
}

// draw gives the text its room above the line of state.
func (m *Model) draw() {
	if m.cols == 0 || m.rows == 0 {
		m.drawn = ""
		return
	}
	if m.rows < 4 {
		m.view.SetSize(m.cols, m.rows)
		m.drawn = m.view.View()
		return
	}
	m.view.SetSize(m.cols, m.rows-1)
	m.drawn = m.view.View() + "\n" + m.theme.Paint(themes.Muted, safetext.Fit(" "+m.state(), m.cols))
}

// state is the line below the log.
func (m *Model) state() string {
	var parts []string
	switch {
	case m.over != "":
		parts = append(parts, "ended")
	case m.previous:
		parts = append(parts, "previous run")
	case !m.reading && !m.due.IsZero():
		parts = append(parts, "waiting")
	case m.reading:
		parts = append(parts, "live")
	}
	if m.since > 0 {
		parts = append(parts, "since "+sinceText(m.since))
	}
	if len(m.containers) > 1 {
		parts = append(parts, fmt.Sprintf("container %d of %d (C: next)", slices.Index(m.containers, m.container)+1, len(m.containers)))
	}
	if n := m.view.Dropped(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d older ones let go", n))
	}
	if s := m.view.Status(); s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, " · ")
}

// savedMsg is where the log was saved.
type savedMsg struct {
	owner *Model
	path  string
	err   error
}

func (m *Model) save(text string) tea.Cmd {
	store, name := m.env.Store, m.ref.Name+"-"+m.container+".log"
	return func() tea.Msg {
		path, err := store.Save(name, []byte(text))
		return savedMsg{owner: m, path: path, err: err}
	}
}

func (m *Model) saved(msg savedMsg) {
	if msg.err != nil {
		m.env.Wish(models.NoticeMsg{Level: models.LevelError, Text: msg.err.Error()})
		return
	}
	m.env.Wish(models.NoticeMsg{Text: "Saved the log to " + msg.path})
}
