package vt

import (
	"fmt"
	"strings"
	"testing"
)

func fg(c Color) Style { return Style{Foreground: c} }

// sgrCases are parameters of SGR and the style that they leave.
var sgrCases = []struct {
	in   string
	want Style
}{
	{"", Style{}},
	{"1", Style{Attrs: AttrBold}},
	{"1;2;3;5;6;7;8;9;53", Style{Attrs: 1<<9 - 1}},
	{"1;2;22", Style{}},
	{"3;23", Style{}},
	{"5;6;25", Style{}},
	{"7;27", Style{}},
	{"8;28", Style{}},
	{"9;29", Style{}},
	{"53;55", Style{}},
	{"4", Style{Underline: UnderlineSingle}},
	{"21", Style{Underline: UnderlineDouble}},
	{"4:3", Style{Underline: UnderlineCurly}},
	{"4:5;1", Style{Underline: UnderlineDashed, Attrs: AttrBold}},
	{"4:0", Style{}},
	{"4;24", Style{}},
	{"31", fg(IndexColor(1))},
	{"97", fg(IndexColor(15))},
	{"44;103", Style{Background: IndexColor(11)}},
	{"31;39", Style{}},
	{"41;49", Style{}},
	{"38;5;200", fg(IndexColor(200))},
	{"38:5:200", fg(IndexColor(200))},
	{"38;5;200;1", Style{Foreground: IndexColor(200), Attrs: AttrBold}},
	{"38;2;1;2;3", fg(RGBColor(1, 2, 3))},
	{"38:2::1:2:3", fg(RGBColor(1, 2, 3))},
	{"38:2:1:2:3", fg(RGBColor(1, 2, 3))},
	{"38:2::1:2:3:0:1;1", Style{Foreground: RGBColor(1, 2, 3), Attrs: AttrBold}},
	{"38;2;300;2;3", fg(RGBColor(255, 2, 3))},
	{"48;2;1;2;3;31", Style{Background: RGBColor(1, 2, 3), Foreground: IndexColor(1)}},
	{"58;5;9", Style{UnderlineColor: IndexColor(9)}},
	{"58:2::1:2:3;59", Style{}},
	{"31;0", Style{}},
	{"31;", Style{}},
	{"38;5", Style{}},
	{"38;2;1", Style{}},
	{"38;5;256", Style{}},
	{"38:9:1;1", Style{Attrs: AttrBold}},
	{"99;1;1000", Style{Attrs: AttrBold}},
}

func TestSGR(t *testing.T) {
	for _, c := range sgrCases {
		v := term(10, 1, "\x1b["+c.in+"mx")
		if got := v.Cell(0, 0).Style; got != c.want {
			t.Errorf("SGR %s: %+v, want %+v", c.in, got, c.want)
		}
	}
}

// attributeCases change attributes of abcd in red on 4x3.
var attributeCases = []struct {
	name, in string
	want     string // bold cells are b, underlined u, both B, others a dot
}{
	{"stream", "\x1b[1;3;2;2;1$r", "..bb/bb../...."},
	{"rectangle", "\x1b[2*x\x1b[1;2;2;3;1$r", ".bb./.bb./...."},
	{"several", "\x1b[2*x\x1b[1;1;1;2;1;4$r", "BB../..../...."},
	{"cleared", "\x1b[2*x\x1b[;;;;1$r\x1b[1;1;1;2;22$r", "..bb/bbbb/bbbb"},
	{"plain", "\x1b[2*x\x1b[;;;;1;4$r\x1b[1;1;1;2$r", "..BB/BBBB/BBBB"},
	{"toggled", "\x1b[2*x\x1b[1;1;1;2;1$r\x1b[1;2;1;3;1;4$t", "bu" + "B./..../...."},
	{"in one line", "\x1b[1;2;1;3;4$r", ".uu./..../...."},
}

