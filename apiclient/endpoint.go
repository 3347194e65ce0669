package apiclient

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"
)

// locate reads Config.Server into base, server and dial.
func (c *Client) locate() error {
	raw := c.cfg.Server
	if raw == "" {
		if c.cfg.Dial == nil {
			return errors.New("no server is given: it is http://…, https://… or unix:///path")
		}
		raw = "http://localhost"
		c.server = "this process"
	}
	u, err := url.Parse(raw)
	if err != nil {
		// url.Error repeats the address, which may hold a password.
		var bad *url.Error
		if errors.As(err, &bad) {
			err = bad.Err
		}
		return fmt.Errorf("the server's address cannot be understood: %w", err)
	}
	if u.User != nil {
		return errors.New("the server's address holds a user or password: give a token instead")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return errors.New("the server's address holds a query or fragment: it ends with the path")
	}
	switch u.Scheme {
	case "unix":
		if u.Host != "" || !strings.HasPrefix(u.Path, "/") {
			return fmt.Errorf("unix socket %q: the path must be absolute, as in unix:///run/podium.sock", cleanLine(raw))
		}
		c.base = &url.URL{Scheme: "http", Host: "localhost"}
		c.dial = dialer("unix", u.Path)
	case "http", "https":
		if u.Hostname() == "" {
			return fmt.Errorf("the server's address %q names no host", cleanLine(raw))
		}
		c.base = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		c.dial = dialer("tcp", net.JoinHostPort(u.Hostname(), port))
	default:
		return fmt.Errorf("the server's address %q begins with neither http://, https:// nor unix://", cleanLine(raw))
	}
	if c.server == "" {
		c.server = cleanLine(raw)
	}
	if c.cfg.Dial != nil {
		c.dial = c.cfg.Dial
	}
	return nil
}

func dialer(network, address string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
}

// local tells whether the endpoint is on this machine, as far as its address
// shows.
func (c *Client) local() bool {
	if strings.HasPrefix(c.cfg.Server, "unix:") {
		return true
	}
	host := c.base.Hostname()
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// dialPlain connects without TLS, within the time that a server may be silent.
func (c *Client) dialPlain(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.cfg.Timeout, errSilent)
	defer cancel()
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, &dialError{err: causeOf(ctx, err)}
	}
	return conn, nil
}

// tlsConfig is the TLS side of cfg for a server at base, nil for plain http.
func (cfg Config) tlsConfig(base *url.URL) (*tls.Config, error) {
	if base.Scheme != "https" {
		return nil, nil
	}
	out := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         cfg.ServerName,
		InsecureSkipVerify: cfg.InsecureSkipVerify,
		NextProtos:         []string{"http/1.1"},
	}
	if out.ServerName == "" {
		out.ServerName = base.Hostname()
	}
	pem := cfg.CAData
	if cfg.CAFile != "" {
		if len(pem) > 0 {
			return nil, errors.New("both a CA file and CA data are given: give one")
		}
		var err error
		if pem, err = readSmall(cfg.CAFile); err != nil {
			return nil, fmt.Errorf("read the CA certificates: %w", err)
		}
	}
	if len(pem) > 0 {
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("the CA certificates %s hold no certificate in PEM form", cfg.CAFile)
		}
	}
	if (cfg.CertFile == "") != (cfg.KeyFile == "") {
		return nil, errors.New("a client certificate needs both its file and its key's file")
	}
	if cfg.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("load the client certificate: %w", err)
		}
		out.Certificates = []tls.Certificate{cert}
	}
	return out, nil
}

// readSmall reads a file of credentials: one that is larger than any such file
// is refused rather than read.
func readSmall(name string) ([]byte, error) {
	const limit = 1 << 20
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", name)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return os.ReadFile(name)
}

// A tokenSource gives the bearer token, from a file that may be replaced while
// podium runs (as short-lived tokens are).
type tokenSource struct {
	file string

	mu    sync.Mutex
	token string
	read  time.Time
}

// tokenAge is how old a token from a file may be before it is read again.
const tokenAge = 10 * time.Second

func newTokenSource(cfg Config) (*tokenSource, error) {
	s := &tokenSource{file: cfg.TokenFile, token: cfg.Token}
	if s.file == "" {
		return s, checkToken(s.token)
	}
	if s.token != "" {
		return nil, errors.New("both a token and a token file are given: give one")
	}
	_, err := s.get()
	return s, err
}

// get is the token, "" for none. The file is read while the lock is held: it is
// small and local, and the others would need it too.
func (s *tokenSource) get() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.file == "" || (!s.read.IsZero() && time.Since(s.read) < tokenAge) {
		return s.token, nil
	}
	data, err := readSmall(s.file)
	if err != nil {
		return "", local("read the token: %w", err)
	}
	token := string(bytes.TrimSpace(data))
	if token == "" {
		return "", local("the token file %s is empty", s.file)
	}
	if err := checkToken(token); err != nil {
		return "", local("%s: %w", s.file, err)
	}
	s.token, s.read = token, time.Now()
	return token, nil
}

// known is the token as last read, for taking it out of texts.
func (s *tokenSource) known() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// checkToken refuses what cannot be the value of a header.
func checkToken(token string) error {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] >= 0x7f {
			return local("the token holds characters that no token has (spaces, line ends or the like)")
		}
	}
	return nil
}
