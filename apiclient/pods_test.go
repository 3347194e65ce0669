package apiclient

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"podium/api"
)

func TestGet(t *testing.T) {
	body := `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","zz":1.50,"annotations":{"b":"2","a":"1"}},"unknown":[12345678901234567890]}` + "\n"
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.EscapedPath() != "/api/v1/namespaces/default/pods/web" {
			t.Errorf("asked %s %s", r.Method, r.URL)
		}
		io.WriteString(w, body)
	})
	pod, err := c.Get(t.Context(), "default", "web")
	if err != nil {
		t.Fatal(err)
	}
	if string(pod.Raw) != strings.TrimSpace(body) {
		t.Errorf("the raw object was changed: %s", pod.Raw)
	}
	if pod.Pod.Name != "web" || pod.Pod.Annotations["a"] != "1" {
		t.Errorf("decoded: %+v", pod.Pod)
	}
}

func TestGetRefusesWhatIsNoPod(t *testing.T) {
	for body, says := range map[string]string{
		"":                             "answered with nothing",
		"[1]":                          `answered with "[1]"`,
		`{"kind":"Service"}`:           `a "Service" where Pod was due`,
		`{"kind":"Pod"}`:               "has no name",
		`{"metadata":{"name":7}}`:      "JSON that is no Pod",
		`{"metadata":{"name":"a"}`:     "JSON that is no Pod",
		strings.Repeat(" ", 3000):      "longer than 2000",
		"<!doctype html><title>x</ti>": "a web page: x",
		`{"kind":"Status","status":"Failure","message":"not today","reason":"Forbidden","code":403}`: "not today (403 Forbidden)",
	} {
		cfg := rawServer(t, says200(body))
		cfg.MaxItemBytes = 2000
		_, err := newClient(t, cfg).Get(t.Context(), "default", "web")
		sentence(t, err, says, "GET /api/v1/namespaces/default/pods/web")
		_, _, err = newClient(t, cfg).Create(t.Context(), "default", []byte("{}"))
		sentence(t, err, says, "POST /api/v1/namespaces/default/pods", "the pod was accepted, but")
	}
}

func TestCreate(t *testing.T) {
	sent := `{"apiVersion":"v1",  "kind":"Pod","odd":1.0}`
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/api/v1/namespaces/default/pods" || string(body) != sent || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("asked %s %s with %q", r.Method, r.URL, body)
		}
		w.Header().Add("Warning", `299 - "field spec.dnsPolicy is not supported", 299 podium "a \"quoted\" one, with a comma" "Sun, 22 Nov 2026 10:00:00 GMT"`)
		w.Header().Add("Warning", `299 - "field spec.dnsPolicy is not supported"`)
		w.Header().Add("Warning", `not as it should be`)
		w.Header().Add("Warning", `299 - "without end`)
		w.WriteHeader(http.StatusCreated)
		io.WriteString(w, `{"kind":"Pod","metadata":{"name":"web","uid":"u"}}`)
	})
	pod, warnings, err := c.Create(t.Context(), "default", []byte(sent))
	if err != nil || pod.Pod.UID != "u" {
		t.Fatalf("%+v, %v", pod, err)
	}
	want := []string{"field spec.dnsPolicy is not supported", `a "quoted" one, with a comma`, "not as it should be", "without end"}
	if d := cmp.Diff(want, warnings); d != "" {
		t.Errorf("warnings (-want +got):\n%s", d)
	}
}

// A large body that is refused: the refusal arrives rather than a broken pipe.
func TestCreateTooLarge(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "a pod has at most 131072 bytes", http.StatusRequestEntityTooLarge)
	})
	_, _, err := c.Create(t.Context(), "default", make([]byte, 10<<20))
	sentence(t, err, "at most 131072 bytes (413 RequestEntityTooLarge)")
	if !apierrors.IsRequestEntityTooLargeError(err) {
		t.Errorf("got %v", err)
	}
}

