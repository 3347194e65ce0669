package logs

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// keepBytes is how much text is kept, whatever the number of lines.
const keepBytes = 32 << 20

// Cursor is in the search, or in the filter, while it is typed.
func (m *Model) Cursor() *tea.Cursor {
	if m.filter.typing && m.rows > 0 {
		_, x := m.filter.line.View(max(m.cols-2, 0))
		return tea.NewCursor(min(x+2, max(m.cols-1, 0)), m.rows-1)
	}
	if x, y, ok := m.view.Cursor(); ok {
		return tea.NewCursor(x, y)
	}
	return nil
}

// View is the log as it was drawn last.
func (m *Model) View() string { return m.drawn }

// append adds lines to what is kept and shown.
func (m *Model) append(lines ...entry) {
	if len(lines) == 0 {
		return
	}
	late := false
	shown := make([]textview.Line, 0, len(lines))
	for i := range lines {
		e := &lines[i]
		if e.source != nil && e.at.After(e.source.last) {
			e.source.last = e.at
		}
		late = late || e.order.Before(m.newest)
		if e.order.After(m.newest) {
			m.newest = e.order
		}
		e.hidden = !m.filter.lets(e)
		if !e.hidden {
			shown = append(shown, m.line(e))
		}
		m.bytes += len(e.text)
	}
	m.entries = append(m.entries, lines...)
	m.drop()
	if late && len(m.sources) > 1 && m.env.Now().Before(m.settling) {
		// What several logs had before comes in one after the other.
		slices.SortStableFunc(m.entries, func(a, b entry) int { return a.order.Compare(b.order) })
		m.rebuild()
		return
	}
	m.filter.passed += len(shown)
	m.view.Append(shown...)
}

// drop lets the oldest lines go until the bounds are kept.
func (m *Model) drop() {
	n := max(len(m.entries)-m.keep, 0)
	for i := range m.entries[:n] {
		m.bytes -= len(m.entries[i].text)
	}
	for ; m.bytes > keepBytes && n < len(m.entries)-1; n++ {
		m.bytes -= len(m.entries[n].text)
	}
	if n > 0 {
		m.entries = slices.Delete(m.entries, 0, n)
		m.gone += n
	}
}

// note adds a line of podium's own, about a source or about all.
func (m *Model) note(s *source, text string) {
	m.append(entry{order: m.newest, text: text, source: s, note: true})
}

func (m *Model) line(e *entry) textview.Line {
	l := textview.Line{Text: e.text, SGR: true}
	if e.note {
		l = textview.Line{Text: "── " + strings.ReplaceAll(e.text, "\n", " ") + " ──", Role: themes.Accent}
	}
	l.Gutter, l.GutterRole = m.gutter(e), themes.Muted
	if e.source != nil && len(m.sources) > 1 {
		l.GutterRole = e.source.role
	}
	return l
}

// gutter is what stands before a line: its time, and whose it is.
func (m *Model) gutter(e *entry) string {
	stamp := ""
	if m.times {
		stamp = strings.Repeat(" ", len(stampLayout))
		if !e.at.IsZero() {
			stamp = e.at.Local().Format(stampLayout)
		}
	}
	name := m.name(e.source)
	if stamp != "" && name != "" {
		stamp += " "
	}
	return stamp + name
}

const stampLayout = "15:04:05.000"

// rebuild shows the kept lines anew.
func (m *Model) rebuild() {
	lines := make([]textview.Line, 0, len(m.entries))
	for i := range m.entries {
		if !m.entries[i].hidden {
			lines = append(lines, m.line(&m.entries[i]))
		}
	}
	m.filter.passed = len(lines)
	m.view.UpdateLines(lines)
}

