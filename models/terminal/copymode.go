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
	key.Binding
	move func(m *Model, tx text) pos
	do   func(m *Model)
	sets bool // the movement sets the column that j and k keep to
}

// copyCommands are the keys of copy mode, vi's where vi has them.
func copyCommands() []command {
	bind := func(keys, help, what string) key.Binding {
		return key.NewBinding(key.WithKeys(strings.Fields(keys)...), key.WithHelp(help, what))
	}
	move := func(keys, help, what string, f func(m *Model, tx text) pos) command {
		return command{Binding: bind(keys, help, what), move: f, sets: true}
	}
	rows := func(keys, help, what string, f func(m *Model) int) command {
		return command{Binding: bind(keys, help, what), move: func(m *Model, tx text) pos { return m.byRows(tx, f(m)) }}
	}
	do := func(keys, help, what string, f func(m *Model)) command {
		return command{Binding: bind(keys, help, what), do: f}
	}
	pages := func(keys, help, what string, f func(m *Model) int) command {
		return command{Binding: bind(keys, help, what), move: func(m *Model, tx text) pos {
			m.look.top = shifted(m.look.top, f(m), tx.low, tx.base)
			return m.byRows(tx, f(m))
		}}
	}
	half := func(m *Model) int { return max(m.rows/2, 1) }
	page := func(m *Model) int { return max(m.rows-2, 1) }
	return []command{
		do("y enter", "y", "copy and leave", (*Model).copySelection),
		do("v space", "v", "select", func(m *Model) { m.look.selects(flowing) }),
		do("V shift+v", "V", "select lines", func(m *Model) { m.look.selects(linewise) }),
		do("ctrl+v", "ctrl-v", "select a block", func(m *Model) { m.look.selects(block) }),
		do("/", "/", "search on", func(m *Model) { m.startSearch(false) }),
		do("?", "?", "search back", func(m *Model) { m.startSearch(true) }),
		do("n", "n", "next match", func(m *Model) { m.seek(m.look.search.back) }),
		do("N shift+n", "N", "match before", func(m *Model) { m.seek(!m.look.search.back) }),
		do("q ctrl+c", "q", "leave", (*Model).leaveCopyMode),
		do("esc", "esc", "select nothing, leave", (*Model).escape),
		do("[ {", "[", "prompt before", func(m *Model) { m.toPrompt(-1) }),
		do("] }", "]", "next prompt", func(m *Model) { m.toPrompt(1) }),
		do("o", "o", "other end of the selection", func(m *Model) { m.look.swap() }),
		do("Y shift+y", "Y", "copy the line", (*Model).copyLine),
		move("h left backspace", "h", "left", func(m *Model, tx text) pos { return m.sideways(tx, -1) }),
		rows("j down ctrl+n", "j", "down", func(*Model) int { return 1 }),
		rows("k up ctrl+p", "k", "up", func(*Model) int { return -1 }),
		move("l right", "l", "right", func(m *Model, tx text) pos { return m.sideways(tx, 1) }),
		move("w", "w", "next word", func(m *Model, tx text) pos { return tx.wordNext(m.look.at) }),
		move("b", "b", "word before", func(m *Model, tx text) pos { return tx.wordBack(m.look.at) }),
		move("e", "e", "end of the word", func(m *Model, tx text) pos { return tx.wordEnd(m.look.at) }),
		move("0 home", "0", "begin of the line", func(m *Model, _ text) pos { return pos{m.look.at.line, 0} }),
		move("^ shift+6", "^", "first letter", func(m *Model, tx text) pos { return pos{m.look.at.line, tx.row(m.look.at.line).indent()} }),
		{Binding: bind("$ end shift+4", "$", "end of the line"), move: func(m *Model, tx text) pos {
			m.look.want = vt.MaxCols
			return pos{m.look.at.line, tx.row(m.look.at.line).lastCell()}
		}},
		move("g ctrl+home", "g", "oldest line", func(_ *Model, tx text) pos { return pos{line: tx.low} }),
		move("G shift+g ctrl+end", "G", "last line", func(_ *Model, tx text) pos { return pos{line: tx.last()} }),
		move("H shift+h", "H", "top of the view", func(m *Model, _ text) pos { return pos{line: m.look.top} }),
		move("M shift+m", "M", "middle", func(m *Model, _ text) pos { return pos{line: m.look.top + uint64(max(m.rows-1, 0)/2)} }),
		move("L shift+l", "L", "bottom", func(m *Model, _ text) pos { return pos{line: m.look.top + uint64(max(m.rows-1, 0))} }),
		pages("ctrl+d", "ctrl-d", "half a page on", half),
		pages("ctrl+u", "ctrl-u", "half a page back", func(m *Model) int { return -half(m) }),
		pages("ctrl+f pgdown shift+pgdown", "ctrl-f", "a page on", page),
		pages("ctrl+b pgup shift+pgup", "ctrl-b", "a page back", func(m *Model) int { return -page(m) }),
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
	if d := k.String(); len(d) == 1 && (d >= "1" && d <= "9" || d == "0" && l.count > 0) {
		l.count = min(l.count*10+int(d[0]-'0'), 100_000)
		m.stale = true
		return nil
	}
	for _, c := range m.copyKeys {
		if !key.Matches(k, c.Binding) {
			continue
		}
		if c.do != nil {
			c.do(m)
		} else {
			m.moveCursor(c)
		}
		break
	}
	l.count = 0
	return nil
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
func (m *Model) copySelection() {
	if m.look.sel.shape == noShape {
		m.copyLine()
		return
	}
	m.copySelected()
	m.leaveCopyMode()
}

// copyLine copies the wrapped line under the cursor and leaves copy mode.
func (m *Model) copyLine() {
	m.read(func(tx text) {
		from, to := tx.logical(m.look.at.line)
		m.look.sel = selection{shape: linewise, from: pos{line: from}, to: pos{line: to}}
	})
	m.copySelected()
	m.leaveCopyMode()
}

// copySelected wishes for the selection to be copied.
func (m *Model) copySelected() {
	var got string
	m.read(func(tx text) { got = m.look.sel.read(tx) })
	if strings.TrimSpace(got) == "" {
		m.env.Wish(models.NoticeMsg{Text: "Only blanks are selected: nothing was copied"})
		return
	}
	m.env.Wish(copyOf(got))
}
