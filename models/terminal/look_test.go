package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
	"podium/termbridge/vt"
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

func mouse(x, y int, b tea.MouseButton) tea.Mouse { return tea.Mouse{X: x, Y: y, Button: b} }

func TestMouseSelectsThisPanesTextAndCopies(t *testing.T) {
	const left = tea.MouseLeft
	at := func(x, y int) tea.Mouse { return mouse(x, y, left) }
	click := func(x, y int) []tea.Msg { return []tea.Msg{tea.MouseClickMsg(at(x, y)), tea.MouseReleaseMsg(at(x, y))} }
	join := func(parts ...[]tea.Msg) (out []tea.Msg) {
		for _, p := range parts {
			out = append(out, p...)
		}
		return out
	}
	drag := func(e tea.Mouse, to ...tea.Mouse) []tea.Msg {
		out := []tea.Msg{tea.MouseClickMsg(e)}
		for _, m := range to {
			out = append(out, tea.MouseMotionMsg(m))
		}
		return append(out, tea.MouseReleaseMsg(to[len(to)-1]))
	}
	alt := tea.Mouse{X: 4, Y: 0, Button: left, Mod: tea.ModAlt}
	cases := map[string]struct {
		events []tea.Msg
		want   string
	}{
		"a click takes nothing":     {click(3, 0), ""},
		"a drag":                    {drag(at(4, 0), at(9, 0), at(12, 0)), "quick bro"},
		"back over its start":       {drag(at(6, 1), at(1, 1), at(2, 0)), "e quick brown/fox.txt\nsecond"},
		"never beyond the pane":     {drag(at(4, 1), at(400, 1)), "nd line"},
		"above the pane":            {drag(at(2, 0), at(2, -5)), "the"},
		"a word":                    {join(click(12, 0), click(12, 0)), "brown/fox.txt"},
		"a word, drawn on":          {join(click(1, 0), drag(at(1, 0), at(5, 0))), "the quick"},
		"a line":                    {join(click(1, 1), click(1, 1), click(1, 1)), "second line\n"},
		"a fourth click is a first": {join(click(1, 1), click(1, 1), click(1, 1), click(1, 1)), "second line\n"},
		"a block with alt":          {drag(alt, tea.Mouse{X: 6, Y: 1, Button: left, Mod: tea.ModAlt}), "qui\nnd"},
		"clicks apart":              {join(click(1, 0), click(9, 0)), ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d, bench, m, s := open(t, shell())
			s.say(t, "the quick brown/fox.txt\r\nsecond line\r\n")
			d.Sees("second line")
			for _, e := range c.events {
				d.Send(e)
			}
			if got := copied(bench).Text; got != c.want {
				t.Errorf("copied %q, want %q", got, c.want)
			}
			if _, out := m.bridge.Counts(); out != 0 {
				t.Error("the program, which did not ask, got the mouse")
			}
			if m.MouseMode() != tea.MouseModeCellMotion {
				t.Errorf("the mouse mode is %v", m.MouseMode())
			}
		})
	}
}

func TestDragBeyondThePaneScrolls(t *testing.T) {
	d, bench, m, s := open(t, shell())
	discard(s)
	count(t, d, s, 1, 60)
	d.Send(tea.MouseClickMsg(mouse(6, 2, tea.MouseLeft)), tea.MouseMotionMsg(mouse(0, -1, tea.MouseLeft)))
	d.Until("the view to scroll by itself", func() bool { return m.look.back() >= 5 })
	d.Send(tea.MouseReleaseMsg(mouse(0, -1, tea.MouseLeft)))
	got := copied(bench).Text
	if !strings.HasSuffix(got, "line 51\nline 52") || strings.Count(got, "\n") < 7 {
		t.Errorf("copied %q, want several lines up to line 52", got)
	}
	back := m.look.back()
	d.Send(dragMsg{to: m, ticks: m.look.mouse.ticks})
	if m.look.back() != back {
		t.Error("the view scrolls on after the button was released")
	}
}

