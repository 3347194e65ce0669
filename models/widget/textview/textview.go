// Package textview shows long text: YAML, logs, descriptions. It scrolls, wraps,
// follows its end and searches, and draws only what is visible, so that a hundred
// thousand lines cost no more than a hundred. It is no terminal: of control
// sequences it keeps colours at most.
package textview

import (
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"podium/internal/safetext"
	"podium/models/widget/input"
	"podium/themes"
)

const (
	// lineLimit is the number of cells of a line that can be scrolled to; the
	// rest of a longer line is there for searching and copying only.
	lineLimit = 1 << 14
	// shapeLimit bounds the characters of lines that are kept laid out.
	shapeLimit = 1 << 20
	// byteLimit bounds the text kept; the oldest lines go first.
	byteLimit = 64 << 20
)

// Line is one line of text. Text may come from outside: it is made harmless
// before it is drawn.
type Line struct {
	Text string
	Role themes.Role // of the text, where no span says otherwise
	// Gutter is drawn before the text and neither scrolled nor wrapped; "" for
	// none. All gutters are as wide as the widest.
	Gutter     string
	GutterRole themes.Role
	// SGR keeps the colours that the text brings; Spans are ignored then.
	SGR   bool
	Spans []themes.Span // in bytes of Text, in order, apart
}

// Highlighter colours a line of text. state is what the line before returned, 0
// for the first line.
type Highlighter func(line string, state uint64) (spans []themes.Span, next uint64)

// View is the widget. It is used from one goroutine, as Bubble Tea's Update and
// View are.
type View struct {
	// Keys may be changed at any time.
	Keys KeyMap
	// LineKeys are those of the line that is searched for; they may be changed too.
	LineKeys input.KeyMap
	// OnCopy and OnSave are called with the text of the view, as Text gives it,
	// when the user asks; while one is nil its key means nothing.
	OnCopy, OnSave func(text string) tea.Cmd

	theme themes.Theme
	w, h  int
	empty string

	buf     []Line // lines are buf[head:]
	head    int
	bytes   int
	limit   int // lines kept, 0 for all
	dropped int
	gutter  int // cells, with the gap behind; 0 for none

	mark      Finder // what is marked where nothing is searched for
	highlight Highlighter
	states    []uint64 // states[i] is the state before line i, as far as known

	top    place
	left   int // cells, where lines are not wrapped
	wrap   bool
	follow bool
	mayTop bool // the view follows when it is sent to its end

	search search
	shapes map[int]*shape // visible lines taken apart, by index from the beginning of time
	shaped int            // characters in them

	view  string
	fresh bool
}

// place is a row on the screen: a line and, where it is wrapped, the row of it.
type place struct{ line, row int }

// New returns an empty view that keeps at most maxLines lines, the oldest going
// first; 0 keeps all. More than 64 MB of text is never kept.
func New(theme themes.Theme, maxLines int) *View {
	return &View{Keys: DefaultKeyMap(), LineKeys: input.DefaultKeyMap(), theme: theme, limit: maxLines, shapes: map[int]*shape{}}
}

// SetTheme changes the look.
func (v *View) SetTheme(theme themes.Theme) {
	v.theme, v.fresh = theme, false
}

// SetSize sets the size in cells. Sizes below 0 count as 0.
func (v *View) SetSize(w, h int) {
	w, h = max(w, 0), max(h, 0)
	if w == v.w && h == v.h {
		return
	}
	if w != v.w {
		v.top.row = 0
	}
	v.w, v.h = w, h
	v.reshape()
	v.settle()
}

// SetText replaces the content by text, split at line ends ("\n" or "\r\n"), and
// goes to the top unless the view follows.
func (v *View) SetText(text string) {
	lines := make([]Line, 0, strings.Count(text, "\n")+1)
	for rest := text; rest != ""; {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		lines = append(lines, Line{Text: strings.TrimSuffix(l, "\r")})
	}
	v.SetLines(lines)
}

// SetLines replaces the content, which it copies, and goes to the top unless the
// view follows.
func (v *View) SetLines(lines []Line) {
	v.buf, v.head, v.bytes, v.dropped, v.gutter = nil, 0, 0, 0, 0
	v.states = v.states[:0]
	v.top, v.left = place{}, 0
	v.search.at = match{}
	v.reshape()
	v.Append(lines...)
}

