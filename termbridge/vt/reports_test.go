package vt

import (
	"encoding/base64"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// replyCases are questions and their answers on a terminal of 80x24.
var replyCases = []struct{ name, in, want string }{
	{"DA1", "\x1b[c\x1b[0c\x1b[1c", "\x1b[?64;6;21;22;28c\x1b[?64;6;21;22;28c"},
	{"DECID", "\x1bZ", "\x1b[?64;6;21;22;28c"},
	{"DA2", "\x1b[>c", "\x1b[>41;380;0c"},
	{"DA3", "\x1b[=c", "\x1bP!|00000000\x1b\\"},
	{"DSR 5", "\x1b[5n", "\x1b[0n"},
	{"CPR", "\x1b[3;7H\x1b[6n", "\x1b[3;7R"},
	{"CPR in origin mode", "\x1b[3;9r\x1b[?6h\x1b[2;7H\x1b[6n", "\x1b[2;7R"},
	{"DECXCPR", "\x1b[3;7H\x1b[?6n", "\x1b[?3;7;1R"},
	{"printer, keys, keyboard, locator", "\x1b[?15n\x1b[?25n\x1b[?26n\x1b[?55n", "\x1b[?13n\x1b[?21n\x1b[?27;1;0;0n\x1b[?50n"},
	{"colour scheme", "\x1b[?996n", "\x1b[?997;1n"},
	{"DECRQM", "\x1b[?7$p\x1b[?1$p\x1b[?25$p\x1b[?2027$p\x1b[?9999$p\x1b[?8$p", "\x1b[?7;1$y\x1b[?1;2$y\x1b[?25;1$y\x1b[?2027;4$y\x1b[?9999;0$y\x1b[?8;3$y"},
	{"DECRQM of colour scheme updates", "\x1b[?2031$p\x1b[?2031h\x1b[?2031$p", "\x1b[?2031;2$y\x1b[?2031;1$y"},
	{"DECRQM of what was set", "\x1b[?2026;1006;1003;69h\x1b[?2026$p\x1b[?1006$p\x1b[?1003$p\x1b[?1000$p\x1b[?69$p", "\x1b[?2026;1$y\x1b[?1006;1$y\x1b[?1003;1$y\x1b[?1000;2$y\x1b[?69;1$y"},
	{"DECRQM ANSI", "\x1b[4h\x1b[4$p\x1b[20$p\x1b[99$p", "\x1b[4;1$y\x1b[20;2$y\x1b[99;0$y"},
	{"DECRQSS SGR", "\x1b[1;38;5;99;48;2;1;2;3m\x1bP$qm\x1b\\", "\x1bP1$r0;1;38;5;99;48;2;1;2;3m\x1b\\"},
	{"DECRQSS plain", "\x1bP$qm\x1b\\", "\x1bP1$r0m\x1b\\"},
	{"DECRQSS margins", "\x1b[3;9r\x1b[?69h\x1b[5;7s\x1bP$qr\x1b\\\x1bP$qs\x1b\\", "\x1bP1$r3;9r\x1b\\\x1bP1$r5;7s\x1b\\"},
	{"DECRQSS cursor, protection, level", "\x1b[4 q\x1b[1\"q\x1bP$q q\x1b\\\x1bP$q\"q\x1b\\\x1bP$q\"p\x1b\\", "\x1bP1$r4 q\x1b\\\x1bP1$r1\"q\x1b\\\x1bP1$r64;1\"p\x1b\\"},
	{"DECRQSS of a cursor that nobody shaped", "\x1bP$q q\x1b\\\x1b[?12h\x1bP$q q\x1b\\", "\x1bP1$r2 q\x1b\\\x1bP1$r1 q\x1b\\"},
	{"DECSTR keeps DECSCNM and DECBKM", "\x1b[?5;67h\x1b[!p\x1b[?5$p\x1b[?67$p", "\x1b[?5;1$y\x1b[?67;1$y"},
	{"DECRQSS of DECSACE", "\x1b[2*x\x1bP$q*x\x1b\\\x1b[*x\x1bP$q*x\x1b\\", "\x1bP1$r2*x\x1b\\\x1bP1$r1*x\x1b\\"},
	{"DECRQSS size", "\x1bP$qt\x1b\\\x1bP$q$|\x1b\\", "\x1bP1$r24t\x1b\\\x1bP1$r80$|\x1b\\"},
	{"DECRQSS of something else", "\x1bP$qz\x1b\\", "\x1bP0$r\x1b\\"},
	{"XTVERSION", "\x1b[>q\x1b[>0q", "\x1bP>|test(1)\x1b\\\x1bP>|test(1)\x1b\\"},
	{"XTGETTCAP", "\x1bP+q544e;436F;524742\x1b\\", "\x1bP1+r544E=787465726D2D323536636F6C6F72\x1b\\\x1bP1+r436F=323536\x1b\\\x1bP1+r524742=382F382F38\x1b\\"},
	{"XTGETTCAP of something else", "\x1bP+q6162\x1b\\", "\x1bP0+r\x1b\\"},
	{"OSC 4", "\x1b]4;1;?;16;?;231;?;255;?\x07", "\x1b]4;1;rgb:cdcd/0000/0000\x1b\\\x1b]4;16;rgb:0000/0000/0000\x1b\\\x1b]4;231;rgb:ffff/ffff/ffff\x1b\\\x1b]4;255;rgb:eeee/eeee/eeee\x1b\\"},
	{"OSC 4 changed and back", "\x1b]4;1;#123456\x07\x1b]4;1;?\x07\x1b]104;1\x07\x1b]4;1;?\x07", "\x1b]4;1;rgb:1212/3434/5656\x1b\\\x1b]4;1;rgb:cdcd/0000/0000\x1b\\"},
	{"OSC 10 11 12", "\x1b]10;?\x07\x1b]11;?\x07\x1b]12;?\x07", "\x1b]10;rgb:eeee/eeee/eeee\x1b\\\x1b]11;rgb:1010/2020/3030\x1b\\"},
	{"OSC 10 in a row", "\x1b]10;?;?\x07", "\x1b]10;rgb:eeee/eeee/eeee\x1b\\\x1b]11;rgb:1010/2020/3030\x1b\\"},
	{"OSC 11 changed and back", "\x1b]11;rgb:f/8/0\x07\x1b]11;?\x07\x1b]111\x07\x1b]11;?\x07", "\x1b]11;rgb:ffff/8888/0000\x1b\\\x1b]11;rgb:1010/2020/3030\x1b\\"},
	{"sizes", "\x1b[14t\x1b[16t\x1b[18t", "\x1b[4;480;720t\x1b[6;20;9t\x1b[8;24;80t"},
	{"kitty flags", "\x1b[?u\x1b[>5u\x1b[?u\x1b[=2;2u\x1b[?u\x1b[=1;3u\x1b[?u\x1b[<u\x1b[?u", "\x1b[?0u\x1b[?5u\x1b[?7u\x1b[?6u\x1b[?0u"},
	{"kitty flags are of the screen", "\x1b[>1u\x1b[?1049h\x1b[?u\x1b[>3u\x1b[?u\x1b[?1049l\x1b[?u", "\x1b[?0u\x1b[?3u\x1b[?1u"},
	{"kitty stack emptied", "\x1b[>1u\x1b[>3u\x1b[<9u\x1b[?u", "\x1b[?0u"},
	{"modifyOtherKeys", "\x1b[?4m\x1b[>4;2m\x1b[?4m\x1b[>4m\x1b[?4m", "\x1b[>4;0m\x1b[>4;2m\x1b[>4;0m"},
	{"checksum of blanks", "\x1b[7;1;1;1;2;2*y", "\x1bP7!~FF80\x1b\\"},
	{"checksum of a letter", "A\x1b[1;1;1;1;1;1*y", "\x1bP1!~FFBF\x1b\\"},
	{"titles, the clipboard and the window are not reported", "\x1b[20t\x1b[21t\x1b]52;c;?\x07\x1b[13t", ""},
	{"macros, integrity, sessions, devices", "\x1b[?56n\x1b[?62n\x1b[?63;9n\x1b[?75n\x1b[?85n\x1b[11t\x1b[15t\x1b[19t", "\x1b[?57;0n\x1b[0*{\x1bP9!~0000\x1b\\\x1b[?70n\x1b[?83n\x1b[1t\x1b[5;480;720t\x1b[9;24;80t"},
	{"checksum of attributes", "\x1b[1;4;5;7;8m\x1b[1\"qA\x1b[1;1;1;1;1;1*y", "\x1bP1!~FEC3\x1b\\"},
	{"checksum of a cluster", "e\u0301\x1b[1;1;1;1;1;1*y", "\x1bP1!~FC9A\x1b\\"},
	{"checksum in origin mode", "\x1b[3;9r\x1b[3HA\x1b[?6h\x1b[1;1;1;1;1;1*y", "\x1bP1!~FFBF\x1b\\"},
	{"DECRQM of locked and echo", "\x1b[2h\x1b[2$p\x1b[12$p", "\x1b[2;1$y\x1b[12;3$y"},
	{"modifyOtherKeys by > n", "\x1b[>4;2m\x1b[>4n\x1b[?4m\x1b[>4;2m\x1b[>m\x1b[?4m", "\x1b[>4;0m\x1b[>4;0m"},
	{"kitty flags replaced", "\x1b[=3u\x1b[=8;1u\x1b[?u", "\x1b[?8u"},
	{"palette reset whole", "\x1b]4;1;#123456;2;#123456\x07\x1b]104\x07\x1b]4;2;?\x07", "\x1b]4;2;rgb:0000/cdcd/0000\x1b\\"},
	{"DECRQM of alt", "\x1b[?1036$p", "\x1b[?1036;1$y"},
	{"DECRQSS lines", "\x1bP$q*|\x1b\\", "\x1bP1$r24*|\x1b\\"},
	{"XTGETTCAP by terminfo's name", "\x1bP+q6e616d65\x1b\\", "\x1bP1+r6E616D65=787465726D2D323536636F6C6F72\x1b\\"},
	{"XTGETTCAP of colours by terminfo's name", "\x1bP+q636F6C6F7273\x1b\\", "\x1bP1+r636F6C6F7273=323536\x1b\\"},
	{"answerback is empty", "\x05", ""},
}

// TestReplies: what is asked and what is answered, on a terminal of 80x24.
func TestReplies(t *testing.T) {
	for _, c := range replyCases {
		t.Run(c.name, func(t *testing.T) {
			v := New(Options{
				Name: "test(1)", CellWidth: 9, CellHeight: 20,
				Foreground: IndexColor(255), Background: RGBColor(0x10, 0x20, 0x30),
			})
			_, _ = v.Write([]byte(c.in))
			if got := string(v.TakeReplies(nil)); got != c.want {
				t.Errorf("%q is answered by\n%q, want\n%q", c.in, got, c.want)
			}
			if again := v.TakeReplies(nil); len(again) != 0 {
				t.Errorf("answered twice: %q", again)
			}
		})
	}
}

// refusalCases are requests that are refused, and how they are counted.
var refusalCases = []struct {
	name, in string
	want     Refusals
}{
	{"remote resize", "\x1b[8;50;50t\x1b[4;9;9t\x1b[1t\x1b[9;1t", Refusals{Resize: 4}},
	{"DECCOLM", "\x1b[?3h\x1b[?3l", Refusals{Resize: 2}},
	{"sizes by DECSCPP and DECSNLS", "\x1b[132$|\x1b[50*|", Refusals{Resize: 2}},
	{"XTSMGRAPHICS", "\x1b[?1;1;0S", Refusals{Image: 1}},
	{"title report", "\x1b[21t", Refusals{TitleReport: 1}},
	{"clipboard", "\x1b]52;c;?\x07\x1b]52;c;aGk=\x07", Refusals{ClipboardRead: 1, ClipboardWrite: 1}},
	{"images", "\x1bPq#0\x1b\\\x1b_Gf=24;AAAA\x1b\\\x1b]1337;File=inline=1:AAAA\x07\x1bP0;1;0q~\x1b\\", Refusals{Image: 4}},
	{"overlong title", "\x1b]0;" + strings.Repeat("x", 9000) + "\x07", Refusals{Overlong: 1}},
	{"overlong sixel", "\x1bPq" + strings.Repeat("~", 90000) + "\x1b\\", Refusals{Overlong: 1, Image: 1}},
	{"unknown", "\x1b[1;2$Z\x1b]9999;x\x07\x1b[?12345h\x1bPzzz\x1b\\\x1bl", Refusals{Unknown: 5}},
}

// TestRefusals: what a pane must not do is counted and does nothing.
func TestRefusals(t *testing.T) {
	for _, c := range refusalCases {
		t.Run(c.name, func(t *testing.T) {
			v := New(Options{})
			_, _ = v.Write([]byte(c.in + "ok"))
			if got := v.Refused(); got != c.want {
				t.Errorf("%q is counted as %+v, want %+v", c.in, got, c.want)
			}
			if cols, rows := v.Size(); cols != 80 || rows != 24 || strings.TrimSpace(v.Text()) != "ok" {
				t.Errorf("it left %dx%d, %q", cols, rows, v.Text())
			}
		})
	}
}

func TestEvents(t *testing.T) {
	v := New(Options{AllowClipboard: true})
	big := strings.Repeat("A", 600<<10)
	_, _ = v.Write([]byte("\a\x1b]0;one\x07\a\x1b]2;tw\x01o\u202e\x07\x1b]7;file:///tmp\x07\x1b]1;icon\x07" +
		"\x1b]133;A\x07$ \x1b]133;B\x07ls\r\n\x1b]133;C\x07out\r\n\x1b]133;D;3\x07\x1b]9;done\x07" +
		"\x1b]52;cp;" + base64.StdEncoding.EncodeToString([]byte(big)) + "\x07"))
	want := []Event{
		{Kind: EventBell, N: 2},
		{Kind: EventTitle, Text: "two"},
		{Kind: EventCwd, Text: "file:///tmp"},
		{Kind: EventIcon, Text: "icon"},
		{Kind: EventPrompt},
		{Kind: EventCommand},
		{Kind: EventOutput},
		{Kind: EventCommandDone, N: 3},
		{Kind: EventNotify, Text: "done"},
		{Kind: EventClipboard, Text: "cp", Data: []byte(big)},
	}
	if got := v.TakeEvents(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %.300v\nwant %.300v", got, want)
	}
	if got := v.TakeEvents(); got != nil {
		t.Errorf("told twice: %v", got)
	}
	if v.Title() != "two" {
		t.Errorf("title %q", v.Title())
	}
	for i, want := range []Mark{MarkPrompt | MarkCommand, MarkOutput, MarkDone} {
		if got := v.Line(i).Mark; got != want {
			t.Errorf("line %d is marked %b, want %b", i, got, want)
		}
	}
	_, _ = v.Write([]byte("\x1b[22t\x1b]0;three\x07\x1b[23t"))
	if v.Title() != "two" {
		t.Errorf("after push and pop the title is %q", v.Title())
	}
	_, _ = v.Write([]byte("\x1b]133;D\x07"))
	if got := v.TakeEvents(); len(got) != 2 || got[1].Kind != EventCommandDone || got[1].N != -1 {
		t.Errorf("a command without a status: %v", got)
	}
}

// modeCases are modes as they show outside, by what sets and resets them.
var modeCases = []struct {
	name, set, reset string
	want             func(*Modes)
}{
	{"DECCKM", "\x1b[?1h", "\x1b[?1l", func(m *Modes) { m.AppCursor = true }},
	{"DECKPAM", "\x1b=", "\x1b>", func(m *Modes) { m.AppKeypad = true }},
	{"DECNKM", "\x1b[?66h", "\x1b[?66l", func(m *Modes) { m.AppKeypad = true }},
	{"DECBKM", "\x1b[?67h", "\x1b[?67l", func(m *Modes) { m.BackarrowBS = true }},
	{"LNM", "\x1b[20h", "\x1b[20l", func(m *Modes) { m.LineFeedNewLine = true }},
	{"IRM", "\x1b[4h", "\x1b[4l", func(m *Modes) { m.Insert = true }},
	{"KAM", "\x1b[2h", "\x1b[2l", func(m *Modes) { m.KeyboardLocked = true }},
	{"DECOM", "\x1b[?6h", "\x1b[?6l", func(m *Modes) { m.Origin = true }},
	{"DECAWM", "\x1b[?7l", "\x1b[?7h", func(m *Modes) { m.AutoWrap = false }},
	{"DECSCNM", "\x1b[?5h", "\x1b[?5l", func(m *Modes) { m.ReverseVideo = true }},
	{"bracketed paste", "\x1b[?2004h", "\x1b[?2004l", func(m *Modes) { m.BracketedPaste = true }},
	{"focus", "\x1b[?1004h", "\x1b[?1004l", func(m *Modes) { m.FocusEvents = true }},
	{"alternate screen", "\x1b[?1049h", "\x1b[?1049l", func(m *Modes) { m.AltScreen = true }},
	{"alternate scroll", "\x1b[?1007l", "\x1b[?1007h", func(m *Modes) { m.AltScroll = false }},
	{"synchronized output", "\x1b[?2026h", "\x1b[?2026l", func(m *Modes) { m.SyncOutput = true }},
	{"mouse 9", "\x1b[?9h", "\x1b[?9l", func(m *Modes) { m.Mouse = MouseX10 }},
	{"mouse 1000", "\x1b[?1000h", "\x1b[?1000l", func(m *Modes) { m.Mouse = MouseNormal }},
	{"mouse 1002", "\x1b[?1002h", "\x1b[?1002l", func(m *Modes) { m.Mouse = MouseButton }},
	{"mouse 1003", "\x1b[?1000;1003h", "\x1b[?1003l", func(m *Modes) { m.Mouse = MouseAny }},
	{"mouse 1005", "\x1b[?1005h", "\x1b[?1005l", func(m *Modes) { m.MouseEncoding = MouseEncodingUTF8 }},
	{"mouse 1006", "\x1b[?1006h", "\x1b[?1006l", func(m *Modes) { m.MouseEncoding = MouseEncodingSGR }},
	{"mouse 1015", "\x1b[?1015h", "\x1b[?1015l", func(m *Modes) { m.MouseEncoding = MouseEncodingURXVT }},
	{"mouse 1016", "\x1b[?1016h", "\x1b[?1016l", func(m *Modes) { m.MouseEncoding = MouseEncodingSGRPixels }},
	{"modifyOtherKeys", "\x1b[>4;1m", "\x1b[>4;0m", func(m *Modes) { m.ModifyOtherKeys = 1 }},
	{"kitty", "\x1b[>31u", "\x1b[<u", func(m *Modes) { m.KittyFlags = 31 }},
	{"XTSAVE", "\x1b[?1h\x1b[?1s\x1b[?1l\x1b[?1r", "\x1b[?1l", func(m *Modes) { m.AppCursor = true }},
}

// TestModes: each sequence and the field it sets, and that its opposite clears it.
func TestModes(t *testing.T) {
	base := Modes{AutoWrap: true, AltScroll: true}
	for _, c := range modeCases {
		t.Run(c.name, func(t *testing.T) {
			v := New(Options{})
			_, _ = v.Write([]byte(c.set))
			want := base
			c.want(&want)
			if got := v.Modes(); got != want {
				t.Errorf("%q: %+v, want %+v", c.set, got, want)
			}
			_, _ = v.Write([]byte(c.reset))
			if got := v.Modes(); got != base {
				t.Errorf("%q: %+v, want %+v", c.reset, got, base)
			}
			_, _ = v.Write([]byte(c.set + "\x1bc"))
			if got := v.Modes(); got != base {
				t.Errorf("after RIS: %+v", got)
			}
		})
	}
}

func TestSyncHeld(t *testing.T) {
	v := New(Options{})
	_, _ = v.Write([]byte("\x1b[?2026hx"))
	if !v.SyncHeld() {
		t.Error("not held")
	}
	v.ReleaseSync()
	if v.SyncHeld() || v.Modes().SyncOutput {
		t.Error("still held after release")
	}
}

// cursorCases are sequences and the look of the cursor that they leave.
var cursorCases = []struct {
	in   string
	want Cursor
}{
	{"", Cursor{Visible: true, Shape: CursorDefault}},
	{"\x1b[?25l", Cursor{Shape: CursorDefault}},
	{"\x1b[?12h", Cursor{Visible: true, Shape: CursorDefault, Blink: true}},
	{"\x1b[1 q", Cursor{Visible: true, Blink: true}},
	{"\x1b[2 q", Cursor{Visible: true}},
	{"\x1b[3 q", Cursor{Visible: true, Shape: CursorUnderline, Blink: true}},
	{"\x1b[6 q", Cursor{Visible: true, Shape: CursorBar}},
	{"\x1b[6 q\x1b[0 q", Cursor{Visible: true, Shape: CursorDefault}},
	{"\x1b[6 q\x1b[9 q", Cursor{Visible: true, Shape: CursorBar}},
}

func TestCursorLook(t *testing.T) {
	for _, c := range cursorCases {
		v := New(Options{})
		_, _ = v.Write([]byte(c.in))
		if got := v.Cursor(); got != c.want {
			t.Errorf("%q: %+v, want %+v", c.in, got, c.want)
		}
	}
}

// eventCases are what a program tells besides drawing, one by one.
var eventCases = []struct {
	in    string
	tells []string
}{
	{"\a\a", []string{"bell 2"}},
	{"\x1b]0;one\x07", []string{"title one"}},
	{"\x1b]1;icon\x07", []string{"icon icon"}},
	{"\x1b]2;two\x07", []string{"title two"}},
	{"\x1b]2;a\x07\x1b[22t\x1b]2;b\x07\x1b[23t", []string{"title a"}},
	{"\x1b]7;file:///tmp\x07", []string{"folder file:///tmp"}},
	{"\x1b]9;done\x07", []string{"notice done"}},
	{"\x1b]777;notify;done\x07", []string{"notice done"}},
	{"\x1b]52;c;aGk=\x07", []string{"copy hi"}},
	{"\x1b]133;A\x07", []string{"prompt"}},
	{"\x1b]133;B\x07", []string{"command"}},
	{"\x1b]133;C\x07", []string{"output"}},
	{"\x1b]133;D;3\x07", []string{"done 3"}},
}

func TestEventsOneByOne(t *testing.T) {
	for _, c := range eventCases {
		v := New(Options{AllowClipboard: true})
		_, _ = v.Write([]byte(c.in))
		var got []string
		for _, e := range v.TakeEvents() {
			text := e.Text
			switch e.Kind {
			case EventClipboard:
				text = string(e.Data)
			case EventCommandDone, EventBell:
				text = strconv.Itoa(e.N)
			}
			name := map[EventKind]string{
				EventBell: "bell", EventTitle: "title", EventIcon: "icon", EventCwd: "folder", EventNotify: "notice", EventClipboard: "copy",
				EventPrompt: "prompt", EventCommand: "command", EventOutput: "output", EventCommandDone: "done",
			}[e.Kind]
			got = append(got, strings.TrimSpace(name+" "+text))
		}
		if !slices.Equal(got, c.tells) {
			t.Errorf("%q tells %q, want %q", c.in, got, c.tells)
		}
	}
}

// linkCases are hyperlinks and the address of the first cell.
var linkCases = []struct{ in, want string }{
	{"\x1b]8;;https://a.b/\x07x\x1b]8;;\x07", "https://a.b/"},
	{"\x1b]8;id=1:x=y;https://a.b/?c;d\x1b\\x", "https://a.b/?c;d"},
	{"\x1b]8;;https://a.b/\x07\x1b]8;;\x07x", ""},
	{"\x1b]8;;https://a.b/\u00e4\x07x", ""},
}

func TestLinks(t *testing.T) {
	for _, c := range linkCases {
		v := New(Options{})
		_, _ = v.Write([]byte(c.in))
		if got := v.Cell(0, 0).Link; got != c.want {
			t.Errorf("%q links to %q, want %q", c.in, got, c.want)
		}
	}
}

func TestAnotherBackgroundIsTold(t *testing.T) {
	black, white := RGBColor(0, 0, 0), RGBColor(255, 255, 255)
	v := New(Options{Cols: 10, Rows: 4, Foreground: white, Background: black})
	v.SetDefaultColors(black, white)
	if got := string(v.TakeReplies(nil)); got != "" {
		t.Errorf("a program that did not ask is told %q", got)
	}
	_, _ = v.Write([]byte("\x1b[?2031h\x1b]11;?\a\x1b[?996n"))
	if got, want := string(v.TakeReplies(nil)), "\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?997;2n"; got != want {
		t.Errorf("asked, it is told %q, want %q", got, want)
	}
	v.SetDefaultColors(black, white)
	v.SetDefaultColors(white, black)
	if got := string(v.TakeReplies(nil)); got != "\x1b[?997;1n" {
		t.Errorf("it is told %q", got)
	}
}
