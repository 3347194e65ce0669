package terminal

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge/vt"
)

// command is a key of copy mode. move gives the cursor's new place; do is what
// is no movement.
type command struct {
	key  *key.Binding
	move func(m *Model, tx text) pos
	do   func(m *Model) tea.Cmd
	sets bool // the movement sets the column that j and k keep to
}

// copyCommands are the commands of copy mode with their keys.
func copyCommands(k *CopyKeyMap) []command {
	move := func(b *key.Binding, f func(m *Model, tx text) pos) command {
		return command{key: b, move: f, sets: true}
	}
	rows := func(b *key.Binding, f func(m *Model) int) command {
		return command{key: b, move: func(m *Model, tx text) pos { return m.byRows(tx, f(m)) }}
	}
	do := func(b *key.Binding, f func(m *Model)) command {
		return command{key: b, do: func(m *Model) tea.Cmd {
			f(m)
			return nil
		}}
	}
	pages := func(b *key.Binding, f func(m *Model) int) command {
		return command{key: b, move: func(m *Model, tx text) pos {
			m.look.top = shifted(m.look.top, f(m), tx.low, tx.base)
			return m.byRows(tx, f(m))
		}}
	}
	half := func(m *Model) int { return max(m.rows/2, 1) }
	page := func(m *Model) int { return max(m.rows-2, 1) }
	return []command{
		{key: &k.Copy, do: (*Model).copySelection},
		do(&k.Select, func(m *Model) { m.look.selects(flowing) }),
		do(&k.SelectLines, func(m *Model) { m.look.selects(linewise) }),
		do(&k.SelectBlock, func(m *Model) { m.look.selects(block) }),
		do(&k.Search, func(m *Model) { m.startSearch(false) }),
		do(&k.SearchBack, func(m *Model) { m.startSearch(true) }),
		{key: &k.Next, do: func(m *Model) tea.Cmd { return m.seek(m.look.search.back) }},
		{key: &k.Previous, do: func(m *Model) tea.Cmd { return m.seek(!m.look.search.back) }},
		do(&k.Leave, (*Model).leaveCopyMode),
		do(&k.Escape, (*Model).escape),
		do(&k.PromptBefore, func(m *Model) { m.toPrompt(-1) }),
		do(&k.PromptNext, func(m *Model) { m.toPrompt(1) }),
		do(&k.OtherEnd, func(m *Model) { m.look.swap() }),
		{key: &k.CopyLine, do: (*Model).copyLine},
		move(&k.Left, func(m *Model, tx text) pos { return m.sideways(tx, -1) }),
		rows(&k.Down, func(*Model) int { return 1 }),
		rows(&k.Up, func(*Model) int { return -1 }),
		move(&k.Right, func(m *Model, tx text) pos { return m.sideways(tx, 1) }),
		move(&k.WordNext, func(m *Model, tx text) pos { return tx.wordNext(m.look.at) }),
		move(&k.WordBefore, func(m *Model, tx text) pos { return tx.wordBack(m.look.at) }),
		move(&k.WordEnd, func(m *Model, tx text) pos { return tx.wordEnd(m.look.at) }),
		move(&k.LineBegin, func(m *Model, _ text) pos { return pos{m.look.at.line, 0} }),
		move(&k.FirstLetter, func(m *Model, tx text) pos { return pos{m.look.at.line, tx.row(m.look.at.line).indent()} }),
		{key: &k.LineEnd, move: func(m *Model, tx text) pos {
			m.look.want = vt.MaxCols
			return pos{m.look.at.line, tx.row(m.look.at.line).lastCell()}
		}},
		move(&k.Oldest, func(_ *Model, tx text) pos { return pos{line: tx.low} }),
		move(&k.Newest, func(_ *Model, tx text) pos { return pos{line: tx.last()} }),
		move(&k.Top, func(m *Model, _ text) pos { return pos{line: m.look.top} }),
		move(&k.Middle, func(m *Model, _ text) pos { return pos{line: m.look.top + uint64(max(m.rows-1, 0)/2)} }),
		move(&k.Bottom, func(m *Model, _ text) pos { return pos{line: m.look.top + uint64(max(m.rows-1, 0))} }),
		pages(&k.HalfDown, half),
		pages(&k.HalfUp, func(m *Model) int { return -half(m) }),
		pages(&k.PageDown, page),
		pages(&k.PageUp, func(m *Model) int { return -page(m) }),
	}
}

// enterCopyMode gives the keys to a cursor in the session's lines.
func (m *Model) enterCopyMode() {
	l := &m.look
	if l.copying || m.bridge == nil {
		return
	}
	m.read(func(tx text) {
		l.copying, l.count, l.sel = true, 0, selection{}
		l.search.entered = false
		if l.pinned { // scrolled back: where one looks, not where the program is
			l.at = pos{line: min(l.top+uint64(max(m.rows-1, 0)), tx.high)}
		} else {
			c := tx.t.Cursor()
			l.pinned, l.top = true, tx.base
			l.at = pos{tx.base + uint64(c.Y), c.X}
		}
		l.at.x = min(l.at.x, tx.row(l.at.line).lastCell())
		l.want = l.at.x
		m.drawLook(tx)
	})
	m.stale = true
}

