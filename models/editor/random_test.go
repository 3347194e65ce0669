package editor

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
)

// TestAnyKeysInAnyOrder: whatever is pressed, typed, pasted, clicked and resized,
// and in whatever order answers come, the screen draws what it was given room
// for, keeps its text and undo together, and never panics.
func TestAnyKeysInAnyOrder(t *testing.T) {
	keys := strings.Fields("up down left right home end enter tab shift+tab backspace delete pgup pgdown ctrl+z alt+z ctrl+f ctrl+r alt+r " +
		"f1 f8 shift+f8 alt+enter alt+p ctrl+space esc alt+g ctrl+/ shift+down shift+end ctrl+x ctrl+v alt+a alt+s ctrl+s f3")
	texts := []string{"a", "spec:\n", "  - name: x", "image: ", "\t", "日本", "{", "[", "---\n", "\"", "# ", ": ", "\x1b[2J", "\xff", "kind: Pod\n"}
	rapid.Check(t, func(rt *rapid.T) {
		b := mt.NewBench(mt.NewClient(api.PodRow{Namespace: "default", Name: "web", Images: "nginx", Labels: "app=web"}))
		b.Env.ReadOnly = true // nothing is to be sent
		m := New(b.Env, models.EditMsg{Text: rapid.SampledFrom([]string{good, "", "{\"spec\": {", "a:\n- - b\n"}).Draw(rt, "text")}, nil)
		m.tick = func(_ time.Duration, f func(time.Time) tea.Msg) tea.Cmd {
			return func() tea.Msg { return f(time.Time{}) }
		}
		cols, rows := 80, 24
		m.SetSize(cols, rows)
		var waiting []tea.Cmd
		do := func(cmd tea.Cmd) {
			if cmd != nil {
				waiting = append(waiting, cmd)
			}
		}
		do(m.Init())
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			switch rapid.IntRange(0, 6).Draw(rt, "what") {
			case 0, 1:
				do(m.Update(mt.Key(rapid.SampledFrom(keys).Draw(rt, "key"))))
			case 2:
				for _, r := range rapid.SampledFrom(texts).Draw(rt, "typed") {
					do(m.Update(tea.KeyPressMsg{Code: r, Text: string(r)}))
				}
			case 3:
				do(m.Update(tea.PasteMsg{Content: rapid.SampledFrom(texts).Draw(rt, "pasted")}))
			case 4:
				x, y := rapid.IntRange(-1, 90).Draw(rt, "x"), rapid.IntRange(-1, 30).Draw(rt, "y")
				do(m.Update(tea.MouseClickMsg{X: x, Y: y, Button: tea.MouseLeft}))
				do(m.Update(tea.MouseMotionMsg{X: y, Y: x, Button: tea.MouseLeft}))
			case 5:
				cols, rows = rapid.IntRange(0, 120).Draw(rt, "cols"), rapid.IntRange(0, 40).Draw(rt, "rows")
				m.SetSize(cols, rows)
			default:
				if n := len(waiting); n > 0 {
					i := rapid.IntRange(0, n-1).Draw(rt, "answer")
					cmd := waiting[i]
					waiting = append(waiting[:i], waiting[i+1:]...)
					runNow(cmd, m, do)
				}
			}
			view := m.View()
			if n := strings.Count(view, "\n") + 1; rows > 0 && cols > 0 && n != rows || view != m.View() {
				rt.Fatalf("at %dx%d the view has %d lines, or is two", cols, rows, n)
			}
			if strings.Contains(view, "\x1b[2J") {
				rt.Fatal("a control sequence of the text is drawn")
			}
			if m.buf.Size() != len(m.buf.Text()) || m.buf.Offset() > m.buf.Size() {
				rt.Fatalf("size %d of %d bytes, cursor at %d", m.buf.Size(), len(m.buf.Text()), m.buf.Offset())
			}
			_ = m.Cursor()
			_ = m.Keys()
		}
		end, undone := m.buf.Text(), 0
		for ; m.buf.Undo(); undone++ {
		}
		for range undone {
			m.buf.Redo()
		}
		if m.buf.Text() != end {
			rt.Fatalf("undone and done again it is %q, not %q", m.buf.Text(), end)
		}
	})
}

// runNow gives the screen the answer of a command, and those that it has in
// hand for later.
func runNow(cmd tea.Cmd, m *Model, do func(tea.Cmd)) {
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			do(c)
		}
	default:
		do(m.Update(msg))
	}
}
