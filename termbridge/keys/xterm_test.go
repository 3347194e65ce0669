package keys

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"podium/termbridge/vt"
)

// recording is what a real xterm sends. TestRecordXterm writes it.
const recording = "testdata/xterm.txt"

// The mouse of the recording: what is done under which modes.
var (
	mouseModes = []struct {
		name, set string
		mode      vt.MouseMode
	}{
		{"?9", "\x1b[?9h", vt.MouseX10},
		{"?1000", "\x1b[?1000h", vt.MouseNormal},
		{"?1002", "\x1b[?1002h", vt.MouseButton},
		{"?1003", "\x1b[?1003h", vt.MouseAny},
	}
	mouseEncodings = []struct {
		name, set string
		enc       vt.MouseEncoding
	}{
		{"default", "", vt.MouseEncodingDefault},
		{"?1005", "\x1b[?1005h", vt.MouseEncodingUTF8},
		{"?1006", "\x1b[?1006h", vt.MouseEncodingSGR},
		{"?1015", "\x1b[?1015h", vt.MouseEncodingURXVT},
		{"?1016", "\x1b[?1016h", vt.MouseEncodingSGRPixels},
	}
	mouseSteps = []struct {
		name  string
		act   act
		event Mouse
	}{
		{"move", to(3, 1), Mouse{X: 3, Y: 1, Action: MouseMotion}},
		{"press left", act{kind: buttonDown, detail: 1}, Mouse{X: 3, Y: 1, Button: LeftButton}},
		{"drag left", to(5, 2), Mouse{X: 5, Y: 2, Button: LeftButton, Action: MouseMotion}},
		{"release left", act{kind: buttonUp, detail: 1}, Mouse{X: 5, Y: 2, Button: LeftButton, Action: MouseRelease}},
		{"press middle", act{kind: buttonDown, detail: 2}, Mouse{X: 5, Y: 2, Button: MiddleButton}},
		{"drag middle", to(6, 3), Mouse{X: 6, Y: 3, Button: MiddleButton, Action: MouseMotion}},
		{"release middle", act{kind: buttonUp, detail: 2}, Mouse{X: 6, Y: 3, Button: MiddleButton, Action: MouseRelease}},
		{"press right", act{kind: buttonDown, detail: 3}, Mouse{X: 6, Y: 3, Button: RightButton}},
		{"drag right", to(0, 0), Mouse{Button: RightButton, Action: MouseMotion}},
		{"release right", act{kind: buttonUp, detail: 3}, Mouse{Button: RightButton, Action: MouseRelease}},
		{"wheel up", act{kind: buttonDown, detail: 4}, Mouse{Button: WheelUp}},
		{"wheel down", act{kind: buttonDown, detail: 5}, Mouse{Button: WheelDown}},
		{"wheel left", act{kind: buttonDown, detail: 6}, Mouse{Button: WheelLeft}},
		{"wheel right", act{kind: buttonDown, detail: 7}, Mouse{Button: WheelRight}},
		{"press back", act{kind: buttonDown, detail: 8}, Mouse{Button: Back}},
		{"release back", act{kind: buttonUp, detail: 8}, Mouse{Button: Back, Action: MouseRelease}},
		{"press forward", act{kind: buttonDown, detail: 9}, Mouse{Button: Forward}},
		{"release forward", act{kind: buttonUp, detail: 9}, Mouse{Button: Forward, Action: MouseRelease}},
		{"move to 94", to(94, 39), Mouse{X: 94, Y: 39, Action: MouseMotion}},
		{"press at 94", act{kind: buttonDown, detail: 1}, Mouse{X: 94, Y: 39, Button: LeftButton}},
		{"release at 94", act{kind: buttonUp, detail: 1}, Mouse{X: 94, Y: 39, Button: LeftButton, Action: MouseRelease}},
		{"move to 222", to(222, 4), Mouse{X: 222, Y: 4, Action: MouseMotion}},
		{"press at 222", act{kind: buttonDown, detail: 1}, Mouse{X: 222, Y: 4, Button: LeftButton}},
		{"drag to 223", to(223, 4), Mouse{X: 223, Y: 4, Button: LeftButton, Action: MouseMotion}},
		{"release at 223", act{kind: buttonUp, detail: 1}, Mouse{X: 223, Y: 4, Button: LeftButton, Action: MouseRelease}},
	}
)

// The size of a cell of the recording's font.
const xtermCellWidth, xtermCellHeight = 6, 13

// to moves the mouse to the middle of a cell.
func to(x, y int16) act {
	return act{kind: moved, x: x*xtermCellWidth + xtermCellWidth/2, y: y*xtermCellHeight + xtermCellHeight/2}
}

// spell writes bytes for the recording; none is nothing.
func spell(s string) string {
	if s == "" {
		return "none"
	}
	q := strconv.QuoteToASCII(s)
	return strings.NewReplacer(`\x1b`, `\e`, `\"`, `"`, " ", `\x20`).Replace(q[1 : len(q)-1])
}

