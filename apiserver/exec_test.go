package apiserver

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

const wantUpgraded = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

func TestStartAnswersAsItIsAsked(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	cfg := execJSON(false, false, "sh", "-c", "echo out; echo err >&2; exit 3")
	for _, upgrade := range []bool{true, false} {
		for _, body := range []string{cfg, "", "{}", `{"Detach":false,"Tty":false}`} {
			id := s.createExec("web", cfg)
			w := s.start(id, body, upgrade)
			head := w.head()
			if upgrade && head != wantUpgraded {
				t.Errorf("header %q", head)
			}
			if !upgrade && (!strings.HasPrefix(head, "HTTP/1.1 200 OK\r\n") || strings.Contains(head, "Content-Length") || strings.Contains(head, "chunked")) {
				t.Errorf("header %q", head)
			}
			out, errs := unframe(t, w.rest())
			if out != "out\n" || errs != "err\n" {
				t.Errorf("stdout %q, stderr %q", out, errs)
			}
			// The code must be known as soon as the stream has ended.
			if st := s.inspect(id); st.ExitCode != 3 || st.Running || st.PodName != "web" || st.ExecID != id || st.ContainerID == "" {
				t.Errorf("inspect: %+v", st)
			}
		}
	}
}

// The original client's own requests, headers and chunked bodies as captured.
func TestTheOriginalClient(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("nginx")
	body := `{"user":"","privileged":false,"tty":true,"attachStdin":true,"attachStderr":true,"attachStdout":true,"detach":false,"detachKeys":"","cmd":["sh"]}` + "\n"
	sign := "User-Agent: Pi/1.9 (linux)\r\nX-Hyper-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\r\n" +
		"X-Hyper-Date: 20261122T000000Z\r\nAuthorization: HYPER-HMAC-SHA256 Credential=/20261122//hyper/hyper_request, SignedHeaders=host, Signature=00\r\n"
	w := s.dial()
	w.send("POST /api/v1/namespaces/default/pods/nginx/exec?container=main HTTP/1.1\r\nHost: x\r\n" + sign +
		"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body))
	head := w.head()
	if !strings.HasPrefix(head, "HTTP/1.1 201 ") {
		t.Fatalf("create: %s", head)
	}
	line, _ := w.in.ReadString('\n')
	id := strings.Split(line, `"`)[3]
	w.Conn.Close()

	st := s.dial()
	st.send("POST " + api.ExecStartPath(id) + " HTTP/1.1\r\nHost: x\r\n" + sign + "Content-Type: application/json\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n" +
		fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
	if head := st.head(); head != wantUpgraded {
		t.Fatalf("start: %q", head)
	}
	r := s.dial()
	r.send("POST " + api.ExecResizePath(id, 30, 100) + " HTTP/1.1\r\nHost: x\r\n" + sign + "Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
	if head := r.head(); !strings.HasPrefix(head, "HTTP/1.1 204 ") {
		t.Fatalf("resize: %q", head)
	}
	st.send("stty size; exit 7\r")
	if out := string(st.rest()); !strings.Contains(out, "30 100\r\n") {
		t.Errorf("the terminal shows %q", out)
	}
	if got := s.inspect(id); got.ExitCode != 7 {
		t.Errorf("inspect: %+v", got)
	}
}

func TestBytesBehindTheRequestAreStdin(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(false, true, "cat"))
	w := s.dial()
	w.send(fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}early ", api.ExecStartPath(id)))
	w.head()
	w.send("and late")
	w.closeWrite()
	if out, _ := unframe(t, w.rest()); out != "early and late" {
		t.Errorf("cat gave %q", out)
	}
}

func TestAHalfCloseEndsStdinOnly(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(false, true, "sh", "-c", "cat; sleep 1.5; echo late; exit 4"))
	w := s.start(id, "", true)
	w.head()
	w.send("x\n")
	w.closeWrite()
	if out, _ := unframe(t, w.rest()); out != "x\nlate\n" {
		t.Errorf("output %q", out)
	}
	if st := s.inspect(id); st.ExitCode != 4 {
		t.Errorf("inspect %+v", st)
	}
}

func TestStartIsOnce(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(false, true, "cat"))
	w := s.start(id, "", true)
	w.head()
	if st := s.inspect(id); !st.Running {
		t.Errorf("inspect %+v", st)
	}
	for range 2 { // while it runs, and when it has ended
		r := s.call("POST", api.ExecStartPath(id), "")
		if r.code != 409 || r.status(t).Reason != metav1.StatusReasonConflict {
			t.Errorf("a second start: %d %s", r.code, r.body)
		}
		w.closeWrite()
		w.rest()
	}
}

