package terminal

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	mt "podium/models/modelstest"
	"podium/models/widget/textview"
)

// long is a session with more lines than a search looks at in one go, the
// cursor of copy mode at the last.
func long(t *testing.T) (*mt.Driver, *Model) {
	d, _, m, s := open(t, shell())
	discard(s)
	count(t, d, s, 1, 5*huntAtOnce)
	return d, m
}

// hold updates the screen and gives back the command of a search, not run yet.
func hold(m *Model, keys ...string) tea.Cmd {
	var cmd tea.Cmd
	for _, k := range keys {
		cmd = m.Update(mt.Key(k))
	}
	return cmd
}

func TestASearchFarAwayGoesOnBesideTheLoop(t *testing.T) {
	d, m := long(t)
	d.Send(models.ActionMsg{Action: models.ActionSearch})
	cmd := hold(m, "l", "i", "n", "e", "space", "7", "$")
	if cmd == nil || !strings.Contains(mt.Strip(m.View()), "searching… esc stops") {
		t.Fatalf("the search is not under way; the screen is\n%s", mt.Strip(m.View()))
	}
	d.Send(cmd()).Sees("line 7 ").Misses("searching")
	if m.look.search.hunt != nil || !m.look.search.hit.ok {
		t.Errorf("the search is %+v", m.look.search)
	}
	cmd = hold(m, "enter", "n") // line 7$ is there once: round it goes
	d.Send(cmd()).Sees("went round", "line 7 ")
	d.Press("esc")
	d.Send(models.ActionMsg{Action: models.ActionSearch})
	d.Send(hold(m, "x", "y", "z")()).Sees("no match")
}

func TestASearchIsGivenUpAndItsAnswerDropped(t *testing.T) {
	d, m := long(t)
	d.Send(models.ActionMsg{Action: models.ActionSearch})
	one := hold(m, "l", "i", "n", "e", "space", "7", "$")
	slow := m.look.search.hunt
	two := hold(m, "backspace", "backspace", "8", "$") // typed on: another search
	if one() != nil {
		t.Error("a search that nobody waits for goes on to its end")
	}
	d.Send(foundMsg{Answer: models.To(m), hunt: slow}).Misses("line 7 ") // had it ended just before
	d.Send(two()).Sees("line 8 ")

	cmd := hold(m, "enter", "N")
	d.Sees("searching…")
	at := m.look.at
	d.Press("esc").Misses("searching").Sees("copy mode")
	if cmd() != nil || m.look.at != at {
		t.Error("esc does not stop a search")
	}
	cmd = hold(m, "N")
	d.Press("q").Misses("copy mode", "searching") // stops the search
	if cmd() != nil {
		t.Error("q does not stop a search")
	}
	d.Send(models.ActionMsg{Action: models.ActionSearch})
	cmd = hold(m, "x", "y", "z")
	m.SetSize(m.cols+10, m.rows) // lines are numbered anew
	if cmd() != nil {
		t.Error("a search goes on among lines that have other numbers")
	}
}

func TestASearchEndsWhileItsLinesGo(t *testing.T) {
	tx := lines(20, 4, strings.Repeat("text\n", 300))
	for _, back := range []bool{false, true} {
		h := &hunt{find: textview.NewFinder("absent"), from: pos{line: 150}, back: back, times: 1}
		steps := 0
		for ; !h.step(tx, 7); steps++ {
			for range 3 {
				_, _ = fmt.Fprintf(tx.t, "more\r\n")
			}
			if steps == 20 {
				_, _ = tx.t.Write([]byte("\x1b[3J"))
			}
			tx = textOf(tx.t, tx.width)
			if steps > 10_000 {
				t.Fatalf("back %v: the search has no end", back)
			}
		}
		if h.hit.ok {
			t.Errorf("found %+v", h.hit)
		}
	}
}

func TestTheMatchSoManyFurther(t *testing.T) {
	tx := lines(20, 4, "a\na\nb\na\n")
	find := textview.NewFinder("a")
	for times, want := range map[int]uint64{1: 1, 2: 3, 3: 0, 4: 1, 7: 1} {
		h := &hunt{find: find, from: pos{}, times: times}
		if !h.step(tx, 1000) || h.hit.from != want {
			t.Errorf("%d further is line %d, want %d", times, h.hit.from, want)
		}
	}
}

func TestALongSelectionIsReadBesideTheLoop(t *testing.T) {
	d, bench, m, s := open(t, shell())
	discard(s)
	count(t, d, s, 1, 3*saveStep)
	d.Send(models.ActionMsg{Action: models.ActionCopyMode})
	cmd := hold(m, "g", "V", "G", "y")
	if cmd == nil || copied(bench).Text != "" {
		t.Fatal("a long text is read while the user waits")
	}
	got, ok := cmd().(models.CopyMsg)
	if !ok || strings.Count(got.Text, "\n") != 3*saveStep || !strings.HasPrefix(got.Text, "line 1\n") {
		t.Errorf("copied %d lines", strings.Count(got.Text, "\n"))
	}
	d.Misses("copy mode")

	s.say(t, "\x1b]133;C\a")
	count(t, d, s, 1, 3*saveStep)
	s.say(t, "\x1b]133;D\a\x1b]133;A\a$ ")
	d.Sees("$ ")
	cmd = m.Update(models.ActionMsg{Action: models.ActionCopy})
	if cmd == nil {
		t.Fatal("a long output is read while the user waits")
	}
	if got, ok := cmd().(models.CopyMsg); !ok || strings.Count(got.Text, "\n") != 3*saveStep || got.What != "the last output, 1,500 lines" {
		t.Errorf("copied %s", got.What)
	}
}
