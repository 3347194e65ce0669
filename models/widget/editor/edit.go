package editor

import "strings"

// Insert puts text at the cursor in place of the selection, as one step of undo,
// and the cursor behind it. It is an error, a sentence, and nothing changes, if
// the text would exceed MaxBytes.
func (e *Editor) Insert(text string) error {
	from, to, _ := e.selection()
	e.history.closed = true
	err := e.edit(from, to, normalize(text), other)
	e.reveal()
	return err
}

// ReplaceAll replaces the whole text as one step of undo; the cursor stays in its
// line. Errors are those of Insert.
func (e *Editor) ReplaceAll(text string) error {
	line, col := e.Position()
	last := len(e.lines) - 1
	if err := e.edit(pos{}, pos{last, len(e.lines[last])}, normalize(text), other); err != nil {
		return err
	}
	e.Goto(line, col)
	return nil
}

// typed puts what a key wrote at the cursor.
func (e *Editor) typed(text string) {
	from, to, selected := e.selection()
	k := typing
	if selected {
		k = other
	}
	e.try(e.edit(from, to, text, k))
}

// try shows an error as a notice.
func (e *Editor) try(err error) {
	if err != nil {
		e.notice = strings.ToUpper(err.Error()[:1]) + err.Error()[1:] + "."
	}
	e.reveal()
}

// erase deletes the selection, else up to the place given.
func (e *Editor) erase(to func(pos) pos) {
	from, end, selected := e.selection()
	k := other
	if !selected {
		k = erasing
		if end = to(e.cur); end.before(from) {
			from, end = end, from
		}
	}
	e.try(e.edit(from, end, "", k))
}

// softPrev is the place that backspace deletes to: within the indentation a whole
// step.
func (e *Editor) softPrev(p pos) pos {
	line := e.lines[p.line]
	if p.col > 0 && strings.Trim(line[:p.col], " ") == "" {
		return pos{p.line, (p.col - 1) / Indentation * Indentation}
	}
	return e.prev(p)
}

// newline breaks the line and indents the new one as YAML goes on.
func (e *Editor) newline() {
	from, to, _ := e.selection()
	e.history.closed = true
	e.try(e.edit(from, to, "\n"+indentAfter(e.lines[from.line][:from.col]), other))
}

// indentAfter is the indentation of the line behind one that begins with text:
// deeper after a key or dash with nothing behind, under the key after "- key: x".
func indentAfter(text string) string {
	lead := leading(text)
	indent := text[:lead]
	rest := text[lead:]
	for strings.HasPrefix(rest, "- ") {
		item := strings.TrimLeft(rest[2:], " ")
		if !strings.Contains(item, ": ") && !strings.HasSuffix(strings.TrimRight(item, " "), ":") && !strings.HasPrefix(item, "- ") && item != "" {
			return indent // an item of plain text: the next one stands below
		}
		indent += strings.Repeat(" ", len(rest)-len(item))
		rest = item
	}
	if i := strings.Index(rest, " #"); i >= 0 {
		rest = rest[:i]
	}
	rest = strings.TrimRight(rest, " ")
	switch {
	case rest == "-",
		strings.HasSuffix(rest, ":"),
		strings.HasSuffix(rest, ": |"), strings.HasSuffix(rest, ": >"),
		strings.HasSuffix(rest, ": |-"), strings.HasSuffix(rest, ": >-"),
		strings.HasSuffix(rest, "["), strings.HasSuffix(rest, "{"):
		return indent + strings.Repeat(" ", Indentation)
	}
	return indent
}

// indent moves the selected lines a step to the right; without a selection over
// lines it writes blanks up to the next step.
func (e *Editor) indent() {
	from, to, selected := e.selection()
	if !selected || from.line == to.line {
		col := charCol(e.lines[from.line], from.col) - 1
		e.typed(strings.Repeat(" ", Indentation-col%Indentation))
		return
	}
	e.eachLine(from, to, func(line string) (cut int, add string) {
		if line == "" {
			return 0, ""
		}
		return 0, strings.Repeat(" ", Indentation)
	})
}

