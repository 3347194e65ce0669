package terminal

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge"
	"podium/termbridge/keys"
	"podium/termbridge/vt"
)

// wheelLines is how far a turn of the wheel scrolls.
const wheelLines = 3

// clickGap is how soon clicks follow one another to count as double or triple.
const clickGap = 400 * time.Millisecond

// dragEvery is how often the view scrolls while the mouse is held beyond it.
const dragEvery = 50 * time.Millisecond

// mouseDrag is a selection being made with the mouse.
type mouseDrag struct {
	held   bool
	unit   int       // clicks: 1 for characters, 2 words, 3 lines
	begin  selection // what the first click took
	at     tea.Mouse // where the mouse is
	ticks  int       // counts, so that a late tick of an earlier drag does nothing
	moving bool      // a tick is on its way

	clicked time.Time // the last click
	where   pos
}

// dragMsg scrolls on while the mouse is held beyond the pane.
type dragMsg struct {
	models.Answer
	ticks int
}

// wheel goes to a program that asked for the mouse, moves the cursor of one
// that has its own screen, and else scrolls back.
func (m *Model) wheel(msg tea.MouseWheelMsg) tea.Cmd {
	turn := wheelTurn(tea.Mouse(msg))
	if m.bridge == nil || m.state != running || m.look.pinned {
		m.scroll(turn)
		return nil
	}
	modes := m.bridge.Modes()
	switch {
	case modes.Mouse != vt.MouseNone:
		return m.programMouse(tea.Mouse(msg), keys.MousePress)
	case modes.AltScreen && modes.AltScroll && turn != 0:
		arrow := keys.Key{Code: keys.Up}
		if turn < 0 {
			arrow.Code = keys.Down
		}
		return m.input(func(b *termbridge.Bridge) error {
			for range wheelLines {
				if err := b.Key(arrow); err != nil {
					return err
				}
			}
			return nil
		})
	case modes.AltScreen:
		return nil
	}
	m.scroll(turn)
	return nil
}

func wheelTurn(e tea.Mouse) int {
	switch e.Button {
	case tea.MouseWheelUp:
		return wheelLines
	case tea.MouseWheelDown:
		return -wheelLines
	}
	return 0
}

// mouse gives buttons and motion to a program that asked for them. Else, and
// with shift where the outer terminal lets that through, they select this
// pane's text.
func (m *Model) mouse(e tea.Mouse, action keys.MouseAction) tea.Cmd {
	if m.bridge == nil {
		return nil
	}
	programs := m.state == running && !m.look.pinned && m.bridge.Modes().Mouse != vt.MouseNone
	begun := m.look.mouse.held && action != keys.MousePress // a press may follow a release that was lost
	if programs && !begun && e.Mod&tea.ModShift == 0 {
		m.look.mouse.held = false
		return m.programMouse(e, action)
	}
	switch action {
	case keys.MousePress:
		if e.Button == tea.MouseLeft {
			m.press(e)
		}
	case keys.MouseMotion:
		if m.look.mouse.held {
			return m.drag(e)
		}
	case keys.MouseRelease:
		if m.look.mouse.held {
			return m.release(e)
		}
	}
	return nil
}

func (m *Model) programMouse(e tea.Mouse, action keys.MouseAction) tea.Cmd {
	ev := keys.Mouse{X: e.X, Y: e.Y, Mod: mods(e.Mod), Action: action, Button: buttons[e.Button]}
	return m.input(func(b *termbridge.Bridge) error { return b.Mouse(ev) })
}

// press begins a selection: of a word with the second click in a place, of the
// line with the third.
func (m *Model) press(e tea.Mouse) {
	l := &m.look
	m.read(func(tx text) {
		p := m.under(tx, e)
		d := &l.mouse
		now := m.env.Now()
		again := d.where == p && now.Sub(d.clicked) <= clickGap
		unit := 1
		if again {
			unit = d.unit%3 + 1
		}
		*d = mouseDrag{held: true, unit: unit, at: e, ticks: d.ticks + 1, clicked: now, where: p}
		d.begin = unitAt(tx, p, unit)
		l.sel = selection{}
		switch {
		case unit > 1:
			l.sel = d.begin
		case e.Mod&tea.ModAlt != 0:
			d.begin.shape = block
		}
		if l.copying {
			l.at = tx.clamp(pos{p.line, min(p.x, tx.row(p.line).lastCell())})
			l.want = l.at.x
		}
		m.drawLook(tx)
	})
	m.stale = true
}

