// Package editor is a text editor for manifests: a buffer with undo, selection,
// search and marks for problems. It knows no YAML beyond where to indent; colours
// come from a [Highlighter], problems from whoever checks the text.
package editor

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"podium/themes"
)

// Highlighter colours a line of text. state is what the line before returned, 0
// for the first line.
type Highlighter func(line string, state uint64) (spans []themes.Span, next uint64)

// Severity says how bad a problem is.
type Severity uint8

// The severities.
const (
	SeverityError Severity = iota
	SeverityWarning
)

// Mark is a problem in the text. Lines and columns count from 1, columns in
// characters (Unicode code points). Col 0 means the whole line, EndCol 0 up to
// the end of the word.
type Mark struct {
	Line, Col, EndCol int
	Severity          Severity
	Message           string
}

// Editor is the widget. It is used from Update and View only.
type Editor struct {
	Keys KeyMap
	// OnCopy is called with text that was copied or cut; nil keeps it inside.
	OnCopy func(text string) tea.Cmd
}

// KeyMap holds the keys of an editor.
type KeyMap struct {
	Up, Down, Left, Right, WordLeft, WordRight, Home, End                   key.Binding
	PageUp, PageDown, Top, Bottom                                           key.Binding
	SelectUp, SelectDown, SelectLeft, SelectRight                           key.Binding
	SelectWordLeft, SelectWordRight, SelectHome, SelectEnd, SelectAll       key.Binding
	Newline, Backspace, Delete, DeleteWordLeft, DeleteWordRight, DeleteLine key.Binding
	Indent, Outdent, Undo, Redo, Cut, Copy, Paste                           key.Binding
	Find, FindNext, FindPrev, GotoLine, NextProblem, PrevProblem            key.Binding
}

// DefaultKeyMap returns the keys of ux.md §2, editor.
func DefaultKeyMap() KeyMap { return KeyMap{} }

// New returns an empty editor with the focus.
func New(theme themes.Theme) *Editor { return &Editor{} }

// SetTheme changes the look.
func (e *Editor) SetTheme(theme themes.Theme) {}

// SetSize sets the size in cells.
func (e *Editor) SetSize(w, h int) {}

// SetFocused says whether the cursor is shown.
func (e *Editor) SetFocused(on bool) {}

// SetHighlighter sets what colours the text; nil nothing.
func (e *Editor) SetHighlighter(h Highlighter) {}

// SetText replaces everything and forgets undo; the text counts as unchanged.
func (e *Editor) SetText(text string) {}

// Text returns the text, lines joined by "\n".
func (e *Editor) Text() string { return "" }

// Revision changes with every change of the text, so that late answers about an
// older text can be told.
func (e *Editor) Revision() uint64 { return 0 }

// Dirty says whether the text differs from the one set or last marked clean.
func (e *Editor) Dirty() bool { return false }

// MarkClean says that the present text is saved.
func (e *Editor) MarkClean() {}

// Insert puts text at the cursor in place of the selection, as one step of undo.
// It is an error, and changes nothing, if the text would exceed MaxBytes.
func (e *Editor) Insert(text string) error { return nil }

// ReplaceRange replaces text between two places (line and column from 1), as one step.
func (e *Editor) ReplaceRange(line, col, endLine, endCol int, text string) error { return nil }

// ReplaceAll replaces the whole text as one step that undo takes back.
func (e *Editor) ReplaceAll(text string) error { return nil }

// Position is the cursor's line and column, from 1, in characters.
func (e *Editor) Position() (line, col int) { return 1, 1 }

// Goto moves the cursor, to the nearest place that exists.
func (e *Editor) Goto(line, col int) {}

// CurrentLine is the text of the cursor's line.
func (e *Editor) CurrentLine() string { return "" }

// LineCount is the number of lines, at least 1.
func (e *Editor) LineCount() int { return 1 }

// Selection is the selected text, "" if none.
func (e *Editor) Selection() string { return "" }

// SetMarks replaces the problems. They move with the text until set again.
func (e *Editor) SetMarks(marks []Mark) {}

// Marks returns the problems where they are now.
func (e *Editor) Marks() []Mark { return nil }

// NextProblem goes to the next problem, round the end; false if there is none.
func (e *Editor) NextProblem() bool { return false }

// PrevProblem is NextProblem backwards.
func (e *Editor) PrevProblem() bool { return false }

// Problem is the worst problem of the cursor's line.
func (e *Editor) Problem() (Mark, bool) { return Mark{}, false }

// Undo takes back a step; false if there is none.
func (e *Editor) Undo() bool { return false }

// Redo does again what was taken back; false if there is none.
func (e *Editor) Redo() bool { return false }

// Typing says whether the find or go-to line is open, so that esc closes it first.
func (e *Editor) Typing() bool { return false }

// Notice is a sentence about the last key, such as a paste that was refused; ""
// if all is well.
func (e *Editor) Notice() string { return "" }

// Update handles keys, pastes, clicks and the wheel.
func (e *Editor) Update(msg tea.Msg) tea.Cmd { return nil }

// Handle is Update that says whether the message meant something to the editor.
func (e *Editor) Handle(msg tea.Msg) (cmd tea.Cmd, handled bool) { return nil, false }

// Cursor is the cell of the hardware cursor; false when it is out of view.
func (e *Editor) Cursor() (x, y int, ok bool) { return 0, 0, false }

// View draws exactly the size set.
func (e *Editor) View() string { return "" }
