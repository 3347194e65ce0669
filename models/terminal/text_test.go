package terminal

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"podium/models/widget/textview"
	"podium/termbridge/vt"
	"podium/themes"
)

// lines makes a session's text of what a program prints.
func lines(cols, rows int, printed string) text {
	t := vt.New(vt.Options{Cols: cols, Rows: rows, ScrollbackBytes: 1 << 20})
	_, _ = t.Write([]byte(strings.ReplaceAll(printed, "\n", "\r\n")))
	return textOf(t, vt.WidthWC)
}

func TestWordMotionsAreVis(t *testing.T) {
	tx := lines(20, 6, "cd /usr/lib; ls_2\n\n  x世界 --y\nlast")
	type step = func(pos) pos
	walk := func(f step, from pos, n int) (out []pos) {
		for range n {
			from = f(from)
			out = append(out, from)
		}
		return out
	}
	cases := map[string]struct {
		f    step
		from pos
		want []pos
	}{
		"w": {tx.wordNext, pos{0, 0}, []pos{{0, 3}, {0, 4}, {0, 7}, {0, 8}, {0, 11}, {0, 13}, {1, 0}, {2, 2}, {2, 8}, {2, 10}, {3, 0}}},
		"e": {tx.wordEnd, pos{0, 0}, []pos{{0, 1}, {0, 3}, {0, 6}, {0, 7}, {0, 10}, {0, 11}, {0, 16}, {2, 5}, {2, 9}, {2, 10}, {3, 3}}},
		"b": {tx.wordBack, pos{3, 3}, []pos{{3, 0}, {2, 10}, {2, 8}, {2, 2}, {1, 0}, {0, 13}, {0, 11}, {0, 8}, {0, 7}, {0, 4}, {0, 3}, {0, 0}, {0, 0}}},
	}
	for name, c := range cases {
		if got := walk(c.f, c.from, len(c.want)); !slices.Equal(got, c.want) {
			t.Errorf("%s goes to %v, want %v", name, got, c.want)
		}
	}
}

