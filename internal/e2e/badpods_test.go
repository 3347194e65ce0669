package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// senseless is a list of pods as only a broken or a hostile server sends them.
func senseless(t *testing.T) string {
	t.Helper()
	type m = map[string]any
	evil := "\x1b[2J\x1b]0;owned\a\u202e\u009b31m"
	pod := func(name string, more ...m) m {
		out := m{"metadata": m{"name": name, "namespace": "default", "uid": "uid-" + name}}
		for _, o := range more {
			for k, v := range o {
				out[k] = v
			}
		}
		return out
	}
	items := []m{
		pod("statusless"),
		pod("future", m{"metadata": m{"name": "future", "uid": "f", "creationTimestamp": time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)}}),
		pod("evil"+evil, m{"metadata": m{"name": "evil" + evil, "uid": evil, "labels": m{"app": evil, evil: "x"}}, "status": m{"phase": "Pending", "reason": "Bad" + evil}}),
		pod("long" + strings.Repeat("-x", 2048)),
		pod("twice"), pod("twice"),
		pod("twin-1", m{"metadata": m{"name": "twin-1", "uid": "twin"}}), pod("twin-2", m{"metadata": m{"name": "twin-2", "uid": "twin"}}),
	}
	text, err := json.Marshal(m{"kind": "PodList", "metadata": m{}, "items": items})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSenselessPods(t *testing.T) {
	list := senseless(t)
	url := rawServer(t, func(conn net.Conn, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/pods") {
			reply(conn, "200 OK", "application/json", list)
		} else {
			reply(conn, "404 Not Found", "text/plain", "no such page")
		}
	})
	tm := start(t, options{cols: 120, rows: 30}, "--server", url, "--state-dir", t.TempDir())
	tm.sees("statusless", "future", "0s", "evil", "Bad", "long-x-x-x", "twice", "twin-1", "twin-2", "7 pods")
	tm.types("/")
	tm.types("-l app=")
	tm.sees("7 of 7")
	tm.press("enter")
	tm.sees("/-l app=  7 of 7") // the server, which knows no selector, is believed
	tm.press("esc")
	tm.lacks("/-l app=")
	tm.types("w")
	tm.types("C")
	tm.sees("columns", "OWNER")
	tm.press("esc")
	tm.lacks("OWNER")
	tm.types("/")
	tm.sees("7 of 7")
	tm.types("evil")
	tm.press("enter")
	tm.sees("1 of 7")
	tm.unlock()
	time.Sleep(450 * time.Millisecond) // no delete dialog opens so soon behind another
	tm.press("ctrl+d")
	tm.sees("Delete evil")
	time.Sleep(450 * time.Millisecond) // it swallows what was typed ahead
	tm.press("esc")
	tm.lacks("Delete evil")
	tm.quits()
}

func TestNoPods(t *testing.T) {
	url := rawServer(t, func(conn net.Conn, _ *http.Request) {
		reply(conn, "200 OK", "application/json", `{"kind":"PodList","items":[]}`)
	})
	tm := start(t, options{cols: 100, rows: 20}, "--server", url, "--state-dir", t.TempDir())
	tm.sees("There is no pod in namespace default.", "open read-only")
	tm.unlock()
	tm.sees("There is no pod in namespace default yet", "n writes a new one")
	tm.quits()
}

// A watch may be anything at all: the pods stay, the program goes on by itself,
// and ctrl-r reads them again.
func TestBadWatches(t *testing.T) {
	event := `{"type":"MODIFIED","object":` + strings.TrimSuffix(onePod[strings.Index(onePod, `{"metadata":{"name"`):], "]}") + `}` + "\n"
	stream := func(conn net.Conn) {
		_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
	}
	cases := map[string]struct {
		watch func(conn net.Conn)
		says  string
	}{
		"garbage":      {func(c net.Conn) { stream(c); _, _ = io.WriteString(c, "\x1b[2J\x00<html>\x07") }, "asking every few seconds"},
		"half":         {func(c net.Conn) { stream(c); _, _ = io.WriteString(c, event[:len(event)/2]) }, "asking every few seconds"},
		"ends at once": {stream, "asking every few seconds"},
		"no pod":       {func(c net.Conn) { stream(c); _, _ = io.WriteString(c, `{"type":"ADDED","object":{"kind":"Secret"}}`) }, "asking every few seconds"},
		"a list":       {func(c net.Conn) { reply(c, "200 OK", "application/json", onePod) }, "now"},
		"silent":       {func(c net.Conn) { stream(c); _, _ = io.Copy(io.Discard, c) }, "live"},
		"repeats itself": {func(c net.Conn) {
			stream(c)
			for {
				if _, err := io.WriteString(c, event); err != nil {
					return
				}
			}
		}, "live"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it waits for podium's own waits
			listed := strings.Replace(onePod, `"metadata":{},`, `"metadata":{"resourceVersion":"7"},`, 1)
			url := rawServer(t, func(conn net.Conn, r *http.Request) {
				switch {
				case r.URL.Query().Get("watch") != "":
					c.watch(conn)
				case strings.HasSuffix(r.URL.Path, "/pods"):
					reply(conn, "200 OK", "application/json", listed)
				case strings.HasSuffix(r.URL.Path, "/info"):
					reply(conn, "200 OK", "application/json", fmt.Sprintf("{%q:%q}", "capabilities", "watch"))
				default:
					reply(conn, "404 Not Found", "text/plain", "no such page")
				}
			})
			tm := start(t, options{cols: 120, rows: 20}, "--server", url, "--state-dir", t.TempDir())
			tm.sees("web", "Running", c.says)
			tm.sees("1 pod")
			tm.press("ctrl+r")
			tm.sees("web", "1 pod")
			tm.quits()
		})
	}
}
