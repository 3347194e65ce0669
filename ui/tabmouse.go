package ui

import (
	tea "charm.land/bubbletea/v2"

	"podium/internal/safetext"
	"podium/models"
	"podium/ui/layout"
)

// border is the one of a pane that the mouse drags, none without a pane.
type border struct {
	of   *pane
	side layout.Direction
	x, y int // where the mouse was last
}

// mouse finds whom a mouse event on the tab is for and where that is; nobody
// when it was for a border. A pane keeps the mouse while a button is held down
// that was pressed there, and a button gives it the keys.
func (t *tab) mouse(msg tea.MouseMsg) (to models.Screen, area rect) {
	m := msg.Mouse()
	switch msg.(type) {
	case tea.MouseClickMsg:
		t.drag, t.held = t.borderAt(m.X, m.Y), nil
		p := t.under(m.X, m.Y)
		t.focus(p)
		if p == nil || t.drag.of != nil || !p.inner.has(m.X, m.Y) {
			return nil, rect{}
		}
		t.held = p
		return p.screen, p.inner
	case tea.MouseMotionMsg, tea.MouseReleaseMsg:
		held, dragged := t.held, t.drag.of != nil
		if dragged {
			t.dragTo(m.X, m.Y)
		}
		if _, ok := msg.(tea.MouseReleaseMsg); ok {
			t.held, t.drag = nil, border{}
		}
		switch {
		case dragged:
			return nil, rect{}
		case held != nil:
			return held.screen, held.inner
		}
	}
	if p := t.under(m.X, m.Y); p != nil && p.inner.has(m.X, m.Y) {
		return p.screen, p.inner
	}
	return nil, rect{}
}

// borderAt is the border at a cell: a line between panes, or a title that
// stands below another pane.
func (t *tab) borderAt(x, y int) border {
	if len(t.panes) == 1 || t.alone() {
		return border{}
	}
	if p := t.under(x, y); p != nil {
		if y != p.area.y || y == 0 {
			return border{}
		}
		return border{p, layout.Up, x, y}
	}
	return border{t.under(x-1, y), layout.Right, x, y}
}

// dragTo moves the border to the mouse.
func (t *tab) dragTo(x, y int) {
	d := &t.drag
	by := y - d.y
	if d.side == layout.Right {
		by = x - d.x
	}
	if by == 0 {
		return
	}
	before := d.of.area
	if moved, _ := t.tree.Move(t.room(), d.of.id, d.side, by); !moved {
		return
	}
	t.arrange()
	// It may have gone less far than the mouse.
	d.x += d.of.area.x + d.of.area.cols - before.x - before.cols
	d.y += d.of.area.y - before.y
}

// onHint tells whether a cell is the leader in the border of the pane with the
// keys.
func (t *tab) onHint(x, y int) bool {
	p := t.at
	h := t.hint(p)
	right := p.area.x + p.area.cols - 1
	return len(t.panes) > 1 && p.inner.y > p.area.y && y == p.area.y && h != "" && x >= right-safetext.Width(h) && x < right
}
