package editor

import (
	"strings"
	"testing"
	"time"

	"charm.land/bubbles/v2/textarea"
	tea "charm.land/bubbletea/v2"

	"podium/models/modelstest"
)

func TestReplacing(t *testing.T) {
	e := open("image: nginx:1\nname: nginx\nother: NGINX")
	press(e, "ctrl+r")
	write(e, "nginx")
	press(e, "enter")
	write(e, "httpd")
	press(e, "enter") // the first one
	if want := "image: httpd:1\nname: nginx\nother: NGINX"; e.Text() != want {
		t.Fatalf("one replaced: %q, want %q", e.Text(), want)
	}
	press(e, "f3", "enter") // skips the second one
	if want := "image: httpd:1\nname: nginx\nother: httpd"; e.Text() != want {
		t.Fatalf("one skipped: %q, want %q", e.Text(), want)
	}
	press(e, "esc", "ctrl+z", "ctrl+z")
	if want := "image: nginx:1\nname: nginx\nother: NGINX"; e.Text() != want {
		t.Fatalf("undone: %q, want %q", e.Text(), want)
	}
	press(e, "ctrl+home", "ctrl+r")
	write(e, "nginx")
	press(e, "enter")
	write(e, "x")
	press(e, "ctrl+r")
	if want := "image: x:1\nname: x\nother: x"; e.Text() != want || !strings.Contains(e.Notice(), "3 places") {
		t.Fatalf("all replaced: %q (%s), want %q", e.Text(), e.Notice(), want)
	}
	press(e, "ctrl+z")
	if !strings.HasPrefix(e.Text(), "image: nginx") || e.Undo() && e.Dirty() {
		t.Fatalf("all of it is not one step: %q", e.Text())
	}
}

func TestReplacingByRegularExpression(t *testing.T) {
	e := open("a: 10\nb: 2\nc: x")
	press(e, "ctrl+r", "alt+r")
	write(e, `: (\d+)`)
	press(e, "enter")
	write(e, `: "$1"`)
	press(e, "ctrl+r")
	if want := "a: \"10\"\nb: \"2\"\nc: x"; e.Text() != want {
		t.Errorf("%q, want %q", e.Text(), want)
	}
	press(e, "ctrl+f") // still regular
	write(e, "(")
	modelstest.CheckView(t, e.View(), 80, 24)
	if !strings.Contains(e.View(), "no regular expression") {
		t.Error("an expression that is none is not told")
	}
	press(e, "esc")
	if e.Typing() {
		t.Error("esc leaves the bottom line open")
	}
	press(e, "ctrl+f", "alt+r")
	write(e, "x*") // as a text it is nowhere, as an expression it is empty everywhere
	if e.Selection() != "" {
		t.Errorf("found %q", e.Selection())
	}
}

func TestComments(t *testing.T) {
	const text = "a:\n  b: 1\n\n    c: 2\nd: 3"
	e := open(text)
	e.Goto(2, 4)
	press(e, "ctrl+/")
	if want := "a:\n  # b: 1\n\n    c: 2\nd: 3"; e.Text() != want {
		t.Errorf("one line: %q, want %q", e.Text(), want)
	}
	if _, col := e.Position(); col != 6 {
		t.Errorf("the cursor is in column %d: want 6, where its character is", col)
	}
	press(e, "ctrl+/")
	if e.Text() != text {
		t.Errorf("back: %q", e.Text())
	}
	e.Goto(2, 1)
	press(e, "shift+down", "shift+down", "shift+end", "ctrl+/")
	if want := "a:\n  # b: 1\n\n  #   c: 2\nd: 3"; e.Text() != want {
		t.Errorf("several: %q, want %q", e.Text(), want)
	}
	press(e, "ctrl+/")
	if e.Text() != text {
		t.Errorf("several back: %q", e.Text())
	}
	press(e, "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
	if e.Text() != text || e.Dirty() {
		t.Errorf("undone: %q", e.Text())
	}
}

func TestDoubleAndTripleClicks(t *testing.T) {
	e := open("image: docker.io/nginx:1 # note\nnext")
	now := time.Unix(0, 0)
	e.Now = func() time.Time { return now }
	click := func(x, y int) { e.Update(tea.MouseClickMsg{X: e.gutter() + x, Y: y, Button: tea.MouseLeft}) }
	click(10, 0)
	click(10, 0)
	if e.Selection() != "docker.io/nginx" {
		t.Errorf("a double click selects %q", e.Selection())
	}
	click(10, 0)
	if e.Selection() != "image: docker.io/nginx:1 # note\n" {
		t.Errorf("a triple click selects %q", e.Selection())
	}
	now = now.Add(time.Second)
	click(10, 0)
	now = now.Add(time.Second)
	click(10, 0)
	if e.Selection() != "" {
		t.Errorf("two slow clicks select %q", e.Selection())
	}
	click(2, 1)
	if e.Selection() != "" {
		t.Errorf("clicks apart select %q", e.Selection())
	}
}

func TestApply(t *testing.T) {
	e := open("one\ntwo\nthree")
	e.Goto(3, 3)
	if err := e.Apply([]Edit{{0, 3, "1"}, {4, 7, "2\n2"}}, -1); err != nil || e.Text() != "1\n2\n2\nthree" {
		t.Fatalf("%q, %v", e.Text(), err)
	}
	if line, col := e.Position(); line != 4 || col != 3 {
		t.Errorf("the cursor is at %d:%d: want 4:3, on its text", line, col)
	}
	press(e, "ctrl+z")
	if e.Text() != "one\ntwo\nthree" {
		t.Errorf("undone in one step: %q", e.Text())
	}
	if err := e.Apply([]Edit{{0, 0, strings.Repeat("x", 10)}, {4, 4, strings.Repeat("x", MaxBytes)}}, 0); err == nil {
		t.Error("a text beyond the limit was taken")
	}
	if e.Text() != "one\ntwo\nthree" {
		t.Errorf("after an edit that was refused: %.40q", e.Text())
	}
	e.GotoOffset(5)
	if e.Offset() != 5 || e.Before() != "t" {
		t.Errorf("at %d behind %q", e.Offset(), e.Before())
	}
}

// BenchmarkTextarea2000 is BenchmarkType2000 with bubbles' textarea, to stand
// beside it.
func BenchmarkTextarea2000(b *testing.B) {
	a := textarea.New()
	a.MaxHeight, a.CharLimit = 0, 0
	a.SetWidth(200)
	a.SetHeight(50)
	a.SetValue(large().Text())
	a.Focus()
	back := modelstest.Key("backspace")
	for b.Loop() {
		a, _ = a.Update(modelstest.Key("x"))
		_ = a.View()
		a, _ = a.Update(back)
		_ = a.View()
	}
}

func TestHintsArePassedOver(t *testing.T) {
	e := open("a\nb\nc\nd")
	e.SetMarks([]Mark{{Line: 2, Col: 1, Severity: SeverityHint}, {Line: 3, Col: 1, Severity: SeverityWarning}})
	for range 2 {
		if line, _ := e.Position(); !e.NextProblem() || line == 2 {
			t.Fatal("there is a problem, and it is not gone to")
		}
		if line, _ := e.Position(); line != 3 {
			t.Errorf("at line %d: want 3, where the warning is", line)
		}
	}
	e.SetMarks([]Mark{{Line: 2, Col: 1, Severity: SeverityHint}})
	e.NextProblem()
	if line, _ := e.Position(); line != 2 {
		t.Errorf("at line %d: want 2, where the only hint is", line)
	}
}
