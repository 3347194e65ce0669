package command

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/internal/fanout"
	"podium/internal/safetext"
	"podium/models"
	"podium/models/widget/textview"
	"podium/termbridge/frame"
	"podium/themes"
)

// fanMsg tells that a card of many pods has news.
type fanMsg struct {
	models.Answer
	card *card
}

// fanEvery spaces out what is grouped anew.
const fanEvery = 100 * time.Millisecond

func (m *Model) parallel() int {
	return max(m.env.Settings.CommandParallel, 1)
}

// startFan runs a card's command in all of its places.
func (m *Model) startFan(c *card) tea.Cmd {
	argv, err := c.spec.command()
	if err != nil {
		return nil // begin has checked it
	}
	c.state = running
	c.fan = fanout.Start(c.targets, fanout.Options{
		Client:   m.env.Client,
		Config:   api.ExecConfig{AttachStdout: true, AttachStderr: true, Cmd: argv},
		Parallel: m.parallel(), Now: m.env.Now, Go: m.env.Go,
		Temp: tempOf(m.env.Store), Whole: m.env.Settings.CommandSpill,
	})
	c.done = fanout.Progress{Targets: len(c.targets), Waiting: len(c.targets)}
	m.add(c)
	return m.waitFan(c, 0)
}

// waitFan is the one command in flight per card of many.
func (m *Model) waitFan(c *card, pause time.Duration) tea.Cmd {
	fan := c.fan
	return func() tea.Msg {
		if pause > 0 {
			select {
			case <-time.After(pause):
			case <-fan.Done():
			}
		}
		select {
		case <-fan.Changed():
		case <-fan.Done():
		}
		return fanMsg{Answer: models.To(m), card: c}
	}
}

// fanChanged groups what there is now. The selected group stays selected.
func (m *Model) fanChanged(c *card) tea.Cmd {
	ended := false
	select {
	case <-c.fan.Done():
		ended = true
	default:
	}
	var selected *fanout.Outcome
	shown := m.card() == c
	if shown && m.group < len(c.groups) && (m.moved || m.page != pageGroups) {
		selected = c.groups[m.group].First()
	}
	before := len(c.done.Outcomes)
	c.done = c.fan.Progress()
	if len(c.done.Outcomes) != before {
		c.groups = fanout.Groups(c.done.Outcomes)
	}
	if shown && selected != nil {
		m.group = groupOf(c.groups, selected)
	}
	if ended {
		c.state, c.took = done, m.env.Now().Sub(c.began)
		c.end = models.End{Kind: models.EndExited, OK: c.failed() == 0, Line: c.progress()}
		m.tell(c, c.progress(), !c.end.OK)
	}
	if shown {
		m.layout()
		if m.page == pageOutput && len(c.done.Outcomes) != before {
			m.fillFan(c)
		}
	}
	if ended {
		return nil
	}
	return m.waitFan(c, fanEvery)
}

// groupOf is the group that holds an outcome.
func groupOf(groups []fanout.Group, o *fanout.Outcome) int {
	for i, g := range groups {
		for _, other := range g.Outcomes {
			if other == o {
				return i
			}
		}
	}
	return 0
}

// fanKey handles the keys that only a card of many pods has.
func (m *Model) fanKey(c *card, msg tea.KeyPressMsg) tea.Cmd {
	k := m.keys
	switch {
	case key.Matches(msg, k.AgainFailed):
		var again []fanout.Target
		for _, g := range c.groups {
			for _, o := range g.Outcomes {
				if g.Failed {
					again = append(again, o.Target)
				}
			}
		}
		if len(again) == 0 {
			m.env.Wish(models.NoticeMsg{Text: "It has not failed anywhere"})
		}
		return m.rerun(c, again)
	case key.Matches(msg, k.Diff) && len(c.groups) > 0:
		m.page = pageDiff
		m.layout()
		m.fillFan(c)
	case m.page != pageGroups:
		return m.podKey(c, msg)
	case key.Matches(msg, k.NextGroup):
		m.selectGroup(c, m.group+1)
	case key.Matches(msg, k.PreviousGroup):
		m.selectGroup(c, m.group-1)
	case key.Matches(msg, m.out.Keys.Top):
		m.selectGroup(c, 0)
	case key.Matches(msg, m.out.Keys.Bottom):
		m.selectGroup(c, len(c.groups)-1)
	case key.Matches(msg, k.Open):
		m.openGroup(c)
	case key.Matches(msg, m.out.Keys.Save), key.Matches(msg, m.out.Keys.Copy):
		m.out.SetLines(m.everything(c))
		return m.out.Update(msg)
	}
	return nil
}

