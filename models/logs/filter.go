package logs

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"podium/models"
	"podium/models/widget/input"
	"podium/models/widget/textview"
)

// filter lets only those lines be shown that an expression finds, or does not.
type filter struct {
	expr   string // as it was typed, "" for none
	find   textview.Finder
	not    bool
	run    int // counts the filters, so that a late answer is known
	typing bool
	line   input.Line
	busy   bool // the lines that were there before are being sifted
	passed int  // lines that are shown
}

// lets tells whether a line is shown. Podium's own words always are.
func (f *filter) lets(e *entry) bool {
	if f.find == nil || e.note {
		return true
	}
	text := e.text
	if strings.ContainsAny(text, "\x1b\u009b") {
		text = ansi.Strip(text)
	}
	return (len(f.find(text)) > 0) != f.not
}

// typeFilter handles a key while the filter is typed.
func (m *Model) typeFilter(k tea.KeyPressMsg) tea.Cmd {
	f := &m.filter
	switch on := &m.view.LineKeys; {
	case key.Matches(k, on.Accept):
		f.typing = false
		return m.setFilter(f.line.Value())
	case key.Matches(k, on.Cancel), key.Matches(k, on.DeleteLeft) && f.line.Value() == "":
		f.typing = false
	default:
		f.line.Handle(k)
	}
	return nil
}

// setFilter puts a filter in force, "" for none: a regular expression, after "!"
// one that must not be found. The lines that are there are sifted beside the loop.
func (m *Model) setFilter(expr string) tea.Cmd {
	f := &m.filter
	f.run++
	f.expr, f.find, f.not, f.busy = expr, nil, false, false
	bare, not := strings.CutPrefix(expr, "!")
	if bare == "" {
		f.expr = ""
		for i := range m.entries {
			m.entries[i].hidden = false
		}
		m.view.SetMark(nil)
		m.rebuild()
		return nil
	}
	f.find, f.not, f.busy = textview.NewFinder(bare), not, true
	m.view.SetMark(nil)
	if !not {
		m.view.SetMark(f.find)
	}
	sift, entries, msg := *f, slices.Clone(m.entries), sievedMsg{Answer: models.To(m), gen: m.gen, run: f.run, from: m.gone}
	return func() tea.Msg {
		msg.hidden = make([]bool, len(entries))
		for i := range entries {
			msg.hidden[i] = !sift.lets(&entries[i])
		}
		return msg
	}
}

// sievedMsg says which of the lines from number from on the filter hides.
type sievedMsg struct {
	models.Answer
	gen, run int
	from     int
	hidden   []bool
}

func (m *Model) sieved(msg sievedMsg) {
	if msg.run != m.filter.run || msg.gen != m.gen {
		return
	}
	m.filter.busy = false
	for i, hidden := range msg.hidden {
		if at := msg.from + i - m.gone; at >= 0 && at < len(m.entries) {
			m.entries[at].hidden = hidden
		}
	}
	m.rebuild()
}
