// Package editor is a text editor for manifests: a buffer with undo, selection,
// search and marks for problems. It knows no YAML beyond where to indent; colours
// come from a [Highlighter], problems from whoever checks the text. It reads and
// writes no files.
package editor

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/models/widget/input"
	"podium/themes"
)

const (
	// MaxBytes bounds the text: what would make it larger is refused.
	MaxBytes = 10 << 20
	// Indentation is the number of spaces of a step.
	Indentation = 2
	// lineLimit is the number of cells of a line that are drawn.
	lineLimit = 1 << 16
)

// Highlighter colours a line of text. state is what the line before returned, 0
// for the first line. Spans are in order and apart.
type Highlighter func(line string, state uint64) (spans []themes.Span, next uint64)

// pos is a place in the text: a line from 0, and a byte of it that begins a
// character.
type pos struct{ line, col int }

func (p pos) before(q pos) bool { return p.line < q.line || p.line == q.line && p.col < q.col }

// Editor is the widget. It is used from one goroutine, as Bubble Tea's Update and
// View are.
type Editor struct {
	// Keys may be changed at any time.
	Keys KeyMap
	// LineKeys are those of the line at the bottom; they may be changed too.
	LineKeys input.KeyMap
	// OnCopy is called with text that was copied or cut; it stays in the editor's
	// own clipboard in any case.
	OnCopy func(text string) tea.Cmd
	// OnPaste is asked by the paste key when nothing was copied in the editor: it
	// may bring text from elsewhere by a tea.PasteMsg. It may be nil.
	OnPaste func() tea.Cmd
	// Now tells the time, for double clicks; nil for none of them.
	Now func() time.Time

	theme   themes.Theme
	w, h    int
	focused bool

	lines    []string // at least one
	size     int      // bytes, line ends included
	revision uint64
	counter  uint64 // the highest revision given; undo goes back to lower ones
	clean    uint64 // revision that is saved
	text     string // of revision textAt
	textAt   uint64
	hasText  bool

	cur       pos
	anchor    pos // the other end of the selection
	selecting bool
	goal      int // cell that moving up and down aims at, -1 for the cursor's
	top, left int
	clipboard string
	notice    string

	history history
	marks   []Mark

	highlight Highlighter
	states    []uint64 // states before lines, as far as known

	prompt prompt
	clicks clicks

	view  string
	fresh bool
}

// New returns an empty editor with the focus.
func New(theme themes.Theme) *Editor {
	return &Editor{Keys: DefaultKeyMap(), LineKeys: input.DefaultKeyMap(), theme: theme, focused: true, lines: []string{""}, goal: -1}
}

// SetTheme changes the look.
func (e *Editor) SetTheme(theme themes.Theme) { e.theme, e.fresh = theme, false }

// SetSize sets the size in cells. Sizes below 0 count as 0.
func (e *Editor) SetSize(w, h int) {
	e.w, e.h = max(w, 0), max(h, 0)
	e.reveal()
}

// SetFocused says whether the cursor is shown.
func (e *Editor) SetFocused(on bool) { e.focused, e.fresh = on, false }

// SetHighlighter sets what colours the text; nil for nothing.
func (e *Editor) SetHighlighter(h Highlighter) {
	e.highlight, e.states, e.fresh = h, nil, false
}

// SetText replaces everything, also text beyond MaxBytes, and forgets undo, marks
// and selection; the text counts as unchanged. "\r\n" becomes "\n".
func (e *Editor) SetText(text string) {
	text = normalize(text)
	e.lines = strings.Split(text, "\n")
	e.size = len(text)
	e.counter++
	e.revision, e.clean = e.counter, e.counter
	e.cur, e.anchor, e.selecting, e.goal = pos{}, pos{}, false, -1
	e.history = history{}
	e.marks, e.states, e.notice = nil, nil, ""
	e.reveal()
}

func normalize(text string) string {
	if strings.Contains(text, "\r") {
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	}
	return text
}

// Text returns the text, lines joined by "\n". It is made once per revision.
func (e *Editor) Text() string {
	if !e.hasText || e.textAt != e.revision {
		e.text, e.textAt, e.hasText = strings.Join(e.lines, "\n"), e.revision, true
	}
	return e.text
}

// Revision is another number after each change of the text, so that late answers
// about an older text can be told.
func (e *Editor) Revision() uint64 { return e.revision }

// Dirty says whether the text was changed since it was set or marked clean.
func (e *Editor) Dirty() bool { return e.revision != e.clean }

// MarkClean says that the present text is saved.
func (e *Editor) MarkClean() { e.clean = e.revision }

// Size is the length of Text in bytes, known without making it.
func (e *Editor) Size() int { return e.size }

// LineCount is the number of lines, at least 1.
func (e *Editor) LineCount() int { return len(e.lines) }

// Notice is a sentence about the last message, such as that a paste was refused;
// "" if all is well.
func (e *Editor) Notice() string { return e.notice }

// ClearNotice forgets it: something else is to be said.
func (e *Editor) ClearNotice() { e.notice = "" }

// Selection is the selected text, "" if none.
func (e *Editor) Selection() string {
	from, to, ok := e.selection()
	if !ok {
		return ""
	}
	return e.slice(from, to)
}

// selection returns the ends of the selection in order.
func (e *Editor) selection() (from, to pos, ok bool) {
	if !e.selecting || e.anchor == e.cur {
		return e.cur, e.cur, false
	}
	if e.anchor.before(e.cur) {
		return e.anchor, e.cur, true
	}
	return e.cur, e.anchor, true
}

// slice is the text between two places.
func (e *Editor) slice(from, to pos) string {
	if from.line == to.line {
		return e.lines[from.line][from.col:to.col]
	}
	var b strings.Builder
	b.WriteString(e.lines[from.line][from.col:])
	for _, l := range e.lines[from.line+1 : to.line] {
		b.WriteByte('\n')
		b.WriteString(l)
	}
	b.WriteByte('\n')
	b.WriteString(e.lines[to.line][:to.col])
	return b.String()
}
