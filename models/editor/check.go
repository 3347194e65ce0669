package editor

import (
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/manifest"
	"podium/models"
	buffer "podium/models/widget/editor"
	"podium/themes"
)

type (
	checkMsg struct {
		models.Answer
		revision uint64
	}
	checkedMsg struct {
		models.Answer
		revision uint64
		problems []manifest.Problem
	}
	saveMsg  struct{ models.Answer }
	savedMsg struct {
		models.Answer
		revision uint64
		err      error
		leaving  bool
	}
)

// check has the text checked once it has been quiet for a moment. One check is
// under way at a time; the answer asks for the next when the text has moved on.
func (m *Model) check() tea.Cmd {
	if m.checking || m.checked == m.buf.Revision() {
		return nil
	}
	m.checking = true
	return m.quiet()
}

// quiet waits for the text to be quiet.
func (m *Model) quiet() tea.Cmd {
	revision := m.buf.Revision()
	return m.tick(checkAfter, func(time.Time) tea.Msg { return checkMsg{Answer: models.To(m), revision: revision} })
}

func (m *Model) checkNow() tea.Cmd {
	text, revision, inspect := m.buf.Text(), m.buf.Revision(), m.inspector()
	from, to := m.buf.LineOffsets()
	return func() tea.Msg {
		problems := inspect(text).Problems
		if broken := faults(problems); len(broken) > 0 {
			// Where it is the line in the making that breaks the text, what is
			// wrong with the rest is read without it.
			rest := inspect(text[:from] + strings.Repeat(" ", to-from) + text[to:]).Problems
			if len(faults(rest)) == 0 {
				problems = append(broken, rest...)
			}
		}
		return checkedMsg{Answer: models.To(m), revision: revision, problems: problems}
	}
}

// faults are the problems of syntax.
func faults(problems []manifest.Problem) []manifest.Problem {
	var found []manifest.Problem
	for _, p := range problems {
		if p.Code == manifest.CodeSyntax {
			found = append(found, p)
		}
	}
	return found
}

// inspector checks texts by the rules that hold now, in any goroutine. Where the
// text is to replace a pod, fields that are not known are no errors: a newer
// server has given them.
func (m *Model) inspector() func(text string) manifest.Inspection {
	rules, opts := m.rules(), manifest.Options{}
	if m.base != nil {
		opts.UnknownFields = manifest.Warning
	}
	return func(text string) manifest.Inspection { return manifest.Inspect([]byte(text), opts, rules) }
}

// Rules gives the rule set of an engine by the name that its endpoint tells in
// Info, which is "" where it tells none. It is asked in Bubble Tea's loop and
// must not wait.
type Rules func(engine string) manifest.RuleSet

// rules are those of the endpoint, the API page's as long as it says nothing.
func (m *Model) rules() manifest.RuleSet {
	if m.rulesOf == nil {
		return manifest.PageRules()
	}
	return m.rulesOf(m.env.Info.Engine())
}

func (m *Model) gotCheck(msg checkedMsg) tea.Cmd {
	m.checking = false
	m.checked = msg.revision
	if msg.revision != m.buf.Revision() {
		return m.check()
	}
	m.show(msg.problems)
	return nil
}

// show replaces the problems that are shown. What a server said stays until the
// text is changed.
func (m *Model) show(problems []manifest.Problem) {
	if m.pinnedAt != m.buf.Revision() {
		m.pinned = nil
	}
	if strings.TrimSpace(m.buf.Text()) == "" {
		problems = nil // that there is nothing yet is no news to who begins
	}
	m.found = append(slices.Clone(m.pinned), problems...)
	m.buf.SetMarks(marks(m.found))
}

// pin shows what a server said of the text as it is.
func (m *Model) pin(problems []manifest.Problem) {
	m.pinned, m.pinnedAt = problems, m.buf.Revision()
	m.show(m.found)
}

// marks are the problems as the buffer shows them.
func marks(problems []manifest.Problem) []buffer.Mark {
	out := make([]buffer.Mark, 0, len(problems))
	for _, p := range problems {
		mark := buffer.Mark{
			Line: max(p.Start.Line, 1), Col: p.Start.Column,
			Severity: buffer.SeverityWarning, Message: p.Message,
		}
		switch p.Severity {
		case manifest.Error:
			mark.Severity = buffer.SeverityError
		case manifest.Hint:
			mark.Severity = buffer.SeverityHint
		case manifest.Warning:
		}
		if p.End.Line == p.Start.Line {
			mark.EndCol = p.End.Column
		}
		if p.Suggestion != "" && !strings.Contains(p.Message, p.Suggestion) {
			mark.Message += " Did you mean " + p.Suggestion + "?"
		}
		out = append(out, mark)
	}
	return out
}

// saveSoon keeps the draft, at most once per saveEvery.
func (m *Model) saveSoon() tea.Cmd {
	if m.saving {
		return nil
	}
	m.saving = true
	return m.tick(saveEvery, func(time.Time) tea.Msg { return saveMsg{Answer: models.To(m)} })
}

func (m *Model) saveNow(leaving bool) tea.Cmd {
	id, text, revision, store := m.draft, []byte(m.buf.Text()), m.buf.Revision(), m.env.Store
	return func() tea.Msg {
		return savedMsg{Answer: models.To(m), revision: revision, err: store.SaveDraft(id, text), leaving: leaving}
	}
}

func (m *Model) gotSaved(msg savedMsg) tea.Cmd {
	m.saving = false
	switch {
	case msg.err != nil:
		// Leaving now would lose the text: the user stays and is told.
		m.say(themes.Error, "The draft could not be kept: %s. %s saves to a file.", msg.err, m.keys.Save.Help().Key)
		return nil
	case msg.leaving:
		m.env.Wish(models.BackMsg{})
		m.env.Wish(models.NoticeMsg{Text: "Draft kept: n offers it again."})
		return nil
	}
	m.saved = msg.revision
	if m.saved != m.buf.Revision() {
		return m.saveSoon()
	}
	return nil
}

// back leaves, once the draft is safe where there is anything worth keeping.
func (m *Model) back() tea.Cmd {
	if !m.buf.Dirty() {
		m.env.Wish(models.BackMsg{})
		return nil
	}
	return m.saveNow(true)
}
