package apiclient

import (
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

// onThisMachine tells whether the endpoint is here, as far as its address shows.
func (c *Client) onThisMachine() bool {
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

// tlsConfig is the TLS side of cfg for a server at base, nil for plain http. key
// takes the public key of a pinned certificate.
func (cfg Config) tlsConfig(base *url.URL, key *pinned) (*tls.Config, error) {
	if base.Scheme != "https" {
		if cfg.Fingerprint != "" && strings.HasPrefix(strings.ToLower(cfg.Server), "http:") {
			return nil, errors.New("a fingerprint is given, but http:// shows no certificate: the address must begin with https://")
		}
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
	if cfg.Fingerprint != "" {
		if len(pem) > 0 || cfg.InsecureSkipVerify {
			return nil, errors.New("a fingerprint says which certificate is trusted: it goes with neither CA certificates nor skipping the verification")
		}
		if err := pin(out, cfg.Fingerprint, key); err != nil {
			return nil, err
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
