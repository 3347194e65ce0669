package command

import (
	"bytes"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"podium/internal/fanout"
	"podium/models"
	"podium/models/widget/textview"
	"podium/termbridge"
	"podium/termbridge/frame"
	"podium/themes"
)

const (
	portion = 2048   // lines taken at a time
	budget  = 4096   // lines that one Update takes
	behind  = 20_000 // lines; a view that is farther behind a running command leaves some out
	jump    = 1000   // lines that it goes on with then
	besides = 1000   // lines of standard error that are shown below hex
)

// progress is how far a run's output is in view.
type progress struct {
	next   uint64          // first line that the view does not have for good
	open   int             // lines at the end of the view that may still grow
	gap    bool            // lines were left out because they came too fast
	hexed  int             // bytes shown as hex
	beside []textview.Line // lines of standard error below them
	anew   bool            // it was begun anew at the end of the run
	closed bool            // nothing more comes
}

// moreMsg goes on with lines that one Update had no time for.
type moreMsg struct {
	models.Answer
	run *run
}

// refillLater empties the view; the next pull fills it.
func (m *Model) refillLater() {
	m.out.SetLines(nil)
	m.out.SetFollow(true)
	if r := m.shownRun(); r != nil {
		r.view = progress{}
		if r.card.watch == nil {
			m.out.SetFollow(!m.showsHex(r))
		}
	}
}

// refill fills the view anew.
func (m *Model) refill() tea.Cmd {
	m.refillLater()
	if c := m.card(); c != nil && c.fan != nil {
		m.fillFan(c)
		return nil
	}
	return m.pull()
}

// showsHex tells whether the run's output is shown as hex.
func (m *Model) showsHex(r *run) bool {
	if r.kept == nil || m.hex == 2 {
		return false
	}
	return m.hex == 1 || binary(r.kept)
}

// pull takes new lines of the shown run into the view. What one Update has no
// time for comes with another message, so that keys are answered in between.
func (m *Model) pull() tea.Cmd {
	r := m.shownRun()
	if r == nil || r.output == nil || r.view.closed {
		return nil
	}
	if r.card.watch != nil && r.card.watch.runs > 0 {
		return nil // the view changes at the end of the run
	}
	if m.showsHex(r) {
		return m.pullHex(r)
	}
	p := &r.view
	m.out.DropLast(p.open)
	p.open = 0
	if total := r.totals.Lines; !r.ended && total > p.next+behind {
		m.out.SetLines([]textview.Line{note("… lines come too fast to be shown: they follow at the end")})
		p.next, p.gap = total-jump, true
	}
	if r.ended && p.gap && !p.anew {
		// What was left out, or has grown since, is there now.
		m.out.SetLines(nil)
		*p = progress{anew: true}
	}
	for taken := 0; taken < budget; {
		lines, next := r.output.Lines(p.next, portion)
		if p.next == 0 && len(lines) > 0 && lines[0].Number > 0 {
			t := r.totals
			m.out.Append(note(fmt.Sprintf("… %d lines (%s) are no longer in memory: %s saves all that is kept", t.DroppedLines, size(t.DroppedBytes), m.out.Keys.Save.Help().Key)))
		}
		taken += len(lines)
		last := len(lines) < portion
		p.next = next
		m.append(lines, p, last && !r.ended)
		if last {
			p.closed = r.ended
			if r.ended {
				m.appendCut(r)
			}
			return nil
		}
	}
	return func() tea.Msg { return moreMsg{Answer: models.To(m), run: r} }
}

// append takes lines into the view. From the first that may still grow on, they
// are taken again next time if they are the latest (growing); a line that grows
// although many came after it is shown whole at the end of the run.
func (m *Model) append(lines []termbridge.Line, p *progress, growing bool) {
	add := make([]textview.Line, 0, len(lines))
	again := false
	for _, l := range lines {
		switch {
		case again || !l.Open:
		case growing:
			again, p.next = true, l.Number
		default:
			p.gap = true
		}
		if m.leftOut(l) {
			continue
		}
		add = append(add, drawn(l.Stream, l.Text()))
		if again {
			p.open++
		}
	}
	m.out.Append(add...)
}

// leftOut tells whether the filter leaves a line out.
func (m *Model) leftOut(l termbridge.Line) bool {
	return m.match != nil && (len(m.match(string(l.Text()))) > 0) == m.not
}

