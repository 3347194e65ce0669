package vt

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

var record = flag.Bool("record", false, "record the streams of real programs into testdata again")

var recordOnly = flag.String("record-only", "", "with -record, the one program to record")

// recording is a session with a real program: what is typed, each after the
// program has been quiet for a moment.
type recording struct {
	name string
	argv []string
	keys []string
}

// recordings leave their program's screen showing at the end where that is what
// is of interest: the keys that quit come last and are cut off.
var recordings = []recording{
	{"vim", []string{"vim", "-u", "NONE", "-N", "-n", "notes.txt"}, []string{
		":syntax on\r", ":set number hlsearch\r", "3jdd", "ofresh line\x1b", "/quick\r", "\x06", "\x02", "5G", ":split\r", "\x17j", "Gp", "u", ":q\r", "30Owrap wrap wrap \x1b",
	}},
	{"less", []string{"less", "-R", "long.txt"}, []string{" ", " ", "b", "j", "j", "k", "/line 12\r", "n", "G", "g", "d"}},
	{"top", []string{"sh", "-c", "sleep 60 & exec top -d 5 -p $!"}, []string{"", "1", "c", "x"}},
	{"htop", []string{"sh", "-c", "sleep 60 & exec htop -d 50 -p $!"}, []string{"", "t", "\x1b[15~", "\x1bOQ"}},
	{"progress", []string{"sh"}, []string{
		"PS1='$ '; clear\r", "curl --limit-rate 300k -# -o /dev/null \"file://$PWD/big.bin\"\r", "\r",
		"curl --limit-rate 400k -o /dev/null \"file://$PWD/big.bin\"\r", "\r", "dd if=big.bin of=/dev/null bs=1k status=progress\r",
		"for i in 1 2 3 4 5; do printf '\\r[%-5s] %d%%' \"$(printf '#%.0s' $(seq $i))\" $((i*20)); sleep 0.1; done; echo\r",
	}},
	{"emoji", []string{"sh"}, []string{
		"PS1='$ '; clear\r", "cat emoji.txt\r", "less emoji.txt\r", "j", "G", "k", "/🚀\r", "q", "vim -u NONE -N -n emoji.txt\r", "Aend\x1b", "jx", "ddp", "0i🎉\x1b",
	}},
	{"bash", []string{"bash", "--norc", "--noprofile", "-i"}, []string{
		"PS1='\\[\\e[32m\\]demo\\[\\e[0m\\]$ '\r", "clear\r", "ls\r", "cat lo\t\r", "echo one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen\x01printf '\\''\x05\x17\x15\r",
		"ls --color=always -l /dev/null >/dev/null; printf 'a\\tb\\tc\\n'\r", "echo no\x7f\x7fyes\r", "\x12cat", "\x07", "ec\t\t", "\x15for i in 1 2 3; do echo $i; done\r",
	}},
}

// TestRecord writes testdata/*.bin when asked to with -record. Streams are
// recorded at 80x24 in an empty folder under /tmp.
func TestRecord(t *testing.T) {
	if !*record {
		t.Skip("records real programs only with -record")
	}
	for _, r := range recordings {
		if *recordOnly != "" && r.name != *recordOnly {
			continue
		}
		data := r.run(t)
		if err := os.WriteFile(filepath.Join("testdata", r.name+".bin"), data, 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes", r.name, len(data))
	}
}

func (r recording) run(t *testing.T) []byte {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "demo")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	var long strings.Builder
	for i := range 200 {
		long.WriteString("\x1b[3" + string(rune('1'+i%7)) + "mline " + strings.Repeat("12 ", i%40) + "\x1b[m ü 漢字\n")
	}
	files := map[string]string{
		"long.txt":  long.String(),
		"notes.txt": strings.Repeat("The quick brown fox\n\tjumps over\n/* the */ lazy dog 漢字 é\n", 15),
	}
	files["emoji.txt"] = strings.Repeat("🚀 launch 😀😃😄 ok\nfood: 🍎🍐🍊 and 漢字 end\n🎉🎉 party 🎈\n", 12)
	files["big.bin"] = strings.Repeat("0123456789abcdef", 30<<10)
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(r.argv[0], r.argv[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"TERM=xterm-256color", "LANG=C.UTF-8", "HOME=" + dir, "PATH=/usr/bin:/bin", "USER=demo"}
	master, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 80, Rows: 24})
	if err != nil {
		t.Skipf("cannot start %s: %v", r.argv[0], err)
	}
	out := make(chan []byte)
	go func() {
		defer close(out)
		buf := make([]byte, 32<<10)
		for {
			n, err := master.Read(buf)
			if n > 0 {
				out <- bytes.Clone(buf[:n])
			}
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, syscall.EIO) && !errors.Is(err, os.ErrClosed) {
					t.Error(err)
				}
				return
			}
		}
	}()
	var all []byte
	v := New(Options{Cols: 80, Rows: 24})
	quiet := func() {
		limit := time.After(3 * time.Second)
		for {
			select {
			case b, ok := <-out:
				if !ok {
					return
				}
				all = append(all, b...)
				_, _ = v.Write(b)
				if reply := v.TakeReplies(nil); len(reply) > 0 {
					_, _ = master.Write(reply)
				}
			case <-limit:
				return
			case <-time.After(500 * time.Millisecond):
				return
			}
		}
	}
	quiet()
	for _, k := range r.keys {
		_, _ = io.WriteString(master, k)
		quiet()
	}
	_ = cmd.Process.Kill()
	for range out {
	}
	_ = cmd.Wait()
	_ = master.Close()
	return all
}
