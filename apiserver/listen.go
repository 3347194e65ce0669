package apiserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// ListenOptions say where and how a server listens.
type ListenOptions struct {
	// Address is unix:///path, or HOST:PORT for TCP, which always needs
	// Auth.Token and, off loopback, TLS. Port 0 takes a free one.
	Address string

	// CertFile and KeyFile are PEM files for TLS over TCP.
	CertFile, KeyFile string

	// SelfSigned makes a certificate for TLS over TCP that lives as long as
	// the listener; clients recognise it by its fingerprint.
	SelfSigned bool
}

// Listener is a listening socket, with what people have to know of it. It is
// closed by Serve's end, by Shutdown or by Close.
type Listener struct {
	net.Listener
	url         string
	fingerprint string
	cleanup     func() error
	once        sync.Once
}

// URL is what a client is given to find the listener: unix:///path,
// http://HOST:PORT or https://HOST:PORT.
func (l *Listener) URL() string { return l.url }

// Fingerprint is the SHA-256 of a self-signed certificate, in pairs of
// hexadecimal digits, or empty.
func (l *Listener) Fingerprint() string { return l.fingerprint }

// Ready is the line that tells people where engine is served.
func (l *Listener) Ready(engine string) string {
	line := fmt.Sprintf("podium: serving %s on %s", engine, l.url)
	if l.fingerprint != "" {
		line += " (self-signed certificate, SHA-256 " + l.fingerprint + ")"
	}
	return line
}

// Close closes the socket; that of a unix address vanishes from its folder. It
// may be called repeatedly: only the first call does anything, since later the
// path may be another server's.
func (l *Listener) Close() (err error) {
	l.once.Do(func() {
		err = l.Listener.Close()
		if l.cleanup != nil {
			err = errors.Join(err, l.cleanup())
		}
	})
	return err
}

// Listen opens a socket for Serve under the rules of its kind. A folder made
// for a unix socket is the user's alone (0700), the socket too (0600); one that
// is left over from a server that is gone is replaced, one that somebody still
// serves is not. TCP without a token, or off loopback without TLS, is refused.
func (s *Server) Listen(o ListenOptions) (*Listener, error) {
	if path, ok := unixPath(o.Address); ok {
		if o.CertFile != "" || o.KeyFile != "" || o.SelfSigned {
			return nil, fmt.Errorf("listen on %s: TLS is for TCP addresses; a unix socket is guarded by its permissions", o.Address)
		}
		return listenUnix(path)
	}
	return s.listenTCP(o)
}

// unixPath is the path of a unix address.
func unixPath(address string) (string, bool) {
	path, ok := strings.CutPrefix(address, "unix:")
	if !ok {
		return "", false
	}
	if after, ok := strings.CutPrefix(path, "//"); ok {
		path = after
	}
	return path, true
}

func (s *Server) listenTCP(o ListenOptions) (*Listener, error) {
	address := strings.TrimPrefix(o.Address, "tcp://")
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listen on %q: it must be unix:///PATH or HOST:PORT: %w", o.Address, err)
	}
	if len(s.opts.Auth.Token) < MinToken {
		return nil, fmt.Errorf("listen on %s: anybody on this machine can reach a TCP port, so a token of at least %d characters is needed", o.Address, MinToken)
	}
	config, fingerprint, err := tlsConfig(o, append([]string{host}, s.opts.Auth.Hosts...))
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Address, err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", o.Address, err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if config == nil && (!ok || !addr.IP.IsLoopback()) {
		return nil, errors.Join(fmt.Errorf("listen on %s: it can be reached from other machines, so it needs TLS: a certificate and key, or a self-signed one", o.Address), l.Close())
	}
	out := &Listener{Listener: l, url: "http://" + l.Addr().String(), fingerprint: fingerprint}
	if config != nil {
		out.Listener = tls.NewListener(l, config)
		out.url = "https://" + l.Addr().String()
	}
	return out, nil
}

