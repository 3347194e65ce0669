package kube

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// pass sends a request through the engine.
func pass(t *testing.T, e *Engine, method, target, body string, header http.Header) (*http.Response, error) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	err := e.ServeResource(w, r)
	return w.Result(), err
}

func TestOnlyResourcesOfPodsPass(t *testing.T) {
	c := newCluster(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "{}") })
	e := c.engine()
	for _, target := range []string{
		"GET /api/v1/pods", "GET /api/v1/namespaces/a/pods", "POST /api/v1/namespaces/a/pods", "GET /api/v1/namespaces/a/pods/b",
		"DELETE /api/v1/namespaces/a/pods/b", "PATCH /api/v1/namespaces/a/pods/b", "GET /api/v1/namespaces/a/pods/b/log?follow=true", "GET /api/v1/events",
		"GET /api/v1/namespaces/a/events", "GET /api/v1/namespaces", "GET /api/v1/namespaces/a",
		"GET /api/v1/namespaces/a/pods?labelSelector=app%3Dx&limit=5&continue=t%2Bu&watch=1&allowWatchBookmarks=true",
	} {
		method, path, _ := strings.Cut(target, " ")
		if _, err := pass(t, e, method, path, "", nil); err != nil {
			t.Errorf("%s: %v", target, err)
			continue
		}
		if got := c.last(); got.URL.RequestURI() != "/prefix"+path || got.Method != method {
			t.Errorf("%s became %s %s", target, got.Method, got.URL.RequestURI())
		}
	}
	before := c.requests()
	for _, target := range []string{
		"GET /api/v1/namespaces/a/secrets", "GET /api/v1/secrets", "GET /api/v1/nodes", "GET /api/v1/nodes/n/proxy/pods", "GET /apis",
		"GET /api/v1/namespaces/a/pods/b/proxy", "POST /api/v1/namespaces/a/pods/b/exec", "GET /api/v1/namespaces/a/pods/b/attach",
		"GET /api/v1/namespaces/a/pods/b/portforward", "DELETE /api/v1/namespaces/a/pods", "DELETE /api/v1/namespaces/a",
		"PUT /api/v1/namespaces/a/pods/b", "PATCH /api/v1/namespaces/a/pods", "PATCH /api/v1/namespaces/a/pods/b/status", "POST /api/v1/namespaces", "POST /api/v1/pods",
		"GET /api/v1/namespaces/../pods", "GET /api/v1/namespaces/%2e%2e/pods", "GET /api/v1/namespaces/a%2fsecrets/pods",
		"GET /api/v1/namespaces/a/pods/..%2fsecrets", "GET /api/v1/namespaces/a/pods/%252e", "GET /metrics", "GET /",
		"GET /api/v1/namespaces//pods", "GET /api/v1/watch/pods",
	} {
		method, path, _ := strings.Cut(target, " ")
		_, err := pass(t, e, method, path, "", nil)
		if !apierrors.IsNotFound(err) && !apierrors.IsBadRequest(err) && !apierrors.IsMethodNotSupported(err) {
			t.Errorf("%s: %v", target, err)
		}
	}
	if n := c.requests() - before; n != 0 {
		t.Errorf("%d of what is not served reached the cluster", n)
	}
}