// unitAt is what so many clicks on a place take.
func unitAt(tx text, p pos, unit int) selection {
	s := selection{shape: flowing, from: p, to: p}
	switch unit {
	case 2:
		s.from, s.to = wordAt(tx, p)
	case 3:
		from, to := tx.logical(p.line)
		s = selection{shape: linewise, from: pos{line: from}, to: pos{line: to}}
	}
	return s
}

// under is the place under the mouse, at the nearest edge when it is beyond the
// pane.
func (m *Model) under(tx text, e tea.Mouse) pos {
	y := min(max(e.Y, 0), max(m.rows-1, 0))
	p := tx.clamp(pos{m.firstLine(tx) + uint64(y), min(max(e.X, 0), max(m.cols-1, 0))})
	switch {
	case e.Y < 0:
		p.x = 0
	case e.Y >= m.rows:
		p.x = max(m.cols-1, 0)
	}
	p.x = tx.row(p.line).snap(p.x)
	return p
}

// drag takes the selection to the mouse. Held above or below the pane it
// scrolls.
func (m *Model) drag(e tea.Mouse) tea.Cmd {
	d := &m.look.mouse
	d.at = e
	if e.Y < 0 || e.Y >= m.rows {
		m.scroll(beyond(e.Y, m.rows))
	}
	m.selectTo(e)
	if (e.Y < 0 || e.Y >= m.rows) && !d.moving {
		return m.dragOn()
	}
	return nil
}

// beyond is how many lines to scroll with the mouse at row y.
func beyond(y, rows int) int {
	switch {
	case y < 0:
		return min(-y, 10)
	case y >= rows:
		return -min(y-rows+1, 10)
	}
	return 0
}

func (m *Model) dragOn() tea.Cmd {
	d := &m.look.mouse
	d.moving = true
	ticks := d.ticks
	return tea.Tick(dragEvery, func(time.Time) tea.Msg { return dragMsg{Answer: models.To(m), ticks: ticks} })
}

// dragged is the tick of a drag.
func (m *Model) dragged(msg dragMsg) tea.Cmd {
	d := &m.look.mouse
	if msg.ticks != d.ticks {
		return nil
	}
	d.moving = false
	if !d.held || d.at.Y >= 0 && d.at.Y < m.rows {
		return nil
	}
	m.scroll(beyond(d.at.Y, m.rows))
	m.selectTo(d.at)
	return m.dragOn()
}

// selectTo stretches what the first click took to the mouse, by its unit.
func (m *Model) selectTo(e tea.Mouse) {
	l := &m.look
	m.read(func(tx text) {
		d := l.mouse
		p := m.under(tx, e)
		if d.unit == 1 && p == d.where && l.sel.shape == noShape {
			return // the mouse trembled: this is still a click
		}
		end := unitAt(tx, p, d.unit)
		s := d.begin
		if p.before(d.where) {
			s.from, s.to = d.begin.to, end.from
		} else {
			s.to = end.to
		}
		l.sel = s
		if l.copying {
			l.at = tx.clamp(pos{p.line, min(p.x, tx.row(p.line).lastCell())})
			l.want = l.at.x
		}
		m.drawLook(tx)
	})
	m.stale = true
}

// release ends the drag and copies what is selected.
func (m *Model) release(e tea.Mouse) tea.Cmd {
	l := &m.look
	var cmd tea.Cmd
	if l.mouse.unit == 1 {
		m.selectTo(e)
	}
	l.mouse.held = false
	if l.sel.shape != noShape {
		cmd = m.copySelected()
	}
	m.draw()
	m.stale = true
	return cmd
}
