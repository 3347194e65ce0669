package editor

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
)

func TestCompletionAsOneTypes(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: good})
	m.buf.GotoOffset(len(good))
	d.Type("    imagePullP").Sees("imagePullPolicy", "Image pull policy")
	d.Press("tab").Sees("IfNotPresent") // the field is written, its values follow
	if !strings.HasSuffix(m.buf.Text(), "    imagePullPolicy: ") {
		t.Fatalf("the text is %q", m.buf.Text())
	}
	d.Type("Nev").Press("tab")
	d.Until("the value", func() bool { return strings.HasSuffix(m.buf.Text(), "    imagePullPolicy: Never") })
	if m.popup != nil {
		t.Error("the menu is still open")
	}
	for m.buf.Undo() {
	}
	if m.buf.Text() != good || m.buf.Dirty() {
		t.Errorf("undone it is %q", m.buf.Text())
	}
}

// TestEnterIsALineEndUntilSomethingIsChosen: a menu that came by itself does not
// take the key that one types on with.
func TestEnterIsALineEndUntilSomethingIsChosen(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: good})
	m.buf.GotoOffset(len(good))
	d.Type("    st").Sees("stdinOnce").Press("enter")
	if !strings.HasSuffix(m.buf.Text(), "    st\n    ") {
		t.Fatalf("enter has written %q", m.buf.Text())
	}
	d.Press("ctrl+z").Type("d").Sees("stdinOnce")
	d.Press("down enter")
	d.Until("the chosen one", func() bool { return strings.Contains(m.buf.Text(), "stdinOnce: ") })
	d.Press("ctrl+z").Type("i").Sees("stdin").Press("esc")
	if m.popup != nil || d.View() == "" || len(strings.Split(m.buf.Text(), "\n")) < 9 {
		t.Error("esc does more or less than closing the menu")
	}
}

// TestTabTypedAheadTakesWhatFits: the key may come before the menu.
func TestTabTypedAheadTakesWhatFits(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: good})
	m.buf.GotoOffset(len(good))
	d.Type("    w")
	d.Sees("workingDir")
	for _, r := range "orking" { // no answer is let in between
		d.Run(m.Update(tea.KeyPressMsg{Code: r, Text: string(r)}))
	}
	d.Run(m.Update(mt.Key("tab")))
	d.Until("the field", func() bool { return strings.HasSuffix(m.buf.Text(), "    workingDir: ") })
}

func TestCompletionKnowsWhatWasSeen(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	b.Client.SetRows(api.PodRow{Namespace: "default", Name: "a", Images: "redis:7.2,nginx", Labels: "app=shop,tier=db"})
	m := New(b.Env, models.EditMsg{Text: strings.Replace(good, "image: nginx\n", "image: \n", 1)}, nil)
	t.Cleanup(m.Close)
	d := mt.Drive(t, m, 100, 30)
	d.Until("the pods", func() bool { return len(m.seen.Images) == 2 && len(m.seen.Labels["app"]) == 1 })
	m.buf.Goto(8, 12)
	d.Press("ctrl+space").Sees("redis:7.2").Press("down enter")
	d.Until("the image", func() bool { return strings.Contains(m.buf.Text(), "image: redis:7.2") })
}

func TestTabIndentsBehindBlanks(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: good})
	m.buf.GotoOffset(len(good))
	d.Press("tab")
	if !strings.HasSuffix(m.buf.Text(), "\n  ") || m.looking && m.wanted == wantAsked {
		t.Errorf("tab has written %q", m.buf.Text())
	}
}

func TestDocumentationAndPath(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: strings.Replace(good, "    image:", "    terminationMessagePolicy: File\n    image:", 1)})
	m.SetSize(120, 24)
	m.buf.Goto(8, 10)
	d.Press("right").Sees("spec.containers[0].terminationMessagePolicy")
	d.Press("f1").Sees("One of: File, FallbackToLogsOnError", "spec.containers[0].terminationMessagePolicy · string")
	d.Press("f1").Misses("One of:")
	d.Press("f1").Sees("One of:").Type("x").Misses("One of:")
	if !strings.Contains(m.buf.Text(), "x") {
		t.Error("the key that closes the documentation is lost")
	}
}

func TestMending(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: strings.Replace(good, "image:", "imag:", 1)})
	d.Sees("1 error").Press("f8 alt+enter").Sees("change imag to image", "remove imag").Press("enter")
	d.Until("the field", func() bool { return m.buf.Text() == good }).Sees("Done: change imag to image", "no problems")
	d.Press("ctrl+z")
	if !strings.Contains(m.buf.Text(), "imag:") {
		t.Errorf("undone it is %q", m.buf.Text())
	}
	d, _, m = edit(t, models.EditMsg{Text: strings.Replace(good, "    image: nginx\n", "", 1)})
	d.Sees("1 error").Press("f8 alt+enter").Until("the field", func() bool { return strings.HasSuffix(m.buf.Text(), "    image: \n") })
	if m.buf.Before() != "    image: " {
		t.Errorf("the cursor is behind %q: want it where the image is to be written", m.buf.Before())
	}
	d, _, _ = edit(t, models.EditMsg{Text: good})
	d.Press("alt+enter").Sees("nothing to mend")
}