// TestAttributesOfRectangles: DECCARA and DECRARA, as streams and rectangles.
func TestAttributesOfRectangles(t *testing.T) {
	for _, c := range attributeCases {
		t.Run(c.name, func(t *testing.T) {
			v := term(4, 3, "\x1b[31mabcd"+c.in)
			var rows []string
			for y := range 3 {
				row := ""
				for x := range 4 {
					s := v.Cell(x, y).Style
					row += [...]string{".", "b", "u", "B"}[int(s.Attrs&AttrBold)+2*int(s.Underline&1)]
				}
				rows = append(rows, row)
			}
			if got := strings.Join(rows, "/"); got != c.want {
				t.Errorf("%q leaves %s, want %s", c.in, got, c.want)
			}
			if v.Cell(0, 0).Style.Foreground != IndexColor(1) {
				t.Error("the colour is gone")
			}
			checkSound(t, v)
		})
	}
}

// TestSelectorsAreUnderstood: drawing a style and reading it back gives the style.
func TestSelectorsAreUnderstood(t *testing.T) {
	colors := []Color{0, IndexColor(3), IndexColor(12), IndexColor(99), RGBColor(1, 200, 3)}
	for _, fg := range colors {
		for _, bg := range colors {
			for attrs := Attr(0); attrs <= AttrOverline; attrs = attrs*2 + 1 {
				s := Style{Foreground: fg, Background: bg, UnderlineColor: fg, Attrs: attrs, Underline: Underline(attrs % 6)}
				v := term(10, 1, "\x1b[31;1m"+string(appendSGR(nil, s))+"x")
				if got := v.Cell(0, 0).Style; got != s {
					t.Fatalf("%q is read as %+v, want %+v", appendSGR(nil, s), got, s)
				}
			}
		}
	}
}

func TestDrawing(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "ab", "ab    "},
		{"style", "\x1b[1mab\x1b[mc", "\x1b[0;1mab\x1b[mc   "},
		{"style to the end", "abcde\x1b[31mf", "abcde\x1b[0;31mf\x1b[m"},
		{"erased in a colour", "ab\x1b[44m\x1b[K", "ab\x1b[0;44m    \x1b[m"},
		{"link", "\x1b]8;id=1;http://x/\x07ab\x1b]8;;\x07c", "\x1b]8;id=1;http://x/\x1b\\\x1b[mab\x1b]8;;\x1b\\\x1b[mc   "},
		{"link to the end", "\x1b]8;;http://x/\x1b\\abcdef", "\x1b]8;;http://x/\x1b\\\x1b[mabcdef\x1b]8;;\x1b\\"},
		{"a link that is not ASCII is none", "\x1b]8;;http://\u00e9/\x1b\\ab", "ab    "},
		{"reverse screen", "a\x1b[7mb\x1b[m\x1b[?5h", "\x1b[0;7ma\x1b[mb\x1b[0;7m    \x1b[m"},
		{"changed palette", "\x1b[31mab\x1b]4;1;#102030\x07", "\x1b[0;38;2;16;32;48mab\x1b[m    "},
		{"changed background", "ab\x1b]11;#102030\x07", "\x1b[0;48;2;16;32;48mab    \x1b[m"},
		{"wide", "漢\x1b[1m字", "漢\x1b[0;1m字\x1b[m  "},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := term(6, 1, c.in)
			var f Frame
			v.Snapshot(&f)
			if f.Lines[0] != c.want {
				t.Errorf("%q is drawn as\n%q, want\n%q", c.in, f.Lines[0], c.want)
			}
			checkFrame(t, v, &f)
		})
	}
}

