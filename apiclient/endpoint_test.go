package apiclient

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
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

// An authority makes certificates for a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  []byte
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	a.cert, a.key, a.pem = certificate(t, nil, &x509.Certificate{
		Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return a
}

func certificate(t *testing.T, by *authority, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	template.NotBefore = time.Now().Add(-time.Hour)
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(time.Hour)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// leaf is a certificate of the authority for a server or client.
func (a *authority) leaf(t *testing.T, template *x509.Certificate) (tls.Certificate, []byte, []byte) {
	t.Helper()
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	_, key, certPEM := certificate(t, a, template)
	der, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: der})
	pair, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil {
		t.Fatal(err)
	}
	return pair, certPEM, keyPEM
}

// serveTLS answers lists, and hijacks exec start: it echoes stdin once that has
// ended. It offers HTTP/2 as Go's servers do.
func serveTLS(t *testing.T, cfg *tls.Config) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 1 {
			t.Errorf("%s came over %s", r.URL, r.Proto)
		}
		if !strings.HasSuffix(r.URL.Path, "/start") {
			answers(200, "", `{"items":[],"Id":"exec-0123456789"}`)(w, r)
			return
		}
		io.Copy(io.Discard, r.Body)
		conn, buf, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.WriteString(conn, upgraded+"first ")
		in, err := io.ReadAll(buf)
		if err != nil {
			t.Errorf("the server read stdin to %v", err)
		}
		fmt.Fprintf(conn, "got %s", in)
	}))
	srv.EnableHTTP2 = true
	srv.TLS = cfg
	srv.Config.ErrorLog = quiet()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv.URL
}

func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

func TestTLS(t *testing.T) {
	good, wrong := newAuthority(t), newAuthority(t)
	loopback := []net.IP{net.IPv4(127, 0, 0, 1)}
	server, _, _ := good.leaf(t, &x509.Certificate{IPAddresses: loopback})
	named, _, _ := good.leaf(t, &x509.Certificate{DNSNames: []string{"pods.example"}})
	old, _, _ := good.leaf(t, &x509.Certificate{IPAddresses: loopback, NotAfter: time.Now().Add(-time.Minute)})
	_, certPEM, keyPEM := good.leaf(t, &x509.Certificate{Subject: pkix.Name{CommonName: "me"}})
	dir := t.TempDir()
	caFile, certFile, keyFile := filepath.Join(dir, "ca"), filepath.Join(dir, "cert"), filepath.Join(dir, "key")
	for name, data := range map[string][]byte{caFile: good.pem, certFile: certPEM, keyFile: keyPEM} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(good.pem)
	demanding := &tls.Config{Certificates: []tls.Certificate{server}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}
	for _, tt := range []struct {
		name   string
		server *tls.Config
		cfg    Config
		says   string // "" for success
	}{
		{"CA file", &tls.Config{Certificates: []tls.Certificate{server}}, Config{CAFile: caFile}, ""},
		{"CA data", &tls.Config{Certificates: []tls.Certificate{server}}, Config{CAData: good.pem}, ""},
		{"TLS 1.2", &tls.Config{Certificates: []tls.Certificate{server}, MaxVersion: tls.VersionTLS12}, Config{CAData: good.pem}, ""},
		{"TLS 1.1", &tls.Config{Certificates: []tls.Certificate{server}, MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11}, Config{CAData: good.pem}, "refused the TLS connection"},
		{"no CA", &tls.Config{Certificates: []tls.Certificate{server}}, Config{}, "authority that is not trusted"},
		{"wrong CA", &tls.Config{Certificates: []tls.Certificate{server}}, Config{CAData: wrong.pem}, "authority that is not trusted"},
		{"no CA, verification skipped", &tls.Config{Certificates: []tls.Certificate{server}}, Config{InsecureSkipVerify: true}, ""},
		{"another name", &tls.Config{Certificates: []tls.Certificate{named}}, Config{CAData: good.pem}, "is not for this name"},
		{"another name that is told", &tls.Config{Certificates: []tls.Certificate{named}}, Config{CAData: good.pem, ServerName: "pods.example"}, ""},
		{"out of date", &tls.Config{Certificates: []tls.Certificate{old}}, Config{CAData: good.pem}, "is not valid"},
		{"client certificate", demanding, Config{CAData: good.pem, CertFile: certFile, KeyFile: keyFile}, ""},
		{"client certificate wanting", demanding, Config{CAData: good.pem}, "a client certificate may be wanting"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.cfg.Server = serveTLS(t, tt.server.Clone())
			c := newClient(t, tt.cfg)
			if tt.says == "" {
				if _, _, err := rows(c, api.ListOptions{}); err != nil {
					t.Error(err)
				}
				checkEcho(t, c)
				return
			}
			for _, call := range everyCall(c) {
				err := call(t.Context())
				sentence(t, err, tt.says)
				if !isUnreachable(err) {
					t.Errorf("not ErrUnreachable: %v", err)
				}
			}
		})
	}
	t.Run("plain http at an https address", func(t *testing.T) {
		srv := httptest.NewServer(answers(200, "", "{}"))
		defer srv.Close()
		srv.Config.ErrorLog = quiet()
		c := newClient(t, Config{Server: strings.Replace(srv.URL, "http:", "https:", 1)})
		for _, call := range everyCall(c) {
			sentence(t, call(t.Context()), "does not speak TLS")
		}
	})
	t.Run("https at an http address", func(t *testing.T) {
		url := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{server}})
		c := newClient(t, Config{Server: strings.Replace(url, "https:", "http:", 1)})
		for _, call := range everyCall(c) {
			// The server's hint may be lost when it closes on what it has not read.
			err := call(t.Context())
			sentence(t, err)
			if text := err.Error(); !strings.Contains(text, "HTTP request to an HTTPS server") && !isUnreachable(err) {
				t.Errorf("got %s", text)
			}
		}
	})
}

// checkEcho runs an exec whose stdin ends before its output does.
func checkEcho(t *testing.T, c *Client) {
	t.Helper()
	s, err := c.Exec(t.Context(), "default", "web", "", shell)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	br := bufio.NewReader(s)
	if first, err := br.ReadString(' '); err != nil || first != "first " {
		t.Errorf("behind the header came %q, %v", first, err)
	}
	io.WriteString(s, "input")
	if err := s.CloseWrite(); err != nil {
		t.Error(err)
	}
	rest, err := io.ReadAll(br)
	if err != nil || string(rest) != "got input" {
		t.Errorf("after stdin's end: %q, %v", rest, err)
	}
}

// A server that never answers the handshake is given up.
func TestTLSSilence(t *testing.T) {
	cfg := rawServer(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	path := strings.TrimPrefix(cfg.Server, "unix://")
	c := newClient(t, Config{
		Server: "https://pods.example", Timeout: 50 * time.Millisecond,
		Dial: func(ctx context.Context) (net.Conn, error) { return dialer("unix", path)(ctx) },
	})
	for name, call := range everyCall(c) {
		t.Run(name, func(t *testing.T) { sentence(t, call(t.Context()), "has not answered for 50ms") })
	}
}
