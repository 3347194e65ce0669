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
	"testing"
	"time"

	"podium/api"
)

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
		{"its fingerprint", &tls.Config{Certificates: []tls.Certificate{server}}, Config{Fingerprint: api.Fingerprint(server.Certificate[0])}, ""},
		{"its fingerprint, for any name", &tls.Config{Certificates: []tls.Certificate{named}}, Config{Fingerprint: "sha256:" + strings.ToLower(api.Fingerprint(named.Certificate[0]))}, ""},
		{"the fingerprint of another", &tls.Config{Certificates: []tls.Certificate{server}}, Config{Fingerprint: api.Fingerprint(named.Certificate[0])}, "is not the one that is trusted: its fingerprint is " + api.Fingerprint(server.Certificate[0])},
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
