package apiclient

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"podium/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// theToken is sent by every client of these tests and must turn up nowhere else.
const theToken = "sesame-open-0123456789"

// newClient makes a client that is closed at the test's end.
func newClient(t testing.TB, cfg Config) *Client {
	t.Helper()
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Token == "" && cfg.TokenFile == "" {
		cfg.Token = theToken
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// serve starts an HTTP server and gives a client of it.
func serve(t testing.TB, h http.HandlerFunc) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return newClient(t, Config{Server: srv.URL})
}

// answers is a handler that gives one answer to everything.
func answers(code int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(code)
		io.WriteString(w, body)
	}
}

// A rawServer accepts connections on a unix socket and gives each to a function
// that may do what no HTTP server does.
func rawServer(t testing.TB, each func(conn net.Conn)) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	var (
		all   sync.WaitGroup
		mu    sync.Mutex
		conns []net.Conn
	)
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			all.Go(func() {
				defer conn.Close()
				each(conn)
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		mu.Lock()
		for _, conn := range conns {
			conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return Config{Server: "unix://" + path}
}

// says is a raw server's function: it reads one request, answers with text and
// closes.
func says(text string) func(net.Conn) {
	return func(conn net.Conn) {
		if _, err := readRequest(conn); err == nil {
			io.WriteString(conn, text)
		}
	}
}

// readRequest reads one request with its body.
func readRequest(conn net.Conn) (*http.Request, error) {
	req, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(req.Body)
	req.Body = io.NopCloser(strings.NewReader(string(body)))
	return req, err
}

// rows collects a list.
func rows(c *Client, opts api.ListOptions) ([]api.PodRow, api.ListMeta, error) {
	var out []api.PodRow
	meta, err := c.List(context.Background(), "default", opts, func(r api.PodRow) error {
		out = append(out, r)
		return nil
	})
	return out, meta, err
}

// sentence checks that an error can be shown: it says each of the parts, is not
// endless, and holds neither control characters nor the token.
func sentence(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Error("no error")
		return
	}
	text := err.Error()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("the error does not say %q: %s", part, text)
		}
	}
	if len(text) > 6000 {
		t.Errorf("the error has %d bytes", len(text))
	}
	for _, r := range text {
		if r != '\n' && (r < ' ' || r >= 0x7f && r < 0xa0) {
			t.Errorf("the error holds the control character %U: %q", r, text)
			break
		}
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.Contains(e.Error(), theToken) || strings.Contains(fmt.Sprintf("%+v", e), theToken) {
			t.Errorf("the token is in the error: %s", e)
		}
	}
}

// everyCall names each call of the client with one way to make it.
func everyCall(c *Client) map[string]func(context.Context) error {
	cfg := api.ExecConfig{Cmd: []string{"true"}, AttachStdout: true}
	return map[string]func(context.Context) error{
		"list": func(ctx context.Context) error {
			_, err := c.List(ctx, "default", api.ListOptions{}, func(api.PodRow) error { return nil })
			return err
		},
		"watch": func(ctx context.Context) error {
			w, err := c.Watch(ctx, "default", api.ListOptions{})
			if err != nil {
				return err
			}
			defer w.Close()
			for err == nil {
				_, err = w.Next(ctx)
			}
			return err
		},
		"get":    func(ctx context.Context) error { _, err := c.Get(ctx, "default", "web"); return err },
		"create": func(ctx context.Context) error { _, _, err := c.Create(ctx, "default", []byte("{}")); return err },
		"delete": func(ctx context.Context) error { return c.Delete(ctx, "default", "web", api.DeleteOptions{}) },
		"log": func(ctx context.Context) error {
			r, err := c.Log(ctx, "default", "web", nil)
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = io.ReadAll(r)
			return err
		},
		"events":      func(ctx context.Context) error { _, err := c.Events(ctx, "default", ""); return err },
		"info":        func(ctx context.Context) error { _, err := c.Info(ctx); return err },
		"exec create": func(ctx context.Context) error { _, err := c.CreateExec(ctx, "default", "web", "", cfg); return err },
		"exec start": func(ctx context.Context) error {
			s, err := c.StartExec(ctx, "exec-0123456789", cfg)
			if err == nil {
				s.Close()
			}
			return err
		},
		"exec inspect": func(ctx context.Context) error { _, err := c.Control("exec-0123456789").Inspect(ctx); return err },
		"exec kill":    func(ctx context.Context) error { return c.Control("exec-0123456789").Kill(ctx, "TERM") },
	}
}
