//go:build linux

package keys

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"podium/termbridge/vt"
)

var record = flag.Bool("xterm", false, "press every key in a real xterm and write testdata/xterm.txt anew (wants Xvfb, xkbcomp and xterm)")

// mark is what xterm sends for the key that ends each recording.
const mark = "~END~"

// boardXKB is the keyboard of board: that of a PC, and keys that it lacks.
const boardXKB = `xkb_keymap {
xkb_keycodes { include "evdev+aliases(qwerty)" };
xkb_types { include "complete" };
xkb_compat { include "complete" };
xkb_symbols { include "pc+us"
  key <I183> { [ F13 ] }; key <I184> { [ F14 ] }; key <I185> { [ F15 ] }; key <I186> { [ F16 ] };
  key <I187> { [ F17 ] }; key <I188> { [ F18 ] }; key <I189> { [ F19 ] }; key <I190> { [ F20 ] };
  key <FK13> { [ F21 ] }; key <FK16> { [ F24 ] }; key <FK17> { [ F35 ] };
  key <FK18> { [ Begin ] }; key <FK19> { [ Find ] }; key <FK20> { [ Select ] };
  key <FK21> { [ adiaeresis, Adiaeresis ] }; key <FK22> { [ F34 ] };
  key <COMP> { [ Menu ] }; key <KPEQ> { [ KP_Equal ] }; key <I129> { [ KP_Separator ] };
  key <PRSC> { type = "ONE_LEVEL", [ Print ] }; key <PAUS> { type = "ONE_LEVEL", [ Pause ] };
  key <FK01> { type = "ONE_LEVEL", [ F1 ] }; key <FK02> { type = "ONE_LEVEL", [ F2 ] };
  key <FK03> { type = "ONE_LEVEL", [ F3 ] }; key <FK04> { type = "ONE_LEVEL", [ F4 ] };
  key <FK05> { type = "ONE_LEVEL", [ F5 ] }; key <FK06> { type = "ONE_LEVEL", [ F6 ] };
  key <FK07> { type = "ONE_LEVEL", [ F7 ] }; key <FK08> { type = "ONE_LEVEL", [ F8 ] };
  key <FK09> { type = "ONE_LEVEL", [ F9 ] }; key <FK10> { type = "ONE_LEVEL", [ F10 ] };
  key <FK11> { type = "ONE_LEVEL", [ F11 ] }; key <FK12> { type = "ONE_LEVEL", [ F12 ] };
  key <KPMU> { type = "ONE_LEVEL", [ KP_Multiply ] }; key <KPSU> { type = "ONE_LEVEL", [ KP_Subtract ] };
  key <KPAD> { type = "ONE_LEVEL", [ KP_Add ] }; key <KPDV> { type = "ONE_LEVEL", [ KP_Divide ] };
};
};
`

// resources make xterm what terminals of today are: Alt prefixes ESC. What its
// own bindings take (menus, scrolling, sizes of the font) goes to the program
// too, so that the recording says how each key is encoded.
var resources = []string{
	"eightBitInput: false", "metaSendsEscape: true", "altSendsEscape: true",
	"backarrowKey: false", "backarrowKeyIsErase: false", "ptyInitialErase: false",
	"utf8: 2", "font: fixed", "internalBorder: 0", "scrollBar: false", "borderWidth: 0",
	`translations: <Key>F34: string("` + mark + `")\n` +
		`<KeyPress>: insert-seven-bit()\n` +
		`<Btn4Down>: scroll-back(5,line,m)\n<Btn5Down>: scroll-forw(5,line,m)\n` +
		`<BtnDown>: select-start()\n<BtnUp>: select-end(PRIMARY)\n<BtnMotion>: select-extend()`,
}

// realXterm is an xterm on a display of its own, whose program is this test.
type realXterm struct {
	t       *testing.T
	display string
	window  uint32
	tty     *os.File
	got     chan []byte
	hand    *xclient
}

// startXterm starts xterm; more are further resources.
func startXterm(t *testing.T, more ...string) *realXterm {
	t.Helper()
	x := &realXterm{t: t, got: make(chan []byte, 1024)}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x.start(exec.Command("Xvfb", "-noreset", "-displayfd", "3", "-screen", "0", "2000x700x24", "-nolisten", "tcp"), w)
	w.Close()
	number, err := io.ReadAll(io.LimitReader(r, 2))
	if err != nil {
		t.Fatal(err)
	}
	x.display = ":" + strings.TrimSpace(string(number))
	load := exec.Command("xkbcomp", "-w", "0", "-", x.display)
	load.Stdin = strings.NewReader(boardXKB)
	if out, err := load.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	master, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := term.MakeRaw(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	x.tty = tty
	args := []string{"-S/x/3", "-geometry", "300x40+0+0"}
	for _, r := range append(resources, more...) {
		args = append(args, "-xrm", "XTerm*vt100."+r)
	}
	x.start(exec.Command("xterm", args...), master)
	master.Close()
	go x.read()
	t.Cleanup(func() { tty.Close() })

	id := strings.TrimSpace(x.until("\n")) // the first thing that a slave xterm sends
	n, err := strconv.ParseUint(id, 16, 32)
	if err != nil {
		t.Fatalf("xterm's window: %v", err)
	}
	x.window = uint32(n)
	if x.hand, err = dialX("/tmp/.X11-unix/X" + x.display[1:]); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.hand.conn.Close() })
	if err := x.hand.focus(x.window); err != nil {
		t.Fatal(err)
	}
	return x
}

