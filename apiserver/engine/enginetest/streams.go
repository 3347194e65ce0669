package enginetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"podium/api"
	"podium/termbridge/frame"
)

// streams are the scenarios of exec's streams and terminals.
func streams() []scenario {
	return []scenario{
		{"exec half-close", func(e *env) {
			e.running("half-close", forever(), nil)
			r := e.exec("half-close", "", "a line\n", "cat")
			if r.out != "a line\n" || r.status.ExitCode != 0 {
				e.Errorf("cat: %q, %+v", r.out, r.status)
			}
			r = e.exec("half-close", "", "x\n", "sh", "-c", "cat; sleep 1.5; echo late")
			if r.out != "x\nlate\n" || r.status.ExitCode != 0 {
				e.Errorf("output after the half-close: %q, %+v", r.out, r.status)
			}
		}},
		{"exec big input", func(e *env) {
			e.running("big-input", forever(), nil)
			input := strings.Repeat("0123456789abcdef0123456789abcde\n", 1<<15)
			s := e.start("big-input", plain(true, "sh", "-c", "cat | wc -c"))
			_, err := io.WriteString(s, input)
			e.ok("write stdin", err)
			e.ok("end stdin", s.CloseWrite())
			var out bytes.Buffer
			_, err = frame.Demux(&out, io.Discard, s)
			e.ok("read", err)
			if strings.TrimSpace(out.String()) != fmt.Sprint(len(input)) {
				e.Errorf("of %d bytes %s came", len(input), out.String())
			}
		}},
		{"exec big output", bigOutput},
		{"terminal", terminal},
		{"terminal size from the first moment", firstSize},
		{"terminal typed ^C and ^D", func(e *env) {
			e.running("keys", forever(), nil)
			s := e.start("keys", shell())
			t := &screen{env: e, s: s}
			t.write("PS1=pro''mpt:\r")
			t.shows("prompt:") // the shell must not write between the two lines below
			t.write("echo fir''st; cat\r")
			t.shows("first\r\n") // the terminal is no longer the shell's, which would read ahead
			t.write("echoed\r")
			t.shows("echoed\r\n" + "echoed\r\n") // by the terminal, then by cat
			t.write("\x03")
			t.shows("prompt:") // until then cat might still take the next line
			t.write("echo code $?\r")
			t.shows("code 130")
			t.write("echo sec''ond; cat\r")
			t.shows("second\r\n")
			t.write("\x04")
			t.write("exit 9\r")
			e.drain(s)
			if st := e.ended(s); st.ExitCode != 9 {
				e.Errorf("%+v", st)
			}
		}},
		{"client gone", clientGone},
	}
}

func shell() api.ExecConfig {
	return api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: []string{"sh"}}
}

// sized starts an exec whose terminal has been given a size before.
func (e *env) sized(id string, cfg api.ExecConfig, rows, cols uint16) api.ExecSession {
	e.Helper()
	e.resize(id, rows, cols)
	s, err := e.client.StartExec(e.ctx, id, cfg)
	e.ok("exec start", err)
	e.bound(s)
	return s
}

// resize sets the size of an exec that has no session yet, for which the client
// has no call.
func (e *env) resize(id string, rows, cols uint16) {
	e.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", e.socket)
	}}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(e.ctx, http.MethodPost, "http://localhost"+api.ExecResizePath(id, rows, cols), nil)
	e.ok("make a request", err)
	resp, err := transport.RoundTrip(req)
	e.ok("resize", err)
	e.ok("close the answer", resp.Body.Close())
	if resp.StatusCode/100 != 2 {
		e.Fatalf("resize before the start: %s", resp.Status)
	}
}

// screen reads a terminal's output until it shows something.
type screen struct {
	*env
	s   api.ExecSession
	got []byte
}

func (t *screen) write(keys string) {
	t.Helper()
	_, err := io.WriteString(t.s, keys)
	t.ok("type", err)
}

// shows waits for the text and forgets what came before its end. A terminal
// that says nothing is closed when the patience is over, which ends the read.
func (t *screen) shows(text string) {
	t.Helper()
	patience := time.AfterFunc(t.h.Patience, func() { _ = t.s.Close() }) // the read tells
	defer patience.Stop()
	buf := make([]byte, 4096)
	for {
		if i := bytes.Index(t.got, []byte(text)); i >= 0 {
			t.got = t.got[i+len(text):]
			return
		}
		n, err := t.s.Read(buf)
		t.got = append(t.got, buf[:n]...)
		if err != nil && !bytes.Contains(t.got, []byte(text)) {
			t.Fatalf("the terminal ends, or says nothing for %s (%v), without showing %q; it shows %q", t.h.Patience, err, text, t.got)
		}
	}
}

