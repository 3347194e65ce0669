package vt

import (
	"bufio"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// The terminal that xterm's screens were recorded with.
const (
	xtermCols = 20
	xtermRows = 8

	xtermFile = "testdata/xterm.txt"
)

// shot is what a terminal shows and says after a stream, in a form that can be
// read, stored and compared.
type shot struct {
	screen  string // rows between slashes; blanks are dots, "<" is the second half of a wide character
	style   string // runs of cells that are not plain: row:columns and SGR
	cursor  string // column,row from 1, "+" if the next character wraps
	replies string
	modes   string // what is set, and the settings that can be asked for
}

// shotModes are the modes that a shot looks at.
var shotModes = []int{1, 5, 6, 7, 25, 45, 66, 67, 69, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 1049, 2004}

// shotQuestions ask for modes and settings, in the order that readModes expects.
func shotQuestions() string {
	q := "\x18\x1bP$qm\x1b\\\x1bP$qr\x1b\\\x1bP$qs\x1b\\\x1bP$q\"q\x1b\\\x1b[4$p\x1b[20$p"
	for _, m := range shotModes {
		q += fmt.Sprintf("\x1b[?%d$p", m)
	}
	return q
}

var (
	settingAnswer = regexp.MustCompile(`\x1bP1\$r([^\x1b]*)\x1b\\`)
	modeAnswer    = regexp.MustCompile(`\x1b\[(\??\d+);1\$y`)
	cursorAnswer  = regexp.MustCompile(`\x1b\[(\d+);(\d+)R`)
)

// readModes shortens the answers to shotQuestions.
func readModes(answers string) string {
	var out []string
	for i, m := range settingAnswer.FindAllStringSubmatch(answers, -1) {
		setting := m[1]
		if i == 0 { // in the emulator's own spelling
			setting = strings.TrimPrefix(string(appendSGR(nil, styleOf(strings.TrimSuffix(setting, "m")))), "\x1b[")
		}
		out = append(out, setting)
	}
	for _, m := range modeAnswer.FindAllStringSubmatch(answers, -1) {
		out = append(out, m[1])
	}
	return strings.Join(out, " ")
}

// styleOf returns the style that parameters of SGR choose.
func styleOf(sgr string) Style {
	v := New(Options{Cols: 2, Rows: 1})
	_, _ = v.Write([]byte("\x1b[" + sgr + "m"))
	return v.pen.Style
}

// secondHalf is xterm's text for the second cell of a wide character.
const secondHalf = 0xffff

// blankStyle keeps of a blank's style what shows: xterm remembers the colour of
// text even where there is none.
func blankStyle(s Style) Style {
	s.Attrs &= AttrReverse | AttrStrike | AttrOverline
	if s == (Style{Background: s.Background, Foreground: s.Foreground}) {
		s.Foreground = 0
	}
	return s
}

// shotScreen puts text and styles of cells into the form of a shot. The text is
// the first code point of a cell, since that is what xterm tells; of concealed
// text it tells nothing.
func shotScreen(cols, rows int, cell func(x, y int) (int, Style)) (screen, style string) {
	var lines, runs []string
	for y := range rows {
		var b strings.Builder
		begin, before := 0, Style{}
		run := func(x int) {
			if before != (Style{}) {
				sgr := strings.TrimSuffix(strings.TrimPrefix(string(appendSGR(nil, before)), "\x1b[0;"), "m")
				runs = append(runs, fmt.Sprintf("%d:%d-%d %s", y+1, begin+1, x, sgr))
			}
		}
		for x := range cols {
			sum, s := cell(x, y)
			if sum == 0 || sum == ' ' || s.Attrs&AttrConceal != 0 {
				sum = ' '
				s = blankStyle(s)
			}
			switch {
			case sum == 0, sum == ' ':
				b.WriteByte('.')
			case sum == secondHalf:
				b.WriteByte('<')
			case sum == '.', sum == '/', sum == '<', sum < ' ', sum >= 0xd800 && sum < 0xe000:
				fmt.Fprintf(&b, "{%x}", sum)
			default:
				b.WriteRune(rune(sum))
			}
			if s != before {
				run(x)
				begin, before = x, s
			}
		}
		run(cols)
		lines = append(lines, strings.TrimRight(b.String(), "."))
	}
	return strings.TrimRight(strings.Join(lines, "/"), "/"), strings.Join(runs, ", ")
}

// readCursor makes a cursor of two reports, before and after a character was
// printed: one that is followed by the next line had a wrap pending.
func readCursor(answers string) string {
	m := cursorAnswer.FindAllStringSubmatch(answers, -1)
	if len(m) != 2 {
		return fmt.Sprintf("%q", answers)
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i/2][1+i%2])
	}
	pending := ""
	if n[2] != n[0] || n[3] < n[1] {
		pending = "+"
	}
	return fmt.Sprintf("%d,%d%s", n[1], n[0], pending)
}

// These come after a stream: what is asked next leaves the screen as it is, so
// that all cells can be looked at in between.
const (
	beforeCells = "\x1b7\x1b[?6l"
	afterCells  = "\x1b8"
	cursorProbe = "\x1b[6n\x1b[4l\x1b(B\x0f~\x1b[6n"
)

