package ui

import (
	"strings"
	"time"

	"charm.land/bubbles/v2/key"

	"podium/internal/safetext"
	"podium/models"
	"podium/themes"
)

// footer is the bar below the screens: a notice while there is one, else the
// keys that work right now.
func (r *root) footer(cols int) string {
	th := r.env.Theme
	if r.leader.pending {
		return bar(th, []span{{text: r.keys.Leader.Help().Key + " …", role: themes.KeyHint}},
			[]span{{text: "? what works", role: themes.BarMuted, rank: 1}}, cols)
	}
	if n, ok := r.notices.current(); ok {
		var right []span
		if n.level == models.LevelError {
			right = []span{{text: logHint, role: themes.BarMuted, rank: 1}}
		}
		lines := r.noticeLines(n)
		return bar(th, []span{{text: lines[len(lines)-1], role: noticeRoles[n.level]}}, right, cols)
	}
	return r.hints(cols)
}

var noticeRoles = [...]themes.Role{themes.Notice, themes.NoticeWarning, themes.NoticeError}

// logHint stands beside an error.
const logHint = "! log"

// noticeRows is how many lines a notice takes at most.
const noticeRows = 4

// noticeLines are the lines of a notice, the last one for the footer itself. Where
// somebody types, and over dialogs, there is only that one.
func (r *root) noticeLines(n notice) []string {
	room, cols := 1, r.cols-2*edge
	if len(r.layers) == 0 && !r.typing() && !r.grabbed() {
		room = max(min(noticeRows, r.rows/5), 1)
	}
	if n.level == models.LevelError {
		cols -= len(logHint) + 1
	}
	lines := safetext.Wrap(n.text, max(cols, 1))
	if len(lines) > room {
		lines[room-1] = safetext.Truncate(strings.Join(lines[room-1:], " "), max(cols, 0))
		lines = lines[:room]
	}
	return lines
}

// noticeAbove is what of a notice has no room in the footer, "" for nothing.
func (r *root) noticeAbove() string {
	n, ok := r.notices.current()
	if !ok || r.leader.pending || r.rows < 2 {
		return ""
	}
	lines := r.noticeLines(n)
	var out []string
	for _, l := range lines[:len(lines)-1] {
		out = append(out, bar(r.env.Theme, []span{{text: l, role: noticeRoles[n.level]}}, nil, r.cols))
	}
	return strings.Join(out, "\n")
}

// hints are the short help of who gets the keys, as much as there is room for,
// and the way to the rest at the end.
func (r *root) hints(cols int) string {
	th := r.env.Theme
	var always []key.Binding
	switch {
	case len(r.layers) > 0:
	case r.grabbed():
		always = []key.Binding{r.wayOut()}
	case r.env.ReadOnly && r.lockKey().Enabled() && !r.typing():
		always = []key.Binding{r.lockKey(), r.keys.Help}
	default:
		always = []key.Binding{r.helpKey()}
	}
	room := cols - 2*edge
	tail := ""
	for i, b := range always {
		if i > 0 {
			tail += th.Paint(themes.Bar, "  ")
			room -= 2
		}
		tail += paintHint(th, b)
		room -= hintWidth(b)
	}
	var line strings.Builder
	line.WriteString(th.Paint(themes.Bar, " "))
	used := 0
	for _, b := range r.active().Keys().ShortHelp() {
		if !b.Enabled() || b.Help().Key == "" {
			continue
		}
		w := hintWidth(b) + 2
		if used+w > room {
			break
		}
		line.WriteString(paintHint(th, b))
		line.WriteString(th.Paint(themes.Bar, "  "))
		used += w
	}
	if room < 0 {
		return paintLine(th, themes.Bar, "", cols)
	}
	line.WriteString(th.Paint(themes.Bar, strings.Repeat(" ", room-used)))
	line.WriteString(tail)
	line.WriteString(th.Paint(themes.Bar, " "))
	return line.String()
}

// wayOut is the leader as the footer offers it under a screen that takes every
// other key.
func (r *root) wayOut() key.Binding {
	b := r.keys.Leader
	b.SetHelp(b.Help().Key, "menu, then d to leave")
	return b
}

// typing tells whether letters are text for the visible screen.
func (r *root) typing() bool {
	t, ok := r.top().(models.Typing)
	return ok && t.Typing()
}