// recorded is the recording: for each section, for each key, what each chord
// sends, as it is spelled.
func recorded(t *testing.T) map[string]map[string][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.FromSlash(recording))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string][]string{}
	var section map[string][]string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "[keys] ") || strings.HasPrefix(line, "[mouse] "):
			section = map[string][]string{}
			out[line] = section
		default:
			cells := strings.Split(line, "\t")
			if len(cells) != 1+len(chords) {
				t.Fatalf("a line of %d cells: %q", len(cells), line)
			}
			section[cells[0]] = cells[1:]
		}
	}
	return out
}

// deviates says why a key is deliberately encoded otherwise than xterm does it;
// "" is that it is not. Where there is a reason there has to be a difference.
func deviates(state, chord, key string) string {
	level1 := state == "modifyOtherKeys 1"
	switch {
	case strings.HasSuffix(state, "formatOtherKeys 1"):
		return "a resource of the user; no program can ask for it"
	case level1 && key == "Escape" && (chord == "alt-shift" || chord == "ctrl-alt" || chord == "ctrl-alt-shift"),
		level1 && key == "Space" && chord == "ctrl-alt-shift":
		return "xterm leaves the key alone with each of them, and not with Alt beside them"
	}
	return ""
}

// TestAgainstXterm: what the encoder makes of each key is what a real xterm
// sends for it.
func TestAgainstXterm(t *testing.T) {
	rec := recorded(t)
	for _, st := range states {
		section := rec["[keys] "+st.name]
		for _, k := range board {
			want := section[k.name]
			if want == nil {
				t.Errorf("%s: %s was not recorded", st.name, k.name)
				continue
			}
			for i, c := range chords {
				got := spell(string(Encode(nil, k.key(c.mod, st.numLock), st.modes)))
				why := deviates(st.name, c.name, k.name)
				if got != want[i] && why == "" {
					t.Errorf("%s: %s %s sends %s, xterm sends %s", st.name, c.name, k.name, got, want[i])
				}
				if got == want[i] && why != "" && !st.csiU {
					t.Errorf("%s: %s %s sends what xterm sends, and should not: %s", st.name, c.name, k.name, why)
				}
			}
		}
	}
}

// key is the event of the key with modifiers, as a terminal that knows the
// layout tells of it.
func (p pressed) key(m Mod, numLock bool) Key {
	k := Key{Code: p.code, Mod: m, Shifted: p.shifted}
	if numLock {
		k.Mod |= NumLock
		if p.keypad != 0 && m&Shift == 0 { // shift turns NumLock round
			k.Code = p.keypad
		}
	}
	if p.shifted != 0 && m&^Shift == 0 {
		k.Text = string(p.code)
		if m&Shift != 0 {
			k.Text = string(p.shifted)
		}
	}
	return k
}

// mouseDeviates is deviates for the mouse.
func mouseDeviates(e Mouse, want string) string {
	wheelAside := e.Button == WheelLeft || e.Button == WheelRight
	switch {
	case e.Mod&Shift != 0 && want == "none" && (wheelAside || e.Button >= Back):
		return "xterm keeps shift with these to itself, even when a program asks for shift"
	case wheelAside && e.Mod&Shift == 0:
		return "xterm tells of a release of the wheels that turn aside; no wheel is ever released"
	}
	return ""
}

func TestMouseAgainstXterm(t *testing.T) {
	rec := recorded(t)
	for _, mode := range mouseModes {
		for _, enc := range mouseEncodings {
			section, ok := rec["[mouse] "+mode.name+" "+enc.name]
			if !ok {
				continue
			}
			m := vt.Modes{Mouse: mode.mode, MouseEncoding: enc.enc}
			for _, step := range mouseSteps {
				for i, c := range chords {
					e := step.event
					e.Mod = c.mod
					got, want := spell(string(EncodeMouse(nil, e, m))), section[step.name][i]
					if enc.enc == vt.MouseEncodingSGRPixels {
						want = ourPixels(want)
					}
					if got != want && mouseDeviates(e, want) == "" {
						t.Errorf("%s %s: %s %s sends %s, xterm sends %s", mode.name, enc.name, c.name, step.name, got, want)
					}
				}
			}
		}
	}
}

// ourPixels is a report in pixels of xterm's cells, in those of ours.
func ourPixels(report string) string {
	return pixels.ReplaceAllStringFunc(report, func(s string) string {
		at := strings.Split(s, ";")
		x, _ := strconv.Atoi(at[1])
		y, _ := strconv.Atoi(at[2])
		x, y = x/xtermCellWidth*cellWidth+cellWidth/2, y/xtermCellHeight*cellHeight+cellHeight/2
		return ";" + strconv.Itoa(x) + ";" + strconv.Itoa(y)
	})
}

var pixels = regexp.MustCompile(`;[0-9]+;[0-9]+`)
