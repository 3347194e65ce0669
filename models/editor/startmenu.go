package editor

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/syntax"
	"podium/themes"
)

// startMenu is the list of what a text can start from, with a look at it.
type startMenu struct {
	items  []startItem
	chosen int
	top    int
}

// startItem is a row of it.
type startItem struct {
	id, label, detail string
	preview           string
}

// The shape of the menu, in cells.
const (
	startLabel    = 12 // the first column
	startWide     = 96 // from here on there is room for a look
	previewLeast  = 34
	previewMargin = 2
)

// move chooses another row, round the ends for single steps.
func (s *startMenu) move(n int) {
	count := len(s.items)
	switch next := s.chosen + n; {
	case count == 0:
	case n == 1 || n == -1:
		s.chosen = (next + count) % count
	default:
		s.chosen = min(max(next, 0), count-1)
	}
}

// choose goes to a row by its id, else to the first.
func (s *startMenu) choose(id string) {
	s.chosen = 0
	for i := range s.items {
		if s.items[i].id == id {
			s.chosen = i
		}
	}
}

// menuHead is what stands above the list: a title, and what happened last or a
// blank line.
func (m *Model) menuHead() []string {
	lines := []string{m.theme.Paint(themes.Title, safetext.Fit("Start the new pod from", m.cols))}
	for _, l := range safetext.Wrap(m.note, max(m.cols, 1)) {
		lines = append(lines, m.theme.Paint(m.noteRole, safetext.Fit(l, m.cols)))
	}
	return lines
}

// menuUpdate handles a message while it is chosen what to start from.
func (m *Model) menuUpdate(msg tea.Msg) tea.Cmd {
	s := m.menu
	head := len(m.menuHead())
	room := max(m.rows-head, 1)
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		switch {
		case key.Matches(msg, m.keys.Pick):
			return m.chosen(s.items[s.chosen].id)
		case key.Matches(msg, m.keys.Back):
			m.env.Wish(models.BackMsg{})
		case key.Matches(msg, m.keys.MenuDown), key.Matches(msg, m.keys.StartDown):
			s.move(1)
		case key.Matches(msg, m.keys.MenuUp), key.Matches(msg, m.keys.StartUp):
			s.move(-1)
		case key.Matches(msg, m.keys.MenuPageDown):
			s.move(max(room, 2))
		case key.Matches(msg, m.keys.MenuPageUp):
			s.move(-max(room, 2))
		}
	case tea.MouseClickMsg:
		if i := s.top + msg.Y - head; msg.Y >= head && i < len(s.items) {
			if i == s.chosen {
				return m.chosen(s.items[i].id)
			}
			s.chosen = i
		}
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			s.move(-1)
		case tea.MouseWheelDown:
			s.move(1)
		default:
		}
	}
	s.top = max(min(s.top, s.chosen), s.chosen-room+1, 0)
	return nil
}

func (m *Model) drawMenu() string {
	s := m.menu
	lines := m.menuHead()
	head := len(lines)
	left := m.cols
	if m.cols >= startWide {
		left = m.cols - max(m.cols*45/100, previewLeast) - previewMargin
	}
	preview := m.drawPreview(s.items[s.chosen].preview, m.cols-left-previewMargin)
	for i := s.top; len(lines) < m.rows; i++ {
		line := safetext.Spaces(left)
		if i < len(s.items) {
			line = m.drawStart(i, left)
		}
		if left < m.cols {
			line += safetext.Spaces(previewMargin)
			if at := len(lines) - head; at < len(preview) {
				line += preview[at]
			} else {
				line += safetext.Spaces(m.cols - left - previewMargin)
			}
		}
		lines = append(lines, line)
	}
	return strings.Join(lines[:m.rows], "\n")
}

// drawStart draws a row of the menu.
func (m *Model) drawStart(i, width int) string {
	it := &m.menu.items[i]
	label := safetext.Fit(" "+safetext.Line(it.label, startLabel+8), startLabel)
	text := safetext.Fit(label+" "+safetext.Clean(it.detail), width)
	if i == m.menu.chosen {
		return m.theme.Paint(themes.Selected, text)
	}
	return m.theme.Paint(themes.Strong, safetext.Cut(text, 0, startLabel)) + m.theme.Paint(themes.Text, safetext.Cut(text, startLabel, width-startLabel))
}

// drawPreview draws a text in colour, cut to a width.
func (m *Model) drawPreview(text string, width int) []string {
	if text == "" || width < previewLeast/2 {
		return nil
	}
	var lines []string
	state := uint64(0)
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		if len(lines) >= m.rows {
			break
		}
		var spans []themes.Span
		spans, state = syntax.YAML(line, state)
		lines = append(lines, m.paintSpans(line, spans, width))
	}
	return lines
}

// paintSpans draws a line of text that is ours to show, in its colours.
func (m *Model) paintSpans(line string, spans []themes.Span, width int) string {
	if safetext.Clean(line) != line || safetext.Width(line) > width {
		return m.theme.Paint(themes.Muted, safetext.Fit(safetext.Line(line, width), width))
	}
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(m.theme.Paint(themes.Text, line[at:s.Start]))
		b.WriteString(m.theme.Paint(s.Role, line[s.Start:s.End]))
		at = s.End
	}
	b.WriteString(m.theme.Paint(themes.Text, line[at:]))
	return b.String() + safetext.Spaces(width-safetext.Width(line))
}
