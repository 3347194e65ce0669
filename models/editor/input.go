package editor

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// edit handles what the user does in the text.
func (m *Model) edit(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		if m.buf.Typing() {
			m.popup, m.docs = nil, nil
			break
		}
		if m.docs != nil && m.docKey(msg) {
			return nil
		}
		if m.popup != nil {
			if cmd, ok := m.popupKey(msg); ok {
				return cmd
			}
		}
		if cmd, ok := m.command(msg); ok {
			return cmd
		}
	case tea.MouseClickMsg:
		m.docs = nil
		if m.popup != nil {
			if cmd, ok := m.popupClick(msg); ok {
				return cmd
			}
		}
	case tea.MouseWheelMsg:
		m.popup, m.docs = nil, nil
	}
	return m.write(msg)
}

// write gives a message to the buffer, and sees to what follows from it.
func (m *Model) write(msg tea.Msg) tea.Cmd {
	before, offset := m.buf.Revision(), m.buf.Offset()
	cmd := m.buf.Update(msg)
	switch {
	case m.buf.Revision() != before:
		m.note = ""
		if m.typedWord(msg) {
			return tea.Batch(cmd, m.changed(), m.look(wantWord))
		}
		m.leaveWord()
		return tea.Batch(cmd, m.changed(), m.look(wantPath))
	case m.buf.Offset() != offset:
		m.leaveWord()
		return tea.Batch(cmd, m.look(wantPath))
	}
	return cmd
}

// leaveWord closes the menu, and has none open for a word that is left.
func (m *Model) leaveWord() {
	m.popup = nil
	if m.wanted == wantWord {
		m.wanted = wantPath
	}
}

// changed sees to it that a changed text is checked and kept.
func (m *Model) changed() tea.Cmd { return tea.Batch(m.check(), m.saveSoon()) }

// command handles the screen's own keys.
func (m *Model) command(k tea.KeyPressMsg) (tea.Cmd, bool) {
	if cmd, ok := m.completeKey(k); ok {
		return cmd, true
	}
	switch {
	case key.Matches(k, m.keys.Create):
		return m.create(false), true
	case key.Matches(k, m.keys.Over):
		return m.create(true), true
	case key.Matches(k, m.keys.Save):
		return m.saveFile(), true
	case key.Matches(k, m.keys.Local):
		m.lent = m.buf.Revision()
		m.env.Wish(models.LocalEditMsg{Asker: m, Text: m.buf.Text(), Draft: m.draft + lentSuffix})
		return nil, true
	case key.Matches(k, m.keys.Back):
		if m.buf.Selection() != "" || m.buf.Searching() {
			return nil, false
		}
		if m.recreating != "" {
			m.say(themes.Warning, "%s is being deleted: stay until it is created again.", safetext.Line(m.recreating, 60))
			return nil, true
		}
		if m.job != nil {
			m.stop()
			return nil, true
		}
		return m.back(), true
	case key.Matches(k, m.keys.Doc):
		m.showDoc()
	case key.Matches(k, m.keys.Fix):
		return m.fix(), true
	case key.Matches(k, m.keys.Problems):
		m.listProblems()
	case key.Matches(k, m.keys.Next):
		m.walk(m.buf.NextProblem)
		return m.look(wantPath), true
	case key.Matches(k, m.keys.Prev):
		m.walk(m.buf.PrevProblem)
		return m.look(wantPath), true
	default:
		return nil, false
	}
	return nil, true
}

// walk goes from problem to problem.
func (m *Model) walk(step func() bool) {
	m.note = ""
	if !step() {
		m.say(themes.Muted, "There are no problems.")
	}
}