// drawn is a line as the view shows it: its stream is told by gutter and colour,
// its own colours are kept.
func drawn(stream frame.Stream, text []byte) textview.Line {
	line := textview.Line{
		Text: string(text), Role: themes.Stdout, Gutter: "│", GutterRole: themes.Stdout,
		SGR: bytes.IndexByte(text, 0x1b) >= 0,
	}
	if stream == frame.Stderr {
		line.Role, line.Gutter, line.GutterRole = themes.Stderr, "┃", themes.Stderr
	}
	return line
}

// note is a line of podium's own.
func note(text string) textview.Line {
	return textview.Line{Text: text, Role: themes.Muted}
}

// appendCut says what of the output is not kept at all.
func (m *Model) appendCut(r *run) {
	lost, err := r.kept.Cut()
	switch {
	case err != nil:
		m.out.Append(textview.Line{Text: "… the whole output could not be kept in a file: " + err.Error(), Role: themes.Warning})
	case lost > 0:
		m.out.Append(textview.Line{Text: fmt.Sprintf("… the last %s are not kept: the file takes %s", size(lost), size(m.env.Settings.CommandSpill)), Role: themes.Warning})
	}
}

// pullHex shows how binary output begins, and below it what standard error says.
func (m *Model) pullHex(r *run) tea.Cmd {
	p, head := &r.view, r.kept.Head()
	if p.hexed == 0 && len(head) > 0 || r.ended && p.gap && !p.anew {
		// What came before it was known to be binary is taken again, and so is
		// what has grown since.
		*p = progress{anew: r.ended}
	}
	had, beside := p.hexed, len(p.beside)
	more := m.pullBeside(r)
	p.hexed = len(head)
	if p.hexed != had || len(p.beside) != beside || r.ended && !more {
		lines := []textview.Line{note(fmt.Sprintf("binary output, shown as hex · %s shows it as text · %s saves it as it is", m.keys.Binary.Help().Key, m.out.Keys.Save.Help().Key))}
		for _, text := range hexLines(head) {
			lines = append(lines, textview.Line{Text: text, Role: themes.Stdout, Gutter: "│", GutterRole: themes.Stdout})
		}
		if more := r.totals.Stdout - int64(len(head)); more > 0 {
			lines = append(lines, note("… and "+size(more)+" more"))
		}
		lines = append(lines, p.beside...)
		m.out.SetFollow(false)
		m.out.UpdateLines(lines)
	}
	if more {
		return func() tea.Msg { return moreMsg{Answer: models.To(m), run: r} }
	}
	p.closed = r.ended
	return nil
}

// pullBeside takes lines of standard error that have ended; more says that
// there are lines that one Update had no time for.
func (m *Model) pullBeside(r *run) (more bool) {
	p := &r.view
	for taken := 0; taken < budget; {
		lines, next := r.output.Lines(p.next, portion)
		p.next = next
		taken += len(lines)
		for _, l := range lines {
			switch {
			case l.Stream != frame.Stderr || len(p.beside) > besides:
			case l.Open && !r.ended:
				p.gap = true
			case len(p.beside) == besides:
				p.beside = append(p.beside, note(fmt.Sprintf("… and more of standard error: %s shows all as text", m.keys.Binary.Help().Key)))
			default:
				p.beside = append(p.beside, drawn(l.Stream, l.Text()))
			}
		}
		if len(lines) < portion {
			return false
		}
	}
	return true
}

// setFilter shows only lines that an expression finds; ! before it leaves them
// out.
func (m *Model) setFilter(text string) tea.Cmd {
	m.filter, m.match, m.not = text, nil, false
	if text != "" {
		expr, not := strings.CutPrefix(text, "!")
		m.match, m.not = textview.NewFinder(expr), not
	}
	m.layout()
	return m.refill()
}

// textLines are the lines of a group's output.
func (m *Model) textLines(t *fanout.Text) []textview.Line {
	if t == nil {
		return []textview.Line{note("no output")}
	}
	var out []textview.Line
	if t.Cut {
		out = append(out, note("… the beginning of a long output is not in memory: "+m.out.Keys.Save.Help().Key+" saves all that is kept"))
	}
	for _, l := range t.Lines {
		line := termbridge.Line{Stream: l.Stream, Raw: l.Raw}
		if !m.leftOut(line) {
			out = append(out, drawn(l.Stream, line.Text()))
		}
	}
	return out
}