// listenUnix binds a unix socket, or says who is in the way.
func listenUnix(path string) (*Listener, error) {
	fail := func(err error) (*Listener, error) {
		return nil, fmt.Errorf("listen on unix://%s: %w", path, err)
	}
	if !filepath.IsAbs(path) {
		return fail(errors.New("the path must be absolute"))
	}
	if len(path) > maxSocketPath {
		return fail(fmt.Errorf("the path has %d bytes and sockets take at most %d; choose a shorter folder", len(path), maxSocketPath))
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(fmt.Errorf("make its folder: %w", err))
	}
	if err := checkFolder(dir); err != nil {
		return fail(err)
	}
	unlock, err := lockFolder(dir)
	if err != nil {
		return fail(err)
	}
	defer unlock()
	if err := clearStale(path); err != nil {
		return fail(err)
	}
	lc := net.ListenConfig{Control: privateSocket}
	l, err := lc.Listen(context.Background(), "unix", path)
	if err != nil {
		return fail(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return fail(errors.Join(err, l.Close()))
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false) // another server may have taken the path meanwhile
	}
	mine, err := os.Lstat(path)
	if err != nil {
		return fail(errors.Join(err, l.Close()))
	}
	return &Listener{Listener: l, url: "unix://" + path, cleanup: func() error { return removeSame(path, mine) }}, nil
}

// maxSocketPath is what fits into a socket's address on every system.
const maxSocketPath = 103

// checkFolder refuses a folder in which others could put a socket of theirs in
// the place of ours.
func checkFolder(dir string) error {
	st, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if st.Mode().Perm()&0o022 != 0 && st.Mode()&os.ModeSticky == 0 {
		return fmt.Errorf("others may write to its folder %s (mode %04o): take that right away, or choose another folder", dir, st.Mode().Perm())
	}
	return nil
}

// clearStale removes a socket that nobody serves any more.
func clearStale(path string) error {
	st, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case st.Mode()&os.ModeSocket == 0:
		return errors.New("there is a file of that name which is no socket")
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		return errors.Join(errors.New("somebody is already serving there"), conn.Close())
	}
	if !refused(err) {
		return fmt.Errorf("there is a socket, and whether somebody serves it cannot be told: %w", err)
	}
	return os.Remove(path)
}

func removeSame(path string, mine os.FileInfo) error {
	now, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	// Inode numbers are used again, so the time has to agree as well.
	if !os.SameFile(now, mine) || !now.ModTime().Equal(mine.ModTime()) {
		return nil
	}
	return os.Remove(path)
}

// Serve answers the connections of l until l or the server is closed, which is
// no error. Anything that does not come over a unix socket is asked for the
// token; without one, Serve refuses to serve it. Several listeners may be
// served at once.
func (s *Server) Serve(l net.Listener) error {
	if l.Addr().Network() != "unix" && !s.token.set {
		return errors.Join(fmt.Errorf("serve on %s: it is no unix socket, so a token is needed", l.Addr()), l.Close())
	}
	err := s.http.Serve(l)
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return fmt.Errorf("serve on %s: %w", l.Addr(), err)
}

// newHTTP is the server beneath. It has no write timeout and no read timeout,
// which would end watches, logs and shells: what takes long has deadlines of
// its own. HTTP/2 is off, as its connections cannot be handed over to an exec.
func (s *Server) newHTTP() *http.Server {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           s,
		Protocols:         protocols,
		ReadHeaderTimeout: s.limits.HeaderTime,
		IdleTimeout:       s.limits.IdleTime,
		MaxHeaderBytes:    s.limits.HeaderBytes,
		ErrorLog:          log.New(logWriter(s.opts.Log), "", 0),
		BaseContext:       func(net.Listener) context.Context { return context.Background() },
		ConnContext:       s.connContext,
		ConnState: func(c net.Conn, st http.ConnState) {
			if n := s.activity.state(c, st); st == http.StateNew && n > s.limits.Connections+refusedAtMost {
				_ = c.Close() // net/http finds it closed and forgets it
			}
		},
	}
}

// refusedAtMost is how many connections over the limit are told so; more are
// closed without a word.
const refusedAtMost = 32

// connContext marks connections over the limit, so that they can be told.
func (s *Server) connContext(ctx context.Context, _ net.Conn) context.Context {
	if s.activity.count() >= s.limits.Connections {
		return context.WithValue(ctx, overLimit{}, true)
	}
	return ctx
}

// logWriter gives net/http's own lines to the log.
type logWriter func(string)

func (l logWriter) Write(p []byte) (int, error) {
	l(strings.TrimRight(string(p), "\n"))
	return len(p), nil
}
