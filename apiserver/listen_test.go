package apiserver

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"podium/api"
	"podium/apiserver/engine/fake"
)

const testToken = "a-token-of-good-length"

// server is a Server of an empty fake engine that no one listens for yet.
func newServer(t *testing.T, change func(*Options)) *Server {
	t.Helper()
	e, err := fake.New(fake.Options{Pods: 3})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Engine: e, Auth: Auth{Token: testToken, Hosts: []string{"pods.example"}}, Log: func(l string) { t.Log(l) }}
	if change != nil {
		change(&o)
	}
	s := New(o)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		e.Close()
	})
	return s
}

func listen(t *testing.T, s *Server, o ListenOptions) *Listener {
	t.Helper()
	l, err := s.Listen(o)
	if err != nil {
		t.Fatal(err)
	}
	go s.Serve(l)
	return l
}

func TestTCPIsGuarded(t *testing.T) {
	s := newServer(t, nil)
	l := listen(t, s, ListenOptions{Address: "127.0.0.1:0"})
	addr := l.Addr().String()
	if want := "podium: serving fake on http://" + addr; l.Ready("fake") != want {
		t.Errorf("ready line %q, want %q", l.Ready("fake"), want)
	}
	pod := podJSON("x")
	auth := "Authorization: Bearer " + testToken + "\r\n"
	post := func(headers string) string {
		return "POST /api/v1/namespaces/default/pods HTTP/1.1\r\n" + headers + fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(pod), pod)
	}
	for _, row := range []struct{ name, request, want string }{
		{"token", "GET /info HTTP/1.1\r\nHost: " + addr + "\r\n" + auth + "\r\n", "200"},
		{"token to localhost", "GET /info HTTP/1.1\r\nHost: localhost:1\r\n" + auth + "\r\n", "200"},
		{"token to another loopback address", "GET /info HTTP/1.1\r\nHost: [::1]:1\r\n" + auth + "\r\n", "200"},
		{"token to a configured name", "GET /info HTTP/1.1\r\nHost: Pods.Example.:80\r\n" + auth + "\r\n", "200"},
		{"lower case scheme", "GET /info HTTP/1.1\r\nHost: localhost\r\nAuthorization: bearer " + testToken + "\r\n\r\n", "200"},
		{"no token", "GET /info HTTP/1.1\r\nHost: " + addr + "\r\n\r\n", "401"},
		{"no token for health", "GET /healthz HTTP/1.1\r\nHost: " + addr + "\r\n\r\n", "401"},
		{"wrong token", "GET /info HTTP/1.1\r\nHost: " + addr + "\r\nAuthorization: Bearer " + testToken + "x\r\n\r\n", "401"},
		{"empty token", "GET /info HTTP/1.1\r\nHost: " + addr + "\r\nAuthorization: Bearer \r\n\r\n", "401"},
		{"basic", "GET /info HTTP/1.1\r\nHost: " + addr + "\r\nAuthorization: Basic " + testToken + "\r\n\r\n", "401"},
		{"origin", "GET /info HTTP/1.1\r\nHost: " + addr + "\r\nOrigin: http://" + addr + "\r\n" + auth + "\r\n", "403"},
		{"null origin", "GET /info HTTP/1.1\r\nHost: " + addr + "\r\nOrigin: null\r\n" + auth + "\r\n", "403"},
		{"foreign host", "GET /info HTTP/1.1\r\nHost: evil.example\r\n" + auth + "\r\n", "403"},
		{"foreign address", "GET /info HTTP/1.1\r\nHost: 10.1.2.3\r\n" + auth + "\r\n", "403"},
		{"name that begins well", "GET /info HTTP/1.1\r\nHost: localhost.evil.example\r\n" + auth + "\r\n", "403"},
		{"JSON", post("Host: localhost\r\n" + auth + "Content-Type: application/json; charset=utf-8\r\n"), "201"},
		{"form", post("Host: localhost\r\n" + auth + "Content-Type: application/x-www-form-urlencoded\r\n"), "415"},
		{"text", post("Host: localhost\r\n" + auth + "Content-Type: text/plain\r\n"), "415"},
		{"no type", post("Host: localhost\r\n" + auth), "415"},
		{"YAML", post("Host: localhost\r\n" + auth + "Content-Type: application/yaml\r\n"), "415"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := net.Dial("tcp", addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			io.WriteString(c, row.request)
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if !strings.HasPrefix(resp.Status, row.want) {
				t.Errorf("%s %s, want %s", resp.Status, body, row.want)
			}
			if strings.Contains(string(body), testToken) {
				t.Errorf("the answer tells the token: %s", body)
			}
			if row.want == "401" && !strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Bearer") {
				t.Errorf("WWW-Authenticate %q", resp.Header.Get("WWW-Authenticate"))
			}
		})
	}
}

