package editor

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
)

// popup is a menu that is open over the text, and what choosing from it does.
type popup struct {
	menu
	// asked says that the user asked for it: one that came by itself leaves
	// enter to the text until an item was chosen.
	asked bool
	// typing says that it goes along with what is typed: completions.
	typing bool
	pick   func(i int) tea.Cmd
	center bool // in the middle, not at the cursor
}

// popupKey handles a key while a popup is open; false leaves it to the text.
func (m *Model) popupKey(k tea.KeyPressMsg) (tea.Cmd, bool) {
	p := m.popup
	switch {
	case key.Matches(k, m.keys.Back):
		m.popup = nil
	case key.Matches(k, m.keys.MenuDown):
		p.move(1)
		p.asked = true
	case key.Matches(k, m.keys.MenuUp):
		p.move(-1)
		p.asked = true
	case key.Matches(k, m.keys.MenuPageDown):
		p.move(max(p.rows, 2))
		p.asked = true
	case key.Matches(k, m.keys.MenuPageUp):
		p.move(-max(p.rows, 2))
		p.asked = true
	case key.Matches(k, m.keys.Pick) && p.asked, key.Matches(k, m.keys.Complete):
		m.popup = nil
		return p.pick(p.chosen), true
	default:
		if !p.typing {
			m.popup = nil
			return nil, false
		}
		return nil, false
	}
	return nil, true
}

// placePopup is where the popup is drawn: below the cursor, or above where there
// is more room.
func (m *Model) placePopup(rows int) (b box, x, y int) {
	if m.popup.center {
		b = m.popup.draw(m.theme, m.cols, rows)
		return b, max((m.cols-b.width)/2, 0), max((rows-len(b.lines))/3, 0)
	}
	cx, cy, ok := m.buf.Cursor()
	if !ok {
		cx, cy = 0, 0
	}
	below, above := rows-cy-1, cy
	room := below
	if below < 5 && above > below {
		room = above
	}
	b = m.popup.draw(m.theme, m.cols, room)
	y = cy + 1
	if room == above {
		y = cy - len(b.lines)
	}
	word := 0
	if m.popup.typing {
		word = safetext.Width(safetext.Clean(m.word))
	}
	x = max(min(cx-word-2, m.cols-b.width), 0)
	return b, x, max(y, 0)
}

// popupClick handles a click while a popup is open; one beside it closes it.
func (m *Model) popupClick(click tea.MouseClickMsg) (tea.Cmd, bool) {
	p := m.popup
	_, x, y := m.placePopup(max(m.rows-statusRows, 1))
	row := click.Y - y - 1
	if click.X <= x || click.X >= x+menuWide || row < 0 || row >= p.rows || p.top+row >= len(p.items) {
		m.popup = nil
		return nil, false
	}
	m.popup = nil
	return p.pick(p.top + row), true
}
