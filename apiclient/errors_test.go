package apiclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"podium/api"
)

// Every call, at servers that misbehave: each gives a sentence that says which
// call it was, none hangs.
func TestBadServers(t *testing.T) {
	endless := strings.Repeat("x", 1<<16)
	servers := []struct {
		name string
		each func(net.Conn)
		says string   // in every error
		fine []string // calls that have no error to give
	}{
		{"closes at once", func(net.Conn) {}, "", nil},
		{"closes after the request", says(""), "clos", nil},
		{"half a status line", says("HTTP/1."), "", nil},
		{"half a header", says("HTTP/1.1 200 OK\r\nContent-Ty"), "", nil},
		{"garbage", says("\x00\x01\x1b]0;evil\x07\xff\xfe garbage\r\n\r\n"), "not HTTP", nil},
		{"another protocol", says("SSH-2.0-OpenSSH_9.9\r\n"), "not HTTP", nil},
		{"endless header", func(conn net.Conn) {
			if _, err := readRequest(conn); err != nil {
				return
			}
			io.WriteString(conn, "HTTP/1.1 200 OK\r\n")
			for range 64 {
				if _, err := io.WriteString(conn, "X-A: "+endless+"\r\n"); err != nil {
					return
				}
			}
		}, "header", nil},
		{"a web page", says("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!DOCTYPE html><html><head><title>Sign \x1b[31min</title></head></html>"), "Sign in", []string{"info", "log"}},
		{"a web page as a refusal", says("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><head><title>502 Bad Gateway</title></head><body><h1>nginx</h1></body></html>"), "502 Bad Gateway", nil},
		{"a redirect", says("HTTP/1.1 302 Found\r\nLocation: https://login.example/?secret=1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), "https://login.example/", []string{"info"}},
		{"a redirect to the same under another path", func(conn net.Conn) {
			if req, err := readRequest(conn); err == nil {
				fmt.Fprintf(conn, "HTTP/1.1 301 Moved Permanently\r\nLocation: /v2%s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", req.URL.Path)
			}
		}, "redirects to", []string{"info"}},
		{"a web page about the path", func(conn net.Conn) {
			if req, err := readRequest(conn); err == nil {
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html><title>Sign in for %s</title></html>", req.URL.Path)
			}
		}, "Sign in for", []string{"info", "log"}},
		{"the path in other JSON", func(conn net.Conn) {
			if req, err := readRequest(conn); err == nil {
				fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"path\":%q}", req.URL.Path)
			}
		}, "", []string{"info", "events", "delete", "exec kill", "exec start", "log"}},
		{"a body that is cut", says("HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf of it"), "half of it", nil},
		{"an empty success", says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), "", []string{"info", "delete", "exec kill", "exec start", "log", "watch"}},
		{"garbage in a success", says("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\x00\x01\x02\x1b[2J"), "", []string{"info", "exec kill", "exec start", "log"}},
		{"the token, echoed", func(conn net.Conn) {
			req, err := readRequest(conn)
			if err == nil {
				auth := req.Header.Get("Authorization")
				fmt.Fprintf(conn, "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n%s", auth)
			}
		}, "Bearer (token)", nil},
		{"the token in a Status", func(conn net.Conn) {
			if req, err := readRequest(conn); err == nil {
				auth := req.Header.Get("Authorization")
				fmt.Fprintf(conn, "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"+
					`{"kind":"Status","message":"no %[1]s","reason":"%[1]s","details":{"name":"%[1]s","causes":[{"field":"%[1]s","message":"%[1]s"}]}}`, auth)
			}
		}, "no Bearer (token)", []string{"info"}},
	}
	for _, srv := range servers {
		t.Run(srv.name, func(t *testing.T) {
			cfg := rawServer(t, srv.each)
			c := newClient(t, cfg)
			for name, call := range everyCall(c) {
				err := call(t.Context())
				if slices.Contains(srv.fine, name) {
					if err != nil && !errors.Is(err, io.EOF) {
						t.Errorf("%s: %v", name, err)
					}
					continue
				}
				if name == "watch" && errors.Is(err, io.EOF) {
					t.Errorf("%s: the watch ended in order", name)
				}
				sentence(t, err, srv.says, "/")
				var failed *CallError
				if !errors.As(err, &failed) || failed.Path == "" {
					t.Fatalf("%s: no CallError: %v", name, err)
				}
				if strings.Contains(err.Error(), "exec-0123456789") {
					t.Errorf("%s: the exec's id is shown: %v", name, err)
				}
				if strings.Contains(err.Error(), "?") && strings.Contains(failed.Path, "?") || strings.Contains(err.Error(), "secret=1") {
					t.Errorf("%s: a query is shown: %v", name, err)
				}
			}
		})
	}
}

