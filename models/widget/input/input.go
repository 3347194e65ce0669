// Package input is one line of text that is typed: the filter of a list, the
// line of the palette. It edits and draws; what the text means is its owner's.
package input

import (
	"slices"
	"strings"
	"unicode"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/rivo/uniseg"

	"podium/internal/safetext"
)

// Limit is how many bytes a line takes; more typed or pasted is dropped.
const Limit = 4096

// defaults are the keys of a line that has none of its own.
var defaults = DefaultKeyMap()

// Line is the widget. It is used from Update and View only. The zero value is
// an empty line.
type Line struct {
	Keys *KeyMap // those of the owner, nil for the usual ones

	clusters []string // grapheme clusters: what one key of movement passes
	at       int      // the cursor is before this one
}

// Value is the text.
func (l *Line) Value() string { return strings.Join(l.clusters, "") }

// Set replaces the text and puts the cursor at its end. Line ends become
// blanks, other control characters are dropped.
func (l *Line) Set(text string) {
	l.clusters = split(text, Limit)
	l.at = len(l.clusters)
}

// Insert puts text before the cursor, as typing and pasting do.
func (l *Line) Insert(text string) {
	room := Limit - len(l.Value())
	parts := split(text, room)
	l.clusters = slices.Insert(l.clusters, l.at, parts...)
	l.at += len(parts)
	// What was typed may join the cluster before it: a combining accent.
	before := strings.Join(l.clusters[:l.at], "")
	after := l.clusters[l.at:]
	head := split(before, Limit)
	l.clusters = append(head, after...)
	l.at = len(head)
}

// Before is the text before the cursor.
func (l *Line) Before() string { return strings.Join(l.clusters[:l.at], "") }

// ReplaceBefore puts text in place of the last n bytes before the cursor, as
// completing does. Of a cluster of which n counts a part, all is replaced.
func (l *Line) ReplaceBefore(n int, text string) {
	from := l.at
	for n > 0 && from > 0 {
		from--
		n -= len(l.clusters[from])
	}
	l.cut(from, l.at)
	l.Insert(text)
}

// Handle takes a key or a paste; false when it means nothing to a line of text,
// as enter, esc, tab and the arrows up and down do.
func (l *Line) Handle(msg tea.Msg) bool {
	switch msg := msg.(type) {
	case tea.PasteMsg:
		l.Insert(msg.Content)
		return true
	case tea.KeyPressMsg:
		return l.press(msg)
	}
	return false
}

func (l *Line) press(k tea.KeyPressMsg) bool {
	on := l.Keys
	if on == nil {
		on = &defaults
	}
	switch {
	case key.Matches(k, on.Left):
		l.at = max(l.at-1, 0)
	case key.Matches(k, on.Right):
		l.at = min(l.at+1, len(l.clusters))
	case key.Matches(k, on.Start):
		l.at = 0
	case key.Matches(k, on.End):
		l.at = len(l.clusters)
	case key.Matches(k, on.WordLeft):
		l.at = l.wordStart()
	case key.Matches(k, on.WordRight):
		l.at = l.wordEnd()
	case key.Matches(k, on.DeleteLeft):
		l.cut(max(l.at-1, 0), l.at)
	case key.Matches(k, on.DeleteRight):
		l.cut(l.at, min(l.at+1, len(l.clusters)))
	case key.Matches(k, on.DeleteWordLeft):
		l.cut(l.wordStart(), l.at)
	case key.Matches(k, on.DeleteWordRight):
		l.cut(l.at, l.wordEnd())
	case key.Matches(k, on.DeleteToStart):
		l.cut(0, l.at)
	case key.Matches(k, on.DeleteToEnd):
		l.cut(l.at, len(l.clusters))
	default:
		if k.Text == "" || k.Mod&(tea.ModCtrl|tea.ModAlt|tea.ModMeta|tea.ModSuper) != 0 {
			return false
		}
		l.Insert(k.Text)
	}
	return true
}

func (l *Line) cut(from, to int) {
	l.clusters = slices.Delete(l.clusters, from, to)
	l.at = from
}

func (l *Line) wordStart() int {
	i := l.at
	for i > 0 && blank(l.clusters[i-1]) {
		i--
	}
	for i > 0 && !blank(l.clusters[i-1]) {
		i--
	}
	return i
}

func (l *Line) wordEnd() int {
	i := l.at
	for i < len(l.clusters) && blank(l.clusters[i]) {
		i++
	}
	for i < len(l.clusters) && !blank(l.clusters[i]) {
		i++
	}
	return i
}

func blank(cluster string) bool { return strings.TrimSpace(cluster) == "" }

// View gives the text in exactly cols cells and the cell of the cursor, which is
// always in view.
func (l *Line) View(cols int) (text string, cursor int) {
	if cols < 1 {
		return "", 0
	}
	before := safetext.Clean(strings.Join(l.clusters[:l.at], ""))
	cursor = safetext.Width(before)
	left := 0
	if cursor >= cols {
		left = cursor - cols + 1
	}
	all := before + safetext.Clean(strings.Join(l.clusters[l.at:], ""))
	return safetext.Fit(safetext.Cut(all, left, cols), cols), cursor - left
}

// split takes text apart into clusters, at most limit bytes of it.
func split(text string, limit int) []string {
	if len(text) > limit {
		text = strings.ToValidUTF8(text[:max(limit, 0)], "")
	}
	text = strings.Map(func(c rune) rune {
		switch {
		case c == '\n' || c == '\t':
			return ' '
		case unicode.IsControl(c):
			return -1
		}
		return c
	}, text)
	var out []string
	for g := uniseg.NewGraphemes(text); g.Next(); {
		out = append(out, g.Str())
	}
	return out
}
