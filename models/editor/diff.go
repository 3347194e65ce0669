package editor

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// diffView shows what is to change before it is sent.
type diffView struct {
	view     *textview.View
	compared comparedMsg
	added    int
	removed  int
}

// diffLines bounds the lines of a difference that are shown.
const diffLines = 50_000

// openDiff shows a difference in place of the text.
func (m *Model) openDiff(msg comparedMsg) {
	d := &diffView{view: m.diffText, compared: msg}
	var lines []textview.Line
	for line := range strings.SplitSeq(strings.TrimSuffix(msg.diff, "\n"), "\n") {
		l := textview.Line{Text: line, Role: themes.Muted}
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"), strings.HasPrefix(line, "\\"):
		case strings.HasPrefix(line, "@@"):
			l.Role = themes.Accent
		case strings.HasPrefix(line, "+"):
			l.Role = themes.Added
			d.added++
		case strings.HasPrefix(line, "-"):
			l.Role = themes.Removed
			d.removed++
		default:
			l.Role = themes.Text
		}
		lines = append(lines, l)
	}
	d.view.SetLines(lines)
	m.popup, m.docs, m.diff = nil, nil, d
	m.layout()
}

// diffUpdate handles a message while a difference is shown.
func (m *Model) diffUpdate(msg tea.Msg) tea.Cmd {
	if k, ok := msg.(tea.KeyPressMsg); ok && !m.diff.view.Typing() {
		switch {
		case key.Matches(k, m.keys.Create), key.Matches(k, m.keys.Pick):
			return m.sendDiff()
		case key.Matches(k, m.keys.Over):
			m.askRecreate()
			return nil
		case key.Matches(k, m.keys.Back), key.Matches(k, m.keys.CloseDiff):
			if key.Matches(k, m.keys.Back) && m.diff.view.Searching() != "" {
				break
			}
			m.diff = nil
			m.say(themes.Muted, "Nothing was sent.")
			return nil
		}
	}
	return m.diff.view.Update(msg)
}

// diffVerb is what sending does.
func (m *Model) diffVerb() string {
	if m.diff.compared.recreate {
		return "deletes and recreates the pod, after a question"
	}
	return "changes the pod"
}

// drawDiff draws the difference, and below it what can be done.
func (m *Model) drawDiff() string {
	d := m.diff
	said := "What is to change: " + models.Count(d.removed, "line") + " out, " + models.Count(d.added, "line") + " in. " +
		m.keys.Create.Help().Key + " " + m.diffVerb() + "; esc goes back to the text."
	lines := []string{}
	if m.rows > statusRows {
		lines = append(lines, d.view.View())
	}
	if m.rows > 1 {
		lines = append(lines, m.theme.Paint(themes.Notice, safetext.Fit(safetext.Line(said, m.cols), m.cols)))
	}
	return strings.Join(append(lines, m.theme.Paint(themes.Muted, safetext.Fit(safetext.Line(d.compared.ref.Namespace+"/"+d.compared.ref.Name+" on the server, against the text here", m.cols), m.cols))), "\n")
}