// Over a unix socket, where no page can come from, bodies may say what they
// like of themselves, but for formats that are not JSON at all.
func TestUnixTakesAnyType(t *testing.T) {
	s := serve(t, nil, nil)
	for kind, want := range map[string]int{"text/plain": 201, "application/x-www-form-urlencoded": 201, "": 201, "application/yaml": 415, "application/vnd.kubernetes.protobuf": 415} {
		name := fmt.Sprintf("t%d", len(kind))
		w := s.dial()
		body := podJSON(name)
		header := ""
		if kind != "" {
			header = "Content-Type: " + kind + "\r\n"
		}
		w.send(fmt.Sprintf("POST /api/v1/namespaces/default/pods HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n%sContent-Length: %d\r\n\r\n%s", header, len(body), body))
		if head := w.head(); !strings.HasPrefix(head, fmt.Sprintf("HTTP/1.1 %d ", want)) {
			t.Errorf("%q: %s, want %d", kind, head, want)
		}
	}
}

func TestListenRefusesWhatIsNotSafe(t *testing.T) {
	s := newServer(t, nil)
	none := newServer(t, func(o *Options) { o.Auth.Token = "" })
	short := newServer(t, func(o *Options) { o.Auth.Token = "short" })
	open := t.TempDir()
	os.Chmod(open, 0o777)
	plain := filepath.Join(t.TempDir(), "file")
	os.WriteFile(plain, nil, 0o600)
	for _, row := range []struct {
		name string
		s    *Server
		o    ListenOptions
		want string
	}{
		{"no token", none, ListenOptions{Address: "127.0.0.1:0"}, "token"},
		{"short token", short, ListenOptions{Address: "127.0.0.1:0"}, "token"},
		{"off loopback without TLS", s, ListenOptions{Address: "0.0.0.0:0"}, "TLS"},
		{"off loopback, all", s, ListenOptions{Address: ":0"}, "TLS"},
		{"TLS without a key", s, ListenOptions{Address: "127.0.0.1:0", CertFile: "x"}, "key file"},
		{"TLS of files that are not", s, ListenOptions{Address: "127.0.0.1:0", CertFile: "/none", KeyFile: "/none"}, "/none"},
		{"two certificates", s, ListenOptions{Address: "127.0.0.1:0", CertFile: "x", KeyFile: "y", SelfSigned: true}, "choose one"},
		{"TLS on a socket", s, ListenOptions{Address: "unix:///tmp/x.sock", SelfSigned: true}, "TLS"},
		{"relative path", s, ListenOptions{Address: "unix://x.sock"}, "absolute"},
		{"long path", s, ListenOptions{Address: "unix:///tmp/" + strings.Repeat("x", 120)}, "shorter"},
		{"open folder", s, ListenOptions{Address: "unix://" + open + "/s"}, "others may write"},
		{"a file", s, ListenOptions{Address: "unix://" + plain}, "no socket"},
		{"nonsense", s, ListenOptions{Address: "nonsense"}, "HOST:PORT"},
	} {
		t.Run(row.name, func(t *testing.T) {
			l, err := row.s.Listen(row.o)
			if err == nil {
				l.Close()
				t.Fatal("it listens")
			}
			if !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v\nwant %q", err, row.want)
			}
		})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := none.Serve(l); err == nil || !strings.Contains(err.Error(), "token") {
		t.Errorf("serving TCP without a token: %v", err)
	}
}

func TestUnixSocketsAreReplacedWithCare(t *testing.T) {
	dir, err := os.MkdirTemp("", "podium")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "a", "api.sock")
	s := newServer(t, nil)
	first := listen(t, s, ListenOptions{Address: "unix://" + path})
	for p, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600} {
		st, err := os.Stat(p)
		if err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v, want %o", p, st.Mode(), err, want)
		}
	}
	if l, err := s.Listen(ListenOptions{Address: "unix://" + path}); err == nil || !strings.Contains(err.Error(), "already serving") {
		l.Close()
		t.Errorf("a second listener: %v", err)
	}
	first.Close()
	// A socket left behind by somebody who died is replaced.
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	left.Close()
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	second := listen(t, s, ListenOptions{Address: "unix://" + path})
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	// One that has been replaced meanwhile is not taken away.
	os.Remove(path)
	third := listen(t, s, ListenOptions{Address: "unix://" + path})
	second.Close()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("closing the old listener took the new one's socket: %v", err)
	}
	third.Close()
	if _, err := os.Stat(path); err == nil {
		t.Error("the socket is left behind")
	}
}