func TestMouseIsTheProgramsWhenItAsks(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "\x1b[?1003h\x1b[?1006hmenu")
	d.Sees("menu")
	d.Until("the mode", func() bool { return m.bridge.Modes().Mouse == vt.MouseAny })
	if m.MouseMode() != tea.MouseModeAllMotion {
		t.Errorf("the mouse mode is %v: the program wants all motion", m.MouseMode())
	}
	d.Send(tea.MouseClickMsg(mouse(2, 3, tea.MouseLeft)), tea.MouseWheelMsg(mouse(2, 3, tea.MouseWheelUp)))
	want := "\x1b[<0;3;4M\x1b[<64;3;4M"
	got := make([]byte, len(want))
	if _, err := io.ReadFull(s.input, got); err != nil || string(got) != want {
		t.Errorf("the program got %q, %v; want %q", got, err, want)
	}
	shifted := func(x int) tea.Mouse { return tea.Mouse{X: x, Button: tea.MouseLeft, Mod: tea.ModShift} }
	d.Send(tea.MouseClickMsg(shifted(0)), tea.MouseMotionMsg(shifted(3)), tea.MouseReleaseMsg(shifted(3)))
	if got := copied(bench).Text; got != "menu" {
		t.Errorf("a drag with shift copied %q, want menu", got)
	}
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

func TestEndHidesNothingOfTheScreen(t *testing.T) {
	d, _, m, s := open(t, shell())
	for i := range 11 {
		s.say(t, fmt.Sprintf("row %d\r\n", i))
	}
	s.say(t, "last words")
	d.Sees("last words", "row 0")
	s.exit(1)
	d.Sees("exit 1", "last words", "enter: new shell here").Misses("row 0")
	d.Send(models.ActionMsg{Action: models.ActionCopyMode})
	d.Sees("row 0", "last words", "copy mode")
	if !m.Grabbing() {
		t.Error("copy mode over an ended session does not take every key")
	}
	d.Press("q").Sees("exit 1")
	if m.Grabbing() {
		t.Error("an ended session takes every key")
	}
}

func TestBellsTitlesAndNewOutput(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "\x1b]2;top - web\a$ ")
	d.Until("the title", func() bool { return m.Title() == "shell in web/main · top - web" })
	if m.Ends() != "shell in web/main" {
		t.Errorf("quitting would say %q: titles are the program's", m.Ends())
	}
	rings := func(cmd tea.Cmd) bool {
		for cmd != nil {
			raw, ok := cmd().(tea.RawMsg)
			return ok && raw.Msg == "\a"
		}
		return false
	}
	if !rings(m.event(vt.Event{Kind: vt.EventBell})) || rings(m.event(vt.Event{Kind: vt.EventBell})) {
		t.Error("the bell of the pane in focus is not passed on, or too often")
	}
	m.SetFocus(false)
	bench.Step(2 * time.Second)
	s.say(t, "done\a")
	d.Until("the bell", func() bool { return m.Session().Bell })
	state := m.Session()
	if !state.Unread || !state.Running || m.LastLine() != "$ done" || !state.Printed.Equal(bench.Now()) || !told(bench, "bell in shell in web/main") {
		t.Errorf("the session is %+v; wishes %v", state, bench.Wishes)
	}
	m.SetFocus(true)
	if state := m.Session(); state.Bell || state.Unread {
		t.Errorf("the session is %+v after it was looked at", state)
	}
	s.exit(2)
	d.Sees("exit 2")
	if state := m.Session(); state.Running || state.Trouble != "exit 2" {
		t.Errorf("the session is %+v", state)
	}
}

