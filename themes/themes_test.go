package themes

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

// every is each built-in theme for each background that it is made for.
func every() []Theme {
	var out []Theme
	set := Builtin()
	for _, info := range set.List() {
		if info.Dark {
			out = append(out, set.find(info.Name, true))
		}
		if info.Light {
			out = append(out, set.find(info.Name, false))
		}
	}
	return out
}

func TestContrastItself(t *testing.T) {
	if c := contrast(hex(0), hex(0xffffff)); math.Abs(c-21) > 0.01 {
		t.Errorf("black on white is %.2f, want 21", c)
	}
	if c := contrast(hex(0x777777), hex(0xffffff)); math.Abs(c-4.48) > 0.01 {
		t.Errorf("#777 on white is %.2f, want 4.48", c)
	}
}

func TestContrast(t *testing.T) {
	for _, th := range every() {
		least := Readable
		if th.Name() == "contrast" {
			least = 7
		}
		for _, w := range th.Weaknesses(least) {
			t.Errorf("%s (dark: %t): %s", th.Name(), th.Dark(), w)
		}
	}
}

// On a terminal of 256 colours the renderer takes the nearest ones.
func TestContrastIn256Colours(t *testing.T) {
	for _, th := range every() {
		near := func(c rgb) rgb {
			if c&known == 0 || c&indexed != 0 {
				return c
			}
			r, g, b, _ := colorprofile.ANSI256.Convert(c.color()).RGBA()
			return hex(r>>8<<16 | g>>8<<8 | b>>8)
		}
		styles := th.data.styles
		for r := range styles {
			styles[r].fg, styles[r].bg = near(styles[r].fg), near(styles[r].bg)
		}
		for _, w := range build(th.Name(), th.Dark(), styles).Weaknesses(Readable) {
			t.Errorf("%s (dark: %t) in 256 colours: %s", th.Name(), th.Dark(), w)
		}
	}
}

// On a terminal of 16 colours the renderer takes the nearest ones. Text must not
// vanish in its background there, nor the selected row in the others.
func TestSixteenColours(t *testing.T) {
	for _, th := range every() {
		for r := range roleCount {
			s := th.data.styles[r]
			if s.bg&known == 0 || s.fg&known == 0 {
				continue
			}
			fg, bg := colorprofile.ANSI.Convert(s.fg.color()), colorprofile.ANSI.Convert(s.bg.color())
			if fg == bg {
				t.Errorf("%s, %s: both colours become %v", th.Name(), r, fg)
			}
		}
		if s := th.data.styles[Selected]; s.attr == 0 {
			t.Errorf("%s: the selected row is told by its colour alone", th.Name())
		}
	}
}

func TestPlainHasNoColour(t *testing.T) {
	for r := range roleCount {
		s := Plain().data.styles[r]
		if s.fg|s.bg|s.line != 0 || strings.Trim(Plain().Open(r), "\x1b[1247;m") != "" {
			t.Errorf("%s: %q", r, Plain().Open(r))
		}
	}
	for _, pair := range [][2]Role{{Selected, Text}, {ButtonFocus, Button}, {Error, Text}, {Match, Text}, {MatchCurrent, Match}, {Selection, Text}, {BorderFocus, Border}, {Stderr, Stdout}, {ProblemError, Text}} {
		if Plain().Open(pair[0]) == Plain().Open(pair[1]) {
			t.Errorf("%s looks like %s", pair[0], pair[1])
		}
	}
}

func TestEveryRoleHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Roles() {
		if r.String() == "" || seen[r.String()] {
			t.Errorf("role %d is called %q", r, r)
		}
		seen[r.String()] = true
	}
	if roleCount.String() != "role(unknown)" {
		t.Errorf("%q", roleCount)
	}
}

func TestPainting(t *testing.T) {
	th := build("test", true, [roleCount]style{
		OK: {fg: hex(0x010203), attr: bold}, Selected: {bg: hex(0x040506), attr: underline}, Error: {attr: reverse},
		Warning: {fg: ansi(brightRed), bg: ansi(blue)},
	})
	for _, c := range []struct{ name, got, want string }{
		{"paint", th.Paint(OK, "x"), "\x1b[1;38;2;1;2;3mx\x1b[m"},
		{"append", string(th.Append([]byte("a"), OK, "x")), "a\x1b[1;38;2;1;2;3mx\x1b[m"},
		{"nothing", th.Paint(OK, ""), ""},
		{"default", th.Paint(Text, "x"), "x"},
		{"over", th.PaintOn(OK, Selected, "x"), "\x1b[1;4;38;2;1;2;3;48;2;4;5;6mx\x1b[m"},
		{"over a base that is none", th.PaintOn(OK, Title, "x"), th.Paint(OK, "x")},
		{"reversed", th.Paint(Error, "x"), "\x1b[7mx\x1b[m"},
		{"of the 16", th.Paint(Warning, "x"), "\x1b[91;44mx\x1b[m"},
		{"close", th.Close(OK) + th.Close(Text) + th.Reset(), "\x1b[m\x1b[m"},
		{"zero theme", Theme{}.Paint(OK, "x") + Theme{}.PaintOn(OK, Selected, "y") + Theme{}.Reset() + Theme{}.Name(), "xy"},
		{"no role", th.Paint(roleCount, "x"), "x"},
		{"lipgloss", th.Style(OK).Render("x"), "\x1b[1;38;2;1;2;3mx\x1b[m"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	if th.Foreground(OK) != (color.RGBA{1, 2, 3, 255}) || th.Background(OK) != nil || (Theme{}).Foreground(OK) != nil {
		t.Error("colours")
	}
}

func TestForBackground(t *testing.T) {
	if th := ForBackground(true); !th.Dark() || th.Name() != "dark" {
		t.Error(th.Name())
	}
	if th := ForBackground(false); th.Dark() || th.Name() != "light" {
		t.Error(th.Name())
	}
}

func BenchmarkAppend(b *testing.B) {
	th := Dark()
	buf := make([]byte, 0, 256)
	for b.Loop() {
		buf = th.Append(buf[:0], OK, "Running")
	}
}

func BenchmarkDark(b *testing.B) {
	for b.Loop() {
		Dark()
	}
}