// shotOf is the emulator's shot.
func shotOf(cols, rows int, in string) shot {
	v := New(Options{Cols: cols, Rows: rows, ScrollbackBytes: 1 << 20})
	ask := func(s string) string {
		_, _ = v.Write([]byte(s))
		return string(v.TakeReplies(nil))
	}
	var g shot
	g.replies = ask(in + "\x18")
	g.modes = readModes(ask(shotQuestions()))
	ask(beforeCells)
	g.screen, g.style = shotScreen(cols, rows, func(x, y int) (int, Style) {
		c := v.Cell(x, y)
		if c.Width == 0 {
			return secondHalf, c.Style
		}
		r, _ := utf8.DecodeRuneInString(c.Content)
		return int(r & 0xffff), c.Style
	})
	g.cursor = readCursor(ask(afterCells + cursorProbe))
	return g
}

// fields are a shot's parts by the names they have in the file.
func (g *shot) fields() []struct {
	name  string
	value *string
} {
	return []struct {
		name  string
		value *string
	}{{"screen", &g.screen}, {"style", &g.style}, {"cursor", &g.cursor}, {"replies", &g.replies}, {"modes", &g.modes}}
}

// differs says how a shot differs from xterm's, "" if it does not.
func (g shot) differs(want shot) string {
	var b strings.Builder
	w := want.fields()
	for i, f := range g.fields() {
		if *f.value != *w[i].value {
			fmt.Fprintf(&b, "%-8s %s\n   xterm %s\n", f.name, quoted(*f.value), quoted(*w[i].value))
		}
	}
	return b.String()
}

// xtermCase is a stream with what xterm made of it.
type xtermCase struct {
	name, in   string
	cols, rows int
	want       shot
}

// xtermProgram is the recording of a real program as a case. Of the answers
// nothing is kept: programs ask for colours and versions.
func xtermProgram(t testing.TB, name string) xtermCase {
	return xtermCase{name: "program " + name, in: string(readRecording(t, name)), cols: 80, rows: 24}
}

// readXterm reads the recorded cases.
func readXterm(t testing.TB) (version string, cases []xtermCase) {
	t.Helper()
	f, err := os.Open(xtermFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fill := ""
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		key, value, ok := strings.Cut(lines.Text(), ": ")
		if !ok {
			continue
		}
		switch key {
		case "xterm":
			version = value
		case "case":
			cases = append(cases, xtermCase{name: value, cols: xtermCols, rows: xtermRows})
			if program, ok := strings.CutPrefix(value, "program "); ok {
				cases[len(cases)-1] = xtermProgram(t, program)
			}
		case "fill":
			fill = unquoted(t, value)
		case "in":
			cases[len(cases)-1].in = unquoted(t, value)
		case "filled":
			cases[len(cases)-1].in = fill + unquoted(t, value)
		default:
			fields := cases[len(cases)-1].want.fields()
			i := slices.IndexFunc(fields, func(f struct {
				name  string
				value *string
			},
			) bool {
				return f.name == key
			})
			if i < 0 {
				t.Fatalf("%s has %q", xtermFile, lines.Text())
			}
			*fields[i].value = unquoted(t, value)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return version, cases
}

// quoted writes a string into a line; ESC is \\e, as in the documents.
func quoted(s string) string {
	q := strconv.Quote(s)
	return strings.NewReplacer(`\\`, `\\`, `\x1b`, `\e`, `\"`, `"`).Replace(q[1 : len(q)-1])
}

func unquoted(t testing.TB, s string) string {
	t.Helper()
	out, err := strconv.Unquote(`"` + strings.NewReplacer(`\\`, `\\`, `\e`, `\x1b`, `"`, `\"`).Replace(s) + `"`)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return out
}

// xtermDeviations are the cases in which the emulator does something else than
// xterm, by patterns of their names, and why. The document lists them.
var xtermDeviations = []struct{ name, why string }{
	{`^margins .*(\[3I|\\t)$`, "A tab beyond the right margin goes on; xterm goes back to the margin."},
	{`^pending wrap .*\[Z!$`, "CBT ends a pending wrap, as every other movement does."},
	{`^origin \\e\[(65;)?\$[xz]!$`, "Corners of rectangles that are left out in origin mode are those of the margins; xterm adds the margins twice."},
	{`\[0T$`, "SD 0 scrolls by a line, as SU 0 does; xterm does not scroll."},
	{`^SGR \\e\[6mX$`, "Fast blinking is an attribute of its own."},
	{`^SGR \\e\[53mX$`, "Overlining is known."},
	{`^wide .*([@P]|'[}~])$`, "Half a wide character that remains at an edge is erased; xterm leaves it."},
	{`^wide .*20Hか$`, "A wide character that finds no room and wraps leaves a blank, so that reflow can join the lines; xterm leaves what was there."},
	{`^parser \\u00`, "C1 controls count in UTF-8 too, as ECMA-48 has it; xterm skips them there."},
}

// TestAgainstXterm holds the emulator against what xterm was seen to do.
func TestAgainstXterm(t *testing.T) {
	version, cases := readXterm(t)
	var known []*regexp.Regexp
	for _, d := range xtermDeviations {
		known = append(known, regexp.MustCompile(d.name))
	}
	used := make([]bool, len(known))
	for _, c := range cases {
		got := shotOf(c.cols, c.rows, c.in)
		if strings.HasPrefix(c.name, "program ") {
			got.replies = ""
		}
		diff := got.differs(c.want)
		i := slices.IndexFunc(known, func(r *regexp.Regexp) bool { return r.MatchString(c.name) })
		switch {
		case diff == "":
		case i >= 0:
			used[i] = true
		default:
			t.Errorf("%s\n%s", c.name, diff)
		}
	}
	for i, d := range xtermDeviations {
		if !used[i] {
			t.Errorf("nothing that %q matches differs from xterm %s: %s", d.name, version, d.why)
		}
	}
}
