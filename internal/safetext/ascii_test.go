package safetext

import (
	"testing"
	"unicode/utf8"
)

func TestASCII(t *testing.T) {
	for in, want := range map[string]string{
		"":      "",
		"plain": "plain",
		"╭─ a ─╮\n│ b │\n╰───╯":                 "+- a -+\n| b |\n+---+",
		"NAME↑ 3 pods · live…":                  "NAME^ 3 pods . live~",
		"\x1b[1;38;2;1;2;3mÄrger\x1b[m":         "\x1b[1;38;2;1;2;3mArger\x1b[m",
		"世界 👩‍👩‍👧 x":                            "???? ?????? x",
		"e\u0301a\u0308":                        "ea",
		"a\u200bb":                              "ab",
		"\x1b]8;;http://ä\x1b\\l\x1b]8;;\x1b\\": "l\x1b]8;;\x1b\\",
		"⠋⠙":                                    `\/`,
		"█▉░":                                   "##.",
		"␛[31m \u00a0":                          ".[31m  ",
		"ﬁ½":                                    "f1",
	} {
		if got := ASCII(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func FuzzASCII(f *testing.F) {
	f.Add("╭ a ╮ 世 e\u0301 \x1b[1mé")
	f.Fuzz(func(t *testing.T, s string) {
		in := CleanSGR(s)
		out := ASCII(in)
		if !isASCII(out) || !utf8.ValidString(out) {
			t.Errorf("%q is %q", in, out)
		}
		if w, was := Width(out), Width(in); w != was {
			t.Errorf("%q is %d wide, as %q it is %d", in, was, out, w)
		}
	})
}

func BenchmarkASCII(b *testing.B) {
	line := "│ \x1b[1mNAME↑\x1b[m   READY  STATUS     RESTARTS    AGE                                    │\n"
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		ASCII(line)
	}
}
