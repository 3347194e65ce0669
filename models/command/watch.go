package command

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/models/widget/textview"
	"podium/themes"
)

// watch runs a card's command again and again.
type watch struct {
	every  time.Duration
	until  string // as it was typed
	change bool   // it ends when the output changes
	exit   *int   // it ends on this exit code; -1 for any but 0
	match  *regexp.Regexp

	runs    int // ended so far
	changed int // lines that changed at the last
	before  []string
	next    time.Time
}

// watchLines is how many lines of output are compared.
const watchLines = 5000

// parseWatch reads what is typed: a time, then what ends the watch.
func parseWatch(text string, every time.Duration) (*watch, error) {
	words := strings.Fields(text)
	w := &watch{every: every}
	if len(words) > 0 && words[0][0] >= '0' && words[0][0] <= '9' {
		d, err := time.ParseDuration(words[0])
		if err != nil {
			d, err = time.ParseDuration(words[0] + "s") // a bare number
		}
		if err != nil || d < 100*time.Millisecond {
			return nil, fmt.Errorf("%q is no time to wait: write 2s, 500ms or 1m", words[0])
		}
		w.every, words = d, words[1:]
	}
	w.until = strings.Join(words, " ")
	for i, word := range words {
		name, value, given := strings.Cut(word, "=")
		switch {
		case name == "change" && !given:
			w.change = true
		case name == "exit" && !given:
			code := -1
			w.exit = &code
		case name == "exit":
			code, err := strconv.Atoi(value)
			if err != nil || code < 0 {
				return nil, fmt.Errorf("exit=%s: an exit code is a number", value)
			}
			w.exit = &code
		case name == "match" && given:
			// The rest is the expression, blanks and all.
			expr := strings.Join(append([]string{value}, words[i+1:]...), " ")
			re, err := regexp.Compile(expr)
			if err != nil {
				re = regexp.MustCompile(regexp.QuoteMeta(expr))
			}
			w.match = re
			return w, nil
		default:
			return nil, fmt.Errorf("%q ends no watch: it is change, exit, exit=CODE or match=EXPRESSION", word)
		}
	}
	return w, nil
}

// text is the watch as it would be typed.
func (w *watch) text(every time.Duration) string {
	if w == nil {
		return every.String()
	}
	return strings.TrimSpace(w.every.String() + " " + w.until)
}

// setWatch begins, changes or ends the watch of the shown card.
func (m *Model) setWatch(text string) tea.Cmd {
	c := m.card()
	if strings.TrimSpace(text) == "" {
		m.field, c.watch = fieldNone, nil
		return nil
	}
	w, err := parseWatch(text, m.env.Settings.WatchInterval)
	if err != nil {
		m.wrong = err.Error()
		return nil
	}
	m.field = fieldNone
	c.watch = w
	if c.state != done {
		return nil
	}
	w.take(c.run)
	w.next = m.env.Now().Add(w.every)
	return m.watchTimer(c)
}

// watchTimer wakes the screen when the next run is due; the root's seconds are
// too coarse for that.
func (m *Model) watchTimer(c *card) tea.Cmd {
	w := c.watch
	return tea.Tick(max(w.next.Sub(m.env.Now()), time.Millisecond), func(time.Time) tea.Msg {
		return dueMsg{Answer: models.To(m), card: c, watch: w, at: w.next}
	})
}

// dueMsg says that a watched command is to run again.
type dueMsg struct {
	models.Answer
	card  *card
	watch *watch
	at    time.Time
}

func (m *Model) due(msg dueMsg) tea.Cmd {
	c := msg.card
	if c.watch != msg.watch || c.state != done || !msg.at.Equal(c.watch.next) {
		return nil
	}
	return m.watchAgain(c)
}

// watchAgain runs the command again on the same card. The output before stays in
// view until the new one is whole.
func (m *Model) watchAgain(c *card) tea.Cmd {
	if m.refuses() {
		c.watch = nil
		return nil
	}
	c.run.release(m.env.Go)
	c.watch.next = m.env.Now().Add(c.watch.every)
	c.began = m.env.Now()
	return m.startRun(c)
}

// lines are the lines of a run's output, as far as they are compared.
func watchedLines(r *run) []string {
	if r == nil || r.output == nil {
		return nil
	}
	lines, _ := r.output.Lines(0, watchLines)
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = string(l.Text())
	}
	return out
}

// take remembers the output that the next is compared with.
func (w *watch) take(r *run) {
	w.before = watchedLines(r)
	w.runs++
}

// watchEnded compares a watched command's output with the one before, shows it,
// and goes on or says why it does not.
func (m *Model) watchEnded(c *card) tea.Cmd {
	w := c.watch
	if w == nil {
		return nil
	}
	r := c.run
	before, first := w.before, w.runs == 0
	w.take(r)
	now := w.before
	changed := map[int]bool{}
	if !first {
		for i := range now {
			if i >= len(before) || before[i] != now[i] {
				changed[i] = true
			}
		}
	}
	w.changed = len(changed) + max(len(before)-len(now), 0)
	if m.shownRun() == r {
		m.showWatched(r, changed)
	}
	why := w.over(c, first, w.changed > 0, now)
	if why == "" {
		w.next = c.began.Add(w.every)
		return m.watchTimer(c)
	}
	c.watch = nil
	m.env.Wish(models.NoticeMsg{Text: "The watch of " + c.spec.line + " has ended: " + why})
	m.env.Wish(models.FinishedMsg{Text: why + ": " + c.spec.line + " in " + c.where()})
	return nil
}

// over says why the watch ends, "" if it does not.
func (w *watch) over(c *card, first, changed bool, lines []string) string {
	switch {
	case c.end.Kind == models.EndCancelled:
		return "it was cancelled"
	case w.change && !first && changed:
		return "the output has changed"
	case w.exit != nil && c.end.Known && (*w.exit == c.end.ExitCode || *w.exit == -1 && c.end.ExitCode != 0):
		return c.end.Line
	case w.match == nil:
		return ""
	}
	for _, line := range lines {
		if w.match.MatchString(line) {
			return fmt.Sprintf("%q is in the output", w.match)
		}
	}
	return ""
}

// showWatched shows a whole run, its changed lines told by sign and colour. The
// place in the text stays.
func (m *Model) showWatched(r *run, changed map[int]bool) {
	m.out.SetFollow(false)
	lines, _ := r.output.Lines(0, watchLines)
	out := make([]textview.Line, 0, len(lines))
	for i, l := range lines {
		if m.leftOut(l) {
			continue
		}
		line := drawn(l.Stream, l.Text())
		if changed[i] {
			line.Gutter, line.GutterRole = "▌", themes.Accent
			line.Spans = []themes.Span{{Start: 0, End: len(line.Text), Role: themes.Match}}
			line.SGR = false
		}
		out = append(out, line)
	}
	r.view.closed = true
	m.out.UpdateLines(out)
}