func TestStartMustAgreeAboutTheTerminal(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(true, true, "sh"))
	r := s.call("POST", api.ExecStartPath(id), execJSON(false, true, "sh"))
	if r.code != 400 || !strings.Contains(r.status(t).Message, "tty") {
		t.Errorf("%d %s", r.code, r.body)
	}
	// A refused start has not used the exec up.
	w := s.start(id, execJSON(true, true, "sh"), true)
	if head := w.head(); head != wantUpgraded {
		t.Errorf("%q", head)
	}
	w.send("exit\r")
	w.rest()
}

func TestResize(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(true, true, "sh"))
	for _, q := range []string{"", "?h=1", "?w=1", "?h=0&w=10", "?h=10&w=0", "?h=-1&w=10", "?h=65536&w=10", "?h=ten&w=10", "?h=1.5&w=2", "?h=%201&w=2"} {
		if r := s.call("POST", "/api/v1/exec/"+id+"/resize"+q, ""); r.code != 400 || r.status(t).Reason != metav1.StatusReasonBadRequest {
			t.Errorf("resize%s: %d %s", q, r.code, r.body)
		}
	}
	// Before there is a process the size is kept.
	if r := s.call("POST", api.ExecResizePath(id, 41, 121), ""); r.code != 204 {
		t.Fatalf("early resize: %d %s", r.code, r.body)
	}
	w := s.start(id, "", true)
	w.head()
	w.send("stty size\r")
	readUntil(t, w, "41 121\r\n")
	if r := s.call("POST", api.ExecResizePath(id, 7, 65535), "", "Content-Type", "text/plain"); r.code != 204 {
		t.Errorf("resize: %d %s", r.code, r.body)
	}
	w.send("stty size; exit\r")
	readUntil(t, w, "7 65535\r\n")
	w.rest()
	if r := s.call("POST", api.ExecResizePath(id, 1, 1), ""); r.code != 409 {
		t.Errorf("resize after the end: %d %s", r.code, r.body)
	}
	plain := s.createExec("web", execJSON(false, false, "true"))
	if r := s.call("POST", api.ExecResizePath(plain, 1, 1), ""); r.code != 400 {
		t.Errorf("resize without a terminal: %d %s", r.code, r.body)
	}
}

// readUntil reads the stream until it has shown the text.
func readUntil(t *testing.T, r *wire, text string) {
	t.Helper()
	var got []byte
	one := make([]byte, 1)
	for !bytes.Contains(got, []byte(text)) {
		if _, err := r.in.Read(one); err != nil {
			t.Fatalf("%v after %q", err, got)
		}
		got = append(got, one[0])
	}
}

func TestKill(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	id := s.createExec("web", execJSON(false, false, "sleep", "infinity"))
	if r := s.call("POST", api.ExecKillPath(id, "TERM"), ""); r.code != 409 {
		t.Errorf("kill before the start: %d %s", r.code, r.body)
	}
	w := s.start(id, "", true)
	w.head()
	for _, bad := range []string{"", "NOPE", "9", "SEGV", "SIG"} {
		if r := s.call("POST", api.ExecKillPath(id, bad), ""); r.code != 400 {
			t.Errorf("kill %q: %d %s", bad, r.code, r.body)
		}
	}
	if r := s.call("POST", api.ExecKillPath(id, "sigterm"), ""); r.code != 204 {
		t.Errorf("kill: %d %s", r.code, r.body)
	}
	w.rest()
	if st := s.inspect(id); st.ExitCode != 143 {
		t.Errorf("inspect %+v", st)
	}
	if r := s.call("POST", api.ExecKillPath(id, "KILL"), ""); r.code != 409 {
		t.Errorf("kill after the end: %d %s", r.code, r.body)
	}
}

