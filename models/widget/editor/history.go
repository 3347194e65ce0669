package editor

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// stepLimit bounds how many steps can be taken back.
	stepLimit = 5000
	// historyLimit bounds the text that is kept for it.
	historyLimit = 64 << 20
)

// change is a piece of text that took the place of another.
type change struct {
	at                pos
	removed, inserted string
}

// kind groups changes into steps: typing goes on, other changes stand alone.
type kind uint8

const (
	other kind = iota
	typing
	erasing
)

// step is what one undo takes back.
type step struct {
	changes        []change
	before, after  pos
	kind           kind
	revisionBefore uint64
	revisionAfter  uint64
}

func (s *step) size() int {
	n := 0
	for _, c := range s.changes {
		n += len(c.removed) + len(c.inserted)
	}
	return n
}

// history is the steps done, and those taken back.
type history struct {
	done, undone []step
	size         int // bytes of text in done
	closed       bool
	group        *step // changes that are to be one step, while it is open
}

// endOf is where text ends that begins at p.
func endOf(p pos, text string) pos {
	if n := strings.Count(text, "\n"); n > 0 {
		return pos{p.line + n, len(text) - strings.LastIndexByte(text, '\n') - 1}
	}
	return pos{p.line, p.col + len(text)}
}

// edit replaces the text between two places, records it for undo, and puts the
// cursor behind the new text. It is an error, and nothing changes, if the text
// would get too large.
func (e *Editor) edit(from, to pos, text string, k kind) error {
	removed := e.slice(from, to)
	if grown := e.size + len(text) - len(removed); grown > MaxBytes && len(text) > len(removed) {
		return fmt.Errorf("the text would have %d bytes, and the editor takes at most %d MB: nothing was inserted", grown, MaxBytes>>20)
	}
	if removed == text {
		e.cur = to
		e.selecting = false
		return nil
	}
	s := step{
		changes: []change{{from, removed, text}}, before: e.cur, kind: k,
		revisionBefore: e.revision,
	}
	e.splice(from, to, text)
	e.cur, e.selecting, e.goal = endOf(from, text), false, -1
	s.after, s.revisionAfter = e.cur, e.revision
	e.record(s)
	return nil
}

// together makes one step of all edits that f does.
func (e *Editor) together(f func()) {
	if e.history.group != nil {
		f()
		return
	}
	group := &step{before: e.cur, revisionBefore: e.revision}
	e.history.group = group
	f()
	e.history.group = nil
	if len(group.changes) > 0 {
		group.after, group.revisionAfter = e.cur, e.revision
		e.record(*group)
	}
}

// record keeps a step, as a part of the last one if it goes on with it.
func (e *Editor) record(s step) {
	h := &e.history
	if h.group != nil {
		h.group.changes = append(h.group.changes, s.changes...)
		return
	}
	h.undone = nil
	h.size += s.size()
	if last := len(h.done) - 1; last >= 0 && !h.closed && goesOn(&h.done[last], &s) {
		d := &h.done[last]
		c, n := &d.changes[0], s.changes[0]
		if s.kind == typing {
			c.inserted += n.inserted
		} else if n.at == c.at {
			c.removed += n.removed
		} else {
			c.removed = n.removed + c.removed
			c.at = n.at
		}
		d.after, d.revisionAfter = s.after, s.revisionAfter
		return
	}
	h.closed = false
	h.done = append(h.done, s)
	for len(h.done) > stepLimit || h.size > historyLimit && len(h.done) > 1 {
		h.size -= h.done[0].size()
		h.done = slices.Delete(h.done, 0, 1)
	}
}

// goesOn says whether s is typed right behind what d typed, within a word, or
// erased right beside what d erased.
func goesOn(d, s *step) bool {
	if d.kind != s.kind || s.kind == other || len(d.changes) != 1 {
		return false
	}
	c, n := d.changes[0], s.changes[0]
	if s.kind == erasing {
		return c.inserted == "" && !strings.Contains(n.removed, "\n") &&
			(n.at == c.at || endOf(n.at, n.removed) == c.at)
	}
	if n.removed != "" || strings.Contains(n.inserted, "\n") || endOf(c.at, c.inserted) != n.at {
		return false
	}
	before, _ := utf8.DecodeLastRuneInString(c.inserted)
	behind, _ := utf8.DecodeRuneInString(n.inserted)
	return !unicode.IsSpace(before) || unicode.IsSpace(behind)
}

// Undo takes back a step; false if there is none.
func (e *Editor) Undo() bool {
	h := &e.history
	if len(h.done) == 0 {
		return false
	}
	s := h.done[len(h.done)-1]
	h.done = h.done[:len(h.done)-1]
	h.size -= s.size()
	for _, c := range slices.Backward(s.changes) {
		e.splice(c.at, endOf(c.at, c.inserted), c.removed)
	}
	h.undone = append(h.undone, s)
	h.closed = true
	e.revision = s.revisionBefore
	e.hasText = false
	e.jump(s.before)
	return true
}

// Redo does again what was taken back; false if there is nothing.
func (e *Editor) Redo() bool {
	h := &e.history
	if len(h.undone) == 0 {
		return false
	}
	s := h.undone[len(h.undone)-1]
	h.undone = h.undone[:len(h.undone)-1]
	for _, c := range s.changes {
		e.splice(c.at, endOf(c.at, c.removed), c.inserted)
	}
	h.done = append(h.done, s)
	h.size += s.size()
	h.closed = true
	e.revision = s.revisionAfter
	e.hasText = false
	e.jump(s.after)
	return true
}

// splice replaces the text between two places, and nothing else but what follows
// the text: size, revision, colours and marks.
func (e *Editor) splice(from, to pos, text string) {
	e.size += len(text) - len(e.slice(from, to))
	head, tail := e.lines[from.line][:from.col], e.lines[to.line][to.col:]
	e.moveMarks(from, to, text)
	if from.line == to.line && !strings.Contains(text, "\n") {
		e.lines[from.line] = head + text + tail
	} else {
		fresh := strings.Split(text, "\n")
		fresh[0] = head + fresh[0]
		fresh[len(fresh)-1] += tail
		e.lines = slices.Replace(e.lines, from.line, to.line+1, fresh...)
	}
	if len(e.states) > from.line+1 {
		e.states = e.states[:from.line+1]
	}
	e.counter++
	e.revision = e.counter
	e.fresh = false
}
