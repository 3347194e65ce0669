package terminal

import (
	"fmt"
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	mt "podium/models/modelstest"
	"podium/themes"
)

// count makes the program print numbered lines and waits for the last.
func count(t *testing.T, d *mt.Driver, s *session, from, to int) {
	t.Helper()
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "line %d\r\n", i)
	}
	s.say(t, b.String())
	arrived(d, fmt.Sprintf("line %d", to))
}

// arrived waits until a text is among the session's lines, wherever the view is.
func arrived(d *mt.Driver, want string) {
	d.T.Helper()
	m := d.Screen.(*Model)
	d.Until(want+" to arrive", func() bool {
		found := false
		m.read(func(tx text) {
			for n := tx.high; n+30 > tx.high && n > tx.low; n-- {
				found = found || tx.line(n).Text == want
			}
		})
		return found
	})
}

// top is the first line of the view.
func top(m *Model) string {
	return strings.TrimSpace(strings.SplitN(mt.Strip(m.View()), "\n", 2)[0])
}

func discard(s *session) { go func() { _, _ = io.Copy(io.Discard, s.input) }() }

// copied is the last text that the screen wished to copy.
func copied(b *mt.Bench) (c models.CopyMsg) {
	for _, w := range b.Wishes {
		if got, ok := w.(models.CopyMsg); ok {
			c = got
		}
	}
	return c
}

// told tells whether a notice with the text was wished for.
func told(b *mt.Bench, text string) bool {
	for _, w := range b.Wishes {
		if n, ok := w.(models.NoticeMsg); ok && strings.Contains(n.Text, text) {
			return true
		}
	}
	return false
}

func TestViewKeepsItsPlaceWhileOutputArrives(t *testing.T) {
	d, _, m, s := open(t, shell())
	discard(s)
	count(t, d, s, 1, 50)
	d.Send(mt.Key("shift+pgup"))
	d.Sees("line 29", "11 of 39 lines back").Misses("line 50")
	before := mt.Strip(m.View())
	count(t, d, s, 51, 90)
	d.Sees("51 of 79 lines back")
	if got := mt.Strip(m.View()); got[strings.Index(got, "\n"):] != before[strings.Index(before, "\n"):] {
		t.Errorf("the view moved from\n%s\nto\n%s", before, got)
	}
	d.Send(mt.Key("shift+pgdown"))
	d.Sees("line 50")
	d.Type("x") // typing goes to the program, and there the view is
	d.Sees("line 90").Misses("back")
}

func TestViewFollowsWhatIsLeftOfTheScrollback(t *testing.T) {
	d, _, m, s := open(t, shell())
	discard(s)
	count(t, d, s, 1, 40)
	d.Send(mt.Key("shift+pgup"), mt.Key("shift+pgup"), mt.Key("shift+pgup"), mt.Key("shift+pgup"))
	d.Sees("line 1 ", "29 of 29 lines back")
	s.say(t, "\x1b[3J\x1b[2J\x1b[Hfresh\r\n")
	d.Sees("fresh").Misses("back")
	if m.look.pinned {
		t.Error("the view is pinned to lines that were cleared")
	}
}

func TestNoScrollbackOnAScreenOfItsOwn(t *testing.T) {
	d, bench, m, s := open(t, shell())
	discard(s)
	count(t, d, s, 1, 40)
	d.Send(mt.Key("shift+pgup"))
	d.Sees("lines back")
	s.say(t, "\x1b[?1049h\x1b[Hfull screen")
	d.Sees("full screen").Misses("back", "line 3")
	d.Send(models.ActionMsg{Action: models.ActionScroll})
	if !told(bench, "no scrollback") || m.look.pinned {
		t.Errorf("wishes %v: want to be told that there is no scrollback", bench.Wishes)
	}
	d.Send(models.ActionMsg{Action: models.ActionCopyMode})
	d.Press("g ctrl+u k").Sees("full screen", "copy mode")
	s.say(t, "\x1b[?1049l")
	d.Misses("full screen", "copy mode").Sees("line 40")
}

