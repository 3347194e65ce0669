package terminal

import (
	"fmt"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge"
)

// Actions are what the leader menu can ask of the screen now.
func (m *Model) Actions() []models.Action {
	var out []models.Action
	if m.state == starting || m.state == running {
		out = append(out, models.ActionLiteral) // typed ahead, like any other key
	}
	if m.state == running {
		out = append(out, models.ActionPaste)
		if m.local == nil {
			out = append(out, models.ActionResize)
		}
		if m.canSignal() {
			out = append(out, models.ActionSignal)
		}
		if m.clip.waiting != "" {
			out = append(out, models.ActionAllowCopy)
		}
	}
	if m.local != nil {
		if m.bridge != nil {
			out = append(out, models.ActionCopyMode, models.ActionSearch)
		}
		return out
	}
	if (m.state == running || m.state == ended) && !m.env.ReadOnly {
		out = append(out, models.ActionNewShell, models.ActionSameShell, models.ActionShell, models.ActionSplitBelow, models.ActionSplitBeside)
	}
	if m.bridge != nil {
		out = append(out, models.ActionCopyMode, models.ActionScroll, models.ActionSearch, models.ActionCopy, models.ActionSave)
	}
	return out
}

func (m *Model) act(msg models.ActionMsg) tea.Cmd {
	switch msg.Action {
	case models.ActionCopyMode:
		m.enterCopyMode()
	case models.ActionSearch:
		entered := !m.look.copying
		m.startSearch(entered)
		m.look.search.entered = entered
	case models.ActionScroll:
		m.scrollPage()
	case models.ActionCopy:
		return m.copyOutput()
	case models.ActionSave:
		return m.save()
	case models.ActionNewShell:
		if m.state == ended {
			return m.again()
		}
		m.another(models.PlaceTab)
	case models.ActionSameShell:
		m.another(models.PlaceTab)
	case models.ActionSplitBelow:
		m.another(models.PlaceBelow)
	case models.ActionSplitBeside:
		m.another(models.PlaceBeside)
	case models.ActionResize:
		m.env.Wish(models.NoticeMsg{Text: fmt.Sprintf("The size, %d columns by %d rows, is sent again", m.cols, m.rows)})
		return m.input(func(b *termbridge.Bridge) error { b.ResendSize(); return nil })
	case models.ActionSignal:
		m.signals, m.stale = true, true
	case models.ActionShell:
		m.picking, m.stale = true, true
	case models.ActionAllowCopy:
		m.allowCopy()
	}
	return nil
}

// another wishes for one more shell in the same container.
func (m *Model) another(place models.Place) {
	wish := m.same()
	wish.Place = place
	m.env.Wish(wish)
}

// scrollPage scrolls back by a page, where there is anything to see.
func (m *Model) scrollPage() {
	if m.bridge != nil && m.bridge.Modes().AltScreen && !m.look.copying {
		m.env.Wish(models.NoticeMsg{Text: "The program has a screen of its own, which has no scrollback"})
		return
	}
	m.scroll(max(m.rows-1, 1))
	if !m.look.pinned {
		m.env.Wish(models.NoticeMsg{Text: "There is nothing above the screen yet"})
	}
}
