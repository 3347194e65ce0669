package pods

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"podium/api"
	"podium/models/modelstest"
)

// many are n pods as a cluster has them.
func many(n int) []api.PodRow {
	out := make([]api.PodRow, n)
	for i := range out {
		out[i] = row(fmt.Sprintf("service-%d-%05x", i%50, i*7919), []string{"Running", "Pending", "CrashLoopBackOff", "Completed"}[i%4])
	}
	return out
}

func loaded(b *testing.B, n int) (*Model, *modelstest.Bench) {
	c := modelstest.NewClient(many(n)...)
	m, bench, d := open(b, c, 200, 50)
	d.Until("the list", listed(m))
	return m, bench
}

// settle takes the answer of a command in, as the loop would, until all is shown.
func settle(m *Model, cmd tea.Cmd) {
	for cmd != nil {
		cmd = m.Update(cmd())
	}
	m.refresh()
}

// What a letter of a filter costs before it is echoed.
func BenchmarkFilterEcho(b *testing.B) {
	m, _ := loaded(b, 50_000)
	m.typing = true
	keys := []tea.KeyPressMsg{modelstest.Key("["), modelstest.Key("x"), modelstest.Key("]"), modelstest.Key("backspace"), modelstest.Key("backspace"), modelstest.Key("backspace")}
	for i := 0; b.Loop(); i++ {
		m.Update(keys[i%len(keys)])
		m.View()
	}
}

// What a key that sorts holds the loop up for: the key, and the answer.
func BenchmarkSortHold(b *testing.B) {
	m, _ := loaded(b, 50_000)
	for i := 0; b.Loop(); i++ {
		cmd := m.sortBy([]string{colStatus, colAge}[i%2])
		m.refresh()
		b.StopTimer()
		msg := cmd()
		b.StartTimer()
		m.Update(msg)
		m.View()
	}
}

func BenchmarkKeyDown(b *testing.B) {
	m, _ := loaded(b, 10_000)
	k := modelstest.Key("j")
	for b.Loop() {
		m.Update(k)
		m.View()
	}
}

func BenchmarkFilterWord(b *testing.B) {
	for _, n := range []int{10_000, 50_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m, _ := loaded(b, n)
			for i := 0; b.Loop(); i++ {
				m.edit.line.Set([]string{"service-49", "crash"}[i%2])
				settle(m, m.typed())
			}
		})
	}
}

// A name of 16 letters, typed and taken back.
func BenchmarkFilterTyped(b *testing.B) {
	m, _ := loaded(b, 10_000)
	for b.Loop() {
		for n := range len("service-49-5ab19") + 1 {
			m.edit.line.Set("service-49-5ab19"[:n])
			settle(m, m.typed())
		}
	}
}

func BenchmarkFilterExpression(b *testing.B) {
	m, _ := loaded(b, 10_000)
	for i := 0; b.Loop(); i++ {
		m.edit.line.Set([]string{"ice-4[0-9].*7$", "(crash|pend)"}[i%2])
		settle(m, m.typed())
	}
}

// One batch of the changes that come in a quarter of a second at 100 a second.
func BenchmarkBatch(b *testing.B) {
	m, _ := loaded(b, 10_000)
	rows := many(10_000)
	for i := 0; b.Loop(); i++ {
		var changes []change
		for j := range 25 {
			r := rows[(i*25+j)*31%len(rows)]
			r.Restarts, r.ResourceVersion = i, fmt.Sprint("v", i)
			changes = append(changes, change{kind: api.EventModified, row: r})
		}
		m.feed.apply(changes, m.env.Now())
		m.changed()
		m.refresh()
	}
}

func BenchmarkTick(b *testing.B) {
	m, bench := loaded(b, 10_000)
	m.blurred = true // ages pass, nothing is asked
	for b.Loop() {
		m.Update(bench.Step(time.Second))
		m.View()
	}
}

// Sorting 50,000 rows anew, as a click on a title asks for.
func BenchmarkSort(b *testing.B) {
	for _, by := range []string{colName, colStatus, colAge} {
		b.Run(by, func(b *testing.B) {
			m, _ := loaded(b, 50_000)
			for b.Loop() {
				settle(m, m.sortBy(by))
			}
		})
	}
}

// A poll of pods of which none has changed, from a server without versions.
func BenchmarkUnchanged(b *testing.B) {
	m, _ := loaded(b, 10_000)
	rows := many(10_000)
	var changes []change
	for i := range rows {
		rows[i].ResourceVersion = ""
		changes = append(changes, change{kind: api.EventAdded, row: rows[i]})
	}
	for b.Loop() {
		m.rows.begin()
		m.feed.apply(changes, m.env.Now())
		m.rows.sweep()
		m.changed()
	}
}