// UpdateLines replaces the content and stays where the view is scrolled to, for a
// text that is shown again with small changes.
func (v *View) UpdateLines(lines []Line) {
	top, left, at := v.top, v.left, v.search.at
	v.SetLines(lines)
	if !v.follow {
		v.top, v.left, v.search.at = top, left, at
		v.settle()
	}
}

// Append adds lines at the end. The text in view stays where it is, unless the
// view follows or its lines had to go.
func (v *View) Append(lines ...Line) {
	for i := range lines {
		v.bytes += len(lines[i].Text)
		if g := lines[i].Gutter; g != "" {
			if w := safetext.Width(safetext.Clean(g)) + 1; w > v.gutter {
				v.gutter = w
				v.reshape()
			}
		}
	}
	v.buf = append(v.buf, lines...)
	v.drop()
	v.settle()
}

// DropLast takes the last n lines away, all if there are fewer: for lines that
// have grown and are added anew.
func (v *View) DropLast(n int) {
	n = min(n, v.Lines())
	if n <= 0 {
		return
	}
	from := len(v.buf) - n
	for i := range v.buf[from:] {
		v.bytes -= len(v.buf[from+i].Text)
		v.buf[from+i] = Line{}
	}
	v.buf = v.buf[:from]
	v.states = v.states[:min(len(v.states), v.Lines())]
	if v.search.at.line >= v.Lines() {
		v.search.at = match{}
	}
	v.reshape()
}

// drop lets the oldest lines go until the bounds are kept.
func (v *View) drop() {
	n := 0
	for kept := len(v.buf) - v.head; n < kept-1; n++ {
		if (v.limit <= 0 || kept-n <= v.limit) && v.bytes <= byteLimit {
			break
		}
		v.bytes -= len(v.buf[v.head+n].Text)
		v.buf[v.head+n] = Line{}
	}
	if n == 0 {
		return
	}
	v.head += n
	v.dropped += n
	v.states = v.states[:0]
	v.top.line -= n
	if v.top.line < 0 {
		v.top = place{}
	}
	v.search.at.line -= n
	if v.search.at.line < 0 {
		v.search.at = match{}
	}
	if v.head > 1024 && v.head > len(v.buf)/2 {
		v.buf = append([]Line(nil), v.buf[v.head:]...)
		v.head = 0
	}
}

// line is line i of those kept.
func (v *View) line(i int) *Line { return &v.buf[v.head+i] }

// Lines is the number of lines kept.
func (v *View) Lines() int { return len(v.buf) - v.head }

// Dropped is the number of lines that went to keep the bounds.
func (v *View) Dropped() int { return v.dropped }

// Text is the whole text kept, lines ended by "\n", without escape sequences. It
// is made at each call.
func (v *View) Text() string {
	var b strings.Builder
	b.Grow(v.bytes + v.Lines())
	for i := range v.Lines() {
		text := v.line(i).Text
		if strings.ContainsAny(text, "\x1b\u009b\u009d") {
			text = ansi.Strip(text)
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return b.String()
}

// SetMark marks what a finder finds, as the matches of a search are marked, while
// nothing is searched for; nil ends that.
func (v *View) SetMark(find Finder) {
	v.mark, v.fresh = find, false
}

// SetHighlighter colours lines that have no spans of their own; nil takes the
// colours away.
func (v *View) SetHighlighter(h Highlighter) {
	v.highlight = h
	v.states = v.states[:0]
	v.reshape()
}

// SetWrap says whether long lines are wrapped; otherwise they are scrolled to.
func (v *View) SetWrap(on bool) {
	if v.wrap == on {
		return
	}
	v.wrap, v.left, v.top.row = on, 0, 0
	v.reshape()
	v.settle()
}

// Wrap says whether long lines are wrapped.
func (v *View) Wrap() bool { return v.wrap }

// SetFollow says whether the end stays in view as lines come. Scrolling up ends
// following; going to the end, or the key for it, takes it up again.
func (v *View) SetFollow(on bool) {
	v.follow = on
	v.mayTop = v.mayTop || on
	v.settle()
}

// SetEmpty sets what an empty view says.
func (v *View) SetEmpty(text string) { v.empty, v.fresh = text, false }

// reshape forgets how lines are laid out.
func (v *View) reshape() {
	clear(v.shapes)
	v.shaped, v.fresh = 0, false
}
