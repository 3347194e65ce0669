package apiclient

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

var shell = api.ExecConfig{TTY: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: []string{"sh"}}

// execServer answers exec create, and gives the connection of start, after its
// request, to stream.
func execServer(t *testing.T, stream func(conn net.Conn, in *bufio.Reader)) *Client {
	t.Helper()
	return newClient(t, rawServer(t, func(conn net.Conn) { serveExec(t, conn, stream) }))
}

func serveExec(t *testing.T, conn net.Conn, stream func(conn net.Conn, in *bufio.Reader)) {
	br := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return
		}
		var cfg api.ExecConfig
		if err := json.Unmarshal(body, &cfg); err != nil || len(cfg.Cmd) != 1 || !cfg.TTY {
			t.Errorf("%s %s came with %q", req.Method, req.URL, body)
		}
		if req.Header.Get("Authorization") != "Bearer "+theToken || req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s came with %v", req.Method, req.URL, req.Header)
		}
		switch req.URL.String() {
		case "/api/v1/namespaces/default/pods/web/exec?container=app":
			io.WriteString(conn, "HTTP/1.1 201 Created\r\nContent-Length: 24\r\n\r\n"+`{"Id":"exec-0123456789"}`)
		case "/api/v1/exec/exec-0123456789/start":
			if req.Header.Get("Connection") != "Upgrade" || req.Header.Get("Upgrade") != "tcp" || req.ContentLength <= 0 || req.Host != "localhost" {
				t.Errorf("start came with %v, host %s", req.Header, req.Host)
			}
			stream(conn, br)
			return
		default:
			t.Errorf("asked %s", req.URL)
		}
	}
}

// TestTheSizeIsToldBeforeTheStart, so that the program never sees another; a server
// that refuses it is no trouble.
func TestTheSizeIsToldBeforeTheStart(t *testing.T) {
	for _, status := range []int{http.StatusNoContent, http.StatusConflict} {
		asked := make(chan string, 8)
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			asked <- r.URL.String()
			switch {
			case strings.HasSuffix(r.URL.Path, "/pods/web/exec"):
				w.WriteHeader(http.StatusCreated)
				io.WriteString(w, `{"Id":"exec-0123456789"}`)
			case strings.HasSuffix(r.URL.Path, "/resize"):
				w.WriteHeader(status)
			}
		})
		cfg := shell
		cfg.Rows, cfg.Cols = 25, 90
		s, err := c.Exec(t.Context(), "default", "web", "", cfg)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		<-asked
		if got, want := <-asked, api.ExecResizePath("exec-0123456789", 25, 90); got != want {
			t.Errorf("after create the server is asked %s, want %s", got, want)
		}
		if got := <-asked; got != api.ExecStartPath("exec-0123456789") {
			t.Errorf("then %s", got)
		}
	}
}

func openShell(t *testing.T, c *Client) api.ExecSession {
	t.Helper()
	s, err := c.Exec(t.Context(), "default", "web", "app", shell)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

const upgraded = "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"

// Every form in which a server may begin a stream gives the same stream.
func TestExecStartForms(t *testing.T) {
	for name, answer := range map[string]string{
		"101":                               upgraded + "hello",
		"101 with no header":                "HTTP/1.1 101 Switching Protocols\r\n\r\nhello",
		"101 with a length, which it lacks": "HTTP/1.1 101 UPGRADED\r\nContent-Length: 0\r\n\r\nhello",
		"101 of HTTP/1.0":                   "HTTP/1.0 101 UPGRADED\r\n\r\nhello",
		"200 until the end":                 "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\nhello",
		"200 with a length":                 "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
		"200 with a length and more behind": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more",
		"200 in chunks":                     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
		"200 of HTTP/1.0":                   "HTTP/1.0 200 OK\r\n\r\nhello",
		"provisional answers first":         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + upgraded + "hello",
		"a JSON type":                       "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\nhello",
	} {
		for _, inPieces := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, in pieces %v", name, inPieces), func(t *testing.T) {
				c := execServer(t, func(conn net.Conn, _ *bufio.Reader) {
					if !inPieces {
						io.WriteString(conn, answer)
						return
					}
					for i := range len(answer) {
						if _, err := io.WriteString(conn, answer[i:i+1]); err != nil {
							return
						}
					}
				})
				s := openShell(t, c)
				got, err := io.ReadAll(s)
				if err != nil || string(got) != "hello" {
					t.Errorf("got %q, %v", got, err)
				}
			})
		}
	}
}

