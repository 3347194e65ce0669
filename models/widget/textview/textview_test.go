package textview

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"podium/models/modelstest"
	"podium/themes"
)

func open(w, h int, lines ...Line) *View {
	v := New(themes.Dark(), 0)
	v.SetSize(w, h)
	v.SetLines(lines)
	return v
}

func numbered(n int) []Line {
	lines := make([]Line, n)
	for i := range lines {
		lines[i].Text = fmt.Sprintf("line %d of the log, GET /index.html 200", i)
	}
	return lines
}

func sample() []Line {
	return []Line{
		{Text: "plain text that is rather long, so that it has to be wrapped or scrolled to, whichever it is"},
		{Text: "\x1b[31mred\x1b[0m and \x1b[2Jgone", SGR: true, Gutter: "err", GutterRole: themes.Stderr},
		{Text: "\x1b[31mnot red\u202e", Gutter: "out", GutterRole: themes.Stdout},
		{Text: "key: value", Spans: []themes.Span{{Start: 0, End: 3, Role: themes.SyntaxKey}, {Start: 5, End: 10, Role: themes.SyntaxString}}},
		{Text: "日本語のテキストもここにありますからね、折り返しが要るでしょう。日本語のテキスト"},
		{Text: ""},
		{Text: "a\ttab and VALUE", Role: themes.Muted},
	}
}

func press(v *View, keys ...string) {
	for _, k := range keys {
		v.Update(modelstest.Key(k))
	}
}

// The golden views hold what the widget looks like, in the theme without colours.
// "go test -update" writes them anew; look at the difference before committing.
func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}, {1, 1}} {
		for _, wrap := range []bool{false, true} {
			t.Run(fmt.Sprintf("%dx%d-wrap=%t", size[0], size[1], wrap), func(t *testing.T) {
				v := open(size[0], size[1], sample()...)
				v.SetTheme(themes.Plain()) // so that a change of colours leaves the pictures alone
				v.SetWrap(wrap)
				v.Search("value|text")
				view := v.View()
				modelstest.CheckView(t, view, size[0], size[1])
				if v.View() != view {
					t.Error("drawing twice differs")
				}
				golden.RequireEqual(t, view)
			})
		}
	}
}

func TestEverySizeIsExact(t *testing.T) {
	for w := range 50 {
		for h := range 8 {
			for _, wrap := range []bool{false, true} {
				v := open(w, h, sample()...)
				v.SetWrap(wrap)
				for _, k := range []string{"j", "l", "/", "e", "enter", "n", "n", "N", "G", "pgdown", "g"} {
					press(v, k)
					modelstest.CheckView(t, v.View(), w, h)
				}
				v.SetText("")
				v.SetEmpty("nothing\nhere")
				modelstest.CheckView(t, v.View(), w, h)
			}
		}
	}
	New(themes.Theme{}, 0).SetSize(-3, -3)
}

func text(v *View) string { return ansi.Strip(v.View()) }

func TestFollow(t *testing.T) {
	v := open(60, 5)
	v.SetFollow(true)
	v.Append(numbered(100)...)
	if !strings.Contains(text(v), "line 99 ") {
		t.Fatalf("the end is not in view:\n%s", text(v))
	}
	press(v, "k")
	v.Append(Line{Text: "new"})
	if v.follow || strings.Contains(text(v), "new") {
		t.Error("scrolling up did not end following")
	}
	press(v, "G")
	v.Append(Line{Text: "newer"})
	if !v.follow || !strings.Contains(text(v), "newer") {
		t.Error("going to the end did not take up following")
	}
}

func TestTheOldestLinesGoAndTheViewStays(t *testing.T) {
	v := New(themes.Dark(), 1000)
	v.SetSize(60, 5)
	v.Append(numbered(1000)...)
	v.GotoLine(500)
	before := text(v)
	v.Append(numbered(300)...)
	if v.Lines() != 1000 || v.Dropped() != 300 {
		t.Fatalf("%d lines, %d dropped", v.Lines(), v.Dropped())
	}
	if text(v) != before {
		t.Errorf("the view moved from\n%s\nto\n%s", before, text(v))
	}
	v.Append(numbered(900)...)
	if v.Top() != 0 {
		t.Errorf("the lines in view are gone, and line %d is the first", v.Top())
	}
}

func TestSearch(t *testing.T) {
	lines := numbered(1000)
	lines[700].Text = "here is the Needle and a needle"
	lines[900].Text = "another NEEDLE"
	v := open(60, 10, lines...)
	press(v, "/", "n", "e", "e", "d", "l", "e")
	if !v.Typing() || !strings.Contains(text(v), "/needle") {
		t.Fatalf("the search line is not shown:\n%s", text(v))
	}
	if _, _, ok := v.Cursor(); !ok {
		t.Error("the search line has no cursor")
	}
	press(v, "enter")
	want := []match{{700, 12, 18}, {700, 25, 31}, {900, 8, 14}, {700, 12, 18}}
	for i, w := range want {
		if v.search.at != w {
			t.Fatalf("match %d is %v, want %v", i, v.search.at, w)
		}
		if !strings.Contains(text(v), strings.TrimSpace(lines[w.line].Text)) {
			t.Errorf("match %d is out of view", i)
		}
		press(v, "n")
	}
	press(v, "N", "N")
	if v.search.at != want[2] {
		t.Errorf("backwards round the beginning: %v", v.search.at)
	}
	if v.Search("Needle"); v.search.at != want[0] {
		t.Errorf("a capital counts: %v", v.search.at)
	}
	if v.Search("needle("); !v.search.failed {
		t.Error("an invalid expression is not taken literally")
	}
	if !v.Search(`a \w+dle$`) || v.search.at.line != 700 {
		t.Errorf("regular expression: %v", v.search.at)
	}
	if _, handled := v.Handle(tea.KeyPressMsg{Code: tea.KeyEscape}); !handled || v.Searching() != "" {
		t.Error("esc does not end the search")
	}
	if _, handled := v.Handle(tea.KeyPressMsg{Code: tea.KeyEscape}); handled {
		t.Error("esc at rest belongs to the screen")
	}
}