func TestAnotherWidthKeepsTheLinesInView(t *testing.T) {
	d, _, m, s := open(t, shell())
	discard(s)
	var b strings.Builder
	for i := range 60 {
		fmt.Fprintf(&b, "%03d %s\r\n", i, strings.Repeat("x", 90))
	}
	s.say(t, b.String())
	d.Sees("059 ")
	d.Send(models.ActionMsg{Action: models.ActionCopyMode})
	d.Press("k k k k k k k k k k k k k k k k k k 0 v l l")
	was := m.look.at
	d.Until("a number at the cursor", func() bool { return strings.Contains(top(m), "0") })
	var at, now string
	m.read(func(tx text) { at = tx.line(was.line).Text[:3] })
	for _, cols := range []int{40, 30, 120, 60} {
		m.SetSize(cols, 12)
		m.read(func(tx text) { now = m.look.sel.read(tx) })
		if now != at {
			t.Errorf("at %d columns the selection holds %q, want %q", cols, now, at)
		}
		if c := m.Cursor(); c == nil || c.Y < 0 || c.Y >= 12 {
			t.Errorf("at %d columns the cursor is at %+v", cols, c)
		}
	}
}

func TestCopyMode(t *testing.T) {
	cases := map[string]struct {
		keys string
		want string
		what string
	}{
		"characters":      {"k k 0 w v $ y", "39", "2 characters"},
		"lines":           {"k k V k y", "line 38\nline 39\n", "2 lines"},
		"a block":         {"k k 0 ctrl+v k l l enter", "lin\nlin", "2 lines"},
		"counted":         {"5 k V 2 j Y", "line 38\n", "1 line"},
		"the line":        {"k y", "line 40\n", "1 line"},
		"to the top":      {"k g v e e y", "line 1", "6 characters"},
		"the other end":   {"k k 0 v w o $ enter", "line 3", ""},
		"words":           {"k b b v e y", "line", "4 characters"},
		"select no more":  {"k k V V v esc k y", "line 38\n", "1 line"},
		"to the bottom":   {"g G V y", "line 40\n", "1 line"},
		"pages":           {"pgup pgup ctrl+d H V y", "line 16\n", "1 line"},
		"found":           {"? 3 7 enter V y", "line 37\n", "1 line"},
		"found again":     {"? 3 . enter n N n V y", "line 38\n", "1 line"},
		"found on":        {"g / L I N E enter", "", ""},
		"a search undone": {"k k ? 1 7 esc V y", "line 39\n", "1 line"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d, bench, m, s := open(t, shell())
			discard(s)
			count(t, d, s, 1, 40)
			d.Send(models.ActionMsg{Action: models.ActionCopyMode})
			d.Sees("copy mode")
			if !m.Grabbing() {
				t.Error("copy mode does not take every key")
			}
			d.Press(c.keys)
			got := copied(bench)
			if c.want == "" {
				d.Sees("no match")
				return
			}
			if name == "the other end" {
				if got.Text == "" {
					t.Error("nothing was copied")
				}
				return
			}
			if got.Text != c.want || got.What != c.what {
				t.Errorf("%s copies %q (%s), want %q (%s)", c.keys, got.Text, got.What, c.want, c.what)
			}
			d.Misses("copy mode")
			if in, out := m.bridge.Counts(); out != 0 {
				t.Errorf("keys of copy mode reached the program: %d bytes in, %d out", in, out)
			}
		})
	}
}

func TestCopyModeLeavesAndSendsNothing(t *testing.T) {
	d, bench, m, s := open(t, shell())
	count(t, d, s, 1, 40)
	for _, keys := range []string{"q", "esc", "ctrl+c", "v esc esc", "x z Z q"} {
		d.Send(models.ActionMsg{Action: models.ActionCopyMode}).Sees("copy mode")
		d.Send(tea.PasteMsg{Content: "rm -rf /"})
		d.Press(keys).Misses("copy mode").Sees("line 40")
	}
	if _, out := m.bridge.Counts(); out != 0 || !told(bench, "Nothing was pasted") {
		t.Errorf("%d bytes reached the program; wishes %v", out, bench.Wishes)
	}
}

func TestSearchFromTheMenuGoesBackAndShowsMatches(t *testing.T) {
	d, bench, m, s := open(t, shell())
	discard(s)
	bench.Env.Theme = themes.Dark()
	count(t, d, s, 1, 60)
	d.Send(models.ActionMsg{Action: models.ActionSearch})
	d.Sees("search up:").Type("line 4").Sees("line 49", "search up: line 4")
	current, other := bench.Env.Theme.Open(themes.MatchCurrent), bench.Env.Theme.Open(themes.Match)
	if !strings.Contains(m.View(), current+"line 4") || !strings.Contains(m.View(), other+"line 4") {
		t.Errorf("the matches are not shown: %q", m.View())
	}
	d.Press("enter n n").Sees("line 47", "copy mode").Misses("search up")
	if at := m.Cursor(); at == nil || !strings.HasPrefix(strings.Split(mt.Strip(m.View()), "\n")[at.Y], "line 47") {
		t.Errorf("the cursor is at %+v in\n%s", at, mt.Strip(m.View()))
	}
	d.Press("q").Misses("copy mode").Sees("line 60")

	d.Send(models.ActionMsg{Action: models.ActionSearch}).Type("nowhere").Sees("no match").Press("esc")
	d.Misses("copy mode", "nowhere").Sees("line 60")
	d.Send(models.ActionMsg{Action: models.ActionSearch})
	d.Send(tea.PasteMsg{Content: "line 12"}).Sees("line 12").Press("enter")
	d.Press("n").Sees("went round", "line 12")
}