// start runs a helper until the test ends.
func (x *realXterm) start(c *exec.Cmd, extra *os.File) {
	x.t.Helper()
	c.Env = append(os.Environ(), "DISPLAY="+x.display, "LC_ALL=C.UTF-8", "XENVIRONMENT=/dev/null", "XAPPLRESDIR=/dev/null")
	c.Stderr = os.Stderr
	if extra != nil {
		c.ExtraFiles = []*os.File{extra}
	}
	if err := c.Start(); err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
}

func (x *realXterm) read() {
	defer close(x.got)
	for {
		buf := make([]byte, 4096)
		n, err := x.tty.Read(buf)
		if n > 0 {
			x.got <- buf[:n]
		}
		if err != nil {
			return
		}
	}
}

// until is what xterm sends before end.
func (x *realXterm) until(end string) string {
	x.t.Helper()
	var all []byte
	limit := time.After(20 * time.Second)
	for {
		select {
		case p := <-x.got:
			all = append(all, p...)
		case <-limit:
			x.t.Fatalf("xterm sent %q and no %q", all, end)
		}
		if before, after, ok := bytes.Cut(all, []byte(end)); ok {
			if len(after) > 0 {
				x.t.Fatalf("xterm sent %q after %q", after, end)
			}
			return string(before)
		}
	}
}

func (x *realXterm) do(acts ...act) {
	x.t.Helper()
	if err := x.hand.do(acts...); err != nil {
		x.t.Fatal(err)
	}
}

// tap is a key pressed and released.
func tap(keycode byte) []act {
	return []act{{kind: keyDown, detail: keycode}, {kind: keyUp, detail: keycode}}
}

// write hands xterm output and waits until it was taken in.
func (x *realXterm) write(s string) {
	x.t.Helper()
	if _, err := io.WriteString(x.tty, s+"\x1b[5n"); err != nil {
		x.t.Fatal(err)
	}
	if before := x.until("\x1b[0n"); before != "" {
		x.t.Fatalf("xterm sent %q by itself", before)
	}
}

// each does every step with the keys of a chord held, and is what xterm sent at
// each.
func (x *realXterm) each(held []byte, steps [][]act) []string {
	x.t.Helper()
	for _, k := range held {
		x.do(act{kind: keyDown, detail: k})
	}
	for _, s := range steps {
		x.do(append(s, tap(markKey)...)...)
	}
	for _, k := range held {
		x.do(act{kind: keyUp, detail: k})
	}
	var out []string
	rest := ""
	for range steps {
		for !strings.Contains(rest, mark) {
			rest += x.next()
		}
		before, more, _ := strings.Cut(rest, mark)
		out, rest = append(out, before), more
	}
	if rest != "" {
		x.t.Fatalf("xterm sent %q more", rest)
	}
	return out
}

func (x *realXterm) next() string {
	x.t.Helper()
	select {
	case p := <-x.got:
		return string(p)
	case <-time.After(20 * time.Second):
		x.t.Fatal("xterm sends nothing")
		return ""
	}
}

// TestRecordXterm writes testdata/xterm.txt.
func TestRecordXterm(t *testing.T) {
	if !*record {
		t.Skip("recording wants -xterm")
	}
	version, err := exec.Command("xterm", "-version").Output()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "# What %s sends, recorded by TestRecordXterm (go test ./termbridge/keys -run RecordXterm -xterm).\n", strings.TrimSpace(string(version)))
	fmt.Fprintf(&out, "# Keyboard: pc+us. Resources: %s.\n", strings.Join(resources[:6], "; "))
	recordKeys(&out, startXterm(t), false)
	recordKeys(&out, startXterm(t, "formatOtherKeys: 1"), true)
	recordMouse(&out, startXterm(t))
	if err := os.WriteFile(filepath.FromSlash(recording), out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func recordKeys(out io.Writer, x *realXterm, csiU bool) {
	for _, st := range states {
		if st.csiU != csiU {
			continue
		}
		x.write("\x1b[?1l\x1b>\x1b[?67l\x1b[20l\x1b[>4;0m" + st.set)
		if st.numLock {
			x.do(tap(numLockKey)...)
		}
		var steps [][]act
		for _, k := range board {
			steps = append(steps, tap(k.keycode))
		}
		var columns [][]string
		for _, c := range chords {
			columns = append(columns, x.each(c.held, steps))
		}
		if st.numLock {
			x.do(tap(numLockKey)...)
		}
		fmt.Fprintf(out, "\n[keys] %s\n", st.name)
		for i, k := range board {
			fmt.Fprint(out, k.name)
			for _, c := range columns {
				fmt.Fprint(out, "\t", spell(c[i]))
			}
			fmt.Fprintln(out)
		}
	}
}

func recordMouse(out io.Writer, x *realXterm) {
	for _, mode := range mouseModes {
		for _, enc := range mouseEncodings {
			if mode.mode == vt.MouseX10 && enc.enc != vt.MouseEncodingDefault && enc.enc != vt.MouseEncodingSGR {
				continue
			}
			x.write("\x1b[>1s\x1b[?9;1000;1002;1003;1005;1006;1015;1016l" + mode.set + enc.set)
			var steps [][]act
			for _, e := range mouseSteps {
				step := []act{e.act}
				if e.event.Button >= WheelUp && e.event.Button <= WheelRight {
					step = append(step, act{kind: buttonUp, detail: e.act.detail})
				}
				steps = append(steps, step)
			}
			var columns [][]string
			for _, c := range chords {
				columns = append(columns, x.each(c.held, steps))
			}
			fmt.Fprintf(out, "\n[mouse] %s %s\n", mode.name, enc.name)
			for i, e := range mouseSteps {
				fmt.Fprint(out, e.name)
				for _, c := range columns {
					fmt.Fprint(out, "\t", spell(c[i]))
				}
				fmt.Fprintln(out)
			}
		}
	}
}
