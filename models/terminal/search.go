package terminal

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models/widget/input"
	"podium/models/widget/textview"
	"podium/themes"
)

// search is what is looked for in the session's lines.
type search struct {
	expr   string // "" while nothing is
	find   textview.Finder
	back   bool  // n goes towards older lines
	hit    hit   // the match that n and N stand on
	failed bool  // there is no match
	round  bool  // the last step went round an end
	hunt   *hunt // that has not ended yet, nil mostly

	typing  bool // the line below the view is being typed into
	line    input.Line
	origin  pos    // of the cursor, where typing began
	top     uint64 // and of the view
	entered bool   // copy mode was entered for this search
}

// hit is a match: from its first to behind its last byte of a wrapped line that
// begins at the line from.
type hit struct {
	ok         bool
	from       uint64
	start, end int
}

// chunk is a wrapped line: the text of its rows joined, and where each begins in
// it.
type chunk struct {
	from   uint64
	text   string
	starts []int
}

// chunkAt joins the rows of the wrapped line that line n belongs to.
func (tx text) chunkAt(n uint64) chunk {
	from, to := tx.logical(n)
	c := chunk{from: from}
	if from == to {
		c.text = tx.line(from).Text
		return c
	}
	var b strings.Builder
	for n := from; n <= to; n++ {
		c.starts = append(c.starts, b.Len())
		b.WriteString(tx.line(n).Text)
	}
	c.text = b.String()
	return c
}

// last is the last row of the chunk.
func (c chunk) last() uint64 { return c.from + uint64(max(len(c.starts)-1, 0)) }

// place is the row and the offset in it of a byte of the chunk.
func (c chunk) place(at int) (n uint64, offset int) {
	i := len(c.starts) - 1
	for i > 0 && c.starts[i] > at {
		i--
	}
	if i < 0 {
		return c.from, at
	}
	return c.from + uint64(i), at - c.starts[i]
}

// offset is the byte of the chunk at a place.
func (tx text) offset(c chunk, p pos) int {
	at := tx.row(p.line).byteAt(p.x)
	if i := int(p.line - c.from); i < len(c.starts) {
		at += c.starts[i]
	}
	return at
}

// startSearch opens the line that is typed into.
func (m *Model) startSearch(back bool) {
	m.enterCopyMode()
	l := &m.look
	if !l.copying {
		return
	}
	s := &l.search
	s.stop()
	s.typing, s.back, s.failed, s.round = true, back, false, false
	s.line.Keys = &m.lineKeys
	s.line.Set("")
	s.origin, s.top = l.at, l.top
	m.draw()
}

// typeSearch edits the line and goes to the nearest match as it is typed.
func (m *Model) typeSearch(msg tea.Msg) tea.Cmd {
	s := &m.look.search
	if k, ok := msg.(tea.KeyPressMsg); ok {
		on := &m.lineKeys
		switch {
		case key.Matches(k, on.Accept):
			s.typing, s.entered = false, false
			m.draw()
			if s.line.Value() == "" && s.expr != "" { // the same again, as in vi
				return m.seek(s.back)
			}
			return nil
		case key.Matches(k, on.Cancel), k.Keystroke() == "ctrl+c":
			m.giveUpSearch()
			return nil
		case key.Matches(k, on.DeleteLeft) && s.line.Value() == "":
			m.giveUpSearch()
			return nil
		}
	}
	if !s.line.Handle(msg) {
		return nil
	}
	s.stop()
	m.look.at, m.look.top = s.origin, s.top
	s.expr, s.find, s.hit, s.failed = s.line.Value(), nil, hit{}, false
	if s.expr == "" {
		m.draw()
		return nil
	}
	s.find = textview.NewFinder(s.expr)
	return m.goTo(s.back, true, 1)
}

// giveUpSearch goes back to where the search began.
func (m *Model) giveUpSearch() {
	l := &m.look
	entered := l.search.entered
	l.search.stop()
	l.at, l.top = l.search.origin, l.search.top
	l.search = search{}
	if entered {
		m.leaveCopyMode()
		return
	}
	m.draw()
}

// seek goes on to the next match in a direction, counts times.
func (m *Model) seek(back bool) tea.Cmd {
	if m.look.search.find == nil {
		return nil
	}
	return m.goTo(back, false, max(m.look.count, 1))
}

// spansOf are the matches and the selection over the rows of the view, later
// ones over earlier.
func (m *Model) spansOf(tx text) [][]span {
	l := &m.look
	spans := make([][]span, m.rows)
	top := m.firstLine(tx)
	if l.copying && l.search.find != nil {
		m.matchSpans(tx, top, spans)
	}
	for y := range spans {
		if from, to, ok := l.sel.on(top+uint64(y), m.cols); ok {
			r := tx.row(top + uint64(y))
			if l.sel.shape == flowing || l.sel.shape == linewise {
				// What is not there is not copied, so it is not shown selected;
				// an empty line shows as one cell.
				to = min(to, max(r.cells()-1, from))
			}
			from = r.snap(from)
			spans[y] = append(spans[y], span{from, min(r.snap(to)+r.widthAt(to), m.cols) - 1, themes.Selection})
		}
	}
	return spans
}

// matchSpans adds the matches on the rows of the view.
func (m *Model) matchSpans(tx text, top uint64, spans [][]span) {
	end := top + uint64(len(spans))
	for n := top; n < end && n <= tx.high; {
		c := tx.chunkAt(n)
		for _, f := range m.look.search.find(c.text) {
			h := hit{true, c.from, f[0], f[1]}
			role := themes.Match
			if h == m.look.search.hit {
				role = themes.MatchCurrent
			}
			line, at := c.place(f[0])
			lastLine, lastAt := c.place(f[1] - 1)
			for ; line <= lastLine; line, at = line+1, 0 {
				if line < top || line >= end {
					continue
				}
				r := tx.row(line)
				from, to := r.cellAt(at), r.cells()-1
				if line == lastLine {
					x := r.cellAt(lastAt)
					to = x + r.widthAt(x) - 1
				}
				spans[line-top] = append(spans[line-top], span{from, to, role})
			}
		}
		n = c.last() + 1
	}
}
