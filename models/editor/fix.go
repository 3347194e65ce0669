package editor

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/manifest"
	"podium/models"
	"podium/themes"
)

// fixesMsg are the ways to mend what is wrong in the cursor's line.
type fixesMsg struct {
	models.Answer
	revision uint64
	problems int // of the line
	fixes    []manifest.Fix
}

// fix looks for ways to mend what is wrong in the cursor's line, what is wrong
// at the cursor first.
func (m *Model) fix() tea.Cmd {
	if m.buf.Size() > liveLimit {
		m.say(themes.Warning, "The text is too large for that.")
		return nil
	}
	text, inspect, revision := m.buf.Text(), m.inspector(), m.buf.Revision()
	line, col := m.buf.Position()
	said := slices.Clone(m.pinned)
	return func() tea.Msg {
		found := inspect(text)
		here := slices.DeleteFunc(append(said, found.Problems...), func(p manifest.Problem) bool {
			return line < p.Start.Line || line > max(p.End.Line, p.Start.Line)
		})
		away := func(p manifest.Problem) int {
			switch {
			case p.Start.Line < line || col >= p.Start.Column && col <= p.End.Column:
				return 0
			case col < p.Start.Column:
				return p.Start.Column - col
			}
			return col - p.End.Column
		}
		slices.SortStableFunc(here, func(a, b manifest.Problem) int { return away(a) - away(b) })
		msg := fixesMsg{Answer: models.To(m), revision: revision, problems: len(here)}
		for _, p := range here {
			var doc *manifest.Document
			if p.Document >= 0 && p.Document < len(found.Docs) {
				doc = &found.Docs[p.Document]
			}
			for _, f := range manifest.Fixes(text, doc, p) {
				if !slices.ContainsFunc(msg.fixes, func(g manifest.Fix) bool { return g.Title == f.Title }) {
					msg.fixes = append(msg.fixes, f)
				}
			}
		}
		return msg
	}
}

func (m *Model) gotFixes(msg fixesMsg) tea.Cmd {
	switch {
	case msg.revision != m.buf.Revision():
		return m.fix() // typed on since
	case msg.problems == 0 && len(m.found) == 0:
		m.say(themes.Muted, "There is nothing to mend.")
	case msg.problems == 0:
		m.say(themes.Muted, "There is nothing to mend in this line; %s goes to the next problem.", m.keys.Next.Help().Key)
	case len(msg.fixes) == 0:
		m.say(themes.Muted, "How to mend this is not obvious.")
	case len(msg.fixes) == 1:
		return m.mend(msg.fixes[0])
	default:
		p := &popup{asked: true, menu: menu{title: "mend", wide: true}}
		for _, f := range msg.fixes {
			p.items = append(p.items, menuItem{label: f.Title})
		}
		p.pick = func(i int) tea.Cmd {
			if msg.revision != m.buf.Revision() {
				return m.fix()
			}
			return m.mend(msg.fixes[i])
		}
		m.docs, m.popup = nil, p
	}
	return nil
}

// mend does a fix as one step of undo.
func (m *Model) mend(f manifest.Fix) tea.Cmd {
	if err := m.buf.Apply(bufferEdits(f.Edits), f.Cursor); err != nil {
		m.say(themes.Error, "%v", err)
		return nil
	}
	cmd := m.changed()
	m.say(themes.OK, "Done: %s. %s takes it back.", f.Title, m.buf.Keys.Undo.Help().Key)
	if f.Cursor >= 0 {
		return tea.Batch(cmd, m.look(wantWord))
	}
	return tea.Batch(cmd, m.look(wantPath))
}

// listProblems opens the list of everything that is wrong.
func (m *Model) listProblems() {
	marks := m.buf.Marks()
	if len(marks) == 0 {
		m.say(themes.Muted, "There are no problems.")
		return
	}
	line, _ := m.buf.Position()
	p := &popup{asked: true, center: true, menu: menu{title: strings.TrimSuffix(m.tally(), " "), wide: true}}
	for i, mark := range marks {
		role, sign := markLook(mark.Severity)
		item := menuItem{label: fmt.Sprintf("%s %d:%d %s", sign, mark.Line, max(mark.Col, 1), mark.Message), role: role}
		if len(mark.Message) > menuWidth {
			item.doc = mark.Message
		}
		p.items = append(p.items, item)
		if mark.Line <= line {
			p.chosen = i
		}
	}
	p.pick = func(i int) tea.Cmd {
		m.buf.Goto(marks[i].Line, max(marks[i].Col, 1))
		return m.look(wantPath)
	}
	m.docs, m.popup = nil, p
}
