package ui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"podium/models"
)

const (
	// paletteHistory is the history of what was run from the palette.
	paletteHistory = "palette"
	// latelyKept is how many of them are at hand, latelyShown how many are shown
	// before anything is typed.
	latelyKept  = 100
	latelyShown = 5
)

// latelyMsg is what was run from the palette in earlier runs, oldest first.
type latelyMsg struct{ lines []string }

// readLately reads it once, at the start.
func (r *root) readLately() tea.Cmd {
	store := r.env.Store
	if store == nil {
		return nil
	}
	return func() tea.Msg {
		lines, err := store.History(paletteHistory)
		if err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: err.Error(), Quiet: true}
		}
		return latelyMsg{lines: lines}
	}
}

func (r *root) gotLately(msg latelyMsg) {
	for _, line := range slices.Backward(msg.lines) {
		if len(r.lately) < latelyKept && !slices.Contains(r.lately, line) {
			r.lately = append(r.lately, line)
		}
	}
}

// ran remembers a line that was run from the palette.
func (r *root) ran(line string) {
	r.lately = slices.DeleteFunc(r.lately, func(l string) bool { return l == line })
	r.lately = slices.Insert(r.lately, 0, line)
	r.lately = r.lately[:min(len(r.lately), latelyKept)]
	store := r.env.Store
	if store == nil {
		return
	}
	r.do(func() tea.Msg {
		if err := store.AppendHistory(paletteHistory, line); err != nil {
			return models.NoticeMsg{Level: models.LevelWarning, Text: err.Error(), Quiet: true}
		}
		return nil
	})
}

// latelyChoices are the lines that can be run again right now, the latest first.
func (r *root) latelyChoices() []choice {
	var out []choice
	for _, line := range r.lately {
		if len(out) == latelyShown {
			break
		}
		if r.canRun(line) {
			out = append(out, choice{name: line, detail: "run before", keep: true, do: func(r *root) { r.runLine(line) }})
		}
	}
	return out
}

// canRun tells whether a line is a word that has a use right now.
func (r *root) canRun(line string) bool {
	if _, rest, ok := r.argumentOf(line); ok {
		return rest != ""
	}
	return slices.ContainsFunc(r.commands(), func(w word) bool { return w.name == line })
}

// runLine runs a line of the palette; false when it is none.
func (r *root) runLine(line string) bool {
	if r.withArgument(line) {
		return true
	}
	for _, w := range r.commands() {
		if w.name == line {
			w.do(r)
			return true
		}
	}
	return false
}
