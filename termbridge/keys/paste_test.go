package keys

import (
	"strings"
	"testing"
	"unicode/utf8"

	"podium/termbridge/vt"
)

// pasteCases are texts and what their pastes send.
var pasteCases = []struct {
	name, text, plain, bracketed string
}{
	{"a line", "echo hi", "echo hi", "\x1b[200~echo hi\x1b[201~"},
	{"nothing", "", "", ""},
	{"nothing left", "\x07\x00", "", ""},
	{"line feeds", "a\nb\n", "a\rb\r", "\x1b[200~a\nb\n\x1b[201~"},
	{"CR LF", "a\r\nb", "a\rb", "\x1b[200~a\r\nb\x1b[201~"},
	{"CR", "a\rb", "a\rb", "\x1b[200~a\rb\x1b[201~"},
	{"tab", "a\tb", "a\tb", "\x1b[200~a\tb\x1b[201~"},
	{"controls", "a\x00\x01\x03\x04\x08\x0e\x1f\x7fb", "ab", "\x1b[200~ab\x1b[201~"},
	{"escape", "a\x1b[Ab", "a[Ab", "\x1b[200~a[Ab\x1b[201~"},
	{"end bracket", "a\x1b[201~rm -rf", "arm -rf", "\x1b[200~arm -rf\x1b[201~"},
	{"end brackets nested", "\x1b[20\x1b[201~1~x", "[201~x", "\x1b[200~[201~x\x1b[201~"},
	{"end bracket of eight bits", "a\u009b201~b", "a201~b", "\x1b[200~a201~b\x1b[201~"},
	{"unicode", "grüße 👩‍💻", "grüße 👩‍💻", "\x1b[200~grüße 👩‍💻\x1b[201~"},
	{"no UTF-8", "a\x9b\xffb", "a\ufffd\ufffdb", "\x1b[200~a\ufffd\ufffdb\x1b[201~"},
}

func TestPaste(t *testing.T) {
	for _, tt := range pasteCases {
		if got := string(Paste([]byte("x"), tt.text, false)); got != "x"+tt.plain {
			t.Errorf("%s: got %q, want %q", tt.name, got[1:], tt.plain)
		}
		if got := string(Paste([]byte("x"), tt.text, true)); got != "x"+tt.bracketed {
			t.Errorf("%s, bracketed: got %q, want %q", tt.name, got[1:], tt.bracketed)
		}
	}
}

func FuzzPaste(f *testing.F) {
	f.Add("a\x1b[201~b\n")
	f.Add("\x1b[20\x1b[201~1~")
	f.Add("\xc2\x9b201~")
	f.Fuzz(func(t *testing.T, text string) {
		for _, bracketed := range []bool{false, true} {
			got := string(Paste(nil, text, bracketed))
			if bracketed && got != "" {
				if !strings.HasPrefix(got, pasteBegin) || !strings.HasSuffix(got, pasteEnd) {
					t.Fatalf("%q is not in brackets", got)
				}
				got = strings.TrimSuffix(strings.TrimPrefix(got, pasteBegin), pasteEnd)
			}
			if !utf8.ValidString(got) {
				t.Fatalf("%q is no UTF-8", got)
			}
			for _, r := range got {
				if r < ' ' && r != '\t' && r != '\r' && (r != '\n' || !bracketed) || r >= 0x7f && r <= 0x9f {
					t.Fatalf("%q has a control character in it", got)
				}
			}
		}
	})
}

func TestFocus(t *testing.T) {
	on := vt.Modes{FocusEvents: true}
	if got := string(Focus(nil, true, on)); got != "\x1b[I" {
		t.Errorf("focus in: %q", got)
	}
	if got := string(Focus(nil, false, on)); got != "\x1b[O" {
		t.Errorf("focus out: %q", got)
	}
	if got := Focus(nil, true, vt.Modes{}); got != nil {
		t.Errorf("not asked for: %q", got)
	}
}

// The events of the left button and the wheel in column 5, row 3.
var (
	press   = Mouse{X: 4, Y: 2, Button: LeftButton}
	release = Mouse{X: 4, Y: 2, Button: LeftButton, Action: MouseRelease}
	drag    = Mouse{X: 4, Y: 2, Button: LeftButton, Action: MouseMotion}
	move    = Mouse{X: 4, Y: 2, Action: MouseMotion}
	wheel   = Mouse{X: 4, Y: 2, Button: WheelDown}
)