func TestPatch(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPatch || r.URL.Path != "/api/v1/namespaces/default/pods/web" || string(body) != `{"a":null}` ||
			r.Header.Get("Content-Type") != "application/strategic-merge-patch+json" {
			t.Errorf("asked %s %s with %q and %v", r.Method, r.URL, body, r.Header)
		}
		w.Header().Add("Warning", `299 - "a word"`)
		io.WriteString(w, `{"kind":"Pod","metadata":{"name":"web","uid":"u"}}`)
	})
	pod, warnings, err := c.Patch(t.Context(), "default", "web", []byte(`{"a":null}`))
	if err != nil || pod.Pod.UID != "u" || len(warnings) != 1 || warnings[0] != "a word" {
		t.Fatalf("%+v, %v, %v", pod, warnings, err)
	}
	if _, _, err := c.Patch(t.Context(), "default", "", nil); err == nil {
		t.Error("a pod without a name was patched")
	}
	c = serve(t, answers(405, "", `{"kind":"Status","status":"Failure","message":"PATCH is not served here","reason":"MethodNotAllowed","code":405}`))
	if _, _, err := c.Patch(t.Context(), "default", "web", []byte(`{}`)); !isNotServed(err) {
		t.Errorf("an endpoint without patches: %v", err)
	}
}

func TestDelete(t *testing.T) {
	zero := int64(0)
	for _, tt := range []struct {
		opts api.DeleteOptions
		body string
	}{
		{api.DeleteOptions{}, `{"kind":"DeleteOptions","apiVersion":"v1"}`},
		{api.DeleteOptions{GracePeriodSeconds: &zero, UID: "u"}, `{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"preconditions":{"uid":"u"}}`},
	} {
		for _, answer := range []struct {
			code int
			body string
		}{
			{204, ""}, {200, `{"kind":"Status","status":"Success"}`}, {200, `{"kind":"Pod","metadata":{"name":"web"}}`}, {202, `{"kind":"Pod"}`}, {200, ""},
		} {
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if r.Method != http.MethodDelete || r.URL.Path != "/api/v1/namespaces/default/pods/web" || string(body) != tt.body {
					t.Errorf("asked %s %s with %s", r.Method, r.URL, body)
				}
				w.WriteHeader(answer.code)
				io.WriteString(w, answer.body)
			})
			if err := c.Delete(t.Context(), "default", "web", tt.opts); err != nil {
				t.Errorf("%+v: %v", answer, err)
			}
		}
	}
	c := serve(t, answers(200, "", `{"kind":"Status","status":"Failure","message":"busy","reason":"Conflict","code":409}`))
	if err := c.Delete(t.Context(), "default", "web", api.DeleteOptions{}); !apierrors.IsConflict(err) {
		t.Errorf("a failure under 200: %v", err)
	}
}