func TestSelfSignedTLS(t *testing.T) {
	s := newServer(t, nil)
	l := listen(t, s, ListenOptions{Address: "127.0.0.1:0", SelfSigned: true})
	if !strings.HasPrefix(l.URL(), "https://127.0.0.1:") || len(l.Fingerprint()) != 95 || !strings.Contains(l.Ready("fake"), l.Fingerprint()) {
		t.Errorf("%s %s", l.URL(), l.Ready("fake"))
	}
	// The fingerprint is enough to know the certificate by.
	var seen []*x509.Certificate
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(cs tls.ConnectionState) error {
		seen = cs.PeerCertificates
		if cs.NegotiatedProtocol == "h2" {
			return fmt.Errorf("HTTP/2 is offered, which cannot be hijacked")
		}
		return nil
	}}}
	defer transport.CloseIdleConnections()
	req, _ := http.NewRequest(http.MethodGet, l.URL()+"/info", nil)
	req.Header.Set("Authorization", "Bearer "+testToken)
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ProtoMajor != 1 || api.Fingerprint(seen[0].Raw) != l.Fingerprint() {
		t.Errorf("%s %s, %s", resp.Proto, resp.Status, api.Fingerprint(seen[0].Raw))
	}
	pool := x509.NewCertPool()
	pool.AddCert(seen[0])
	for _, name := range []string{"localhost", "127.0.0.1", "pods.example"} {
		if _, err := seen[0].Verify(x509.VerifyOptions{DNSName: name, Roots: pool}); err != nil {
			t.Errorf("as %s: %v", name, err)
		}
	}
	if _, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil {
		t.Error("TLS 1.1 is taken")
	}
}

// The original client half-closes beneath TLS, without a close_notify.
func TestTLSHalfCloseWithoutNotify(t *testing.T) {
	s := newServer(t, nil)
	l := listen(t, s, ListenOptions{Address: "127.0.0.1:0", SelfSigned: true})
	dial := func() (*tls.Conn, *bufio.Reader) {
		c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(10 * time.Second))
		return c, bufio.NewReader(c)
	}
	ask := func(method, path, body, extra string) (*tls.Conn, *bufio.Reader, *http.Response) {
		c, in := dial()
		fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s", method, path, testToken, extra, len(body), body)
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c, in, resp
	}
	ask("POST", api.PodsPath("default"), podJSON("web"), "")
	var id string
	for end := time.Now().Add(5 * time.Second); id == ""; {
		_, _, resp := ask("POST", api.ExecCreatePath("default", "web", ""), execJSON(false, true, "sh", "-c", "cat; sleep 0.3; echo late"), "")
		b, _ := io.ReadAll(resp.Body)
		if parts := strings.Split(string(b), `"`); resp.StatusCode == http.StatusCreated {
			id = parts[3]
		} else if time.Now().After(end) {
			t.Fatalf("%s", b)
		}
	}
	c, in, resp := ask("POST", api.ExecStartPath(id), "", "Connection: Upgrade\r\nUpgrade: tcp\r\n")
	if resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatal(resp.Status)
	}
	io.WriteString(c, "in\n")
	if err := c.NetConn().(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(in)
	if err != nil {
		t.Fatal(err)
	}
	if out, _ := unframe(t, b); out != "in\nlate\n" {
		t.Errorf("output %q", out)
	}
}

func TestPairsNeedNoToken(t *testing.T) {
	s := newServer(t, func(o *Options) { o.Auth = Auth{} })
	p := NewPairListener()
	done := make(chan error, 1)
	go func() { done <- s.Serve(p) }()
	c, err := p.Dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, ok := c.(interface{ CloseWrite() error }); !ok {
		t.Error("a pair cannot be half-closed")
	}
	io.WriteString(c, "GET /info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	b, err := io.ReadAll(c)
	if err != nil || !strings.HasPrefix(string(b), "HTTP/1.1 200 OK") {
		t.Errorf("%v %s", err, b)
	}
	if a := s.Activity(); a.Last.IsZero() || time.Since(a.Last) > time.Minute {
		t.Errorf("activity %+v", a)
	}
	p.Close()
	if err := <-done; err != nil {
		t.Errorf("serve: %v", err)
	}
	if _, err := p.Dial(t.Context()); err == nil {
		t.Error("a closed listener can be dialled")
	}
}