func TestClipboardOfTheProgramNeedsAYes(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "\x1b]52;c;aGVsbG8=\a")
	d.Until("to be told", func() bool { return told(bench, "wants to copy 5 characters") })
	if got := copied(bench); got.Text != "" {
		t.Fatalf("%q was copied unasked", got.Text)
	}
	d.Send(models.ActionMsg{Action: models.ActionAllowCopy})
	if got := copied(bench); got.Text != "hello" || !strings.Contains(got.What, "shell in web/main") {
		t.Errorf("copied %+v", got)
	}
	s.say(t, "\x1b]52;c;d29ybGQ=\a")
	d.Until("the next", func() bool { return copied(bench).Text == "world" })
	if m.clip.waiting != "" {
		t.Error("a text waits although copying is allowed")
	}
}

func TestSilenceAfterTypingAndStallsAreShown(t *testing.T) {
	d, bench, _, s := open(t, shell())
	d.Send(bench.Step(time.Minute)).Misses("no bytes") // nobody typed: silence is in order
	s.say(t, "$ ")
	d.Sees("$ ")
	d.Type("ls")
	d.Send(bench.Step(11 * time.Second)).Misses("no bytes")
	d.Send(bench.Step(2 * time.Second)).Sees("no bytes for 13s since you typed")
	s.say(t, "ls")
	d.Sees("$ ls").Misses("no bytes")

	// Nobody reads what is typed.
	d.Type("xyz")
	d.Until("the stall to be shown", func() bool {
		d.Send(bench.Step(0))
		return strings.Contains(mt.Strip(d.View()), "input stalled: ")
	})
}

func TestEveryKeyMayBeTheLeader(t *testing.T) {
	d, _, _, s := open(t, shell())
	d.Press("ctrl+y ctrl+g")
	got := make([]byte, 2)
	if _, err := io.ReadFull(s.input, got); err != nil || string(got) != "\x19\a" {
		t.Errorf("the program got %q, %v", got, err)
	}
}

func TestSignals(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "$ ")
	for _, a := range m.Actions() {
		if a == models.ActionSignal {
			t.Error("signals are offered although the endpoint has none")
		}
	}
	bench.Env.Info = bench.Env.Info.With(api.CapExecKill)
	sent := make(chan string, 1)
	m.control = killer{s, sent}
	d.Send(models.ActionMsg{Action: models.ActionSignal}).Sees("Which signal to shell in web/main?", "TERM")
	d.Press("x").Misses("Which signal")
	if !told(bench, "No signal was sent") {
		t.Errorf("wishes %v", bench.Wishes)
	}
	d.Send(models.ActionMsg{Action: models.ActionSignal}).Press("K")
	d.Until("the signal", func() bool { return len(sent) == 1 })
	if got := <-sent; got != "KILL" {
		t.Errorf("%s was sent", got)
	}
}

// killer notes the signals that are sent.
type killer struct {
	api.ExecControl
	sent chan string
}

func (k killer) Kill(_ context.Context, signal string) error {
	k.sent <- signal
	return nil
}

func TestTextIsMeasuredAsTheRendererDoes(t *testing.T) {
	d, bench, m, s := open(t, shell())
	s.say(t, "\U0001f468\u200d\U0001f469\u200d\U0001f467")
	d.Until("the text", func() bool { return m.Cursor() != nil && m.Cursor().X == 6 })
	bench.Env.Graphemes = true
	d.Send(tea.ModeReportMsg{})
	if c := m.Cursor(); c == nil || c.X != 2 {
		t.Errorf("the cursor is at %+v: a family is one character of two cells now", c)
	}
}

func TestWheelMovesTheCursorOfProgramsWithAScreen(t *testing.T) {
	d, _, m, s := open(t, shell())
	s.say(t, "\x1b[?1049h\x1b[?1hpager")
	d.Sees("pager")
	d.Send(tea.MouseWheelMsg(mouse(1, 1, tea.MouseWheelDown)))
	got := make([]byte, 9)
	if _, err := io.ReadFull(s.input, got); err != nil || string(got) != "\x1bOB\x1bOB\x1bOB" {
		t.Errorf("the program got %q, %v", got, err)
	}
	if m.look.pinned {
		t.Error("the view was scrolled")
	}
}
