package ui

import (
	"slices"

	"podium/api"
	"podium/models"
)

// push shows a new screen over the others and starts it.
func (r *root) push(s models.Screen) {
	r.sized(s)
	r.stack = append(r.stack, s)
	for _, cmd := range r.start(s) {
		r.do(cmd)
	}
}

// sized gives the screen the rectangle of the body.
func (r *root) sized(s models.Screen) {
	area := r.body()
	s.SetSize(area.cols, area.rows)
}

// keep shows a new screen that goes on when it is left, and lists it.
func (r *root) keep(s models.Screen) {
	r.sessions = append(r.sessions, s)
	// A session beside another one takes its place, so that leaving it leads to
	// where the first was opened from.
	if r.isSession(r.top()) {
		r.leave(r.top())
	}
	r.push(s)
}

// isSession tells whether the screen is one of the sessions.
func (r *root) isSession(s models.Screen) bool { return slices.Contains(r.sessions, s) }

// back leaves a screen; at the bottom of the stack that means to quit.
func (r *root) back(s models.Screen) {
	switch {
	case s == nil:
		return
	case r.layerOf(s) >= 0:
		r.drop(s)
	case s == models.Screen(r.list):
		if len(r.stack) == 1 {
			r.quit()
		}
	default:
		r.leave(s)
	}
}

// leave takes a screen off the stack. One that holds something that goes on
// stays among the sessions, any other is closed.
func (r *root) leave(s models.Screen) {
	i := slices.Index(r.stack, s)
	if i < 1 {
		return
	}
	r.stack = slices.Delete(r.stack, i, i+1)
	if h, ok := s.(models.Holding); ok && h.Holds() && r.isSession(s) {
		return
	}
	r.end(s)
}

// end closes a screen wherever it is.
func (r *root) end(s models.Screen) {
	gone := func(o models.Screen) bool { return o == s }
	r.stack = slices.DeleteFunc(r.stack, gone)
	r.sessions = slices.DeleteFunc(r.sessions, gone)
	s.Close()
}

// home leaves everything over the list.
func (r *root) home() {
	for len(r.stack) > 1 {
		r.leave(r.top())
	}
}

// switchTo shows a session: where it already is in the stack, the screens over
// it are left; else it takes the place of the session shown, or comes on top.
func (r *root) switchTo(s models.Screen) {
	if s == r.top() {
		return
	}
	if i := slices.Index(r.stack, s); i >= 0 {
		for r.top() != s {
			r.leave(r.top())
		}
		return
	}
	if r.isSession(r.top()) {
		r.leave(r.top())
	}
	r.stack = append(r.stack, s)
	r.sized(s)
}

// lastSession is the session to return to: the one opened last.
func (r *root) lastSession() models.Screen {
	if n := len(r.sessions); n > 0 {
		return r.sessions[n-1]
	}
	return nil
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