// text is what is shown of the lines, as a file has it.
func (m *Model) text(entries []entry) string {
	var b strings.Builder
	for i := range entries {
		e := &entries[i]
		if e.hidden {
			continue
		}
		if g := m.gutter(e); g != "" {
			b.WriteString(g + " ")
		}
		l := m.line(e)
		text := l.Text
		if strings.ContainsAny(text, "\x1b\u009b\u009d") {
			text = ansi.Strip(text)
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return b.String()
}

// say sets what an empty log says.
func (m *Model) say() {
	over, broken := "", false
	for _, s := range m.sources {
		if over = s.over; over == "" {
			break
		}
	}
	for _, s := range m.sources {
		broken = broken || s.broken > 0
	}
	switch {
	case over != "":
		m.view.SetEmpty(over)
	case broken:
		m.view.SetEmpty("Nothing yet.")
	default:
		m.view.SetEmpty("Waiting for the first line…")
	}
}

// draw gives the text its room above the line of state, which the filter takes
// while it is typed.
func (m *Model) draw() {
	if m.cols == 0 || m.rows == 0 {
		m.drawn = ""
		return
	}
	if m.rows < 4 && !m.filter.typing {
		m.view.SetSize(m.cols, m.rows)
		m.drawn = m.view.View()
		return
	}
	last := m.theme.Paint(themes.Muted, safetext.Fit(" "+m.state(), m.cols))
	if m.filter.typing {
		text, _ := m.filter.line.View(max(m.cols-2, 0))
		last = m.theme.Paint(themes.KeyHint, safetext.Fit("& ", min(m.cols, 2))) + m.theme.Paint(themes.Input, text)
	}
	m.view.SetSize(m.cols, m.rows-1)
	m.drawn = last
	if m.rows > 1 {
		m.drawn = m.view.View() + "\n" + last
	}
}

// state is the line below the log.
func (m *Model) state() string {
	parts := []string{m.reading()}
	if m.since > 0 {
		parts = append(parts, "since "+sinceText(m.since))
	}
	names := m.containers[m.refs[0]]
	switch {
	case len(m.refs) > 1 && m.all:
		parts = append(parts, "all containers (C: one each)")
	case len(m.refs) > 1:
	case m.all:
		parts = append(parts, fmt.Sprintf("all %d containers (C: next)", len(names)))
	case len(names) > 1:
		parts = append(parts, fmt.Sprintf("container %d of %d (C: next)", slices.Index(names, m.container)+1, len(names)))
	}
	if m.left > 0 {
		parts = append(parts, fmt.Sprintf("%d more are not read", m.left))
	}
	if f := &m.filter; f.expr != "" {
		text := fmt.Sprintf("& %s: %d of %d", safetext.Line(f.expr, 30), f.passed, len(m.entries))
		if f.busy {
			text = "& " + safetext.Line(f.expr, 30) + ": sifting…"
		}
		parts = append(parts, text)
	}
	if m.gone > 0 {
		parts = append(parts, fmt.Sprintf("%d older ones let go", m.gone))
	}
	if s := m.view.Status(); s != "" {
		parts = append(parts, s)
	}
	return strings.Join(parts, " · ")
}

// reading says how the reading of the sources does.
func (m *Model) reading() string {
	live, ended := 0, 0
	for _, s := range m.sources {
		switch {
		case s.over != "":
			ended++
		case s.cancel != nil:
			live++
		}
	}
	n := len(m.sources)
	switch {
	case n > 0 && ended == n:
		return "ended"
	case m.previous:
		return "previous run"
	case live == 0:
		return "waiting"
	case n > 1 && live < n:
		return fmt.Sprintf("live %d/%d", live, n)
	}
	return "live"
}

// save has the log written to a file.
func (m *Model) save() {
	name := m.refs[0].Name
	switch {
	case len(m.refs) > 1:
		name = fmt.Sprintf("%d-pods", len(m.refs))
	case !m.all && m.container != "":
		name += "-" + m.container
	}
	if m.previous {
		name += "-previous"
	}
	m.env.Wish(models.SaveMsg{Name: name + ".log", Text: m.text(m.entries), What: "the log"})
}