func TestProblemsAreListed(t *testing.T) {
	text := strings.Replace(good, "spec:\n", "spec:\n  hostPID: true\n  hostIPC: true\n", 1)
	d, _, m := edit(t, models.EditMsg{Text: text})
	d.Sees("2 warnings").Press("alt+p").Sees("6:3 spec.hostPID", "7:3 spec.hostIPC").Press("down enter")
	if line, _ := m.buf.Position(); line != 7 {
		t.Errorf("the cursor is in line %d: want 7", line)
	}
	d.Press("f8")
	if line, _ := m.buf.Position(); line != 6 {
		t.Errorf("F8 goes to line %d: want 6, round the end", line)
	}
}

// TestMenusFitAnySize: exactly the size, the same string twice, no control
// character of the text or of other pods.
func TestMenusFitAnySize(t *testing.T) {
	b := mt.NewBench(mt.NewClient())
	b.Client.SetRows(api.PodRow{Namespace: "default", Name: "a", Images: "evil\x1b[2J日本語:1"})
	m := New(b.Env, models.EditMsg{Text: strings.Replace(good, "image: nginx\n", "image: \n", 1)}, nil)
	t.Cleanup(m.Close)
	d := mt.Drive(t, m, 80, 24)
	d.Until("the pods", func() bool { return len(m.seen.Images) == 1 })
	m.buf.Goto(8, 12)
	d.Press("ctrl+space").Until("a menu", func() bool { return m.popup != nil })
	check := func(what string) {
		t.Helper()
		for _, size := range [][2]int{{200, 50}, {80, 24}, {60, 10}, {40, 12}, {20, 6}, {9, 4}, {3, 2}, {1, 1}} {
			m.SetSize(size[0], size[1])
			view := m.View()
			lines := strings.Split(view, "\n")
			if view != m.View() || len(lines) != size[1] {
				t.Errorf("%s at %v: %d lines, or two views", what, size, len(lines))
			}
			for _, l := range lines {
				if w := len([]rune(mt.Strip(l))); strings.Contains(l, "\x1b[2J") || size[0] > 20 && !strings.Contains(l, "日") && w != size[0] {
					t.Errorf("%s at %v: the line %q has %d cells", what, size, l, w)
				}
			}
		}
	}
	check("completions")
	m.SetSize(80, 24)
	d.Press("esc f1")
	check("documentation")
}

func BenchmarkKey2000(b *testing.B) {
	bench := mt.NewBench(mt.NewClient())
	m := New(bench.Env, models.EditMsg{Text: good}, nil)
	var text strings.Builder
	text.WriteString(good)
	for i := range 2000 / 4 {
		fmt.Fprintf(&text, "  - name: c%d\n    image: nginx\n    command: [\"sh\", \"-c\", \"date\"]\n    tty: true\n", i)
	}
	m.SetSize(200, 50)
	m.open(text.String())
	m.buf.Goto(1000, 20)
	b.ReportAllocs()
	for b.Loop() {
		m.Update(mt.Key("x"))
		_ = m.View()
		m.Update(mt.Key("backspace"))
		_ = m.View()
	}
}

// TestNoMenuWhereTheWordWasLeft: the answer about a word comes when the cursor
// is elsewhere.
func TestNoMenuWhereTheWordWasLeft(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: good})
	m.buf.GotoOffset(len(good))
	for _, key := range []string{"t", "t", "enter"} { // no answer is let in between
		d.Run(m.Update(mt.Key(key)))
	}
	d.Until("the last answer", func() bool { return !m.looking && m.path == "" })
	if m.popup != nil {
		t.Errorf("a menu of %d is open on an empty line", len(m.popup.items))
	}
}

// TestALineInTheMakingHidesNothing: it breaks the text, and what is wrong
// elsewhere stays known.
func TestALineInTheMakingHidesNothing(t *testing.T) {
	d, _, m := edit(t, models.EditMsg{Text: strings.Replace(good, "spec:", "spec:\n  hostPID: true", 1)})
	d.Sees("1 warning")
	m.buf.GotoOffset(m.buf.Size())
	d.Type("    zz").Sees("1 error, 1 warning")
	m.buf.Goto(1, 1)
	d.Press("ctrl+z") // the fault goes with its line
	d.Sees("1 warning").Misses("1 error")
}

// TestWhatIsSaidLastIsShown: a word of the buffer gives way to the screen's.
func TestWhatIsSaidLastIsShown(t *testing.T) {
	d, _, _ := edit(t, models.EditMsg{Text: good})
	d.Press("alt+z").Sees("nothing to redo").Press("alt+p").Sees("no problems.")
}