func TestSearchBringsTheMatchIntoViewSideways(t *testing.T) {
	v := open(40, 3, Line{Text: strings.Repeat("x", 500) + "found" + strings.Repeat("y", 500)})
	v.Search("found")
	if !strings.Contains(text(v), "found") {
		t.Errorf("not in view: %q", text(v))
	}
}

func TestEscOutOfTypingGoesBack(t *testing.T) {
	v := open(60, 5, numbered(1000)...)
	v.GotoLine(300)
	before := text(v)
	press(v, "/", "9", "9", "9", "esc")
	if text(v) != before {
		t.Errorf("not back:\n%s", text(v))
	}
}

func TestColoursOfALineStayInWrappedRows(t *testing.T) {
	v := open(10, 3, Line{Text: "\x1b[31m" + strings.Repeat("r", 25), SGR: true})
	v.SetWrap(true)
	for i, row := range strings.Split(v.View(), "\n") {
		if !strings.HasPrefix(row, "\x1b[31mr") || !strings.Contains(row, "\x1b[m") {
			t.Errorf("row %d: %q", i, row)
		}
	}
}

func TestHighlighterKeepsState(t *testing.T) {
	v := open(20, 3)
	v.SetHighlighter(func(line string, state uint64) ([]themes.Span, uint64) {
		role := themes.SyntaxKey
		if state == 9 {
			role = themes.Error
		}
		return []themes.Span{{Start: 0, End: len(line), Role: role}}, state + 1
	})
	v.SetText(strings.Repeat("line\n", 10))
	v.GotoEnd()
	rows := strings.Split(v.View(), "\n")
	if !strings.HasPrefix(rows[2], themes.Dark().Open(themes.Error)) || strings.HasPrefix(rows[1], themes.Dark().Open(themes.Error)) {
		t.Errorf("rows %q", rows)
	}
}

func TestTextAndHooks(t *testing.T) {
	v := open(20, 3, Line{Text: "\x1b[31mred", SGR: true}, Line{Text: "b"})
	if got := v.Text(); got != "red\nb\n" {
		t.Errorf("text %q", got)
	}
	if _, handled := v.Handle(tea.KeyPressMsg{Code: 'c', Text: "c"}); handled {
		t.Error("copy without a hook")
	}
	var copied string
	v.OnCopy = func(text string) tea.Cmd { copied = text; return nil }
	press(v, "c")
	if copied != "red\nb\n" {
		t.Errorf("copied %q", copied)
	}
}

func TestUpdateLinesStays(t *testing.T) {
	v := open(60, 5, numbered(100)...)
	v.GotoLine(50)
	before := text(v)
	v.UpdateLines(numbered(101))
	if text(v) != before {
		t.Error("the view moved")
	}
	v.UpdateLines(numbered(3))
	modelstest.CheckView(t, v.View(), 60, 5)
}

func BenchmarkHugeLines(b *testing.B) {
	v := open(200, 50)
	lines := make([]Line, 100)
	for i := range lines {
		lines[i].Text = strings.Repeat(`{"level":"info","n":1} `, 5000)
	}
	v.SetLines(lines)
	v.SetWrap(true)
	for b.Loop() {
		v.ScrollBy(1)
		v.View()
	}
}

func BenchmarkScroll100k(b *testing.B) {
	v := open(200, 50, numbered(100000)...)
	v.SetWrap(true)
	v.GotoLine(50000)
	for b.Loop() {
		v.ScrollBy(1)
		v.View()
	}
}

func BenchmarkAppendFollow(b *testing.B) {
	v := New(themes.Dark(), 10000)
	v.SetSize(200, 50)
	v.SetFollow(true)
	v.Append(numbered(10000)...)
	l := numbered(1)
	for b.Loop() {
		v.Append(l...)
		v.View()
	}
}

func BenchmarkSearchNothing100k(b *testing.B) {
	v := open(200, 50, numbered(100000)...)
	for b.Loop() {
		v.Search("nowhere to be found")
	}
}

func BenchmarkSearchRegexp100k(b *testing.B) {
	v := open(200, 50, numbered(100000)...)
	for b.Loop() {
		v.Search("no.*where")
	}
}

func TestDropLast(t *testing.T) {
	v := New(themes.Plain(), 0)
	v.SetSize(10, 3)
	v.SetFollow(true)
	v.Append(Line{Text: "one"}, Line{Text: "tw"})
	v.View()
	v.DropLast(1)
	v.Append(Line{Text: "two"}, Line{Text: "three"})
	if got := v.Text(); got != "one\ntwo\nthree\n" {
		t.Errorf("the text is %q", got)
	}
	if got := v.View(); !strings.Contains(got, "two") || !strings.HasPrefix(got, "one") {
		t.Errorf("the view is %q", got)
	}
	v.DropLast(100)
	v.DropLast(1)
	if v.Lines() != 0 || v.Text() != "" {
		t.Errorf("%d lines are left", v.Lines())
	}
}
