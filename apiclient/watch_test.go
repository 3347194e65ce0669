package apiclient

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

// startWatch opens a watch that is closed at the test's end.
func startWatch(t *testing.T, c *Client) api.RowWatch {
	t.Helper()
	w, err := c.Watch(t.Context(), "default", api.ListOptions{ResourceVersion: "5", Limit: 10, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func TestWatch(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		want := "watch=true&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=60"
		if r.URL.RawQuery != want {
			t.Errorf("asked %s, want %s", r.URL.RawQuery, want)
		}
		io.WriteString(w, `{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"a","resourceVersion":"6"},"status":{"phase":"Pending"}}}`+"\n")
		io.WriteString(w, `{"object":{"metadata":{"name":"a","resourceVersion":"7"},"status":{"phase":"Running"}},"type":"MODIFIED"}`)
		io.WriteString(w, `{"type":"BOOKMARK","object":{"kind":"Pod","metadata":{"resourceVersion":"8"}}}`+"\n\n")
		io.WriteString(w, `{"type":"SOMETHING NEW","object":{}}`+"\n")
		io.WriteString(w, `{"type":"DELETED","object":{"metadata":{"name":"a","namespace":"other","resourceVersion":"9"}}}`)
	})
	w := startWatch(t, c)
	want := []struct {
		kind                        api.EventType
		name, namespace, status, at string
	}{
		{api.EventAdded, "a", "default", "Pending", "6"},
		{api.EventModified, "a", "default", "Running", "7"},
		{api.EventBookmark, "", "", "", "8"},
		{api.EventDeleted, "a", "other", "Unknown", "9"},
	}
	for _, x := range want {
		e, err := w.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.Type != x.kind || e.Row.Name != x.name || e.Row.Namespace != x.namespace || e.Row.Status != x.status || e.ResourceVersion != x.at {
			t.Errorf("got %+v, want %+v", e, x)
		}
	}
	for range 2 {
		if _, err := w.Next(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("the end: %v", err)
		}
	}
}

func TestWatchErrors(t *testing.T) {
	added := `{"type":"ADDED","object":{"metadata":{"name":"a"}}}`
	for _, tt := range []struct {
		name, body string
		events     int
		is         func(error) bool
		says       string
	}{
		{"expired", added + `{"type":"ERROR","object":{"kind":"Status","message":"too old resource version","reason":"Expired","code":410}}`, 1, apierrors.IsResourceExpired, "too old resource version (410 Expired)"},
		{"gone without reason", `{"type":"ERROR","object":{"kind":"Status","message":"gone","code":410}}`, 0, apierrors.IsResourceExpired, "gone"},
		{"an error that is no Status", `{"type":"ERROR","object":{"x":"\u001b[31m"}}`, 0, isUnreachable, "no Status"},
		{"cut in an event", added + `{"type":"ADD`, 1, isUnreachable, "in the middle of an event"},
		{"garbage after events", added + "\ngarbage", 1, isUnreachable, "no JSON after some events"},
		{"garbage at once", "garbage", 0, isUnreachable, `no JSON but "garbage"`},
		{"a web page", "<html><title>Hi</title>", 0, isUnreachable, "a web page: Hi"},
		{"no pod in the event", `{"type":"ADDED","object":{"metadata":{"name":4}}}`, 0, isUnreachable, "holds no pod"},
		{"no object", `{"type":"ADDED"}`, 0, isUnreachable, "holds no pod"},
		{"the event is no JSON", `{"type":"ADDED","object":{nonsense}}`, 0, isUnreachable, "cannot be read"},
		{"too long", `{"type":"ADDED","object":{"metadata":{"name":"` + strings.Repeat("a", 3000) + `"}}}`, 0, isUnreachable, "longer than 2000 bytes"},
		{"a list", `{"kind":"PodList","items":[]}`, 0, isNotServed, "with a list"},
		{"a list without kind", `{"items":[]}`, 0, isNotServed, "with a list"},
		{"a long list", `{"kind":"PodList","items":["` + strings.Repeat("a", 3000) + `"]}`, 0, isNotServed, "with a list"},
		{"a Status", `{"kind":"Status","message":"no watch today","reason":"Forbidden","code":403}`, 0, apierrors.IsForbidden, "no watch today"},
		{"something else", `{"hello":"world"}`, 0, isUnreachable, "no event"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := rawServer(t, says("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"+tt.body))
			cfg.MaxItemBytes = 2000
			w := startWatch(t, newClient(t, cfg))
			for range tt.events {
				if _, err := w.Next(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			_, err := w.Next(t.Context())
			sentence(t, err, tt.says, "/pods")
			if !tt.is(err) {
				t.Errorf("it is of another kind: %v", err)
			}
			if errors.Is(err, io.EOF) {
				t.Error("it looks like an end in order")
			}
		})
	}
}

func isUnreachable(err error) bool { return errors.Is(err, api.ErrUnreachable) }
func isNotServed(err error) bool   { return errors.Is(err, api.ErrNotServed) }

func TestWatchIsNotServed(t *testing.T) {
	for _, h := range []http.HandlerFunc{answers(404, "", "404 page not found"), answers(405, "", ""), answers(501, "", "")} {
		if w, err := serve(t, h).Watch(t.Context(), "default", api.ListOptions{}); !isNotServed(err) {
			t.Errorf("got %v, %v", w, err)
		}
	}
}

// A Next that is given up loses no event, and the watch outlives the context it
// was opened with.
func TestWatchOutlivesContexts(t *testing.T) {
	send := make(chan string)
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		for {
			select {
			case event := <-send:
				io.WriteString(w, event)
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	opening, cancel := context.WithCancel(t.Context())
	w, err := c.Watch(opening, "default", api.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	cancel()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Next(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("a Next that was given up: %v", err)
	}
	send <- `{"type":"ADDED","object":{"metadata":{"name":"late"}}}`
	e, err := w.Next(t.Context())
	if err != nil || e.Row.Name != "late" {
		t.Errorf("got %+v, %v", e, err)
	}

	waiting := make(chan error)
	go func() {
		_, err := w.Next(context.Background())
		waiting <- err
	}()
	w.Close()
	if err := <-waiting; err == nil || errors.Is(err, io.EOF) {
		t.Errorf("Close ended Next with %v", err)
	}
	w.Close()
}

// A watch may be silent longer than the server may be silent otherwise.
func TestWatchMayBeSilent(t *testing.T) {
	cfg := rawServer(t, func(conn net.Conn) {
		if _, err := readRequest(conn); err != nil {
			return
		}
		io.WriteString(conn, "HTTP/1.1 200 OK\r\n\r\n")
		<-time.After(200 * time.Millisecond)
		io.WriteString(conn, `{"type":"ADDED","object":{"metadata":{"name":"a"}}}`)
	})
	cfg.Timeout = 50 * time.Millisecond
	w := startWatch(t, newClient(t, cfg))
	if e, err := w.Next(t.Context()); err != nil || e.Row.Name != "a" {
		t.Errorf("got %+v, %v", e, err)
	}
}

// The usual form of an event and every other way to write it mean the same.
func TestWatchFormsMeanTheSame(t *testing.T) {
	const pod = `{"metadata":{"name":"a","resourceVersion":"6"},"status":{"phase":"Pending"}}`
	forms := []string{
		`{"type":"MODIFIED","object":` + pod + `}`,
		` { "object" : ` + pod + ` , "type" : "MODIFIED" } `,
		`{"type":"\u004dODIFIED","object":` + pod + `}`,
		`{"type":"MODIFIED","object":` + pod + `,"more":1}`,
		`{"type":"ADDED","type":"MODIFIED","object":{},"object":` + pod + `}`,
	}
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, strings.Join(forms, "\n")) })
	w := startWatch(t, c)
	for _, form := range forms {
		e, err := w.Next(t.Context())
		if err != nil || e.Type != api.EventModified || e.Row.Name != "a" || e.Row.Status != "Pending" || e.ResourceVersion != "6" {
			t.Errorf("%s: %+v, %v", form, e, err)
		}
	}
}

// A stream that is behind is not held up by the pauses of one that is not.
func TestWatchCatchesUpWithoutPauses(t *testing.T) {
	const events = 5000
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		for range events {
			io.WriteString(w, `{"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"6"}}}`+"\n")
		}
	})
	w := startWatch(t, c)
	began := time.Now()
	for range events {
		if _, err := w.Next(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took > events*watchPause/10 {
		t.Errorf("%d events took %s", events, took)
	}
}
