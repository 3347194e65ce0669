package terminal

import (
	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge/vt"
)

// noMarks says that the shell does not tell where its prompts are, and what can
// be done.
const noMarks = "This shell does not mark its prompts (OSC 133), so where output begins is not known. " +
	"Copy mode selects any part; a bash opened by s marks them by itself, others have settings for it (\"shell integration\")"

// toPrompt moves the cursor to a prompt, so many of them before (-1) or after
// (1) it as the count says.
func (m *Model) toPrompt(dir int) {
	l := &m.look
	some, found := false, false
	m.read(func(tx text) {
		for range max(l.count, 1) {
			n, ok := tx.marked(l.at.line, dir, vt.MarkPrompt)
			if !ok {
				break
			}
			l.at, l.want, found = pos{line: n}, 0, true
		}
		if !found {
			_, some = tx.marked(l.at.line, -dir, vt.MarkPrompt)
			some = some || tx.line(l.at.line).Mark&vt.MarkPrompt != 0
		}
		l.extend()
		m.reveal(0)
		m.drawLook(tx)
	})
	m.stale = true
	switch {
	case found:
	case some && dir < 0:
		m.env.Wish(models.NoticeMsg{Text: "There is no prompt further back"})
	case some:
		m.env.Wish(models.NoticeMsg{Text: "There is no prompt further on"})
	default:
		m.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: noMarks})
	}
}

// marked finds the nearest line with a mark beyond n.
func (tx text) marked(n uint64, dir int, mark vt.Mark) (uint64, bool) {
	i := tx.t.FindMark(int(n-tx.first), dir, mark)
	if i < 0 {
		return 0, false
	}
	found := tx.first + uint64(i)
	return found, found >= tx.low && found <= tx.high
}

// output is the output of a command, as far as the shell's marks tell.
type output struct {
	lines   selection // linewise; no shape when the command printed nothing
	running bool      // the command has not ended yet
	known   bool      // there are marks at all
}

// lastOutput finds the output of the last command that ran, or runs. The shell
// marks where output begins (OSC 133 C) and where the command is done (D); of
// one that marks prompts only, output is what stands between the line of a
// prompt and the next prompt.
func (tx text) lastOutput() output {
	begins, ok := tx.high, tx.line(tx.high).Mark&vt.MarkOutput != 0
	if !ok {
		begins, ok = tx.marked(tx.high, -1, vt.MarkOutput)
	}
	if ok {
		ends := begins
		if tx.line(begins).Mark&(vt.MarkDone|vt.MarkPrompt) == 0 {
			var done bool
			if ends, done = tx.marked(begins, 1, vt.MarkDone|vt.MarkPrompt); !done {
				return output{known: true, running: true, lines: tx.between(begins, tx.last())}
			}
		}
		if l := tx.line(ends); l.Mark&vt.MarkDone != 0 && l.Done > 0 { // the last line was not ended
			return output{known: true, lines: selection{
				shape: flowing, from: pos{line: begins}, to: pos{ends, tx.row(ends).snap(l.Done - 1)},
			}}
		}
		return output{known: true, lines: tx.between(begins, ends-1)}
	}
	now, ok := tx.high, tx.line(tx.high).Mark&vt.MarkPrompt != 0
	if !ok {
		now, ok = tx.marked(tx.high, -1, vt.MarkPrompt)
	}
	if !ok {
		return output{}
	}
	from := tx.low // the command cleared the screen, and its own mark with it
	if before, ok := tx.marked(now, -1, vt.MarkPrompt); ok {
		_, typed := tx.logical(before)
		from = typed + 1
	}
	return output{known: true, lines: tx.between(from, now-1)}
}

// between selects whole lines; nothing when there are none.
func (tx text) between(from, to uint64) selection {
	if from > to || to > tx.high { // to may be the one before line 0
		return selection{}
	}
	return selection{shape: linewise, from: pos{line: from}, to: pos{line: to}}
}

// copyOutput copies the output of the last command: at once when it is short, by
// a command when reading it takes a while.
func (m *Model) copyOutput() tea.Cmd {
	var out output
	m.read(func(tx text) { out = tx.lastOutput() })
	if !out.known {
		m.env.Wish(models.NoticeMsg{Level: models.LevelWarning, Text: noMarks})
		return nil
	}
	bridge, width := m.bridge, m.width
	get := func() tea.Msg {
		got := out.lines.readAll(bridge, width)
		if got == "" {
			return models.NoticeMsg{Text: "The last command printed no whole line"}
		}
		c := copyOf(got)
		c.What = "the last output, " + c.What
		if out.running {
			c.What = "the output so far, " + amount(got)
		}
		return c
	}
	if a, b := out.lines.ordered(); b.line-a.line < saveStep {
		m.env.Wish(get())
		return nil
	}
	return get
}
