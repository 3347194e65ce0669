package vt

import (
	"fmt"
	"strings"
	"testing"
)

// screenCase is a sequence and the screen it leaves, 10x4 unless told. Blanks
// are dots, rows are separated by slashes with trailing blank rows left out.
type screenCase struct {
	name   string
	in     string
	want   string
	cursor string // "x,y", "x,y+" with a pending wrap; "" is not looked at
}

// screenCases are grouped by what they are about.
var screenCases = map[string][]screenCase{
	"text": {
		{"plain", "hello", "hello", "5,0"},
		{"wraps late", "0123456789", "0123456789", "9,0+"},
		{"wraps", "0123456789a", "0123456789/a", "1,1"},
		{"CR after the last column", "0123456789\ra", "a123456789", "1,0"},
		{"LF after the last column", "0123456789\na", "0123456789/.........a", "9,1+"},
		{"DECAWM off", "\x1b[?7l0123456789abc", "012345678c", "9,0+"},
		{"DECAWM on again", "\x1b[?7l0123456789a\x1b[?7hbc", "012345678a/bc", "2,1"},
		{"a mark at the edge with DECAWM off", "\x1b[?7l012345678e\u0301", "012345678e\u0301", "9,0+"},
		{"scrolls", "1\r\n2\r\n3\r\n4\r\n5", "2/3/4/5", "1,3"},
		{"wrap scrolls", "\x1b[4;1H0123456789ab", "//0123456789/ab", "2,3"},
		{"backspace stops", "ab\b\b\b\bc", "cb", "1,0"},
		{"backspace from a pending wrap", "0123456789\bx", "01234567x9", "9,0"},
		{"DEL and NUL are nothing", "a\x7f\x00b", "ab", "2,0"},
		{"VT and FF are LF", "a\vb\fc", "a/.b/..c", "3,2"},
		{"NEL and IND", "ab\x1bEcd\x1bDef", "ab/cd/..ef", "4,2"},
		{"RI", "\x1b[2;3Ha\x1bMb\x1bMc", "....c/...b/..a", "5,0"},
		{"LNM", "ab\x1b[20h\ncd\x1b[20l\nef", "ab/cd/..ef", "4,2"},
		{"REP", "ab\x1b[3bc", "abbbbc", "6,0"},
		{"REP wraps", "a\x1b[14b", "aaaaaaaaaa/aaaaa", "5,1"},
		{"REP of a wide character", "漢\x1b[2b", "漢漢漢", "6,0"},
		{"REP only right after printing", "a\x1b[1C\x1b[3b", "a", "2,0"},
		{"IRM", "abc\r\x1b[4hxy\x1b[4lz", "xyzbc", "3,0"},
		{"IRM pushes out", "0123456789\r\x1b[4hab", "ab01234567", "2,0"},
		{"C1 in UTF-8", "ab\u0085cd\u009b1;5Hx", "ab..x/cd", "5,0"},
	},
	"characters": {
		{"wide", "漢字", "漢字", "4,0"},
		{"wide at the edge wraps", "123456789漢", "123456789/漢", "2,1"},
		{"half overwritten on the left", "漢字\rx", "x.字", "1,0"},
		{"half overwritten on the right", "漢字\x1b[2Gx", ".x字", "2,0"},
		{"half deleted", "漢字ab\r\x1b[P", ".字ab", "0,0"},
		{"half erased", "漢字ab\x1b[4G\x1b[X", "漢..ab", "3,0"},
		{"insert into a wide one", "漢字\x1b[2G\x1b[@", "...字", "1,0"},
		{"wide shifted half out", "\x1b[9G漢\r\x1b[@", "", "0,0"},
		{"combining", "e\u0301x", "e\u0301x", "2,0"},
		{"combining on a wide one", "漢\u0301x", "漢\u0301x", "3,0"},
		{"combining at the edge", "123456789e\u0301", "123456789e\u0301", "9,0+"},
		{"combining after SGR", "e\x1b[1m\u0301x", "e\u0301x", "2,0"},
		{"combining on nothing", "\u0301x", "x", "1,0"},
		{"no more than sixteen", "e" + strings.Repeat("\u0301", 30) + "x", "e" + strings.Repeat("\u0301", 15) + "x", "2,0"},
		{"bytes that are no UTF-8", "a\xffb\xe6\xbcc", "a\ufffdb\ufffd\ufffdc", "6,0"},
		{"soft hyphen", "co\u00adop", "co-op", "5,0"},
		{"no change of direction", "a\u202eb\u2066c", "abc", "3,0"},
		{"line separator", "a\u2028b", "a\ufffdb", "3,0"},
		{"line drawing", "\x1b(0lqk\x1b(Blqk", "┌─┐lqk", "6,0"},
		{"G1 by SO", "\x1b)0a\x0eqx\x0fq", "a─│q", "4,0"},
		{"single shift", "\x1b*0\x1bNqq\x1b+0\x1bOxx", "─q│x", "4,0"},
		{"G1 of 96 characters, double size, coding system", "\x1b-A\x1b#3\x1b#6\x1b%G\x1b F\x0e#\x0fa", "£a", "2,0"},
		{"Latin 1", "\x1b-A\x0eu# \x0fu", "õ£\u00a0u", "4,0"},
		{"sets of 96 characters for G2 and G3", "\x1b.A\x1b/A\x1bN#\x1bO##", "££#", "3,0"},
		{"locking shifts", "\x1b*0\x1bnq\x1b+A\x1bo#\x0f#", "─£#", "3,0"},
	},
	"cursor": {
		{"CUP", "\x1b[2;3Hx", "/..x", "3,1"},
		{"CUP beyond", "\x1b[99;99Hx", "///.........x", "9,3+"},
		{"CUP of zeros", "\x1b[0;0Hx", "x", "1,0"},
		{"HVP", "\x1b[2;3fx", "/..x", "3,1"},
		{"CUU CUD", "\x1b[3;1Ha\x1b[Ab\x1b[2Bc", "/.b/a/..c", "3,3"},
		{"CUF CUB", "\x1b[3Ca\x1b[2Db", "..ba", "3,0"},
		{"CUF stops", "\x1b[99Ca", ".........a", "9,0+"},
		{"HPR VPR", "\x1b[2aa\x1b[2eb", "..a//...b", "4,2"},
		{"HPR VPR heed no margins", "\x1b[1;2r\x1b[?69h\x1b[1;3s\x1b[5ea\x1b[H\x1b[5ab", ".....b///a", "6,0"},
		{"HPR VPR in origin mode", "\x1b[1;2r\x1b[?69h\x1b[1;3s\x1b[?6h\x1b[5e\x1b[5ab", "/..b", "2,1+"},
		{"HPB VPB", "\x1b[3;5H\x1b[2ja\x1b[kb", "/...b/..a", "4,1"},
		{"CNL CPL", "abc\x1b[2Ed\x1b[Fe", "abc/e/d", "1,1"},
		{"CHA HPA VPA", "\x1b[4Ga\x1b[2`b\x1b[3dc", ".b.a//..c", "3,2"},
		{"DECSC DECRC", "ab\x1b7\x1b[3;3Hx\x1b8c", "abc//..x", "3,0"},
		{"SCOSC SCORC", "ab\x1b[s\x1b[3;3Hx\x1b[uc", "abc//..x", "3,0"},
		{"DECRC without DECSC", "\x1b[3;3H\x1b8x", "x", "1,0"},
		{"DECSC keeps a pending wrap", "0123456789\x1b7\x1b[H\x1b8x", "0123456789/x", "1,1"},
		{"reverse wrap", "0123456789a\x1b[?45h\b\bx", "012345678x/a", "9,0+"},
		{"no reverse wrap into another line", "a\r\nb\x1b[?45h\b\b\bx", "a/x", "1,1"},
		{"movement ends a pending wrap", "0123456789\x1b[Ax", "012345678x", "9,0+"},
		{"controls inside a sequence", "a\x1b[2\bCb", "a.b", "3,0"},
		{"CAN cancels", "a\x1b[2\x18Cb", "aCb", "3,0"},
		{"SUB cancels", "a\x1b[2\x1aCb", "aCb", "3,0"},
		{"ESC begins anew", "a\x1b[2\x1b[3;1Hb", "a//b", "1,2"},
		{"too many parameters", "\x1b[2;3" + strings.Repeat(";1", 50) + "Hx", "/..x", "3,1"},
		{"a parameter too large", "\x1b[4294967297Bx", "///x", "1,3"},
		{"malformed", "a\x1b[1?5Cb\x1b[1 2Cc", "abc", "3,0"},
	},
	"tabs": {
		{"every eight", "a\tb", "a.......b", "9,0"},
		{"stops at the edge", "a\t\t\tb", "a........b", "9,0+"},
		{"HTS TBC", "\x1b[3g\x1b[4G\x1bH\ra\tb", "a..b", "4,0"},
		{"TBC here", "\x1b[9G\x1b[g\ra\tb", "a........b", "9,0+"},
		{"CHT CBT", "\x1b[3g\x1b[3G\x1bH\x1b[6G\x1bH\r\x1b[2Ia\x1b[2Zb", "..b..a", "3,0"},
		{"DECST8C", "\x1b[3g\x1b[?5W\ta", "........a", "9,0"},
	},
	"erasing": {
		{"EL", "abcdef\x1b[3G\x1b[K", "ab", "2,0"},
		{"EL 1", "abcdef\x1b[3G\x1b[1K", "...def", "2,0"},
		{"EL 2", "abcdef\x1b[3G\x1b[2K", "", "2,0"},
		{"ED", "ab\r\ncd\r\nef\x1b[2;2H\x1b[J", "ab/c", "1,1"},
		{"ED 1", "ab\r\ncd\r\nef\x1b[2;1H\x1b[1J", "/.d/ef", "0,1"},
		{"ED 2", "ab\r\ncd\x1b[2J", "", "2,1"},
		{"ECH", "abcdef\x1b[3G\x1b[2X", "ab..ef", "2,0"},
		{"ECH beyond", "abcdef\x1b[3G\x1b[99X", "ab", "2,0"},
		{"DECALN", "a\x1b#8", "EEEEEEEEEE/EEEEEEEEEE/EEEEEEEEEE/EEEEEEEEEE", "0,0"},
		{"writing into DECALN", "\x1b#8\x1b[2;3Hx\x1b[3;5H\x1b[K", "EEEEEEEEEE/EExEEEEEEE/EEEE/EEEEEEEEEE", "4,2"},
		{"DECSEL spares what is protected", "a\x1b[1\"qb\x1b[0\"qc\x1b[?2K", ".b", "3,0"},
		{"DECSED too", "a\x1b[1\"qb\x1b[2\"qc\r\nd\x1b[?2J", ".b", "1,1"},
		{"SPA and EPA protect", "a\x1bVb\x1bWc\x1b[?2K", ".b", "3,0"},
		{"EL does not", "a\x1b[1\"qb\x1b[2K", "", "2,0"},
		{"EL at a pending wrap", "0123456789\x1b[K", "012345678", "9,0"},
	},
	"editing": {
		{"ICH", "abcd\x1b[2G\x1b[2@", "a..bcd", "1,0"},
		{"ICH beyond", "abcd\x1b[2G\x1b[99@", "a", "1,0"},
		{"DCH", "abcdef\x1b[2G\x1b[2P", "adef", "1,0"},
		{"DCH beyond", "abcdef\x1b[2G\x1b[99P", "a", "1,0"},
		{"DCH in a filled line", "\x1b#8\x1b[1;9Hab\x1b[2G\x1b[3P", "EEEEEab/EEEEEEEEEE/EEEEEEEEEE/EEEEEEEEEE", "1,0"},
		{"IL", "1\r\n2\r\n3\x1b[2;2H\x1b[L", "1//2/3", "0,1"},
		{"IL beyond", "1\r\n2\r\n3\x1b[2H\x1b[99L", "1", "0,1"},
		{"DL", "1\r\n2\r\n3\x1b[2;2H\x1b[M", "1/3", "0,1"},
		{"IL outside the region", "1\r\n2\r\n3\x1b[1;2r\x1b[3H\x1b[L", "1/2/3", "0,2"},
		{"SU SD", "1\r\n2\r\n3\x1b[2S\x1b[T", "/3", "1,2"},
		{"SD by its other letter", "1\r\n2\x1b[^", "/1/2", "1,1"},
		{"DECIC", "abc\r\nabc\x1b[1;2H\x1b[2'}", "a..bc/a..bc", "1,0"},
		{"DECDC", "abcd\r\nabcd\x1b[1;2H\x1b[2'~", "ad/ad", "1,0"},
		{"SL SR", "abcd\r\nef\x1b[ @\x1b[2 A", "..bcd/..f", "2,1"},
		{"SL SR from outside the margins do nothing", "abcdef\x1b[2;3r\x1b[ @\x1b[ A\x1b[?69h\x1b[2;3s\x1b[2;5H\x1b[ @", "abcdef", "4,1"},
		{"DECIC at a pending wrap", "0123456789\x1b['}x", "012345678/x", "1,1"},
		{"DECBI", "abc\r\x1b6x", "xabc", "1,0"},
		{"DECFI", "abc\x1b[1;10H\x1b9x", "bc.......x", "9,0+"},
	},
	"regions": {
		{"DECSTBM homes", "ab\x1b[2;3rx", "xb", "1,0"},
		{"DECSTBM scrolls", "1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[3;1H\na", "1/3/a/4", "1,2"},
		{"below the region nothing scrolls", "1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[4;1H\na", "1/2/3/a", "1,3"},
		{"RI in a region", "1\r\n2\r\n3\r\n4\x1b[2;3r\x1b[2;1H\x1bMa", "1/a/2/4", "1,1"},
		{"a region of one line is none", "1\r\n2\x1b[2;2rx", "1/2x", "2,1"},
		{"a region upside down is none", "1\r\n2\x1b[3;2rx", "1/2x", "2,1"},
		{"DECOM", "\x1b[2;3r\x1b[?6hx\x1b[9;2Hy", "/x/.y", "2,2"},
		{"CHA and VPA in origin mode", "\x1b[2;3r\x1b[?69h\x1b[3;6s\x1b[?6h\x1b[2G\x1b[2dx\x1b[9G\x1b[9dy", "//...x.y", "5,2+"},
		{"CR goes to the left margin", "\x1b[?69h\x1b[3;6s\x1b[1;5Hx\ry\x1b[1;2H\rz", "z.y.x", "1,0"},
		{"ICH DCH DECIC IL DL outside the margins", "0123456\x1b[?69h\x1b[2;4s\x1b[1;6H\x1b[@\x1b[P\x1b['}\x1b[L\x1b[M", "0123456", "5,0"},
		{"CUU stops at the margin", "\x1b[2;3r\x1b[3;1H\x1b[9Ax", "/x", "1,1"},
		{"CUD from below goes on", "\x1b[1;2r\x1b[3;1H\x1b[9Bx", "///x", "1,3"},
		{"DECSLRM wraps inside", "\x1b[?69h\x1b[3;6s\x1b[1;3Habcdef", "..abcd/..ef", "4,1"},
		{"wrapping and NEL beyond the right margin scroll nothing", "12345678\x1b[?69h\x1b[2;4s\x1b[4;10Hxy\x1b[4;10H\x1bEz", "12345678///.z.......x", "2,3"},
		{"DECLRMM that is set keeps the margins", "\x1b[?69h\x1b[3;6s\x1b[?69habcdefgh", "abcdef/..gh", "4,1"},
		{"DECSLRM scrolls columns", "123456\r\nabcdef\r\nABCDEF\x1b[?69h\x1b[2;4s\x1b[S", "1bcd56/aBCDef/A...EF", "0,0"},
		{"DECSLRM scrolls down", "123456\r\nabcdef\x1b[?69h\x1b[2;4s\x1b[T", "1...56/a234ef/.bcd", "0,0"},
		{"DECSLRM bounds ICH and DCH", "123456\x1b[?69h\x1b[2;4s\x1b[1;2H\x1b[@\x1b[2;2H", "1.2356", "1,1"},
		{"DECSLRM bounds IL", "123456\r\nabcdef\x1b[?69h\x1b[2;4s\x1b[1;2H\x1b[L", "1...56/a234ef/.bcd", "1,0"},
		{"without mode 69 it saves the cursor", "ab\x1b[s\x1b[3;3H\x1b[uc", "abc", "3,0"},
	},
	"screens": {
		{"1049 and back", "ab\x1b[?1049hx\x1b[?1049lc", "abc", "3,0"},
		{"1049", "ab\x1b[?1049hx", "..x", "3,0"},
		{"47 keeps the other screen", "ab\x1b[?47hx\x1b[?47l\x1b[?47hy", "..xy", "4,0"},
		{"1047 clears on leaving", "ab\x1b[?1047hx\x1b[?1047l\x1b[?1047hy", "...y", "4,0"},
		{"1048", "ab\x1b[?1048h\x1b[3;3Hx\x1b[?1048lc", "abc//..x", "3,0"},
		{"RIS", "ab\x1b[2;3r\x1b[?6h\x1b[4h\x1b(0\x1bcq", "q", "1,0"},
		{"DECALN ends origin mode", "\x1b[2;3r\x1b[?6h\x1b#8\x1b[1;1Hx", "xEEEEEEEEE/EEEEEEEEEE/EEEEEEEEEE/EEEEEEEEEE", "1,0"},
		{"DECSTR keeps LNM", "\x1b[20hab\x1b[!p\ncd", "ab/cd", "2,1"},
		{"DECSTR keeps the text", "ab\x1b[2;3r\x1b[4h\x1b[!pq", "qb", "1,0"},
	},
	"rectangles": {
		{"DECFRA", "\x1b[88;2;3;3;5$xa", "a/..XXX/..XXX", "1,0"},
		{"DECFRA of a control is nothing", "\x1b[7;2;3;3;5$x", "", "0,0"},
		{"DECFRA of the whole screen", "\x1b[88$x", "XXXXXXXXXX/XXXXXXXXXX/XXXXXXXXXX/XXXXXXXXXX", "0,0"},
		{"DECERA", "\x1b#8\x1b[2;3;3;5$z", "EEEEEEEEEE/EE...EEEEE/EE...EEEEE/EEEEEEEEEE", "0,0"},
		{"DECERA in origin mode", "\x1b#8\x1b[2;3r\x1b[?6h\x1b[1;1;9;2$z", "EEEEEEEEEE/..EEEEEEEE/..EEEEEEEE/EEEEEEEEEE", "0,1"},
		{"DECSERA", "ab\x1b[1\"qc\x1b[0\"qd\x1b[1;2;1;4${", "a.c", "4,0"},
		{"DECCRA", "abc\r\ndef\x1b[1;1;2;2;1;3;5;1$v", "abc/def/....ab/....de", "3,1"},
		{"DECCRA over itself down", "ab\r\ncd\r\nef\x1b[1;1;3;2;1;2;2;1$v", "ab/cab/ecd/.ef", "2,2"},
		{"DECCRA over itself up", "ab\r\ncd\r\nef\x1b[2;1;3;2;1;1;1;1$v", "cd/ef/ef", "2,2"},
		{"DECCRA beyond the screen", "abc\x1b[1;1;1;3;1;4;9;1$v", "abc///........ab", "3,0"},
		{"DECCRA of half a character", "漢字\x1b[1;2;1;3;1;2;1;1$v", "漢字", "4,0"},
		{"a rectangle upside down is none", "ab\x1b[3;3;1;1$z", "ab", "2,0"},
	},
	"strings": {
		{"OSC by BEL", "a\x1b]0;title\x07b", "ab", "2,0"},
		{"OSC by ST", "a\x1b]0;title\x1b\\b", "ab", "2,0"},
		{"OSC by the code point ST", "a\x1b]0;title\u009cb", "ab", "2,0"},
		{"DCS", "a\x1bPwhat\x07ever\x1b\\b", "ab", "2,0"},
		{"APC PM SOS", "a\x1b_x\x1b\\b\x1b^x\x1b\\c\x1bXx\x1b\\d", "abcd", "4,0"},
		{"CAN ends a string", "a\x1b]0;title\x18b", "ab", "2,0"},
		{"ESC aborts a string", "a\x1b]0;title\x1b[3;1Hb", "a//b", "1,2"},
		{"sixel is skipped", "a\x1bPq#0~~~~\x1b\\b", "ab", "2,0"},
	},
}