func TestSelectionsAreReadAsPeopleExpect(t *testing.T) {
	tx := lines(10, 6, "one two  \nabcdefghijklm\n世界x\n\nend")
	sel := func(s shape, a, b pos) selection { return selection{s, a, b} }
	cases := map[string]struct {
		sel  selection
		want string
	}{
		"within a line":              {sel(flowing, pos{0, 4}, pos{0, 6}), "two"},
		"backwards":                  {sel(flowing, pos{0, 6}, pos{0, 4}), "two"},
		"no blanks at ends of lines": {sel(flowing, pos{0, 4}, pos{1, 2}), "two\nabc"},
		"a wrapped line is one":      {sel(flowing, pos{1, 8}, pos{2, 1}), "ijkl"},
		"half a wide character":      {sel(flowing, pos{3, 0}, pos{3, 2}), "世界"},
		"lines with their ends":      {sel(linewise, pos{1, 5}, pos{4, 0}), "abcdefghijklm\n世界x\n\n"},
		"a block":                    {sel(block, pos{3, 2}, pos{0, 1}), "ne\nbc\nlm\n世界"},
		"beyond the text":            {sel(flowing, pos{5, 1}, pos{5, 9}), "nd"},
		"nothing":                    {selection{}, ""},
	}
	for name, c := range cases {
		if got := c.sel.read(tx); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestDoubleClickTakesPathsAndFollowsWraps(t *testing.T) {
	tx := lines(10, 4, "x (/usr/local/bin) y")
	for _, p := range []pos{{0, 5}, {1, 3}} {
		from, to := wordAt(tx, p)
		if got := (selection{flowing, from, to}).read(tx); got != "/usr/local/bin" {
			t.Errorf("a double click on %v takes %q", p, got)
		}
	}
}

// seek is a whole hunt in one go, or in steps of one row.
func (tx text) seek(find textview.Finder, from pos, back, itself bool) (hit, bool) {
	h := &hunt{find: find, from: from, back: back, itself: itself, times: 1}
	for !h.step(tx, 1) {
	}
	all := &hunt{find: find, from: from, back: back, itself: itself, times: 1}
	if !all.step(tx, 1<<30) || all.hit != h.hit || all.round != h.round {
		panic(fmt.Sprintf("in one go %+v was found, in steps %+v", all.hit, h.hit))
	}
	return h.hit, h.round
}

func TestSearchFindsAcrossWrapsAndRound(t *testing.T) {
	tx := lines(10, 4, "find me\n0123456find me again\nnothing here\nFind ME\n")
	cases := []struct {
		expr string
		from pos
		back bool
		want pos
		ring bool
		none bool
	}{
		{"find me", pos{0, 0}, false, pos{1, 7}, false, false},
		{"find me", pos{1, 7}, false, pos{5, 0}, false, false}, // no capitals: any case
		{"find me", pos{5, 0}, false, pos{0, 0}, true, false},
		{"find me", pos{5, 0}, true, pos{1, 7}, false, false},
		{"find me", pos{0, 0}, true, pos{5, 0}, true, false},
		{"Find", pos{0, 0}, false, pos{5, 0}, false, false},
		{"n.th", pos{0, 0}, false, pos{3, 0}, false, false},
		{"a(gain", pos{0, 0}, false, pos{}, true, true}, // no expression: taken literally
		{"e", pos{0, 3}, false, pos{0, 6}, false, false},
	}
	for _, c := range cases {
		h, round := tx.seek(textview.NewFinder(c.expr), c.from, c.back, false)
		if h.ok == c.none {
			t.Errorf("%q from %v: found %v", c.expr, c.from, h)
			continue
		}
		if c.none {
			continue
		}
		n, at := tx.chunkAt(h.from).place(h.start)
		if got := (pos{n, tx.row(n).cellAt(at)}); got != c.want || round != c.ring {
			t.Errorf("%q from %v (back: %v) is at %v, round: %v; want %v, %v", c.expr, c.from, c.back, got, round, c.want, c.ring)
		}
	}
}

// A line without end is taken apart, and a search through it comes to an end.
func TestSearchEndsInEndlessLines(t *testing.T) {
	tx := lines(10, 5, strings.Repeat("0123456789", 2000)+"\nend")
	find := textview.NewFinder("not there")
	for _, back := range []bool{false, true} {
		if h, _ := tx.seek(find, pos{line: tx.high}, back, false); h.ok {
			t.Errorf("found %v", h)
		}
	}
	seen, n := 0, tx.low
	for n <= tx.high {
		c := tx.chunkAt(n)
		if c.from != n {
			t.Fatalf("the piece of line %d begins at %d", n, c.from)
		}
		seen += len(c.text)
		n = c.last() + 1
	}
	if seen != 20003 {
		t.Errorf("the pieces hold %d characters", seen)
	}
}

// What is painted over a line is checked by what a terminal makes of it.
func TestPaintingOverKeepsTextAndOtherCells(t *testing.T) {
	const cols = 30
	printed := "pl\x1b[31;1mred\x1b[m 世界 \x1b[44me\u0301\x1b]8;;http://x/\x1b\\link\x1b]8;;\x1b\\ \x1b[7mrev"
	term := vt.New(vt.Options{Cols: cols, Rows: 1})
	_, _ = term.Write([]byte(printed))
	var f vt.Frame
	term.Snapshot(&f)
	p := painter{theme: themes.Dark(), width: vt.WidthWC, cols: cols}
	look := vt.New(vt.Options{Cols: 1, Rows: 1})
	_, _ = look.Write([]byte(p.theme.Open(themes.Selection) + "x"))
	selected := look.Cell(0, 0).Style

	for _, s := range []span{{0, 0, themes.Selection}, {3, 8, themes.Selection}, {6, 6, themes.Selection}, {0, cols - 1, themes.Selection}, {20, 50, themes.Selection}} {
		again := vt.New(vt.Options{Cols: cols, Rows: 1})
		_, _ = again.Write([]byte(p.over(f.Lines[0], []span{s})))
		for x := range cols {
			was, is := term.Cell(x, 0), again.Cell(x, 0)
			if was.Content != is.Content || was.Link != is.Link {
				t.Errorf("span %v: cell %d was %q (%s) and is %q (%s)", s, x, was.Content, was.Link, is.Content, is.Link)
			}
			want := was.Style
			if x >= s.from && x <= s.to {
				want = selected
			}
			if is.Width > 0 && is.Style != want {
				t.Errorf("span %v: cell %d looks like %+v, want %+v", s, x, is.Style, want)
			}
		}
	}
	for n := range cols + 2 {
		again := vt.New(vt.Options{Cols: cols + 5, Rows: 1})
		_, _ = again.Write([]byte(p.cut(f.Lines[0], n) + "|"))
		if got := again.Cell(n, 0); got.Content != "|" || got.Style != (vt.Style{}) || got.Link != "" {
			t.Errorf("behind a line cut to %d cells stands %+v", n, got)
		}
	}
}

func TestLastOutput(t *testing.T) {
	const prompt, out, done = "\x1b]133;A\a", "\x1b]133;C\a", "\x1b]133;D;0\a"
	cases := map[string]struct {
		printed string
		want    string
		known   bool
	}{
		"no marks":          {"$ ls\na\nb\n$ ", "", false},
		"marks":             {prompt + "$ ls\n" + out + "a\nb\n" + done + prompt + "$ ", "a\nb\n", true},
		"a later prompt":    {prompt + "$ ls\n" + out + "a\n" + done + prompt + "$ \n" + done + prompt + "$ ", "a\n", true},
		"nothing printed":   {prompt + "$ true\n" + out + done + prompt + "$ ", "", true},
		"still running":     {prompt + "$ make\n" + out + "one\ntwo\n", "one\ntwo\n", true},
		"prompts only":      {prompt + "$ ls -l a_long_name\na\nb\n" + prompt + "$ ", "a\nb\n", true},
		"a cleared screen":  {"x\x1b[H\x1b[2Jnew\n" + prompt + "$ ", "new\n", true},
		"done on its own":   {prompt + "$ ls\n" + out + "a\nno end" + done + "\n" + prompt + "$ ", "a\nno end", true},
		"no end":            {prompt + "$ ls\n" + out + "a\nno end" + done + prompt + "$ ", "a\nno end", true},
		"a word":            {prompt + "$ id\n" + out + "root" + done + prompt + "$ ", "root", true},
		"wide, no end":      {prompt + "$ id\n" + out + "日本" + done + prompt + "$ ", "日本", true},
		"a full row":        {prompt + "$ id\n" + out + "0123456789ab" + done + prompt + "$ ", "0123456789ab", true},
		"wrapped, no end":   {prompt + "$ id\n" + out + "0123456789abcdef" + done + prompt + "$ ", "0123456789abcdef", true},
		"a prompt at first": {prompt + "$ ", "", true},
	}
	for name, c := range cases {
		tx := lines(12, 8, c.printed)
		got := tx.lastOutput()
		if text := got.lines.read(tx); text != c.want || got.known != c.known {
			t.Errorf("%s: %q, known: %v; want %q, %v", name, text, got.known, c.want, c.known)
		}
		for _, cols := range []int{5, 40, 12} { // the marks go with the text
			tx.t.Resize(cols, 8)
			again := textOf(tx.t, tx.width)
			if text := again.lastOutput().lines.read(again); text != c.want {
				t.Errorf("%s: at %d columns it is %q, want %q", name, cols, text, c.want)
			}
		}
	}
}