func TestSilentServer(t *testing.T) {
	cfg := rawServer(t, func(conn net.Conn) { io.Copy(io.Discard, conn) })
	cfg.Timeout = 50 * time.Millisecond
	c := newClient(t, cfg)
	for name, call := range everyCall(c) {
		t.Run(name, func(t *testing.T) {
			err := call(t.Context())
			sentence(t, err, "has not answered for 50ms")
			if !errors.Is(err, api.ErrUnreachable) {
				t.Error("it is not ErrUnreachable")
			}
		})
	}
}

// Silence in the middle of an answer is silence too.
func TestServerFallsSilent(t *testing.T) {
	cfg := rawServer(t, func(conn net.Conn) {
		if _, err := readRequest(conn); err == nil {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"+`{"kind":"PodList","items":[{"metadata":{"name":"a"}},`)
			io.Copy(io.Discard, conn)
		}
	})
	cfg.Timeout = 100 * time.Millisecond
	got, _, err := rows(newClient(t, cfg), api.ListOptions{})
	sentence(t, err, "has not answered for 100ms")
	if len(got) != 1 || got[0].Name != "a" {
		t.Errorf("rows before the silence: %v", got)
	}
}

func TestCallerGivesUp(t *testing.T) {
	asked := make(chan struct{}, 100)
	cfg := rawServer(t, func(conn net.Conn) {
		if _, err := readRequest(conn); err == nil {
			asked <- struct{}{}
		}
		io.Copy(io.Discard, conn)
	})
	c := newClient(t, cfg)
	for name, call := range everyCall(c) {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan error, 1)
			go func() { done <- call(ctx) }()
			<-asked
			cancel()
			err := <-done
			sentence(t, err, "given up")
			if !errors.Is(err, context.Canceled) || errors.Is(err, api.ErrUnreachable) {
				t.Errorf("got %v", err)
			}
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	err := c.Delete(ctx, "default", "web", api.DeleteOptions{})
	sentence(t, err, "in the time given")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestUnreachable(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := l.Addr().String()
	l.Close()
	stale := filepath.Join(t.TempDir(), "stale")
	ul, err := net.ListenUnix("unix", &net.UnixAddr{Name: stale, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ul.SetUnlinkOnClose(false)
	ul.Close()
	for server, words := range map[string]string{
		"unix://" + gone:                "there is no such socket; is podium serve running?",
		"unix://" + stale:               "connection refused; is podium serve running?",
		"http://" + refused:             "connection refused; is podium serve running?",
		"https://" + refused:            "connection refused",
		"http://no-such-host.invalid:1": "no-such-host.invalid",
	} {
		c := newClient(t, Config{Server: server})
		for name, call := range everyCall(c) {
			err := call(t.Context())
			sentence(t, err, "cannot reach "+server, words)
			if !errors.Is(err, api.ErrUnreachable) {
				t.Errorf("%s: not ErrUnreachable: %v", name, err)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name string
		code int
		body string
		is   func(error) bool
		says string
	}{
		{"Status", 404, `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods \"web\" not found","reason":"NotFound","details":{"name":"web","kind":"pods"},"code":404}`, apierrors.IsNotFound, `pods "web" not found (404 NotFound)`},
		{"Status without kind", 409, `{"status":"Failure","message":"it is there","reason":"AlreadyExists","code":409}`, apierrors.IsAlreadyExists, "it is there"},
		{"Status without reason", 403, `{"kind":"Status","message":"not you"}`, apierrors.IsForbidden, "not you (403 Forbidden)"},
		{"invalid", 422, `{"kind":"Status","message":"Pod \"x\" is invalid","reason":"Invalid","code":422,"details":{"causes":[{"reason":"FieldValueRequired","message":"image is wanted","field":"spec.containers[0].image"}]}}`, apierrors.IsInvalid, "is invalid"},
		{"text", 400, "the selector is wrong\n", apierrors.IsBadRequest, "the selector is wrong (400 BadRequest)"},
		{"nothing", 500, "", apierrors.IsInternalError, "500 Internal Server Error and said no more"},
		{"other JSON", 500, `{"message":"no such image"}`, apierrors.IsInternalError, "no such image"},
		{"nested JSON", 503, `{"error":{"message":"busy"}}`, apierrors.IsServiceUnavailable, "busy"},
		{"unknown JSON", 500, `{"oops":1}`, apierrors.IsInternalError, `{"oops":1}`},
		{"unauthorized", 401, "who are you", apierrors.IsUnauthorized, "who are you"},
		{"too large", 413, "too much", apierrors.IsRequestEntityTooLargeError, "too much"},
		{"control characters", 400, "a\x1b[31mb\x07\u202ed\u009b0m", apierrors.IsBadRequest, "abd"},
		{"endless text", 500, strings.Repeat("word ", 100000), apierrors.IsInternalError, "word…"},
		{"gone", 410, "too old", apierrors.IsResourceExpired, "too old"},
		{"teapot", 418, "short and stout", func(err error) bool { return apierrors.ReasonForError(err) == metav1.StatusReasonUnknown }, "short and stout"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := serve(t, answers(tt.code, "", tt.body))
			for name, call := range everyCall(c) {
				err := call(t.Context())
				if name == "info" && (tt.code == 404 || tt.code == 403) {
					continue // an endpoint that says nothing of itself
				}
				sentence(t, err, strings.TrimSuffix(tt.says, "…"))
				if !tt.is(fmt.Errorf("wrapped: %w", err)) {
					t.Errorf("%s: it is of another kind: %#v", name, err)
				}
				if errors.Is(err, api.ErrUnreachable) {
					t.Errorf("%s: a refusal is no lost server", name)
				}
			}
		})
	}
	t.Run("conflict", func(t *testing.T) {
		c := serve(t, answers(409, "", "no"))
		if _, _, err := c.Create(t.Context(), "default", []byte("{}")); !apierrors.IsAlreadyExists(err) {
			t.Errorf("create: %v", err)
		}
		if err := c.Delete(t.Context(), "default", "x", api.DeleteOptions{}); !apierrors.IsConflict(err) {
			t.Errorf("delete: %v", err)
		}
	})
}

func TestCausesReachTheCaller(t *testing.T) {
	c := serve(t, answers(422, "", `{"kind":"Status","message":"bad","reason":"Invalid","code":422,"details":{"causes":[{"reason":"FieldValueRequired","message":"wan\u001bted","field":"spec.containers[0].image"}]}}`))
	_, _, err := c.Create(t.Context(), "default", []byte("{}"))
	cause, ok := apierrors.StatusCause(err, metav1.CauseTypeFieldValueRequired)
	if !ok || cause.Field != "spec.containers[0].image" || cause.Message != "wanted" {
		t.Errorf("cause %+v, %v of %v", cause, ok, err)
	}
}

func TestRetryAfter(t *testing.T) {
	asked := 0
	wait := "7"
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Retry-After", wait)
		http.Error(w, "slow down", http.StatusTooManyRequests)
	})
	for _, tt := range []struct {
		header   string
		min, max int
	}{
		{"7", 7, 7},
		{"-3", 0, 0},
		{"soon", 0, 0},
		{"99999999999", 86400, 86400},
		{time.Now().Add(time.Minute).UTC().Format(http.TimeFormat), 50, 61},
	} {
		wait, asked = tt.header, 0
		err := c.Delete(t.Context(), "default", "web", api.DeleteOptions{})
		got, ok := apierrors.SuggestsClientDelay(err)
		if got < tt.min || got > tt.max || ok != (tt.max > 0) {
			t.Errorf("%s: wait %d, %v", tt.header, got, ok)
		}
		if !apierrors.IsTooManyRequests(err) || asked != 1 {
			t.Errorf("%s: %v, asked %d times", tt.header, err, asked)
		}
	}
}

func TestNamesThatAreOtherPaths(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the server was asked: %s %s", r.Method, r.URL)
	})
	for _, name := range []string{"", ".", ".."} {
		if err := c.Delete(t.Context(), "default", name, api.DeleteOptions{}); err == nil || isUnreachable(err) {
			t.Errorf("delete %q: %v", name, err)
		}
		if _, err := c.Get(t.Context(), "default", name); err == nil || isUnreachable(err) {
			t.Errorf("get %q: %v", name, err)
		}
		if _, err := c.Log(t.Context(), "default", name, nil); err == nil || isUnreachable(err) {
			t.Errorf("log %q: %v", name, err)
		}
		if _, err := c.Exec(t.Context(), "default", name, "", api.ExecConfig{}); err == nil || isUnreachable(err) {
			t.Errorf("exec in %q: %v", name, err)
		}
		if _, err := c.Control(name).Inspect(t.Context()); err == nil || isUnreachable(err) {
			t.Errorf("inspect %q: %v", name, err)
		}
		if _, err := c.StartExec(t.Context(), name, api.ExecConfig{}); err == nil || isUnreachable(err) {
			t.Errorf("start %q: %v", name, err)
		}
		if name == "" {
			continue
		}
		if err := c.Delete(t.Context(), name, "web", api.DeleteOptions{}); err == nil || isUnreachable(err) {
			t.Errorf("delete in %q: %v", name, err)
		}
	}
	if err := c.Delete(t.Context(), "", "web", api.DeleteOptions{}); err == nil {
		t.Error("delete in no namespace went out")
	}
	if _, _, err := c.Create(t.Context(), "", nil); err == nil {
		t.Error("create in no namespace went out")
	}
}

func TestSocketPathTooLong(t *testing.T) {
	err := everyCall(newClient(t, Config{Server: "unix:///" + strings.Repeat("x", 200)}))["get"](t.Context())
	sentence(t, err, "the socket's path cannot be used")
}