// shorten turns a grid into the form of screenCase.want.
func shorten(v *Terminal) string {
	rows := strings.Split(strings.TrimSuffix(grid(v), "\n"), "\n")
	for i, r := range rows {
		rows[i] = strings.TrimRight(strings.Trim(r, "|"), ".")
	}
	return strings.TrimRight(strings.Join(rows, "/"), "/")
}

func TestScreens(t *testing.T) {
	for group, cases := range screenCases {
		for _, c := range cases {
			t.Run(group+"/"+c.name, func(t *testing.T) {
				v := term(10, 4, c.in)
				if got := shorten(v); got != c.want {
					t.Errorf("%q leaves %q, want %q", c.in, got, c.want)
				}
				cursor := fmt.Sprintf("%d,%d", v.x, v.y)
				if v.wrapNext {
					cursor += "+"
				}
				if c.cursor != "" && cursor != c.cursor {
					t.Errorf("%q leaves the cursor at %s, want %s", c.in, cursor, c.cursor)
				}
				checkSound(t, v)
			})
		}
	}
}

// TestScreensSplitAtEveryByte writes each case in two parts, cut everywhere, and
// byte by byte.
func TestScreensSplitAtEveryByte(t *testing.T) {
	check := func(name, in string) {
		o := Options{Cols: 10, Rows: 4, ScrollbackBytes: 1 << 16, Width: WidthGrapheme}
		for cut := range len(in) {
			whole, parts := New(o), New(o)
			_, _ = whole.Write([]byte(in))
			_, _ = parts.Write([]byte(in[:cut]))
			_, _ = parts.Write([]byte(in[cut:]))
			same(t, whole, parts)
		}
		whole, bytewise := New(o), New(o)
		_, _ = whole.Write([]byte(in))
		for i := range len(in) {
			_, _ = bytewise.Write([]byte{in[i]})
		}
		same(t, whole, bytewise)
	}
	for _, cases := range screenCases {
		for _, c := range cases {
			check(c.name, c.in)
		}
	}
	for _, c := range tmuxStreams {
		if len(c.in) < 300 {
			check(c.name, c.in)
		}
	}
}

// TestRecordingsBytewise writes recorded programs byte by byte.
func TestRecordingsBytewise(t *testing.T) {
	for _, r := range recordings {
		stream := readRecording(t, r.name)
		o := Options{Cols: 80, Rows: 24, ScrollbackBytes: 1 << 16}
		whole, bytewise := New(o), New(o)
		_, _ = whole.Write(stream)
		for i := range stream {
			_, _ = bytewise.Write(stream[i : i+1])
		}
		same(t, whole, bytewise)
		checkSound(t, whole)
	}
}
