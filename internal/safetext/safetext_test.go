package safetext

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

func TestLine(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"", 5, ""},
		{"web", 0, ""},
		{"web", 3, "web"},
		{"web-0", 3, "we…"},
		{"web", 1, "…"},
		{"\x1b[31mred\x1b[0m", 40, "␛[31mred␛[0m"},
		{"a\x00b\x7fc", 40, "a␀b␡c"},
		{"a\nb\r", 40, "a␊b␍"},
		{"a\tb", 40, "a       b"},
		{"\u202egnp.exe", 40, "<U+202E>gnp.exe"},
		{"\u009b31m", 40, "<U+009B>31m"},
		{"\U000e0041x", 40, "<U+E0041>x"},
		{"a\xffb\xc3", 40, "a�b�"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"e\u0301e", 2, "e\u0301e"},
		{"\u0301x", 5, "◌\u0301x"},
		{"❤️!", 5, "❤!"},
		{"👨‍👩‍👧!", 5, "👨!"},
		{"1️⃣", 5, "1"},
		{"👍🏽", 5, "👍"},
		{"🇩🇪", 5, "🇩🇪"},
		{"🇩", 20, "<U+1F1E9>"},
		{"กำ", 5, "ก\u0e4d\u0e32"},
		{"\u1112\u1161\u11ab", 5, "\ud55c"},
		{"pay\u200dpal", 20, "pay<U+200D>pal"},
		{"a\u3164b", 20, "a<U+3164>b"},
		{"abc\u202e", 10, "abc…"},
		{"a" + strings.Repeat("\u0301", 5000) + "b", 4, "a" + strings.Repeat("\u0301", maxMarks) + "b"},
	} {
		if got := Line(c.in, c.max); got != c.want {
			t.Errorf("Line(%.40q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
}

func TestCleanSGR(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[31mred":                          "\x1b[31mred\x1b[m",
		"\x1b[1;38;5;8mx\x1b[0m":               "\x1b[1;38;5;8mx\x1b[0m\x1b[m",
		"\x1b[38;2;1;2;3mx":                    "\x1b[38;2;1;2;3mx\x1b[m",
		"\x1b[38:2::1:2:3mx":                   "\x1b[38:2::1:2:3mx\x1b[m",
		"\x1b[8mhidden":                        "hidden",
		"\x1b[38;5mx":                          "\x1b[38;5mx\x1b[m",
		"\x1b[38;9mx":                          "x",
		"\x1b[2Jgone":                          "gone",
		"\x1b]0;title\x07text":                 "text",
		"\x1b]8;;http://x\x1b\\link\x1b]8;;\a": "link",
		"\x1b]0;never ended":                   "␛]0;never ended",
		"\x1b[?1049h!":                         "!",
		"\x1b":                                 "␛",
		"plain\r":                              "plain",
		"10%\r20%":                             "10%␍20%",
		"\x1b(0x":                              "x",
	} {
		if got := CleanSGR(in); got != want {
			t.Errorf("CleanSGR(%q) = %q, want %q", in, got, want)
		}
	}
	if got, want := line("\x1b[31mabcdef", 3, true), "\x1b[31mab…\x1b[m"; got != want {
		t.Errorf("a line with colours, cut, = %q, want %q", got, want)
	}
}

func TestFitAndCut(t *testing.T) {
	for _, c := range []struct{ name, got, want string }{
		{"fit", Fit("日本", 5), "日本 "},
		{"fit cut", Fit("日本語", 4), "日… "},
		{"fit right", FitRight("7", 3), "  7"},
		{"fit nothing", Fit("x", 0), ""},
		{"fit SGR", Fit("\x1b[1mabcd\x1b[m", 3), "\x1b[1mab…\x1b[m"},
		{"cut ascii", Cut("abcdef", 2, 3), "cde"},
		{"cut past", Cut("abc", 9, 3), ""},
		{"cut wide", Cut("日本語", 1, 4), " 本 "},
		{"cut SGR", Cut("\x1b[1mabcd\x1b[m", 1, 2), "\x1b[1mbc\x1b[m"},
		{"block", strings.Join(Block("a\r\nb\x1b\nc\nd", 3, 10), "|"), "a|b␛|…"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

// harmless fails the test if s holds anything but visible text and SGR.
func harmless(t *testing.T, s string) {
	t.Helper()
	rest := s
	for strings.Contains(rest, "\x1b") {
		i := strings.IndexByte(rest, 0x1b)
		n := sequence(rest[i:])
		if n == 0 || !harmlessSGR(rest[i:i+n]) {
			t.Fatalf("an escape sequence came through: %q", s)
		}
		rest = rest[:i] + rest[i+n:]
	}
	for _, r := range rest {
		if unicode.Is(unicode.C, r) && !unicode.Is(unicode.Co, r) {
			t.Fatalf("U+%04X came through: %q", r, s)
		}
	}
	if !utf8.ValidString(s) {
		t.Fatalf("not UTF-8: %q", s)
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"web", "\x1b[31m", "\u202e", "日本語", "e\u0301", "🇩🇪🇩", "👨‍👩‍👧", "a\xff", "क्षि", "ᄀᄀ가", "\u0600\u0661", "\t\t"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, limit int) {
		limit = limit & 0xff
		for _, sgr := range []bool{false, true} {
			out := line(s, limit, sgr)
			harmless(t, out)
			if !sgr && strings.Contains(out, "\x1b") {
				t.Fatalf("Line kept an escape: %q", out)
			}
			for _, w := range []int{ansi.StringWidth(out), ansi.StringWidthWc(out), Width(out)} {
				if w > limit {
					t.Fatalf("%q is %d cells wide, limit %d", out, w, limit)
				}
			}
			if w := Width(Fit(out, limit)); w != limit {
				t.Fatalf("Fit(%q, %d) is %d cells wide", out, limit, w)
			}
			whole, at := "", 0
			for _, p := range Pieces(s, noLimit, sgr) {
				if p.Start < at || p.Len < 1 || p.Start+p.Len > len(s) {
					t.Fatalf("piece %+v of %q", p, s)
				}
				at = p.Start + p.Len
				whole += p.Text
			}
			if clean := line(s, noLimit, sgr); whole != clean && whole+reset != clean && !strings.HasSuffix(s, "\r") {
				t.Fatalf("pieces of %q make %q, Clean %q", s, whole, clean)
			}
			if w := Width(Cut(out, 3, 7)); w > 7 {
				t.Fatalf("Cut(%q) is %d cells wide", out, w)
			}
		}
	})
}

// Scripts without spacing marks and conjuncts are measured alike by everyone.
func TestWidthAgreesWithTheRenderer(t *testing.T) {
	for _, s := range []string{"web-0", "日本語", "e\u0301", "❤️ 👨‍👩‍👧 👍🏽 1️⃣ 🇩🇪 ☝🏽", "กำลัง", "\u1112\u1161\u11ab", "…│─"} {
		out := Clean(s)
		g, wc, w := ansi.StringWidth(out), ansi.StringWidthWc(out), Width(out)
		if g != wc || w != g {
			t.Errorf("%q: grapheme %d, wcwidth %d, ours %d", out, g, wc, w)
		}
	}
}

func TestHugeInputIsCheap(t *testing.T) {
	for _, s := range []string{
		strings.Repeat("a", 1<<20), strings.Repeat("\u0301", 1<<19), "a" + strings.Repeat("\u0301", 1<<19),
		strings.Repeat("ᄀ", 1<<18), strings.Repeat("\x1b[1m", 1<<18), strings.Repeat("\x1b]0;", 1<<18),
		strings.Repeat("🇩", 1<<17), strings.Repeat("\u200d", 1<<18),
	} {
		if out := line(s, 80, true); len(out) > 40<<10 {
			t.Errorf("%.10q: %d bytes for 80 cells", s, len(out))
		}
		for _, l := range Wrap(s[:1<<14], 80) {
			if Width(l) > 80 {
				t.Fatalf("%.10q: a line of %d cells", s, Width(l))
			}
		}
	}
}

func BenchmarkLineASCII(b *testing.B) {
	for b.Loop() {
		Line("nginx-deployment-66b6c48dd5-x7x2p", 40)
	}
}

func BenchmarkLineWide(b *testing.B) {
	for b.Loop() {
		Line("日本語のポッド名です", 40)
	}
}