// TestTablesAreSwept: styles, links and clusters that scrolled away leave the
// tables, and those on the screen keep their meaning.
func TestTablesAreSwept(t *testing.T) {
	v := New(Options{Cols: 20, Rows: 4, ScrollbackBytes: 10000, Width: WidthGrapheme})
	_, _ = v.Write([]byte("\x1b[?1049h\x1b[38;2;9;9;9mkept\x1b[?1049l"))
	for i := range 20000 {
		fmt.Fprintf(v, "\x1b[38;2;%d;%d;%dm\x1b]8;;http://%d/\x1b\\%c\u0301%c\r\n", i%256, i/256%256, i%7, i, 'a'+rune(i%26), 0x4e00+rune(i%20000))
		fmt.Fprintf(v, "%c%c\r", 'a'+rune(i%26), 0x300+rune(i/26%90))
	}
	if n := len(v.styles.entries); n > 2*styleLimitMin {
		t.Errorf("%d styles", n)
	}
	if n := len(v.links.links); n > 2*linkSweepStep {
		t.Errorf("%d links", n)
	}
	if n := len(v.clusters.texts); n > 2*clusterLimitMin {
		t.Errorf("%d clusters", n)
	}
	last := 19999
	c := v.Cell(0, 2)
	want := Cell{Content: string('a'+rune(last%26)) + "\u0301", Width: 1, Style: Style{Foreground: RGBColor(uint8(last%256), uint8(last/256), uint8(last%7))}, Link: fmt.Sprintf("http://%d/", last)}
	if c != want {
		t.Errorf("the last cell is %+v, want %+v", c, want)
	}
	_, _ = v.Write([]byte("\x1b[?47h"))
	if c := v.Cell(0, 0); c.Content != "k" || c.Style.Foreground != RGBColor(9, 9, 9) {
		t.Errorf("the other screen has %+v", c)
	}
	checkSound(t, v)
}

// Changing the attributes of linked cells may be what makes the tables sweep,
// which gives the link another number.
func TestSweepWhileAttributesChange(t *testing.T) {
	v := New(Options{Cols: 20, Rows: 4})
	for i := range 100 { // links that are gone when the sweep comes
		fmt.Fprintf(v, "\x1b[H\x1b]8;;http://gone/%d\x07x", i)
	}
	fmt.Fprint(v, "\x1b[2H\x1b]8;;http://kept/\x07linked\x1b]8;;\x07")
	for i := 0; len(v.styles.entries) < v.styles.limit; i++ {
		fmt.Fprintf(v, "\x1b[H\x1b[38;2;1;%d;%dmx", i/256, i%256)
	}
	sweeps := v.sweeps
	fmt.Fprint(v, "\x1b[2*x\x1b[2;1;2;6;1$r")
	if v.sweeps == sweeps {
		t.Fatal("nothing was swept: the test tests nothing")
	}
	checkSound(t, v)
	if got := v.Cell(0, 1); got.Link != "http://kept/" || got.Style.Attrs&AttrBold == 0 {
		t.Errorf("the cell is %+v", got)
	}
}

// TestLinksAreBounded: a megabyte of links is the most a screen keeps.
func TestLinksAreBounded(t *testing.T) {
	v := New(Options{Cols: 80, Rows: 24})
	for i := range 1900 {
		fmt.Fprintf(v, "\x1b]8;;http://%d/%s\x1b\\x", i, strings.Repeat("y", 1900))
	}
	if v.links.bytes > linkBudget {
		t.Errorf("%d bytes of links", v.links.bytes)
	}
	if v.Cell(0, 0).Link == "" {
		t.Error("the first link is gone though it is on the screen")
	}
}

func TestParseColor(t *testing.T) {
	for in, want := range map[string]Color{
		"rgb:ff/80/00":       RGBColor(255, 128, 0),
		"rgb:f/8/0":          RGBColor(255, 136, 0),
		"rgb:ffff/8000/0000": RGBColor(255, 128, 0),
		"#f80":               RGBColor(0xf0, 0x80, 0),
		"#ff8000":            RGBColor(255, 128, 0),
		"#fff888000":         RGBColor(255, 0x88, 0),
		"#ffff80000000":      RGBColor(255, 128, 0),
	} {
		if got, ok := parseColor(in); !ok || got != want {
			t.Errorf("%s: %x %v, want %x", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "#", "red", "rgb:", "rgb:1/2", "rgb:1/2/3/4", "rgb:12345/1/1", "rgb:-1/1/1", "#12", "#+12+12+12", "rgb://"} {
		if got, ok := parseColor(in); ok {
			t.Errorf("%s is read as %x", in, got)
		}
	}
}
