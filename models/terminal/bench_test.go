package terminal

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models"
	mt "podium/models/modelstest"
	"podium/models/widget/textview"
	"podium/termbridge/vt"
	"podium/themes"
)

// running200x50 is a session in a large pane, full of coloured text.
func running200x50(b *testing.B) (*Model, *session) {
	s := newSession()
	client := mt.NewClient()
	client.SetObject("{}", pod("main"))
	client.OnExec = func(context.Context, string, string, string, api.ExecConfig) (api.ExecSession, error) { return s, nil }
	bench := mt.NewBench(client)
	bench.Env.Theme = themes.Dark()
	m := New(bench.Env, shell())
	d := mt.Drive(b, m, 200, 50)
	b.Cleanup(m.Close)
	d.Until("the program to run", func() bool { return m.state == running })
	for i := range 300 {
		line := fmt.Sprintf("\x1b[3%dmline %d\x1b[m %s\r\n", i%8, i, strings.Repeat("lorem ipsum ", 15))
		if _, err := s.output.Write([]byte(line)); err != nil {
			b.Fatal(err)
		}
	}
	d.Sees("line 299")
	return m, s
}

// BenchmarkEchoedKey is what a key costs in Update and View: the press, and the
// picture with its echo. That is own-ns; the rest is the way through pipes and
// pseudo-terminal.
func BenchmarkEchoedKey(b *testing.B) {
	m, s := running200x50(b)
	buf := make([]byte, 16)
	press := tea.KeyPressMsg{Code: 'a', Text: "a"}
	var own time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		m.Update(press)
		own += time.Since(began)
		n, err := s.input.Read(buf)
		if err != nil {
			b.Fatal(err)
		}
		before := m.bridge.Cursor()
		if _, err := fmt.Fprintf(s.output, "\x1b[%d;1H%s", 1+i%2, buf[:n]); err != nil {
			b.Fatal(err)
		}
		for m.bridge.Cursor() == before {
			runtime.Gosched()
		}
		began = time.Now()
		m.Update(changedMsg{Answer: models.To(m), gen: m.gen})
		_ = m.View()
		own += time.Since(began)
	}
	b.ReportMetric(float64(own.Nanoseconds())/float64(b.N), "own-ns/op")
}

// BenchmarkFlood is a picture of a pane in which every row is another.
func BenchmarkFlood(b *testing.B) {
	m, _ := running200x50(b)
	for i := range b.N {
		m.read(func(tx text) { _, _ = fmt.Fprintf(tx.t, "%s%d\r\n", strings.Repeat("y\r\n", 60), i) })
		m.Update(changedMsg{Answer: models.To(m), gen: m.gen})
		_ = m.View()
	}
}

// BenchmarkCopyModeKey moves the cursor with a search highlighted.
func BenchmarkCopyModeKey(b *testing.B) {
	m, _ := running200x50(b)
	m.Update(models.ActionMsg{Action: models.ActionSearch})
	for _, r := range "ipsum" {
		m.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	m.Update(mt.Key("enter"))
	m.Update(mt.Key("V"))
	for i := range b.N {
		m.Update(mt.Key([]string{"k", "j"}[i%2]))
		_ = m.View()
	}
}

// BenchmarkSearchNothing looks through a scrollback that is full. What holds the
// program's loop is the first part of it, and what holds the emulator is a step:
// at-once-us and step-us.
func BenchmarkSearchNothing(b *testing.B) {
	t := vt.New(vt.Options{Cols: 200, Rows: 50, ScrollbackBytes: int(models.DefaultSettings().Scrollback)})
	for i := 0; t.FirstLine() == 0; i++ {
		_, _ = fmt.Fprintf(t, "%d %s\r\n", i, strings.Repeat("lorem ipsum ", 6))
	}
	for _, expr := range []string{"not there", "not.*there", "(a|b|lorem).*nowhere"} {
		b.Run(expr, func(b *testing.B) {
			find := textview.NewFinder(expr)
			var first, step time.Duration
			steps := 0
			for b.Loop() {
				tx := textOf(t, vt.WidthWC)
				h := &hunt{find: find, from: pos{line: tx.high}, back: true, times: 1}
				began := time.Now()
				h.step(tx, huntAtOnce)
				first += time.Since(began)
				for ended := false; !ended; steps++ {
					began = time.Now()
					ended = h.step(textOf(t, vt.WidthWC), huntStep)
					step += time.Since(began)
				}
			}
			b.ReportMetric(float64(t.LineCount()), "lines")
			b.ReportMetric(float64(first.Microseconds())/float64(b.N), "at-once-us")
			b.ReportMetric(float64(step.Microseconds())/float64(steps), "step-us")
		})
	}
}
