package editor

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"podium/models/modelstest"
	"podium/models/widget/syntax"
	"podium/themes"
)

func open(text string) *Editor {
	e := New(themes.Dark())
	e.SetSize(80, 24)
	e.SetHighlighter(syntax.YAML)
	e.SetText(text)
	return e
}

func press(e *Editor, keys ...string) {
	for _, k := range keys {
		e.Update(modelstest.Key(k))
	}
}

func write(e *Editor, text string) {
	for _, r := range text {
		if r == '\n' {
			press(e, "enter")
			continue
		}
		e.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

const manifest = `apiVersion: v1
kind: Pod
metadata:
  name: web-0 # 日本語 e` + "\u0301" + `
spec:
  containers:
  - name: web
    image: nginx` + "\u202e\x1b[31m" + `
    args: [a, 1, true]
    script: |
      echo "hello: world"
`

// The golden views hold what the widget looks like, in the theme without colours.
// "go test -update" writes them anew; look at the difference before committing.
func TestGolden(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {40, 12}, {1, 1}} {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			e := open(manifest)
			e.SetSize(size[0], size[1])
			e.SetTheme(themes.Plain()) // so that a change of colours leaves the pictures alone
			e.SetMarks([]Mark{{Line: 8, Col: 12, Severity: SeverityError, Message: "no such image"}, {Line: 2, Severity: SeverityWarning}})
			e.Goto(4, 3)
			press(e, "shift+down", "shift+right")
			view := e.View()
			modelstest.CheckView(t, view, size[0], size[1])
			if e.View() != view {
				t.Error("drawing twice differs")
			}
			golden.RequireEqual(t, view)
		})
	}
}

func TestEverySizeIsExact(t *testing.T) {
	for w := range 40 {
		for h := range 8 {
			e := open(manifest)
			e.SetSize(w, h)
			for _, k := range []string{"down", "down", "down", "end", "enter", "pgdown", "ctrl+f", "a", "enter", "ctrl+z", "alt+a"} {
				press(e, k)
				modelstest.CheckView(t, e.View(), w, h)
				if x, y, ok := e.Cursor(); ok && (x < 0 || x >= w || y < 0 || y >= h) {
					t.Fatalf("%dx%d: cursor at %d,%d", w, h, x, y)
				}
			}
		}
	}
	New(themes.Theme{}).SetSize(-1, -1)
}

func TestTypingIndents(t *testing.T) {
	e := open("")
	write(e, "spec:\ncontainers:\n- name: web\nimage: x")
	want := "spec:\n  containers:\n    - name: web\n      image: x"
	if e.Text() != want {
		t.Errorf("got\n%s\nwant\n%s", e.Text(), want)
	}
	for in, want := range map[string]string{
		"- a": "", "  - a": "  ", "-": "  ", "- a:": "    ", "- a: b": "  ", "a: |": "  ", "a: b # c:": "", "  a:": "    ", "- - a: 1": "    ", "x": "",
	} {
		if got := indentAfter(in); got != want {
			t.Errorf("indentation after %q is %d, want %d", in, len(got), len(want))
		}
	}
}

func TestKeys(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		at   [2]int
		keys string
		want string
	}{
		"backspace joins":          {"a\nb", [2]int{2, 1}, "backspace", "ab"},
		"backspace takes a step":   {"    x", [2]int{1, 5}, "backspace", "  x"},
		"backspace takes a family": {"a👨‍👩‍👧", [2]int{1, 9}, "backspace", "a"},
		"backspace takes a mark":   {"xe\u0301", [2]int{1, 4}, "backspace", "x"},
		"delete joins":             {"a\nb", [2]int{1, 2}, "delete", "ab"},
		"delete word":              {"one two", [2]int{1, 8}, "ctrl+w", "one "},
		"delete word right":        {"one two", [2]int{1, 1}, "alt+d", " two"},
		"typing replaces":          {"one two", [2]int{1, 1}, "ctrl+shift+right x", "x two"},
		"cut line":                 {"a\nb\nc", [2]int{2, 1}, "ctrl+x", "a\nc"},
		"cut and paste":            {"a\nb\n", [2]int{1, 1}, "ctrl+x down ctrl+v", "b\na\n"},
		"cut last line":            {"a\nb", [2]int{2, 1}, "ctrl+k", "a"},
		"tab":                      {"abc", [2]int{1, 2}, "tab", "a bc"},
		"tab on lines":             {"a\n\nb\nc", [2]int{1, 1}, "shift+down shift+down shift+end tab", "  a\n\n  b\nc"},
		"outdent":                  {"   a", [2]int{1, 4}, "shift+tab", " a"},
		"undo lines at once":       {"a\nb", [2]int{1, 1}, "alt+a tab ctrl+z", "a\nb"},
		"redo":                     {"a", [2]int{1, 2}, "b c ctrl+z alt+z", "abc"},
		"smart home":               {"  ab", [2]int{1, 5}, "home x home home y", "y  xab"},
		"over wide":                {"日本", [2]int{1, 1}, "right x left left y", "y日x本"},
		"goal cell":                {"日本語x\na\nabcdef", [2]int{1, 3}, "down down X", "日本語x\na\nabcdXef"},
	} {
		t.Run(name, func(t *testing.T) {
			e := open(c.text)
			e.Goto(c.at[0], c.at[1])
			press(e, strings.Fields(c.keys)...)
			if e.Text() != c.want {
				t.Errorf("%q, want %q", e.Text(), c.want)
			}
		})
	}
}

