package command

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"podium/models"
	mt "podium/models/modelstest"
)

func TestDifferencesAreShown(t *testing.T) {
	sessions := map[string]*session{}
	for name, text := range map[string]string{"a": "one\ntwo\n", "b": "one\ntwo\n", "c": "one\nTWO\n"} {
		s := newSession()
		sessions[name] = s
		go func() {
			_, _ = s.output.Write(append([]byte{1, 0, 0, 0, 0, 0, 0, byte(len(text))}, text...))
			s.exit(0)
		}()
	}
	b := bench(sessions)
	d, m := open(t, b, "x", 100, 24, "a", "b", "c")
	d.Sees("2 of 3 alike, 1 differs", "3 of 3")
	d.Press("j d").Sees("--- a and 1 more (stdout)", "+++ c (stdout)", "-two", "+TWO")
	if m.page != pageDiff {
		t.Error("this is no difference")
	}
	d.Press("esc").Send(tea.MouseClickMsg{X: 8, Y: 3, Button: tea.MouseLeft})
	if m.group != 0 || m.page != pageGroups {
		t.Errorf("a click on the first group selects %d, page %d", m.group, m.page)
	}
	d.Send(tea.MouseClickMsg{X: 8, Y: 2, Button: tea.MouseLeft}).Sees("2 pods: a b", "│ two")
	d.Sees("1/2  a · exit 0 · ").Press("tab").Sees("2/2  b · exit 0 · ").Press("tab shift+tab enter")
	if got, ok := b.Wishes[len(b.Wishes)-1].(models.InspectMsg); !ok || got.Ref != ref("b") {
		t.Errorf("it wishes %+v", b.Wishes)
	}
	d.Press("esc").Send(tea.MouseWheelMsg{Button: tea.MouseWheelDown}).Press("enter").Sees("1 pod: c", "│ TWO")
}

func TestOutputIsFiltered(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "x", 80, 14, "web")
	runs(d, m)
	s.print(t, 1, "GET /a 200\nGET /b 500\nPOST /c 200\n")
	d.Sees("GET /a", "POST /c").Press("&").Type("get.*\\d00").Press("enter").Sees("lines & get", "GET /a", "GET /b").Misses("POST")
	s.print(t, 2, "GET /d 404\n")
	s.print(t, 1, "GET /e 300\n")
	d.Sees("GET /e").Misses("/d")
	d.Press("&").Press("ctrl+u").Type("!get").Press("enter").Sees("POST /c").Misses("GET /a")
	d.Press("esc").Sees("GET /a", "GET /d", "POST /c")
	s.exit(0)
	d.Sees("exit 0")
}

func TestBinaryIsShownAsHex(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	d, m := open(t, b, "cat logo", 100, 14, "web")
	runs(d, m)
	s.print(t, 1, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\n")
	d.Sees("binary output, shown as hex", "00000000  89 50 4e 47 0d 0a 1a 0a  00 00 00 0d 49 48 44 52", "|.PNG........IHDR|")
	s.exit(0)
	d.Sees("exit 0").Press("b").Sees("IHDR").Misses("49 48 44 52").Press("b").Sees("49 48 44 52")
	d.Press("ctrl+s")
	d.Until("the file", func() bool {
		data, ok := b.Store.Saved("web-20260501-120000.out")
		return ok && string(data) == "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\n"
	})
}

// TestBinaryHidesNoErrors: what standard error says stands below the hex, even
// if it came before it was known that the output is binary.
func TestBinaryHidesNoErrors(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "cat logo", 100, 14, "web")
	runs(d, m)
	s.print(t, 2, "first words\n")
	d.Sees("first words")
	s.print(t, 1, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\n")
	d.Sees("49 48 44 52", "┃ first words")
	s.print(t, 2, "more\nhalf a")
	d.Sees("┃ more").Misses("half")
	s.print(t, 2, " line")
	s.exit(1)
	d.Sees("exit 1", "┃ half a line")
	view := mt.Strip(m.View())
	for _, text := range []string{"first words", "more", "half a"} {
		if strings.Count(view, "┃ "+text) != 1 || strings.Index(view, text) < strings.Index(view, "49 48 44 52") {
			t.Errorf("%q is not once below the hex:\n%s", text, view)
		}
	}
	d.Press("b").Sees("IHDR", "┃ first words").Press("b").Sees("49 48 44 52", "┃ half a line")
}

// TestBinaryIsBounded: of very many lines beside the hex the first are shown.
func TestBinaryIsBounded(t *testing.T) {
	s := newSession()
	d, m := open(t, bench(map[string]*session{"web": s}), "cat logo", 100, 14, "web")
	runs(d, m)
	s.print(t, 1, "\x00\x01\n")
	s.print(t, 2, strings.Repeat("e\n", 3*budget))
	s.exit(0)
	d.Sees("exit 0").Press("G").Sees("and more of standard error")
	d.Until("the end", func() bool { return m.shownRun().view.closed })
	if n := len(m.shownRun().view.beside); n != besides+1 {
		t.Errorf("%d lines are shown", n)
	}
}

func TestStreamsAreSavedApart(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	d, m := open(t, b, "x", 80, 14, "web")
	runs(d, m)
	s.print(t, 1, "out 1\n")
	s.print(t, 2, "err\n")
	s.print(t, 1, "out 2\r\n")
	s.exit(0)
	d.Sees("exit 0")
	for key, row := range map[string]struct{ file, want string }{
		"o": {"web-20260501-120000.stdout", "out 1\nout 2\r\n"},
		"e": {"web-20260501-120000.stderr", "err\n"},
		"b": {"web-20260501-120000.out", "out 1\nerr\nout 2\r\n"},
	} {
		d.Press("ctrl+s").Sees("Save: o standard output").Press(key)
		d.Until(row.file, func() bool { data, ok := b.Store.Saved(row.file); return ok && string(data) == row.want })
	}
	d.Press("p")
	var page models.PagerMsg
	for _, w := range b.Wishes {
		if p, ok := w.(models.PagerMsg); ok {
			page = p
		}
	}
	var text strings.Builder
	if page.Write == nil || page.Write(&text) != nil || text.String() != "out 1\nerr\nout 2\r\n" {
		t.Errorf("the pager is given %q", text.String())
	}
}

// TestLongOutputIsKeptInAFile and let go with the card.
func TestLongOutputIsKeptInAFile(t *testing.T) {
	s := newSession()
	b := bench(map[string]*session{"web": s})
	b.Env.Settings.CommandRing, b.Env.Settings.CommandSpill = 64<<10, 1<<20
	d, m := open(t, b, "x", 80, 14, "web")
	runs(d, m)
	line := strings.Repeat("x", 99) + "\n"
	for range 12_000 {
		s.print(t, 1, line)
	}
	s.exit(0)
	d.Sees("exit 0", "are not kept: the file takes 1.0 MiB")
	d.Press("g").Sees("lines (", "are no longer in memory")
	if b.Store.Temps() != 1 {
		t.Errorf("%d temporary files", b.Store.Temps())
	}
	d.Press("ctrl+s")
	d.Until("the file", func() bool {
		data, ok := b.Store.Saved("web-20260501-120000.out")
		return ok && len(data) > 900_000 && len(data) < 1<<20 && strings.HasPrefix(string(data), line)
	})
	m.Close()
	d.Until("the temporary file to go", func() bool { return b.Store.Temps() == 0 })
}