// The output that comes in one packet with the header is there, and both
// directions are open at once.
func TestExecTalks(t *testing.T) {
	c := execServer(t, func(conn net.Conn, in *bufio.Reader) {
		io.WriteString(conn, upgraded+"$ ")
		line, err := in.ReadString('\n')
		if err != nil || line != "echo hi\n" {
			t.Errorf("the server read %q, %v", line, err)
		}
		io.WriteString(conn, "hi\n")
		rest, err := io.ReadAll(in)
		if err != nil || string(rest) != "more" {
			t.Errorf("until the end of stdin the server read %q, %v", rest, err)
		}
		io.WriteString(conn, "bye\n") // after stdin has ended
	})
	s := openShell(t, c)
	read := func(want string) {
		t.Helper()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(s, got); err != nil || string(got) != want {
			t.Fatalf("read %q, %v; want %q", got, err, want)
		}
	}
	read("$ ")
	io.WriteString(s, "echo hi\n")
	read("hi\n")
	io.WriteString(s, "more")
	for range 2 {
		if err := s.CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Write([]byte("x")); err == nil {
		t.Error("a write after CloseWrite went through")
	}
	read("bye\n")
	if n, err := s.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("the end: %d, %v", n, err)
	}
	if s.Control().ID() != "exec-0123456789" {
		t.Errorf("id %q", s.Control().ID())
	}
}

func TestExecStreamBreaks(t *testing.T) {
	for name, answer := range map[string]string{
		"length": "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello",
		"chunks": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nff\r\nx",
	} {
		t.Run(name, func(t *testing.T) {
			s := openShell(t, execServer(t, func(conn net.Conn, _ *bufio.Reader) { io.WriteString(conn, answer) }))
			got, err := io.ReadAll(s)
			sentence(t, err, "the stream of the exec broke", "POST /api/v1/exec/…/start")
			if !strings.HasPrefix(string(got), "hello") || errors.Is(err, io.EOF) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	t.Run("reset", func(t *testing.T) {
		s := openShell(t, execServer(t, func(conn net.Conn, in *bufio.Reader) {
			io.WriteString(conn, upgraded)
			in.ReadByte() // the rest of the input is unread when the connection is closed
		}))
		var err error
		for err == nil {
			_, err = s.Write(make([]byte, 1<<16))
		}
		sentence(t, err, "the exec takes no more input")
	})
}

// Close unblocks a Read and a Write that wait, and may be called again.
func TestExecClose(t *testing.T) {
	held := make(chan struct{})
	s := openShell(t, execServer(t, func(conn net.Conn, _ *bufio.Reader) {
		io.WriteString(conn, upgraded)
		<-held
	}))
	defer close(held)
	ended := make(chan error, 2)
	go func() {
		_, err := s.Read(make([]byte, 1))
		ended <- err
	}()
	go func() {
		var err error
		for err == nil { // until the socket's buffers are full and Write waits
			_, err = s.Write(make([]byte, 1<<20))
		}
		ended <- err
	}()
	s.Close()
	s.Close()
	for range 2 {
		if err := <-ended; err == nil || errors.Is(err, io.EOF) || isUnreachable(err) {
			t.Errorf("Close ended it with %v", err)
		}
	}
	if err := s.CloseWrite(); err != nil {
		t.Errorf("CloseWrite after Close: %v", err)
	}
}

func TestExecRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, answer, says string
		is                 func(error) bool
	}{
		{"Status", "HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nContent-Length: 87\r\n\r\n" + `{"kind":"Status","message":"exec-0123456789 was started before","reason":"Conflict"}    `, "… was started before (409 Conflict)", apierrors.IsConflict},
		{"text", "HTTP/1.1 404 Not Found\r\n\r\nno such exec: exec-0123456789\n", "no such exec: … (404 NotFound)", apierrors.IsNotFound},
		{"chunked", "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nbroken\r\n0\r\n\r\n", "broken (500 InternalError)", apierrors.IsInternalError},
		{"no body", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "400 Bad Request and said no more", apierrors.IsBadRequest},
		{"connection kept open", "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad", "bad (400 BadRequest)", apierrors.IsBadRequest},
		{"a redirect", "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", "redirects to \"http://elsewhere/\"", isUnreachable},
		{"a web page", "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<title>Sign in</title>", "a web page: Sign in", isUnreachable},
		{"only provisional answers", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 20), "provisional", isUnreachable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := execServer(t, func(conn net.Conn, in *bufio.Reader) {
				io.WriteString(conn, tt.answer)
				if tt.name == "connection kept open" {
					io.Copy(io.Discard, in)
				}
			})
			s, err := c.Exec(t.Context(), "default", "web", "app", shell)
			if s != nil {
				t.Errorf("a session beside %v", err)
			}
			sentence(t, err, tt.says, "POST /api/v1/exec/…/start")
			if !tt.is(err) {
				t.Errorf("it is of another kind: %v", err)
			}
		})
	}
}

func TestExecCreateRefusals(t *testing.T) {
	for body, says := range map[string]string{
		"":                            "answered exec create with",
		"hello":                       `answered exec create with "hello"`,
		`{}`:                          "there is no exec id",
		`{"Id":7}`:                    "answered exec create with",
		`{"Id":".."}`:                 "cannot be one",
		`{"Id":"a b"}`:                "cannot be one",
		`{"Id":"` + long(2000) + `"}`: "cannot be one",
	} {
		_, err := serve(t, answers(201, "", body)).Exec(t.Context(), "default", "web", "", shell)
		sentence(t, err, says, "POST /api/v1/namespaces/default/pods/web/exec")
	}
	_, err := serve(t, answers(404, "", `{"kind":"Status","message":"container \"x\" not found","reason":"NotFound"}`)).Exec(t.Context(), "default", "web", "x", shell)
	sentence(t, err, `container "x" not found (404 NotFound)`)
}

