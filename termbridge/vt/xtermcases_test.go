package vt

import (
	"fmt"
	"strconv"
	"strings"
)

// xtermSetups are margins, by the names that cases bear.
var xtermSetups = []struct{ name, in string }{
	{"", ""},
	{"margins", "\x1b[3;6r\x1b[?69h\x1b[5;12s"},
	{"origin", "\x1b[3;6r\x1b[?69h\x1b[5;12s\x1b[?6h"},
}

// xtermFill fills the screen so that every movement of a cell shows.
func xtermFill() string {
	var b strings.Builder
	for y := range xtermRows {
		fmt.Fprintf(&b, "\x1b[%dH", y+1)
		for x := range xtermCols {
			b.WriteByte(byte('a' + (y*3+x)%26))
		}
	}
	return b.String()
}

// xtermStreams returns the streams that are shown to xterm, each named by what
// is in it.
func xtermStreams() []xtermCase {
	var out []xtermCase
	seen := map[string]bool{}
	add := func(about, before, in string) {
		name := strings.TrimSpace(about + " " + quoted(in))
		if !seen[name] {
			seen[name] = true
			out = append(out, xtermCase{name: name, in: before + in})
		}
	}
	fill := xtermFill()
	for _, s := range xtermSetups {
		for _, at := range []string{"1;1", "8;20", "3;5", "6;12", "4;15"} {
			for _, f := range strings.Fields("A B C D E F G ` d a e X @ P L M S I Z '} '~") {
				add(s.name, fill+s.in, "\x1b["+at+"H\x1b[3"+f)
			}
			for _, f := range []string{"\x1b[ @", "\x1b[ A", "\x1b[T", "\b", "\t", "\n", "\r", "\x1bD", "\x1bM", "\x1bE", "\x1b6", "\x1b9", "\x1b[K", "\x1b[1J", "\x1b#8", "xyz"} {
				add(s.name, fill+s.in, "\x1b["+at+"H"+f)
			}
		}
	}
	for _, f := range []string{
		"A", "B", "C", "D", "G", "20G", "K", "1K", "2K", "J", "1J", "2J", "X", "@", "P", "L", "M", "S", "T", "Z", "b", "m", "?7l", "?7l\x1b[?7h", "?6h", "r", "?69h",
		"?47h", "?1049h\x1b[?1049l", "?1048h\x1b[?1048l", "6n", "?25l", "3g", " @", "'}", "65;1;1;2;2$x", "1;1;2;2$z", "1;1;2;2;1;3;3;1$v", "?2K", "d", "2a", "!p", "?45h\x1b[D",
	} {
		add("pending wrap", fill, "\x1b[8;20HZ\x1b["+f+"!")
	}
	for _, f := range []string{"\t", "\b", "\a", "\x00", "\x1b7\x1b[H\x1b8", "\x1b9", "\x1bH"} {
		add("pending wrap", fill, "\x1b[8;20HZ"+f+"!")
	}
	for _, p := range []string{"", "0;0", "1;1", "7;8", "8;8", "8;9", "5", ";5", "5;2", "9;99"} {
		add("", "\x1b[4;4H", "\x1b["+p+"r!")
		add("", "\x1b[4;4H\x1b[?69h", "\x1b["+p+"sabcdefghijklmnopqrstuvwxyz")
	}
	for _, s := range xtermSetups {
		for _, r := range []string{"", "1;1;1;1", "2;3;4;7", "4;7;2;3", "8;20;9;21", "3;4", "2;3;99;99"} {
			add(s.name, fill+s.in, "\x1b[65;"+r+"$x!")
			add(s.name, fill+s.in, "\x1b["+r+"$z!")
			if strings.Count(r, ";") == 3 {
				add(s.name, fill+s.in, "\x1b["+r+";1;5;6;1$v!")
				add(s.name, fill+s.in, "\x1b["+r+";1;4$r\x1b["+r+";1;5$t")
				add(s.name, fill+s.in, "\x1b[2*x\x1b["+r+";1;4$r\x1b["+r+";1;5$t")
			}
		}
	}
	add("", "\x1b[31;44;1;4mabcd\x1b[m\x1b[42m", "\x1b[1;2;1;3${")
	add("", "\x1b[31;44;1;4mabcd\x1b[m\x1b[42m", "\x1b[1;2;1;3$z")
	add("", "\x1b[31;44;1;4mabcd\x1b[m\x1b[42m", "\x1b[1;2;1;3;1;5;5;1$v")
	for p := range 108 {
		add("SGR", "\x1b[1;3;4;31;42m", "\x1b["+strconv.Itoa(p)+"mX")
	}
	for _, p := range []string{
		"", "38;5;1", "38;5;200;1", "38;2;1;2;3;1", "38:5:9", "38:2:1:2:3", "38:2::1:2:3;1", "48;5;77", "48;2;9;8;7;4", "1;;4", "1;", ";1", "38;5;256;1",
	} {
		add("SGR", "\x1b[3;31m", "\x1b["+p+"mX")
	}
	wide := "漢字かな漢字かな漢字"
	for _, at := range []string{"4", "5", "19", "20"} {
		for _, f := range []string{"\x1b[X", "\x1b[2X", "\x1b[K", "\x1b[1K", "x", "か", "\x1b[@", "\x1b[P", "\x1b[2P", "\x1b['}", "\x1b['~"} {
			add("wide", wide, "\x1b[1;"+at+"H"+f)
		}
		for _, f := range []string{"65;1;%s;1;%[1]s$x", "1;%s;1;%[1]s$z"} {
			add("wide", wide, fmt.Sprintf("\x1b["+f, at))
		}
	}
	for _, in := range []string{"\x1b[1;20H漢", "\x1b[1;19H漢字", "漢\bx", "漢\x1b[3b", "漢\x1b[12b", "e\u0301x", "x\x1b[25b", "\x1b[1;20He\u0301x"} {
		add("", "", in)
	}
	for _, in := range []string{
		"\x1b(0qxjklmntuvw`afg~_", "\x1b(A#\x1b(B#", "\x1b(0\x1b7\x1b(B\x1b8q", "\x1b)0\x0eq\x1b7\x0fq\x1b8q", "\x1b*0\x1bNqq", "\x1b+0\x1bOqq", "\x1b*0\x1bnq\x0fq", "\x1b(0q\x1b[3b", "\x1b(0\x1b[4hqq",
		"\x1b(0\x1b[!pq", "\x1b(0\x1bcq",
	} {
		add("", "", in)
	}
	for _, m := range []string{"47", "1047", "1049"} {
		for _, in := range []string{
			"\x1b[3;3Hcd\x1b[?%sh!\x1b[?%[1]sl?", "\x1b[?%sl!", "\x1b[?%sh\x1b[5;5Hxx\x1b[?47l!\x1b[?%[1]sh?", "\x1b7\x1b[?%sh\x1b[5;5H\x1b7\x1b[?%[1]sl\x1b[6;6H\x1b8!",
			"\x1b[41m\x1b[?%shx\x1b[m\x1b[?%[1]sl!", "\x1b[41m\x1b[?%shx", "\x1b[2;5r\x1b[?%sh\x1b[5;1H\n\n!", "\x1b[?%sh\x1b[3;3H\x1b[?%[1]sh!\x1b[?47l?",
		} {
			add("", "ab", fmt.Sprintf(in, m))
		}
	}
	for _, in := range []string{
		"\x1b[3;6r\x1b[?6h\x1b[2;2H\x1b7\x1b[?6l\x1b[H\x1b8!", "\x1b[?7l\x1b7\x1b[?7h\x1b8", "\x1b[1;31m\x1b7\x1b[m\x1b8X", "\x1b8!", "\x1b[5;5H\x1b[u!", "\x1b[5;5H\x1b[s\x1b[H\x1b[u!",
		"\x1b[1\"qab\x1b[0\"qcd\x1b[?2K", "\x1b[1\"qab\x1b[2\"qcd\x1b[?2J", "\x1b[1\"qab\x1b[0\"qcd\x1b[2K", "\x1b[1\"qab\x1b[0\"qcd\x1b[1;1;1;4${",
		"\x1b[?7labcdefghijklmnopqrstuvw\x1b[?7h!", "\x1b[?7labcdefghijklmnopqrst\b!", "\x1b[4habc\r12\x1b[4l3", "\x1b[20hab\ncd",
		"\x1b[?69h\x1b[3;6s\x1b[?69habcdefgh", "ab\x1b[0T",
		"\x1b[3g\x1b[5G\x1bH\x1b[9G\x1bH\r\ta\tb\tc", "\x1b[9G\x1b[g\r\ta", "abcdefghijklmnopqrstuvwxyz\x1b[?45h\b\b\b\b\b\b\b!",
	} {
		add("", "", in)
	}
	for _, pre := range []string{"?7l", "?6h", "4h", "20h", "?25l", "?1h", "?45h", "?69h\x1b[3;7s", "3;6r", "1;31m", "1\"q", "?1000h\x1b[?1006h", "?2004h", "?5h", "3g", "?67h", "?1004h"} {
		for _, reset := range []string{"\x1b[!p", "\x1bc"} {
			add("reset", "\x1b[4;4Hab", "\x1b["+pre+"\x1b[5;5H"+reset+"\tq\x1b8!")
		}
	}
	for _, in := range []string{
		"\x1b[5n", "\x1b[3;4H\x1b[6n", "\x1b[3;4H\x1b[?6n", "\x1b[3;6r\x1b[?6h\x1b[2;2H\x1b[6n", "\x1b[=c", "\x1b[18t", "\x1bP$qr\x1b\\", "\x1bP$q\"p\x1b\\", "\x1bP$q q\x1b\\", "\x1b[3 q\x1bP$q q\x1b\\",
		"\x1bP$qzz\x1b\\", "\x1b[?9999$p", "\x1b[4$p", "AB\x1b[1;1;1;1;1;2*y", "\x1b[1;4;5;7mA\x1b[1;1;1;1;1;1*y",
	} {
		add("asks", "", in)
	}
	for _, in := range []string{
		"\x1b[3\x18Cx", "\x1b[3\x1aCx", "\x1b[3\x1bCx", "\x1b[3\nCx", "\x1b[3\x7fCx", "\x1b[3\x00Cx", "\x1b[?3Cx", "\x1b[3 Cx", "\x1b[>3Cx", "\x1b[3;4Cx", "\x1b[;3Hx", "\x1b[3;4;5Hx", "\x1b[99999999999Cx",
		"\x1b]0;x\ay", "\x1b]0;x\x1b\\y", "\x1b]0;x\x18y", "\x1b_x\x1b\\y", "\x1b^x\x1b\\y", "\x1bXx\x1b\\y", "\x1bPx\x1b\\y", "\u0085x", "\u009b3Cx", "\x1b#3x", "\x1b%Gx", "\x1b Fx",
	} {
		add("parser", "ab", in)
	}
	return out
}