func TestLog(t *testing.T) {
	tail := int64(10)
	more := make(chan struct{})
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/namespaces/default/pods/web/log" || r.URL.RawQuery != "container=app&follow=true&tailLines=10" {
			t.Errorf("asked %s", r.URL)
		}
		io.WriteString(w, "one\n")
		w.(http.Flusher).Flush()
		select {
		case <-more:
			io.WriteString(w, "two\x1b[31m\n")
		case <-r.Context().Done():
		}
	})
	open := func(ctx context.Context) io.ReadCloser {
		t.Helper()
		log, err := c.Log(ctx, "default", "web", &corev1.PodLogOptions{Container: "app", Follow: true, TailLines: &tail})
		if err != nil {
			t.Fatal(err)
		}
		first := make([]byte, 4)
		if _, err := io.ReadFull(log, first); err != nil || string(first) != "one\n" {
			t.Fatalf("first line: %q, %v", first, err)
		}
		return log
	}
	log := open(t.Context())
	close(more)
	rest, err := io.ReadAll(log)
	if err != nil || string(rest) != "two\x1b[31m\n" {
		t.Errorf("the rest: %q, %v", rest, err)
	}
	log.Close()

	more = make(chan struct{})
	log = open(t.Context())
	read := make(chan error)
	go func() {
		_, err := log.Read(make([]byte, 10))
		read <- err
	}()
	log.Close()
	if err := <-read; err == nil || errors.Is(err, io.EOF) {
		t.Errorf("Close ended Read with %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	log = open(ctx)
	cancel()
	if _, err := log.Read(make([]byte, 10)); !errors.Is(err, context.Canceled) {
		t.Errorf("the context ended Read with %v", err)
	}
	log.Close()
}

func TestLogNotServedOrNotFound(t *testing.T) {
	c := serve(t, answers(404, "", "404 page not found\n"))
	if _, err := c.Log(t.Context(), "default", "web", nil); !isNotServed(err) || !apierrors.IsNotFound(err) {
		t.Errorf("no such route: %v", err)
	}
	c = serve(t, answers(404, "", `{"kind":"Status","message":"pods \"web\" not found","reason":"NotFound","details":{"name":"web","kind":"pods"},"code":404}`))
	if _, err := c.Log(t.Context(), "default", "web", nil); isNotServed(err) || !apierrors.IsNotFound(err) {
		t.Errorf("no such pod: %v", err)
	}
}

func TestEvents(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/namespaces/default/events" || r.URL.RawQuery != "fieldSelector=involvedObject.name%3Dweb" {
			t.Errorf("asked %s", r.URL)
		}
		io.WriteString(w, `{"kind":"EventList","items":[
			{"metadata":{"name":"e3"},"reason":"Third","lastTimestamp":"2026-11-22T10:00:03Z","firstTimestamp":"2026-11-22T09:00:00Z"},
			{"metadata":{"name":"e1"},"reason":"First","eventTime":"2026-11-22T10:00:01.000000Z","lastTimestamp":null},
			{"metadata":{"name":"e2","creationTimestamp":"2026-11-22T10:00:02Z"},"reason":"Second"}]}`)
	})
	events, err := c.Events(t.Context(), "default", "involvedObject.name=web")
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	for _, e := range events {
		reasons = append(reasons, e.Reason)
	}
	if !slices.Equal(reasons, []string{"First", "Second", "Third"}) {
		t.Errorf("order %v", reasons)
	}
	for _, body := range []string{`{"kind":"PodList","items":[]}`, "x", `{"items":7}`, ""} {
		_, err := serve(t, answers(200, "", body)).Events(t.Context(), "default", "")
		sentence(t, err, "EventList", "/events")
	}
	if _, err := serve(t, answers(404, "", "")).Events(t.Context(), "default", ""); !isNotServed(err) {
		t.Errorf("not served: %v", err)
	}
	if got, err := serve(t, answers(200, "", `{"kind":"EventList","items":null}`)).Events(t.Context(), "default", ""); err != nil || len(got) != 0 {
		t.Errorf("no events: %v, %v", got, err)
	}
}

func TestInfo(t *testing.T) {
	for _, tt := range []struct {
		code int
		body string
		want api.Info
	}{
		{200, `{"engine":"host","capabilities":"watch,log","Region":"r","n":5,"b":true,"o":{"x":1},"z":null}`, api.Info{"engine": "host", "capabilities": "watch,log", "Region": "r", "n": "5", "b": "true"}},
		{200, `{}`, api.Info{}},
		{200, "hello", api.Info{}},
		{200, "[1]", api.Info{}},
		{200, "", api.Info{}},
		{404, "404 page not found", api.Info{}},
		{403, `{"kind":"Status"}`, api.Info{}},
		{405, "", api.Info{}},
		{501, "", api.Info{}},
	} {
		got, err := serve(t, answers(tt.code, "", tt.body)).Info(t.Context())
		if d := cmp.Diff(tt.want, got); d != "" || err != nil {
			t.Errorf("%d %s: %v\n%s", tt.code, tt.body, err, d)
		}
	}
	for _, code := range []int{401, 500, 503} {
		if _, err := serve(t, answers(code, "", "")).Info(t.Context()); err == nil {
			t.Errorf("%d is no error", code)
		}
	}
}

func says200(body string) func(net.Conn) {
	return says(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body))
}