// helpKey is the key of the help as it works right now: where letters are text,
// behind the leader.
func (r *root) helpKey() key.Binding {
	b := r.keys.Help
	if r.typing() {
		b.SetHelp(r.keys.Leader.Help().Key+" "+r.leaderKeys.Help.Help().Key, b.Help().Desc)
	}
	return b
}

// grabbed tells whether the visible screen takes every key.
func (r *root) grabbed() bool {
	g, ok := r.top().(models.Grabbing)
	return ok && g.Grabbing() && len(r.layers) == 0
}

func paintHint(th themes.Theme, b key.Binding) string {
	h := b.Help()
	return th.PaintOn(themes.KeyHint, themes.Bar, h.Key) + th.Paint(themes.Bar, " ") +
		th.PaintOn(themes.KeyDesc, themes.Bar, h.Desc)
}

func hintWidth(b key.Binding) int {
	h := b.Help()
	return safetext.Width(h.Key) + 1 + safetext.Width(h.Desc)
}

// clickBar handles a click on the header or the footer.
func (r *root) clickBar(x, y int) {
	if y == r.body().y-1 && r.tab() != nil && r.hasTabs() {
		r.clickTabs(x)
		return
	}
	if y == 0 && r.rows >= 3 && len(r.layers) == 0 {
		r.clickHeader(x)
		return
	}
	if y != r.rows-1 || r.rows < 2 {
		return
	}
	if n, ok := r.notices.current(); ok { // it lies over the keys
		r.notices.clear()
		if n.level != models.LevelInfo && len(r.layers) == 0 {
			r.openLog()
		}
		return
	}
	last := r.helpKey()
	if r.grabbed() {
		last = r.wayOut()
	}
	right := r.cols - edge - hintWidth(last)
	if x >= right && len(r.layers) == 0 {
		if r.grabbed() {
			r.clickLeader()
		} else {
			r.openHelp()
		}
		return
	}
	at := edge
	for _, b := range r.active().Keys().ShortHelp() {
		if !b.Enabled() || b.Help().Key == "" {
			continue
		}
		w := hintWidth(b)
		if x >= at && x < at+w && at+w < right {
			r.runBinding(b)
			return
		}
		at += w + 2
	}
}

// runBinding does what pressing the binding's key does.
func (r *root) runBinding(b key.Binding) {
	if len(b.Keys()) == 0 {
		return
	}
	if k, ok := pressOf(b.Keys()[0]); ok {
		r.press(k)
	}
}

// notice is a passing message in the footer.
type notice struct {
	level models.Level
	text  string
	until time.Time
}

// stays is how long a notice of each level is shown at least.
var stays = [...]time.Duration{4 * time.Second, 8 * time.Second, 12 * time.Second}

// settle is how long a notice stays whatever is typed.
const settle = 1500 * time.Millisecond

// notices are the passing messages, the newest shown.
type notices struct {
	shown []notice
	since time.Time
}

func (n *notices) add(now time.Time, level models.Level, text string) {
	if level < models.LevelInfo || level > models.LevelError {
		level = models.LevelError
	}
	n.shown = append(n.shown[:0], notice{level: level, text: text, until: now.Add(stays[level])})
	n.since = now
}

func (n *notices) current() (notice, bool) {
	if len(n.shown) == 0 {
		return notice{}, false
	}
	return n.shown[len(n.shown)-1], true
}

// expire forgets what was shown long enough.
func (n *notices) expire(now time.Time) {
	if c, ok := n.current(); ok && !now.Before(c.until) {
		n.shown = n.shown[:0]
	}
}

// clear forgets what is shown: the keys of a dialog matter more.
func (n *notices) clear() { n.shown = n.shown[:0] }

// seen forgets a notice that a key follows, once it could be read.
func (n *notices) seen(now time.Time) {
	if _, ok := n.current(); ok && now.Sub(n.since) >= settle {
		n.shown = n.shown[:0]
	}
}

// notify shows a notice and keeps errors and warnings in the log.
func (r *root) notify(n models.NoticeMsg) {
	text := safetext.Line(strings.TrimSpace(n.Text), 400)
	if !n.Quiet {
		r.notices.add(r.env.Now(), n.Level, text)
	}
	if n.Level != models.LevelInfo {
		r.log.add(r.env.Now(), n.Level, n.Text)
		r.logGrew()
	}
}
