package terminal

import (
	"io"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	"podium/termbridge/vt"
)

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
	d.Send(dragMsg{Answer: models.To(m), ticks: m.look.mouse.ticks})
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
