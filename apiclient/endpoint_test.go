package apiclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"podium/api"
)

func TestNewRefuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	https := "https://pods.example"
	for _, tt := range []struct {
		name string
		cfg  Config
		says string
	}{
		{"no server", Config{}, "no server is given"},
		{"no scheme", Config{Server: "pods.example:80"}, "begins with neither"},
		{"another scheme", Config{Server: "ftp://pods.example"}, "begins with neither"},
		{"no host", Config{Server: "http://"}, "names no host"},
		{"a port alone", Config{Server: "http://:80"}, "names no host"},
		{"a relative socket", Config{Server: "unix://run/podium.sock"}, "must be absolute"},
		{"a password", Config{Server: "http://u:" + theToken + "@h"}, "user or password"},
		{"a password in what is no address", Config{Server: "http://u:" + theToken + "@h:x y"}, "cannot be understood"},
		{"a query", Config{Server: "http://h/?token=" + theToken}, "query or fragment"},
		{"control characters", Config{Server: "x\x1b[31m://h"}, "cannot be understood"},
		{"no CA file", Config{Server: https, CAFile: filepath.Join(dir, "none")}, "read the CA certificates"},
		{"a CA that is none", Config{Server: https, CAFile: file("ca", "hello")}, "no certificate in PEM form"},
		{"a folder", Config{Server: https, CAFile: dir}, "no regular file"},
		{"two CAs", Config{Server: https, CAFile: file("ca", "x"), CAData: []byte("x")}, "give one"},
		{"a certificate without key", Config{Server: https, CertFile: "x"}, "its key's file"},
		{"a certificate that is none", Config{Server: https, CertFile: file("cert", "x"), KeyFile: file("key", "x")}, "load the client certificate"},
		{"token and file", Config{Server: https, Token: theToken, TokenFile: "x"}, "give one"},
		{"no token file", Config{Server: https, TokenFile: filepath.Join(dir, "none")}, "read the token"},
		{"an empty token file", Config{Server: https, TokenFile: file("empty", " \n")}, "is empty"},
		{"a token with a line end", Config{Server: https, Token: theToken + "\r\nX-Evil: 1"}, "no token has"},
		{"a large token file", Config{Server: https, TokenFile: file("large", strings.Repeat("x", 2<<20))}, "is larger than"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New(tt.cfg)
			sentence(t, err, tt.says)
		})
	}
}

func TestDescribe(t *testing.T) {
	for _, tt := range []struct {
		cfg        Config
		want, note string
	}{
		{Config{Server: "unix:///run/podium.sock"}, "unix:///run/podium.sock", ""},
		{Config{Server: "http://127.0.0.1:80"}, "http://127.0.0.1:80", ""},
		{Config{Server: "http://[::1]:80"}, "http://[::1]:80", ""},
		{Config{Server: "http://localhost/prefix/"}, "http://localhost/prefix/", ""},
		{Config{Server: "http://pods.example"}, "http://pods.example (not encrypted)", "not encrypted"},
		{Config{Server: "https://pods.example:8443"}, "https://pods.example:8443", ""},
		{Config{Server: "https://pods.example", InsecureSkipVerify: true}, "https://pods.example (certificate not verified)", "certificate not verified"},
		{Config{Server: "http://localhost", InsecureSkipVerify: true}, "http://localhost", ""},
		{Config{Dial: func(context.Context) (net.Conn, error) { return nil, io.EOF }}, "this process", ""},
	} {
		c := newClient(t, tt.cfg)
		if c.Describe() != tt.want || c.TLSNote() != tt.note {
			t.Errorf("%+v: %q, %q", tt.cfg.Server, c.Describe(), c.TLSNote())
		}
	}
}

func TestServerWithPrefix(t *testing.T) {
	var mu sync.Mutex
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.String())
		mu.Unlock()
		http.Error(w, "no", http.StatusBadRequest)
	}))
	defer srv.Close()
	c := newClient(t, Config{Server: srv.URL + "/the pods/"})
	for _, call := range everyCall(c) {
		if err := call(t.Context()); err == nil {
			t.Error("no error")
		}
	}
	for _, url := range asked {
		if !strings.HasPrefix(url, "/the%20pods/api/v1/") && url != "/the%20pods/info" {
			t.Errorf("asked %s", url)
		}
	}
	if len(asked) != len(everyCall(c)) {
		t.Errorf("%d requests came: %v", len(asked), asked)
	}
}

func TestTokenFileIsReadAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	write := func(token string) {
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("first")
	var got string
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Authorization") }))
	defer srv.Close()
	c := newClient(t, Config{Server: srv.URL, TokenFile: file})
	ask := func(want string) {
		t.Helper()
		if _, err := c.Info(t.Context()); err != nil || got != want {
			t.Errorf("the server got %q, want %q (%v)", got, want, err)
		}
	}
	ask("Bearer first")
	write("second")
	c.token.read = time.Now().Add(-tokenAge)
	ask("Bearer second")
	write("")
	c.token.read = time.Now().Add(-tokenAge)
	for name, call := range everyCall(c) {
		err := call(t.Context())
		sentence(t, err, "token file", "is empty")
		if errors.Is(err, api.ErrUnreachable) {
			t.Errorf("%s: a token that cannot be read is no lost server", name)
		}
	}
}

// A server in this process, over socket pairs.
func TestDialFunc(t *testing.T) {
	l := &pairListener{conns: make(chan net.Conn), done: make(chan struct{})}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			answers(200, "", `{"items":[{"metadata":{"name":"a"}}],"Id":"exec-0123456789"}`)(w, r)
			return
		}
		io.Copy(io.Discard, r.Body)
		conn, buf, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, upgraded)
		in, _ := io.ReadAll(buf)
		fmt.Fprintf(conn, "got %s", in)
	})}
	var serving sync.WaitGroup
	serving.Go(func() { srv.Serve(l) })
	defer serving.Wait()
	defer srv.Close()
	c := newClient(t, Config{Dial: l.dial})
	got, _, err := rows(c, api.ListOptions{})
	if err != nil || len(got) != 1 {
		t.Errorf("list: %v, %v", got, err)
	}
	s, err := c.Exec(t.Context(), "default", "web", "", shell)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	io.WriteString(s, "input")
	if err := s.CloseWrite(); err != nil {
		t.Error(err)
	}
	out, err := io.ReadAll(s)
	if err != nil || string(out) != "got input" {
		t.Errorf("exec: %q, %v", out, err)
	}
}

// A pairListener hands out one end of a socket pair for each dial.
type pairListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pairListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *pairListener) Close() error   { l.once.Do(func() { close(l.done) }); return nil }
func (l *pairListener) Addr() net.Addr { return &net.UnixAddr{Name: "pair", Net: "unix"} }

func (l *pairListener) dial(context.Context) (net.Conn, error) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, err
	}
	var ends [2]net.Conn
	for i, fd := range fds {
		file := os.NewFile(uintptr(fd), "pair")
		if ends[i], err = net.FileConn(file); err != nil {
			return nil, err
		}
		file.Close()
	}
	l.conns <- ends[0]
	return ends[1], nil
}

// net.Pipe cannot end one direction: that is said, not ignored.
func TestCloseWriteWhereItCannotBe(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	go func() {
		if _, err := readRequest(far); err == nil {
			io.WriteString(far, upgraded)
		}
	}()
	c := newClient(t, Config{Dial: func(context.Context) (net.Conn, error) { return near, nil }})
	s, err := c.StartExec(t.Context(), "exec-0123456789", shell)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sentence(t, s.CloseWrite(), "cannot end its input alone")
}

func TestCleanText(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                              "plain",
		"a\x1b[31;1mred\x1b[0m b":            "ared b",
		"\u009b2Jx":                          "x",
		"\x1b]0;title\x07x":                  "]0;titlex",
		"\x1b[":                              "",
		"\x1b[3\ny":                          "y",
		"\x1b\x1b[31mx\x1bMy":                "xMy",
		"  many \t\r blanks  ":               "many blanks",
		"\xff\xfe":                           "??",
		"right\u202eleft\u200b\u2028\ufeffx": "rightleftx",
		"ünïcödé 日本":                         "ünïcödé 日本",
		strings.Repeat("é", 200):             strings.Repeat("é", 50) + "…",
	} {
		if got := cleanText(in, 100); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