func long(n int) string { return strings.Repeat("x", n) }

func TestExecControl(t *testing.T) {
	answer, code := "", 200
	var asked []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.Method+" "+r.URL.String())
		w.WriteHeader(code)
		io.WriteString(w, answer)
	})
	control := c.Control("exec-0123456789")
	answer = `{"ExecID":"exec-0123456789","PodName":"web","ContainerID":"c","Running":false,"ExitCode":3,"Reason":"ended\u001b[31m"}`
	got, err := control.Inspect(t.Context())
	if err != nil || got != (api.ExecStatus{ExecID: "exec-0123456789", PodName: "web", ContainerID: "c", ExitCode: 3, Reason: "ended"}) {
		t.Errorf("inspect: %+v, %v", got, err)
	}
	answer = `{"Running":true}`
	if got, err := control.Inspect(t.Context()); err != nil || !got.Running {
		t.Errorf("inspect of a running one: %+v, %v", got, err)
	}
	for _, bad := range []string{`{}`, ``, `null`, `[]`, `hello`, `{"ExitCode":"x"}`} {
		answer = bad
		if got, err := control.Inspect(t.Context()); err == nil {
			t.Errorf("%q was taken for a status: %+v", bad, got)
		}
	}
	answer = ""
	if err := control.Kill(t.Context(), "TERM"); err != nil {
		t.Errorf("kill: %v", err)
	}
	s := &session{client: c, control: &execControl{client: c, id: "exec-0123456789"}}
	if err := s.Resize(t.Context(), 24, 80); err != nil {
		t.Errorf("resize: %v", err)
	}
	for _, size := range [][2]uint16{{0, 80}, {24, 0}} {
		if err := s.Resize(t.Context(), size[0], size[1]); err == nil {
			t.Errorf("size %v went out", size)
		}
	}
	want := []string{"GET /api/v1/exec/exec-0123456789/json", "POST /api/v1/exec/exec-0123456789/kill?signal=TERM", "POST /api/v1/exec/exec-0123456789/resize?h=24&w=80"}
	if asked[0] != want[0] || strings.Join(asked[len(asked)-2:], ",") != want[1]+","+want[2] {
		t.Errorf("asked %q", asked)
	}

	code = 404
	for _, answer = range []string{
		"404 page not found", "", "Not Found", "<html><title>404</title>", "Cannot GET /api/v1/exec",
		`{"kind":"Status","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}`,
		`{"kind":"Status","message":"nothing is served at this path","reason":"NotFound","code":404}`,
	} {
		if _, err := control.Inspect(t.Context()); !isNotServed(err) {
			t.Errorf("inspect where it is not served: %v", err)
		}
	}
	for _, answer = range []string{
		"no such exec", `{"kind":"Status","message":"there is no such exec: it ended long ago","reason":"NotFound","code":404}`,
	} {
		if _, err := control.Inspect(t.Context()); isNotServed(err) || !apierrors.IsNotFound(err) {
			t.Errorf("inspect of one that has gone: %v", err)
		}
	}
	answer = "404 page not found"
	if err := control.Kill(t.Context(), "TERM"); !isNotServed(err) {
		t.Errorf("kill where it is not served: %v", err)
	}
	answer = `{"kind":"Status","message":"exec \"exec-0123456789\" not found","reason":"NotFound","details":{"kind":"exec","name":"exec-0123456789"}}`
	_, err = control.Inspect(t.Context())
	sentence(t, err, `exec "…" not found`, "GET /api/v1/exec/…/json")
	if isNotServed(err) || !apierrors.IsNotFound(err) {
		t.Errorf("an exec that has gone: %v", err)
	}
}

// The context covers the start: afterwards its end means nothing.
func TestExecOutlivesItsContext(t *testing.T) {
	c := execServer(t, func(conn net.Conn, in *bufio.Reader) {
		io.WriteString(conn, upgraded)
		io.Copy(conn, in)
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	s, err := c.Exec(ctx, "default", "web", "app", shell)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cancel()
	got := make([]byte, 4)
	if _, err := s.Write([]byte("ping")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(s, got); err != nil || string(got) != "ping" {
		t.Errorf("got %q, %v", got, err)
	}
}

// A stream may be silent for longer than a server may be silent otherwise.
func TestExecMayBeSilent(t *testing.T) {
	cfg := rawServer(t, func(conn net.Conn) {
		serveExec(t, conn, func(conn net.Conn, _ *bufio.Reader) {
			io.WriteString(conn, upgraded)
			<-time.After(200 * time.Millisecond)
			io.WriteString(conn, "late")
		})
	})
	cfg.Timeout = 50 * time.Millisecond
	got, err := io.ReadAll(openShell(t, newClient(t, cfg)))
	if err != nil || string(got) != "late" {
		t.Errorf("got %q, %v", got, err)
	}
}