// podKey handles the keys of an opened group.
func (m *Model) podKey(c *card, msg tea.KeyPressMsg) tea.Cmd {
	o := m.openPod(c)
	switch k := m.keys; {
	case o == nil || m.out.Typing():
		return m.out.Update(msg)
	case key.Matches(msg, k.NextPod):
		m.pod = (m.pod + 1) % len(c.groups[m.group].Outcomes)
	case key.Matches(msg, k.PreviousPod):
		m.pod = (m.pod + len(c.groups[m.group].Outcomes) - 1) % len(c.groups[m.group].Outcomes)
	case key.Matches(msg, k.Inspect):
		m.env.Wish(models.InspectMsg{Ref: o.Ref})
	default:
		return m.out.Update(msg)
	}
	return nil
}

// openPod is the pod of the open group that is told of, nil where none is open.
func (m *Model) openPod(c *card) *fanout.Outcome {
	if c.fan == nil || m.page == pageGroups || m.group >= len(c.groups) {
		return nil
	}
	all := c.groups[m.group].Outcomes
	return all[min(m.pod, len(all)-1)]
}

// podLine tells of one pod of the open group.
func (m *Model) podLine(c *card, o *fanout.Outcome) string {
	where := o.Ref.Name
	if o.Container != "" {
		where += "/" + o.Container
	}
	parts := []string{where, o.End.Line, o.Took.Round(time.Millisecond).String(), "at " + o.Began.Format("15:04:05")}
	if o.Started {
		parts = append(parts, fmt.Sprintf("stdout %s, stderr %s", size(o.Totals.Stdout), size(o.Totals.Stderr)))
	}
	text := fmt.Sprintf("%d/%d  ", min(m.pod, len(c.groups[m.group].Outcomes)-1)+1, len(c.groups[m.group].Outcomes))
	return safetext.Line(text+strings.Join(parts, " · "), m.cols)
}

// selectGroup selects a group, the nearest there is.
func (m *Model) selectGroup(c *card, i int) {
	m.moved = true
	m.group = max(min(i, len(c.groups)-1), 0)
}

// openGroup shows the output of the selected group.
func (m *Model) openGroup(c *card) {
	if m.group < len(c.groups) {
		m.page, m.pod = pageOutput, 0
		m.layout()
		m.fillFan(c)
	}
}

// mouseGroup selects the group that is clicked on, and opens it when it is
// already; the wheel moves the selection.
func (m *Model) mouseGroup(c *card, msg tea.Msg) {
	switch msg := msg.(type) {
	case tea.MouseWheelMsg:
		switch msg.Button {
		case tea.MouseWheelUp:
			m.selectGroup(c, m.group-1)
		case tea.MouseWheelDown:
			m.selectGroup(c, m.group+1)
		default:
		}
	case tea.MouseClickMsg:
		above := len(m.head())
		at := m.firstGroup(c, m.rows-above) + (msg.Y-above)/groupHeight
		switch {
		case msg.Button != tea.MouseLeft || msg.Y < above || at >= len(c.groups):
		case at == m.group:
			m.openGroup(c)
		default:
			m.selectGroup(c, at)
		}
	}
}

// Names of a group's pods: a few over its output, and all of them, up to a bound,
// below it.
const (
	namesAbove = 12
	namesBelow = 2000
)

// fillFan puts the opened group, or what it differs in, into the view.
func (m *Model) fillFan(c *card) {
	if m.group >= len(c.groups) {
		m.out.SetLines(nil)
		return
	}
	g := &c.groups[m.group]
	m.out.SetFollow(false)
	switch m.page {
	case pageDiff:
		m.out.SetLines(m.diffLines(c, g))
	case pageOutput:
		lines := append(m.headLines(g), m.textLines(g.First().Text)...)
		if len(g.Outcomes) > namesAbove {
			lines = append(lines, textview.Line{}, note("all of these pods:"))
			lines = append(lines, m.wrapped(themes.Text, names(g, namesBelow))...)
		}
		m.out.SetLines(lines)
	case pageGroups:
	}
}

// headLines say which pods a group has.
func (m *Model) headLines(g *fanout.Group) []textview.Line {
	out := m.wrapped(themes.Strong, models.Count(len(g.Outcomes), "pod")+": "+names(g, namesAbove))
	if more := g.First().End.More; more != "" {
		out = append(out, m.wrapped(themes.Text, more)...)
	}
	return append(out, textview.Line{})
}

