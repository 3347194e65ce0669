package vt

import (
	"flag"
	"fmt"
	"math/rand"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var (
	xtermRandom  = flag.Duration("xterm-random", 0, "compare random streams with a real xterm for so long")
	xtermSeed    = flag.Int64("xterm-seed", 1, "with -xterm-random, where to begin")
	xtermClasses = flag.String("xterm-classes", "mloatisehpx", "with -xterm-random, what streams are made of; see piece")
)

// randomXterm makes streams of what xterm and the emulator ought to agree on:
// whole sequences with numbers at their borders.
type randomXterm struct {
	*rand.Rand
	classes string
}

func (g *randomXterm) pick(s ...string) string { return s[g.Intn(len(s))] }

func (g *randomXterm) number(last int) string {
	return g.pick("", "0", "1", "2", "3", strconv.Itoa(1+g.Intn(last)), strconv.Itoa(last-1), strconv.Itoa(last), strconv.Itoa(last+1), "99")
}

func (g *randomXterm) in(last int) string { return strconv.Itoa(1 + g.Intn(last)) }

func (g *randomXterm) row() string { return g.number(xtermRows) }
func (g *randomXterm) col() string { return g.number(xtermCols) }

func (g *randomXterm) cup() string {
	return fmt.Sprintf("\x1b[%d;%dH", 1+g.Intn(xtermRows), 1+g.Intn(xtermCols))
}

func (g *randomXterm) rect() string {
	if g.Intn(3) == 0 {
		return g.row() + ";" + g.col() + ";" + g.row() + ";" + g.col()
	}
	t, l := 1+g.Intn(xtermRows), 1+g.Intn(xtermCols)
	return fmt.Sprintf("%d;%d;%d;%d", t, l, min(xtermRows, t+g.Intn(4)), min(xtermCols, l+g.Intn(8)))
}

func (g *randomXterm) text() string {
	n := 1 + g.Intn(6)
	if g.Intn(4) == 0 {
		n = xtermCols - 2 + g.Intn(6)
	}
	var b strings.Builder
	for range n {
		switch {
		case g.has("w") && g.Intn(4) == 0:
			b.WriteString(g.pick("漢", "字", "か"))
		case g.has("c") && g.Intn(8) == 0:
			b.WriteString(g.pick("e\u0301", "\u0301", "é", "─"))
		default:
			b.WriteByte(byte('a' + g.Intn(26)))
		}
	}
	return b.String()
}

func (g *randomXterm) has(class string) bool { return strings.Contains(g.classes, class) }

func (g *randomXterm) sgr() string {
	var p []string
	for range 1 + g.Intn(3) {
		p = append(p, g.pick("", "0", "1", "2", "3", "4", "5", "7", "8", "9", "21", "22", "23", "24", "25", "27", "28", "29", "31", "37", "39", "42", "47", "49",
			"90", "97", "100", "107", "38;5;1", "38;5;9", "38;5;99", "48;5;200", "38;2;1;2;3", "48;2;4;5;6", "38:5:77", "48:2::9:8:7"))
	}
	return "\x1b[" + strings.Join(p, ";") + "m"
}

// piece returns one piece: text, movement or an edit, or something of the
// chosen classes. Not chosen at first are wide characters (w), of which xterm
// leaves halves, reverse wrap (v), which went around the screen, rectangles (r),
// of which it misplaces corners, styles (g), since DECALN forgets some, and REP
// (b), which repeats nothing as U+FFFF.
func (g *randomXterm) piece() string {
	always := []func() string{
		g.text, g.text, g.text, g.text, g.text, g.text, g.cup, g.cup, g.cup,
		func() string {
			return g.pick("\r", "\n", "\r\n", "\b", "\t", "\v", "\x1bD", "\x1bE", "\x1bM", "\b\b\b")
		},
		func() string {
			return g.pick("\r", "\n", "\r\n", "\b", "\t", "\v", "\x1bD", "\x1bE", "\x1bM", "\b\b\b")
		},
		func() string { return "\x1b[" + g.row() + ";" + g.col() + g.pick("H", "f") },
		func() string {
			return "\x1b[" + g.col() + g.pick("A", "B", "C", "D", "E", "F", "G", "`", "d", "a", "e")
		},
		func() string { return "\x1b[" + g.pick("", "0", "1", "2") + g.pick("J", "K") },
		func() string { return "\x1b[" + g.col() + g.pick("X", "@", "P") },
		func() string { return "\x1b[" + g.col() + g.pick("X", "@", "P") },
		func() string { return "\x1b[" + g.row() + g.pick("L", "M", "S") },
		func() string { return "\x1b[" + g.in(xtermRows) + g.pick("L", "M", "S", "T") },
	}
	some := []struct {
		class string
		make  func() string
	}{
		{"t", func() string {
			return g.pick("\x1b["+g.number(4)+g.pick("I", "Z"), "\t", "\x1bH", "\x1b[g", "\x1b[0g", "\x1b[3g")
		}},
		{"m", func() string { return g.pick("\x1b["+g.row()+";"+g.row()+"r", "\x1b[3;6r", "\x1b[r", "\x1b[2;7r") }},
		{"l", func() string {
			return g.pick("\x1b[?69h", "\x1b[?69l", "\x1b[?69h\x1b["+g.col()+";"+g.col()+"s", "\x1b[?69h\x1b[5;12s", "\x1b[?69h\x1b[3;18s")
		}},
		{"o", func() string { return g.pick("\x1b[?6h", "\x1b[?6l") }},
		{"a", func() string { return g.pick("\x1b[?7l", "\x1b[?7h") }},
		{"i", func() string { return g.pick("\x1b[4h", "\x1b[4l", "\x1b[20h", "\x1b[20l") }},
		{"s", func() string { return g.pick("\x1b7", "\x1b8", "\x1b[s", "\x1b[u", "\x1b[?1048h", "\x1b[?1048l") }},
		{"e", func() string {
			return g.pick("\x1b[?47h", "\x1b[?47l", "\x1b[?1047h", "\x1b[?1047l", "\x1b[?1049h", "\x1b[?1049l", "\x1b[!p", "\x1bc", "\x1b#8")
		}},
		{"r", func() string {
			return g.pick("\x1b["+strconv.Itoa(33+g.Intn(90))+";"+g.rect()+"$x", "\x1b["+g.rect()+"$z", "\x1b["+g.rect()+"${",
				"\x1b["+g.rect()+";1;"+g.row()+";"+g.col()+"$v",
				"\x1b["+g.rect()+";"+g.pick("0", "1", "4", "5", "7", "", "1;4", "24", "22;7")+g.pick("$r", "$t"), "\x1b["+g.pick("", "1", "2")+"*x")
		}},
		{"p", func() string {
			return g.pick("\x1b[1\"q", "\x1b[0\"q", "\x1b[2\"q", "\x1b[?"+g.pick("", "1", "2")+"J", "\x1b[?"+g.pick("", "1", "2")+"K")
		}},
		{"x", func() string {
			return g.pick("\x1b["+g.col()+" @", "\x1b["+g.col()+" A", "\x1b["+g.col()+"'}", "\x1b["+g.col()+"'~", "\x1b6", "\x1b9")
		}},
		{"b", func() string { return g.text() + "\x1b[" + g.col() + "b" }},
		{"v", func() string { return g.pick("\x1b[?45h", "\x1b[?45l", "\b\b\b\b", "\x1b["+g.col()+"D") }},
		{"g", g.sgr},
		{"h", func() string {
			return g.pick("\x1b(0", "\x1b(B", "\x1b)0", "\x0e", "\x0f", "\x1bN", "\x1bO", "\x1b*0", "\x1b+A", "\x1bn", "\x1bo", "qqx", "#")
		}},
	}
	for {
		i := g.Intn(len(always) + len(some))
		if i < len(always) {
			return always[i]()
		}
		if s := some[i-len(always)]; g.has(s.class) {
			return s.make()
		}
	}
}

// shortest removes from a stream what does not matter to a failure.
func shortest(p []string, fails func([]string) bool) []string {
	for again := true; again; {
		again = false
		for i := 0; i < len(p); i++ {
			if q := slices.Delete(slices.Clone(p), i, i+1); fails(q) {
				p, again = q, true
				i--
			}
		}
	}
	for i := range p {
		for p[i][0] != 0x1b {
			r := []rune(p[i])
			q := slices.Clone(p)
			if q[i] = string(r[1:]); len(r) == 1 || !fails(q) {
				break
			}
			p = q
		}
	}
	return p
}

// TestXtermRandom compares random streams with a real xterm, and shortens those
// on which the two differ.
func TestXtermRandom(t *testing.T) {
	if *xtermRandom == 0 {
		t.Skip("compares with a real xterm only with -xterm-random")
	}
	x := startXterm(t, xtermCols, xtermRows)
	differs := func(p []string) string {
		in := strings.Join(p, "")
		return shotOf(x.cols, x.rows, in).differs(x.shot(in))
	}
	seen := map[string]bool{}
	alike := regexp.MustCompile(`[0-9;]+|[a-z漢字か]+`)
	n := 0
	for end := time.Now().Add(*xtermRandom); time.Now().Before(end) && len(seen) < 12; n++ {
		g := &randomXterm{Rand: rand.New(rand.NewSource(*xtermSeed + int64(n))), classes: *xtermClasses}
		var p []string
		for range 4 + g.Intn(20) {
			p = append(p, g.piece())
		}
		if differs(p) == "" {
			continue
		}
		p = shortest(p, func(q []string) bool { return differs(q) != "" })
		if key := alike.ReplaceAllString(strings.Join(p, ""), "a"); !seen[key] {
			seen[key] = true
			t.Errorf("%s\n%s", quoted(strings.Join(p, "")), differs(p))
		}
	}
	t.Logf("%d streams", n)
}
