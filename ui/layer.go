package ui

import (
	"slices"
	"strings"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// layer is a dialog over the screen.
type layer struct {
	screen models.Screen
	asker  models.Screen // who gets the answer, nil for the root itself
	area   rect          // with the frame
	inner  rect          // of the screen
	bare   bool          // without a frame, for want of room
	foot   bool          // at the bottom edge instead of in the middle
	whole  bool          // as large as it may be
}

// show opens a dialog. It takes the keys from now on.
func (r *root) show(l *layer) {
	r.leader.end()
	r.notices.clear()
	r.place(l)
	r.layers = append(r.layers, l)
	for _, cmd := range r.start(l.screen) {
		r.do(cmd)
	}
}

// place gives the dialog its rectangle in the window: the frame around, the
// screen within it.
func (r *root) place(l *layer) {
	body := r.body()
	room := rect{cols: max(body.cols-2*frameCols, 0), rows: max(body.rows-2*frameRows, 0)}
	cols, rows := room.cols, room.rows
	if s, ok := l.screen.(models.Sized); ok && !l.whole {
		cols, rows = s.WantSize(room.cols, room.rows)
		if title := safetext.Width(titleOf(l.screen)) + 2; cols < title {
			cols = title
		}
		cols, rows = min(max(cols, 1), room.cols), min(max(rows, 1), room.rows)
	}
	l.bare = room.cols < 1 || room.rows < 1
	if l.bare { // too small for a frame
		l.area, l.inner = body, body
	} else {
		l.area = rect{cols: cols + 2*frameCols, rows: rows + 2*frameRows}
		l.area.x = body.x + (body.cols-l.area.cols)/2
		l.area.y = body.y + (body.rows-l.area.rows)/2
		if l.foot {
			l.area.y = body.y + body.rows - l.area.rows
		}
		l.inner = rect{x: l.area.x + frameCols, y: l.area.y + frameRows, cols: cols, rows: rows}
	}
	l.screen.SetSize(l.inner.cols, l.inner.rows)
}

// The frame of a dialog takes a line above and below, and on both sides a line
// and a blank.
const (
	frameCols = 2
	frameRows = 1
)

func titleOf(s models.Screen) string {
	if t, ok := s.(models.Titled); ok {
		return t.Title()
	}
	return ""
}

// view is the dialog within its frame.
func (l *layer) view(th themes.Theme) string {
	inside := l.screen.View()
	if l.bare {
		return inside
	}
	role := themes.BorderFocus
	if d, ok := l.screen.(models.Dangerous); ok && d.Dangerous() {
		role = themes.BorderDanger
	}
	return box(th, role, titleOf(l.screen), inside, l.inner.cols)
}

// box draws a frame with a title around lines of cols cells.
func box(th themes.Theme, role themes.Role, title, inside string, cols int) string {
	var b strings.Builder
	title = safetext.Truncate(title, max(cols-2, 0))
	b.WriteString(th.Paint(role, "╭─"))
	rest := cols + 2*frameCols - 4
	if title != "" {
		b.WriteString(th.Paint(themes.Title, " "+title+" "))
		rest -= safetext.Width(title) + 2
	}
	b.WriteString(th.Paint(role, strings.Repeat("─", max(rest, 0))+"─╮"))
	side := th.Paint(role, "│")
	for line := range strings.SplitSeq(inside, "\n") {
		b.WriteString("\n" + side + " " + line + " " + side)
	}
	b.WriteString("\n" + th.Paint(role, "╰"+strings.Repeat("─", cols+2*frameCols-2)+"╯"))
	return b.String()
}

// layerOf is the index of the dialog with the screen, -1 when there is none.
func (r *root) layerOf(s models.Screen) int {
	return slices.IndexFunc(r.layers, func(l *layer) bool { return l.screen == s })
}

// drop closes a dialog.
func (r *root) drop(s models.Screen) {
	i := r.layerOf(s)
	if i < 0 {
		return
	}
	r.layers = slices.Delete(r.layers, i, i+1)
	s.Close()
	r.dialogAt = r.env.Now()
}