// leaveCopyMode shows the program again.
func (m *Model) leaveCopyMode() {
	m.look.reset()
	m.draw()
	m.stale = true
}

// copyKey handles a key of copy mode. One that is none does nothing: it was not
// meant for the program.
func (m *Model) copyKey(k tea.KeyPressMsg) tea.Cmd {
	l := &m.look
	if l.search.stop() { // a key has something else in mind
		m.draw()
		if key.Matches(k, m.copyMap.Escape) {
			return nil
		}
	}
	if d := k.String(); len(d) == 1 && (d >= "1" && d <= "9" || d == "0" && l.count > 0) {
		l.count = min(l.count*10+int(d[0]-'0'), 100_000)
		m.stale = true
		return nil
	}
	var cmd tea.Cmd
	for _, c := range m.copyKeys {
		if !key.Matches(k, *c.key) {
			continue
		}
		if c.do != nil {
			cmd = c.do(m)
		} else {
			m.moveCursor(c)
		}
		break
	}
	l.count = 0
	return cmd
}

// moveCursor makes a movement as often as the count says.
func (m *Model) moveCursor(c command) {
	l := &m.look
	m.read(func(tx text) {
		for range max(l.count, 1) {
			before := l.at
			l.at = tx.clamp(c.move(m, tx))
			if l.at == before {
				break
			}
		}
		if c.sets {
			l.want = l.at.x
		}
		l.extend()
		m.reveal(0)
		m.drawLook(tx)
	})
	m.stale = true
}

// reveal scrolls the view so that the cursor is in it, with so many rows to
// spare when it has to scroll.
func (m *Model) reveal(spare int) {
	l := &m.look
	rows := uint64(max(m.rows, 1))
	spare = min(spare, m.rows/2)
	switch {
	case l.at.line < l.top:
		l.top = l.at.line - min(uint64(spare), l.at.line)
	case l.at.line >= l.top+rows:
		l.top = l.at.line - rows + 1 + uint64(spare)
	}
	l.top = min(max(l.top, l.low), l.base)
}

// byRows moves the cursor down by rows, in the column that was chosen last.
func (m *Model) byRows(tx text, rows int) pos {
	n := shifted(m.look.at.line, rows, tx.low, tx.high)
	r := tx.row(n)
	return pos{n, min(r.snap(m.look.want), r.lastCell())}
}

// sideways moves the cursor within its line, as vi does.
func (m *Model) sideways(tx text, dir int) pos {
	p := m.look.at
	r := tx.row(p.line)
	if dir < 0 {
		p.x = r.snap(max(p.x-1, 0))
		return p
	}
	p.x = min(r.snap(p.x)+r.widthAt(p.x), r.lastCell())
	return p
}

// selects begins a selection at the cursor, changes its shape, or ends it when
// it has that shape already.
func (l *look) selects(s shape) {
	switch l.sel.shape {
	case noShape:
		l.sel = selection{shape: s, from: l.at, to: l.at}
	case s:
		l.sel = selection{}
	default:
		l.sel.shape = s
	}
}

// extend lets the selection follow the cursor.
func (l *look) extend() {
	if l.copying && l.sel.shape != noShape {
		l.sel.to = l.at
	}
}

func (l *look) swap() {
	if l.sel.shape != noShape {
		l.sel.from, l.sel.to = l.sel.to, l.sel.from
		l.at, l.want = l.sel.to, l.sel.to.x
	}
}

// escape gives up the selection, and copy mode when there is none.
func (m *Model) escape() {
	if m.look.sel.shape == noShape && m.look.count == 0 {
		m.leaveCopyMode()
		return
	}
	m.look.sel = selection{}
	m.draw()
}

// copySelection copies what is selected, else the cursor's line, and leaves
// copy mode.
func (m *Model) copySelection() tea.Cmd {
	if m.look.sel.shape == noShape {
		return m.copyLine()
	}
	cmd := m.copySelected()
	m.leaveCopyMode()
	return cmd
}

// copyLine copies the wrapped line under the cursor and leaves copy mode.
func (m *Model) copyLine() tea.Cmd {
	m.read(func(tx text) {
		from, to := tx.logical(m.look.at.line)
		m.look.sel = selection{shape: linewise, from: pos{line: from}, to: pos{line: to}}
	})
	return m.copySelection()
}

// copySelected wishes for the selection to be copied: at once when it is short,
// by a command when reading it takes a while.
func (m *Model) copySelected() tea.Cmd {
	sel, bridge, width := m.look.sel, m.bridge, m.width
	if a, b := sel.ordered(); b.line-a.line < saveStep {
		m.env.Wish(copyOrSay(sel.readAll(bridge, width)))
		return nil
	}
	return func() tea.Msg { return copyOrSay(sel.readAll(bridge, width)) }
}

// copyOrSay is the wish to copy a text, or the news that there is none.
func copyOrSay(text string) tea.Msg {
	if strings.TrimSpace(text) == "" {
		return models.NoticeMsg{Text: "Only blanks are selected: nothing was copied"}
	}
	return copyOf(text)
}