func TestPromptsAreJumpedTo(t *testing.T) {
	d, bench, m, s := open(t, shell())
	discard(s)
	for i := range 5 {
		s.say(t, fmt.Sprintf("\x1b]133;D;0\a\x1b]133;A\aprompt %d$ seq\r\n\x1b]133;C\a", i))
		for j := range 10 {
			s.say(t, fmt.Sprintf("out %d.%d\r\n", i, j))
		}
	}
	d.Sees("out 4.9")
	d.Send(models.ActionMsg{Action: models.ActionCopy})
	if got := copied(bench); !strings.HasPrefix(got.Text, "out 4.0\n") || got.What != "the output so far, 10 lines" {
		t.Errorf("copied %q (%s)", got.Text, got.What)
	}
	d.Send(models.ActionMsg{Action: models.ActionCopyMode})
	d.Press("[ [ [").Sees("prompt 2$")
	d.Press("]").Sees("prompt 3$")
	d.Press("9 [ [")
	if !told(bench, "no prompt further back") || m.look.at.line != 0 {
		t.Errorf("at line %d; wishes %v", m.look.at.line, bench.Wishes)
	}
}

func TestWithoutMarksThePaneSaysSo(t *testing.T) {
	d, bench, _, s := open(t, shell())
	s.say(t, "$ ls\r\na\r\n$ ")
	d.Sees("$ ls")
	d.Send(models.ActionMsg{Action: models.ActionCopy})
	if !told(bench, "does not mark its prompts") {
		t.Errorf("wishes %v", bench.Wishes)
	}
	bench.Wishes = nil
	d.Send(models.ActionMsg{Action: models.ActionCopyMode}).Press("[")
	if !told(bench, "does not mark its prompts") {
		t.Errorf("wishes %v", bench.Wishes)
	}
}

func TestTranscriptIsWhole(t *testing.T) {
	d, bench, _, s := open(t, shell())
	count(t, d, s, 1, 3000)
	s.say(t, strings.Repeat("w", 100)+"\r\nlast")
	d.Sees("last")
	d.Send(models.ActionMsg{Action: models.ActionSave})
	const name = "web-main-2026-05-01-120000.txt"
	d.Until("the transcript", func() bool { _, ok := bench.Store.Saved(name); return ok })
	text, _ := bench.Store.Saved(name)
	got := strings.Split(string(text), "\n")
	if len(got) != 3003 || got[0] != "line 1" || got[2999] != "line 3000" || got[3000] != strings.Repeat("w", 100) || got[3001] != "last" {
		t.Errorf("the transcript has %d lines, from %q to %q", len(got), got[0], got[len(got)-2:])
	}
}

// The cursor of copy mode stays in the pane when that becomes smaller.
func TestTheCursorStaysInASmallerPane(t *testing.T) {
	d, _, m, s := open(t, shell())
	discard(s)
	count(t, d, s, 1, 40)
	d.Send(models.ActionMsg{Action: models.ActionCopyMode})
	d.Press("k k")
	for _, size := range [][2]int{{40, 5}, {40, 2}, {7, 3}, {1, 1}, {40, 12}} {
		m.SetSize(size[0], size[1])
		if c := m.Cursor(); c == nil || c.Y < 0 || c.Y >= size[1] || c.X >= size[0] {
			t.Errorf("in %dx%d it is at %+v", size[0], size[1], c)
		}
	}
}

// A search that is given up goes back to the line where it began, also when that
// has another number by then.
func TestASearchGivenUpAfterAResize(t *testing.T) {
	d, _, m, s := open(t, shell())
	discard(s)
	count(t, d, s, 1, 40)
	d.Send(models.ActionMsg{Action: models.ActionCopyMode})
	here := func() (line string) {
		m.read(func(tx text) { line = tx.chunkAt(m.look.at.line).text })
		return line
	}
	d.Press("k k k k")
	want := here()
	d.Press("?")
	m.SetSize(4, 12)
	d.Type("zz")
	d.Press("esc")
	if got := here(); got != want {
		t.Errorf("it went back to %q from %q", got, want)
	}
}
