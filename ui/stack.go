package ui

import (
	"slices"

	"podium/api"
	"podium/models"
	"podium/models/terminal"
)

// push shows a new screen over the others and starts it.
func (r *root) push(s models.Screen) { r.pushPage(s, s) }

// pushPage shows a new page and starts the screen on it.
func (r *root) pushPage(p page, s models.Screen) {
	r.stack = append(r.stack, p)
	r.sizePages()
	r.begin(s)
}

// begin starts a screen that has its place.
func (r *root) begin(s models.Screen) {
	for _, cmd := range r.start(s) {
		r.do(cmd)
	}
}

// sizePages gives every page its rectangle. One that has it already is left
// alone by the screens themselves.
func (r *root) sizePages() {
	size := func(p page) {
		area := r.areaOf(p)
		p.SetSize(area.cols, area.rows)
	}
	for _, p := range r.stack {
		size(p)
	}
	for _, t := range r.sessions {
		if !slices.Contains(r.stack, page(t)) {
			size(t)
		}
	}
}

// keep shows a new screen that goes on when it is left, in a tab of its own.
func (r *root) keep(s models.Screen) {
	t := newTab(r.env, func() string { return r.keys.Leader.Help().Key }, s)
	r.sessions = append(r.sessions, t)
	// A session beside another one takes its place, so that leaving it leads to
	// where the first was opened from.
	r.stepAside()
	r.pushPage(t, s)
}

// split shows a terminal beside another one of the tab.
func (r *root) split(t *tab, from models.Screen, msg models.ExecMsg) {
	s := terminal.New(r.env, msg)
	if !t.split(from, s, msg.Place == models.PlaceBeside) {
		r.notify(models.NoticeMsg{Level: models.LevelWarning, Text: noRoom(msg.Place == models.PlaceBeside)})
		return
	}
	r.begin(s)
}

// tabOf is the tab with the screen, nil when it is on none.
func (r *root) tabOf(s models.Screen) *tab {
	for _, t := range r.sessions {
		if t.find(s) != nil {
			return t
		}
	}
	return nil
}

// back leaves a screen; at the bottom of the stack that means to quit. Of panes
// side by side, one that has ended goes alone.
func (r *root) back(s models.Screen) {
	t := r.tabOf(s)
	switch {
	case s == nil:
		return
	case r.layerOf(s) >= 0:
		r.drop(s)
	case r.forgetDeletion(s):
		s.Close()
	case t != nil && len(t.panes) > 1 && !holds(s):
		r.end(s)
	case t != nil:
		r.leave(t)
	case r.stack[0] == page(s):
		if len(r.stack) == 1 {
			r.quit()
		}
	default:
		r.leave(s)
	}
}

// holds tells whether leaving the screen must not end it.
func holds(s models.Screen) bool {
	h, ok := s.(models.Holding)
	return ok && h.Holds()
}

// leave takes a page off the stack. A tab on which something goes on stays among
// the sessions, and a screen on which something does becomes one; anything else is
// closed.
func (r *root) leave(p page) {
	i := slices.Index(r.stack, p)
	if i < 1 {
		return
	}
	r.stack = slices.Delete(r.stack, i, i+1)
	t, ok := p.(*tab)
	if s, screen := p.(models.Screen); !ok && screen && holds(s) {
		t, ok = newTab(r.env, func() string { return r.keys.Leader.Help().Key }, s), true
		r.sessions = append(r.sessions, t)
		r.sizePages()
	}
	if !ok || !t.holds() {
		r.close(p)
	}
}

// stepAside takes the tab that is shown off the stack to make room for another. One
// that has ended stays among the tabs, too: its screen is kept until it is left.
// It is false when no tab is shown.
func (r *root) stepAside() bool {
	if r.tab() == nil {
		return false
	}
	r.stack = r.stack[:len(r.stack)-1]
	return true
}

// end closes a screen wherever it is, and the tab with its last pane.
func (r *root) end(s models.Screen) {
	if t := r.tabOf(s); t == nil {
		if p, ok := s.(page); ok {
			r.close(p)
		}
	} else if t.remove(s) {
		r.journalClosed(s)
		s.Close()
	} else {
		r.close(t)
	}
}

// close closes a page, wherever it is.
func (r *root) close(p page) {
	r.stack = slices.DeleteFunc(r.stack, func(o page) bool { return o == p })
	r.sessions = slices.DeleteFunc(r.sessions, func(o *tab) bool { return page(o) == p })
	if t, ok := p.(*tab); ok {
		for _, q := range t.panes {
			r.journalClosed(q.screen)
			q.screen.Close()
		}
		r.sizePages() // the row of tabs may have gone
	} else {
		p.(models.Screen).Close()
	}
}

// home leaves everything over the list.
func (r *root) home() {
	for len(r.stack) > 1 {
		r.leave(r.page())
	}
}

// switchTo shows a tab: where it already is in the stack, the pages over it are
// left; else it takes the place of the tab shown, or comes on top.
func (r *root) switchTo(t *tab) {
	if t == r.tab() {
		return
	}
	if slices.Contains(r.stack, page(t)) {
		for r.tab() != t {
			if !r.stepAside() {
				r.leave(r.page())
			}
		}
		return
	}
	r.stepAside()
	r.stack = append(r.stack, t)
	r.sizePages()
}

// lastSession is the session to return to: the one shown last, else the one
// opened last.
func (r *root) lastSession() *tab {
	n := len(r.sessions)
	switch {
	case n == 0:
		return nil
	case slices.Contains(r.sessions, r.recent):
		return r.recent
	}
	return r.sessions[n-1]
}

// endings are what would end with the program, in words.
func (r *root) endings() []string {
	var out []string
	for _, s := range r.open() {
		if e, ok := s.(models.Ending); ok {
			if text := e.Ends(); text != "" {
				out = append(out, text)
			}
		}
	}
	return out
}

// inside are the endings of the screens that hold something in the pods.
func (r *root) inside(rows []api.PodRow) []string {
	refs := map[api.PodRef]bool{}
	for _, row := range rows {
		refs[row.Ref()] = true
		refs[api.PodRef{Namespace: row.Namespace, Name: row.Name}] = true
	}
	var out []string
	for _, s := range r.open() {
		in, ok := s.(models.Inside)
		if !ok || !refs[in.Inside()] {
			continue
		}
		if e, ok := s.(models.Ending); ok && e.Ends() != "" {
			out = append(out, e.Ends())
		}
	}
	return out
}
