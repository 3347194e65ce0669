package terminal

import (
	"testing"

	mt "podium/models/modelstest"
	"podium/models/widget/textview"
	"podium/termbridge/vt"
	"podium/themes"
)

// FuzzLook looks at whatever a program printed: motions stay among the lines,
// searches end, and what is painted over keeps its width.
func FuzzLook(f *testing.F) {
	f.Add([]byte("plain\r\nand \x1b[31mred 世界 e\u0301\x1b[m\x1b]8;;http://x/\x1b\\l\x1b]8;;\x1b\\\r\n"), uint8(20), uint8(5), false)
	f.Add([]byte("\x1b[?1049h\x1b#8\x1b[7mx\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea"), uint8(3), uint8(2), true)
	f.Fuzz(func(t *testing.T, printed []byte, cols, rows uint8, grapheme bool) {
		if len(printed) > 4096 {
			return
		}
		m := New(mt.NewBench(mt.NewClient()).Env, shell())
		m.env.Theme = themes.Dark()
		m.cols, m.rows = int(cols)%90+1, int(rows)%30+1
		if grapheme {
			m.width = vt.WidthGrapheme
		}
		term := vt.New(vt.Options{Cols: m.cols, Rows: m.rows, ScrollbackBytes: 1 << 16, Width: m.width})
		_, _ = term.Write(printed)
		tx := textOf(term, m.width)
		l := &m.look
		l.copying, l.search.expr = true, "e"
		l.search.find = textview.NewFinder("[a-z]|世")
		m.drawLook(tx)
		for i, c := range m.copyKeys {
			if c.move == nil {
				continue
			}
			l.at = tx.clamp(c.move(m, tx))
			l.sel = selection{shape: shape(1 + i%3), from: l.at, to: pos{tx.last(), i % m.cols}}
			m.reveal(i % 5)
			m.drawLook(tx)
			_ = l.sel.read(tx)
			m.render()
			if l.at.line < tx.low || l.at.line > tx.high {
				t.Fatalf("%s leads to line %d of %d to %d", c.key.Help().Key, l.at.line, tx.low, tx.high)
			}
			if at := m.Cursor(); at.Y < 0 || at.Y >= m.rows {
				t.Fatalf("after %s the cursor is at %+v of %d rows", c.key.Help().Key, at, m.rows)
			}
		}
		for y, line := range m.frame.Lines {
			was, is := vt.New(vt.Options{Cols: m.cols, Rows: 1, Width: m.width}), vt.New(vt.Options{Cols: m.cols, Rows: 1, Width: m.width})
			_, _ = was.Write([]byte(line))
			_, _ = is.Write([]byte(m.painter.over(line, l.spans[y])))
			if was.Text() != is.Text() {
				t.Fatalf("painted over, %q reads %q", was.Text(), is.Text())
			}
		}
		tx.seek(l.search.find, l.at, true, false)
		_, _ = wordAt(tx, l.at)
		_ = tx.lastOutput()
	})
}