func TestUndoTakesBackWords(t *testing.T) {
	e := open("")
	write(e, "one two")
	for _, want := range []string{"one ", ""} {
		press(e, "ctrl+z")
		if e.Text() != want {
			t.Errorf("%q, want %q", e.Text(), want)
		}
	}
	if e.Dirty() {
		t.Error("the text set is back, and still counts as changed")
	}
	press(e, "ctrl+z")
	if e.Notice() == "" {
		t.Error("nothing to undo, and nothing says so")
	}
}

func TestPasteIsBoundedAndOneStep(t *testing.T) {
	e := open("a")
	e.Update(tea.PasteMsg{Content: "x\r\ny"})
	if e.Text() != "x\nya" {
		t.Errorf("%q", e.Text())
	}
	press(e, "ctrl+z")
	if e.Text() != "a" {
		t.Errorf("after undo %q", e.Text())
	}
	e.Update(tea.PasteMsg{Content: strings.Repeat("x", MaxBytes)})
	if e.Text() != "a" || !strings.Contains(e.Notice(), "at most 10 MB") {
		t.Errorf("%d bytes, notice %q", len(e.Text()), e.Notice())
	}
}

func TestFind(t *testing.T) {
	e := open("one\ntwo One\nthree")
	press(e, "ctrl+f", "o", "n", "e")
	if !e.Typing() || e.Selection() != "one" {
		t.Fatalf("selected %q", e.Selection())
	}
	press(e, "enter", "f3")
	if line, _ := e.Position(); line != 2 || e.Selection() != "One" {
		t.Errorf("line %d, %q", line, e.Selection())
	}
	press(e, "f3")
	if line, _ := e.Position(); line != 1 {
		t.Errorf("round the end: line %d", line)
	}
	press(e, "shift+f3")
	if line, _ := e.Position(); line != 2 {
		t.Errorf("round the beginning: line %d", line)
	}
	press(e, "alt+g", "3", ":", "4", "enter")
	if line, col := e.Position(); line != 3 || col != 4 {
		t.Errorf("at %d:%d", line, col)
	}
}

func TestProblems(t *testing.T) {
	e := open("a: 1\nb: 2\nc: 3")
	e.SetMarks([]Mark{{Line: 3, Col: 4, Message: "three"}, {Line: 2, Message: "two", Severity: SeverityWarning}, {Line: 99, Col: 1, Message: "end"}})
	var seen []string
	for range 4 {
		press(e, "f8")
		m, _ := e.Problem()
		line, col := e.Position()
		seen = append(seen, fmt.Sprintf("%s %d:%d", m.Message, line, col))
	}
	// Line 3 has two problems of the same severity: the first one is told.
	if got, want := strings.Join(seen, ", "), "two 2:1, end 3:1, end 3:4, two 2:1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	press(e, "shift+f8")
	if line, col := e.Position(); line != 3 || col != 4 {
		t.Errorf("backwards round the beginning: %d:%d", line, col)
	}
	e.Goto(1, 1)
	write(e, "x\n\n")
	if m := e.Marks(); m[0].Line != 4 || m[2].Line != 5 || m[2].Col != 4 {
		t.Errorf("marks did not move with the text: %+v", m)
	}
	e.Goto(5, 1)
	write(e, "日本")
	if m := e.Marks()[2]; m.Col != 6 {
		t.Errorf("column %d, want 6", m.Col)
	}
	press(e, "ctrl+z", "ctrl+z", "ctrl+z", "ctrl+z")
	if m := e.Marks()[0]; e.Text() != "a: 1\nb: 2\nc: 3" || m.Line != 2 {
		t.Errorf("%q %+v", e.Text(), m)
	}
}

func TestMouse(t *testing.T) {
	e := open("日本語\nabc")
	g := e.gutter()
	e.Update(tea.MouseClickMsg{X: g + 3, Y: 0, Button: tea.MouseLeft})
	if line, col := e.Position(); line != 1 || col != 2 {
		t.Errorf("at %d:%d", line, col)
	}
	if x, y, ok := e.Cursor(); !ok || x != g+2 || y != 0 {
		t.Errorf("cursor at %d,%d", x, y)
	}
	e.Update(tea.MouseMotionMsg{X: g + 2, Y: 1, Button: tea.MouseLeft})
	if e.Selection() != "本語\nab" {
		t.Errorf("selected %q", e.Selection())
	}
}

func TestReplace(t *testing.T) {
	e := open("image: nginx\nx")
	e.Goto(2, 2)
	if err := e.ReplaceAll("new\ntext"); err != nil || e.Text() != "new\ntext" {
		t.Errorf("%q, %v", e.Text(), err)
	}
	press(e, "ctrl+z")
	if e.Text() != "image: nginx\nx" {
		t.Errorf("%q", e.Text())
	}
	if err := e.ReplaceAll(strings.Repeat("x", MaxBytes+1)); err == nil {
		t.Error("a text beyond the limit was taken")
	}
}

func large() *Editor {
	e := open(strings.Repeat("    - name: some-container # with a comment\n      value: \"1\"\n", 1000))
	e.SetSize(200, 50)
	e.Goto(1000, 20)
	return e
}

func BenchmarkType2000(b *testing.B) {
	e := large()
	e.View()
	k := modelstest.Key("x")
	back := modelstest.Key("backspace")
	for b.Loop() {
		e.Update(k)
		e.View()
		e.Update(back)
		e.View()
	}
}

func BenchmarkEnter2000(b *testing.B) {
	e := large()
	for b.Loop() {
		press(e, "enter", "ctrl+z")
		e.View()
	}
}