func TestHeadersOfTheClientStay(t *testing.T) {
	c := newClusterOver(t, 1, func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Warning", `299 - "old"`)
		h.Set("Set-Cookie", "a=b")
		h.Set("Connection", "X-Hop")
		h.Set("X-Hop", "1")
		h.Set("Audit-Id", "7")
		fmt.Fprint(w, "{}")
	})
	resp, err := pass(t, c.engine(), "GET", "/api/v1/pods", "", http.Header{
		"Authorization": {"Bearer of-the-client"}, "Impersonate-User": {"root"}, "Impersonate-Group": {"system:masters"},
		"X-Remote-User": {"root"}, "X-Remote-Group": {"system:masters"}, "Cookie": {"a=b"}, "Connection": {"X-Secret"}, "X-Secret": {"1"},
		"Te": {"trailers"}, "Upgrade": {"h2c"}, "Proxy-Authorization": {"Basic x"}, "X-Forwarded-For": {"1.2.3.4"},
		"Accept": {"application/json;as=Table;v=v1;g=meta.k8s.io"}, "If-None-Match": {`"x"`},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := c.last().Header
	want := map[string]string{
		"Authorization": "Bearer good", "Accept": "application/json;as=Table;v=v1;g=meta.k8s.io", "If-None-Match": `"x"`, "User-Agent": "podium/test",
	}
	for name, value := range want {
		if got.Get(name) != value {
			t.Errorf("%s is %q, want %q", name, got.Get(name), value)
		}
	}
	for name := range got {
		if want[name] == "" && name != "Content-Length" {
			t.Errorf("the cluster got %s: %q", name, got[name])
		}
	}
	for name, present := range map[string]bool{"Warning": true, "Audit-Id": true, "Set-Cookie": false, "X-Hop": false, "Connection": false} {
		if (resp.Header.Get(name) != "") != present {
			t.Errorf("the client got %s: %q", name, resp.Header.Get(name))
		}
	}
}

func TestBytesPassAsTheyAre(t *testing.T) {
	odd := "{\n \"kind\": \"PodList\",\"unknown\":1.0, \"items\":[ ]}"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, odd)
	_ = z.Close()
	c := newCluster(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			b, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(b)
			return
		}
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(zipped.Bytes())
			return
		}
		_, _ = io.WriteString(w, odd)
	})
	e := c.engine()
	for _, row := range []struct {
		method, body, encoding, want string
		code                         int
	}{
		{"GET", "", "", odd, 200},
		{"GET", "", "gzip", zipped.String(), 200},
		{"POST", odd, "", odd, 201},
	} {
		h := http.Header{}
		if row.encoding != "" {
			h.Set("Accept-Encoding", row.encoding)
		}
		resp, err := pass(t, e, row.method, "/api/v1/namespaces/a/pods", row.body, h)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(resp.Body)
		if err != nil || string(got) != row.want || resp.StatusCode != row.code || resp.Header.Get("Content-Encoding") != row.encoding {
			t.Errorf("%+v: %d %q %q, %v", row, resp.StatusCode, resp.Header.Get("Content-Encoding"), got, err)
		}
	}
}

func TestDeleteAnswers204(t *testing.T) {
	c := newCluster(t, func(w http.ResponseWriter, r *http.Request) {
		switch b, _ := io.ReadAll(r.Body); {
		case strings.HasSuffix(r.URL.Path, "/gone"):
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"kind":"Status","apiVersion":"v1","message":"no such pod","reason":"NotFound","code":404}`)
		case string(b) == `{"gracePeriodSeconds":0}`:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"kind":"Pod"}`)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
	})
	e := c.engine()
	for path, body := range map[string]string{"a": `{"gracePeriodSeconds":0}`, "b": ""} {
		resp, err := pass(t, e, "DELETE", "/api/v1/namespaces/n/pods/"+path, body, nil)
		b, _ := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusNoContent || len(b) != 0 || resp.Header.Get("Content-Type") != "" {
			t.Errorf("%s: %d %q %v %v", path, resp.StatusCode, b, resp.Header, err)
		}
	}
	resp, err := pass(t, e, "DELETE", "/api/v1/namespaces/n/pods/gone", "", nil)
	b, _ := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusNotFound || !strings.Contains(string(b), "no such pod") {
		t.Errorf("gone: %d %q %v", resp.StatusCode, b, err)
	}
}

func TestRefusals(t *testing.T) {
	for name, row := range map[string]struct {
		code  int
		body  string
		want  int32
		words []string
	}{
		"a gateway's page": {502, "<html>Bad Gateway</html>", 502, []string{"502 Bad Gateway", "<html>"}},
		"a redirect":       {302, "", 502, []string{"302 Found", "https://login.example/", "kubeconfig"}},
		"a plain 403":      {403, "blocked by policy", 403, []string{"blocked by policy"}},
		"too many":         {429, "slow down", 429, []string{"slow down"}},
	} {
		c := newCluster(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "https://login.example/")
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(row.code)
			fmt.Fprint(w, row.body)
		})
		_, err := pass(t, c.engine(), "GET", "/api/v1/pods", "", nil)
		var st *apierrors.StatusError
		if !errors.As(err, &st) || st.ErrStatus.Code != row.want {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if slices.ContainsFunc(row.words, func(w string) bool { return !strings.Contains(err.Error(), w) }) {
			t.Errorf("%s: %v", name, err)
		}
		if st.ErrStatus.Details == nil || st.ErrStatus.Details.RetryAfterSeconds != 3 {
			t.Errorf("%s: Retry-After is lost: %+v", name, st.ErrStatus.Details)
		}
	}
}

func TestHalfAnAnswerIsNoAnswer(t *testing.T) {
	c := newCluster(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"kind":"PodList",`)
	})
	resp, err := pass(t, c.engine(), "GET", "/api/v1/pods", "", nil)
	if err == nil || errors.Is(err, http.ErrAbortHandler) || !strings.Contains(err.Error(), "broke off") {
		t.Errorf("%d, %v", resp.StatusCode, err)
	}
}