// outdent moves the selected lines, or the cursor's, a step to the left.
func (e *Editor) outdent() {
	from, to, _ := e.selection()
	e.eachLine(from, to, func(line string) (cut int, add string) {
		for cut < Indentation && cut < len(line) && line[cut] == ' ' {
			cut++
		}
		if cut == 0 && strings.HasPrefix(line, "\t") {
			cut = 1
		}
		return cut, ""
	})
}

// comment turns the selected lines, or the cursor's, into comments, or back when
// all of them are. The signs stand below one another, at the least indentation.
func (e *Editor) comment() {
	from, to, _ := e.selection()
	last := to.line
	if to.col == 0 && last > from.line {
		last--
	}
	all, least := true, -1
	for _, line := range e.lines[from.line : last+1] {
		lead := leading(line)
		if lead == len(line) {
			continue
		}
		all = all && line[lead] == '#'
		if least < 0 || lead < least {
			least = lead
		}
	}
	if least < 0 {
		return
	}
	cur, anchor, selecting := e.cur, e.anchor, e.selecting
	e.together(func() {
		for i := from.line; i <= last; i++ {
			line := e.lines[i]
			lead := leading(line)
			if lead == len(line) {
				continue
			}
			at, cut, add := least, 0, "# "
			if all {
				at, cut, add = lead, 1, ""
				if strings.HasPrefix(line[lead:], "# ") {
					cut = 2
				}
			}
			if err := e.edit(pos{i, at}, pos{i, at + cut}, add, other); err != nil {
				e.try(err)
				return
			}
			for _, p := range []*pos{&cur, &anchor} {
				if p.line == i && p.col >= at {
					p.col = max(p.col-cut, at) + len(add)
				}
			}
		}
		e.cur = cur
	})
	e.anchor, e.selecting = anchor, selecting
	e.reveal()
}

// eachLine changes the beginning of each line between two places as one step. The
// cursor and the selection stay on their text.
func (e *Editor) eachLine(from, to pos, change func(line string) (cut int, add string)) {
	cur, anchor, selecting := e.cur, e.anchor, e.selecting
	last := to.line
	if to.col == 0 && last > from.line {
		last--
	}
	e.together(func() {
		for i := from.line; i <= last; i++ {
			cut, add := change(e.lines[i])
			if err := e.edit(pos{i, 0}, pos{i, cut}, add, other); err != nil {
				e.try(err)
				return
			}
			for _, p := range []*pos{&cur, &anchor} {
				if p.line == i {
					p.col = max(p.col-cut, 0) + len(add)
				}
			}
		}
		e.cur = cur
	})
	e.anchor, e.selecting = anchor, selecting
	e.reveal()
}

// Copy returns the selected text, or the cursor's line with its end, and keeps it
// in the editor's clipboard.
func (e *Editor) Copy() string {
	text := e.Selection()
	if text == "" {
		text = e.lines[e.cur.line] + "\n"
	}
	e.clipboard = text
	return text
}

// Cut is Copy and deletes what it copied.
func (e *Editor) Cut() string {
	text := e.Copy()
	from, to, selected := e.selection()
	if !selected {
		from, to = e.wholeLine()
	}
	e.history.closed = true
	e.try(e.edit(from, to, "", other))
	return text
}

// wholeLine are the ends of the cursor's line with one line end.
func (e *Editor) wholeLine() (from, to pos) {
	from, to = pos{e.cur.line, 0}, pos{e.cur.line, len(e.lines[e.cur.line])}
	switch {
	case e.cur.line+1 < len(e.lines):
		to = pos{e.cur.line + 1, 0}
	case e.cur.line > 0:
		from = pos{e.cur.line - 1, len(e.lines[e.cur.line-1])}
	}
	return from, to
}

// selectAll selects the whole text.
func (e *Editor) selectAll() {
	last := len(e.lines) - 1
	e.moveTo(pos{last, len(e.lines[last])}, false)
	e.anchor, e.selecting = pos{}, true
}