// names are those of a group's first pods.
func names(g *fanout.Group, most int) string {
	some := make([]string, 0, min(len(g.Outcomes), most))
	for _, o := range g.Outcomes[:cap(some)] {
		some = append(some, o.Ref.Name)
	}
	text := strings.Join(some, " ")
	if more := len(g.Outcomes) - len(some); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// wrapped is a text in lines as wide as the view.
func (m *Model) wrapped(role themes.Role, text string) []textview.Line {
	var out []textview.Line
	for _, line := range safetext.Wrap(text, max(m.cols-2, 8)) {
		out = append(out, textview.Line{Text: line, Role: role})
	}
	return out
}

// diffLines are what a group has other than the largest.
func (m *Model) diffLines(c *card, g *fanout.Group) []textview.Line {
	most := &c.groups[fanout.Largest(c.groups)]
	if most == g {
		return append(m.headLines(g), note("most are like this: choose another group to see what it has other than these"))
	}
	diff := fanout.Diff(most, g)
	lines := m.headLines(g)
	if diff == "" {
		return append(lines, note("the output is the same as that of most; how it ended is not"))
	}
	for text := range strings.Lines(diff) {
		text = strings.TrimSuffix(text, "\n")
		role := themes.Text
		switch {
		case strings.HasPrefix(text, "---"), strings.HasPrefix(text, "+++"), strings.HasPrefix(text, "@@"):
			role = themes.Muted
		case strings.HasPrefix(text, "+"):
			role = themes.Added
		case strings.HasPrefix(text, "-"):
			role = themes.Removed
		}
		lines = append(lines, textview.Line{Text: text, Role: role})
	}
	return lines
}

// everything is all groups one after the other, to be copied or saved.
func (m *Model) everything(c *card) []textview.Line {
	var out []textview.Line
	for i := range c.groups {
		g := &c.groups[i]
		out = append(out, textview.Line{Text: "── " + g.First().End.Line, Role: themes.Strong})
		out = append(out, m.headLines(g)...)
		out = append(out, m.textLines(g.First().Text)...)
		out = append(out, textview.Line{})
	}
	return out
}

// groupHeight is how many rows a group takes.
const groupHeight = 2

// firstGroup is the first group that is in view, so that the selected one is.
func (m *Model) firstGroup(c *card, rows int) int {
	fit := rows / groupHeight
	return min(max(m.group-fit/2, 0), max(len(c.groups)-fit, 0))
}

// groupRows are the groups, a line each and their first line of output.
func (m *Model) groupRows(c *card, rows int) []string {
	if len(c.groups) == 0 {
		return []string{m.theme.Paint(themes.Muted, safetext.Line("nothing has ended yet", m.cols))}
	}
	var out []string
	for i := m.firstGroup(c, rows); i < len(c.groups) && len(out)+1 <= rows; i++ {
		g := &c.groups[i]
		role, mark := themes.OK, "  "
		switch k := g.First().End.Kind; {
		case k == models.EndCancelled:
			role = themes.Unknown
		case g.Failed:
			role = themes.Error
		}
		if i == m.group {
			mark = "> "
		}
		count := fmt.Sprintf("%4d", len(g.Outcomes))
		end := safetext.Line(g.First().End.Line, max(m.cols/2, 10))
		rest := names(g, 8)
		line := m.theme.Paint(themes.Strong, mark+count) + " " + m.theme.Paint(role, end) + "  "
		line += safetext.Line(rest, max(m.cols-safetext.Width(line), 0))
		if i == m.group {
			line = m.theme.Paint(themes.Selected, safetext.Fit(safetext.Line(mark+count+" "+g.First().End.Line+"  "+rest, m.cols), m.cols))
		}
		out = append(out, line, m.theme.Paint(themes.Muted, "       "+m.sample(g)))
	}
	return out
}

// sample is the line that tells most of a group's output: of those that failed
// the last of standard error, else the first.
func (m *Model) sample(g *fanout.Group) string {
	o := g.First()
	text := "no output"
	switch {
	case !o.Started:
		text = o.End.More
	case o.Text != nil && len(o.Text.Lines) > 0:
		at := slices.IndexFunc(o.Text.Lines, func(l fanout.Line) bool { return l.Stream == frame.Stdout })
		for i, l := range o.Text.Lines {
			if l.Stream == frame.Stderr && (g.Failed || at < 0) {
				at = i
			}
		}
		text = o.Text.Lines[at].Shown()
		if n := len(o.Text.Lines); n > 1 {
			text += fmt.Sprintf("  (%d lines)", n)
		}
	}
	return safetext.Line(text, max(m.cols-7, 0))
}