func TestExecsAreBoundedAndForgotten(t *testing.T) {
	s := serve(t, nil, func(o *Options) {
		o.Limits = Limits{ExecsWaiting: 3, StartWithin: 300 * time.Millisecond, ExecsEnded: 2, EndedFor: time.Hour, LingerTime: 300 * time.Millisecond}
	})
	s.runPod("web")
	cfg := execJSON(false, false, "true")
	first := s.createExec("web", cfg)
	s.createExec("web", cfg)
	s.createExec("web", cfg)
	r := s.call("POST", api.ExecCreatePath("default", "web", ""), cfg)
	if r.code != 429 || r.header.Get("Retry-After") != "1" {
		t.Errorf("one too many: %d %s", r.code, r.body)
	}
	end := time.Now().Add(5 * time.Second)
	for s.call("GET", api.ExecInspectPath(first), "").code != 404 {
		if time.Now().After(end) {
			t.Fatal("an exec that was not started is still there")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if r := s.call("POST", api.ExecStartPath(first), ""); r.code != 404 {
		t.Errorf("start of an expired exec: %d %s", r.code, r.body)
	}
	var ids []string
	for range 4 {
		id := s.createExec("web", cfg)
		w := s.start(id, "", true)
		w.head()
		w.rest()
		ids = append(ids, id)
	}
	for i, id := range ids {
		want := 200
		if i < 2 {
			want = 404
		}
		if r := s.call("GET", api.ExecInspectPath(id), ""); r.code != want {
			t.Errorf("ended exec %d of 4: %d, want %d", i, r.code, want)
		}
	}
}

func TestIdsCannotBeGuessed(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	seen := map[string]bool{}
	for range 50 {
		id := s.createExec("web", execJSON(false, false, "true"))
		if !strings.HasPrefix(id, "exec-") || len(id) != len("exec-")+32 || seen[id] {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}

// Nothing that was attached must arrive, nothing else may.
func TestAttachFlags(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	for _, row := range []struct{ flags, out, err string }{
		{`"attachStdout":true,"attachStderr":true`, "o\n", "e\n"},
		{`"attachStdout":true`, "o\n", ""},
		{`"attachStderr":true`, "", "e\n"},
		{`"attachStdin":false`, "", ""},
	} {
		id := s.createExec("web", `{"cmd":["sh","-c","echo o; echo e >&2; exit 5"],`+row.flags+`}`)
		w := s.start(id, "", true)
		w.head()
		out, errs := unframe(t, w.rest())
		if out != row.out || errs != row.err {
			t.Errorf("%s: stdout %q, stderr %q", row.flags, out, errs)
		}
		if st := s.inspect(id); st.ExitCode != 5 {
			t.Errorf("%s: %+v", row.flags, st)
		}
	}
	// What a client types without stdin attached must not stop anything.
	id := s.createExec("web", execJSON(false, false, "sh", "-c", "sleep 0.2; echo done"))
	w := s.start(id, "", true)
	w.head()
	go io.Copy(w.Conn, bytes.NewReader(make([]byte, 4<<20)))
	if out, _ := unframe(t, w.rest()); out != "done\n" {
		t.Errorf("output %q", out)
	}
}

func TestBigOutputIsWhole(t *testing.T) {
	size := 32 << 20
	if os.Getenv("PODIUM_BIG") != "" {
		size = 200 << 20
	}
	s := serve(t, nil, nil)
	s.runPod("web")
	line := "abcdefghijklmnopqrstuvwxyz0123456789"
	id := s.createExec("web", execJSON(true, false, "sh", "-c", fmt.Sprintf("yes %s | head -c %d | cat", line, size)))
	w := s.start(id, "", true)
	w.SetDeadline(time.Now().Add(2 * time.Minute))
	w.head()
	// A terminal makes CR LF of LF, so more bytes come than were made.
	got, want := sha256.New(), sha256.New()
	began := time.Now()
	n, err := io.Copy(got, w.in)
	if err != nil {
		t.Fatal(err)
	}
	full := strings.Repeat(line+"\r\n", size/(len(line)+1)) + line[:size%(len(line)+1)]
	io.WriteString(want, full)
	if n != int64(len(full)) || !bytes.Equal(got.Sum(nil), want.Sum(nil)) {
		t.Errorf("%d bytes came, %d were written, or they differ", n, len(full))
	}
	t.Logf("%.0f MB/s", float64(n)/1e6/time.Since(began).Seconds())
}

// A client that stops reading and types all the while loses nothing of what
// was written before the end.
func TestTypingDoesNotCutTheOutput(t *testing.T) {
	s := serve(t, nil, nil)
	s.runPod("web")
	for range 20 {
		id := s.createExec("web", execJSON(false, true, "sh", "-c", "seq 20000"))
		w := s.start(id, "", true)
		w.head()
		go func() {
			for {
				if _, err := w.Conn.Write([]byte("typing typing typing")); err != nil {
					return
				}
			}
		}()
		out, _ := unframe(t, w.rest())
		if !strings.HasSuffix(out, "\n20000\n") || strings.Count(out, "\n") != 20000 {
			t.Fatalf("%d lines came, the last %q", strings.Count(out, "\n"), out[max(0, len(out)-10):])
		}
		w.Conn.Close()
	}
}
