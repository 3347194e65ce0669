package command

import (
	"fmt"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/input"
	"podium/themes"
)

// ask asks for a command line, beginning with that of s.
func (m *Model) ask(s spec) {
	m.field, m.argv = fieldLine, s.argv
	m.line.Set(s.typed())
	m.stdin.Set(s.stdin)
	m.recall, m.typed = len(m.history), ""
	m.layout()
}

// typedLine is the line of text that is being typed, nil if none.
func (m *Model) typedLine() *input.Line {
	switch m.field {
	case fieldLine:
		return &m.line
	case fieldStdin:
		return &m.stdin
	case fieldFilter, fieldWatch:
		return &m.other
	case fieldNone:
	}
	return nil
}

func (m *Model) askKey(msg tea.KeyPressMsg) tea.Cmd {
	k := m.keys
	defer m.layout()
	switch {
	case key.Matches(msg, m.out.LineKeys.Cancel), key.Matches(msg, k.Back) && msg.Text == "":
		return m.stopAsking()
	case key.Matches(msg, k.Run):
		if strings.TrimSpace(m.line.Value()) == "" {
			m.field = fieldLine
			return nil
		}
		s := parseSpec(strings.TrimSpace(m.line.Value()))
		s.argv, s.stdin = m.argv, strings.TrimSpace(m.stdin.Value())
		return m.begin(s)
	case key.Matches(msg, k.Stdin):
		if m.field == fieldStdin {
			m.field = fieldLine
		} else {
			m.field = fieldStdin
		}
	case key.Matches(msg, k.Mode):
		m.argv = !m.argv
	case key.Matches(msg, k.Container) && len(m.containers) > 1:
		at := slices.Index(m.containers, m.container)
		m.container = m.containers[(at+1)%len(m.containers)]
		m.image = m.images[m.container]
		return m.recallLines()
	case m.field == fieldLine && key.Matches(msg, k.Earlier):
		m.recallLine(-1)
	case m.field == fieldLine && key.Matches(msg, k.Later):
		m.recallLine(+1)
	case m.field == fieldLine && key.Matches(msg, k.Snippet):
		m.nextSnippet()
	case m.field == fieldLine && msg.Text == argvMark && m.line.Value() == "":
		m.argv = !m.argv
	default:
		m.typedLine().Handle(msg)
		m.recall = len(m.history)
	}
	return nil
}

// stopAsking goes from the field of the file to that of the line, and from there
// to the card, or back where there is none.
func (m *Model) stopAsking() tea.Cmd {
	switch {
	case m.field == fieldStdin:
		m.stdin.Set("")
		m.field = fieldLine
	case len(m.cards) == 0:
		m.env.Wish(models.BackMsg{From: m})
	default:
		m.field = fieldNone
	}
	return nil
}

// typeKey handles the keys of the filter and of the watch.
func (m *Model) typeKey(msg tea.KeyPressMsg) tea.Cmd {
	defer m.layout()
	switch {
	case key.Matches(msg, m.out.LineKeys.Cancel):
		m.field = fieldNone
	case !key.Matches(msg, m.out.LineKeys.Accept):
		m.other.Handle(msg)
	case m.field == fieldFilter:
		m.field = fieldNone
		return m.setFilter(m.other.Value())
	default:
		return m.setWatch(m.other.Value())
	}
	return nil
}

// promptRows are the lines of the prompt.
func (m *Model) promptRows() []string {
	var rows []string
	switch {
	case m.asks():
		rows = append(rows, m.fieldRow(spec{argv: m.argv}.sign(), &m.line, m.placeholder()))
		if m.field == fieldStdin || m.stdin.Value() != "" {
			rows = append(rows, m.fieldRow("stdin < ", &m.stdin, "the path of a file on this machine"))
		}
		rows = append(rows, m.theme.Paint(themes.Muted, safetext.Line(m.promptHint(), m.cols)))
	case m.field == fieldFilter:
		rows = append(rows, m.fieldRow("lines & ", &m.other, "a regular expression; ! before it leaves out what it finds"))
	case m.field == fieldWatch:
		rows = append(rows, m.fieldRow("watch every ", &m.other, "empty: no more"))
		rows = append(rows, m.theme.Paint(themes.Muted, safetext.Line("after the time, what ends it: change · exit (not 0) · exit=0 · match=EXPRESSION", m.cols)))
	case m.saving:
		rows = append(rows, m.theme.Paint(themes.Strong, safetext.Line(m.saveHint(), m.cols)))
	}
	if m.wrong != "" {
		rows = append(rows, m.theme.Paint(themes.Error, safetext.Line(m.wrong, m.cols)))
	}
	return rows
}

func (m *Model) saveHint() string {
	k := m.keys
	parts := make([]string, 0, 4)
	for _, b := range []key.Binding{k.SaveStdout, k.SaveStderr, k.SaveBoth} {
		parts = append(parts, b.Help().Key+" "+b.Help().Desc)
	}
	return "Save: " + strings.Join(append(parts, k.Back.Help().Key+" nothing"), " · ")
}

func (m *Model) placeholder() string {
	if m.argv {
		return "a program and its arguments, run without a shell"
	}
	return "a command line for sh; -l app=web -- before it runs it in all pods with these labels"
}

// fieldRow is a field with its name.
func (m *Model) fieldRow(name string, l *input.Line, placeholder string) string {
	name = safetext.Truncate(name, m.cols)
	room := m.cols - safetext.Width(name)
	text, _ := l.View(room)
	if l.Value() == "" {
		text = m.theme.Paint(themes.Muted, safetext.Fit(safetext.Line(placeholder, room), room))
	}
	return m.theme.Paint(themes.Strong, name) + text
}

// promptHint says where it will run, and what the keys of the prompt would
// change.
func (m *Model) promptHint() string {
	var parts []string
	if len(m.refs) == 1 {
		where := "in " + m.refs[0].Name
		if m.container != "" {
			where += "/" + m.container
		}
		if n := len(m.containers); n > 1 {
			where += fmt.Sprintf(" (%s: next of %d containers)", m.keys.Container.Help().Key, n)
		}
		parts = append(parts, where)
	} else {
		parts = append(parts, fmt.Sprintf("in %s, %d at a time", models.Count(len(m.refs), "pod"), m.parallel()))
	}
	if on := parseSpec(m.line.Value()).on; on != "" {
		parts = []string{"in all pods with " + on}
	}
	if m.argv {
		parts = append(parts, m.keys.Mode.Help().Key+": with sh")
	} else {
		parts = append(parts, m.keys.Mode.Help().Key+" or "+argvMark+": without sh")
	}
	if n := len(m.env.Settings.Snippets); n > 0 {
		name := ""
		if m.snippet > 0 {
			name = " (" + m.env.Settings.Snippets[m.snippet-1].Name + ")"
		}
		parts = append(parts, fmt.Sprintf("%s: %s%s", m.keys.Snippet.Help().Key, models.Count(n, "snippet"), name))
	}
	return strings.Join(parts, " · ")
}
