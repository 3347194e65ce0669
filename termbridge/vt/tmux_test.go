package vt

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tmuxServer is a tmux of our own to compare with.
type tmuxServer struct {
	t      *testing.T
	dir    string
	socket string
}

func startTmux(t *testing.T) *tmuxServer {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("PODIUM_NO_SKIP") != "" { // as in the gate
			t.Fatal("tmux is not installed: nothing to compare with")
		}
		t.Skip("tmux is not installed: nothing to compare with")
	}
	dir, err := os.MkdirTemp("/tmp", "vt") // short: a socket's path has a limit
	if err != nil {
		t.Fatal(err)
	}
	s := &tmuxServer{t: t, dir: dir, socket: filepath.Join(dir, "s")}
	conf := "set -g status off\nset -g default-terminal xterm-256color\nset -g escape-time 0\nset -g remain-on-exit on\n"
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	s.run("-f", filepath.Join(dir, "conf"), "new-session", "-d", "-s", "keep", "-x", "80", "-y", "24", "sleep 600")
	t.Cleanup(func() {
		_ = exec.Command("tmux", "-S", s.socket, "kill-server").Run()
		_ = os.RemoveAll(dir)
	})
	return s
}

func (s *tmuxServer) run(args ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-u", "-S", s.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "TERM=xterm-256color")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// show returns the screen of a pane after it got the stream. The pane asks for
// the terminal's status at the end: once the answer is there, all was drawn.
func (s *tmuxServer) show(name string, stream []byte, cols, rows int) (text, styled, cursor string) {
	s.t.Helper()
	file := filepath.Join(s.dir, name)
	if err := os.WriteFile(file, stream, 0o600); err != nil {
		s.t.Fatal(err)
	}
	script := fmt.Sprintf(`stty raw -echo; cat '%s'; printf '\030\033[5n'; dd bs=1 count=4 >/dev/null 2>&1; tmux -S '%s' wait-for -S '%s'; sleep 60`, file, s.socket, name)
	s.run("new-session", "-d", "-s", name, "-x", fmt.Sprint(cols), "-y", fmt.Sprint(rows), script)
	s.run("wait-for", name)
	text = s.run("capture-pane", "-p", "-t", name)
	cursor = strings.TrimSpace(s.run("display-message", "-p", "-t", name, "#{cursor_x},#{cursor_y}"))
	styled = s.run("capture-pane", "-p", "-e", "-N", "-t", name)
	s.run("kill-session", "-t", name)
	return strings.TrimSuffix(text, "\n"), strings.TrimSuffix(styled, "\n"), cursor
}

// compareStyles reads tmux's coloured picture with the emulator itself and
// compares the styles of all cells that bear text.
func compareStyles(t *testing.T, v *Terminal, styled string) {
	t.Helper()
	if strings.Contains(styled, "\x0e") {
		return // tmux shows line drawing through a character set there
	}
	want := New(Options{Cols: v.cols + 1, Rows: v.rows})
	_, _ = want.Write([]byte(strings.ReplaceAll(styled, "\n", "\r\n")))
	for y := range v.rows {
		for x := range v.cols {
			a, b := v.Cell(x, y), want.Cell(x, y)
			if a.Content == " " || a.Content == "" || b.Content == " " {
				continue
			}
			if a != b {
				t.Errorf("column %d of row %d is %+v, tmux has %+v", x, y, a, b)
				return
			}
		}
	}
}

// tmuxStreams are streams on which tmux and xterm agree.
var tmuxStreams = []struct{ name, in string }{
	{"wrap", strings.Repeat("0123456789", 20) + "\r\nend"},
	{"wide", strings.Repeat("漢字かな", 30) + "\r\nend"},
	{"combining", "e\u0301a\u0300 n\u0303o"},
	{"region", "\x1b[5;10r\x1b[5;1H1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\x1b[r\x1b[12;1Hend"},
	{"reverse index", "\x1b[5;10r\x1b[5;1Ha\x1bMb\x1bMc\x1bMd"},
	{"insert line", "1\r\n2\r\n3\r\n4\x1b[2;1H\x1b[2Lx\x1b[3;5r\x1b[3;1H\x1b[L"},
	{"insert char", "abcdefgh\x1b[1;3H\x1b[2@xx\x1b[2P\x1b[3X"},
	{"erase", "\x1b#8\x1b[5;5H\x1b[K\x1b[6;5H\x1b[1K\x1b[7;5H\x1b[2K\x1b[20;1H\x1b[J\x1b[3;3H\x1b[1J"},
	{"tabs", "a\tb\tc\x1b[3g\r\n\x1b[5G\x1bHx\r\n\ty\x1b[Zz"},
	{"insert mode", "abc\x1b[1;1H\x1b[4hxyz\x1b[4l."},
	{"origin", "\x1b[5;10r\x1b[?6h\x1b[1;1Hx\x1b[20;1Hy\x1b[?6l\x1b[1;1Hz"},
	{"save", "ab\x1b7\x1b[10;10Hcd\x1b8ef\x1b[s\x1b[5;5Hx\x1b[ug"},
	{"alt", "main\x1b[?1049hother\x1b[?1049l still"},
	{"rep", "x\x1b[10b\x1b[5Cy"},
	{"scroll", "1\r\n2\r\n3\x1b[2S\x1b[T\x1b[3T"},
	{"no wrap", "\x1b[?7l" + strings.Repeat("abcdefghij", 10)},
	{"back tab", "\t\t\tx\x1b[2Zy"},
	{"next line", "ab\x1bEcd\x1bDef"},
	{"emoji", "😀😃 \U0001f469 x\r\n"},
	{"reset", "abc\x1b[5;10r\x1bcdef"},
	{"controls in csi", "ab\x1b[2\nCc\x1b[3\rDd"},
	{"cancel", "ab\x1b[3\x18Ccd\x1b]2;x\x18y"},
	{"progress", "[#    ] 20%\r[##   ] 40%\r\x1b[Kdone\r\n\x1b[1A\x1b[2K[#####]\n"},
	{"colours", "\x1b[1;31mA\x1b[22;4;48;5;200mB\x1b[m\x1b[38;2;1;2;3;3mC\x1b[0;7;96;9mD\x1b[27mE\x1b[0;4:3;58:5:9mF\x1b[38:2::9:8:7mG\x1b[m"},
	{"bottom", "\x1b[24;80Hx\x1b[24;80Hyz"},
	{"lines", strings.Repeat("some line of text\r\n", 100)},
	{"status line", "\x1b[1;23r\x1b[24;1Hstatus\x1b[23;1H" + strings.Repeat("row\r\n", 40)},
}

// TestAgainstTmux compares screens with tmux, over the recorded programs and
// over streams made by hand.
func TestAgainstTmux(t *testing.T) {
	s := startTmux(t)
	check := func(t *testing.T, name, stream string) {
		want, styled, cursor := s.show(strings.NewReplacer(" ", "_", ".", "_").Replace(name), []byte(stream), 80, 24)
		v := New(Options{Cols: 80, Rows: 24, ScrollbackBytes: 1 << 20})
		_, _ = v.Write([]byte(stream))
		if got := v.Text(); got != want {
			t.Errorf("the screen differs from tmux's\n%s", sideBySide(got, want))
		} else {
			compareStyles(t, v, styled)
		}
		c := v.Cursor()
		if v.wrapNext && v.modes.autoWrap {
			c.X++ // tmux counts a pending wrap as a column
		}
		if got := fmt.Sprintf("%d,%d", c.X, c.Y); got != cursor {
			t.Errorf("cursor at %s, tmux has it at %s", got, cursor)
		}
	}
	for _, c := range tmuxStreams {
		t.Run(c.name, func(t *testing.T) { check(t, c.name, c.in) })
	}
	for _, r := range recordings {
		t.Run(r.name, func(t *testing.T) {
			stream := readRecording(t, r.name)
			check(t, r.name, string(stream))
			// And in the middle, where alternate screens are still up.
			for i := 1; i < 4; i++ {
				cut := len(stream) * i / 4
				for cut > 0 && stream[cut] != 0x1b {
					cut--
				}
				check(t, fmt.Sprintf("%s%d", r.name, i), string(stream[:cut]))
			}
		})
	}
}

func readRecording(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name+".bin"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sideBySide(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	for i := range max(len(g), len(w)) {
		var x, y string
		if i < len(g) {
			x = g[i]
		}
		if i < len(w) {
			y = w[i]
		}
		if x == y {
			continue
		}
		fmt.Fprintf(&b, "row %d\n  got  %q\n  want %q\n", i, x, y)
	}
	return b.String()
}