// firstSize opens terminals that have a size before their command looks at it.
// Engines that race here lose now and then, so it is asked often.
func firstSize(e *env) {
	opens := 10
	if os.Getenv("PODIUM_BIG") != "" {
		opens = 100
	}
	e.running("first-size", forever(), nil)
	for i := range opens {
		rows, cols := uint16(20+i), uint16(200-i)
		cfg := shell()
		if i%2 == 0 {
			cfg.Cmd = []string{"stty", "size"} // looks at once, not after a prompt
		}
		c, err := e.client.CreateExec(e.ctx, api.DefaultNamespace, "first-size", "", cfg)
		e.ok("exec create", err)
		s := e.sized(c.ID, cfg, rows, cols)
		t := &screen{env: e, s: s}
		if i%2 == 1 {
			t.write("stty size; exit\r")
		}
		t.shows(fmt.Sprintf("%d %d\r\n", rows, cols))
		e.drain(s)
		if st := e.ended(s); st.ExitCode != 0 {
			e.Fatalf("open %d of %d: %+v", i+1, opens, st)
		}
		e.ok("close", s.Close())
	}
}

func terminal(e *env) {
	e.running("terminal", forever(), nil)
	cfg := shell()
	c, err := e.client.CreateExec(e.ctx, api.DefaultNamespace, "terminal", "", cfg)
	e.ok("exec create", err)
	s := e.sized(c.ID, cfg, 24, 80)
	t := &screen{env: e, s: s}
	t.write("stty size\r")
	t.shows("24 80\r\n")
	e.ok("resize", s.Resize(e.ctx, 50, 132))
	t.write("stty size\r")
	t.shows("50 132\r\n")
	t.write("if [ -t 0 ]; then echo a tt''y; fi\r")
	t.shows("a tty\r\n")
	t.write("echo error >&2; exit 5\r")
	t.shows("error\r\n")
	e.drain(s)
	if st := e.ended(s); st.ExitCode != 5 {
		e.Errorf("%+v", st)
	}
}

func bigOutput(e *env) {
	size := 64 << 20
	if os.Getenv("PODIUM_BIG") != "" {
		size = 200 << 20
	}
	if testing.Short() {
		size = 8 << 20
	}
	e.running("big-output", forever(), nil)
	line := "the quick brown fox jumps over the lazy dog\n"
	s := e.start("big-output", plain(false, "sh", "-c", fmt.Sprintf("yes %s | head -c %d", strings.TrimSpace(line), size)))
	got, want := sha256.New(), sha256.New()
	began := time.Now()
	n, err := frame.Demux(got, io.Discard, s)
	e.ok("read", err)
	e.Logf("%.0f MB/s", float64(n)/1e6/time.Since(began).Seconds())
	for left := size; left > 0; left -= len(line) {
		_, _ = io.WriteString(want, line[:min(left, len(line))]) // a hash never fails
	}
	if n != int64(size) || !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
		e.Errorf("%d of %d bytes came, or they differ", n, size)
	}
	if st := e.ended(s); st.ExitCode != 0 {
		e.Errorf("%+v", st)
	}
}

// clientGone closes sessions in the middle of everything: their processes end.
func clientGone(e *env) {
	e.running("left", forever(), nil)
	for name, cfg := range map[string]api.ExecConfig{
		"silent":  plain(true, "sh", "-c", "echo $$; sleep 1000"),
		"reading": plain(true, "sh", "-c", "echo $$; cat"),
		"writing": plain(false, "sh", "-c", "echo $$; yes"),
		"shell":   {TTY: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: []string{"sh", "-c", "echo $$; sh"}},
	} {
		s := e.start("left", cfg)
		pid := e.firstLine(s, cfg.TTY)
		e.ok("close", s.Close())
		e.until("the process of a "+name+" session that was left has ended", func() bool {
			st, err := s.Control().Inspect(e.ctx)
			e.ok("inspect", err)
			return !st.Running
		})
		e.until("process "+pid+" of a "+name+" session that was left is gone", func() bool {
			return e.run("left", "sh", "-c", "kill -0 "+pid).status.ExitCode != 0
		})
	}
}

// firstLine reads the first line of output.
func (e *env) firstLine(s api.ExecSession, tty bool) string {
	e.Helper()
	var line []byte
	if tty {
		one := make([]byte, 1)
		for !bytes.HasSuffix(line, []byte("\n")) {
			_, err := s.Read(one)
			e.ok("read a line", err)
			line = append(line, one...)
		}
		return strings.TrimSpace(string(line))
	}
	d := frame.NewDecoder(s)
	for !bytes.Contains(line, []byte("\n")) {
		_, p, err := d.Next()
		e.ok("read a line", err)
		line = append(line, p...)
	}
	first, _, _ := strings.Cut(string(line), "\n")
	return first
}
