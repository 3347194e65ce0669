package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// onePod is a list with one running pod, as a server of the plain page sends
// it.
const onePod = `{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"web","namespace":"default","uid":"u1"},` +

	`"spec":{"containers":[{"name":"main","image":"nginx"}]},"status":{"phase":"Running","containerStatuses":[` +
	`{"name":"main","ready":true,"state":{"running":{}}}]}}]}`

// rawServer answers every connection by hand and returns its URL.
func rawServer(t *testing.T, answer func(conn net.Conn, r *http.Request)) string {
	t.Helper()
	return onSocket(t, func(conn net.Conn) {
		r, err := http.ReadRequest(bufio.NewReader(conn))
		if err == nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, max(r.ContentLength, 0)))
			answer(conn, r)
		}
	})
}

// silentServer takes connections and never says a word.
func silentServer(t *testing.T) string {
	t.Helper()
	return onSocket(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
}

// onSocket has each connection to a unix socket served, and returns its URL.
func onSocket(t *testing.T, serve func(conn net.Conn)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "raw.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				serve(conn)
			}()
		}
	}()
	return "unix://" + path
}

func reply(conn net.Conn, status, contentType, body string) {
	fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", status, contentType, len(body), body)
}

// A server that does not keep to the API leaves the program up, with a
// sentence, and quits as ever.
func TestBadListServers(t *testing.T) {
	cases := map[string]struct {
		answer func(conn net.Conn)
		says   string
	}{
		"HTML":       {func(c net.Conn) { reply(c, "200 OK", "text/html", "<html><body>Welcome to nginx!</body></html>") }, "list"},
		"garbage":    {func(c net.Conn) { _, _ = io.WriteString(c, "\x00\xff\x1b[2J\x1b]0;evil\a not http at all\r\n\r\n") }, "list"},
		"half a pod": {func(c net.Conn) { reply(c, "200 OK", "application/json", onePod[:len(onePod)/2]) }, "list"},
		"nothing":    {func(net.Conn) {}, "list"},
		"no pods":    {func(c net.Conn) { reply(c, "200 OK", "application/json", `{"kind":"ServiceList","items":[]}`) }, `"servicelist"`},
		"no name": {func(c net.Conn) {
			reply(c, "200 OK", "application/json", `{"kind":"PodList","items":[{"metadata":{}}]}`)
		}, "has no name"},
		"no object": {func(c net.Conn) { reply(c, "200 OK", "application/json", `{"kind":"PodList","items":[3]}`) }, "is no object"},
		"refusal": {func(c net.Conn) {
			reply(c, "403 Forbidden", "application/json", `{"kind":"Status","apiVersion":"v1","status":"Failure","message":"pods is forbidden: user eve may not list","reason":"Forbidden","code":403}`)
		}, "user eve may not list"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			url := rawServer(t, func(conn net.Conn, _ *http.Request) { c.answer(conn) })
			tm := start(t, options{cols: 120, rows: 30}, "--server", url, "--state-dir", t.TempDir())
			tm.until("a sentence about the server", func(s string) bool {
				return strings.Contains(strings.ToLower(s), c.says) && (strings.Contains(s, "retry") || strings.Contains(s, "again"))
			})
			tm.quits()
		})
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	tm := start(t, options{cols: 120, rows: 30}, "--server", "unix:///nowhere/pods.sock", "--state-dir", t.TempDir())
	tm.sees("/nowhere/pods.sock")
	tm.quits()
}

// quits leaves by the way that never asks and checks the terminal.
func (tm *terminal) quits() {
	tm.t.Helper()
	if tm.ended() {
		tm.t.Fatalf("the program ended by itself; the screen:\n%s", tm.text())
	}
	tm.types(":q!\r")
	if code := tm.exits(); code != 0 {
		tm.t.Errorf("podium ended with status %d", code)
	}
	tm.isRestored()
}

// Exec's answer may be anything at all: each is a sentence in the pane or card,
// and what was typed is kept.
func TestBadExecServers(t *testing.T) {
	upgraded := "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
	cases := map[string]struct {
		start string // the bytes that answer exec start, before the connection closes
		says  []string
	}{
		"HTML":            {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>", []string{"not started", "is unix:"}},
		"error":           {"HTTP/1.1 409 Conflict\r\nContent-Type: application/json\r\nContent-Length: 97\r\n\r\n" + `{"kind":"Status","status":"Failure","message":"exec was started already","reason":"Conflict"}    `, []string{"exec was started already"}},
		"garbage":         {"\x1b[2J\x00 not http", []string{"not started"}},
		"half a header":   {"HTTP/1.1 101 UPGR", []string{"not started"}},
		"nothing":         {"", []string{"not started"}},
		"closed at once":  {upgraded, []string{"unknown: "}},
		"half a frame":    {upgraded + "\x01\x00\x00\x00\x00\x00\x00\x09cut", []string{"cut short", "cut"}},
		"4 GB announced":  {upgraded + "\x01\x00\x00\x00\xff\xff\xff\xffbig", []string{"cut short", "big"}},
		"unknown stream":  {upgraded + "\x07\x00\x00\x00\x00\x00\x00\x01x", []string{"unknown"}},
		"frame of nobody": {upgraded + "GET / HTTP/1.1", []string{"unknown"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			url := rawServer(t, func(conn net.Conn, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/start"):
					_, _ = io.WriteString(conn, c.start)
				case strings.HasSuffix(r.URL.Path, "/exec"):
					reply(conn, "201 Created", "application/json", `{"Id":"exec-abc"}`)
				case strings.HasSuffix(r.URL.Path, "/pods"):
					reply(conn, "200 OK", "application/json", onePod)
				default:
					reply(conn, "404 Not Found", "text/plain", "no such page")
				}
			})
			tm := start(t, options{cols: 120, rows: 30}, "--server", url, "--state-dir", t.TempDir())
			tm.until("the pod", func(s string) bool { return listed(s, "web") })
			tm.unlock()
			tm.press("x")
			tm.sees("$ ")
			tm.types("echo precious\r")
			tm.sees(c.says...)
			tm.sees("echo precious")
			tm.quits()
		})
	}
}
