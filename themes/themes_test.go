package themes

import (
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"
)

// backgrounds are what terminals usually have, from the extremes to the popular
// colour schemes in between.
var backgrounds = map[bool][]uint32{
	true:  {0x000000, 0x0c0c0c, 0x1e1e1e, 0x282c34, 0x2e3440, 0x303446, 0x002b36},
	false: {0xffffff, 0xfafafa, 0xfdf6e3, 0xeff1f5, 0xf2f0ec, 0xeee8d5},
}

// foregrounds are the text colours that go with them.
var foregrounds = map[bool]rgb{true: hex(0xe4e4e4), false: hex(0x1a1a1a)}

// luminance and contrast are those of WCAG 2.2, "relative luminance" and
// "contrast ratio".
func luminance(c rgb) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	r, g, b := c.parts()
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func contrast(a, b rgb) float64 {
	la, lb := luminance(a), luminance(b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrastItself(t *testing.T) {
	if c := contrast(hex(0), hex(0xffffff)); math.Abs(c-21) > 0.01 {
		t.Errorf("black on white is %.2f, want 21", c)
	}
	if c := contrast(hex(0x777777), hex(0xffffff)); math.Abs(c-4.48) > 0.01 {
		t.Errorf("#777 on white is %.2f, want 4.48", c)
	}
}

// rowRoles are drawn in rows that are selected or marked, and in the bars.
var rowRoles = []Role{
	Text, Strong, Muted, Accent, Title, OK, Warning, Error, Pending, Terminating, Completed, Unknown,
	KeyHint, KeyDesc, Match, Notice, NoticeWarning, NoticeError, ReadOnly,
	SyntaxKey, SyntaxString, SyntaxNumber, SyntaxBool, SyntaxComment, SyntaxPunct, SyntaxAnchor, ProblemError, ProblemWarning,
}

func TestContrast(t *testing.T) {
	for _, th := range []Theme{Dark(), Light()} {
		for r := range roleCount {
			checkContrast(t, th, th.data.styles[r], r.String())
		}
		for _, base := range bases {
			for _, r := range rowRoles {
				checkContrast(t, th, th.data.styles[r].over(th.data.styles[base]), fmt.Sprintf("%s on %s", r, base))
			}
		}
	}
}

func checkContrast(t *testing.T, th Theme, s style, name string) {
	t.Helper()
	for _, b := range backgrounds[th.Dark()] {
		fg, bg := s.fg, s.bg
		if fg&known == 0 {
			fg = foregrounds[th.Dark()]
		}
		if bg&known == 0 {
			bg = hex(b)
		}
		if c := contrast(fg, bg); c < 4.5 {
			t.Errorf("%s, %s on #%06x: contrast %.2f, want at least 4.5", th.Name(), name, bg&^known, c)
			return
		}
	}
}

// On a terminal of 16 colours the renderer takes the nearest ones. Text must not
// vanish in its background there, nor the selected row in the others.
func TestSixteenColours(t *testing.T) {
	for _, th := range []Theme{Dark(), Light()} {
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
	th := build("test", true, [roleCount]style{OK: {fg: hex(0x010203), attr: bold}, Selected: {bg: hex(0x040506), attr: underline}},
		map[Role]style{Error: {attr: reverse}})
	for _, c := range []struct{ name, got, want string }{
		{"paint", th.Paint(OK, "x"), "\x1b[1;38;2;1;2;3mx\x1b[m"},
		{"append", string(th.Append([]byte("a"), OK, "x")), "a\x1b[1;38;2;1;2;3mx\x1b[m"},
		{"nothing", th.Paint(OK, ""), ""},
		{"default", th.Paint(Text, "x"), "x"},
		{"over", th.PaintOn(OK, Selected, "x"), "\x1b[1;4;38;2;1;2;3;48;2;4;5;6mx\x1b[m"},
		{"over a base that is none", th.PaintOn(OK, Title, "x"), th.Paint(OK, "x")},
		{"laid over", th.Paint(Error, "x"), "\x1b[7mx\x1b[m"},
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
