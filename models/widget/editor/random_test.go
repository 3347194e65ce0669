package editor

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Random edits agree with a plain string, and undo and redo lead exactly there and
// back.
func TestRandomEdits(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", " ", "\n", "日", "e\u0301", "\t", "- x:", "👨‍👩‍👧", "\x00", "\xff", "\n\n  k: v", ""})
	keys := []string{
		"up", "down", "left", "right", "home", "end", "enter", "backspace", "delete", "tab", "shift+tab", "ctrl+w", "alt+d",
		"shift+left", "shift+down", "shift+end", "ctrl+x", "ctrl+v", "alt+c", "pgdown", "ctrl+right", "ctrl+left", "a", "alt+a",
		"ctrl+/", "ctrl+f", "ctrl+r", "alt+r", "esc", "f3",
	}
	rapid.Check(t, func(t *rapid.T) {
		start := strings.Join(rapid.SliceOfN(piece, 0, 10).Draw(t, "start"), "")
		e := open(start)
		e.SetSize(20, 5)
		texts := map[uint64]string{e.Revision(): start}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "op") {
			case 0:
				before, from := e.Text(), e.offset(e.cur)
				to := from
				text := piece.Draw(t, "insert")
				if a, b, ok := e.selection(); ok {
					from, to = e.offset(a), e.offset(b)
				}
				if err := e.Insert(text); err != nil {
					t.Fatal(err)
				}
				if want := before[:from] + text + before[to:]; e.Text() != want {
					t.Fatalf("inserted %q: %q, want %q", text, e.Text(), want)
				}
			case 1:
				e.Undo()
			case 2:
				e.Redo()
			case 3:
				before := e.Text()
				a := rapid.IntRange(0, len(before)).Draw(t, "start")
				b := rapid.IntRange(a, len(before)).Draw(t, "end")
				a, b = e.offset(e.posOf(a)), e.offset(e.posOf(b))
				text := piece.Draw(t, "applied")
				if err := e.Apply([]Edit{{Start: a, End: b, Text: text}}, -1); err != nil {
					t.Fatal(err)
				}
				if want := before[:a] + text + before[b:]; e.Text() != want {
					t.Fatalf("applied %q: %q, want %q", text, e.Text(), want)
				}
			default:
				press(e, rapid.SampledFrom(keys).Draw(t, "key"))
			}
			if e.size != len(e.Text()) {
				t.Fatalf("size %d of %d bytes", e.size, len(e.Text()))
			}
			if strings.Count(e.Text(), "\n")+1 != e.LineCount() {
				t.Fatalf("%d lines in %q", e.LineCount(), e.Text())
			}
			if e.cur.line >= len(e.lines) || e.cur.col > len(e.lines[e.cur.line]) {
				t.Fatalf("cursor %+v in %q", e.cur, e.Text())
			}
			if known, ok := texts[e.Revision()]; ok && known != e.Text() {
				t.Fatalf("revision %d is both %q and %q", e.Revision(), known, e.Text())
			}
			texts[e.Revision()] = e.Text()
			if v := e.View(); v != e.draw() {
				t.Fatalf("the view is stale: %q, now %q", v, e.draw())
			}
		}
		end, steps := e.Text(), 0
		for ; e.Undo(); steps++ {
		}
		if e.Text() != start || e.Dirty() {
			t.Fatalf("undone to %q, want %q, dirty %t", e.Text(), start, e.Dirty())
		}
		for range steps {
			e.Redo()
		}
		if e.Text() != end {
			t.Fatalf("done again: %q, want %q", e.Text(), end)
		}
	})
}

// offset is the byte of the whole text at a place.
func (e *Editor) offset(p pos) int {
	n := p.col
	for _, l := range e.lines[:p.line] {
		n += len(l) + 1
	}
	return n
}
