package inspect

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/manifest"
	"podium/models"
	"podium/themes"
)

// show makes the text of the current tab, if it is not made yet.
func (m *Model) show() {
	if m.tab == events || m.object.Pod == nil || m.made[m.tab] {
		return
	}
	m.made[m.tab] = true
	v := m.texts[m.tab]
	switch m.tab {
	case overview:
		v.UpdateLines(m.overview())
	case yaml:
		text, err := manifest.ToYAML(m.object.Raw)
		if err != nil {
			text = []byte("# The server's JSON cannot be shown as YAML: " + err.Error() + "\n# The JSON is one tab on.\n")
		}
		m.whole[yaml] = string(text)
		v.UpdateLines(m.folds[yaml].show(m.whole[yaml]))
	case raw:
		m.whole[raw] = indented(m.object.Raw)
		v.UpdateLines(m.folds[raw].show(m.whole[raw]))
	}
}

// folding tells whether the tab has something that can be folded.
func (m *Model) folding() bool { return m.tab == yaml || m.tab == raw }

// refold changes what is folded away of the tab.
func (m *Model) refold(change func(*folds)) {
	change(&m.folds[m.tab])
	m.made[m.tab] = false
	m.show()
}

// unfolded is the whole text of a tab, whatever is folded away of it.
func (m *Model) unfolded(t tab, text string) string {
	if m.whole[t] != "" {
		return m.whole[t]
	}
	return text
}

// indented is JSON with its fields on lines of their own, each byte of a value
// as it came; what is no JSON is left as it is.
func indented(data []byte) string {
	var b bytes.Buffer
	if err := json.Indent(&b, data, "", "  "); err != nil {
		return string(data)
	}
	return b.String()
}

// Cursor is in the search while it is typed.
func (m *Model) Cursor() *tea.Cursor {
	if m.tab == events {
		return nil
	}
	if x, y, ok := m.texts[m.tab].Cursor(); ok {
		return tea.NewCursor(x, y+m.headRows())
	}
	return nil
}

// headRows is the number of lines above the text: the tabs, and what is wrong.
func (m *Model) headRows() int {
	n := 0
	if m.rows >= 4 {
		n++
		if m.err != nil && m.object.Pod != nil {
			n++
		}
	}
	return n
}

func (m *Model) draw() {
	if m.cols == 0 || m.rows == 0 {
		m.drawn = ""
		return
	}
	head := m.headRows()
	var b strings.Builder
	if head > 0 {
		b.WriteString(m.tabsLine())
		b.WriteByte('\n')
	}
	if head > 1 {
		b.WriteString(m.theme.Paint(themes.Error, safetext.Fit(" "+m.troubleText(), m.cols)))
		b.WriteByte('\n')
	}
	if m.tab == events {
		m.list.SetSize(m.cols, m.rows-head)
		m.list.SetFaded(m.err != nil)
		b.WriteString(m.list.View())
	} else {
		m.texts[m.tab].SetSize(m.cols, m.rows-head)
		b.WriteString(m.texts[m.tab].View())
	}
	if text := b.String(); text != m.drawn {
		m.drawn = text
	}
}

func (m *Model) troubleText() string {
	if m.gone {
		return "The pod is gone; this is how it was at " + m.at.Format("15:04:05")
	}
	return safetext.Line(fmt.Sprintf("As of %s ago: %v", models.Age(m.env.Now().Sub(m.at)), m.err), m.cols)
}

func (m *Model) tabsLine() string {
	var b strings.Builder
	b.WriteByte(' ')
	used := 1
	for t, name := range tabNames {
		role := themes.Muted
		if tab(t) == m.tab {
			role = themes.Selected
		}
		if used+len(name)+3 > m.cols {
			break
		}
		b.WriteString(m.theme.Paint(role, " "+name+" ") + " ")
		used += len(name) + 3
	}
	b.WriteString(strings.Repeat(" ", max(m.cols-used, 0)))
	return b.String()
}

// View is the screen as it was drawn last.
func (m *Model) View() string { return m.drawn }

// save has the text of a tab written to a file.
func (m *Model) save(t tab, text string) {
	m.env.Wish(models.SaveMsg{
		Name: m.ref.Name + [...]string{".txt", ".yaml", ".json"}[t], Text: text, What: "the " + tabNames[t] + " of " + m.ref.Name,
	})
}