// mouseCases are events and their reports.
var mouseCases = []struct {
	name string
	mode vt.MouseMode
	enc  vt.MouseEncoding
	e    Mouse
	want string
}{
	{"off", vt.MouseNone, vt.MouseEncodingSGR, press, ""},
	{"X10 press", vt.MouseX10, 0, press, "\x1b[M %#"},
	{"X10 press with ctrl", vt.MouseX10, 0, Mouse{X: 4, Y: 2, Button: LeftButton, Mod: Ctrl}, "\x1b[M %#"},
	{"X10 release", vt.MouseX10, 0, release, ""},
	{"X10 wheel", vt.MouseX10, 0, wheel, ""},
	{"normal press", vt.MouseNormal, 0, press, "\x1b[M %#"},
	{"normal right", vt.MouseNormal, 0, Mouse{Button: RightButton}, "\x1b[M\"!!"},
	{"normal release", vt.MouseNormal, 0, release, "\x1b[M#%#"},
	{"normal drag", vt.MouseNormal, 0, drag, ""},
	{"normal wheel", vt.MouseNormal, 0, wheel, "\x1b[Ma%#"},
	{"normal ctrl-alt-shift", vt.MouseNormal, 0, Mouse{X: 4, Y: 2, Button: LeftButton, Mod: Ctrl | Alt | Shift}, "\x1b[M<%#"},
	{"normal far", vt.MouseNormal, 0, Mouse{X: 222, Y: 223, Button: LeftButton}, "\x1b[M \xff\x00"},
	{"button drag", vt.MouseButton, 0, drag, "\x1b[M@%#"},
	{"button move", vt.MouseButton, 0, move, ""},
	{"any move", vt.MouseAny, 0, move, "\x1b[MC%#"},
	{"press of nothing", vt.MouseAny, 0, Mouse{}, ""},
	{"back button", vt.MouseNormal, 0, Mouse{Button: Back}, "\x1b[M\xa0!!"},
	{"sgr press", vt.MouseNormal, vt.MouseEncodingSGR, press, "\x1b[<0;5;3M"},
	{"sgr release", vt.MouseNormal, vt.MouseEncodingSGR, release, "\x1b[<0;5;3m"},
	{"sgr middle release", vt.MouseNormal, vt.MouseEncodingSGR, Mouse{Button: MiddleButton, Action: MouseRelease}, "\x1b[<1;1;1m"},
	{"sgr wheel up", vt.MouseNormal, vt.MouseEncodingSGR, Mouse{Button: WheelUp}, "\x1b[<64;1;1M"},
	{"sgr wheel right", vt.MouseNormal, vt.MouseEncodingSGR, Mouse{Button: WheelRight}, "\x1b[<67;1;1M"},
	{"sgr wheel is not released", vt.MouseNormal, vt.MouseEncodingSGR, Mouse{Button: WheelUp, Action: MouseRelease}, ""},
	{"sgr drag with shift", vt.MouseAny, vt.MouseEncodingSGR, Mouse{X: 300, Y: 400, Button: LeftButton, Mod: Shift, Action: MouseMotion}, "\x1b[<36;301;401M"},
	{"sgr move", vt.MouseAny, vt.MouseEncodingSGR, move, "\x1b[<35;5;3M"},
	{"sgr button 11", vt.MouseAny, vt.MouseEncodingSGR, Mouse{Button: Button11}, "\x1b[<131;1;1M"},
	{"sgr outside", vt.MouseAny, vt.MouseEncodingSGR, Mouse{X: -1, Button: LeftButton}, ""},
	{"sgr pixels", vt.MouseNormal, vt.MouseEncodingSGRPixels, Mouse{X: 1, Y: 1, Button: LeftButton}, "\x1b[<0;12;24M"},
	{"urxvt press", vt.MouseNormal, vt.MouseEncodingURXVT, press, "\x1b[32;5;3M"},
	{"urxvt release", vt.MouseNormal, vt.MouseEncodingURXVT, release, "\x1b[35;5;3M"},
	{"utf8 near", vt.MouseNormal, vt.MouseEncodingUTF8, press, "\x1b[M %#"},
	{"utf8 far", vt.MouseNormal, vt.MouseEncodingUTF8, Mouse{X: 299, Y: 2014, Button: LeftButton}, "\x1b[M \u014c\u07ff"},
	{"utf8 too far", vt.MouseNormal, vt.MouseEncodingUTF8, Mouse{X: 2015, Button: LeftButton}, "\x1b[M \x00!"},
}

func TestMouse(t *testing.T) {
	for _, tt := range mouseCases {
		m := vt.Modes{Mouse: tt.mode, MouseEncoding: tt.enc}
		if got := string(EncodeMouse([]byte("x"), tt.e, m)); got != "x"+tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got[1:], tt.want)
		}
	}
}

func TestAlternateScroll(t *testing.T) {
	m := vt.Modes{AltScroll: true, AltScreen: true}
	if got := string(EncodeMouse(nil, Mouse{Button: WheelUp}, m)); got != "\x1b[A\x1b[A\x1b[A" {
		t.Errorf("wheel up: %q", got)
	}
	m.AppCursor = true
	if got := string(EncodeMouse(nil, Mouse{Button: WheelDown}, m)); got != "\x1bOB\x1bOB\x1bOB" {
		t.Errorf("wheel down: %q", got)
	}
	if got := EncodeMouse(nil, Mouse{Button: LeftButton}, m); got != nil {
		t.Errorf("click: %q", got)
	}
	m.AltScreen = false
	if got := EncodeMouse(nil, Mouse{Button: WheelUp}, m); got != nil {
		t.Errorf("main screen: %q", got)
	}
}
